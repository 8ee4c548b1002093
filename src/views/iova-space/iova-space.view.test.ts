import { expect, test } from 'vitest'
import { cellInk } from '../kit/cells.ts'
import { contrast } from '../kit/colour-science.ts'
import { palettes, unpack } from '../kit/palette.ts'
import { entryOfCell, rowLayout, rowTop } from '../kit/rows.ts'
import { blank, frameOf, pictureOf } from '../kit/testing.ts'
import { classColours, iovaSpaceView, legendClass, rampShare, shownCell } from './iova-space.view.ts'

const INK = cellInk(palettes.dark, null, null)

/** Two islands of two rows with a gap before, between and after; 4 columns of 6 px, rows of 6 px, breaks of 20. */
const ISLANDS = frameOf(['m...', 'mm..', 'F...', '....'], {
  size: 1000,
  offset: 0x8000,
  segments: [
    { row: 0, rows: 2, firstEntry: 100, gapBefore: 100 },
    { row: 2, rows: 2, firstEntry: 600, gapBefore: 492 },
  ],
  gapAfter: 392,
})
const BOX = { width: 24, height: 84, dpr: 1 }

test('rows stand below the axis breaks before them', () => {
  const out = blank(24, 84)
  iovaSpaceView.paint(ISLANDS, INK, BOX, out)
  const picture = pictureOf(out, INK)
  expect(picture.slice(0, 20)).toEqual(Array(20).fill(''))
  expect(picture[20]).toBe('mmmmm ..... ..... .....')
  expect(picture[26]).toBe('mmmmm mmmmm ..... .....')
  expect(picture.slice(32, 52)).toEqual(Array(20).fill(''))
  expect(picture[52]).toBe('Ff.fF ..... ..... .....')
  expect(picture[64]).toBe('')
})

test('a point, its cell and the cell’s place agree, with breaks and at two device pixels', () => {
  for (const dpr of [1, 2]) {
    const box = { ...BOX, dpr }
    for (let cell = 0; cell < 16; cell++) {
      const { x, y, width, height } = iovaSpaceView.cellRect(ISLANDS, cell, box)
      expect(iovaSpaceView.hitTest(ISLANDS, x + width / 2, y + height / 2, box)).toBe(cell)
      expect(shownCell(ISLANDS, entryOfCell(ISLANDS, cell))).toBe(cell)
    }
  }
})

test('a point on a break, beside the map or on padding is no cell', () => {
  expect(iovaSpaceView.hitTest(ISLANDS, 5, 10, BOX)).toBeNull()
  expect(iovaSpaceView.hitTest(ISLANDS, 5, 40, BOX)).toBeNull()
  expect(iovaSpaceView.hitTest(ISLANDS, 25, 21, BOX)).toBeNull()
  expect(iovaSpaceView.hitTest(frameOf(['m ']), 20, 3, { width: 24, height: 12, dpr: 1 })).toBeNull()
})

test('an entry in a gap has no cell', () => {
  expect(shownCell(ISLANDS, 50)).toBeNull()
  expect(shownCell(ISLANDS, 300)).toBeNull()
  expect(shownCell(ISLANDS, null)).toBeNull()
})

test('the bottom of the picture is the bottom of its last row', () => {
  expect(rowTop(ISLANDS, BOX, 4)).toBe(64)
})

test('few cells are folded into shorter rows that fill the panel, under the same numbers', () => {
  const frame = frameOf(['m'.repeat(128), '.'.repeat(128)])
  const box = { width: 768, height: 352, dpr: 1 }
  expect(iovaSpaceView.grid(frame)).toEqual({ columns: 32, rows: 8 })
  expect(iovaSpaceView.cellRect(frame, 33, box)).toEqual({ x: 24, y: 44, width: 23, height: 43 })
  expect(iovaSpaceView.hitTest(frame, 25, 45, box)).toBe(33)
  expect(iovaSpaceView.table(frame).rows[1]?.[0]).toBe('0x0020_0000')
})

test('a usual window is not folded', () => {
  expect(iovaSpaceView.grid(frameOf(Array(32).fill('m'.repeat(128))))).toEqual({ columns: 128, rows: 32 })
})

test('rows have a greatest height', () => {
  const out = iovaSpaceView.cellRect(frameOf(['m...']), 0, { width: 400, height: 352, dpr: 1 })
  expect(out.height).toBeLessThan(50)
})

test('a cell says its address, state and how much of it is data', () => {
  const frame = frameOf(['m.'], { useful: Uint16Array.of(1500, 0), offset: 0x800 })
  expect(iovaSpaceView.cellText(frame, 0)).toBe('0x0800_0000, mapped, 2.3 % of it data')
  expect(iovaSpaceView.cellText(frame, 1)).toBe('0x0801_0000, free')
})

test('the sentence names the counts and the range that is shown', () => {
  const none = { cached: 0, queued: 0, reachable: 0, behindMapped: 0 }
  const counts = { ...none, mapped: 4077, free: 18, reserved: 1, refused: 459 }
  expect(iovaSpaceView.describe({ ...frameOf(['m'.repeat(8)]), size: 4096, counts })).toBe(
    '4\u2009077 of 4\u2009096 TCEs are mapped, 18 free, 1 reserved; 459 refused so far. ' +
      'One cell is 64 KiB. Shown: 0x0000_0000 to 0x0008_0000.',
  )
  // What counts as mapped although an IOTLB leads elsewhere is told apart from what is reachable.
  const stale = { ...frameOf(['m'.repeat(8)]), counts: { ...counts, reachable: 2, behindMapped: 3 } }
  expect(iovaSpaceView.describe(stale)).toContain(
    '1 reserved, 2 unmapped but still reachable, 192 KiB (3 TCEs) reachable behind mapped pages; 459 refused',
  )
})

test('the table has a row per row of cells', () => {
  const { rows, total, columns } = iovaSpaceView.table(frameOf(['mm..', 'F..r'], { size: 8 }))
  expect(columns).toHaveLength(rows[0]!.length)
  expect(total).toBe(2)
  expect(rows).toEqual([
    ['0x0000_0000', '2', '100 %', '2', '–', '0'],
    ['0x0004_0000', '0', '–', '4', '–', '1'],
  ])
})

test('age is loudest just now and size is loudest when large', () => {
  expect(rampShare('age', 0)).toBe(1)
  expect(rampShare('age', 255)).toBe(0)
  expect(rampShare('size', 0)).toBe(0)
  expect(rampShare('size', 8)).toBe(1)
})

test('every class colour keeps 3:1 on the ground in both themes', () => {
  for (const palette of [palettes.dark, palettes.light])
    for (const by of ['cpu', 'age', 'size'] as const) {
      const classes = classColours(palette, by, 8)!
      for (let v = 0; v < (by === 'cpu' ? 8 : 255); v++)
        expect(contrast(unpack(classes[v]!), palette.tokens.bg)).toBeGreaterThanOrEqual(3)
    }
})

test('an axis break takes the height that whole rows leave over', () => {
  const map = frameOf(['m...', 'mm..', 'F...', '....'], { size: 1000, gapAfter: 984 })
  // Four rows of 14 px; what is left of the box, 20 px at least, is the break.
  expect(rowLayout(map, { width: 24, height: 76, dpr: 1 })).toEqual({ cellWidth: 6, cellHeight: 14, breakHeight: 20 })
  expect(rowLayout(map, { width: 24, height: 79, dpr: 1 })).toEqual({ cellWidth: 6, cellHeight: 14, breakHeight: 23 })
})

test('a class of the legend holds exactly the values that have its name, and can be off or alone', () => {
  expect([95, 96, 119, 120, 191, 192, 254].map((v) => legendClass('age', v, 8))).toEqual([0, 1, 1, 2, 4, 5, 5])
  expect([0, 3, 8, 20].map((v) => legendClass('generation', v, 8))).toEqual([0, 3, 8, 8])
  expect([0, 15, 63].map((v) => legendClass('cpu', v, 64))).toEqual([0, 1, 7])
  const all = classColours(palettes.dark, 'cpu', 8)!
  const off = classColours(palettes.dark, 'cpu', 8, null, ['cpu.3'])!
  expect(off.findIndex((pixel, v) => pixel !== all[v])).toBe(3)
  const alone = classColours(palettes.dark, 'cpu', 8, 'cpu.3')!
  expect(alone.findIndex((pixel, v) => pixel === all[v])).toBe(3)
  // A state that is isolated leaves the classes to the cell painter.
  expect(classColours(palettes.dark, 'cpu', 8, 'free')).toEqual(all)
})
