import { expect, test } from 'vitest'
import {
  CELL_CACHED,
  CELL_MAPPED,
  type IovaSpaceFrame,
  MARK_CACHED,
  MARK_FOREIGN,
  MARK_PASSED,
  shadeOf,
} from '../../sim/index.ts'
import { type CellInk, cellInk, paintCells } from './cells.ts'
import { mix, palettes } from './palette.ts'
import { blank, frameOf, pictureOf } from './testing.ts'

const INK = cellInk(palettes.dark, null, null)

function paint(frame: IovaSpaceFrame, cell: readonly [w: number, h: number], ink: CellInk = INK): string[] {
  const out = blank(frame.columns * cell[0], frame.rows * cell[1])
  paintCells(frame, ink, 0, frame.rows, 0, cell[0], cell[1], out)
  return pictureOf(out, ink)
}

test('below five pixels a cell is a flat colour without a gap', () => {
  expect(paint(frameOf(['.mF']), [3, 3])).toEqual(['...mmmFFF', '...mmmFFF', '...mmmFFF'])
})

test('padding after the window stays unpainted at every size', () => {
  expect(paint(frameOf(['m ']), [3, 3])).toEqual(['mmm', 'mmm', 'mmm'])
  expect(paint(frameOf(['m ']), [1, 1])).toEqual(['m'])
  expect(paint(frameOf(['. ']), [5, 5])).toEqual(['....', '....', '....', '....', ''])
})

test('1500 bytes in 64K light one pixel of a 6 × 11 cell, in the stronger tone, bottom left', () => {
  const frame = frameOf(['m'], { useful: Uint16Array.of(1500) })
  const picture = paint(frame, [6, 11])
  expect(picture.slice(0, 9)).toEqual(Array(9).fill('sssss'))
  expect(picture[9]).toBe('ussss')
  expect(picture[10]).toBe('')
})

test('the lit share is counted in pixels, bottom row first, left to right', () => {
  const frame = frameOf(['m'], { useful: Uint16Array.of(Math.round(0.366 * 65535)) })
  expect(paint(frame, [6, 6])).toEqual(['sssss', 'sssss', 'sssss', 'mmmms', 'mmmmm', ''])
})

test('a finer cell shows a finer share, not a bigger one', () => {
  const frame = frameOf(['m'], { useful: Uint16Array.of(1500) })
  const lit = paint(frame, [24, 24]).join('').replace(/[^u]/g, '').length
  expect(lit).toBe(Math.round((1500 / 65535) * 23 * 23))
})

test('every state has its pattern at six pixels', () => {
  expect(paint(frameOf(['rcqxF']), [6, 6])).toEqual([
    'RRRRR CCCCC qqQqq XXXXX Ff.fF',
    'R...R CcccC qQqqQ XXxXX fFfFf',
    'R.R.R CcccC QqqQq XxXxX .fFf.',
    'R...R CcccC qqQqq XXxXX fFfFf',
    'RRRRR CCCCC qQqqQ XXXXX Ff.fF',
    '',
  ])
})

test('at twelve pixels the frame of a cached page is one and a half pixels and the dot of a reserved one is two', () => {
  const picture = paint(frameOf(['rc']), [12, 12])
  expect(picture[0]).toBe('RRRRRRRRRRR CCCCCCCCCCC')
  expect(picture[4]).toBe('R...RR....R CcccccccccC')
  expect(picture.at(-2)).toBe('RRRRRRRRRRR CCCCCCCCCCC')
})

test('a cell of many pages is filled as far as they are mapped; broken free space has a bar as long as its largest run', () => {
  const frame = frameOf(['m'], {
    entriesPerCell: 16,
    used: Uint8Array.of(128),
    useful: Uint16Array.of(65535),
    freeRun: Uint8Array.of(102),
  })
  expect(paint(frame, [6, 6])).toEqual(['||...', '.....', 'mmm..', 'mmmmm', 'mmmmm', ''])
  expect(paint({ ...frame, freeRun: Uint8Array.of(127) }, [6, 6])[0]).toBe('.....')
})

test('a failure is never averaged away: the X lies over the use of the cell', () => {
  const frame = frameOf(['F'], { entriesPerCell: 16, used: Uint8Array.of(102), useful: Uint16Array.of(65535) })
  expect(paint(frame, [6, 6])).toEqual(['Ff.fF', 'fFfFf', '.fFf.', 'fFfFf', 'FfmfF', ''])
})

test('a new mapping begins 55 % of the way from slack to mapped', () => {
  const frame = frameOf(['m'], { useful: Uint16Array.of(0), fresh: Uint8Array.of(255) })
  const out = blank(6, 6)
  paintCells(frame, INK, 0, 1, 0, 6, 6, out)
  expect(out.data[0]).toBe(mix(INK.slack[0]!, INK.lit, 0.55))
})

test('isolating a state leaves it as it is and dims the others', () => {
  const ink = cellInk(palettes.dark, 'cached', null)
  expect(ink.strong[CELL_CACHED]).toBe(INK.strong[CELL_CACHED])
  expect(ink.lit).not.toBe(INK.lit)
  expect(ink.strong[CELL_MAPPED]).not.toBe(INK.strong[CELL_MAPPED])
})

test('what is off falls to the ground, what lies under a mark stays', () => {
  const ink = cellInk(palettes.dark, null, null, ['reserved', 'failed'])
  expect(paint(frameOf(['rm']), [6, 6], ink)[0]).toBe('      mmmmm'.slice(0, 11))
  const many = frameOf(['F'], { entriesPerCell: 2, used: Uint8Array.of(255), useful: Uint16Array.of(65535) })
  expect(paint(many, [6, 6], ink)[0]).toBe('mmmmm')
  const free = cellInk(palettes.dark, null, null, ['free'])
  expect(free.free).toBe(free.ground)
  expect(paint(frameOf(['.']), [3, 3], free)).toEqual(['', '', ''])
})

test('cells in which a search finds nothing are dimmed, a free one in which it finds something is framed', () => {
  const out = blank(18, 6)
  paintCells(frameOf(['mm.'], { match: Uint8Array.of(1, 0, 1) }), INK, 0, 1, 0, 6, 6, out)
  expect([out.data[0], out.data[6]]).toEqual([INK.lit, INK.quiet.lit])
  expect(INK.quiet.lit).not.toBe(INK.lit)
  expect([out.data[12], out.data[12 + 18 + 1]]).toEqual([INK.found, INK.free])
  const flat = blank(3, 1)
  paintCells(frameOf(['mm.'], { match: Uint8Array.of(1, 0, 1) }), INK, 0, 1, 0, 1, 1, flat)
  expect(new Set(flat.data).size).toBe(3)
  expect(flat.data[2]).toBe(INK.found)
})

test('colour by class fills a mapped cell with its class and leaves the others alone', () => {
  const classes = new Uint32Array(256)
  classes[2] = 0xff00ff00
  const ink = cellInk(palettes.dark, null, classes)
  const out = blank(12, 6)
  paintCells(frameOf(['m.'], { value: Uint8Array.of(2, 255) }), ink, 0, 1, 0, 6, 6, out)
  expect(out.data[0]).toBe(0xff00ff00)
  expect(out.data[6]).toBe(ink.free)
})

test('nothing is painted outside the picture when the rows do not fit', () => {
  const out = blank(12, 7)
  paintCells(frameOf(['mm', 'mm']), INK, 0, 2, 0, 6, 6, out)
  expect(pictureOf(out, INK)[6]).toBe('')
})

test('a million cells of one pixel are painted well within a frame', () => {
  const n = 1024 * 1024
  const base = frameOf(['m'])
  const state = new Uint8Array(n)
  for (let i = 0; i < n; i++) state[i] = (i * 2654435761) % 7
  const frame = {
    ...base,
    columns: 1024,
    rows: 1024,
    state,
    used: new Uint8Array(n).fill(200),
    useful: new Uint16Array(n).fill(1500),
    fresh: new Uint8Array(n).fill(9),
    freeRun: new Uint8Array(n),
    shade: Uint16Array.from(state, (s) => shadeOf(s, 200, 1500, 9)),
    value: new Uint8Array(n).fill(255),
  }
  const out = blank(1024, 1024)
  let best = Infinity
  for (let k = 0; k < 12; k++) {
    const from = performance.now()
    paintCells(frame, INK, 0, 1024, 0, 1, 1, out)
    best = Math.min(best, performance.now() - from)
  }
  expect(out.data[n - 1]).not.toBe(0)
  // A bound that a per-cell allocation or colour parse would break tenfold; the bench states the real figure.
  expect(best).toBeLessThan(40)
  console.info(`1 048 576 cells: ${best.toFixed(1)} ms`)
})

test('what the last search passed is underlined, a foreign mapping has a corner cut off', () => {
  const frame = frameOf(['mmm'], { marks: Uint8Array.of(0, MARK_PASSED, MARK_FOREIGN) })
  expect(paint(frame, [6, 6])).toEqual([
    'mmmmm mmmmm mm|||',
    'mmmmm mmmmm mmm||',
    'mmmmm mmmmm mmmm|',
    'mmmmm mmmmm mmmmm',
    'mmmmm ||||| mmmmm',
    '',
  ])
})

test('the free rest of a cell shows that a part of it is cached', () => {
  const half = { entriesPerCell: 4, used: Uint8Array.of(128, 128) }
  const [cached = '', free = ''] = [MARK_CACHED, 0].map((mark) =>
    paint(frameOf(['mm'], { ...half, marks: Uint8Array.of(mark, mark) }), [6, 6])
      .slice(0, 2)
      .join(),
  )
  expect(cached).toBe('CCCCC CCCCC,CcccC CcccC')
  expect(free).toBe('..... .....,..... .....')
})

test('a chunk is a line in its owner’s colour under quiet cells', () => {
  const frame = frameOf(['.c', 'm.'], { owner: Uint8Array.of(255, 3, 3, 3) })
  const out = blank(12, 12)
  paintCells(frame, INK, 0, 2, 0, 6, 6, out)
  const line = (y: number) => [...out.data.subarray(y * 12, (y + 1) * 12)].map((p) => p === INK.owners[3])
  expect(line(5)).toEqual([...Array(6).fill(false), ...Array(6).fill(true)])
  expect(line(11)).toEqual(Array(12).fill(true))
  expect(out.data[6]).toBe(INK.tint[CELL_CACHED])
})

test('coloured by CPU a cached page has the colour of the one that keeps it, fainter than a mapped one', () => {
  const classes = new Uint32Array(256).fill(0xff112233)
  const ink = cellInk(palettes.dark, null, classes)
  const frame = frameOf(['cc'], { value: Uint8Array.of(5, 255) })
  const out = blank(12, 6)
  paintCells(frame, ink, 0, 1, 0, 6, 6, out)
  expect([out.data[0], out.data[6]]).toEqual([0xff112233, ink.strong[CELL_CACHED]])
  const flat = blank(2, 1)
  paintCells(frame, ink, 0, 1, 0, 1, 1, flat)
  expect(flat.data[0]).toBe(mix(ink.free, 0xff112233, 0.5))
})
