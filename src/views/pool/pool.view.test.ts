import { describe, expect, it } from 'vitest'
import { type PoolArea, type PoolFrame, SLOT_BOTH, SLOT_FROM_DEVICE, SLOT_TO_DEVICE } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import {
  directionCounts,
  groupsOf,
  paintSlots,
  placeOf,
  poolFacts,
  poolHeight,
  poolInk,
  poolLayout,
  poolSub,
  poolView,
  poolWidth,
} from './pool.view.ts'

const INK = poolInk(palettes.dark)

/** A pool of `areas` areas of `slots` slots in all, nothing in it. */
function poolOf(slots: number, areas: number, over: Partial<PoolFrame> = {}): PoolFrame {
  const slotsPerCell = Math.max(1, slots / 4096)
  const cells = slots / slotsPerCell
  const each = slots / areas
  return {
    table: 0,
    slots,
    slotBytes: 2048,
    setSlots: 128,
    areas: Array.from(
      { length: areas },
      (_, i): PoolArea => ({
        first: i * each,
        slots: each,
        used: 0,
        cursor: i * each,
        longestRun: 128,
        taken: 0,
        contended: 0,
        waitNs: 0,
      }),
    ),
    slotsPerCell,
    cells,
    direction: new Uint8Array(cells),
    used: new Uint8Array(cells),
    waste: new Uint8Array(cells),
    cpu: new Uint8Array(cells).fill(255),
    usedSlots: 0,
    wasteBytes: 0,
    largestBytes: 258_048,
    tooLarge: 0,
    full: 0,
    scattered: 0,
    ...over,
  }
}
const boxOf = (frame: PoolFrame, room = 556, dpr = 1) => ({
  width: poolWidth(frame, room, dpr),
  height: poolHeight(frame.areas.length),
  dpr,
})
const SHAPES = [
  [32_768, 1],
  [32_768, 2],
  [32_768, 4],
  [32_768, 8],
  [32_768, 16],
  [32_768, 32],
  [32_768, 64],
  [131_072, 64],
  [512, 1],
  [512, 4],
  [640, 1],
] as const

/** Letters of w × h slots: `.` free, `s` rounding, `m` lit, `?` anything else. */
function slotsOf(direction: number, used: number, waste: number, w: number, h: number): string[] {
  const out = blank(w, h)
  paintSlots(INK, direction, used, waste, [0, 0, w, h], 1, out)
  const names = new Map([
    [INK.free, '.'],
    [INK.slack[0]!, 's'],
    [INK.lit, 'm'],
  ])
  return Array.from({ length: h }, (_, y) =>
    Array.from(out.data.subarray(y * w, (y + 1) * w), (p) => names.get(p) ?? '?').join(''),
  )
}

describe('a cell of slots', () => {
  it('is filled from the bottom as far as its slots are used, rounding above what buffers fill', () => {
    expect(slotsOf(SLOT_TO_DEVICE, 0, 0, 4, 4)).toEqual(['....', '....', '....', '....'])
    expect(slotsOf(SLOT_TO_DEVICE, 255, 0, 4, 4)).toEqual(['mmmm', 'mmmm', 'mmmm', 'mmmm'])
    expect(slotsOf(SLOT_TO_DEVICE, 128, 0, 4, 4)).toEqual(['....', '....', 'mmmm', 'mmmm'])
    expect(slotsOf(SLOT_TO_DEVICE, 255, 64, 4, 4)).toEqual(['ssss', 'mmmm', 'mmmm', 'mmmm'])
    expect(slotsOf(SLOT_TO_DEVICE, 255, 235, 4, 4)[3]).toBe('msss')
    expect(slotsOf(SLOT_TO_DEVICE, 128, 64, 4, 4)).toEqual(['....', '....', 'ssss', 'mmmm'])
    expect(slotsOf(SLOT_TO_DEVICE, 1, 0, 4, 4)).toEqual(['....', '....', '....', 'm...'])
  })

  it('is striped from the device and dotted both ways, and never loses its last pixel', () => {
    expect(slotsOf(SLOT_FROM_DEVICE, 255, 0, 4, 4)).toEqual(['m.m.', 'm.m.', 'm.m.', 'm.m.'])
    expect(slotsOf(SLOT_BOTH, 255, 0, 4, 4)).toEqual(['....', 'm.m.', '....', 'm.m.'])
    expect(slotsOf(SLOT_BOTH, 1, 0, 3, 3)).toEqual(['...', '...', 'm..'])
    expect(slotsOf(SLOT_FROM_DEVICE, 255, 0, 7, 2)).toEqual(['m.m.m.m', 'm.m.m.m'])
  })
})

describe('the lanes of the areas', () => {
  it.each(SHAPES)('of %i slots in %i areas hold every cell where it is found', (slots, areas) => {
    const frame = poolOf(slots, areas)
    for (const [room, dpr] of [
      [556, 1],
      [556, 2],
      [320, 2],
    ] as const) {
      const box = boxOf(frame, room, dpr)
      expect(box.width).toBeLessThanOrEqual(room)
      for (let cell = 0; cell < frame.cells; cell += 7) {
        const { x, y, width, height } = poolView.cellRect(frame, cell, box)
        expect(poolView.hitTest(frame, x + width / 2, y + height / 2, box)).toBe(cell)
        expect(y + height).toBeLessThanOrEqual(box.height)
        expect(x + width).toBeLessThanOrEqual(box.width)
      }
    }
  })

  it.each(SHAPES)('of %i slots in %i areas are 2 px high or more and do not overlap', (slots, areas) => {
    const frame = poolOf(slots, areas)
    const layout = poolLayout(frame, boxOf(frame))
    const high = layout.rows * layout.cellHeight
    expect(high).toBeGreaterThanOrEqual(2)
    for (let i = 1; i < areas; i++) expect(layout.laneTop(i) - layout.laneTop(i - 1)).toBeGreaterThanOrEqual(high)
    expect(layout.laneTop(areas - 1) + high).toBeLessThanOrEqual(poolHeight(areas))
  })

  it('fold where there is room, and stand in groups where there are many', () => {
    const layout = (areas: number) => {
      const frame = poolOf(32_768, areas)
      return poolLayout(frame, boxOf(frame))
    }
    expect(layout(1)).toMatchObject({ columns: 128, rows: 32, cellWidth: 4, cellHeight: 4 })
    expect(layout(8)).toMatchObject({ columns: 128, rows: 4, cellWidth: 4, cellHeight: 4 })
    expect(layout(64)).toMatchObject({ columns: 64, rows: 1, cellWidth: 8, cellHeight: 2 })
    const groups = groupsOf(poolOf(32_768, 64), boxOf(poolOf(32_768, 64)))
    expect(groups.map(({ first, last }) => [first, last])).toEqual(
      Array.from({ length: 8 }, (_, i) => [8 * i, 8 * i + 7]),
    )
  })

  it('sum used slots and waits of a group, and take its longest run', () => {
    const frame = poolOf(2048, 16)
    const areas = frame.areas.map((area, i) => ({ ...area, used: i, contended: 10 * i, longestRun: 100 - i }))
    const groups = groupsOf({ ...frame, areas }, boxOf(frame))
    expect(groups[1]).toMatchObject({ first: 2, last: 3, used: 5, waits: 50, longestRun: 98 })
  })

  it('are walked by keys as they are drawn', () => {
    expect(poolView.grid(poolOf(32_768, 8))).toEqual({ columns: 128, rows: 32 })
    expect(poolView.grid(poolOf(32_768, 64))).toEqual({ columns: 64, rows: 64 })
  })
})

describe('the picture', () => {
  /** Columns of a line of device pixels that have one ink. */
  function columnsOf(frame: PoolFrame, y: number, ink: number): number[] {
    const box = boxOf(frame)
    const out = blank(box.width, box.height)
    out.data.fill(INK.ground)
    poolView.paint(frame, INK, box, out)
    return Array.from(out.data.subarray(y * out.width, (y + 1) * out.width)).flatMap((p, x) => (p === ink ? [x] : []))
  }

  it('has a line between slot sets, none at the ends of a row', () => {
    const frame = poolOf(32_768, 8)
    expect(columnsOf(frame, 1, INK.rule)).toEqual([63, 127, 191, 255, 319, 383, 447])
    expect(columnsOf(poolOf(32_768, 64), 1, INK.rule)).toEqual([127, 255, 383])
  })

  it('has a line above a row where a set is several rows', () => {
    const frame = poolOf(512, 1)
    const { columns, cellHeight } = poolLayout(frame, boxOf(frame))
    expect(columns).toBe(32)
    expect(columnsOf(frame, 4 * cellHeight - 1, INK.rule)).toHaveLength(boxOf(frame).width)
    expect(columnsOf(frame, 3 * cellHeight - 1, INK.rule)).toEqual([])
  })

  it('has no lines where a cell is more than a set', () => {
    const frame = { ...poolOf(32_768, 8), setSlots: 4 }
    expect(columnsOf(frame, 1, INK.rule)).toEqual([])
  })

  it('marks where the next search begins: a triangle, in thin lanes a bar', () => {
    const at = (frame: PoolFrame, area: number, cursor: number) => ({
      ...frame,
      areas: frame.areas.map((a, i) => ({ ...a, cursor: i === area ? cursor : -1 })),
    })
    const wide = at(poolOf(32_768, 8), 0, 8 * 130)
    expect(columnsOf(wide, 4, INK.bar)).toEqual([6, 7, 8, 9, 10, 11, 12])
    expect(columnsOf(wide, 5, INK.bar)).toEqual([7, 8, 9, 10, 11])
    expect(columnsOf(wide, 6, INK.bar)).toEqual([9])
    expect(columnsOf(wide, 0, INK.bar)).toEqual([])
    const thin = at(poolOf(32_768, 64), 0, 80)
    expect(columnsOf(thin, 0, INK.bar)).toEqual([82, 83])
    expect(columnsOf(thin, 1, INK.bar)).toEqual([82, 83])
    expect(columnsOf(thin, 2, INK.bar)).toEqual([])
  })

  it('lights the cells that are used', () => {
    const frame = poolOf(32_768, 64)
    frame.direction.fill(SLOT_TO_DEVICE, 64, 66)
    frame.used.fill(255, 64, 66)
    const lit = columnsOf({ ...frame, areas: frame.areas.map((a) => ({ ...a, cursor: -1 })) }, 2, INK.lit)
    expect(lit).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14])
  })
})

describe('the words of the pool', () => {
  const frame = poolOf(32_768, 8, { usedSlots: 12, wasteBytes: 3000, tooLarge: 2, scattered: 1 })
  frame.direction.set([SLOT_TO_DEVICE, SLOT_FROM_DEVICE, SLOT_FROM_DEVICE, SLOT_BOTH], 512)
  frame.used.set([255, 128, 32, 32], 512)
  frame.waste.set([0, 26], 512)
  frame.cpu.set([1, 3], 512)
  const areas = frame.areas.map((a, i) =>
    i === 1 ? { ...a, used: 12, cursor: 4115, longestRun: 96, contended: 4 } : a,
  )
  const used = { ...frame, areas }

  it('name slots, area, direction, CPU and rounding of a cell', () => {
    expect(poolView.cellText(used, 512)).toBe(
      'slots 4\u2009096 … 4\u2009103 of area 1: 100 % used, to device, mapped by CPU 1',
    )
    expect(poolView.cellText(used, 513)).toBe(
      'slots 4\u2009104 … 4\u2009111 of area 1: 50 % used, from device, mapped by CPU 3, about 1\u2009671 B rounding',
    )
    expect(poolView.cellText(used, 514)).toContain('the next search of the area begins here')
    expect(poolView.cellText(used, 600)).toBe('slots 4\u2009800 … 4\u2009807 of area 1: free')
    expect(poolView.cellText(used, 4096)).toBe('')
    expect(placeOf(used, 513)).toEqual({ area: 1, at: 1 })
  })

  it('tell refusals apart by their reasons', () => {
    expect(poolFacts(used).map(({ name, value, words }) => [name, value, words])).toEqual([
      ['largest mapping', '252 KiB', '│ 128 slots, less alignment'],
      ['too large', '2', 'no slot set holds it'],
      ['full', '0', 'no area has enough free slots'],
      ['scattered', '1', 'enough are free, but no run'],
    ])
    expect(poolFacts(used).map((fact) => 'failed' in fact && fact.failed)).toEqual([false, true, false, true])
    expect(poolFacts({ ...used, largestBytes: 262_144 })[0]?.words).toBe('│ a set of 128 slots holds it')
    expect(poolSub(used)).toBe('1 cell = 8 slots')
    expect(poolSub(poolOf(512, 1))).toBe('1 cell = 1 slot')
  })

  it('describe the pool', () => {
    expect(poolView.describe(used)).toBe(
      'Bounce pool of 64 MiB: 12 of 32\u2009768 slots in 8 areas are used, 3\u2009000 B of that rounding. ' +
        'Refused so far: 2 too large for a slot set, 0 with no area free enough, 1 with no free run long enough. ' +
        'Cells mostly to the device 1, from it 2, both ways 1. Fullest: area 1, 0.3 % used, longest free run 96.',
    )
    expect(directionCounts(used)).toEqual([1, 2, 1])
  })

  it('stand in the table, a row for each area', () => {
    const { rows, total } = poolView.table(used)
    expect(total).toBe(8)
    expect(rows[1]).toEqual([
      '1',
      '4\u2009096',
      '4\u2009096',
      '12',
      '96',
      '4\u2009115',
      '0',
      '4',
      '0 ns',
      '1',
      '2',
      '1',
    ])
  })
})
