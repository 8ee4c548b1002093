// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'flush-study.title':
    'What each flush mode does at rates of unmaps from few to many, on one CPU. Left: how long unmapped memory stays reachable; right: flushes for 1000 unmaps. A line is a mode, a point one run.',
  'flush-study.formula': 'What a formula foretells for the same mode; points on the line agree with it.',
  'flush-study.x': 'Unmaps in a second; each step is ten times as many.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
