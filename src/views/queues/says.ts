// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'queues.title':
    'Unmapped ranges that wait for one flush together. A ring is the queue of a CPU, or one of all, its arc the ranges that wait, the number in it how many; the ring is flushed when it is full or the timer ends.',
  'queues.queued': 'Ranges that wait and that no IOTLB slot leads to any more.',
  'queues.reachable': 'Ranges that wait and that the device still reaches through the IOTLB (cache of translations).',
  'queues.timer': 'What is left of the time until everything that waits is flushed.',
  'queues.tail': 'The place of the ring where the next unmapped range goes.',
  'queues.head': 'The place of the ring whose range leaves next.',
  'queues.cpu': 'Number of the CPU whose ring it is.',
  'queues.waiting': 'Ranges that wait in all rings; their addresses cannot be used yet.',
  'queues.stillReachable': 'Ranges among them that the device still reaches.',
  'queues.oldest': 'How long the oldest of them has waited.',
  'queues.worst': 'The longest that any range waited so far; that is how long memory was open after its unmap.',
  'queues.full': 'Flushes so far because a ring was full; many of them mean heavy unmapping.',
  'queues.byTimer': 'Flushes so far because the timer ended; many of them mean light unmapping.',
  'queues.due': 'When the timer ends, and on which CPU.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
