// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'published.title':
    'Figures that were measured and published, beside what this simulation yields. A row is a measurement; it is a hit when the simulated figure lies in the range at the right.',
  'published.measured': 'What was measured, and on what.',
  'published.published': 'The published figure and its source.',
  'published.simulated': 'The same figure here, from a run of its own.',
  'published.range': 'What counts as a hit, fixed before the run.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
