// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'radix.title':
    'The tables that the IOMMU walks. A row is a level, the slots of one table from left to right; the framed slot is read for the address and opens into the row below.',
  'radix.toTable': 'A slot that leads to a table of the next level.',
  'radix.toPage': 'A slot that leads to memory.',
  'radix.span': 'Bytes of addresses that one entry of this level covers.',
  'radix.tables': 'Tables of this level that there are now.',
  'radix.leaves': 'Entries of this level that lead to memory; on upper levels they are large pages.',
  'radix.bytes': 'Memory that the tables of this level take.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
