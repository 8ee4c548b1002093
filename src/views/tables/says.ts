// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'tables.title':
    'How full each table of TCEs is. A lane is the window of one or several devices, filled from below as far as mapped; a click shows it on the map.',
  'tables.page': 'Sizes of the IOMMU pages of this table; larger ones waste more room on small buffers.',
  'tables.window': 'Bytes of address space that the window has.',
  'tables.mapped': 'Share of the window that is mapped now; at 100 % the next request fails.',
  'tables.data': 'Share of the mapped bytes that is data; the rest is rounding to whole pages.',
  'tables.writes': 'Entries written so far; each costs time.',
  'tables.refused': 'Requests of these devices that were refused, so far.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
