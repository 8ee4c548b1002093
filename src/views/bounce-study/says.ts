// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'bounce-study.title':
    'Requests a second when 1 to 16 jobs bounce at the same time. A line is a pool with one area or with one for each CPU; the areas’ locks make the difference.',
  'bounce-study.y':
    'Requests of all jobs together in a second; each line is about three times as many as the one below.',
  'bounce-study.x': 'Jobs that map and unmap at the same time, each on a CPU of its own.',
  'bounce-study.ratio': 'Requests of four jobs against those of one; 4 would be perfect.',
  'bounce-study.published': 'The same ratio as it was measured and published.',
  'bounce-study.wake': 'An assumed price, fitted to the published figures: time until a sleeping CPU works.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
