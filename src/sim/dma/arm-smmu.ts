// The driver of Arm's SMMUv3: its table, and what is invalidated when.
//
// Kernel: drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c over drivers/iommu/io-pgtable-arm.c.
//   Spec: spec/SWIOTLB-IOTLB.md B.6, B.7, C.2, D.4, D.5.
// What it does: maps refuse what is mapped already and addresses beyond the widths. A table that is cut off is
//   forgotten by the hardware at once, with a sync of its own, and freed in the same call, in deferred mode too. Pages
//   are gathered after the call, one size at a time, and invalidated together as leaves. Pages cut out of a block are
//   gathered in deferred mode too.
// Not modelled: devices' own caches (ATS), stalls, the queue that commands stand in.
// Invariant: no table is freed before the commands for it were sent; none waits for `release`.
// Cost: that of the table, and of the commands of one range per sync.

import { pow2 } from '../../lib/bits.ts'
import { type Gather, gatherFits, gatherRange, resetGather } from '../flush/gather.ts'
import { smmuAll, smmuRange } from '../iotlb/commands-smmu.ts'
import { type ArmState, armMapRun, armTable, armUnmapRun, NO_LEVEL } from '../table/arm-lpae.ts'
import { type DriverIo, EEXIST, EINVAL, ERANGE, type IommuDriver } from './iommu-driver.ts'

/** The walks that may have gone through a table that covers 2^order pages from `pfn`. */
function forgetWalks(s: ArmState, pfn: number, order: number, io: DriverIo): void {
  smmuRange(io.sink, pfn, pow2(order), 0, false, s.granuleShift, s.range)
  io.sink.sync()
}

function refuse(io: DriverIo, error: number): number {
  io.error = error
  io.warned = true
  return 0
}

function sync(s: ArmState, gather: Gather, io: DriverIo): void {
  if (!gather.empty) {
    smmuRange(io.sink, gather.first, gather.last - gather.first + 1, gather.order, true, s.granuleShift, s.range)
    io.sink.sync()
  }
  resetGather(gather)
}

export const smmuDriver: IommuDriver<ArmState> = {
  id: 'arm',
  table: armTable,
  mapPages(s, pfn, page, order, count, permission, io) {
    if (pfn >= s.span[s.levels]! || page >= pow2(s.outputPages)) return refuse(io, ERANGE)
    const mapped = armMapRun(s, pfn, page, order, count, permission, io, forgetWalks)
    if (mapped < 0) return refuse(io, mapped === NO_LEVEL ? EINVAL : EEXIST)
    return mapped * pow2(order)
  },
  unmapPages(s, pfn, order, count, gather, io) {
    const { tablesNew } = io
    const unmapped = pfn >= s.span[s.levels]! ? 0 : armUnmapRun(s, pfn, order, count, io, forgetWalks)
    if (unmapped === 0) {
      io.warned = true
      return 0
    }
    const pages = unmapped * pow2(order)
    // An unmap makes tables only where it splits a block.
    const split = io.tablesNew > tablesNew
    if (gather.queued && !split) return pages
    // Page by page: the first decides whether the range pending is of the same size and touches it, the rest touch it.
    if (!gatherFits(gather, pfn, pow2(order), order)) sync(s, gather, io)
    gatherRange(gather, pfn, pages, order)
    gather.urgent = gather.queued
    return pages
  },
  sync,
  flushAll(_s, io) {
    smmuAll(io.sink)
    io.sink.sync()
  },
  release() {},
}
