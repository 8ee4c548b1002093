// The flush queue: unmapped ranges wait here until one flush of the whole IOTLB has made hundreds of them safe.
//
// Kernel: drivers/iommu/dma-iommu.c, see `kernel` below. Spec: spec/IOVA.md 6.
// What it does: a ring for each CPU (256 slots, 10 ms), or one for all (32768 slots, 1000 ms) where a flush is how the
// driver tells a hypervisor. An entry is stamped with the number of flushes begun; it is ripe when a later one has
// finished. Ripe entries leave when their ring is used next or when the timer runs, which drains every ring on the CPU
// that armed it: so a lazy machine moves addresses between CPUs.
// Not modelled: the ring's lock, timer slack, a queue that cannot be set up.
// Invariant: a range in a ring is neither mapped nor free; a ring holds at most its slots less one.
// Cost: one slot for each unmap; a flush and its frees when the ring is full or the timer runs.

import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import type { KernelRef } from '../types.ts'

export const kernel: KernelRef = {
  file: 'drivers/iommu/dma-iommu.c',
  symbols: ['iommu_dma_init_fq', 'queue_iova', 'fq_ring_free_locked', 'fq_flush_timeout'],
  tag: 'v6.12',
}

/** Slots and timeout of a ring for each CPU, and of the one ring of `single`. */
export const FQ_SIZE = 256
export const FQ_TIMEOUT_NS = 10_000_000
export const FQ_SINGLE_SIZE = 32_768
export const FQ_SINGLE_TIMEOUT_NS = 1_000_000_000

/** Numbers per slot: first page, pages, stamp. */
const STRIDE = 3

export interface FlushQueue {
  /** One ring, whichever CPU unmaps. */
  readonly single: boolean
  /** Slots of a ring, a power of two. */
  readonly size: number
  readonly timeoutNs: number
  /** Flushes of the whole IOTLB begun and finished. */
  started: number
  finished: number
  /** When the timer runs, ns; Infinity while it is not armed. */
  dueNs: number
  /** CPU that armed it. */
  timerCpu: number
  /** [rings] next slot to leave and next to fill. */
  readonly head: Int32Array
  readonly tail: Int32Array
  /** [rings*size*STRIDE] */
  readonly slots: Chunked<Float64Array>
}

/** What a queue does to the rest of the machine. */
export interface FlushDeps {
  /** Takes a range back on a CPU. */
  release(cpu: number, pfn: number, npages: number): void
  /** Flushes the whole IOTLB. */
  invalidateAll(): void
}

/** Empty rings for `cpus` CPUs, or one for all. */
export function createFlushQueue(cpus: number, single = false): FlushQueue {
  const rings = single ? 1 : cpus
  const size = single ? FQ_SINGLE_SIZE : FQ_SIZE
  return {
    single,
    size,
    timeoutNs: single ? FQ_SINGLE_TIMEOUT_NS : FQ_TIMEOUT_NS,
    started: 0,
    finished: 0,
    dueNs: Number.POSITIVE_INFINITY,
    timerCpu: 0,
    head: new Int32Array(rings),
    tail: new Int32Array(rings),
    slots: chunked(new Float64Array(rings * size * STRIDE)),
  }
}

/** Ranges that wait in a ring. */
export function queued(q: FlushQueue, ring: number): number {
  return (q.tail[ring]! - q.head[ring]!) & (q.size - 1)
}

/** Puts a range into the ring of CPU `cpu` at `nowNs`, after what was ripe has left it. Spec 6, queue. */
export function queueRange(
  q: FlushQueue,
  cpu: number,
  pfn: number,
  npages: number,
  nowNs: number,
  deps: FlushDeps,
): void {
  const ring = q.single ? 0 : cpu
  drain(q, ring, cpu, deps)
  if (queued(q, ring) === q.size - 1) {
    flush(q, deps)
    drain(q, ring, cpu, deps)
  }
  const tail = q.tail[ring]!
  const i = (ring * q.size + tail) * STRIDE
  q.slots.data[i] = pfn
  q.slots.data[i + 1] = npages
  q.slots.data[i + 2] = q.started
  touch(q.slots, i)
  touch(q.slots, i + 2)
  q.tail[ring] = (tail + 1) & (q.size - 1)
  if (q.dueNs < Number.POSITIVE_INFINITY) return
  q.dueNs = nowNs + q.timeoutNs
  q.timerCpu = cpu
}

/** The timer has run out: flushes, and drains every ring on the CPU that runs it. Returns the ranges freed. */
export function runTimer(q: FlushQueue, cpu: number, deps: FlushDeps): number {
  q.dueNs = Number.POSITIVE_INFINITY
  flush(q, deps)
  let freed = 0
  for (let ring = 0; ring < q.head.length; ring++) freed += drain(q, ring, cpu, deps)
  return freed
}

/** Every range that waits, ring by ring, oldest first; `cpu` is the ring's. */
export function forEachQueued(q: FlushQueue, visit: (pfn: number, npages: number, cpu: number) => void): void {
  for (let ring = 0; ring < q.head.length; ring++) {
    for (let at = q.head[ring]!; at !== q.tail[ring]; at = (at + 1) & (q.size - 1)) {
      const i = (ring * q.size + at) * STRIDE
      visit(q.slots.data[i]!, q.slots.data[i + 1]!, ring)
    }
  }
}

function flush(q: FlushQueue, deps: FlushDeps): void {
  q.started++
  deps.invalidateAll()
  q.finished++
}

/** Gives what is ripe of a ring back on CPU `cpu`; stops at the first entry that is too young. */
function drain(q: FlushQueue, ring: number, cpu: number, deps: FlushDeps): number {
  let freed = 0
  while (q.head[ring] !== q.tail[ring]) {
    const head = q.head[ring]!
    const i = (ring * q.size + head) * STRIDE
    if (q.slots.data[i + 2]! >= q.finished) break
    q.head[ring] = (head + 1) & (q.size - 1)
    deps.release(cpu, q.slots.data[i]!, q.slots.data[i + 1]!)
    freed++
  }
  return freed
}
