// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'memory.title':
    'What the table of TCEs takes in memory. A bar is one way to build or count it, on a scale of powers of two; the shorter the cheaper.',
  'memory.whole': 'What the table would take if every level table were there.',
  'memory.now': 'What is there now.',
  'memory.charged': 'What the guest’s process is charged, whether it is there or not.',
  'memory.refused': 'The kernel refuses to make this one: it is too large.',
  'memory.bytes': 'Memory in bytes, exactly.',
  'memory.thatIs': 'The same in a handier unit.',
  'memory.scale': 'From one figure to the next it is 32 times as much.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
