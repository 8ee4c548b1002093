import { describe, expect, it } from 'vitest'
import { createHeap, heapPop, heapPush } from '../../lib/heap.ts'
import type { ParamValue } from '../params.ts'
import { createFor } from '../testing/drive.ts'
import { type Carve, carve } from './carve.ts'
import { createOp, OP_IOMMU_MAP, OP_IOMMU_UNMAP, RUN } from './workload.ts'

const KIB = 1024
const MIB = 1024 * KIB
const MS = 1_000_000
const DEVICE = 1

interface Call {
  readonly ns: number
  readonly map: boolean
  readonly page: number
  readonly pages: number
  readonly address: number
}

interface Played {
  readonly calls: Call[]
  /** Reads of the device, and how many it made in each event. */
  readonly reads: { ns: number; page: number; mapped: boolean }[]
  readonly writes: number
  readonly delivered: number
}

/**
 * Plays the workload in a window of `window` pages with a driver that does just what it is asked, each call taking 1 µs.
 * Throws where a page is mapped twice, or unmapped without being mapped.
 */
function play(s: Carve, untilNs: number, window = 0x200000): Played {
  const op = createOp()
  const heap = createHeap()
  const calls: Call[] = []
  const mapped = new Set<number>()
  const reads: Played['reads'] = []
  let [now, writes, delivered] = [0, 0, 0]
  const dma = {
    access(page: number, write: boolean) {
      if (write) writes++
      reads.push({ ns: now, page, mapped: mapped.has(page) })
      return { outcome: mapped.has(page) ? 1 : 0, reads: 0 } as const
    },
    deliver: (bytes: number) => {
      delivered += bytes
    },
  }
  heapPush(heap, carve.firstWakeNs(s, 0), 0)
  heapPush(heap, 0, DEVICE)
  while (heap.times[0]! <= untilNs) {
    now = heap.times[0]!
    const who = heap.payloads[0]!
    heapPop(heap)
    if (who === DEVICE) {
      // A device that waits for the driver is asked again and again.
      heapPush(heap, Math.min(carve.engine!.run(s, now, dma), now + 1000), DEVICE)
      continue
    }
    const answer = carve.next(s, 0, now, op)
    if (answer !== RUN) {
      expect(answer).toBeGreaterThan(now)
      heapPush(heap, answer, 0)
      continue
    }
    const map = op.kind === OP_IOMMU_MAP
    const page = op.sgAddress[0]!
    const pages = map ? op.bytes / s.pageBytes : op.sgBytes[0]!
    op.entry = map && page + pages > window ? -1 : page
    if (op.entry >= 0) {
      calls.push({ ns: now, map, page, pages, address: map ? op.address : 0 })
      if (!map && pages === 0) throw new Error(`an unmap of nothing at ${now} ns`)
      for (let e = page; e < page + pages; e++) {
        if (map === mapped.has(e)) throw new Error(`page ${e} at ${now} ns`)
        if (map) mapped.add(e)
        else mapped.delete(e)
      }
    }
    carve.done(s, 0, op, now)
    heapPush(heap, now + 1000, 0)
  }
  return { calls, reads, writes, delivered }
}

const start = (changes: Record<string, ParamValue> = {}): Carve => createFor(carve, 2, { blocks: 4, ...changes })

const ranges = (calls: readonly Call[]) => calls.map((c) => [c.page, c.pages])

/** Settings as they stand after a change. */
const settings = (changes: Record<string, ParamValue>) =>
  Object.assign(Object.fromEntries(carve.params.map((p) => [p.name, p.default])), changes)

describe('a hypervisor that takes pieces back', () => {
  it('maps every block first, a call for each, aligned on both sides', () => {
    for (const [block, pages] of [
      [64 * KIB, 16],
      [2 * MIB, 512],
      [32 * MIB, 8192],
    ] as const) {
      const { calls } = play(start({ block, blocks: 8 }), 900_000)
      expect(ranges(calls)).toEqual(Array.from({ length: 8 }, (_, i) => [i * pages, pages]))
      expect(calls.every((c) => c.map && c.address % block === 0)).toBe(true)
      expect(new Set(calls.map((c) => c.address)).size).toBe(8)
    }
  })

  it('takes a piece of the next block at each interval, and nothing else', () => {
    const { calls } = play(start({ interval: 100_000 }), 440_000)
    const pieces = calls.slice(4)
    expect(ranges(pieces)).toEqual([0, 1, 2, 3].map((block) => [block * 512 + 255, 1]))
    expect(pieces.every((c) => !c.map)).toBe(true)
    expect(pieces.map((c) => c.ns)).toEqual([103_000, 203_000, 303_000, 403_000])
  })

  it('takes the piece where it is asked to, at a multiple of its size, and half of a block at most', () => {
    for (const [block, piece, where, at, pages] of [
      [2 * MIB, 4 * KIB, 'start', 0, 1],
      [2 * MIB, 4 * KIB, 'end', 511, 1],
      [2 * MIB, 64 * KIB, 'middle', 240, 16],
      [2 * MIB, MIB, 'start', 0, 256],
      [2 * MIB, MIB, 'middle', 256, 256],
      [32 * MIB, 4 * KIB, 'middle', 4095, 1],
      [32 * MIB, MIB, 'middle', 3840, 256],
      [64 * KIB, MIB, 'start', 0, 8],
      [64 * KIB, MIB, 'end', 8, 8],
    ] as const) {
      const { calls } = play(start({ block, piece, where, interval: 100_000 }), 150_000)
      expect([block, piece, where, ...ranges(calls.slice(4))]).toEqual([block, piece, where, [at, pages]])
    }
  })

  it('takes back what is left from the last block on, and maps all blocks anew at the same memory', () => {
    for (const [where, parts] of [
      ['start', [[1, 511]]],
      ['end', [[0, 511]]],
      // Before the piece and behind it.
      [
        'middle',
        [
          [0, 255],
          [256, 256],
        ],
      ],
    ] as const) {
      const { calls } = play(start({ where, interval: 100_000 }), 550_000)
      const [first, rest] = [calls.slice(0, 4), calls.slice(8)]
      const left = [3, 2, 1, 0].flatMap((block) => parts.map(([page, pages]) => [block * 512 + page, pages]))
      expect(ranges(rest.slice(0, left.length))).toEqual(left)
      const again = rest.slice(left.length)
      expect(again.map((c) => [c.map, c.page, c.address])).toEqual(first.map((c) => [true, c.page, c.address]))
    }
  })

  it('takes back the rest of a large page before the large pages behind it', () => {
    const { calls } = play(start({ block: 32 * MIB, where: 'start', interval: 100_000 }), 550_000)
    expect(ranges(calls.slice(8, 10))).toEqual([
      [3 * 8192 + 1, 511],
      [3 * 8192 + 512, 7680],
    ])
  })

  it('goes round and round', () => {
    const { calls } = play(start({ interval: 100_000 }), 5 * MS)
    // Four maps, four pieces and eight calls for what is left, in turn.
    const kinds = calls.map((c) => (c.map ? 'm' : 'u')).join('')
    expect(kinds).toMatch(/^(mmmmu{12}){9}/)
  })

  it('has as many blocks as the window has room for', () => {
    const s = start({ interval: 100_000 })
    const { calls } = play(s, 2 * MS, 1200)
    expect([s.blocks, Math.max(...calls.map((c) => c.page + c.pages))]).toEqual([2, 1024])
    expect(calls.slice(2, 8).map((c) => c.page)).toEqual([255, 767, 512, 768, 0, 256])
    const none = start()
    expect([play(none, MS, 100).reads.length, carve.next(none, 0, MS, createOp())]).toEqual([
      0,
      Number.POSITIVE_INFINITY,
    ])
  })

  it('takes pages of its table at least, and has two of them in a block', () => {
    const env = { cpus: 1, cpuPageShift: 16, iommuPageShift: 16, seed: 7, nowNs: 0, base: 0x10000 }
    const s = carve.create(settings({ blocks: 4, block: 64 * KIB, interval: 100_000 }), env)
    const { calls } = play(s, 450_000)
    expect(ranges(calls.slice(0, 4))).toEqual([0, 2, 4, 6].map((page) => [page, 2]))
    expect(ranges(calls.slice(4))).toEqual([1, 3, 5, 7].map((page) => [page, 1]))
  })

  it('changes pace and piece at once, and knows what it took before the change', () => {
    const s = start()
    play(s, 2.5 * MS)
    carve.retune(s, settings({ piece: 64 * KIB, where: 'end', interval: 100_000, misbehaves: 'off' }), 2.5 * MS)
    expect([s.intervalNs, s.misbehaves, s.takeNs]).toEqual([100_000, false, 2.6 * MS])
    const op = createOp()
    const unmaps: number[][] = []
    for (let now = 2.6 * MS; unmaps.length < 8; ) {
      const answer = carve.next(s, 0, now, op)
      if (answer !== RUN) {
        now = answer
        continue
      }
      expect(op.kind).toBe(OP_IOMMU_UNMAP)
      unmaps.push([op.sgAddress[0]!, op.sgBytes[0]!])
      carve.done(s, 0, op, now)
    }
    expect(unmaps).toEqual([
      ...[
        [1024 + 496, 16],
        [1536 + 496, 16],
      ],
      ...[
        [1536, 496],
        [1024, 496],
      ],
      ...[
        [512, 255],
        [512 + 256, 256],
        [0, 255],
        [256, 256],
      ],
    ])
  })

  it('remembers the piece that was taken, not the one that is set by then', () => {
    const s = start({ interval: 100_000 })
    play(s, 50_000)
    const op = createOp()
    expect(carve.next(s, 0, 103_000, op)).toBe(RUN)
    carve.retune(s, settings({ piece: MIB, where: 'start' }), 103_500)
    carve.done(s, 0, op, 104_000)
    expect([s.at[0], s.taken[0]]).toEqual([255, 1])
  })
})

describe('the device beside it', () => {
  it('reads 16 places of all blocks every 5 µs once they are mapped', () => {
    const { reads, writes, delivered } = play(start(), MS)
    expect(reads[0]!.ns).toBe(8000)
    const events = Math.floor((MS - 8000) / 5000) + 1
    expect([reads.length, writes, delivered]).toEqual([16 * events, 0, 64 * 16 * events])
    const byBlock = [0, 1, 2, 3].map((b) => reads.filter((r) => Math.floor(r.page / 512) === b).length / reads.length)
    for (const share of byBlock) expect(share).toBeCloseTo(0.25, 1)
  })

  it('goes on reading what was taken, unless it behaves', () => {
    const load = { interval: 100_000, piece: MIB }
    const { reads } = play(start(load), 4 * MS)
    const gone = reads.filter((r) => !r.mapped).length / reads.length
    // On average half of the blocks have lost one half.
    expect(gone).toBeGreaterThan(0.2)
    expect(gone).toBeLessThan(0.4)
    const behaved = play(start({ ...load, misbehaves: 'off' }), 4 * MS).reads
    expect(behaved.length).toBeLessThan(0.8 * reads.length)
    expect(behaved.every((r) => r.mapped)).toBe(true)
  })
})

describe('its state', () => {
  it('is plain data from which a copy goes on alike', () => {
    const s = start({ interval: 100_000 })
    const before = play(s, MS)
    const copy = structuredClone(s)
    expect(copy).toEqual(s)
    const other = start({ interval: 100_000 })
    expect(play(other, MS)).toEqual(before)
    expect(other).toEqual(copy)
  })
})
