// Operations under locks: a CPU takes one after the other, waits in line where another holds it, and does nothing else
// meanwhile. What an operation does to the state is done at once, when it gets its first lock; what it costs is spent
// stage by stage, each under its lock.
//
// Invariant: a CPU stands in at most one queue, and every lock that CPUs wait for has one event in the heap unless its
// holder never returns.

import { heapPop, heapPush, heapReplace } from '../../lib/heap.ts'
import { PRICES } from '../engine/cost.ts'
import { dequeue, enqueue, grantNs, isFree } from '../engine/lock.ts'
import { type CostMeter, LOCAL_STAGE, MAX_STAGES, NO_LOCK } from '../engine/meter.ts'
import { addLockWait } from '../engine/recorder.ts'
import type { Way } from '../paths/way.ts'
import * as ev from './events.ts'
import type { CpuState, DmaTable, MachineState } from './state.ts'

/** True when CPU `c` gets lock `index` of the table at `t`; otherwise it now waits for it. */
export function takes(s: MachineState, c: number, table: DmaTable, index: number, t: number): boolean {
  const lock = table.locks[index]!
  if (isFree(lock, t)) return true
  s.cpus[c]!.requestNs = t
  enqueue(lock, c)
  if (lock.waiting === 1 && lock.heldUntil < Number.POSITIVE_INFINITY) {
    heapPush(s.heap, grantNs(lock), ev.EV_GRANT | (((table.owner << ev.LOCK_BITS) | index) << ev.KIND_BITS))
  }
  return false
}

/**
 * The grant at the top of the heap: the CPU that has waited longest for lock `arg`, which it holds from `t` on, or -1
 * when the lock is not free yet. `regrant` must follow. `way`: that of the lock's table.
 */
export function passLock(s: MachineState, way: Way, arg: number, t: number): number {
  const table = s.tables[arg >> ev.LOCK_BITS]!
  const lock = table.locks[arg & ((1 << ev.LOCK_BITS) - 1)]!
  if (lock.heldUntil > t) {
    if (lock.heldUntil < Number.POSITIVE_INFINITY)
      heapReplace(s.heap, grantNs(lock), ev.EV_GRANT | (arg << ev.KIND_BITS))
    else heapPop(s.heap)
    return -1
  }
  const c = dequeue(lock)
  const waited = t - s.cpus[c]!.requestNs
  lock.waitNs += waited
  addLockWait(s.recorder, c, waited, t)
  way.waited?.(waited)
  return c
}

/** Turns the grant at the top of the heap into what comes next: the CPU at `again` (-1: never), and the next grant. */
export function regrant(s: MachineState, c: number, arg: number, again: number): void {
  const lock = s.tables[arg >> ev.LOCK_BITS]!.locks[arg & ((1 << ev.LOCK_BITS) - 1)]!
  if (again < 0) {
    heapPop(s.heap)
    return
  }
  if (lock.waiting > 0) heapPush(s.heap, grantNs(lock), ev.EV_GRANT | (arg << ev.KIND_BITS))
  heapReplace(s.heap, again, ev.EV_CPU | (c << ev.KIND_BITS))
}

/** CPU `c` goes on to the next lock of its operation at `t`. Returns when it goes on after that, or -1 when it waits. */
export function nextStage(s: MachineState, c: number, t: number): number {
  const cpu = s.cpus[c]!
  if (cpu.stageLock[cpu.stage] === LOCAL_STAGE) return pass(cpu, t)
  const free = takes(s, c, s.tables[cpu.stageTable]!, cpu.stageLock[cpu.stage]!, t)
  return free ? holdStage(s, c, t) : -1
}

/** CPU `c` holds the lock of its stage from `t` on. Returns when it goes on. */
export function holdStage(s: MachineState, c: number, t: number): number {
  const cpu = s.cpus[c]!
  const lock = s.tables[cpu.stageTable]!.locks[cpu.stageLock[cpu.stage]!]!
  lock.taken++
  lock.heldUntil = t + cpu.stageNs[cpu.stage]!
  return pass(cpu, t)
}

/** A CPU spends the time of its stage from `t` on. Returns when it goes on. */
function pass(cpu: CpuState, t: number): number {
  const end = t + cpu.stageNs[cpu.stage++]!
  return cpu.stage === cpu.stages ? end + cpu.restNs : end
}

/**
 * The price of an operation that CPU `c` has done at `t` under lock `first` (or NO_LOCK): the stages that the meter
 * tells, `workPs` in equal parts among them if it tells no prices, `lastPs` in the last one, then `restPs` without a
 * lock. Returns when the CPU goes on.
 */
export function spend(
  s: MachineState,
  meter: CostMeter,
  c: number,
  t: number,
  table: DmaTable,
  first: number,
  workPs: number,
  lastPs: number,
  restPs: number,
): number {
  const { locks } = meter
  if (locks === 0) {
    const price = (meter.ps > 0 ? meter.ps : workPs) + lastPs
    if (first === NO_LOCK) return t + Math.round((price + restPs) / 1000)
    const at = t + Math.round((PRICES.lock.ps + price) / 1000)
    table.locks[first]!.heldUntil = at
    return at + Math.round(restPs / 1000)
  }
  const cpu = s.cpus[c]!
  const stages = Math.min(locks, MAX_STAGES)
  const part = isPriced(meter, stages) ? 0 : workPs / (stages + 1)
  for (let i = 0; i < stages; i++) {
    const last = i === stages - 1
    const ps = last ? meter.ps + lastPs : meter.stagePs[i + 1]!
    cpu.stageLock[i] = meter.lockOrder[i]!
    const lockPs = meter.lockOrder[i] === LOCAL_STAGE ? 0 : PRICES.lock.ps
    cpu.stageNs[i] = Math.round((lockPs + part + ps) / 1000)
  }
  begin(cpu, table.owner, stages, Math.round(restPs / 1000))
  const own = meter.stagePs[0]! + part
  if (first === NO_LOCK) return t + Math.round(own / 1000)
  const at = t + Math.round((PRICES.lock.ps + own) / 1000)
  table.locks[first]!.heldUntil = at
  return at
}

function begin(cpu: CpuState, table: number, stages: number, restNs: number): void {
  cpu.stage = 0
  cpu.stages = stages
  cpu.stageTable = table
  cpu.restNs = restNs
}

/** True when the mechanism priced its work itself. */
function isPriced(meter: CostMeter, stages: number): boolean {
  if (meter.ps > 0) return true
  for (let i = 0; i < stages; i++) if (meter.stagePs[i]! > 0) return true
  return false
}
