// The DMA API over an IOMMU driver, as VT-d has it: one run of addresses for each mapping, low addresses first, and an
// unmap that either waits for its invalidation or leaves the address in a queue.
//
// Kernel: drivers/iommu/dma-iommu.c (iommu_dma_alloc_iova, iommu_dma_free_iova, __iommu_dma_map, iommu_dma_map_sg).
// Spec: spec/IOVA.md 7 (limits), 6 (flush queue). A list becomes one run; each element begins on a page of its own.
// Not modelled: bounce buffers for buffers that do not fill their pages, segment limits, MSI pages, and what the
//   hardware still reaches before its IOTLB is flushed.
// Invariant: an entry has a page-table entry exactly while it is mapped; it may be in the flush queue afterwards.
// Cost: one allocation and one table call for each mapping (one table call for each element of a list).

import { PRICES } from '../engine/cost.ts'
import { type CostMeter, charge, dropLock, NO_LOCK, takeLock } from '../engine/meter.ts'
import { type FlushSink, flushTimer, queueRange } from '../flush/flush-queue.ts'
import { type AbsEntry, type Cpu, cpu, type Entry, entry, NO_ENTRY, type Pages, pages, realAddr } from '../types.ts'
import { allocDma } from './dma-limit.ts'
import { type DmaDomain, pagesTouched, type SgList } from './dma-ops.ts'

/** Takes `npages` for a device that reaches absolute entries up to `mask`. First table-relative entry, or NO_ENTRY. */
function take(d: DmaDomain, onCpu: Cpu, device: number, npages: Pages, mask: AbsEntry, meter: CostMeter): Entry {
  const { request, iommu } = d
  request.cpu = onCpu
  request.npages = npages
  request.alignOrder = 0
  request.useHandle = false
  request.phase = 0
  const { geometry, allocator, allocatorState } = d
  return allocDma(iommu!.lowFirst[device]!, allocator, allocatorState, request, mask, geometry.pageShift, meter)
}

/** Maps `bytes` (at least 1) at `address`. First table-relative entry, or NO_ENTRY. */
export function mapIommu(
  d: DmaDomain,
  onCpu: Cpu,
  device: number,
  address: number,
  bytes: number,
  permission: number,
  mask: AbsEntry,
  meter: CostMeter,
): Entry {
  const npages = pagesTouched(d, address, bytes)
  const e = take(d, onCpu, device, npages, mask, meter)
  if (e !== NO_ENTRY) d.table.set(d.tableState, e, npages, realAddr(address), permission, meter)
  return e
}

/** Pages that a list takes: each element the pages it touches. */
export function pagesOfList(d: DmaDomain, sg: SgList): Pages {
  let sum = 0
  for (let i = 0; i < sg.n; i++) sum += pagesTouched(d, sg.address[i]!, sg.length[i]!)
  return pages(sum)
}

/** Maps a list of `npages` in one run. First table-relative entry, or NO_ENTRY. */
export function mapSgIommu(
  d: DmaDomain,
  onCpu: Cpu,
  device: number,
  sg: SgList,
  npages: Pages,
  permission: number,
  mask: AbsEntry,
  meter: CostMeter,
): Entry {
  const first = take(d, onCpu, device, npages, mask, meter)
  if (first === NO_ENTRY) return NO_ENTRY
  let e: number = first
  for (let i = 0; i < sg.n; i++) {
    const n = pagesTouched(d, sg.address[i]!, sg.length[i]!)
    d.table.set(d.tableState, entry(e), n, realAddr(sg.address[i]!), permission, meter)
    e += n
  }
  return first
}

/** Takes a mapping back: its entries are cleared, and free at once after an invalidation, or later by the flush queue. */
export function unmapIommu(d: DmaDomain, onCpu: Cpu, first: Entry, npages: Pages, meter: CostMeter): void {
  const { flush } = d.iommu!
  d.table.clear(d.tableState, first, npages, meter)
  if (flush) {
    charge(meter, PRICES.flushQueue)
    queueRange(flush, onCpu, first, npages, meter.nowNs, releaseTo(d, meter))
  } else {
    charge(meter, PRICES.invalidate)
    meter.invalidations++
    giveBack(d, onCpu, first, npages, meter)
  }
}

/** The timer of the flush queue has run out. Returns the ranges that are free now. */
export function runFlushTimer(d: DmaDomain, meter: CostMeter): number {
  const sink = releaseTo(d, meter)
  sink.released = 0
  flushTimer(d.iommu!.flush!, meter.nowNs, sink)
  return sink.released
}

function releaseTo(d: DmaDomain, meter: CostMeter): typeof scratch {
  scratch.domain = d
  scratch.meter = meter
  return scratch
}

/** One object for every queue and operation: nothing is allocated on the way. */
const scratch: FlushSink & { domain: DmaDomain; meter: CostMeter; released: number } = {
  domain: null as unknown as DmaDomain,
  meter: null as unknown as CostMeter,
  released: 0,
  release(onCpu, first, npages) {
    this.released++
    giveBack(this.domain, cpu(onCpu), entry(first), pages(npages), this.meter)
  },
  invalidateAll() {
    charge(this.meter, PRICES.invalidate)
    this.meter.flushes++
  },
}

/** Gives a range back to the allocator on a CPU, under the lock that it needs. */
function giveBack(d: DmaDomain, onCpu: Cpu, first: Entry, npages: Pages, meter: CostMeter): void {
  const { allocator, allocatorState } = d
  const lock = allocator.lockForFree(allocatorState, first, onCpu, npages)
  if (lock !== NO_LOCK) takeLock(meter, lock)
  if (!allocator.charges) charge(meter, PRICES.free)
  allocator.free(allocatorState, first, npages, meter, onCpu)
  dropLock(meter)
}
