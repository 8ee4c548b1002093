import { describe, expect, it } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { hashPlain } from '../../lib/hash.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { createSnapshots, restoreSnapshot, takeSnapshot } from '../../lib/snapshot.ts'
import { createMeter, resetMeter } from '../engine/meter.ts'
import { entry, pages, realAddr } from '../types.ts'
import { radix } from './radix.ts'
import { TCE_READ, TCE_WRITE } from './table.ts'

const BOTH = TCE_READ | TCE_WRITE
const ISLAND = pow2(20)
/** The low and the high 4 GiB of a 48-bit space. */
const islands = [
  { entry: 0, abs: 0, pages: ISLAND },
  { entry: ISLAND, abs: pow2(36) - ISLAND, pages: ISLAND },
]
const rig = () => ({ t: radix.create(2 * ISLAND, 12, undefined, islands), meter: createMeter() })
const perLevel = (t: ReturnType<typeof radix.create>) => [0, 1, 2, 3].map((level) => radix.tablesAt(t, level))

describe('a radix table', () => {
  it('begins with its top table, and makes one table per level for the first page', () => {
    const { t, meter } = rig()
    expect([perLevel(t), radix.bytesAllocated(t)]).toEqual([[0, 0, 0, 1], 4096])
    radix.set(t, entry(ISLAND - 1), pages(1), realAddr(0x5000), BOTH, meter)
    expect([perLevel(t), meter.tablePages, meter.tceWrites]).toEqual([[1, 1, 1, 1], 3, 1])
    resetMeter(meter)
    // The next leaf table of the same 1 GiB, and a page of the other island: nothing below the top is shared.
    radix.set(t, entry(ISLAND - 513), pages(1), realAddr(0x5000), BOTH, meter)
    expect([perLevel(t), meter.tablePages]).toEqual([[2, 1, 1, 1], 1])
    radix.set(t, entry(ISLAND), pages(1), realAddr(0x5000), BOTH, meter)
    expect([perLevel(t), meter.tablePages]).toEqual([[3, 2, 2, 1], 4])
    expect(radix.bytesAllocated(t)).toBe(8 * 4096)
  })

  it('makes a leaf table for every 2 MiB and a directory for every 1 GiB, by address and not by entry', () => {
    const t = radix.create(2048, 12, undefined, [{ entry: 0, abs: 262_144 - 1024 - 256, pages: 2048 }])
    const meter = createMeter()
    radix.set(t, entry(0), pages(2048), realAddr(0x10_0000), BOTH, meter)
    expect([perLevel(t), meter.tablePages]).toEqual([[5, 2, 1, 1], 8])
    const seen: number[][] = []
    radix.forEachTable(t, 0, (first, set, written) => seen.push([first, set, written]))
    expect(seen).toEqual([
      [0, 256, 256],
      [256, 512, 512],
      [768, 512, 512],
      [1280, 512, 512],
      [1792, 256, 256],
    ])
    const above: number[][] = []
    radix.forEachTable(t, 1, (first, set) => above.push([first, set]))
    expect(above).toEqual([
      [0, 3],
      [1280, 2],
    ])
    expect(radix.place(t, entry(1792))).toEqual({ page: 4, slot: 0 })
    expect(radix.place(t, entry(3))).toEqual({ page: 0, slot: 259 })
  })

  it('lets islands that meet in one table share it', () => {
    const t = radix.create(512, 12, undefined, [
      { entry: 0, abs: 600, pages: 100 },
      { entry: 100, abs: 900, pages: 412 },
    ])
    const meter = createMeter()
    radix.set(t, entry(99), pages(1), realAddr(0x1000), BOTH, meter)
    radix.set(t, entry(100), pages(1), realAddr(0x2000), BOTH, meter)
    expect(perLevel(t)).toEqual([1, 1, 1, 1])
    expect([radix.place(t, entry(100)), radix.place(t, entry(300))]).toEqual([
      { page: 0, slot: 388 },
      { page: 1, slot: 76 },
    ])
    const seen: number[][] = []
    radix.forEachTable(t, 0, (first, set) => seen.push([first, set]))
    expect(seen).toEqual([
      [0, 2],
      [224, 0],
    ])
  })

  it('keeps its tables when their last page is unmapped, and makes none for clearing', () => {
    const { t, meter } = rig()
    radix.clear(t, entry(7), pages(3), meter)
    expect([perLevel(t), meter.tceWrites]).toEqual([[0, 0, 0, 1], 0])
    radix.set(t, entry(500), pages(24), realAddr(0x8000), BOTH, meter)
    radix.clear(t, entry(500), pages(24), meter)
    expect([perLevel(t), meter.tceWrites, radix.walk(t, entry(500))]).toEqual([[2, 1, 1, 1], 48, 0])
  })

  it('leads every entry where a plain map says, through growth and a restored checkpoint', () => {
    const { t, meter } = rig()
    const rng = createRng(3)
    const obvious = new Map<number, number>()
    const owner = createSnapshots()
    let saved: { snapshot: ReturnType<typeof takeSnapshot>; map: Map<number, number>; hash: string } | null = null
    for (let i = 0; i < 4000; i++) {
      if (i === 2000) saved = { snapshot: takeSnapshot(owner, t), map: new Map(obvious), hash: hashPlain(t) }
      const island = (nextU32(rng) & 1) * ISLAND
      const n = 1 + (nextU32(rng) % 40)
      const e = island + (nextU32(rng) % (ISLAND / 8 - n))
      const clear = nextU32(rng) % 3 === 0
      const address = 0x1000 * (nextU32(rng) % pow2(30))
      if (clear) radix.clear(t, entry(e), pages(n), meter)
      else radix.set(t, entry(e), pages(n), realAddr(address), TCE_READ, meter)
      for (let k = 0; k < n; k++) obvious.set(e + k, clear ? 0 : address + 0x1000 * k + TCE_READ)
    }
    const wrong = (map: Map<number, number>) => [...map].filter(([e, pte]) => radix.walk(t, entry(e)) !== pte).length
    const setEntries = () => {
      let sum = 0
      radix.forEachTable(t, 0, (_first, set) => {
        sum += set
      })
      return sum
    }
    expect(wrong(obvious)).toBe(0)
    expect(setEntries()).toBe([...obvious.values()].filter((pte) => pte !== 0).length)
    restoreSnapshot(owner, t, saved!.snapshot)
    expect([wrong(saved!.map), hashPlain(t)]).toEqual([0, saved!.hash])
  })

  it('refuses what four levels cannot reach', () => {
    expect(() => radix.create(2, 12, undefined, [{ entry: 0, abs: pow2(36) - 1, pages: 2 }])).toThrow(RangeError)
  })
})
