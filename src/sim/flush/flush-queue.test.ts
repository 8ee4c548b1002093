import { describe, expect, test } from 'vitest'
import { createFlushQueue, type FlushSink, flushTimer, forEachQueued, queuedIn, queueRange } from './flush-queue.ts'

interface Seen extends FlushSink {
  flushes: number
  readonly released: [cpu: number, pfn: number][]
}

function sink(): Seen {
  const seen: Seen = {
    flushes: 0,
    released: [],
    release: (cpu, pfn) => seen.released.push([cpu, pfn]),
    invalidateAll: () => seen.flushes++,
  }
  return seen
}

describe('the flush queue', () => {
  test('of 256 slots holds 255; the next range flushes and empties the ring at once, on the CPU that queues', () => {
    const q = createFlushQueue(2, false)
    const seen = sink()
    for (let i = 0; i < 255; i++) queueRange(q, 1, i, 1, 0, seen)
    expect([seen.flushes, queuedIn(q, 1)]).toEqual([0, 255])
    queueRange(q, 1, 255, 1, 0, seen)
    expect([seen.flushes, queuedIn(q, 1), seen.released.length]).toEqual([1, 1, 255])
    expect(seen.released[0]).toEqual([1, 0])
  })

  test('lets a range go only after a flush that began later; a full ring makes those of other CPUs ripe too', () => {
    const q = createFlushQueue(2, false)
    const seen = sink()
    queueRange(q, 0, 1000, 1, 0, seen)
    queueRange(q, 0, 1001, 1, 0, seen)
    for (let i = 0; i < 256; i++) queueRange(q, 1, i, 1, 0, seen)
    expect(queuedIn(q, 0)).toBe(2)
    queueRange(q, 0, 1002, 1, 0, seen)
    const waiting: number[][] = []
    forEachQueued(q, (pfn, pages, cpu) => waiting.push([pfn, pages, cpu]))
    expect(waiting).toEqual([
      [1002, 1, 0],
      [255, 1, 1],
    ])
  })

  test('is emptied by its timer 10 ms after the first range, all rings on the CPU that armed it', () => {
    const q = createFlushQueue(3, false)
    const seen = sink()
    queueRange(q, 2, 7, 1, 5, seen)
    queueRange(q, 0, 8, 1, 6, seen)
    expect([q.dueNs, q.timerCpu]).toEqual([10_000_005, 2])
    flushTimer(q, q.dueNs, seen)
    expect([seen.released, seen.flushes, q.dueNs]).toEqual([
      [
        [2, 8],
        [2, 7],
      ],
      1,
      Infinity,
    ])
  })

  test('is one for all CPUs where a flush tells the hypervisor: 32768 slots, a second', () => {
    const q = createFlushQueue(4, true)
    queueRange(q, 3, 7, 1, 0, sink())
    expect([q.head.length, q.slots, q.dueNs, queuedIn(q, 0)]).toEqual([1, 32768, 1_000_000_000, 1])
  })
})
