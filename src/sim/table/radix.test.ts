import { describe, expect, it } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import type { PageTable } from './page-table.ts'
import { createRadix, noteEntries, pfnOf, radixReader } from './radix.ts'
import { TCE_READ } from './table.ts'
import { createVtd, makePath, setPages, vtdTable } from './vtd.ts'

const ISLAND = pow2(20)
const config = { levels: 4, orders: [0, 9, 18], width: 48, maxAddressMask: 18, pageSelective: true, firstLevel: false }
const reader = radixReader(vtdTable as unknown as PageTable)

describe('a window in a radix table', () => {
  it('lies where its islands do, and has a place for every 2 MiB by address, not by entry', () => {
    const s = createRadix(createVtd(config), [
      { entry: 0, abs: 0, pages: ISLAND },
      { entry: ISLAND, abs: pow2(36) - ISLAND, pages: ISLAND },
    ])
    expect([pfnOf(s, 5), pfnOf(s, ISLAND), pfnOf(s, 2 * ISLAND - 1)]).toEqual([5, pow2(36) - ISLAND, pow2(36) - 1])
    expect([reader.place(s, 513), reader.place(s, ISLAND)]).toEqual([
      { page: 1, slot: 1 },
      { page: 2048, slot: 0 },
    ])
  })

  it('shares a place between islands that meet in one leaf table, and begins one in the midst of it', () => {
    const s = createRadix(createVtd(config), [
      { entry: 0, abs: 600, pages: 100 },
      { entry: 100, abs: 900, pages: 412 },
    ])
    const seen: number[][] = []
    noteEntries(s, 98, 2)
    noteEntries(s, 222, 4)
    reader.forEachTable(s, (first, set, written) => seen.push([first, set, written]))
    expect(seen).toEqual([
      [0, 0, 8],
      [224, 0, 4],
    ])
  })

  it('tells the bytes of its tables and where an entry leads', () => {
    const page = createVtd(config)
    const s = createRadix(page, [{ entry: 0, abs: 0, pages: ISLAND }])
    expect([reader.levels(s), reader.bytesAllocated(s), reader.walk(s, 7)]).toEqual([4, 4096, 0])
    const change = { writes: 0, made: 0, refused: false }
    setPages(page, makePath(page, 7, 0, change), 7, 1, 0x1234, TCE_READ, change)
    expect([reader.bytesAllocated(s), reader.walk(s, 7)]).toEqual([4 * 4096, 0x1234000 + TCE_READ])
    expect([0, 1, 2, 3].map((level) => reader.tablesAt(s, level))).toEqual([1, 1, 1, 1])
  })
})
