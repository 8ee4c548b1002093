import { describe, expect, test } from 'vitest'
import { hashPlain } from '../../lib/hash.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { PRICES } from '../engine/cost.ts'
import { createMeter, resetMeter } from '../engine/meter.ts'
import {
  createTree,
  forEachNode,
  forEachNodeIn,
  hint32Of,
  hint64Of,
  type IovaTree,
  treeAlloc,
  treeBefore,
  treeFree,
  treeReserve,
  treeUndo,
} from './iova-tree.ts'
import { hiOf, loOf, slotAfter } from './range-blocks.ts'

const P32 = 0x100000
const meter = createMeter()

function alloc(t: IovaTree, size: number, limit = P32 - 1, aligned = true): number {
  resetMeter(meter)
  return treeAlloc(t, size, limit, aligned, meter)
}

const free = (t: IovaTree, pfn: number) => treeFree(t, pfn, meter)

/** A space of `pages` below 4 GiB. */
const small = (pages: number) => createTree(P32 - pages, P32)

describe('the tree of ranges', () => {
  test('is filled from the top, each range aligned to its size rounded up', () => {
    const t = createTree(1, P32)
    expect([1, 2, 5, 33].map((n) => alloc(t, n))).toEqual([0xfffff, 0xffffc, 0xffff0, 0xfffc0])
  })

  test('marks every failing search, also one with a tiny limit, and refuses as large 32-bit requests unseen', () => {
    const t = createTree(1, P32)
    expect([alloc(t, 8, 6), t.failMark]).toEqual([0, 8])
    expect([alloc(t, 8), meter.walks]).toEqual([0, 0])
    expect(alloc(t, 4)).toBe(0xffffc)
    expect(alloc(t, 64, 32)).toBe(0)
    expect(t.failMark).toBe(8)
    expect([alloc(t, 64, P32 + 62), t.failMark]).toEqual([P32 - 128, 8])
  })

  test('lifts the mark as soon as something below 4 GiB comes back', () => {
    const t = small(8)
    const first = alloc(t, 8)
    expect([alloc(t, 1), t.failMark]).toEqual([0, 1])
    free(t, first)
    expect([t.failMark, alloc(t, 8)]).toEqual([P32, first])
  })

  test('keeps nothing of a request that is undone, neither the mark of a refusal nor where it had looked', () => {
    const t = small(8)
    const first = alloc(t, 2)
    const before = treeBefore(t)
    expect([alloc(t, 8), t.failMark]).toEqual([0, 8])
    treeUndo(t, 0, before)
    expect(t.failMark).toBe(P32)
    treeUndo(t, alloc(t, 4), before)
    expect([hint32Of(t), alloc(t, 2)]).toEqual([first, first - 2])
  })

  test('remembers where a range landed, not what was asked for', () => {
    const t = createTree(1, P32)
    const low = alloc(t, 4, P32 + 2)
    expect([low, hint32Of(t), hint64Of(t)]).toEqual([P32 - 4, low, Infinity])
    const high = alloc(t, 4, P32 + 100)
    expect([high, hint32Of(t), hint64Of(t)]).toEqual([P32 + 96, low, high])
  })

  test('may remember a range above 4 GiB for requests below it', () => {
    const t = createTree(1, P32)
    const high = alloc(t, 4, P32 + 100)
    const low = alloc(t, 4)
    free(t, low)
    expect(hint32Of(t)).toBe(high)
    free(t, high)
    expect(hint32Of(t)).toBe(Infinity)
  })

  test('begins anew at the top when the first walk fails, down to where that had begun', () => {
    const t = small(16)
    expect([alloc(t, 1), alloc(t, 8), meter.walks]).toEqual([P32 - 1, P32 - 16, 1])
    expect([alloc(t, 4), meter.walks, meter.treeSteps]).toEqual([P32 - 8, 2, 3])
    expect([meter.walkFrom[1], meter.walkTo[1]]).toEqual([P32, P32 - 8])
    expect([alloc(t, 4), t.failMark]).toEqual([0, 4])
  })

  test('lets a range without alignment cross 4 GiB; it counts as high, and lifts the mark when it goes', () => {
    const t = createTree(P32 - 8, P32)
    const across = alloc(t, 12, P32 + 5, false)
    expect([across, hint64Of(t)]).toEqual([P32 - 6, P32 - 6])
    expect(alloc(t, 8)).toBe(0)
    free(t, across)
    expect(t.failMark).toBe(P32)
  })

  test('extends a range that a reservation overlaps downward, and gives all of it back with it', () => {
    const t = createTree(1, P32)
    const used = alloc(t, 8)
    expect(treeReserve(t, used - 4, used + 3)).toBe(used - 4)
    expect(treeReserve(t, 16, 31)).toBe(16)
    const ranges: number[][] = []
    forEachNode(t, (lo, hi) => ranges.push([lo, hi]))
    expect(ranges).toEqual([
      [16, 31],
      [used - 4, used + 7],
    ])
    free(t, used - 1)
    forEachNodeIn(t, 32, Infinity, () => expect.unreachable())
  })

  test('charges the walk by the step, and the range once', () => {
    const t = createTree(1, P32)
    for (let i = 0; i < 100; i++) alloc(t, 64)
    expect([meter.treeSteps, meter.ps]).toEqual([1, PRICES.treeFixed.ps + PRICES.treeStep.ps])
    const top = P32 - 64
    free(t, top)
    alloc(t, 128)
    expect([meter.treeSteps, meter.walkFrom[0], meter.walkTo[0]]).toEqual([100, P32, P32 - 128 * 51])
    alloc(t, 64)
    resetMeter(meter)
    expect([treeFree(t, 5, meter), meter.ps]).toEqual([false, PRICES.treeFind.ps])
  })

  test('refuses a node’s memory before anything else happens', () => {
    const t = createTree(1, P32)
    t.refuseNodes = 1
    expect([alloc(t, 1), t.failMark, alloc(t, 1)]).toEqual([0, P32, P32 - 1])
  })
})

describe('blocks of ranges', () => {
  test('agree with a plain walk from neighbour to neighbour, steps included, and keep a bound for their gaps', () => {
    const rng = createRng(7)
    const t = createTree(P32 - 60_000, P32)
    const live: number[] = []
    for (let i = 0; i < 6000; i++) {
      if (live.length > 0 && nextU32(rng) % 100 < (i % 3000 < 2000 ? 35 : 70)) {
        expect(free(t, live.splice(nextU32(rng) % live.length, 1)[0]!)).toBe(true)
      } else {
        const size = 1 + (nextU32(rng) % 40)
        const foretold = plainWalk(t, size)
        const pfn = alloc(t, size)
        if (foretold.found > 0) expect([pfn, meter.treeSteps]).toEqual([foretold.found, foretold.steps])
        if (pfn > 0) live.push(pfn)
      }
    }
    const { order, lows, his, rooms, used, first, end } = t.ranges
    let n = 0
    for (let i = 0; i < used; i++) {
      const base = order[i]! * 64
      expect([lows[i], his[i]]).toEqual([
        loOf(t.ranges, base + first[order[i]!]!),
        hiOf(t.ranges, base + end[order[i]!]! - 1),
      ])
      for (let slot = base + first[order[i]!]!; slot < base + end[order[i]!]! - 1; slot++) {
        expect(loOf(t.ranges, slot + 1) - hiOf(t.ranges, slot) - 1).toBeLessThanOrEqual(rooms[i]!)
        expect(slotAfter(t.ranges, slot)).toBe(slot + 1)
      }
      n += end[order[i]!]! - first[order[i]!]!
    }
    expect(n).toBe(live.length)
    expect(live.length).toBeGreaterThan(400)
  })

  test('are plain data: a clone goes on as the original', () => {
    const t = createTree(1, P32)
    for (let i = 0; i < 300; i++) alloc(t, 1 + (i % 9))
    const copy = structuredClone(t)
    for (const tree of [t, copy]) for (let i = 0; i < 300; i++) if (i % 3 === 0) free(tree, P32 - 1 - i * 2)
    expect(hashPlain(copy)).toBe(hashPlain(t))
  })
})

test('the shape decides nothing while ranges are aligned and limits fall between them', () => {
  const rng = createRng(11)
  const [plain, shaped] = [createTree(P32 - 4096, P32), createTree(P32 - 4096, P32, true)]
  const live: number[] = []
  let restarts = 0
  for (let i = 0; i < 4000; i++) {
    if (live.length > 0 && nextU32(rng) % 2 === 0) {
      const pfn = live.splice(nextU32(rng) % live.length, 1)[0]!
      for (const t of [plain, shaped]) free(t, pfn)
      continue
    }
    const size = 1 + (nextU32(rng) % 200)
    const limit = nextU32(rng) % 3 === 0 ? P32 - 1025 : P32 - 1
    const results = [plain, shaped].map((t) => [alloc(t, size, limit), meter.treeSteps, meter.walks])
    expect(results[1]).toEqual(results[0])
    if (meter.walks > 1) restarts++
    if (results[0]![0]! > 0) live.push(results[0]![0]!)
  }
  expect(restarts).toBeGreaterThan(50)
})

/** The first pass as the kernel makes it; found 0 where it fails. */
function plainWalk(t: IovaTree, size: number): { found: number; steps: number } {
  const ranges: (readonly [number, number])[] = []
  forEachNode(t, (lo, hi) => ranges.push([lo, hi]))
  const align = 1 << (32 - Math.clz32(size - 1))
  let i = ranges.findIndex(([lo]) => lo === hint32Of(t))
  if (i < 0) i = ranges.length
  for (let steps = 1; ; steps++, i--) {
    const end = Math.min(P32, ranges[i]?.[0] ?? Infinity)
    const found = Math.floor((end - size) / align) * align
    if (found < t.startPfn || size >= t.failMark) return { found: 0, steps }
    if (i === 0 || found > ranges[i - 1]![1]) return { found, steps }
  }
}
