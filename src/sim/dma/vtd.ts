// The VT-d driver: what the IOMMU core's calls do to the table, and which invalidations they take.
//
// Kernel: drivers/iommu/intel/iommu.c, __domain_mapping, switch_to_super_page, intel_iommu_unmap,
//   intel_iommu_tlb_sync. Spec: spec/SWIOTLB-IOTLB.md B.6, B.7, C.1, D.1, D.1b.
// What it does: a small page over a small one keeps the old entry, with a warning; a large page silently replaces what
//   is below it, and invalidates before the entry is written, since walk caches may know the table that goes. An
//   unmapping is gathered as one page per call, whatever its length, so that runs of different length are synced apart.
//   What it takes out of the table is noted before the gather is asked: such a sync already counts and frees it.
// Not modelled: caching mode and write-buffer flushing; the flushing of entries from a CPU cache that does not snoop.
// Invariant: a table page is given back at a sync or a release only, or when a large page takes its place.
// Cost: see the table; one command per run of pages in strict mode, none in deferred.

import { pow2 } from '../../lib/bits.ts'
import { type Gather, gatherFits, gatherRange, resetGather } from '../flush/gather.ts'
import { invalidateDomain, invalidateRange } from '../iotlb/commands-vtd.ts'
import { entryAt, isLeaf } from '../table/nodes.ts'
import {
  clearOne,
  clearPages,
  clearSlots,
  dropAll,
  makePath,
  queueNodes,
  releaseNodes,
  setLeaf,
  setOne,
  setPages,
  slotOf,
  spanAt,
  takeOut,
  type VtdChange,
  type VtdSpan,
  type VtdState,
  vtdTable,
} from '../table/vtd.ts'
import { type DriverIo, EEXIST, EFAULT, type IommuDriver } from './iommu-driver.ts'

const change: VtdChange = { writes: 0, made: 0, refused: false }
const span: VtdSpan = { pages: 0, inside: false, node: -1 }
/** Tables that the call at work has taken out. */
const taken: number[] = []

/** Adds what `change` has counted to the figures, and empties it. */
function report(io: DriverIo): void {
  io.writes += change.writes
  io.tablesNew += change.made
  if (change.refused) io.warned = true
  change.writes = 0
  change.made = 0
  change.refused = false
}

/** Makes room for `count` large leaves: tables below them go at once, each slot that is set takes an invalidation. */
function replace(s: VtdState, node: number, pfn: number, height: number, count: number, io: DriverIo): void {
  const first = slotOf(pfn, height)
  const size = pow2(s.bits * height)
  for (let i = 0; i < count; i++) {
    const entry = entryAt(s.nodes, node, first + i)
    if (entry === 0) continue
    if (!isLeaf(entry)) {
      taken.length = 0
      takeOut(s, node, first + i, height, taken)
      change.writes++
      io.tablesFreed += taken.length
      dropAll(s, taken)
    }
    invalidateRange(s, pfn + i * size, (count - i) * size, false, io.sink)
    io.sink.sync()
  }
}

/** Invalidates what was gathered, or everything where that is nothing, and gives back what was taken out. */
function sync(s: VtdState, gather: Gather, io: DriverIo): void {
  const { sink } = io
  if (gather.empty) invalidateDomain(sink)
  else invalidateRange(s, gather.first, gather.last - gather.first + 1, gather.detached.length === 0, sink)
  sink.sync()
  io.tablesFreed += gather.detached.length
  dropAll(s, gather.detached)
  resetGather(gather)
}

/** VT-d as the IOMMU core drives it. */
export const vtdDriver: IommuDriver<VtdState> = {
  id: 'vtd',
  table: vtdTable,

  mapPages(s, pfn, page, order, count, permission, io) {
    if (count === 1 && order === 0 && setOne(s, pfn, page, permission)) {
      io.writes++
      return 1
    }
    const size = pow2(order)
    if (pfn + size * count > pow2(s.widthPages)) {
      io.error = EFAULT
      return 0
    }
    const height = order / s.bits
    const slots = pow2(s.bits)
    let done = 0
    while (done < count) {
      const at = pfn + done * size
      const slot = slotOf(at, height)
      const n = Math.min(count - done, slots - slot)
      const node = makePath(s, at, height, change)
      if (node < 0) {
        // The kernel would write into the data of the large page.
        io.error = EEXIST
        io.warned = true
        break
      }
      if (height > 0) {
        replace(s, node, at, height, n, io)
        for (let i = 0; i < n; i++) setLeaf(s, node, slot + i, height, page + (done + i) * size, permission, change)
      } else if (!setPages(s, node, slot, n, page + done, permission, change)) io.warned = true
      done += n
    }
    report(io)
    return done * size
  },

  unmapPages(s, pfn, order, count, gather, io) {
    if (gather.queued && count === 1 && order === 0 && clearOne(s, pfn)) {
      io.writes++
      gatherRange(gather, pfn, 1, -1)
      return 1
    }
    const width = pow2(s.widthPages)
    if (pfn >= width) return 0
    spanAt(s, pfn, span)
    if (span.inside) {
      io.warned = true
      return 0
    }
    const size = Math.max(pow2(order) * count, span.pages)
    const slots = pow2(s.bits)
    const slot = slotOf(pfn, 0)
    if (taken.length > 0) taken.length = 0
    if (span.node >= 0 && size < slots && slot + size <= slots) clearSlots(s, span.node, slot, size, change)
    else clearPages(s, pfn, Math.min(pfn + size, width) - 1, taken, change)
    io.tablesDetached += taken.length
    report(io)
    if (gather.queued) {
      if (taken.length > 0) queueNodes(s, gather.empty ? pfn : gather.first, taken)
      gatherRange(gather, pfn, size, -1)
      return size
    }
    for (let i = 0; i < taken.length; i++) gather.detached.push(taken[i]!)
    if (!gatherFits(gather, pfn, size, -1)) sync(s, gather, io)
    gatherRange(gather, pfn, size, -1)
    return size
  },

  sync,

  flushAll(_s, io) {
    invalidateDomain(io.sink)
    io.sink.sync()
  },

  release(s, pfn, io) {
    io.tablesFreed += releaseNodes(s, pfn)
  },
}
