// Where the mechanisms meet: CPUs run tasks of workloads, each operation goes through the DMA layer to allocator and
// table, is priced, and leaves its trace in mappings, history and log.
//
// Not modelled: interrupts that preempt an operation; the order of clearing TCEs and taking the lock inside one unmap
//   (the whole operation is priced as lock part and rest); the lock being dropped between the elements of a list.
// Invariant: an entry has a TCE, a mapping record and a set bit exactly while it is mapped.

import { pow2 } from '../../lib/bits.ts'
import { heapPop, heapPush, heapReplace } from '../../lib/heap.ts'
import { logEvent } from '../engine/log.ts'
import { NO_LOCK, resetMeter } from '../engine/meter.ts'
import { addToColumn, rollColumns } from '../engine/recorder.ts'
import { mapRecorded, unmapRecorded } from '../paths/recorded-ops.ts'
import type { Price } from '../paths/way.ts'
import { MAX_NS } from '../scenario/schema.ts'
import {
  OP_COHERENT,
  OP_IOMMU_MAP,
  OP_IOMMU_UNMAP,
  OP_MAP,
  OP_MAP_AT,
  OP_MAP_SG,
  OP_SYNC,
  OP_UNMAP,
  OP_UNMAP_SG,
  type Op,
  RUN,
  YIELD,
} from '../workload/workload.ts'
import { fireEngine, setEngine } from './engines.ts'
import * as ev from './events.ts'
import type { Count } from './happenings.ts'
import { addMark, noteMissed, noteWork } from './ledger.ts'
import { armWork, doWork, fireWork } from './put-off.ts'
import { holdStage, nextStage, passLock, regrant, spend, takes } from './stages.ts'
import { type CpuState, exposedBytes, type MachineState } from './state.ts'
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
      // Another table, or none, may stand in the place of the one that armed it.
      if (s.tables[arg]) m.ways[arg]!.fireLate?.(t)
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
  const lock = bound.way.lock(c, op)
  return lock === NO_LOCK || takes(s, c, bound.table, lock, t) ? perform(m, c, t, bound, lock) : -1
}

/** The lock at the top of the heap passes to its first waiter. */
function grant(m: Machine, arg: number, t: number): void {
  const { state: s } = m
  const c = passLock(s, m.ways[arg >> ev.LOCK_BITS]!, arg, t)
  if (c < 0) return
  const cpu = s.cpus[c]!
  const lock = arg & (pow2(ev.LOCK_BITS) - 1)
  const again = cpu.stage < cpu.stages ? holdStage(s, c, t) : perform(m, c, t, m.bindings[cpu.task]!, lock)
  regrant(s, c, arg, again)
}

/** Does the operation of CPU `c`, which holds `lock` (or NO_LOCK) from `t` on. Returns when the CPU goes on, -1 if never. */
function perform(m: Machine, c: number, t: number, bound: Binding, lock: number): number {
  const { state: s, meter } = m
  const { table, way } = bound
  const cpu = s.cpus[c]!
  const { op } = cpu
  resetMeter(meter, t, lock)
  if (lock !== NO_LOCK) table.locks[lock]!.taken++
  s.steps++
  const isMap = isMapping(op.kind)
  if (isMap) {
    const ok = map(m, c, bound, cpu)
    if (meter.hang) return hang(m, c, bound, lock)
    if (!ok) refuse(m, c, bound, op)
  } else if (op.kind === OP_UNMAP) way.unmap(c, bound, op)
  else if (op.kind === OP_SYNC) way.sync(c, bound, op)
  else if (op.kind === OP_UNMAP_SG) way.unmapList(c, bound, op)
  else if (op.kind === OP_IOMMU_UNMAP) way.unmapAt(c, bound, op)
  else unmapRecorded(m, bound, cpu)
  way.price(op, isMap, lock !== NO_LOCK, price)
  noteWork(s, table, c, meter)
  if (table.flush || way.domain.allocator.workDueNs) armWork(s, table, way.domain)
  bound.kind.done(bound.state, cpu.task - bound.firstTask, op, t)
  if (bound.kind.engine) wakeEngine(s, cpu.task, t)
  if (op.delivered > 0) {
    s.frames++
    addToColumn(s.recorder, s.recorder.delivered, op.delivered)
  }
  return spend(s, meter, c, t, table, lock, price.workPs, price.underLockPs, price.restPs + op.workPs)
}

const price: Price = { workPs: 0, underLockPs: 0, restPs: 0 }

/** Maps what `cpu.op` asks for; false when it is refused. */
function map(m: Machine, c: number, bound: Binding, cpu: CpuState): boolean {
  const { way } = bound
  const { kind } = cpu.op
  if (kind === OP_MAP || kind === OP_COHERENT) return way.map(c, bound, cpu)
  if (kind === OP_MAP_SG) return way.mapList(c, bound, cpu)
  return kind === OP_IOMMU_MAP ? way.mapAt(c, bound, cpu) : mapRecorded(m, bound, cpu)
}

/** The operation was refused: the books, and then the driver, say so. */
function refuse(m: Machine, c: number, bound: Binding, op: Op): void {
  const { state: s } = m
  const { way, kind, device } = bound
  way.refuse(c, bound, op)
  if (kind.complaint && m.scenario.devices[device]!.driver && op.kind !== OP_COHERENT)
    logEvent(s.log, s.nowNs, ev.LOG_DRIVER, c, device, s.taskWorkload[s.cpus[c]!.task]!, 0)
}

function isMapping(kind: number): boolean {
  return kind === OP_MAP || kind === OP_MAP_SG || kind === OP_MAP_AT || kind === OP_COHERENT || kind === OP_IOMMU_MAP
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
