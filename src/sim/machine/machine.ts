// Where the mechanisms meet: CPUs run tasks of workloads, each operation goes through the DMA layer to allocator and
// table, is priced, and leaves its trace in mappings, history and log.
//
// Not modelled: interrupts that preempt an operation; the order of clearing TCEs and taking the lock inside one unmap
//   (the whole operation is priced as lock part and rest); the lock being dropped between the elements of a list.
// Invariant: an entry has a TCE, a mapping record and a set bit exactly while it is mapped.

import { alignUp, pow2 } from '../../lib/bits.ts'
import { heapPop, heapPush, heapReplace } from '../../lib/heap.ts'
import { type DmaDomain, pagesTouched } from '../dma/dma-ops.ts'
import { PRICES, ptPs } from '../engine/cost.ts'
import { logEvent } from '../engine/log.ts'
import { NO_LOCK, resetMeter } from '../engine/meter.ts'
import { addToColumn, rollColumns } from '../engine/recorder.ts'
import { mapAt, mapList, mapOne, refuse, sync, unmap, unmapAt } from '../paths/operations.ts'
import { mapRecorded, unmapRecorded } from '../paths/recorded-ops.ts'
import { MAX_NS } from '../scenario/schema.ts'
import { cpu as asCpu, entry, type Pages, pages } from '../types.ts'
import {
  OP_COHERENT,
  OP_IOMMU_MAP,
  OP_IOMMU_UNMAP,
  OP_MAP,
  OP_MAP_AT,
  OP_MAP_SG,
  OP_SYNC,
  OP_UNMAP,
  OP_UNMAP_AT,
  OP_UNMAP_SG,
  type Op,
  RUN,
  YIELD,
} from '../workload/workload.ts'
import { bufferUsed, fireEngine, fireLate, readDescriptor, setEngine } from './device-access.ts'
import * as ev from './events.ts'
import type { Count } from './happenings.ts'
import { noteHcalls } from './hypervisor.ts'
import { addMark, noteAnswer, noteMissed, noteSpent, noteWork, pricedPs, searchPs } from './ledger.ts'
import { armWork, doWork, fireWork } from './put-off.ts'
import { holdStage, nextStage, passLock, regrant, spend, takes } from './stages.ts'
import { exposedBytes, MAP_ADDRESS, MAP_ENTRY, MAP_NPAGES, MAP_STRIDE, type MachineState } from './state.ts'
import type { Binding, Machine } from './wiring.ts'

/** Arms the one timer of a task; an earlier one becomes stale. */
export function setTimer(s: MachineState, task: number, atNs: number): void {
  s.taskTimerNs[task] = atNs
  if (atNs < Number.POSITIVE_INFINITY) heapPush(s.heap, atNs, ev.EV_TIMER | (task << ev.KIND_BITS))
}

/** Asks every task of a workload again at once: its load has changed. */
export function wakeWorkload(s: MachineState, index: number): void {
  const w = s.workloads[index]!
  for (let t = 0; t < w.tasks; t++) if (s.taskReady[w.firstTask + t] === 0) setTimer(s, w.firstTask + t, s.nowNs)
}

/**
 * Processes events in order until `untilNs` (inclusive), until `maxEvents` have been processed or right after the event
 * with which `count` grows, if there is one, and never beyond MAX_NS. The clock ends at `untilNs`, or at the last event
 * when it stopped before, no end was given, or it `stays` where no other is left. Returns the number processed.
 */
export function advance(m: Machine, untilNs: number, maxEvents: number, count: Count | null, stays = false): number {
  const { state: s } = m
  const { heap } = s
  const lastNs = Math.min(untilNs, MAX_NS)
  const before = count === null ? 0 : count(s)
  let n = 0
  while (n < maxEvents && (count === null || count(s) <= before)) {
    if (heap.size === 0 || heap.times[0]! > lastNs) {
      const rests = untilNs === Number.POSITIVE_INFINITY || (stays && heap.size === 0)
      if (!rests && lastNs > s.nowNs) moveClock(s, lastNs)
      break
    }
    const t = heap.times[0]!
    const payload = heap.payloads[0]!
    if (t > s.nowNs) moveClock(s, t)
    s.events++
    n++
    const kind = payload & ev.KIND_MASK
    const arg = payload >> ev.KIND_BITS
    if (kind === ev.EV_CPU) {
      const again = runCpu(m, arg, t)
      if (again < 0) heapPop(heap)
      else heapReplace(heap, again, payload)
    } else if (kind === ev.EV_TIMER) {
      heapPop(heap)
      fireTimer(s, arg, t)
    } else if (kind === ev.EV_WORK) {
      heapPop(heap)
      fireWork(s, arg, t)
    } else if (kind === ev.EV_ENGINE) {
      heapPop(heap)
      fireEngine(m, arg, t)
    } else if (kind === ev.EV_LATE) {
      heapPop(heap)
      fireLate(s, arg, t)
    } else grant(m, arg, t)
  }
  return n
}

/** Sets the clock forward, closing the time columns that end on the way. */
export function moveClock(s: MachineState, toNs: number): void {
  s.nowNs = toNs
  if (toNs >= s.recorder.columnEndNs) {
    let mapped = 0
    let useful = 0
    for (const table of s.tables) {
      if (!table) continue
      mapped += table.mapped * pow2(table.geometry.pageShift)
      useful += table.usefulBytes
    }
    rollColumns(s.recorder, toNs, mapped, useful, exposedBytes(s))
  }
}

function fireTimer(s: MachineState, task: number, t: number): void {
  if (s.taskTimerNs[task] !== t || s.taskReady[task] === 1) return
  s.taskReady[task] = 1
  const c = s.taskCpu[task]!
  const cpu = s.cpus[c]!
  cpu.ring[(cpu.head + cpu.length++) % cpu.ring.length] = task
  if (!cpu.idle) return
  cpu.idle = false
  heapPush(s.heap, t, ev.EV_CPU | (c << ev.KIND_BITS))
}

/** Lets CPU `c`, free at `t`, do its next operation. Returns when it is free again, or -1 when it waits or idles. */
function runCpu(m: Machine, c: number, t: number): number {
  const { state: s } = m
  const cpu = s.cpus[c]!
  if (cpu.stage < cpu.stages) return nextStage(s, c, t)
  if (cpu.works > 0) return doWork(m, c, t)
  const { op } = cpu
  let bound: Binding
  for (;;) {
    if (cpu.task < 0) {
      if (cpu.length === 0) {
        cpu.idle = true
        return -1
      }
      cpu.task = cpu.ring[cpu.head]!
      cpu.head = cpu.head + 1 === cpu.ring.length ? 0 : cpu.head + 1
      cpu.length--
    }
    const { task } = cpu
    bound = m.bindings[task]!
    const answer = bound.kind.next(bound.state, task - bound.firstTask, t, op)
    if (op.missed > 0) noteMissed(s, op.missed, c, bound.device, s.taskWorkload[task]!)
    if (answer === RUN) break
    cpu.task = -1
    if (answer === YIELD) {
      cpu.ring[(cpu.head + cpu.length++) % cpu.ring.length] = task
    } else {
      s.taskReady[task] = 0
      setTimer(s, task, answer)
    }
  }
  cpu.requestNs = t
  const lock = lockIndex(bound, c, op)
  return lock === NO_LOCK || takes(s, c, bound.table, lock, t) ? perform(m, c, t, bound, lock) : -1
}

/** The lock that an operation takes first. */
function lockIndex({ domain: d, table, noTable }: Binding, c: number, op: Op): number {
  if (table.direct || table.bounce || !allocates(op.kind) || noTable) return NO_LOCK
  if (op.kind === OP_COHERENT) {
    return d.allocator.lockForAlloc(
      d.allocatorState,
      asCpu(c),
      pagesTouched(d, 0, alignUp(op.bytes, d.kernelPageBytes)),
    )
  }
  if (op.kind === OP_MAP) {
    return d.allocator.lockForAlloc(d.allocatorState, asCpu(c), pagesTouched(d, op.address, op.bytes))
  }
  if (op.kind === OP_MAP_SG) {
    if (d.iommu) return d.allocator.lockForAlloc(d.allocatorState, asCpu(c), listPages(d, op))
    return d.allocator.lockForAlloc(d.allocatorState, asCpu(c), pagesTouched(d, op.sgAddress[0]!, op.sgBytes[0]!))
  }
  // An unmap clears its entries and waits for its invalidation before it takes a lock; the IOMMU API asks no allocator.
  if (d.iommu) return NO_LOCK
  if (op.kind === OP_MAP_AT) return d.allocator.lockForAlloc(d.allocatorState, asCpu(c), pages(op.sgBytes[0]!))
  if (op.kind === OP_UNMAP_AT)
    return d.allocator.lockForFree(d.allocatorState, entry(op.sgAddress[0]!), asCpu(c), pages(op.sgBytes[0]!))
  const id = op.kind === OP_UNMAP ? op.mapping : op.sgMapping[0]!
  const { data } = table.mappings.records
  const at = id * MAP_STRIDE
  return d.allocator.lockForFree(
    d.allocatorState,
    entry(data[at + MAP_ENTRY]!),
    asCpu(c),
    pages(data[at + MAP_NPAGES]!),
  )
}

/** Pages that the list of an operation takes where each element begins on a page of its own. */
function listPages(d: DmaDomain, op: Op): Pages {
  let sum = 0
  for (let i = 0; i < op.elements; i++) sum += pagesTouched(d, op.sgAddress[i]!, op.sgBytes[i]!)
  return pages(sum)
}

/** The lock at the top of the heap passes to its first waiter. */
function grant(m: Machine, arg: number, t: number): void {
  const { state: s } = m
  const c = passLock(s, arg, t)
  if (c < 0) return
  const cpu = s.cpus[c]!
  const lock = arg & (pow2(ev.LOCK_BITS) - 1)
  const again = cpu.stage < cpu.stages ? holdStage(s, c, t) : perform(m, c, t, m.bindings[cpu.task]!, lock)
  regrant(s, c, arg, again)
}

/** Does the operation of CPU `c`, which holds `lock` (or NO_LOCK) from `t` on. Returns when the CPU goes on, -1 if never. */
function perform(m: Machine, c: number, t: number, bound: Binding, lock: number): number {
  const { state: s, meter } = m
  const { table } = bound
  const { allocator } = bound.domain
  const cpu = s.cpus[c]!
  const { op } = cpu
  resetMeter(meter, t, lock)
  if (lock !== NO_LOCK) table.locks[lock]!.taken++
  s.steps++
  const isMap = isMapping(op.kind)
  const isSync = op.kind === OP_SYNC
  if (table.direct) passThrough(op)
  else if (isSync) {
    if (table.iommu) buffersUsed(s, bound, op)
    sync(m, c, bound, op)
  } else if (isMap) {
    table.maps++
    const ok =
      op.kind === OP_MAP || op.kind === OP_COHERENT
        ? mapOne(m, c, bound, cpu)
        : op.kind === OP_MAP_SG
          ? mapList(m, c, bound, cpu)
          : op.kind === OP_IOMMU_MAP
            ? mapAt(m, c, bound, cpu)
            : mapRecorded(m, bound, cpu)
    if (meter.hang) return hang(m, c, bound, lock)
    if (!ok) refuse(m, c, bound, op)
    else if (allocator.forEachCached) noteAnswer(table, meter, allocator.forEachChunk !== undefined)
  } else {
    table.unmaps++
    if (table.iommu) buffersUsed(s, bound, op)
    if (op.kind === OP_UNMAP_AT) unmapRecorded(m, bound, cpu)
    else if (op.kind === OP_IOMMU_UNMAP) unmapAt(m, c, bound, op)
    else unmap(m, c, bound, op)
  }
  const { iommu } = table
  const writePs = iommu ? ptPs(meter, isMap, iommu.driver !== 'vtd') : noteHcalls(s, table, op, isMap, meter)
  noteWork(s, table, c, meter)
  if (table.flush || allocator.workDueNs) armWork(s, table, bound.domain)
  const asks = !table.direct && !table.bounce && allocates(op.kind)
  const workPs = !asks ? 0 : isMap ? searchPs(meter) : PRICES.free.ps
  const underLock = table.tceUnderLock ? writePs : 0
  const ownPs = table.direct || isSync ? 0 : PRICES.map.ps
  const restPs = writePs - underLock + ownPs + op.workPs
  if (iommu && !isSync) {
    const chargedPs = isMap && asks ? workPs : pricedPs(meter)
    noteSpent(iommu, meter, isMap, chargedPs - meter.invalidationPs, writePs, ownPs, lock !== NO_LOCK)
  }
  bound.kind.done(bound.state, cpu.task - bound.firstTask, op, t)
  if (bound.kind.engine) wakeEngine(s, cpu.task, t)
  if (op.delivered > 0) {
    s.frames++
    addToColumn(s.recorder, s.recorder.delivered, op.delivered)
  }
  return spend(s, meter, c, t, table, lock, workPs, underLock, restPs)
}

/** False for the IOMMU API, which is given its addresses, and for what changes no mapping. */
function allocates(kind: number): boolean {
  return kind !== OP_IOMMU_MAP && kind !== OP_IOMMU_UNMAP && kind !== OP_SYNC
}

function isMapping(kind: number): boolean {
  return kind === OP_MAP || kind === OP_MAP_SG || kind === OP_MAP_AT || kind === OP_COHERENT || kind === OP_IOMMU_MAP
}

/** Without an IOMMU nothing is mapped and nothing refused. */
function passThrough(op: Op): void {
  op.mapping = 0
  op.entry = 0
  op.segments = 0
}

/** The device has used what the driver is about to take back, or to look at. */
function buffersUsed(s: MachineState, { domain, table, device }: Binding, op: Op): void {
  if (op.descriptor >= 0) readDescriptor(s, table, device, op.descriptor, op.descriptorPage)
  if (op.used === 0) return
  if (op.kind === OP_UNMAP) bufferUsed(s, table, device, op.mapping)
  else if (op.kind === OP_SYNC) {
    const address = table.mappings.records.data[op.mapping * MAP_STRIDE + MAP_ADDRESS]!
    bufferUsed(s, table, device, op.mapping, pagesTouched(domain, address, op.bytes))
  } else if (op.kind === OP_UNMAP_SG)
    for (let i = 0; i < op.segments; i++) bufferUsed(s, table, device, op.sgMapping[i]!)
}

/** An engine that had nothing to do is asked again after each operation of its workload. */
function wakeEngine(s: MachineState, task: number, t: number): void {
  const workload = s.taskWorkload[task]!
  if (s.engineNs[workload] === Number.POSITIVE_INFINITY) setEngine(s, workload, t)
}

/** The allocator never returns: the CPU spins for ever with the lock held. */
function hang(m: Machine, c: number, bound: Binding, lock: number): number {
  const { state: s } = m
  bound.table.locks[lock]!.heldUntil = Number.POSITIVE_INFINITY
  s.cpus[c]!.hung = true
  s.hang = { ns: s.nowNs, cpu: c }
  addMark(s, s.nowNs, ev.MARK_HANG, bound.device, c, 0)
  logEvent(s.log, s.nowNs, ev.LOG_HANG, c, bound.device, 0, 0)
  return -1
}
