// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'hcalls.title':
    'Calls of the hypervisor that set and clear TCEs, over time. A lane is one kind of call (PUT: set, STUFF: clear a row of them), a bar the calls of a stretch of time, by square root; fewer are faster.',
  'hcalls.scale': 'What the tallest bar stands for.',
  'hcalls.put': 'H_PUT_TCE: sets or clears one entry.',
  'hcalls.indirect': 'H_PUT_TCE_INDIRECT: sets up to 512 entries in one call.',
  'hcalls.stuff': 'H_STUFF_TCE: clears or sets a row of entries to the same value.',
  'hcalls.hard': 'H_TOO_HARD: the fast way could not do a call, and it was done again the slow way.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
