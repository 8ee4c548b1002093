// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'tce-pages.title':
    'The table of TCEs of the window with IOVA addresses. A cell is one page of that table, filled as far as its entries are set; the strip at its foot tells how often it was written.',
  'tce-pages.set': 'Share of the entries of a table page that lead to memory now.',
  'tce-pages.writes':
    'How often the kernel wrote a table page so far, against the page written most; a few busy pages are a ring that comes back to its addresses.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
