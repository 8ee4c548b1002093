// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'iotlb.title':
    'The IOTLB, the cache in which the IOMMU keeps translations it has read. A cell is a slot with one translation; hatched ones lead to memory that the kernel has unmapped.',
  'iotlb.live': 'Slots whose translation is still that of the table.',
  'iotlb.stale': 'Slots that still lead to memory which was unmapped: the device reaches it until they are flushed.',
  'iotlb.reused': 'Slots that lead to memory which somebody else has got since: a write there corrupts it.',
  'iotlb.foreign': 'Slots with a translation of another device’s table.',
  'iotlb.set': 'Number of the set: an address may stand in one set only.',
  'iotlb.way': 'Number of the way: the place within a set.',
  'iotlb.hitNow': 'Share of lookups of the last millisecond that found their translation here; less is slower.',
  'iotlb.hits': 'Share of all lookups so far that found their translation here; less is slower.',
  'iotlb.reads': 'Entries of tables read for one lookup, on average; 0 is best.',
  'iotlb.reach': 'Bytes of memory that the slots together lead to; a load that goes to and fro in more misses.',
  'iotlb.staleCount': 'Slots that lead to unmapped memory; more is more that a faulty device could touch.',
  'iotlb.reusedCount': 'Slots that lead to memory of a new owner; each one is a danger to data.',
  'iotlb.walk': 'Slots in use of the cache that remembers upper tables, which makes a miss cheaper.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
