// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'ledger.title':
    'What one map and unmap costs a CPU, for each way to flush the IOTLB. A row is a flush mode, its bar the nanoseconds by what they went into.',
  'ledger.allocator': 'Time for finding and giving back an address.',
  'ledger.table': 'Time for writing the table.',
  'ledger.invalidation': 'Time for commands that make the IOTLB forget, and for waiting for them.',
  'ledger.lock': 'Time spent waiting for locks.',
  'ledger.rest': 'All other time of the call.',
  'ledger.mode': 'When the IOTLB is told to forget: at once, later, or never.',
  'ledger.worst': 'How long what was unmapped stayed reachable at worst; grey by formula, where the run does not tell.',
  'ledger.flushes': 'Flushes for each 1000 unmaps; more is dearer and safer.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
