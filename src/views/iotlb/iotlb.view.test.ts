import { describe, expect, it } from 'vitest'
import {
  CELL_MAPPED,
  CELL_REACHABLE,
  type IotlbFrame,
  SLOT_EMPTY,
  SLOT_LIVE,
  SLOT_REUSED,
  SLOT_STALE,
} from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import {
  entryOfCell,
  entryOfPage,
  iotlbInk,
  iotlbView,
  paintSlot,
  SLOTS_HEIGHT,
  sizeLabel,
  slotGrid,
  slotOfCell,
  slotsHeight,
} from './iotlb.view.ts'

const INK = iotlbInk(palettes.dark)

/** Two sets of two ways: live, stale since 2 µs; its memory given away, empty. */
const FRAME: IotlbFrame = {
  ...{ table: 0, pageShift: 12, offset: 16, sets: 2, ways: 2, shared: true },
  state: Uint8Array.of(SLOT_LIVE, SLOT_STALE, SLOT_REUSED, SLOT_EMPTY),
  owner: Uint8Array.of(0, 0, 1, 255),
  pfn: Float64Array.of(0x40, 0x200, 0x81, 0),
  order: Uint8Array.of(0, 9, 0, 0),
  staleForNs: Float64Array.of(0, 2000, 5000, 0),
  ...{ used: 3, stale: 2, reused: 1, reachBytes: 514 * 4096 },
  ...{ lookups: 100, hits: 91, reads: 12, evicted: 4, recentLookups: 10, recentHits: 9 },
  walkCaches: [{ height: 0, spanPages: 512, used: 1, room: 16 }],
}

const empty = (sets: number, ways: number): IotlbFrame => ({
  ...FRAME,
  ...{ sets, ways, used: 0, stale: 0, reused: 0 },
  state: new Uint8Array(sets * ways),
  owner: new Uint8Array(sets * ways).fill(255),
  pfn: new Float64Array(sets * ways),
  order: new Uint8Array(sets * ways),
  staleForNs: new Float64Array(sets * ways),
})

const painted = (state: number, side: number, foreign = false) => {
  const out = blank(side, side)
  paintSlot(state, foreign, INK, 0, 0, side, side, out)
  return out.data
}
const inked = (data: Uint32Array, pixel: number) => data.filter((p) => p === pixel).length

describe('a slot', () => {
  it('is solid while mapped, hatched once unmapped, and full with a hole when its memory was given away', () => {
    const live = painted(SLOT_LIVE, 20)
    expect(inked(live, INK.strong[CELL_MAPPED]!)).toBe(400)
    const stale = painted(SLOT_STALE, 20)
    const [strong, tint] = [INK.strong[CELL_REACHABLE]!, INK.tint[CELL_REACHABLE]!]
    expect(inked(stale, strong) + inked(stale, tint)).toBe(400)
    expect(inked(stale, tint)).toBeGreaterThan(80)
    const reused = painted(SLOT_REUSED, 20)
    expect([inked(reused, strong), inked(reused, INK.ground)]).toEqual([400 - 120, 120])
    expect(reused[10 * 20 + 10]).toBe(INK.ground)
  })

  it('keeps its hole at three pixels, where a hatch has no room', () => {
    expect(inked(painted(SLOT_STALE, 3), INK.strong[CELL_REACHABLE]!)).toBe(9)
    expect(inked(painted(SLOT_REUSED, 3), INK.ground)).toBe(4)
  })

  it('of another table has a corner cut off', () => {
    expect(inked(painted(SLOT_LIVE, 20, true), INK.bar)).toBe(55)
  })

  it('is told with address, size, device and how long it is stale', () => {
    expect([0, 1, 2, 3].map((cell) => iotlbView.cellText(FRAME, cell)).sort()).toEqual([
      'set 0, way 0: 0x0004_0000, 4 KiB, device 0',
      'set 0, way 1: 0x0020_0000, 2 MiB, device 0, unmapped 2 µs ago, still reachable',
      'set 1, way 0: 0x0008_1000, 4 KiB, device 1, unmapped 5 µs ago, still reachable, its memory given away',
      'set 1, way 1: empty',
    ])
    expect([0, 9, 18].map((order) => sizeLabel(FRAME, order))).toEqual(['4K', '2M', '1G'])
  })

  it('leads to the entry on the map if it is of the table that is shown', () => {
    const bySlot = new Map([0, 1, 2, 3].map((cell) => [slotOfCell(FRAME, cell), entryOfCell(FRAME, cell)]))
    expect([0, 1, 2, 3].map((slot) => bySlot.get(slot))).toEqual([0x30, 0x1f0, null, null])
    const islands = [
      { entry: 0, abs: 16, pages: 100 },
      { entry: 100, abs: 4096, pages: 50 },
    ]
    expect([20, 4100, 200].map((pfn) => entryOfPage({ ...FRAME, islands }, pfn))).toEqual([4, 104, null])
  })
})

describe('the layout', () => {
  it('has ways below each other, and wraps where that gives larger cells', () => {
    expect(slotGrid({ sets: 16, ways: 8 })).toEqual({ setColumns: 16, setRows: 1, wayColumns: 1, wayRows: 8 })
    expect(slotGrid({ sets: 1, ways: 64 })).toEqual({ setColumns: 1, setRows: 1, wayColumns: 16, wayRows: 4 })
    expect(slotGrid({ sets: 4096, ways: 1 })).toEqual({ setColumns: 128, setRows: 32, wayColumns: 1, wayRows: 1 })
  })

  it.each([
    [1, 16],
    [1, 64],
    [16, 8],
    [4, 16],
    [64, 1],
    [256, 16],
    [512, 8],
    [1, 4096],
    [4096, 1],
  ])('of %i sets of %i ways keeps every cell inside, apart, and found where it stands', (sets, ways) => {
    const frame = empty(sets, ways)
    for (const width of [512, 320]) {
      const box = { width, height: slotsHeight(frame, width), dpr: 1 }
      expect(box.height).toBeLessThanOrEqual(SLOTS_HEIGHT)
      const { columns, rows } = iotlbView.grid(frame)
      expect(columns * rows).toBe(sets * ways)
      const slots = new Set<number>()
      const lost: number[] = []
      for (let cell = 0; cell < columns * rows; cell++) {
        const rect = iotlbView.cellRect(frame, cell, box)
        const inside = rect.x + rect.width <= width && rect.y + rect.height <= box.height
        if (!inside || iotlbView.hitTest(frame, rect.x + 0.5, rect.y + 0.5, box) !== cell) lost.push(cell)
        slots.add(slotOfCell(frame, cell))
      }
      expect(lost).toEqual([])
      expect(slots.size).toBe(sets * ways)
    }
  })

  it('paints every slot of the largest IOTLB', () => {
    const frame = empty(4096, 1)
    frame.state.fill(SLOT_LIVE)
    frame.owner.fill(0)
    const box = { width: 512, height: slotsHeight(frame, 512), dpr: 2 }
    const out = blank(1024, 2 * box.height)
    iotlbView.paint(frame, INK, box, out)
    expect(inked(out.data, INK.strong[CELL_MAPPED]!)).toBeGreaterThan(4096 * 40)
  })
})

describe('the words', () => {
  it('sum up what is in use, still reachable, given away, and how lookups fare', () => {
    expect(iotlbView.describe(FRAME)).toBe(
      'IOTLB of 2 sets × 2 ways: 3 of 4 entries in use, 2 of them of memory that was unmapped and is still reachable, 1 of memory that was given away since; 91 % of 100 lookups hit.',
    )
    expect(iotlbView.describe({ ...FRAME, sets: 0, ways: 0 })).toContain('not modelled')
  })

  it('list stale entries first, the oldest at the top', () => {
    const { rows, total } = iotlbView.table(FRAME)
    expect(total).toBe(3)
    expect(rows.map((row) => [row[0], row[1], row[5]])).toEqual([
      ['1, 0', 'still reachable, memory given away', '5 µs'],
      ['0, 1', 'still reachable', '2 µs'],
      ['0, 0', 'mapped', '–'],
    ])
  })
})
