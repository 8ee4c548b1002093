import { describe, expect, it } from 'vitest'
import { alignDown, pow2 } from '../../lib/bits.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { type AmdState, amdDrop, amdMapRun, amdTable, amdUnmapRun, createAmd } from './amd-v1.ts'
import { entryAt, nodeBelow } from './nodes.ts'
import { createWalk, MAX_LEVELS } from './page-table.ts'
import { chooseRun } from './split.ts'

const BOTH = 3
const SPAN = 4096
const CHECK_EVERY = 25
const walk = createWalk()
const run = { order: 0, count: 0 }
const heights = Array.from({ length: MAX_LEVELS }, (_, height) => height)
const newWork = () => ({ tablesNew: 0, tablesFreed: 0, writes: 0 })

/** Tables and leaves by height, found by reading every entry. */
function recount(s: AmdState) {
  const tables = heights.map(() => 0)
  const leaves = heights.map(() => 0)
  const visit = (node: number, height: number) => {
    tables[height]!++
    for (let slot = 0; slot < 512; slot++) {
      const entry = entryAt(s.nodes, node, slot)
      if (nodeBelow(entry) >= 0) visit(nodeBelow(entry), height - 1)
      else if (entry !== 0) leaves[height]!++
    }
  }
  visit(s.root, s.levels - 1)
  return { tables, leaves }
}

function counted(s: AmdState) {
  const tables = heights.map((height) => amdTable.tablesAt(s, height))
  return { tables, leaves: heights.map((height) => amdTable.leavesAt(s, height)) }
}

/** Maps pages run by run, as the core and the driver do; true if anything had to be invalidated. */
function map(s: AmdState, pfn: number, page: number, pages: number, work = newWork()): boolean {
  const cut: number[] = []
  let replaced = false
  for (let done = 0; done < pages; done += run.count * pow2(run.order)) {
    chooseRun(s.orders, pfn + done, page + done, pages - done, run)
    if (amdMapRun(s, pfn + done, page + done, run.order, run.count, BOTH, work, cut)) replaced = true
    amdDrop(s, cut, work)
  }
  return replaced
}

function found(s: AmdState, pfn: number): number | undefined {
  amdTable.walk(s, pfn, -1, 0, walk)
  return walk.found ? walk.page : undefined
}

describe('an AMD table', () => {
  it('leads where a plain map leads after random maps and unmaps, and its counts are those of a recount', () => {
    const s = createAmd({ npCache: false })
    const rng = createRng(20)
    const random = (n: number) => nextU32(rng) % n
    const bases = [0, pow2(18) - SPAN / 2, pow2(30), pow2(51)]
    const model = new Map<number, { page: number; order: number }>()
    const work = newWork()
    for (let i = 0; i < 500; i++) {
      const base = bases[random(bases.length)]!
      const from = base + (random(2) === 0 ? random(SPAN / 64) * 64 : random(SPAN))
      const most = Math.min(base + SPAN - from, 1 + random(random(3) === 0 ? 1200 : 40))
      if (random(2) === 0) {
        let free = 0
        while (free < most && !model.has(from + free)) free++
        const page = random(2) === 0 ? from % pow2(30) : random(1_000_000)
        expect(map(s, from, page, free, work)).toBe(false)
        for (let k = 0; k < free; ) {
          chooseRun(s.orders, from + k, page + k, free - k, run)
          const { order } = run
          for (const end = k + pow2(order); k < end; k++) model.set(from + k, { page: page + k, order })
        }
      } else {
        const order = model.get(from)?.order
        const table = found(s, from) !== undefined || walk.height === 0
        expect(order === undefined ? undefined : walk.order).toBe(order)
        expect(amdUnmapRun(s, from, 1, work)).toBe(order === undefined ? (table ? 1 : 0) : pow2(order))
        const first = alignDown(from, pow2(order ?? 0))
        for (let k = 0; k < pow2(order ?? 0); k++) model.delete(first + k)
      }
      for (let k = 0; k < 20; k++) {
        const pfn = base + random(SPAN)
        expect(found(s, pfn)).toBe(model.get(pfn)?.page)
      }
      if (i % CHECK_EVERY === 0) expect(counted(s)).toEqual(recount(s))
    }
    expect(model.size).toBeGreaterThan(100)
    for (const base of bases) for (let at = base; at < base + SPAN; ) at += Math.max(1, amdUnmapRun(s, at, 1, work))
    const { tables, leaves } = recount(s)
    expect(counted(s)).toEqual({ tables, leaves })
    expect(leaves.every((n) => n === 0)).toBe(true)
    expect(s.nodes.live).toBe(tables.reduce((sum, n) => sum + n, 0))
    expect(work.tablesNew - work.tablesFreed).toBe(s.nodes.live - 1)
  })

  it('keeps its counts and loses no table where live pages are mapped over', () => {
    const s = createAmd({ npCache: false })
    const rng = createRng(21)
    for (let i = 0; i < 400; i++) {
      const order = nextU32(rng) % 14
      const pfn = alignDown(nextU32(rng) % 16384, pow2(order))
      const page = (nextU32(rng) % 1024) << 14
      if (nextU32(rng) % 4 === 0) amdUnmapRun(s, pfn, pow2(order), newWork())
      else {
        map(s, pfn, page, pow2(order))
        expect([found(s, pfn), found(s, pfn + pow2(order) - 1)]).toEqual([page, page + pow2(order) - 1])
      }
      if (i % CHECK_EVERY !== 0) continue
      expect(counted(s)).toEqual(recount(s))
      expect(s.nodes.live).toBe(counted(s).tables.reduce((sum, n) => sum + n, 0))
    }
  })

  it('grows a level at a time, for an address or for a page beyond its reach', () => {
    const s = createAmd({ npCache: false })
    expect([s.levels, found(s, pow2(27)), walk.reads]).toEqual([3, undefined, 0])
    map(s, 5, 6, 1)
    map(s, pow2(36), 7, 1)
    expect([s.levels, found(s, 5), found(s, pow2(36)), walk.reads]).toEqual([5, 6, 7, 5])
    expect(counted(s).tables).toEqual([2, 2, 2, 2, 1, 0])
    map(s, 0, 0, pow2(38))
    expect([s.levels, found(s, pow2(38) - 1), walk.order]).toEqual([5, pow2(38) - 1, 38])
    expect(counted(s)).toEqual({ tables: [0, 0, 0, 0, 1, 0], leaves: [0, 0, 0, 0, 4, 0] })
  })

  it('asks for an invalidation where a table or a larger page gives way, and not for a page of the same height', () => {
    const s = createAmd({ npCache: false })
    map(s, 16, 0, 16)
    expect(map(s, 17, 3, 1)).toBe(false)
    expect(map(s, 512, 512, 512)).toBe(false)
    expect(map(s, 600, 3, 1)).toBe(true)
    expect(map(s, 0, 0, 512)).toBe(true)
    expect([found(s, 17), found(s, 511), found(s, 601)]).toEqual([17, 511, undefined])
  })
})
