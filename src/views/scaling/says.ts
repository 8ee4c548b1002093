// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'scaling.title':
    'Mappings a second for 1 to 64 CPUs, run afresh for every allocator. A line is an allocator; one that rises with the CPUs scales, one that bends down has a lock that all wait for.',
  'scaling.y': 'Mappings of all CPUs together in a second; each step up is ten times as many.',
  'scaling.x': 'CPUs that map and unmap at the same time.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
