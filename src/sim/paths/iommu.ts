// The common IOMMU layer (dma-iommu.c) over a driver of x86 or Arm: one run of addresses for a mapping, invalidations as the flush
// mode has them, and devices that look their addresses up in an IOTLB.
//
// Spec: spec/IOVA.md, spec/SWIOTLB-IOTLB.md B to D.
// Invariant: an entry leads somewhere exactly while it is mapped; where the IOMMU API unmaps more or less than was asked, the
// books follow the table.

import { alignUp, pow2 } from '../../lib/bits.ts'
import {
  createIommuDomain,
  isWaiting,
  mapEntries,
  mapIommu,
  mapSgIommu,
  pagesOfList,
  runFlushTimer,
  switchFlush,
  takeAddresses,
  unmapEntries,
  unmapIommu,
} from '../dma/dma-iommu.ts'
import { pagesTouched } from '../dma/dma-ops.ts'
import { createIo } from '../dma/iommu-driver.ts'
import { createIommuState, driverOf, flushModeOf, SPENT_LOCK, SPENT_WORST_NS, spentAt } from '../dma/iommu-state.ts'
import { predictRun } from '../dma/recorded.ts'
import { PRICES, ptPs } from '../engine/cost.ts'
import { logEvent } from '../engine/log.ts'
import { NO_LOCK, resetMeter } from '../engine/meter.ts'
import { createFlushQueue } from '../flush/flush-queue.ts'
import { createGather } from '../flush/gather.ts'
import { noteReuse } from '../iotlb/exposure.ts'
import { markStale } from '../iotlb/iotlb.ts'
import { absOf, withCpus } from '../iova/geometry.ts'
import { allocatorById } from '../iova/index.ts'
import * as ev from '../machine/events.ts'
import { addMark, forgetMapping, noteAnswer, noteSpent, pricedPs, recordMapping, searchPs } from '../machine/ledger.ts'
import {
  type DmaTable,
  MAP_ADDRESS,
  MAP_ENTRY,
  MAP_HOLDER,
  MAP_NPAGES,
  MAP_STRIDE,
  MAP_WHO,
  OUTSIDE,
  workloadOfHolder,
} from '../machine/state.ts'
import { readParam, readParams } from '../params.ts'
import { allocatorParam } from '../scenario/platform.ts'
import { isRadix, radixDevice } from '../scenario/platform-iommu.ts'
import { platformParam } from '../scenario/platform-names.ts'
import { createWalk } from '../table/page-table.ts'
import { createRadix, pfnOf, radixReader } from '../table/radix.ts'
import { chooseRun, type PageRun } from '../table/split.ts'
import { NO_ENTRY } from '../types.ts'
import { OP_COHERENT, OP_IOMMU_MAP, OP_MAP, OP_MAP_SG, type Op, TO_DEVICE } from '../workload/workload.ts'
import { forgetUnmapped, isOutside, noteChosen } from './chosen.ts'
import { armLate, bufferUsed, deviceAccess, fireLate, readDescriptor, rememberLate } from './device-access.ts'
import { createSink } from './invalidation.ts'
import { worstReachNs } from './parts.ts'
import type { IommuPath, IommuPathState } from './path.ts'
import { noteRefused } from './refusal.ts'
import { permissionOf, writesInside } from './tce.ts'
import { allocates, type Caller, callPs, type Ground, mappingOf, type Way } from './way.ts'
import { type Ask, type Built, geometryOf, islandsOf, spaceOf } from './window.ts'

const walk = createWalk()
const run: PageRun = { order: 0, count: 0 }

/** An address space of a device, and its empty table. */
export function buildIommu(ask: Ask): Built & { readonly path: IommuPath } {
  const { settings, own, device } = ask
  const platform = readParam(platformParam, settings, 'm')
  if (!isRadix(platform)) throw new RangeError(`no IOMMU driver of ${platform}`)
  const geometry = withCpus(geometryOf(ask), ask.cpus)
  const allocator = allocatorById(readParam(allocatorParam, own))!
  const unit = createIommuState(platform, readParams(radixDevice, settings, device.id), ask.devices)
  const state: IommuPathState = {
    allocatorId: allocator.id,
    alloc: allocator.create(geometry, own),
    writesUnderLock: writesInside(allocator.id, own),
    unit,
    radix: createRadix(unit.page, islandsOf(geometry)),
  }
  const flush = unit.mode === 'deferred' ? createFlushQueue(ask.cpus, unit.singleQueue) : null
  // One guards the invalidation queue.
  return { geometry, windowBytes: spaceOf(ask), ddw: null, path: { kind: 'iommu', state }, flush, ownLocks: 1 }
}

/** The common layer over an IOMMU driver. */
export function connectIommu(m: Ground, table: DmaTable, p: IommuPathState): Way {
  const { state: s, meter, sg } = m
  const { unit, radix } = p
  const driver = driverOf(unit.driver)
  const allocator = allocatorById(p.allocatorId)!
  const allocatorState = p.alloc
  const { geometry, mappings } = table
  const sink = createSink(s, table, unit, meter)
  const d = createIommuDomain(
    {
      ...{ allocator, allocatorState, table: radixReader(driver.table), tableState: radix },
      ...{ geometry, kernelPageShift: table.kernelPageShift },
    },
    { state: unit, driver, radix, io: createIo(sink), sink, gather: createGather(), queue: table },
  )

  function answered(): void {
    if (allocator.forEachCached) noteAnswer(table, meter, allocator.forEachChunk !== undefined)
  }

  /** Tells that addresses below 4 GiB have run out for a device, which `before` the operation was still given them first. */
  function noteDac(before: boolean, c: number, device: number): void {
    if (before === unit.lowFirst[device]!.dma32First) return
    logEvent(s.log, s.nowNs, ev.LOG_DAC, c, device, 0, 0)
    addMark(s, s.nowNs, ev.MARK_DAC, device, 0, 0)
  }

  /** Memory at `address` is mapped, and so somebody's: whoever still reaches it from before reaches a new owner's data. */
  function giveMemory(address: number, npages: number): void {
    for (const iotlb of s.iotlbs)
      if (iotlb.exposure.pages > 0) noteReuse(iotlb, Math.floor(address * d.pageInverse), npages, s.nowNs)
  }

  /** Translations of entries [first, first+npages) that IOTLBs hold are stale from now on. */
  function takeBack(first: number, npages: number): void {
    const pfn = pfnOf(radix, first)
    for (const iotlb of s.iotlbs) markStale(iotlb, table.owner, pfn, npages, s.nowNs)
  }

  /** VT-d cannot unmap from the middle of a large page on: the kernel would take its data for a table. */
  function beginsInsideLeaf(e: number): boolean {
    if (driver.id !== 'vtd') return false
    const pfn = pfnOf(radix, e)
    driver.table.walk(unit.page, pfn, -1, 0, walk)
    return walk.found && pfn % pow2(walk.order) !== 0
  }

  function log(kind: number, c: number, device: number, id: number): void {
    const at = id * MAP_STRIDE
    const { data } = mappings.records
    logEvent(s.ops, s.nowNs, kind, c, device, data[at + MAP_ENTRY]!, data[at + MAP_NPAGES]!)
  }

  /** The device has read the descriptor of what the driver is about to take back, or to look at. */
  function descriptorRead({ device }: Caller, op: Op): void {
    if (op.descriptor >= 0) readDescriptor(s, table, p, device, op.descriptor, op.descriptorPage)
  }

  /** Where some of a run that is handed out by the record waits for a flush, that has been by now. */
  function flushFirst(first: number, npages: number): void {
    if (isWaiting(d, first, npages)) runFlushTimer(d, meter)
  }

  function release(c: number, id: number): void {
    const at = id * MAP_STRIDE
    const { data } = mappings.records
    const start = data[at + MAP_ENTRY]!
    const npages = data[at + MAP_NPAGES]!
    const who = data[at + MAP_WHO]!
    takeBack(start, npages)
    // Whose holder chose its place no allocator has handed out, and no flush queue takes.
    if (m.workloads[workloadOfHolder(data[at + MAP_HOLDER]!)]?.choosesAddresses === true) {
      sink.cpu = c
      unmapEntries(d, start, npages, false, meter)
    } else unmapIommu(d, c, start, npages, meter)
    forgetMapping(s, table, id)
    rememberLate(s, table, unit, (who >> 8) & 0xff, start, who >> 16 !== TO_DEVICE)
  }

  return {
    domain: d,
    isIdle: false,
    tells: 'plain',
    called: d.mixed || d.table.levels(radix) > 1 ? 'page' : 'TCE',
    // Only who chooses addresses maps what was set aside.
    usable: (kept, keptFree) => Math.max(table.mapped, allocator.usable(allocatorState) + kept - keptFree),
    writePs(first, npages, address) {
      const work = { tceWrites: 0, tableCalls: 0, tablePages: 0 }
      const memory = Math.floor(address * d.pageInverse)
      const pfn = pfnOf(radix, first)
      for (let done = 0; done < npages; done += run.count * pow2(run.order)) {
        chooseRun(unit.page.orders, pfn + done, memory + done, npages - done, run)
        work.tceWrites += run.count
        work.tableCalls += unit.single ? run.count : 1
      }
      return ptPs(work, true, unit.driver !== 'vtd')
    },
    lockName: (lock) => (lock === table.locks.length - 1 ? 'IOMMU queue' : undefined),
    reach: (mask) => Math.min(mask, absOf(geometry, geometry.size - 1)),
    // An unmap clears its entries and waits for its invalidation before it takes a lock.
    lock(c, op) {
      const { kind } = op
      if (kind === OP_MAP) return allocator.lockForAlloc(allocatorState, c, pagesTouched(d, op.address, op.bytes))
      if (kind === OP_COHERENT)
        return allocator.lockForAlloc(allocatorState, c, pagesTouched(d, 0, alignUp(op.bytes, d.kernelPageBytes)))
      if (kind !== OP_MAP_SG) return NO_LOCK
      let sum = 0
      for (let i = 0; i < op.elements; i++) sum += pagesTouched(d, op.sgAddress[i]!, op.sgBytes[i]!)
      return allocator.lockForAlloc(allocatorState, c, sum)
    },
    map(c, by, cpu) {
      const { op } = cpu
      const { device } = by
      table.maps++
      const mapped = op.kind === OP_COHERENT ? alignUp(op.bytes, d.kernelPageBytes) : op.bytes
      const low = unit.lowFirst[device]!.dma32First
      const first = mapIommu(d, c, device, op.address, mapped, permissionOf(op.direction), by.mask, meter)
      noteDac(low, c, device)
      op.entry = first
      if (first === NO_ENTRY) {
        op.mapping = -1
        return false
      }
      const npages = pagesTouched(d, op.address, mapped)
      giveMemory(op.address, npages)
      op.mapping = recordMapping(s, d, table, mappingOf(c, by, cpu, first, npages, op.address, op.bytes), meter)
      logEvent(s.ops, s.nowNs, ev.STEP_MAP, c, device, first, npages)
      answered()
      return true
    },
    mapList(c, by, cpu) {
      const { op } = cpu
      const { device } = by
      table.maps++
      sg.n = op.elements
      for (let i = 0; i < sg.n; i++) {
        sg.address[i] = op.sgAddress[i]!
        sg.length[i] = op.sgBytes[i]!
        sg.dmaLength[i] = 0
      }
      const npages = pagesOfList(d, sg)
      const low = unit.lowFirst[device]!.dma32First
      const first = mapSgIommu(d, c, device, sg, npages, permissionOf(op.direction), by.mask, meter)
      noteDac(low, c, device)
      op.segments = first === NO_ENTRY ? -1 : 1
      if (first === NO_ENTRY) return false
      let bytes = 0
      for (let i = 0; i < sg.n; i++) {
        bytes += sg.length[i]!
        giveMemory(sg.address[i]!, pagesTouched(d, sg.address[i]!, sg.length[i]!))
      }
      op.sgMapping[0] = recordMapping(s, d, table, mappingOf(c, by, cpu, first, npages, sg.address[0]!, bytes), meter)
      logEvent(s.ops, s.nowNs, ev.STEP_MAP_SG, c, device, first, npages)
      answered()
      return true
    },
    mapAt(c, by, cpu) {
      const { op } = cpu
      table.maps++
      op.entry = NO_ENTRY
      op.mapping = -1
      const first = op.sgAddress[0]!
      const npages = pagesTouched(d, op.address, op.bytes)
      sink.cpu = c
      if (isOutside(geometry.size, first, npages)) {
        noteChosen(m, table, by.device, op, npages, OUTSIDE)
        return false
      }
      if (!mapEntries(d, first, npages, op.address, permissionOf(op.direction), meter)) {
        table.whyRefused = 0
        return false
      }
      op.entry = first
      giveMemory(op.address, npages)
      op.mapping = recordMapping(s, d, table, mappingOf(c, by, cpu, first, npages, op.address, op.bytes), meter)
      logEvent(s.ops, s.nowNs, ev.STEP_MAP, c, by.device, first, npages)
      answered()
      return true
    },
    unmap(c, by, op) {
      table.unmaps++
      descriptorRead(by, op)
      if (op.used !== 0) bufferUsed(s, table, p, by.device, op.mapping)
      log(ev.STEP_UNMAP, c, by.device, op.mapping)
      release(c, op.mapping)
    },
    unmapList(c, by, op) {
      table.unmaps++
      descriptorRead(by, op)
      if (op.used !== 0) for (let i = 0; i < op.segments; i++) bufferUsed(s, table, p, by.device, op.sgMapping[i]!)
      log(ev.STEP_UNMAP_SG, c, by.device, op.sgMapping[0]!)
      for (let i = 0; i < op.segments; i++) release(c, op.sgMapping[i]!)
    },
    // Where the range ends inside a large page, more or less than asked may go, as the driver has it.
    unmapAt(c, by, op) {
      table.unmaps++
      descriptorRead(by, op)
      const [first, npages] = [op.sgAddress[0]!, op.sgBytes[0]!]
      logEvent(s.ops, s.nowNs, ev.STEP_UNMAP, c, by.device, first, npages)
      sink.cpu = c
      if (beginsInsideLeaf(first)) {
        logEvent(s.log, s.nowNs, ev.LOG_INSIDE, c, by.device, pfnOf(radix, first), npages)
        return
      }
      takeBack(first, npages)
      unmapEntries(d, first, npages, false, meter)
      forgetUnmapped(s, table, d, first, npages)
    },
    sync(c, by, op) {
      descriptorRead(by, op)
      if (op.used !== 0) {
        const address = mappings.records.data[op.mapping * MAP_STRIDE + MAP_ADDRESS]!
        bufferUsed(s, table, p, by.device, op.mapping, pagesTouched(d, address, op.bytes))
      }
      log(ev.STEP_SYNC, c, by.device, op.mapping)
    },
    release,
    // The common layer refuses without a word; the driver may tell.
    refuse(c, by, op) {
      if (op.kind !== OP_IOMMU_MAP) table.whyRefused = 0
      noteRefused(m, table, d, c, by.device, op, ev.SAYS_NOTHING)
    },
    adopt(c, device, first, npages, _address, mask) {
      const low = unit.lowFirst[device]!
      const was = low.dma32First
      const ask = () => takeAddresses(d, c, device, npages, mask, meter)
      const settle = () => {
        // Only what the record has above 4 GiB tells that nothing was left below.
        low.dma32First = was
        flushFirst(first, npages)
      }
      return predictRun(d, c, npages, first, ask, settle, meter)
    },
    keep(first, npages) {
      flushFirst(first, npages)
      allocator.adopt!(allocatorState, first, npages, false)
    },
    put(c, first, npages, address, permission) {
      sink.cpu = c
      mapEntries(d, first, npages, address, permission, meter)
      giveMemory(address, npages)
    },
    // What a driver had mapped before the record began was handed out all the same.
    clear(c, first, npages) {
      if (isWaiting(d, first, npages)) return
      allocator.adopt!(allocatorState, first, npages, false)
      unmapIommu(d, c, first, npages, meter)
    },
    access: (device, e, write) => deviceAccess(s, table, p, device, e, write),
    price(op, isMap, locked, out) {
      const writePs = ptPs(meter, isMap, unit.driver !== 'vtd')
      const asks = allocates(op.kind)
      const ownPs = callPs(op.kind)
      out.workPs = !asks ? 0 : isMap ? searchPs(meter) : PRICES.free.ps
      out.underLockPs = p.writesUnderLock ? writePs : 0
      out.restPs = writePs - out.underLockPs + ownPs
      if (ownPs === 0) return
      const chargedPs = isMap && asks ? out.workPs : pricedPs(meter)
      noteSpent(unit, meter, isMap, chargedPs - meter.invalidationPs, writePs, ownPs, locked)
    },
    waited(ns) {
      const at = spentAt(unit.mode) + SPENT_LOCK
      unit.spentPs[at] = unit.spentPs[at]! + ns * 1000
    },
    flush: () => runFlushTimer(d, meter),
    armLate: () => armLate(s, table, unit),
    fireLate: (t) => fireLate(s, table, p, t),
    // Its flush mode, or how it misbehaves. Not priced: whoever changes the setting does not wait for it.
    retune(scope) {
      const { late } = unit
      const own = readParams(radixDevice, s.settings, scope)
      late.every = own.late
      late.left = own.late
      late.afterNs = own.lateAfter
      resetMeter(meter, s.nowNs)
      // How long something was, or could have been, reached under a mode that may end now.
      const at = spentAt(unit.mode) + SPENT_WORST_NS
      unit.spentPs[at] = Math.max(unit.spentPs[at]!, worstReachNs(s, table))
      switchFlush(d, flushModeOf(own), s.cpus.length, meter)
      table.flushes += meter.flushes
      // The timer of a queue that is gone is nobody's.
      if (!table.flush) table.workNs[ev.WORK_FLUSH] = Number.POSITIVE_INFINITY
    },
  }
}
