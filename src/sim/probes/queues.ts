// Where unmapped ranges wait for a flush: the rings, slot by slot, and which of the ranges a device still reaches.

import type { FlushMode } from '../dma/iommu-state.ts'
import { type FlushQueue, forEachQueued, queuedIn } from '../flush/flush-queue.ts'
import { ENTRY_MAPPING, ENTRY_STRIDE, freedAtNs } from '../machine/state.ts'
import { unitOf } from '../paths/parts.ts'
import { overlap, reachableIn } from './kept.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'
import { type AddressSpace, spaceOf } from './space.ts'

/** States of a slot in the ring of a flush queue. */
export const RING_FREE = 0
export const RING_QUEUED = 1

/** A translation of it is still in an IOTLB. */
export const RING_REACHABLE = 2

/** Where unmapped ranges wait: one ring for each CPU, or one for all. No rings: nothing waits (strict, none). */
export interface QueuesFrame extends AddressSpace {
  readonly table: number
  readonly mode: FlushMode
  readonly rings: number
  readonly slots: number
  /** [rings] slot that leaves next, slot that is filled next, ranges in between. */
  readonly head: Int32Array
  readonly tail: Int32Array
  readonly length: Int32Array
  /** [rings] how long its oldest range has waited, ns; 0 = it is empty. */
  readonly oldestForNs: Float64Array
  /** [rings] ranges that are still in an IOTLB. */
  readonly reachable: Int32Array
  /** [rings*slots] RING_FREE … RING_REACHABLE; row-major by ring. */
  readonly state: Uint8Array
  readonly timeoutNs: number
  /** When the timer runs, ns, and on which CPU; null while it is not armed. */
  readonly timer: { readonly dueNs: number; readonly cpu: number } | null
  /** Flushes so far because a ring was full, and by the timer. */
  readonly flushesFull: number
  readonly flushesTimer: number
  /** The longest that a range has waited for its flush so far, ns. */
  readonly worstNs: number
}

/** When a range came in, ns: its entries tell it to the microsecond, the queue exactly of the oldest one. */
function sinceNs(q: FlushQueue, mark: number, nowNs: number): number {
  const freed = freedAtNs(mark) ?? nowNs
  return q.oldestNs >= freed && q.oldestNs < freed + 1000 ? q.oldestNs : freed
}

export const queuesProbe: Probe<'queues', OfTable, QueuesFrame> = {
  id: 'queues',
  build(m, request, arrays): QueuesFrame {
    const { state: s } = m
    const index = tableIndex(m, request.table)
    const table = s.tables[index]!
    const { flush: q } = table
    const iommu = unitOf(table)
    const rings = q?.head.length ?? 0
    const slots = q?.slots ?? 0
    const head = new Int32Array(rings)
    const tail = new Int32Array(rings)
    const length = new Int32Array(rings)
    const reachable = new Int32Array(rings)
    const oldestForNs = arrays.f64(rings)
    const state = arrays.u8(rings * slots)
    state.fill(RING_FREE)
    oldestForNs.fill(0)
    if (q) {
      head.set(q.head)
      tail.set(q.tail)
      for (let ring = 0; ring < rings; ring++) length[ring] = queuedIn(q, ring)
      const reach = reachableIn(s, table)
      const { data: entries } = table.entries
      // Ranges come ring by ring, the oldest of each first.
      let ring = 0
      let nth = 0
      forEachQueued(q, (first, npages) => {
        while (nth === length[ring]!) {
          ring++
          nth = 0
        }
        if (nth === 0) oldestForNs[ring] = s.nowNs - sinceNs(q, entries[first * ENTRY_STRIDE + ENTRY_MAPPING]!, s.nowNs)
        const reached = overlap(reach, first, first + npages) > 0
        if (reached) reachable[ring] = reachable[ring]! + 1
        state[ring * slots + ((q.head[ring]! + nth++) & (slots - 1))] = reached ? RING_REACHABLE : RING_QUEUED
      })
    }
    const oldestNs = q && q.oldestNs < s.nowNs ? s.nowNs - q.oldestNs : 0
    return {
      ...spaceOf(table),
      table: index,
      mode: iommu?.mode ?? 'strict',
      ...{ rings, slots, head, tail, length, oldestForNs, reachable, state },
      timeoutNs: q?.timeoutNs ?? 0,
      timer: q && q.dueNs < Number.POSITIVE_INFINITY ? { dueNs: q.dueNs, cpu: q.timerCpu } : null,
      flushesFull: iommu?.flushedFull ?? 0,
      flushesTimer: iommu?.flushedTimer ?? 0,
      worstNs: Math.max(q?.worstNs ?? 0, oldestNs),
    }
  },
}
