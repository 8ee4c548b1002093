// The driver of AMD's IOMMU: its table, and what is invalidated when.
//
// Kernel: drivers/iommu/amd/iommu.c over drivers/iommu/amd/io_pgtable.c.
//   Spec: spec/SWIOTLB-IOTLB.md B.6, B.7, C.3, D.3, D.5.
// What it does: maps replace whatever is there; where a table or a larger page gave way the range is invalidated, and
//   the tables freed after that. What one unmap clears is invalidated as one hull, however wide; under a hypervisor
//   (npCache) ranges that do not touch are invalidated one after the other. A sync with nothing gathered invalidates
//   everything. A table that grew is made known in the device table.
// Not modelled: devices' own caches, guests' tables.
// Invariant: no table waits for `release`.
// Cost: that of the table, and of the commands of one range per sync.

import { pow2 } from '../../lib/bits.ts'
import { type Gather, gatherRange, gatherTouches, resetGather } from '../flush/gather.ts'
import { amdAll, amdDeviceEntry, amdRange } from '../iotlb/commands-amd.ts'
import { type AmdState, amdDrop, amdMapRun, amdTable, amdUnmapRun } from '../table/amd-v1.ts'
import type { DriverIo, IommuDriver } from './iommu-driver.ts'

/** Pages that are no power of two together: their size is their number. */
const ANY_ORDER = -1

/** Tables that a map has taken out, until the end of the call. */
const cut: number[] = []

function sync(s: AmdState, gather: Gather, io: DriverIo): void {
  if (gather.empty) amdAll(io.sink)
  else amdRange(io.sink, gather.first, gather.last - gather.first + 1, s.npCache)
  io.sink.sync()
  resetGather(gather)
}

export const amdDriver: IommuDriver<AmdState> = {
  id: 'amd',
  table: amdTable,
  mapPages(s, pfn, page, order, count, permission, io) {
    const { levels } = s
    const pages = count * pow2(order)
    const replaced = amdMapRun(s, pfn, page, order, count, permission, io, cut)
    for (let level = levels; level < s.levels; level++) amdDeviceEntry(io.sink)
    if (replaced) {
      amdRange(io.sink, pfn, pages, s.npCache)
      io.sink.sync()
      amdDrop(s, cut, io)
    }
    return pages
  },
  unmapPages(s, pfn, order, count, gather, io) {
    const pages = amdUnmapRun(s, pfn, count * pow2(order), io)
    if (pages === 0 || gather.queued) return pages
    if (s.npCache && !gatherTouches(gather, pfn, pages)) sync(s, gather, io)
    gatherRange(gather, pfn, pages, ANY_ORDER)
    return pages
  },
  sync,
  flushAll(_s, io) {
    amdAll(io.sink)
    io.sink.sync()
  },
  release() {},
}
