import { describe, expect, it } from 'vitest'
import { alignDown, pow2 } from '../../lib/bits.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { type ArmConfig, type ArmState, armMapRun, armTable, armUnmapRun, createArm } from './arm-lpae.ts'
import { entryAt, nodeBelow } from './nodes.ts'
import { createWalk } from './page-table.ts'
import { chooseRun } from './split.ts'

const BOTH = 3
const CHECK_EVERY = 25
const config = (stage: 1 | 2, granuleShift: number, bits: number): ArmConfig => {
  return { stage, granuleShift, inputBits: bits, outputBits: bits, range: true }
}
const ignore = () => {}
const walk = createWalk()
const run = { order: 0, count: 0 }
const newWork = () => ({ tablesNew: 0, tablesFreed: 0, writes: 0 })
const heights = (s: ArmState) => Array.from({ length: s.levels }, (_, height) => height)

/** Tables and leaves by height, found by reading every entry. */
function recount(s: ArmState) {
  const tables = heights(s).map(() => 0)
  const leaves = heights(s).map(() => 0)
  const visit = (node: number, height: number, entries: number) => {
    tables[height]!++
    for (let slot = 0; slot < entries; slot++) {
      const entry = entryAt(s.nodes, node, slot)
      if (nodeBelow(entry) >= 0) visit(nodeBelow(entry), height - 1, 1 << s.bits)
      else if (entry !== 0) leaves[height]!++
    }
  }
  visit(s.root, s.levels - 1, s.topEntries)
  return { tables, leaves }
}

function counted(s: ArmState) {
  const tables = heights(s).map((height) => armTable.tablesAt(s, height))
  return { tables, leaves: heights(s).map((height) => armTable.leavesAt(s, height)) }
}

/** Maps pages run by run, as the core does; false where something is in the way. */
function map(s: ArmState, pfn: number, page: number, pages: number, work = newWork()): boolean {
  for (let done = 0; done < pages; ) {
    chooseRun(s.orders, pfn + done, page + done, pages - done, run)
    const n = armMapRun(s, pfn + done, page + done, run.order, run.count, BOTH, work, ignore)
    if (n < 0) return false
    done += n * pow2(run.order)
  }
  return true
}

function unmap(s: ArmState, pfn: number, pages: number, work = newWork()): number {
  let done = 0
  while (done < pages) {
    chooseRun(s.orders, pfn + done, pfn + done, pages - done, run)
    const n = armUnmapRun(s, pfn + done, run.order, run.count, work, ignore)
    if (n === 0) break
    done += n * pow2(run.order)
  }
  return done
}

function found(s: ArmState, pfn: number): number | undefined {
  armTable.walk(s, pfn, -1, 0, walk)
  return walk.found ? walk.page : undefined
}

const shapes: readonly [string, ArmConfig][] = [
  ['4K, 48 bits', config(1, 12, 48)],
  ['4K, 40 bits at stage 2', config(2, 12, 40)],
  ['16K, 48 bits', config(1, 14, 48)],
  ['64K, 52 bits', config(1, 16, 52)],
]

describe.each(shapes)('an Arm table of %s', (_, shape) => {
  it('leads where a plain map leads after random maps and unmaps, and its counts are those of a recount', () => {
    const s = createArm(shape)
    const rng = createRng(s.widthPages * 16 + s.granuleShift)
    const random = (n: number) => nextU32(rng) % n
    const block = pow2(s.bits)
    const bases = [0, alignDown(pow2(s.widthPages - 1), block) - 2 * block, pow2(s.widthPages) - 4 * block]
    const model = new Map<number, number>()
    const work = newWork()
    const near = (base: number) => base + (random(2) === 0 ? random(4) * block : random(4 * block - 64))
    for (let i = 0; i < 400; i++) {
      const base = bases[random(bases.length)]!
      const from = near(base)
      const most = Math.min(base + 4 * block - from, random(3) === 0 ? block + 40 : 1 + random(60))
      if (random(5) < 3) {
        let free = 0
        while (free < most && !model.has(from + free)) free++
        const page = random(2) === 0 ? from % (16 * block) : random(1_000_000)
        expect(map(s, from, page, free, work)).toBe(true)
        for (let k = 0; k < free; k++) model.set(from + k, page + k)
        if (free < most) expect(map(s, from + free, 0, 1, work)).toBe(false)
      } else {
        let live = 0
        while (live < most && model.delete(from + live)) live++
        expect(unmap(s, from, live, work)).toBe(live)
        if (live < most) expect(unmap(s, from + live, 1, work)).toBe(0)
      }
      for (let k = 0; k < 20; k++) {
        const pfn = near(base)
        expect(found(s, pfn)).toBe(model.get(pfn))
      }
      if (i % CHECK_EVERY === 0) expect(counted(s)).toEqual(recount(s))
    }
    expect(model.size).toBeGreaterThan(100)
    for (const pfn of model.keys()) expect(found(s, pfn)).toBe(model.get(pfn))
    for (const pfn of model.keys()) expect(unmap(s, pfn, 1, work)).toBe(1)
    const { tables, leaves } = recount(s)
    expect(counted(s)).toEqual({ tables, leaves })
    expect(leaves.every((n) => n === 0)).toBe(true)
    // Every node in use is reached from the top; tables side by side count as one.
    const sideBySide = Math.max(1, s.topEntries / block)
    expect(s.nodes.live).toBe(tables.reduce((sum, n) => sum + n, sideBySide - 1))
    expect(work.tablesNew - work.tablesFreed).toBe(s.nodes.live - sideBySide)
  })
})

describe('an Arm table', () => {
  it('puts tables side by side at stage 2 where they spare a level', () => {
    const shape = (stage: 1 | 2, bits: number) => {
      const s = createArm(config(stage, 12, bits))
      return [s.levels, s.topEntries, s.nodes.live]
    }
    expect(shape(2, 40)).toEqual([3, 1024, 2])
    expect(shape(2, 43)).toEqual([3, 8192, 16])
    expect(shape(2, 44)).toEqual([4, 32, 1])
    expect(shape(1, 40)).toEqual([4, 2, 1])
  })

  it('has the leaf sizes of its granule and no others', () => {
    expect(createArm(config(1, 12, 48)).orders).toEqual([0, 9, 18])
    expect(createArm(config(1, 16, 48)).orders).toEqual([0, 13])
    expect(createArm(config(1, 16, 52)).orders).toEqual([0, 13, 26])
    expect(createArm({ ...config(1, 12, 48), orders: [0, 5, 9] }).orders).toEqual([0, 9])
    expect(() => createArm(config(1, 13, 48))).toThrow(RangeError)
  })

  it('splits a block of 1G with two tables where one page goes, and keeps the other pages', () => {
    const s = createArm(config(1, 12, 48))
    map(s, pow2(18), pow2(20), pow2(18))
    const work = newWork()
    expect(unmap(s, pow2(18) + 513, 1, work)).toBe(1)
    expect(work).toEqual({ tablesNew: 2, tablesFreed: 0, writes: 2 + 512 + 511 })
    expect([512, 513, 514].map((at) => found(s, pow2(18) + at))).toEqual([pow2(20) + 512, undefined, pow2(20) + 514])
    expect(counted(s)).toEqual({ tables: [1, 1, 1, 1], leaves: [511, 511, 0, 0] })
  })

  it('tells of a table that it cuts off before it frees it, once for all that hangs below', () => {
    const s = createArm(config(1, 12, 48))
    map(s, pow2(18), pow2(20), 1)
    const work = newWork()
    const told: number[][] = []
    const cutOff = (_: ArmState, pfn: number, order: number) => told.push([pfn, order, work.tablesFreed])
    expect(armUnmapRun(s, pow2(18), 18, 1, work, cutOff)).toBe(1)
    expect(told).toEqual([[pow2(18), 18, 0]])
    expect(work.tablesFreed).toBe(2)
  })

  it('marks a walk that goes on from a table which was freed', () => {
    const s = createArm(config(1, 12, 48))
    map(s, 512, 0, 3)
    armTable.walk(s, 513, -1, 0, walk)
    const [below, above] = [walk.nodes[0]!, walk.nodes[1]!]
    expect([walk.found, walk.page, walk.reads]).toEqual([true, 1, 4])
    armTable.walk(s, 514, below, 0, walk)
    expect([walk.found, walk.page, walk.reads, walk.freed]).toEqual([true, 2, 1, false])
    armUnmapRun(s, 512, 9, 1, newWork(), ignore)
    armTable.walk(s, 514, below, 0, walk)
    expect([walk.found, walk.freed]).toEqual([false, true])
    armTable.walk(s, 514, above, 1, walk)
    expect([walk.found, walk.freed, walk.height]).toEqual([false, false, 1])
  })

  it('faults beyond its width without reading', () => {
    const s = createArm(config(2, 12, 40))
    armTable.walk(s, pow2(28), -1, 0, walk)
    expect([walk.found, walk.reads, walk.height]).toEqual([false, 0, 2])
    expect(map(s, pow2(28) - 1, 7, 1)).toBe(true)
    expect(found(s, pow2(28) - 1)).toBe(7)
  })
})
