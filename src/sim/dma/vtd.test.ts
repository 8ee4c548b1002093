import { describe, expect, test } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { createGather, resetGather } from '../flush/gather.ts'
import { type Command, isWhole } from '../iotlb/command.ts'
import { entryAt, isLeaf, payloadOf } from '../table/nodes.ts'
import { createWalk } from '../table/page-table.ts'
import { createVtd, type VtdState } from '../table/vtd.ts'
import { mapRange, unmapRange } from './iommu-core.ts'
import { createIo, EEXIST, EFAULT } from './iommu-driver.ts'
import { vtdDriver } from './vtd.ts'

const BOTH = 3

function rig(levels = 4, orders: readonly number[] = [0, 9, 18]) {
  const width = 12 + 9 * levels
  const s = createVtd({ levels, orders, width, maxAddressMask: 18, pageSelective: true, firstLevel: false })
  const sent: Command[] = []
  const io = createIo({ command: (c) => sent.push({ ...c }), sync: () => {} })
  const gather = createGather()
  const walk = createWalk()
  return {
    s,
    io,
    sent,
    map: (pfn: number, page: number, pages: number) => mapRange(vtdDriver, s, pfn, page, pages, BOTH, false, io),
    unmap(pfn: number, pages: number, queued = false) {
      resetGather(gather)
      gather.queued = queued
      const done = unmapRange(vtdDriver, s, pfn, pages, gather, io)
      if (!queued) vtdDriver.sync(s, gather, io)
      return done
    },
    find(pfn: number) {
      vtdDriver.table.walk(s, pfn, -1, 0, walk)
      return walk.found ? walk.page : -1
    },
  }
}

/** Tables and leaves by height, counted by going through all of the table. */
function recount(s: VtdState) {
  const tables = [0, 0, 0, 0, 0, 0]
  const leaves = [0, 0, 0, 0, 0, 0]
  const visit = (node: number, height: number): void => {
    tables[height]!++
    for (let slot = 0; slot < 512; slot++) {
      const entry = entryAt(s.nodes, node, slot)
      if (entry === 0) continue
      if (isLeaf(entry)) leaves[height]!++
      else visit(payloadOf(entry), height - 1)
    }
  }
  visit(s.root, s.levels - 1)
  return { tables, leaves }
}

interface Mapping {
  readonly pfn: number
  readonly page: number
  readonly pages: number
}

/** Some pages inside a range, the first and the last among them. */
function samples({ pages }: Mapping): number[] {
  return [0, 1, 511, 512, pages >> 1, pages - 1].filter((i) => i < pages)
}

describe('random mappings and unmappings as drivers make them', () => {
  for (const [levels, orders] of [[3, [0, 9, 18]] as const, [4, [0, 9]] as const, [5, [0, 9, 18]] as const]) {
    test(`${levels} levels, ${orders.length} sizes: walks find what is mapped, nothing else, no table is lost`, () => {
      const { s, io, sent, map, unmap, find } = rig(levels, orders)
      const rng = createRng(levels)
      const live: Mapping[] = []
      const queued: number[] = []
      /** 24 places, far apart and side by side, of which each holds at most one mapping. */
      const room = pow2(19)
      const places = Array.from({ length: 24 }, (_, i) => (i < 12 ? i * room : pow2(s.widthPages) - (i - 11) * room))
      for (let step = 0; step < 600; step++) {
        const i = nextU32(rng) % places.length
        const place = places[i]!
        const k = live.findIndex((m) => m.pfn >= place && m.pfn < place + room)
        sent.length = 0
        io.tablesFreed = 0
        if (k < 0) {
          const offset = nextU32(rng) % 3 === 0 ? nextU32(rng) % 1000 : 0
          const pages = 1 + (nextU32(rng) % [1, 16, 600, 3000, 270_000][nextU32(rng) % 5]!)
          const pfn = place + offset
          const page = pow2(22) + (nextU32(rng) % 2 === 0 ? offset : nextU32(rng) % 5000)
          expect(map(pfn, page, pages)).toBe(pages)
          live.push({ pfn, page, pages })
        } else {
          const [m] = live.splice(k, 1)
          const late = nextU32(rng) % 2 === 0
          expect(unmap(m!.pfn, m!.pages, late)).toBe(m!.pages)
          if (late) queued.push(m!.pfn)
          else {
            for (const at of samples(m!)) {
              const told = (c: Command) => isWhole(c.kind) || (m!.pfn + at >= c.pfn && m!.pfn + at < c.pfn + c.pages)
              expect(sent.some(told)).toBe(true)
            }
            expect(io.tablesFreed === 0 || sent.some((c) => !c.leaf)).toBe(true)
          }
          for (const at of samples(m!)) expect(find(m!.pfn + at)).toBe(-1)
        }
        if (queued.length > 6) vtdDriver.release(s, queued.shift()!, io)
        if (step % 20 !== 0) continue
        for (const m of live) {
          for (const at of samples(m)) expect(find(m.pfn + at)).toBe(m.page + at)
          expect([find(m.pfn - 1), find(m.pfn + m.pages)]).toEqual([-1, -1])
        }
        const { tables, leaves } = recount(s)
        expect([s.tables, s.leaves]).toEqual([tables, leaves])
        expect(s.nodes.live).toBe(tables.reduce((sum, n) => sum + n) + s.waiting)
      }
      for (const m of live) unmap(m.pfn, m.pages)
      vtdDriver.release(s, -1, io)
      expect([s.leaves.reduce((sum, n) => sum + n), s.waiting]).toEqual([0, 0])
      unmap(0, pow2(s.widthPages))
      expect([s.nodes.live, s.tables[levels - 1]]).toEqual([1, 1])
    })
  }
})

test('what a call counts is what happened', () => {
  const { io, map, unmap } = rig()
  map(512, 512, 512 + 3)
  expect(io).toMatchObject({ calls: 2, tablesNew: 3, writes: 3 + 1 + 3 })
  unmap(512, 512 + 3)
  expect(io).toMatchObject({ calls: 4, tablesFreed: 0, writes: 14 - 3 })
})

test('a mapping that fails half-way is undone, and the tables made for it stay', () => {
  const { s, io, sent, map, find } = rig()
  const end = pow2(36)
  expect([map(end - 513, 512 + 511, 514), io.error]).toEqual([0, EFAULT])
  expect([find(end - 513), find(end - 512)]).toEqual([-1, -1])
  expect([s.tables.slice(0, 4), io.tablesFreed]).toEqual([[1, 1, 1, 1], 0])
  expect(sent.map((c) => [c.pfn, c.pages, c.leaf])).toEqual([
    [end - 513, 1, true],
    [end - 512, 512, true],
  ])
})

test('a large page replaces what is below it: tables go at once, the run from there on is invalidated', () => {
  const { s, io, sent, map, find } = rig()
  map(1024, 7, 5)
  sent.length = 0
  map(512, 4096, 2048)
  expect(sent).toMatchObject([{ pfn: 0, pages: 4096, leaf: false }])
  expect([find(512), find(1026), io.tablesFreed, s.tables[0], s.waiting]).toEqual([4096, 4610, 1, 0, 0])
})

test('small pages are not mapped into a large one, nor unmapped out of its middle', () => {
  const { io, map, unmap, find } = rig()
  map(512, 1024, 512)
  expect([map(600, 5, 1), io.error, io.warned]).toEqual([0, EEXIST, true])
  io.warned = false
  expect([unmap(600, 1), io.warned, find(600)]).toEqual([0, true, 1024 + 88])
  expect([unmap(512, 1), find(600)]).toEqual([512, -1])
})

test('runs of different length are synced apart, and the tables of the second are freed with the first', () => {
  const { io, sent, map, unmap } = rig()
  map(500, 1, 12 + 512)
  io.tablesFreed = 0
  expect(unmap(500, 12 + 512)).toBe(524)
  expect(sent.map((c) => [c.pfn, c.pages, c.leaf])).toEqual([
    [496, 16, false],
    [512, 512, true],
  ])
  expect(io.tablesFreed).toBe(1)
})

test('a deferred unmapping sends nothing and lets its tables wait for it alone', () => {
  const { s, io, sent, map, unmap } = rig()
  map(500, 1, 12 + 512)
  map(5 * 512, 1, 512)
  unmap(500, 12 + 512, true)
  unmap(5 * 512, 512, true)
  expect([sent.length, s.waiting, io.tablesDetached]).toEqual([0, 2, 2])
  vtdDriver.flushAll(s, io)
  vtdDriver.release(s, 500, io)
  expect([sent.length, s.waiting, io.tablesFreed]).toEqual([1, 1, 1])
})

test('with one page per call the same entries take as many calls as pages', () => {
  const one = rig()
  const many = rig()
  mapRange(vtdDriver, one.s, 500, 500, 540, BOTH, true, one.io)
  many.map(500, 500, 540)
  expect([one.io.calls, many.io.calls]).toEqual([12 + 1 + 16, 3])
  expect([one.s.leaves, one.io.writes]).toEqual([many.s.leaves, many.io.writes])
})
