import { beforeEach, describe, expect, it } from 'vitest'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { mapRange, unmapRange } from '../dma/iommu-core.ts'
import { createIo } from '../dma/iommu-driver.ts'
import { vtdDriver } from '../dma/vtd.ts'
import { createGather } from '../flush/gather.ts'
import type { PageTable } from '../table/page-table.ts'
import { TCE_READ } from '../table/table.ts'
import { createVtd, vtdTable } from '../table/vtd.ts'
import {
  BITS,
  clashes,
  createFake,
  FAN,
  type Fake,
  fakeMap,
  fakeTable,
  LEVELS,
  type Leaf,
  Reference,
} from '../testing/iotlb-reference.ts'
import {
  CMD_AMD,
  CMD_AMD_ALL,
  CMD_ATS,
  CMD_DSI,
  CMD_DTE,
  CMD_EXACT,
  CMD_PSI,
  CMD_RANGE,
  CMD_SMMU_ALL,
  createCommand,
} from './command.ts'
import { coveredPages } from './entries.ts'
import { forEachStale, noteReuse, oldestStaleNs, settle } from './exposure.ts'
import {
  ACCESS_FAULT,
  ACCESS_HIT,
  ACCESS_WALKED,
  access,
  createAccess,
  flushDomain,
  invalidate,
  markStale,
} from './iotlb.ts'
import { createIotlb, type IotlbConfig, type IotlbState, NO_DOMAIN } from './iotlb-state.ts'

/** Entries in use as text, in an order of their own. */
function contents(s: IotlbState): string[] {
  const out: string[] = []
  for (let i = 0; i < s.entries; i++) {
    if (s.domain[i] === NO_DOMAIN) continue
    const stale = `${s.staleNs[i]} ${s.reusedNs[i]}`
    out.push(`${s.domain[i]}:${s.pfn.data[i]}/${s.order[i]} ${s.page.data[i]} ${s.permission[i]} ${stale}`)
  }
  return out.sort()
}

const WIDTH = FAN ** LEVELS
const overlaps = (e: { pfn: number; order: number }, pfn: number, pages: number) =>
  e.pfn < pfn + pages && e.pfn + 2 ** e.order > pfn

/** Random accesses, maps, unmaps, commands and reuse on both, compared at every step. */
function compare(config: IotlbConfig, seed: number, steps: number, domains: number, reach: number): IotlbState {
  const rng = createRng(seed)
  const random = (below: number) => nextU32(rng) % below
  const s = createIotlb(config)
  const reference = new Reference(config)
  const tables = Array.from({ length: domains }, createFake)
  const books = new Map<string, Leaf & { pfn: number }>()
  const out = createAccess()
  const command = createCommand()
  let now = 0
  for (let step = 0; step < steps; step++) {
    now += random(20)
    const domain = random(domains)
    const table = tables[domain]!
    const act = random(100)
    const pfn = random(reach)
    const pages = 1 + random(random(4) === 0 ? reach - pfn : Math.min(8, reach - pfn))
    if (act < 70) {
      const write = random(2) === 0
      const expected = reference.access(books, domain, pfn, write, now)
      const { lookups } = s
      access(s, fakeTable, table, domain, pfn, write, now, out)
      expect(s.lookups).toBe(lookups + 1)
      expect(out).toMatchObject(expected)
    } else if (act < 80) {
      const order = [0, 0, 3, 6][random(4)]!
      const first = pfn - (pfn % 2 ** order)
      const free = Array.from({ length: 2 ** order }, (_, i) => !books.has(`${domain}:${first + i}`)).every(Boolean)
      if (!free || clashes(table, first, order)) continue
      const leaf = { page: random(64) * 2 ** order, order, permission: 1 + random(3) }
      fakeMap(table, first, leaf)
      for (let i = 0; i < 2 ** order; i++) books.set(`${domain}:${first + i}`, { ...leaf, pfn: first })
    } else if (act < 88) {
      const leaf = books.get(`${domain}:${pfn}`)
      if (!leaf) continue
      fakeMap(table, leaf.pfn, null, leaf.order / BITS)
      for (let i = 0; i < 2 ** leaf.order; i++) books.delete(`${domain}:${leaf.pfn + i}`)
      let expected = 0
      for (const e of reference.all()) {
        if (e.domain !== domain || e.stale >= 0 || !overlaps(e, leaf.pfn, 2 ** leaf.order)) continue
        e.stale = now
        expected++
      }
      expect(markStale(s, domain, leaf.pfn, 2 ** leaf.order, now)).toBe(expected)
    } else if (act < 92) {
      const victim = reference.all().find((e) => e.stale >= 0 && e.reused < 0)
      const first = victim && random(2) === 0 ? victim.page : pfn
      let expected = 0
      for (const e of reference.all()) {
        if (e.stale < 0 || e.reused >= 0 || !overlaps({ pfn: e.page, order: e.order }, first, pages)) continue
        e.reused = now
        expected++
      }
      expect(noteReuse(s, first, pages, now)).toBe(expected)
    } else if (act < 99) {
      const exact = random(4) === 0
      const order = exact ? [0, 3, 6][random(3)]! : -1
      Object.assign(command, { kind: exact ? CMD_EXACT : CMD_PSI, pfn, pages: exact ? 2 ** order : pages })
      Object.assign(command, { leaf: random(2) === 0, order })
      if (!command.leaf) reference.forget(domain, pfn, command.pages)
      const expected = reference.drop(
        (e) => e.domain === domain && (exact ? e.pfn === pfn && e.order === order : overlaps(e, pfn, pages)),
        now,
      )
      expect(invalidate(s, domain, command, now)).toBe(expected)
    } else {
      reference.forget(domain, 0, WIDTH)
      expect(flushDomain(s, domain, now)).toBe(reference.drop((e) => e.domain === domain, now))
    }
    if (step % 16 > 0) continue
    settle(s, now)
    expect(s.exposure.pageNs).toBe(reference.pageNs(now))
    check(s, reference)
  }
  return s
}

function check(s: IotlbState, reference: Reference): void {
  const all = reference.all()
  const text = all.map((e) => `${e.domain}:${e.pfn}/${e.order} ${e.page} ${e.permission} ${e.stale} ${e.reused}`)
  expect(contents(s)).toEqual(text.sort())
  const stale = all.filter((e) => e.stale >= 0)
  const pagesOf = (list: readonly { order: number }[]) => list.reduce((sum, e) => sum + 2 ** e.order, 0)
  expect(coveredPages(s)).toBe(pagesOf(all))
  expect([s.exposure.pages, s.stale]).toEqual([pagesOf(stale), stale.length])
  const visited: number[] = []
  forEachStale(s, 1, (pfn, pages, staleNs, reusedNs, slot) => {
    expect([s.pfn.data[slot], 2 ** s.order[slot]!, s.staleNs[slot], s.reusedNs[slot]]).toEqual([
      pfn,
      pages,
      staleNs,
      reusedNs,
    ])
    visited.push(pages)
  })
  const one = stale.filter((e) => e.domain === 1)
  expect(visited.length).toBe(one.length)
  expect(oldestStaleNs(s, 1)).toBe(one.reduce((oldest, e) => Math.min(oldest, e.stale), Number.POSITIVE_INFINITY))
  const worst = Math.max(0, ...reference.ended.map((e) => e.to - e.from))
  const { worstNs, worstPfn: pfn, worstDomain: domain } = s.exposure
  expect(worstNs).toBe(worst)
  if (worst > 0)
    expect(reference.ended.filter((e) => e.to - e.from === worst)).toContainEqual(
      expect.objectContaining({ pfn, domain }),
    )
}

describe('an IOTLB', () => {
  const sizes = [
    ...[
      { entries: 1, ways: 1, walkEntries: 1 },
      { entries: 4, ways: 4, walkEntries: 0 },
      { entries: 16, ways: 16, walkEntries: 4 },
    ],
    ...[
      { entries: 16, ways: 1, walkEntries: 2 },
      { entries: 64, ways: 4, walkEntries: 16 },
      { entries: 256, ways: 256, walkEntries: 3 },
    ],
  ]
  it.each(sizes)(
    'of $entries entries, $ways ways and $walkEntries pointers does what lists of entries do',
    (config) => {
      const seen = { hits: 0, evicted: 0, dropped: 0, live: 0, reused: 0, faults: 0 }
      for (let seed = 1; seed <= 3; seed++) {
        const s = compare(config, seed, 1200, 3, seed === 1 ? WIDTH : 256)
        seen.hits += s.hits
        seen.evicted += s.evicted
        seen.dropped += s.dropped
        seen.live += s.droppedLive
        seen.reused += s.exposure.reused
        seen.faults += s.faults
      }
      for (const [what, times] of Object.entries(seen)) {
        if (what !== 'evicted' || config.entries < 64) expect([what, times > 0]).toEqual([what, true])
      }
    },
  )

  it('finds the entry of a page number beyond 32 bits', () => {
    const s = createIotlb({ entries: 64, ways: 64, walkEntries: 0 })
    const table = { ...fakeTable, walk: wideWalk }
    const state = createFake()
    const out = createAccess()
    const pages = Array.from({ length: 64 }, (_, i) => 2 ** 44 + i * 2 ** 31)
    for (const pfn of pages) access(s, table, state, 0, pfn, false, 0, out)
    for (const pfn of pages) {
      access(s, table, state, 0, pfn, false, 0, out)
      expect([out.outcome, out.page]).toEqual([ACCESS_HIT, pfn + 7])
    }
  })
})

const wideWalk: PageTable<Fake>['walk'] = (_t, pfn, _node, _height, out) => {
  out.nodes.fill(-1)
  Object.assign(out, { found: true, page: pfn + 7, order: 0, permission: TCE_READ, height: 0, reads: 4, freed: false })
}

describe('a device', () => {
  let s: IotlbState
  let table: Fake
  const out = createAccess()
  const command = createCommand()
  const reach = (pfn: number, nowNs: number, write = false) => {
    access(s, fakeTable, table, 0, pfn, write, nowNs, out)
    return out.outcome
  }
  beforeEach(() => {
    s = createIotlb({ entries: 8, ways: 8, walkEntries: 4 })
    table = createFake()
    for (let pfn = 0; pfn < 16; pfn++) fakeMap(table, pfn, { page: 100 + pfn, order: 0, permission: TCE_READ })
  })

  it('reaches memory that was unmapped until a command covers it, and is told since when', () => {
    expect(reach(5, 10)).toBe(ACCESS_WALKED)
    fakeMap(table, 5, null)
    expect(markStale(s, 0, 5, 1, 20)).toBe(1)
    expect(markStale(s, 0, 5, 1, 25)).toBe(0)
    expect(reach(5, 30)).toBe(ACCESS_HIT)
    expect([out.page, out.staleNs, out.reusedNs]).toEqual([105, 20, -1])
    expect(noteReuse(s, 100, 5, 35)).toBe(0)
    expect(noteReuse(s, 104, 2, 40)).toBe(1)
    expect(reach(5, 45)).toBe(ACCESS_HIT)
    expect([out.staleNs, out.reusedNs]).toEqual([20, 40])
    Object.assign(command, { kind: CMD_RANGE, pfn: 4, pages: 2, leaf: true })
    expect(invalidate(s, 0, command, 120)).toBe(1)
    expect(reach(5, 121)).toBe(ACCESS_FAULT)
    settle(s, 500)
    const { pageNs, pages, worstNs, worstPfn, entries, reused } = s.exposure
    expect({ pageNs, pages, worstNs, worstPfn, entries, reused }).toEqual({
      ...{ pageNs: 100, pages: 0, worstNs: 100, worstPfn: 5, entries: 1, reused: 1 },
    })
    expect([s.dropped, s.droppedLive, s.faults]).toEqual([1, 0, 1])
  })

  it('may do only what the translation permits, found or walked, and a refused walk leaves nothing behind', () => {
    expect(reach(3, 0, true)).toBe(ACCESS_FAULT)
    expect([s.reads, s.hits, coveredPages(s)]).toEqual([LEVELS, 0, 0])
    expect(reach(3, 0)).toBe(ACCESS_WALKED)
    expect(out.reads).toBe(LEVELS)
    expect(reach(3, 0, true)).toBe(ACCESS_FAULT)
    expect([s.hits, s.faults, out.permission]).toEqual([1, 2, TCE_READ])
  })

  it('walks from the lowest table it knows, also one that was taken out and is not given back', () => {
    expect([reach(0, 0), out.reads, reach(1, 0), out.reads]).toEqual([ACCESS_WALKED, LEVELS, ACCESS_WALKED, 1])
    // The table of pages 0-7 is taken out of the one above; what stands in it stays.
    const leafTable = s.walkNode[0]!
    const above = table.maps.find((node) => node.get(0) === leafTable)!
    above.delete(0)
    expect([reach(2, 5), out.page, out.staleNs]).toEqual([ACCESS_WALKED, 102, -1])
    expect(markStale(s, 0, 2, 1, 5)).toBe(1)
    Object.assign(command, { kind: CMD_PSI, pfn: 0, pages: 8, leaf: true })
    invalidate(s, 0, command, 6)
    expect([reach(2, 7), out.page]).toEqual([ACCESS_WALKED, 102])
    table.freed.add(leafTable)
    expect([reach(4, 8), out.freed, out.page]).toEqual([ACCESS_FAULT, true, -1])
    invalidate(s, 0, Object.assign(command, { leaf: false }), 9)
    expect([reach(2, 10), out.freed]).toEqual([ACCESS_FAULT, false])
  })

  it('keeps what no command is about: another domain, another size, caches that are not here', () => {
    for (const pfn of [0, 1, 8]) reach(pfn, 0)
    const told = (kind: number, order: number, domain = 0) =>
      invalidate(s, domain, Object.assign(command, { kind, order, pfn: 0, pages: 8, leaf: false }), 0)
    expect([told(CMD_ATS, 3), told(CMD_DTE, -1), told(CMD_EXACT, 3), told(CMD_PSI, 3, 1)]).toEqual([0, 0, 0, 0])
    expect([told(CMD_EXACT, 0), told(CMD_AMD, 3), s.droppedLive]).toEqual([1, 1, 2])
    expect(reach(8, 0)).toBe(ACCESS_HIT)
  })

  it.each([CMD_DSI, CMD_SMMU_ALL, CMD_AMD_ALL])('has to walk from the top again after a whole flush (%i)', (kind) => {
    for (const pfn of [0, 1, 8]) reach(pfn, 0)
    Object.assign(command, { kind, pfn: 0, pages: 0, leaf: true, order: -1 })
    expect(invalidate(s, 0, command, 0)).toBe(3)
    expect([reach(0, 0), out.reads]).toEqual([ACCESS_WALKED, LEVELS])
  })
})

describe('a device behind VT-d', () => {
  /** 1024 pages of 4K mapped from page 512 on, one of them read, and the first 512 unmapped. */
  function setUp(queued: boolean) {
    const s = createIotlb({ entries: 64, ways: 4, walkEntries: 16 })
    const table = createVtd({
      ...{ levels: 4, orders: [0], width: 48, maxAddressMask: 18, pageSelective: true, firstLevel: false },
    })
    const io = createIo({ command: (c) => void invalidate(s, 3, c, 9), sync: () => {} })
    const out = createAccess()
    const read = (pfn: number) => {
      access(s, vtdTable, table, 3, pfn, false, 5, out)
      return [out.outcome, out.page, out.freed]
    }
    mapRange(vtdDriver, table, 512, 70_000, 1024, TCE_READ, false, io)
    expect(read(520)).toEqual([ACCESS_WALKED, 70_008, false])
    const gather = Object.assign(createGather(), { queued })
    unmapRange(vtdDriver, table, 512, 512, gather, io)
    expect(markStale(s, 3, 512, 512, 5)).toBe(1)
    return { s, table, io, out, read, gather }
  }

  it('reaches in deferred mode what it used, and by a pointer to the table what it did not, until the flush', () => {
    const { s, table, io, out, read } = setUp(true)
    expect([read(520), out.staleNs]).toEqual([[ACCESS_HIT, 70_008, false], 5])
    expect([read(521), out.reads]).toEqual([[ACCESS_WALKED, 70_009, false], 1])
    expect(vtdTable.pending(table)).toBe(1)
    vtdDriver.flushAll(table, io)
    vtdDriver.release(table, 512, io)
    expect([read(520), read(521)]).toEqual(Array(2).fill([ACCESS_FAULT, -1, false]))
    expect([s.exposure.pages, s.exposure.worstNs, s.stale]).toEqual([0, 4, 0])
    expect(read(1024)).toEqual([ACCESS_WALKED, 70_512, false])
  })

  it('reads a table that was given back when no command told the cache of pointers', () => {
    const { table, io, read } = setUp(true)
    vtdDriver.release(table, 512, io)
    expect(read(521)).toEqual([ACCESS_FAULT, -1, true])
  })

  it('reaches nothing in strict mode once the unmapping has returned', () => {
    const { s, table, io, read, gather } = setUp(false)
    vtdDriver.sync(table, gather, io)
    expect([read(520), read(521)]).toEqual(Array(2).fill([ACCESS_FAULT, -1, false]))
    expect([s.dropped, s.droppedLive, s.exposure.pages]).toEqual([1, 0, 0])
  })
})
