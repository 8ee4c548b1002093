// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'locks.title':
    'The locks that CPUs wait for. A row is a lock, its bar the share of all waiting so far; the longest bar is what holds the machine up.',
  'locks.taken': 'How often the lock was taken so far.',
  'locks.contended': 'How often who came had to wait since another CPU held it.',
  'locks.share': 'Share of the takings that had to wait; near 0 the lock is no hindrance.',
  'locks.total': 'Time waited for it by all CPUs together, so far.',
  'locks.mean': 'How long one wait took on average.',
  'locks.line': 'CPUs that wait for it at this moment.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
