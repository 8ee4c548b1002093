// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'levels.title':
    'The table of TCEs as a tree. A strip is a level, a cell one of its tables, filled as far as its entries are set; a click opens the table in the strip below.',
  'levels.absent': 'Not there: it takes no memory, and nothing is mapped through it.',
  'levels.empty': 'There, and nothing is set in it.',
  'levels.used': 'There, and filled as far as its entries are set.',
  'levels.replay': 'Made when a call was done again in virtual mode, since real mode cannot allocate.',
  'levels.there': 'Tables of this level that there are, of those that the window could have.',
  'levels.user': 'Tables of the copy that the kernel keeps of addresses of user space.',
  'levels.one': 'Memory that one table of this level takes.',
  'levels.span': 'Bytes of the window that one table of this level leads to.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
