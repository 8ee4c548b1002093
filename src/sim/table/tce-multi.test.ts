import { describe, expect, it } from 'vitest'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { createMeter } from '../engine/meter.ts'
import { TCE_READ, TCE_WRITE } from './table.ts'
import {
  buildTces,
  clearTces,
  createForVfio,
  createTceMulti,
  exchangeTce,
  forEachTceTable,
  freeTceMulti,
  getTce,
  permissionOfTce,
  TCE_MISSING,
  TCE_NO_MEMORY,
  TCE_TOO_HARD,
  type TceMultiState,
  type TceTree,
  tceBytesAllocated,
  tceMultiKernel,
  tceTableUsed,
  userAddress,
  vfioBuild,
  vfioClear,
} from './tce-multi.ts'
import type { TceRequest } from './tce-multi-levels.ts'

const BOTH = TCE_READ + TCE_WRITE
const GIB = 1073741824
const OFFSET = 2 ** 43
const meter = createMeter()

/** 1 GiB of 4K pages at bus address 2^55, on a kernel with 4K pages: two levels of 512 entries, 512 leaf tables. */
function table(change: Partial<TceRequest> = {}): TceMultiState {
  const s = createTceMulti({
    era: '6.12',
    windowBytes: GIB,
    pageShift: 12,
    levels: 2,
    userCopy: true,
    offset: OFFSET,
    kernelPageShift: 12,
    maxPageOrder: 12,
    memoryBytes: Number.MAX_SAFE_INTEGER,
    backing: 'levels',
    clearAllocates: false,
    ...change,
  })
  if (typeof s === 'string') throw new Error(s)
  return s
}

const at = (e: number) => OFFSET + e
const build = (s: TceMultiState, e: number, n: number, page = 0x100, permission = BOTH) =>
  buildTces(s, at(e), n, page * 4096, permission, meter)
const map = (s: TceMultiState, e: number, n: number) => vfioBuild(s, at(e), n, 0x700000, 0x7f0000000000, BOTH, meter)
const tablesOf = (s: TceMultiState, tree: TceTree, height = 0, from = 0, to = Number.MAX_SAFE_INTEGER) => {
  const seen: [number, number][] = []
  forEachTceTable(s, tree, height, from, to, (number, used) => seen.push([number, used]))
  return seen
}

describe('a multi-level table', () => {
  it('makes a level table when an entry in it is first written, and keeps it when the entry is cleared', () => {
    const s = table()
    expect(s.hw.counts).toEqual([0, 1])
    expect(build(s, 510, 4)).toBe(4)
    expect(s.hw.counts).toEqual([2, 1])
    expect(tablesOf(s, s.hw)).toEqual([
      [0, 2],
      [1, 2],
    ])
    expect(getTce(s, at(513))).toBe(0x103 * 4096 + BOTH)
    clearTces(s, at(510), 4, meter)
    expect(getTce(s, at(513))).toBe(0)
    expect(tablesOf(s, s.hw).map(([, used]) => used)).toEqual([0, 0])
    expect(tceBytesAllocated(s)).toBe((3 + 1) * 4096)
    expect(s.hw.values.live).toBe(0)
  })

  it('reports the entries it wrote and the table pages it made', () => {
    const s = table()
    const own = createMeter()
    buildTces(s, at(0), 600, 0, BOTH, own)
    expect([own.tceWrites, own.tablePages]).toEqual([600, 2])
    clearTces(s, at(0), 100, own)
    expect([own.tceWrites, own.tablePages]).toEqual([700, 2])
  })

  it('has nothing before its first entry and after its last', () => {
    const s = table()
    expect([build(s, -1, 1), build(s, 512 * 512, 1), build(s, 512 * 512 - 1, 2)]).toEqual([0, 0, 1])
    clearTces(s, at(-5), 512 * 512 + 10, meter)
    expect([getTce(s, at(-1)), getTce(s, at(512 * 512))]).toEqual([0, 0])
    expect(s.hw.counts).toEqual([1, 1])
  })

  it('lets a device read what it may write', () => {
    const s = table()
    build(s, 3, 1, 0x55, TCE_WRITE)
    build(s, 4, 1, 0x55, TCE_READ)
    expect([getTce(s, at(3)), getTce(s, at(4))].map(permissionOfTce)).toEqual([BOTH, TCE_READ])
  })

  it('counts in the whole tree that kernels before 4.19 began with', () => {
    const s = table({ era: 'full', windowBytes: GIB / 8 })
    expect(s.hw.counts).toEqual([64, 1])
    expect(tceTableUsed(s, s.hw, 1, 0)).toBe(64)
    build(s, 512 * 7 + 1, 2)
    expect(tablesOf(s, s.hw)).toHaveLength(64)
    expect(tablesOf(s, s.hw, 0, 6, 9)).toEqual([
      [6, 0],
      [7, 2],
      [8, 0],
    ])
    // The level tables hold more than the window: an entry beyond it makes a table of its own.
    build(s, 512 * 64, 1)
    expect([s.hw.counts, tceTableUsed(s, s.hw, 1, 0)]).toEqual([[65, 1], 65])
    expect(tceTableUsed(s, s.hw, 0, 70)).toBe(TCE_MISSING)
    expect(freeTceMulti(s)).toBe(0)
  })

  it('has as many words set as entries are mapped, at each of four heights', () => {
    const s = table({ levels: 4, windowBytes: 4096 * GIB, pageShift: 16, userCopy: false })
    const rng = createRng(11)
    const live = new Map<number, number>()
    for (let i = 0; i < 3000; i++) {
      const e = (nextU32(rng) % 64) * 1048573 + (nextU32(rng) % 700)
      const address = nextU32(rng) % 3 === 0 ? 0 : (i + 1) * 65536
      const permission = address === 0 ? 0 : BOTH
      const old = exchangeTce(s, at(e), address, permission, true, meter)
      expect(old).toBe(live.get(e) ?? 0)
      if (address === 0) live.delete(e)
      else live.set(e, address + BOTH)
    }
    const words = [0, 1, 2, 3].map((height) => tablesOf(s, s.hw, height).reduce((sum, [, used]) => sum + used, 0))
    expect(words).toEqual([live.size, s.hw.counts[0], s.hw.counts[1], s.hw.counts[2]])
    const leaves = tablesOf(s, s.hw).map(([number]) => number)
    expect(leaves).toEqual([...leaves].sort((a, b) => a - b))
    expect(tablesOf(s, s.hw, 0, 4000, 60000)).toEqual(tablesOf(s, s.hw).filter(([n]) => n >= 4000 && n < 60000))
    expect(freeTceMulti(s)).toBe(0)
    expect(tceBytesAllocated(s)).toBe(0)
  })

  it('skips by its counter when a level table is missing, so entries of the next table stay alive', () => {
    const s = table()
    build(s, 512, 600)
    clearTces(s, at(256), 1024, meter)
    // The missing first table is left at counter 512, which is entry 768: 512 … 767 are never looked at.
    expect([getTce(s, at(767)) > 0, getTce(s, at(768))]).toEqual([true, 0])
    expect(tceTableUsed(s, s.hw, 0, 1)).toBe(256)
    clearTces(s, at(0), 1024, meter)
    expect(tceTableUsed(s, s.hw, 0, 1)).toBe(0)
  })

  it('passes over a large missing level table as it does over the leaf tables below it, one after the other', () => {
    const s = table({ levels: 4, windowBytes: 131072 * GIB })
    for (const e of [2 ** 34, 2 ** 35 - 513, 2 ** 35 - 1]) {
      build(s, e, 1)
      map(s, e, 1)
    }
    clearTces(s, at(7), 2 ** 35 - 7, meter)
    // Counted from 7, the skips end 7 entries into a table.
    expect([2 ** 34, 2 ** 35 - 513, 2 ** 35 - 1].map((e) => getTce(s, at(e)) > 0)).toEqual([true, false, false])
    vfioClear(s, at(7), 2 ** 35 - 7, meter)
    expect([getTce(s, at(2 ** 34)), s.references]).toEqual([0, 2])
  })
})

describe('an exchange', () => {
  it('returns what stood there', () => {
    const s = table()
    expect(exchangeTce(s, at(9), 0x5000, BOTH, true, meter)).toBe(0)
    expect(exchangeTce(s, at(9), 0x6000, TCE_READ, true, meter)).toBe(0x5000 + BOTH)
    expect(exchangeTce(s, at(9), 0, 0, true, meter)).toBe(0x6000 + TCE_READ)
  })

  it('is too hard for a caller that may not make a level table, and succeeds where one is', () => {
    const s = table()
    expect(exchangeTce(s, at(9), 0x5000, BOTH, false, meter)).toBe(TCE_TOO_HARD)
    expect(s.hw.counts).toEqual([0, 1])
    build(s, 8, 1)
    expect(exchangeTce(s, at(9), 0x5000, BOTH, false, meter)).toBe(0)
  })

  it('without a direction makes nothing, and writes an address without permission where a table is', () => {
    const s = table()
    expect(exchangeTce(s, at(9), 0x5000, 0, true, meter)).toBe(0)
    expect([s.hw.counts[0], getTce(s, at(9))]).toEqual([0, 0])
    build(s, 8, 1)
    expect(exchangeTce(s, at(9), 0x5000, 0, true, meter)).toBe(0)
    expect(getTce(s, at(9))).toBe(0x5000)
  })
})

describe('where memory runs out', () => {
  const tight = () => table({ userCopy: false, memoryBytes: 2 * 4096 })

  it('an exchange fails and a build stops where the kernel would crash', () => {
    const s = tight()
    expect(build(s, 500, 20)).toBe(12)
    expect(exchangeTce(s, at(512), 0x5000, BOTH, true, meter)).toBe(TCE_NO_MEMORY)
    expect(tceBytesAllocated(s)).toBe(8192)
  })

  it('keeps the upper level tables that it made on the way', () => {
    const s = table({ levels: 3, userCopy: false, memoryBytes: 2 * 4096 })
    expect(build(s, 0, 1)).toBe(0)
    expect(s.hw.counts).toEqual([0, 1, 1])
  })

  it('VFIO is told so', () => {
    const s = table({ memoryBytes: 3 * 4096 })
    expect(map(s, 0, 1)).toBe(TCE_NO_MEMORY)
    expect(s.references).toBe(0)
  })
})

describe('VFIO', () => {
  it('holds a reference for each page, and knows its user-space address', () => {
    const s = table()
    expect(map(s, 510, 4)).toBe(0)
    expect(s.references).toBe(4)
    expect(userAddress(s, at(512), false, meter)).toBe(0x7f0000002000)
    expect(map(s, 511, 1)).toBe(0)
    expect(s.references).toBe(4)
    vfioClear(s, at(0), 4096, meter)
    expect(s.references).toBe(0)
    expect(userAddress(s, at(512), false, meter)).toBe(0)
    expect(userAddress(s, at(5120), false, meter)).toBe(TCE_MISSING)
    expect([s.hw.counts, s.user?.counts]).toEqual([
      [2, 1],
      [2, 1],
    ])
  })

  it('clears what begins in the middle of a missing level table', () => {
    const s = table()
    map(s, 512, 300)
    vfioClear(s, at(256), 1024, meter)
    expect([s.references, tceTableUsed(s, s.hw, 0, 1)]).toEqual([0, 0])
  })

  it('never loses the reference of an entry that a plain exchange removed', () => {
    const s = table()
    map(s, 5, 1)
    exchangeTce(s, at(5), 0, 0, true, meter)
    vfioClear(s, at(5), 1, meter)
    expect([s.references, userAddress(s, at(5), false, meter)]).toEqual([1, 0x7f0000000000])
    map(s, 5, 1)
    expect(s.references).toBe(2)
  })

  it('pays twice for a table that was refused and asked for again', () => {
    const c = { pageShifts: [12, 16], lockedPages: 0 }
    const request = {
      ...table().request,
      windowBytes: 65536 * GIB,
      pageShift: 16,
      kernelPageShift: 16,
      maxPageOrder: 8,
    }
    expect(createForVfio(c, { ...request, pageShift: 24 })).toBe('page-size')
    expect(createForVfio(c, { ...request, levels: 6 })).toBe('levels')
    expect(c.lockedPages).toBe(0)
    expect(createForVfio(c, { ...request, levels: 1 })).toBe('level-table')
    expect(c.lockedPages).toBe(262144)
    expect(typeof createForVfio(c, { ...request, levels: 2 })).toBe('object')
    expect(c.lockedPages).toBe(262144 + 262152)
  })
})

describe('the 2018 discussion', () => {
  const sparse = (change: Partial<TceRequest> = {}) =>
    table({ windowBytes: 65536 * GIB, pageShift: 16, kernelPageShift: 16, maxPageOrder: 8, ...change })
  /** 16 GiB of RAM at 0, and 16 GiB of a GPU's at 0x244000000000. */
  const mapGuest = (s: TceMultiState) => {
    for (const first of [0, 0x24400000]) vfioBuild(s, at(first), 262144, 0, 2 ** 40, BOTH, meter)
  }

  it('ends with 8.5 MiB in both trees, of which 512 KiB are there at creation', () => {
    const s = sparse()
    expect(tceBytesAllocated(s)).toBe(524288)
    mapGuest(s)
    expect([s.hw.counts, s.user?.counts]).toEqual([
      [16, 1],
      [16, 1],
    ])
    expect(tceBytesAllocated(s)).toBe(8912896)
  })

  it('would have had 16 GiB from the start with vmalloc(), or with the whole tree', () => {
    const flat = sparse({ backing: 'vmalloc', levels: 1 })
    expect(tceBytesAllocated(flat)).toBe(16 * GIB)
    build(flat, 0x24400000, 1)
    expect([tceBytesAllocated(flat), getTce(flat, at(0x24400000)) > 0]).toEqual([16 * GIB, true])
    expect(tceBytesAllocated(sparse({ era: 'full' }))).toBe(2 * 32769 * 262144)
  })

  it('clears without making level tables, but for the first posting', () => {
    const cleared = (clearAllocates: boolean) => {
      const s = sparse({ clearAllocates })
      clearTces(s, at(0), 3 * 32768, meter)
      exchangeTce(s, at(3 * 32768), 0, 0, true, meter)
      vfioClear(s, at(8 * 32768), 1, meter)
      return [s.hw.counts[0], s.user?.counts[0]]
    }
    expect([cleared(false), cleared(true)]).toEqual([
      [0, 0],
      [5, 1],
    ])
  })

  it('is about the kernel file that is named', () => {
    expect(tceMultiKernel.file).toMatch(/powernv\/pci-ioda-tce\.c$/)
  })
})
