// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'regions.title':
    'The parts of the window that the allocator searches one by one. A lane is a region, low addresses at the left, filled as far as mapped and coloured by the CPU that mapped most; the triangle is where the next search begins.',
  'regions.home': 'CPUs whose requests are tried in this region first.',
  'regions.mapped': 'Entries of the region that lead to memory now.',
  'regions.free': 'Entries of the region that nobody has; many of them without a long run is fragmentation.',
  'regions.run': 'The longest row of free entries; a larger request does not fit here.',
  'regions.spills': 'Requests of other regions, served here since theirs were full; more is more crowding.',
  'regions.waits': 'How often a CPU waited for the lock of this region, so far; more is more time lost.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
