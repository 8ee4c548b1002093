// The flush queue: unmapped ranges wait here until one invalidation of everything has passed over them.
//
// Kernel: drivers/iommu/dma-iommu.c, queue_iova, fq_ring_free_locked, fq_flush_iotlb, fq_flush_timeout.
//   Spec: spec/IOVA.md 6.
// What it does: in the mode called lazy or deferred an unmap puts its range into a ring, one per CPU, and the device may
//   still reach it. A full ring, or a timer of 10 ms, invalidates the whole IOTLB once; whatever was queued before that
//   is then ripe and goes back to the allocator. Where an invalidation is how the hypervisor hears of changes (s390),
//   there is one ring for all, larger and slower.
// Not modelled: the ring's lock, the rounding of timers to ticks of the kernel's clock.
// Invariant: a range leaves its ring only if an invalidation began after it was put in and has ended.
// Cost: constant per range; the timer visits the rings of all possible CPUs.

import { type Chunked, chunked, touch } from '../../lib/chunked.ts'

const PER_CPU_SLOTS = 256
const PER_CPU_TIMEOUT_NS = 10_000_000
const SINGLE_SLOTS = 32768
const SINGLE_TIMEOUT_NS = 1_000_000_000

/** Numbers per slot. */
const SLOT = 4
const PFN = 0
const PAGES = 1
/** Invalidations begun when the range was queued. */
const STAMP = 2
const CPU = 3

export interface FlushQueue {
  /** Slots per ring, a power of two; one stays empty. */
  readonly slots: number
  readonly timeoutNs: number
  /** [rings*slots*SLOT] */
  readonly entries: Chunked<Float64Array>
  /** [rings] */
  readonly head: Int32Array
  readonly tail: Int32Array
  /** Invalidations of the whole domain begun and ended. */
  started: number
  finished: number
  /** When the timer runs, ns; Infinity while it is not armed. */
  dueNs: number
  /** CPU that armed it and that it runs on. */
  timerCpu: number
  /** When the oldest range came in that no flush has made safe (Infinity: none), and the longest that one waited, ns. */
  oldestNs: number
  worstNs: number
}

/** What the queue does to the rest. */
export interface FlushSink {
  /** Gives a range back to the allocator on a CPU. */
  release(cpu: number, pfn: number, pages: number): void
  /** Invalidates the whole IOTLB of the domain. */
  invalidateAll(): void
}

/** Empty rings: one per possible CPU, or a single one. `slots` (a power of two) may be another number than Linux's. */
export function createFlushQueue(
  cpus: number,
  single: boolean,
  slots = single ? SINGLE_SLOTS : PER_CPU_SLOTS,
): FlushQueue {
  const rings = single ? 1 : cpus
  return {
    slots,
    timeoutNs: single ? SINGLE_TIMEOUT_NS : PER_CPU_TIMEOUT_NS,
    entries: chunked(new Float64Array(rings * slots * SLOT)),
    head: new Int32Array(rings),
    tail: new Int32Array(rings),
    started: 0,
    finished: 0,
    dueNs: Infinity,
    timerCpu: 0,
    oldestNs: Infinity,
    worstNs: 0,
  }
}

/** Releases what is ripe in a ring, on a CPU; stops at the first range that is too young. */
function drain(q: FlushQueue, ring: number, cpu: number, sink: FlushSink): void {
  const { data } = q.entries
  const tail = q.tail[ring]!
  for (let head = q.head[ring]!; head !== tail; ) {
    const at = (ring * q.slots + head) * SLOT
    if (data[at + STAMP]! >= q.finished) return
    head = (head + 1) & (q.slots - 1)
    q.head[ring] = head
    sink.release(cpu, data[at + PFN]!, data[at + PAGES]!)
  }
}

function flush(q: FlushQueue, nowNs: number, sink: FlushSink): void {
  if (nowNs > q.oldestNs) q.worstNs = Math.max(q.worstNs, nowNs - q.oldestNs)
  q.oldestNs = Infinity
  q.started++
  sink.invalidateAll()
  q.finished++
}

/** Puts a range into the ring of a CPU at `nowNs`, after what is ripe there went out; flushes first if the ring is full. */
export function queueRange(
  q: FlushQueue,
  cpu: number,
  pfn: number,
  pages: number,
  nowNs: number,
  sink: FlushSink,
): void {
  const ring = q.head.length === 1 ? 0 : cpu
  drain(q, ring, cpu, sink)
  const tail = q.tail[ring]!
  const next = (tail + 1) & (q.slots - 1)
  if (next === q.head[ring]) {
    flush(q, nowNs, sink)
    drain(q, ring, cpu, sink)
  }
  const at = (ring * q.slots + tail) * SLOT
  const { data } = q.entries
  data[at + PFN] = pfn
  data[at + PAGES] = pages
  data[at + STAMP] = q.started
  data[at + CPU] = cpu
  touch(q.entries, at)
  q.tail[ring] = next
  if (nowNs < q.oldestNs) q.oldestNs = nowNs
  if (q.dueNs === Infinity) {
    q.dueNs = nowNs + q.timeoutNs
    q.timerCpu = cpu
  }
}

/** The timer, at `nowNs`: flushes and empties all rings, on the CPU that armed it. */
export function flushTimer(q: FlushQueue, nowNs: number, sink: FlushSink): void {
  q.dueNs = Infinity
  flush(q, nowNs, sink)
  for (let ring = 0; ring < q.head.length; ring++) drain(q, ring, q.timerCpu, sink)
}

/** Ranges that wait in a ring. */
export function queuedIn(q: FlushQueue, ring: number): number {
  return (q.tail[ring]! - q.head[ring]!) & (q.slots - 1)
}

/** Visits every range that waits, ring by ring, oldest first, with the CPU that queued it. */
export function forEachQueued(q: FlushQueue, visit: (pfn: number, pages: number, cpu: number) => void): void {
  const { data } = q.entries
  for (let ring = 0; ring < q.head.length; ring++) {
    for (let i = q.head[ring]!; i !== q.tail[ring]; i = (i + 1) & (q.slots - 1)) {
      const at = (ring * q.slots + i) * SLOT
      visit(data[at + PFN]!, data[at + PAGES]!, data[at + CPU]!)
    }
  }
}
