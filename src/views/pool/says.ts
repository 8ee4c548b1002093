// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'pool.title':
    'The slots of the bounce pool (swiotlb). A cell is a run of slots, filled as far as used; rows are areas, each with its own lock. The CPU that maps searches its own area first.',
  'pool.toDevice': 'Slots with data on its way to the device, copied when they were mapped.',
  'pool.fromDevice': 'Slots with data from the device, copied back when they are unmapped.',
  'pool.both': 'Slots copied both ways.',
  'pool.slack': 'Room of used slots that no data takes: buffers are rounded up to whole slots.',
  'pool.cursor': 'Where the next search of the area begins.',
  'pool.area': 'Number of the area: a part of the pool with a lock of its own.',
  'pool.used': 'Slots of the area in use now.',
  'pool.run': 'The longest row of free slots; a larger buffer does not fit.',
  'pool.waits': 'How often a CPU waited for the lock of the area, so far.',
  'pool.largest': 'The largest buffer that can be mapped at all: a row of slots may not cross the line between sets.',
  'pool.tooLarge': 'Requests refused so far because they are larger than that.',
  'pool.full': 'Requests refused so far because no area had enough free slots.',
  'pool.scattered': 'Requests refused so far though enough slots were free, but not in a row.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
