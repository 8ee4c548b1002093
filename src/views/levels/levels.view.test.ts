import { describe, expect, it } from 'vitest'
import {
  LEVEL_ABSENT,
  LEVEL_CELLS,
  LEVEL_EMPTY,
  LEVEL_RETRIED,
  LEVEL_USED,
  type LevelStrip,
  type LevelsFrame,
} from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import {
  chosenRect,
  LEVELS_HEIGHT,
  levelsInk,
  levelsView,
  openedText,
  paintTable,
  shareNumber,
  stripAt,
  tablesText,
  wordsSet,
} from './levels.view.ts'
import { nearer, pathOf, pathTo, pathUp, stepCell } from './levels-path.ts'

const INK = levelsInk(palettes.dark)
const LETTERS = '.eur'

/** A frame from a line per strip: `.` absent, `e` empty, `u` in use (its half set), `r` made by a replay. */
function frameOf(strips: readonly (Partial<Omit<LevelStrip, 'cells'>> & { readonly cells: string })[]): LevelsFrame {
  const all = strips.map(({ cells }) => cells).join('')
  const state = Uint8Array.from(all, (l) => LETTERS.indexOf(l))
  let at = 0
  return {
    table: 0,
    shape: {
      era: '2018',
      backing: 'levels',
      levels: 1 + Math.max(...strips.map(({ height }) => height ?? 0)),
      levelBytes: 262_144,
      levelEntries: 32_768,
      userCopy: true,
      windowBytes: 2 ** 46,
      pageShift: 16,
      kernelPageShift: 16,
    },
    refusal: null,
    strips: strips.map(({ cells: letters, ...over }) => {
      const strip: LevelStrip = {
        height: 0,
        spanEntries: 32_768,
        spanBytes: 2 ** 31,
        tables: [...letters].filter((l) => l !== '.').length,
        userTables: 1,
        capacity: letters.length,
        first: 0,
        count: letters.length,
        tablesPerCell: 1,
        chosen: null,
        ...over,
        at,
        cells: letters.length,
      }
      at += letters.length
      return strip
    }),
    state,
    fill: state.map((s) => (s >= LEVEL_USED ? 128 : 0)),
    present: Uint32Array.from(state, (s) => (s === LEVEL_ABSENT ? 0 : s === LEVEL_RETRIED ? 1 : 2)),
    tooHard: 0,
  }
}

const TOP = { cells: 'u', height: 1, spanEntries: 2 ** 30, spanBytes: 2 ** 46, chosen: 0 }
/** The window of 64 TiB of the 2018 discussion: tables 0 and 1, and 18560 made by a replay, 16 384 tables in a cell. */
const SPARSE = frameOf([
  TOP,
  { cells: 'ur', count: 32_768, capacity: 32_768, tables: 3, userTables: 3, tablesPerCell: 16_384, chosen: 18_560 },
  { cells: '.ue.r', first: 18_558, tables: 3, userTables: 3, capacity: 32_768 },
])
/** Three levels of four tables; of the middle one two in a cell, which nothing parts. */
const PAIRS = frameOf([
  { ...TOP, height: 2, spanEntries: 64 },
  { cells: '.uu', height: 1, spanEntries: 16, count: 6, tablesPerCell: 2, chosen: 2 },
  { cells: 'e..u', spanEntries: 4, first: 8 },
])

const cell = (row: number, at: number) => row * LEVEL_CELLS + at
const box = (width: number, dpr = 1) => ({ width, height: LEVELS_HEIGHT, dpr })

/** Letters of a line of pixels through a strip: dash, outline, inside, set, notch, ground. */
function lineOf(frame: LevelsFrame, row: number, width: number, line: (y: number, height: number) => number): string {
  const out = blank(width, LEVELS_HEIGHT)
  out.data.fill(INK.ground)
  levelsView.paint(frame, INK, box(width), out)
  const { y, height } = stripAt(frame.strips.length, row)
  const names = new Map([
    [INK.ground, ' '],
    [INK.dash, '-'],
    [INK.outline, 'o'],
    [INK.inside, '.'],
    [INK.set, '#'],
    [INK.notch, '^'],
  ])
  const at = line(y, height) * width
  return Array.from(out.data.subarray(at, at + width), (p) => names.get(p) ?? '?').join('')
}
const bottomOf = (y: number, height: number) => y + height - 1
const middleOf = (y: number, height: number) => y + (height >> 2)

describe('a strip of level tables', () => {
  it('fills a table from the bottom, leaves an empty one hollow and dashes the place of an absent one', () => {
    expect(lineOf(SPARSE, 2, 50, bottomOf)).toBe('---   --- ######### ooooooooo ---   --- ##########')
    expect(lineOf(SPARSE, 2, 50, (y, h) => y + (h >> 1) - 2)).toMatch(/^.{9} o\.{7}o o\.{7}o .{9} o\.{8}o$/)
  })

  it('cuts the corner of a table that a replay made', () => {
    expect(lineOf(SPARSE, 2, 50, (y) => y).slice(40)).toBe('oo ^^^^^^^')
    expect(lineOf(SPARSE, 2, 50, (y) => y + 3).slice(40)).toBe('o.... ^^^^')
  })

  it('loses no table where cells have no room for an outline, or share a pixel', () => {
    const letters = `${'.'.repeat(200)}u${'.'.repeat(55)}`
    const narrow = frameOf([TOP, { cells: letters, tablesPerCell: 2, count: 512 }])
    expect(lineOf(narrow, 1, 512, middleOf).slice(396, 406)).toBe('    oo    ')
    expect(lineOf(narrow, 1, 512, bottomOf).indexOf('##')).toBe(400)
    expect(lineOf(narrow, 1, 100, bottomOf)).toContain('#')
    expect(lineOf(narrow, 1, 512, bottomOf).slice(0, 12)).toBe('---   ---   ')
  })

  it('of a narrow replay has a cap instead of a corner', () => {
    const out = blank(2, 8)
    paintTable(INK, LEVEL_RETRIED, 255, [0, 0, 2, 8], 1, out)
    expect([...out.data]).toEqual([...Array(4).fill(INK.notch), ...Array(12).fill(INK.set)])
  })

  it.each([
    [514, 1],
    [514, 2],
    [250, 1],
  ])('has each cell where it is found, in %i px at %i', (width, dpr) => {
    for (const [row, strip] of SPARSE.strips.entries())
      for (let at = 0; at < strip.cells; at++) {
        const rect = levelsView.cellRect(SPARSE, cell(row, at), box(width, dpr))
        expect(levelsView.hitTest(SPARSE, rect.x + 0.25, rect.y + 1, box(width, dpr))).toBe(cell(row, at))
        expect(rect.x + rect.width).toBeLessThanOrEqual(width)
      }
    expect(chosenRect(SPARSE, 1, box(width, dpr))).toEqual(levelsView.cellRect(SPARSE, cell(1, 1), box(width, dpr)))
    expect(chosenRect(SPARSE, 2, box(width, dpr))).toBeNull()
    expect(levelsView.hitTest(SPARSE, 3, LEVELS_HEIGHT - 4, box(width, dpr))).toBeNull()
  })

  it.each([1, 2, 3, 4, 5, 6, 9])('and %i of them stand below each other between heads and foot', (strips) => {
    let end = 12
    for (let row = 0; row < strips; row++) {
      const { y, height } = stripAt(strips, row)
      expect(y - end).toBeGreaterThanOrEqual(row === 0 ? 2 : strips <= 6 ? 13 : 6)
      expect(height).toBeGreaterThanOrEqual(6)
      end = y + height
    }
    expect(end).toBeLessThanOrEqual(LEVELS_HEIGHT - 16)
  })
})

describe('a long strip of single tables', () => {
  const long = (letters: string) =>
    nearer(frameOf([TOP, { cells: letters, first: 4096, count: letters.length }])).strips[1]!
  const absent = (n: number) => '.'.repeat(n)

  it('is drawn from the first to the last one that is there, by aligned blocks', () => {
    expect(long(`${absent(64)}ur${absent(62)}`)).toMatchObject({ first: 4160, count: 8, at: 65, cells: 8 })
    expect(long(`${absent(71)}uu${absent(55)}`)).toMatchObject({ first: 4160, count: 16, cells: 16 })
    expect(long(`u${absent(126)}u`)).toMatchObject({ first: 4096, count: 128, cells: 128 })
    expect(long(absent(128))).toMatchObject({ first: 4096, count: 8, cells: 8 })
  })

  it('stays whole where it is short, or where its cells hold several', () => {
    expect(long(`u${absent(31)}`)).toMatchObject({ count: 32, cells: 32 })
    const coarse = frameOf([TOP, { cells: `u${absent(255)}`, tablesPerCell: 4, count: 1024 }])
    expect(nearer(coarse)).toEqual(coarse)
  })

  it('is hit, named and painted as it is drawn', () => {
    const frame = frameOf([TOP, { cells: `${absent(64)}ur${absent(62)}`, first: 4096 }])
    expect(levelsView.hitTest(frame, 99, stripAt(2, 1).y + 2, box(400))).toBe(cell(1, 1))
    expect(levelsView.cellText(frame, cell(1, 1))).toContain('leaf table 4\u2009161: 50 % set, made by a replay')
    expect(lineOf(frame, 1, 80, bottomOf)).toMatch(/^#{9} #{9} ---/)
  })
})

describe('opening tables', () => {
  it('makes the path of the tables above and the first one of a cell', () => {
    expect(pathOf(SPARSE)).toEqual([18_560])
    expect(pathTo(SPARSE, cell(1, 0))).toEqual([0])
    expect(pathTo(SPARSE, cell(2, 1))).toEqual([18_559])
    expect(pathTo(PAIRS, cell(1, 2))).toEqual([4])
    expect(pathTo(PAIRS, cell(2, 3))).toEqual([2, 11])
  })

  it('goes on to the next one where a cell is asked for again and nothing parts its tables', () => {
    expect(pathTo(PAIRS, cell(1, 1))).toEqual([3])
    const second = { ...PAIRS, strips: PAIRS.strips.map((s, row) => (row === 1 ? { ...s, chosen: 3 } : s)) }
    expect(pathTo(second, cell(1, 1))).toEqual([2])
    const single = { ...PAIRS, present: PAIRS.present.map(() => 1) }
    expect(pathTo(single, cell(1, 1))).toEqual([2])
    expect(pathTo(SPARSE, cell(1, 1))).toEqual([16_384])
  })

  it('is not possible for what is absent, for the top and outside', () => {
    expect(pathTo(SPARSE, cell(2, 0))).toBeNull()
    expect(pathTo(SPARSE, cell(0, 0))).toBeNull()
    expect(pathTo(SPARSE, cell(2, 5))).toBeNull()
    expect(pathTo(SPARSE, cell(3, 0))).toBeNull()
  })

  it('is taken back a level at a time, on to the cell that it began from', () => {
    expect(pathUp(PAIRS, cell(2, 3))).toEqual({ cell: cell(1, 1), path: [2] })
    expect(pathUp(PAIRS, cell(1, 2))).toEqual({ cell: cell(0, 0), path: [] })
    expect(pathUp(SPARSE, cell(2, 4))).toEqual({ cell: cell(1, 1), path: [18_560] })
    expect(pathUp(PAIRS, cell(0, 0))).toBeNull()
  })

  it('is walked to by keys: along a strip, over what is absent, and along what is open', () => {
    const walk = (from: number, ...keys: string[]) => keys.reduce((at, key) => stepCell(SPARSE, at, key)!, from)
    expect(walk(cell(0, 0), 'ArrowDown')).toBe(cell(1, 1))
    expect(walk(cell(0, 0), 'ArrowDown', 'ArrowDown')).toBe(cell(2, 1))
    expect(walk(cell(2, 4), 'ArrowUp', 'ArrowUp', 'ArrowUp')).toBe(cell(0, 0))
    expect(walk(cell(2, 2), 'ArrowRight', 'ArrowRight', 'ArrowRight')).toBe(cell(2, 4))
    expect(walk(cell(2, 2), 'PageDown')).toBe(cell(2, 4))
    expect(walk(cell(2, 4), 'PageUp', 'PageUp', 'PageUp')).toBe(cell(2, 1))
    expect(walk(cell(2, 2), 'Home', 'ArrowLeft')).toBe(cell(2, 0))
    expect(walk(cell(2, 2), 'End')).toBe(cell(2, 4))
    expect(stepCell(SPARSE, cell(2, 2), 'Enter')).toBeNull()
    expect(stepCell(SPARSE, cell(7, 0), 'ArrowUp')).toBeNull()
  })
})

describe('the words of TCE levels', () => {
  it('name a table, its state and its addresses in the window', () => {
    expect(levelsView.cellText(SPARSE, cell(2, 1))).toBe(
      'leaf table 18\u2009559: 50 % set; 0x243f_8000_0000 to 0x2440_0000_0000 of the window',
    )
    expect(levelsView.cellText(SPARSE, cell(2, 2))).toContain('there, nothing is set in it')
    expect(levelsView.cellText(SPARSE, cell(2, 3))).toContain('absent, no memory is taken')
    expect(levelsView.cellText(SPARSE, cell(2, 4))).toContain('50 % set, made by a replay after H_TOO_HARD')
    expect(levelsView.cellText(SPARSE, cell(1, 1))).toBe(
      'leaf tables 16\u2009384 … 32\u2009767: 1 of 16\u2009384 there, 50 % set in the fullest, ' +
        'one or more made by a replay after H_TOO_HARD; 0x2000_0000_0000 to 0x4000_0000_0000 of the window; opened below',
    )
    expect(levelsView.cellText(PAIRS, cell(1, 0))).toContain('level 1 tables 0 … 1: none of 2 there')
    expect(levelsView.cellText(SPARSE, cell(2, 5))).toBe('')
  })

  it('say what is opened and how many words lead on', () => {
    expect(openedText(SPARSE, 1)).toBe('tables 18\u2009558 … 18\u2009562')
    expect(openedText(PAIRS, 1)).toBe('table 2')
    expect(openedText(SPARSE, 2)).toBeNull()
    expect(wordsSet(PAIRS, 0)).toBe(4)
    expect(wordsSet(SPARSE, 0)).toBe(3)
    expect(wordsSet(SPARSE, 1)).toBeNull()
  })

  it('round no table to empty, and write long powers of two short', () => {
    expect([0, 1, 3, 128, 255].map(shareNumber)).toEqual(['0', '< 1', '1', '50', '100'])
    expect([13, 32_768, 2 ** 27, 2 ** 27 + 1].map(tablesText)).toEqual([
      '13',
      '32\u2009768',
      '2^27',
      '134\u2009217\u2009729',
    ])
  })

  it('describe the table, a refusal, and that there is none', () => {
    expect(levelsView.describe({ ...SPARSE, tooHard: 1 })).toBe(
      'A TCE table: 2 levels of 256 KiB tables, user copy, window 64 TiB, Linux 4.19 to 5.3. ' +
        'top: 1 of 1 tables there; leaf: 3 of 32\u2009768 tables there. Opened: leaf tables 18\u2009558 … 18\u2009562. ' +
        '1 call was too hard for real mode and was done again in virtual mode.',
    )
    const refusal = {
      id: 'level-table',
      errno: -12,
      why: 'A level table is too large.',
      sums: ['8 GiB > 16 MiB'],
    } as const
    expect(levelsView.describe({ ...SPARSE, strips: [], refusal })).toBe(
      'The table is refused, ENOMEM (−12). A level table is too large. Choose more levels, larger IOMMU pages or a ' +
        'smaller window: each makes a level table smaller.',
    )
    expect(levelsView.describe({ ...SPARSE, strips: [], shape: null })).toBe(
      'The window shown has no TCE table of several levels.',
    )
  })

  it('stand in the table, a row for each level', () => {
    expect(levelsView.table(SPARSE).rows).toEqual([
      ['top', '1', '1', '1', '256 KiB', '512 KiB', '64 TiB', '0'],
      ['leaf', '3', '32\u2009768', '3', '256 KiB', '1.5 MiB', '2 GiB', '18\u2009560'],
    ])
    expect(levelsView.table({ ...SPARSE, strips: [], shape: null }).rows).toEqual([])
  })
})

it('an empty table has no pixel of one that is in use', () => {
  const out = blank(12, 12)
  paintTable(INK, LEVEL_EMPTY, 0, [0, 0, 12, 12], 1, out)
  expect(new Set(out.data)).toEqual(new Set([INK.outline, INK.inside]))
})
