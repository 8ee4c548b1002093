// Work that a table puts off: the timer of its flush queue, and what its allocator does later (the depot's shrinker).
// It is due at a moment of its own and takes a CPU's time as every other operation does.
//
// The flush timer is an interrupt of the CPU that armed it and comes before what that CPU wants to do next; the
// allocator's work is a worker's, here always on CPU 0.
// Invariant: whatever is due has one event in the heap, or stands in one CPU's list of work.

import { heapPush } from '../../lib/heap.ts'
import type { DmaDomain } from '../dma/dma-ops.ts'
import { logEvent } from '../engine/log.ts'
import { NO_LOCK, resetMeter } from '../engine/meter.ts'
import * as ev from './events.ts'
import { spend } from './stages.ts'
import { type DmaTable, type MachineState, onlineCpus } from './state.ts'
import type { Machine } from './wiring.ts'

/** Sees to it that what a table has put off stands in the heap. Called after every operation on it. */
export function armWork(s: MachineState, table: DmaTable, d: DmaDomain): void {
  if (table.flush) arm(s, table, ev.WORK_FLUSH, table.flush.dueNs)
  if (d.allocator.workDueNs) arm(s, table, ev.WORK_DEPOT, d.allocator.workDueNs(d.allocatorState))
}

function arm(s: MachineState, table: DmaTable, which: number, dueNs: number): void {
  if (dueNs >= table.workNs[which]!) return
  table.workNs[which] = dueNs
  heapPush(s.heap, Math.max(s.nowNs, dueNs), ev.EV_WORK | (((table.owner << 1) | which) << ev.KIND_BITS))
}

/** Work `arg` is due: it is its CPU's turn. */
export function fireWork(s: MachineState, arg: number, t: number): void {
  const table = s.tables[arg >> 1]
  const which = arg & 1
  // Another table stands in the place of the one that armed it.
  if (!table || t < table.workNs[which]!) return
  // The timer of a CPU that is offline has moved to another.
  const armed = which === ev.WORK_FLUSH ? table.flush!.timerCpu : 0
  const c = armed < onlineCpus(s) ? armed : 0
  const cpu = s.cpus[c]!
  cpu.work[cpu.works++] = arg
  if (!cpu.idle) return
  cpu.idle = false
  heapPush(s.heap, t, ev.EV_CPU | (c << ev.KIND_BITS))
}

/** CPU `c` does the first of its put-off work at `t`. Returns when it goes on. */
export function doWork(m: Machine, c: number, t: number): number {
  const { state: s, meter } = m
  const cpu = s.cpus[c]!
  const arg = cpu.work[0]!
  cpu.work.copyWithin(0, 1, cpu.works--)
  const index = arg >> 1
  const which = arg & 1
  const table = s.tables[index]!
  const d = m.domains[index]!
  table.workNs[which] = Number.POSITIVE_INFINITY
  resetMeter(meter, t, NO_LOCK)
  s.steps++
  if (which === ev.WORK_FLUSH) {
    const freed = m.ways[index]!.flush?.() ?? 0
    logEvent(s.ops, t, ev.STEP_FLUSH, c, table.owner, -1, freed)
  } else {
    const freed = d.allocator.work!(d.allocatorState, meter)
    logEvent(s.ops, t, ev.STEP_DEPOT, c, table.owner, -1, freed)
  }
  table.flushes += meter.flushes
  armWork(s, table, d)
  return spend(s, meter, c, t, table, NO_LOCK, 0, 0, 0)
}
