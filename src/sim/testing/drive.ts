// Plays a workload without a machine: every task on a CPU of its own, every operation takes 100 ns besides its work.

import { createHeap, heapPop, heapPush } from '../../lib/heap.ts'
import type { ParamValue } from '../params.ts'
import { createOp, OP_UNMAP, RUN, type Workload, YIELD } from '../workload/workload.ts'

export interface Driven {
  readonly task: number
  readonly ns: number
  readonly kind: number
  readonly slot: number
  readonly bytes: number
  /** Mapping id, -1 when it was refused. */
  readonly id: number
}

/** A state of `w` with these settings on so many CPUs of 4K pages. */
export function createFor<S extends object>(w: Workload<S>, cpus: number, changes: Record<string, ParamValue> = {}): S {
  const settings = Object.fromEntries(w.params.map((p) => [p.name, p.default]))
  const env = { cpus, cpuPageShift: 12, iommuPageShift: 12, seed: 7, nowNs: 0, base: 0x10000 }
  return w.create(Object.assign(settings, changes), env)
}

/**
 * What the tasks of `w` do up to `untilNs`, in order of time. `refuse` says which maps (by number, from 0) are refused.
 * Throws when a mapping is taken back that is not held, or a slot is mapped twice.
 */
export function drive<S extends object>(
  w: Workload<S>,
  s: S,
  untilNs: number,
  refuse: (n: number) => boolean = () => false,
): Driven[] {
  const ops: Driven[] = []
  const heldBySlot = new Map<number, number>()
  const heap = createHeap()
  const op = createOp()
  let maps = 0
  for (let t = 0; t < w.tasks(s); t++) heapPush(heap, w.firstWakeNs(s, t), t)
  while (heap.size > 0 && heap.times[0]! <= untilNs) {
    const now = heap.times[0]!
    const task = heap.payloads[0]!
    heapPop(heap)
    let answer = w.next(s, task, now, op)
    if (answer === YIELD) answer = w.next(s, task, now, op)
    if (answer !== RUN) {
      if (!(answer > now)) throw new Error(`task ${task} asks for ${answer} at ${now}`)
      if (answer < Number.POSITIVE_INFINITY) heapPush(heap, answer, task)
      continue
    }
    if (op.kind === OP_UNMAP) {
      if (heldBySlot.get(op.slot) !== op.mapping) throw new Error(`slot ${op.slot} does not hold ${op.mapping}`)
      heldBySlot.delete(op.slot)
    } else {
      if (heldBySlot.has(op.slot)) throw new Error(`slot ${op.slot} is mapped twice`)
      op.mapping = refuse(maps) ? -1 : maps
      maps++
      if (op.mapping >= 0) heldBySlot.set(op.slot, op.mapping)
    }
    ops.push({ task, ns: now, kind: op.kind, slot: op.slot, bytes: op.bytes, id: op.mapping })
    w.done(s, task, op, now)
    heapPush(heap, now + 100 + Math.round(op.workPs / 1000), task)
  }
  return ops
}

/** Most mappings held at once, over all slots or those that `of` admits. */
export function mostHeld(ops: readonly Driven[], of: (op: Driven) => boolean = () => true): number {
  let held = 0
  let most = 0
  for (const op of ops) {
    if (!of(op)) continue
    if (op.kind === OP_UNMAP) held--
    else if (op.id >= 0) held++
    if (held > most) most = held
  }
  return most
}
