// The DMA API over an IOMMU driver, as x86 and Arm have it: one run of addresses for each mapping, low addresses first, and
// an unmap that waits for its invalidation, leaves the address in a queue, or (the bug of 2011) does neither.
//
// Kernel: drivers/iommu/dma-iommu.c (iommu_dma_alloc_iova, iommu_dma_free_iova, __iommu_dma_map, iommu_dma_map_sg) and
//   drivers/iommu/iommu.c. Spec: spec/IOVA.md 7 (limits), 6 (flush queue), spec/SWIOTLB-IOTLB.md B, D.6.
// What it does: a list becomes one run; each element begins on a page of its own. An unmap clears its entries first; what
//   follows is the flush mode's. The IOMMU API below maps at addresses of the caller's choosing, without allocator.
// Not modelled: segment limits, MSI pages, a queue entry's own
//   list of tables (they are found by the first page of the unmap).
// Invariant: an entry has a page-table entry exactly while it is mapped; it may be in the flush queue afterwards.
// Cost: one allocation and, for each run of pages of one size, one call of the driver.

import { PRICES } from '../engine/cost.ts'
import { type CostMeter, charge, dropLock, NO_LOCK, takeLock } from '../engine/meter.ts'
import { createFlushQueue, type FlushSink, flushTimer, forEachQueued, queueRange } from '../flush/flush-queue.ts'
import { resetGather } from '../flush/gather.ts'
import type { IovaAllocator } from '../iova/allocator.ts'
import { noteEntries, pfnOf } from '../table/radix.ts'
import { chooseRun, type PageRun } from '../table/split.ts'
import { NO_ENTRY } from '../types.ts'
import { allocDma } from './dma-limit.ts'
import { type AllocDomain, createDomain, createRequest, type DmaDomain, pagesTouched, type SgList } from './dma-ops.ts'
import { lookUpExact, sendExact } from './exact-size.ts'
import { mapRange, unmapRange } from './iommu-core.ts'
import type { DriverIo } from './iommu-driver.ts'
import type { IommuRules } from './iommu-rules.ts'
import type { IommuState } from './iommu-state.ts'

/** The domain of a table that an IOMMU driver maps and unmaps. */
export interface IommuDomain extends AllocDomain {
  readonly iommu: IommuRules
}

/** The domain of a table with the rules of its driver, and a fresh scratch request. */
export function createIommuDomain(
  parts: Parameters<typeof createDomain<IovaAllocator>>[0],
  iommu: IommuRules,
): IommuDomain {
  const { allocator, allocatorState, table, tableState, geometry, kernelPageShift } = parts
  const { pageBytes, kernelPageBytes, pageInverse, mixed, isCopied } = createDomain(parts)
  // Written out as createDomain's is: see `withCpus` of iova/geometry.ts.
  return {
    allocator,
    allocatorState,
    table,
    tableState,
    geometry,
    kernelPageShift,
    pageBytes,
    kernelPageBytes,
    pageInverse,
    mixed,
    isCopied,
    request: createRequest(),
    iommu,
  }
}

/** Takes `npages` for a device that reaches absolute entries up to `mask`. First table-relative entry, or NO_ENTRY. */
export function takeAddresses(
  d: IommuDomain,
  onCpu: number,
  device: number,
  npages: number,
  mask: number,
  meter: CostMeter,
): number {
  const { request, iommu } = d
  request.cpu = onCpu
  request.npages = npages
  request.alignOrder = 0
  request.useHandle = false
  request.phase = 0
  const { geometry, allocator, allocatorState } = d
  return allocDma(iommu.state.lowFirst[device]!, allocator, allocatorState, request, mask, geometry.pageShift, meter)
}

const run: PageRun = { order: 0, count: 0 }

/** Writes entries [e, e+npages) to lead to the page of `address` and those behind it. False when the driver refused. */
export function mapEntries(
  d: IommuDomain,
  e: number,
  npages: number,
  address: number,
  permission: number,
  meter: CostMeter,
): boolean {
  const { driver, state, io, radix } = d.iommu
  const { page, single } = state
  const pfn = pfnOf(radix, e)
  const memory = Math.floor(address * d.pageInverse)
  if (mapRange(driver, page, pfn, memory, npages, permission, single, io) < npages) return false
  countWork(io, meter)
  noteEntries(radix, e, npages)
  state.newest = e
  if (npages === 1) state.leaves[0] = state.leaves[0]! + 1
  else countLeaves(state, pfn, memory, npages)
  return true
}

/** Notes the page sizes that a mapping was split into. */
function countLeaves({ page, leaves }: IommuState, pfn: number, memory: number, npages: number): void {
  for (let done = 0; done < npages; ) {
    chooseRun(page.orders, pfn + done, memory + done, npages - done, run)
    leaves[run.order] = leaves[run.order]! + run.count
    done += run.count * (1 << run.order)
  }
}

/** What the driver did goes to the meter. */
function countWork(io: DriverIo, meter: CostMeter): void {
  meter.tceWrites += io.writes
  meter.tableCalls += io.calls
  meter.tablePages += io.tablesNew
  io.writes = 0
  io.calls = 0
  io.tablesNew = 0
}

/** Maps `bytes` (at least 1) at `address`. First table-relative entry, or NO_ENTRY. */
export function mapIommu(
  d: IommuDomain,
  onCpu: number,
  device: number,
  address: number,
  bytes: number,
  permission: number,
  mask: number,
  meter: CostMeter,
): number {
  const npages = pagesTouched(d, address, bytes)
  const e = takeAddresses(d, onCpu, device, npages, mask, meter)
  if (e === NO_ENTRY) return NO_ENTRY
  d.iommu.sink.cpu = onCpu
  mapEntries(d, e, npages, address, permission, meter)
  return e
}

/** Pages that a list takes: each element the pages it touches. */
export function pagesOfList(d: DmaDomain, sg: SgList): number {
  let sum = 0
  for (let i = 0; i < sg.n; i++) sum += pagesTouched(d, sg.address[i]!, sg.length[i]!)
  return sum
}

/** Maps a list of `npages` in one run. First table-relative entry, or NO_ENTRY. */
export function mapSgIommu(
  d: IommuDomain,
  onCpu: number,
  device: number,
  sg: SgList,
  npages: number,
  permission: number,
  mask: number,
  meter: CostMeter,
): number {
  const first = takeAddresses(d, onCpu, device, npages, mask, meter)
  if (first === NO_ENTRY) return NO_ENTRY
  d.iommu.sink.cpu = onCpu
  let e: number = first
  for (let i = 0; i < sg.n; i++) {
    const n = pagesTouched(d, sg.address[i]!, sg.length[i]!)
    mapEntries(d, e, n, sg.address[i]!, permission, meter)
    e += n
  }
  return first
}

/** Takes a mapping of the DMA API back: its entries are cleared, and free when the flush mode says so. */
export function unmapIommu(d: IommuDomain, onCpu: number, first: number, npages: number, meter: CostMeter): void {
  const rules = d.iommu
  rules.sink.cpu = onCpu
  const { flush } = rules.queue
  unmapEntries(d, first, npages, flush !== null, meter)
  if (!flush) {
    giveBack(d, onCpu, first, npages, meter)
    return
  }
  chargeInvalidation(meter)
  queueRange(flush, onCpu, first, npages, meter.nowNs, releaseTo(d, meter))
}

function chargeInvalidation(meter: CostMeter): void {
  charge(meter, PRICES.flushQueue)
  meter.invalidationPs += PRICES.flushQueue.ps
}

/**
 * Clears entries [e, e+npages) and tells the hardware, unless nobody does in this flush mode. `queued`: the caller puts
 * them into the flush queue instead.
 */
export function unmapEntries(d: IommuDomain, e: number, npages: number, queued: boolean, meter: CostMeter): void {
  const { state, driver, io, sink, gather, radix } = d.iommu
  const { page, hardware, mode, each } = state
  const pfn = pfnOf(radix, e)
  state.asked += npages
  resetGather(gather)
  gather.queued = queued
  if (gather.queued || hardware === 'mask') {
    sink.muted = mode === 'none'
    clear(d, pfn, npages)
    // Where each call has been synced, nothing is left to do.
    if (gather.queued ? gather.urgent : !(each && gather.empty)) driver.sync(page, gather, io)
    sink.muted = false
  } else {
    // Such hardware is told page by page; what the driver would have sent instead goes nowhere.
    if (hardware === 'exact') lookUpExact(driver.table, page, pfn, npages, meter)
    const { tablesFreed } = io
    sink.muted = true
    clear(d, pfn, npages)
    driver.sync(page, gather, io)
    sink.muted = mode === 'none'
    sendExact(pfn, npages, hardware === 'exact', io.tablesFreed === tablesFreed, sink)
    sink.muted = false
  }
  countWork(io, meter)
}

/** Clears pages in as many calls of the driver as the kernel of the settings makes. */
function clear(d: IommuDomain, pfn: number, npages: number): void {
  const { state, driver, io, gather } = d.iommu
  const { page, single, each } = state
  if (!single && !each) {
    unmapRange(driver, page, pfn, npages, gather, io)
    return
  }
  for (let done = 0; done < npages; ) {
    chooseRun(page.orders, pfn + done, pfn + done, npages - done, run)
    io.calls++
    const n = driver.unmapPages(page, pfn + done, run.order, single ? 1 : run.count, gather, io)
    if (n === 0) return
    done += n
    if (each && !gather.queued) driver.sync(page, gather, io)
  }
}

/** True when some of entries [first, first+npages) waits in the flush queue. Cost: what waits. */
export function isWaiting({ iommu }: IommuDomain, first: number, npages: number): boolean {
  let waits = false
  if (iommu.queue.flush)
    forEachQueued(iommu.queue.flush, (e, n) => {
      waits ||= e < first + npages && e + n > first
    })
  return waits
}

/** The timer of the flush queue has run out. Returns the ranges that are free now; none if the queue went meanwhile. */
export function runFlushTimer(d: IommuDomain, meter: CostMeter): number {
  const { queue, state, sink } = d.iommu
  if (!queue.flush) return 0
  const to = releaseTo(d, meter)
  to.released = 0
  to.byTimer = true
  sink.cpu = queue.flush.timerCpu
  state.flushedTimer++
  flushTimer(queue.flush, meter.nowNs, to)
  to.byTimer = false
  return to.released
}

/**
 * Changes the flush mode while mappings stand. What waits in the queue is flushed and freed first; leaving `none`, the
 * whole domain is invalidated, so that nothing is left of before.
 */
export function switchFlush(d: IommuDomain, mode: IommuState['mode'], cpus: number, meter: CostMeter): void {
  const { queue, state, driver, io, sink } = d.iommu
  if (mode === state.mode) return
  // Not the CPU that sent last: it is not part of the state.
  sink.cpu = 0
  if (queue.flush) flushTimer(queue.flush, meter.nowNs, releaseTo(d, meter))
  if (state.mode === 'none') driver.flushAll(state.page, io)
  queue.flush = mode === 'deferred' ? createFlushQueue(cpus, state.singleQueue) : null
  state.mode = mode
}

function releaseTo(d: IommuDomain, meter: CostMeter): typeof scratch {
  scratch.domain = d
  scratch.meter = meter
  return scratch
}

/** One object for every queue and operation: nothing is allocated on the way. */
const scratch: FlushSink & { domain: IommuDomain; meter: CostMeter; released: number; byTimer: boolean } = {
  domain: null as unknown as IommuDomain,
  meter: null as unknown as CostMeter,
  released: 0,
  byTimer: false,
  release(onCpu, first, npages) {
    this.released++
    const { driver, state, io, radix } = this.domain.iommu
    if (driver.table.pending(state.page) > 0) driver.release(state.page, pfnOf(radix, first), io)
    giveBack(this.domain, onCpu, first, npages, this.meter)
  },
  invalidateAll() {
    const { driver, state, io, sink } = this.domain.iommu
    if (!this.byTimer) state.flushedFull++
    sink.flushing = true
    driver.flushAll(state.page, io)
    sink.flushing = false
    this.meter.flushes++
  },
}

/** Gives a range back to the allocator on a CPU, under the lock that it needs. */
function giveBack(d: IommuDomain, onCpu: number, first: number, npages: number, meter: CostMeter): void {
  const { allocator, allocatorState } = d
  const lock = allocator.lockForFree(allocatorState, first, onCpu, npages)
  if (lock !== NO_LOCK) takeLock(meter, lock)
  if (!allocator.charges) charge(meter, PRICES.free)
  allocator.free(allocatorState, first, npages, meter, onCpu)
  dropLock(meter)
}
