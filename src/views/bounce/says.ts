// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'bounce.title':
    'Which buffers are copied through the pool, and where they lie. An arc is a buffer that bounced, from its place in memory to its slots; below, bytes copied (up) and used directly (down) over time.',
  'bounce.to': 'Data to the device: copied into the pool when it was mapped.',
  'bounce.from': 'Data from the device: copied out of the pool when it is unmapped.',
  'bounce.both': 'Data copied both ways.',
  'bounce.newest': 'The mapping made last.',
  'bounce.poolAxis': 'The slots of the pool, opened out from where it lies in memory.',
  'bounce.memoryAxis': 'All memory of the machine; dotted is what the device does not reach.',
  'bounce.copiedTrack': 'Bytes copied through the pool over time; more costs more of the CPU.',
  'bounce.directTrack': 'Bytes of buffers that are used where they lie, over time; they cost no copy.',
  'bounce.direct': 'Mappings so far whose buffer is used where it lies.',
  'bounce.bounced': 'Mappings so far that went through the pool, and bytes copied in and out.',
  'bounce.refused': 'Mappings so far that failed: the pool had no room, or there is none.',
  'bounce.copying':
    'Time that CPUs spent copying, so far; of an untrusted device also what was zeroed around its buffers.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
