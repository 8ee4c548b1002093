// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'caches.title':
    'What each CPU keeps of free addresses, so that it need not wait for the others. A lane is a CPU, a row a size or a chunk, filled as far as it is used.',
  'caches.loaded': 'The magazine of free ranges that the CPU takes from and gives to now.',
  'caches.prev':
    'The second magazine of the CPU: it changes places with a loaded one that is empty or full; where it does not help either, the depot does.',
  'caches.own': 'Part of a chunk that its own CPU has mapped.',
  'caches.foreign': 'Part of a chunk that another CPU has mapped; more of it is more waiting for each other.',
  'caches.cpu': 'Numbers of the CPUs over their lanes.',
  'caches.depot': 'Full magazines that stand between the CPUs, by size; any CPU may take one without a search.',
  'caches.ranges': 'Free ranges of this size that all CPUs and the depot keep; nobody else can use them.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
