// What stands over every study.

export const says = {
  'study.run': 'Runs the study afresh, or stops it; what has come stays.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
