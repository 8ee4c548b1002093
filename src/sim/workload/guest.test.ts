import { describe, expect, it } from 'vitest'
import { createHeap, heapPop, heapPush } from '../../lib/heap.ts'
import type { ParamValue } from '../params.ts'
import { createFor } from '../testing/drive.ts'
import { type Guest, guest } from './guest.ts'
import { createOp, OP_IOMMU_MAP, OP_IOMMU_UNMAP, RUN } from './workload.ts'

const KIB = 1024
const MIB = 1024 * KIB

interface Call {
  readonly ns: number
  readonly task: number
  readonly kind: number
  readonly page: number
  readonly pages: number
  readonly memory: number
}

/**
 * Plays a guest in a window of `window` pages, each call taking 1 µs. Throws where a page is mapped twice or unmapped
 * without being mapped, and where a page of memory is behind two addresses.
 */
function play(changes: Record<string, ParamValue>, untilNs: number, window = 0x200000) {
  const s = createFor(guest, 2, { ram: 64 * MIB, ...changes })
  const op = createOp()
  const heap = createHeap()
  const calls: Call[] = []
  const memoryOf = new Map<number, number>()
  const inUse = new Set<number>()
  const touched: { ns: number; page: number; write: boolean; mapped: boolean }[] = []
  let now = 0
  let delivered = 0
  const dma = {
    access(page: number, write: boolean) {
      const mapped = memoryOf.has(page)
      touched.push({ ns: now, page, write, mapped })
      return { outcome: mapped ? 1 : 0, reads: 0 } as const
    },
    deliver: (bytes: number) => {
      delivered += bytes
    },
  }
  for (let t = 0; t < guest.tasks(s); t++) heapPush(heap, guest.firstWakeNs(s, t), t)
  heapPush(heap, 0, 2)
  while (heap.times[0]! <= untilNs) {
    now = heap.times[0]!
    const task = heap.payloads[0]!
    heapPop(heap)
    if (task === 2) {
      // A device that waits for the driver is asked again and again.
      heapPush(heap, Math.min(guest.engine!.run(s, now, dma), now + 1000), 2)
      continue
    }
    const answer = guest.next(s, task, now, op)
    if (answer !== RUN) {
      expect(answer).toBeGreaterThan(now)
      heapPush(heap, answer, task)
      continue
    }
    const page = op.sgAddress[0]!
    const map = op.kind === OP_IOMMU_MAP
    const pages = map ? op.bytes / 4096 : op.sgBytes[0]!
    op.entry = map && page + pages > window ? -1 : page
    if (op.entry >= 0) {
      for (let i = 0; i < pages; i++) {
        const memory = op.address / 4096 + i
        if (map === memoryOf.has(page + i)) throw new Error(`page ${page + i} at ${now} ns`)
        if (map && inUse.has(memory)) throw new Error(`memory ${memory} has two owners at ${now} ns`)
        if (map) memoryOf.set(page + i, memory)
        if (map) inUse.add(memory)
        else inUse.delete(memoryOf.get(page + i)!)
        if (!map) memoryOf.delete(page + i)
      }
      calls.push({ ns: now, task, kind: op.kind, page, pages, memory: op.address / 4096 })
    }
    guest.done(s, task, op, now)
    heapPush(heap, now + 1000, task)
  }
  return { s, calls, touched, delivered, memoryOf }
}

const takes = (calls: readonly Call[]) => calls.filter((c) => c.task === 0 && c.kind === OP_IOMMU_UNMAP)

describe('a hypervisor', () => {
  it('maps the whole RAM of a guest, a call for each block', () => {
    for (const [changes, calls, pages] of [
      [{ backing: 2 * MIB }, 32, 512],
      [{ backing: 4 * KIB, balloon: 4 * KIB }, 16_384, 1],
      [{ backing: 1024 * MIB }, 1, 16_384],
      [{ backing: 1024 * MIB, misalign: 'on', balloon: 16 * MIB }, 4, 4096],
      [{ backing: 2 * MIB, misalign: 'on', balloon: 64 * KIB }, 1024, 16],
    ] as const) {
      const { calls: all } = play(changes, 20_000_000 - 1_000_000)
      const first = all.findIndex((c) => c.kind === OP_IOMMU_UNMAP)
      const built = first < 0 ? all : all.slice(0, first)
      expect([changes, built.length, built[0]!.pages]).toEqual([changes, calls, pages])
      expect(built.at(-1)!.page + pages).toBe(16_384)
      expect(built.every((c) => (c.memory % c.pages === 0) === !('misalign' in changes && c.pages > 1))).toBe(true)
    }
  })

  it('takes a region at each interval, and its memory is mapped by another guest before the region has other memory', () => {
    const { calls } = play({ interval: 100_000, away: 20_000 }, 2_000_000)
    const taken = takes(calls)
    expect(taken.length).toBeGreaterThan(15)
    expect(taken.slice(0, 3).map((c) => [c.page, c.pages])).toEqual([
      [0, 512],
      [512, 512],
      [1024, 512],
    ])
    for (const [i, take] of taken.slice(1, -1).entries()) {
      expect(take.ns - taken[i]!.ns).toBe(100_000)
      const before = calls.find((c) => c.kind === OP_IOMMU_MAP && c.page === take.page)!
      const [other, back] = calls.filter((c) => c.kind === OP_IOMMU_MAP && c.ns > take.ns)
      expect([other!.task, other!.memory, other!.page >= 16_384]).toEqual([1, before.memory, true])
      expect([back!.task, back!.page, back!.memory === before.memory]).toEqual([0, take.page, false])
      expect(back!.ns - take.ns).toBe(20_000)
    }
  })

  it('takes as many blocks as a region has, in one call', () => {
    const { calls } = play({ backing: 4 * KIB, balloon: 64 * KIB, interval: 100_000, away: 20_000 }, 18_000_000)
    expect(takes(calls).length).toBeGreaterThan(5)
    expect(takes(calls).every((c) => c.pages === 16)).toBe(true)
    const back = calls.filter((c) => c.task === 0 && c.kind === OP_IOMMU_MAP).slice(16_384)
    expect(back.slice(0, 16).map((c) => c.page)).toEqual(Array.from({ length: 16 }, (_, i) => i))
  })

  it('uses the memory of the host again and again', () => {
    const { calls, s } = play({ interval: 100_000, away: 20_000 }, 6_000_000)
    const memory = new Set(calls.filter((c) => c.kind === OP_IOMMU_MAP).map((c) => c.memory))
    expect(memory.size).toBe(32 + 4)
    expect(s.otherHeld).toBeLessThanOrEqual(3)
  })

  it('maps less where the window is too small, and gives memory back that the other guest cannot map', () => {
    const { s, calls } = play({ interval: 100_000, away: 20_000 }, 4_000_000, 16_384)
    expect([s.blocks, calls.some((c) => c.task === 1)]).toEqual([32, false])
    expect(takes(calls).length).toBeGreaterThan(30)
    expect(play({}, 1_000_000, 5000).s.blocks).toBe(9)
  })
})

describe('the device of a guest', () => {
  const settings = { interval: 100_000, away: 20_000, every: 1000 }

  it('acts 16 times in each burst once RAM is mapped, reads and writes alike', () => {
    const { touched, delivered } = play(settings, 500_000)
    expect(touched[0]!.ns).toBe(32_000)
    const writes = touched.filter((a) => a.write).length
    expect(writes / touched.length).toBeCloseTo(0.5, 1)
    expect(delivered).toBe(64 * touched.length)
    const burst = touched.filter((a) => a.ns === touched[0]!.ns)
    expect(burst).toHaveLength(16)
  })

  it('leaves alone what is taken away, unless it misbehaves', () => {
    expect(play(settings, 3_000_000).touched.every((a) => a.mapped)).toBe(true)
    const { touched } = play({ ...settings, misbehaves: 'on' }, 3_000_000)
    const gone = touched.filter((a) => !a.mapped).length
    expect(gone / touched.length).toBeGreaterThan(0.05)
    expect(gone / touched.length).toBeLessThan(0.15)
  })

  it('changes its pace and its manners at once', () => {
    const s: Guest = createFor(guest, 2, { ram: 64 * MIB })
    guest.retune(s, { interval: 100_000, away: 20_000, misbehaves: 'on', every: 2000 } as never, 0)
    expect([s.intervalNs, s.awayNs, s.misbehaves, s.everyNs]).toEqual([100_000, 20_000, true, 2000])
  })
})
