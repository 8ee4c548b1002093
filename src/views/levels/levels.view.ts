// A TCE table of several levels without the page: a strip for each level, the top one first, whose cells are level tables
// that are there or not, each filled as far as its words are set.

import { log2Floor, pow2 } from '../../lib/bits.ts'
import { bytes, count, entryAddress } from '../../lib/format.ts'
import {
  LEVEL_ABSENT,
  LEVEL_CELLS,
  LEVEL_EMPTY,
  LEVEL_RETRIED,
  LEVEL_USED,
  type LevelStrip,
  type LevelsFrame,
} from '../../sim/index.ts'
import { levelsText as text } from '../../text/levels.ts'
import { frameCell } from '../kit/cell-patterns.ts'
import { type Palette, pack } from '../kit/palette.ts'
import { edge, layStrips, type StripCell, stripCellAt } from '../kit/strips.ts'
import type { Box, HeatmapView, Pixels, Rect } from '../view.ts'
import { chosenAt, nearer, opensCell, placeOf } from './levels-path.ts'

/** css px: the whole picture, the line of heads above the strips and the line of text below them. */
export const LEVELS_HEIGHT = 160
const HEAD = 14
const FOOT = 18
/** css px: heights of a strip and of the last one, and of what stands between two. */
const STRIP = 18
const LEAST_STRIP = 6
const LAST_STRIP = 56
const GAP = 32
const TEXT_GAP = 13
const LEAST_GAP = 6
/** css px: from this width on a cell has an outline and a gap. */
const OUTLINED = 6
const DASH = 3
/** css px: the most that a notch takes of a side. */
const NOTCH = 7
/** Larger numbers of tables are written as powers of two where they are. */
const LONG = 1_000_000

export interface LevelsInk {
  readonly ground: number
  readonly dash: number
  readonly outline: number
  readonly inside: number
  readonly set: number
  readonly notch: number
}

export function levelsInk({ tokens, states }: Palette): LevelsInk {
  return {
    ground: pack(tokens.bg),
    dash: pack(tokens.edge),
    outline: pack(states.slack),
    inside: pack(states.free),
    set: pack(states.mapped),
    notch: pack(tokens.text),
  }
}

/** Where the strip of a row stands, css px: as high as there is room for, the last one higher. */
export function stripAt(strips: number, row: number): { readonly y: number; readonly height: number } {
  const room = LEVELS_HEIGHT - HEAD - FOOT
  const gaps = Math.max(1, strips - 1)
  const height = Math.max(LEAST_STRIP, Math.min(STRIP, Math.floor(room / strips) - TEXT_GAP))
  const least = (height + TEXT_GAP) * (strips - 1) + height <= room ? TEXT_GAP : LEAST_GAP
  const last = Math.min(LAST_STRIP, room - (height + least) * (strips - 1))
  const gap = Math.min(GAP, Math.floor((room - last - height * (strips - 1)) / gaps))
  return { y: HEAD + row * (height + gap), height: row === strips - 1 ? last : height }
}

/** The strips with their cells; all are as wide as the box, whatever their cells. */
export function rowsOf({ strips }: LevelsFrame, box: Box): readonly (readonly StripCell[])[] {
  const width = Math.round(box.width * box.dpr)
  return layStrips(
    strips.map((strip, row) => ({
      ...stripAt(strips.length, row),
      ...{ cells: strip.cells, opened: chosenAt(strip) ?? 0, width },
    })),
  )
}

/** Where a cell stands, css px; that of the last strip where there is no such strip any more. */
function cellRect(frame: LevelsFrame, cell: number, box: Box): Rect {
  const row = Math.max(0, Math.min(frame.strips.length - 1, Math.floor(cell / LEVEL_CELLS)))
  const cells = rowsOf(frame, box)[row] ?? []
  const at = cells[Math.min(cells.length - 1, cell % LEVEL_CELLS)]
  if (!at) return { x: 0, ...stripAt(1, 0), width: box.width }
  const x = edge(at.x0)
  return { x: x / box.dpr, y: at.y0, width: Math.max(1, edge(at.x1) - x) / box.dpr, height: at.y1 - at.y0 }
}

/** Where the cell stands that the next strip opens, css px; null when none follows. */
export function chosenRect(frame: LevelsFrame, row: number, box: Box): Rect | null {
  const at = chosenAt(frame.strips[row]!)
  return at === null ? null : cellRect(frame, row * LEVEL_CELLS + at, box)
}

/** What a level is called by its height. */
export function levelName(frame: LevelsFrame, height: number): string {
  const top = frame.strips[0]!.height
  if (height === top) return text.top
  return height === 0 ? text.leaf : text.level(top - height)
}

/** A number of tables, as a power of two where it is long and one. */
export function tablesText(n: number): string {
  return n >= LONG && pow2(log2Floor(n)) === n ? text.power(log2Floor(n)) : count(n)
}

/** A share 0…255 of the words of a table in percent; what is a little is never written as nothing. */
export function shareNumber(fill: number): string {
  return fill > 0 && fill < 3 ? text.under : String(Math.round((100 * fill) / 255))
}

function shareText(fill: number): string {
  return text.share(shareNumber(fill))
}

/** Tables in a cell: those that there can be. */
function tablesIn({ count: tables, tablesPerCell }: LevelStrip, at: number): number {
  return Math.min(tablesPerCell, tables - at * tablesPerCell)
}

/** Tables that the strip below opens, in words; null when none follows. */
export function openedText(frame: LevelsFrame, row: number): string | null {
  const strip = frame.strips[row]!
  const at = chosenAt(strip)
  if (at === null) return null
  if (!opensCell(frame, row)) return text.table(count(strip.chosen!))
  const next = frame.strips[row + 1]!
  return text.tables(count(next.first), count(next.first + next.count - 1))
}

/** Words set in the table that is opened into the level below: as many as tables there; null at the leaf level. */
export function wordsSet(frame: LevelsFrame, row: number): number | null {
  const below = frame.strips.findIndex((strip, i) => i > row && strip.height === frame.strips[row]!.height - 1)
  if (below < 0) return null
  const { at, cells } = frame.strips[below]!
  let set = 0
  for (let i = at; i < at + cells; i++) set += frame.present[i]!
  return set
}

/** Shape of the table in words. */
export function shapeText({ shape }: LevelsFrame): string {
  if (!shape) return ''
  const { levels, levelBytes, userCopy, windowBytes, era, backing } = shape
  return backing === 'vmalloc'
    ? text.vmalloc(bytes(levelBytes), userCopy, bytes(windowBytes))
    : text.sub(levels, bytes(levelBytes), userCopy, bytes(windowBytes), era)
}

function stateText(frame: LevelsFrame, strip: LevelStrip, at: number): string {
  const state = frame.state[strip.at + at]!
  const share = shareText(frame.fill[strip.at + at]!)
  const of = tablesIn(strip, at)
  const made = state === LEVEL_RETRIED
  if (of > 1) {
    if (state === LEVEL_ABSENT) return text.absentOf(count(of))
    const there = count(frame.present[strip.at + at]!)
    if (frame.fill[strip.at + at] === 0) return text.emptyOf(there, count(of)) + (made ? `, ${text.replayedOf}` : '')
    return text.fullest(there, count(of), share) + (made ? `, ${text.replayedOf}` : '')
  }
  if (state === LEVEL_ABSENT) return text.absent
  return (frame.fill[strip.at + at] === 0 ? text.empty : text.used(share)) + (made ? `, ${text.replayed}` : '')
}

function cellText(frame: LevelsFrame, cell: number): string {
  const place = placeOf(frame, cell)
  if (!place || !frame.shape) return ''
  const { row, at, strip } = place
  const first = strip.first + at * strip.tablesPerCell
  const n = tablesIn(strip, at)
  const words = text.cell(
    levelName(frame, strip.height),
    n === 1 ? text.table(count(first)) : text.tables(count(first), count(first + n - 1)),
    stateText(frame, strip, at),
    entryAddress(first * strip.spanEntries, frame.shape.pageShift),
    entryAddress((first + n) * strip.spanEntries, frame.shape.pageShift),
  )
  return row > 0 && chosenAt(strip) === at ? `${words}; ${text.opened}` : words
}

/** Strips that are the first of their level: each level once. */
function levelsOf(frame: LevelsFrame): LevelStrip[] {
  return frame.strips.filter((strip, row) => frame.strips[row - 1]?.height !== strip.height)
}

/**
 * One cell into the w × h device px at (x, y): a table that is there has an outline and is filled from the bottom as far
 * as its words are set; of one that is not there dashes mark the place. A table made by a replay has its corner cut.
 */
export function paintTable(
  ink: LevelsInk,
  state: number,
  fill: number,
  [x, y, w, h]: readonly [number, number, number, number],
  dpr: number,
  out: Pixels,
): void {
  const { data, width } = out
  const line = Math.max(1, Math.round(dpr))
  const outlined = w >= OUTLINED * line
  if (state === LEVEL_ABSENT) {
    const dashed = (along: number) => Math.floor(along / (DASH * line)) % 2 === 0
    for (let j = 0; j < h; j++)
      for (let i = 0; i < w; i++) {
        const level = j < line || j >= h - line
        const side = outlined && (i < line || i >= w - line)
        // Cells too narrow for an outline of their own have one together.
        if ((level && dashed(outlined ? i : x + i)) || (side && dashed(j))) data[(y + j) * width + x + i] = ink.dash
      }
    return
  }
  for (let j = 0; j < h; j++)
    data.fill(outlined ? ink.inside : ink.outline, (y + j) * width + x, (y + j) * width + x + w)
  if (outlined) for (let i = 0; i < line; i++) frameCell(ink.outline, x + i, y + i, w - 2 * i, h - 2 * i, out)
  const area = w * h
  const filled = fill === 0 ? 0 : Math.max(1, Math.round((fill / 255) * area))
  for (let k = 0, at = (y + h - 1) * width + x; k < filled; k += w, at -= width)
    data.fill(ink.set, at, at + Math.min(w, filled - k))
  if (state !== LEVEL_RETRIED) return
  const side = Math.min(NOTCH * line, Math.max(2 * line, Math.floor(h / 2)))
  for (let j = 0; j < side; j++) {
    const at = (y + j) * width + x
    if (!outlined) {
      if (j < 2 * line) data.fill(ink.notch, at, at + w)
      continue
    }
    const cut = Math.max(0, w - side + j)
    if (cut > 0) data.fill(ink.ground, at + Math.max(0, cut - line), at + cut)
    data.fill(ink.notch, at + cut, at + w)
  }
}

function paint(frame: LevelsFrame, ink: LevelsInk, box: Box, out: Pixels): void {
  const line = Math.max(1, Math.round(box.dpr))
  const rows = rowsOf(frame, box)
  frame.strips.forEach((strip, row) => {
    const { y, height } = stripAt(frame.strips.length, row)
    const top = Math.round(y * box.dpr)
    const h = Math.min(Math.round(height * box.dpr), out.height - top)
    if (h <= 0) return
    // First what is not there: where cells share a pixel, a table is never lost to its neighbour.
    for (const there of [false, true])
      for (let at = 0; at < strip.cells; at++) {
        const state = frame.state[strip.at + at]!
        if ((state !== LEVEL_ABSENT) !== there) continue
        const { x0, x1 } = rows[row]![at]!
        const x = edge(x0)
        const w = Math.max(1, edge(x1) - x)
        const gap = w > OUTLINED * line && at < strip.cells - 1 ? line : 0
        paintTable(ink, state, frame.fill[strip.at + at]!, [x, top, w - gap, h], box.dpr, out)
      }
  })
}

function hitTest(frame: LevelsFrame, x: number, y: number, box: Box): number | null {
  // Of cells that begin in a pixel the last is what it shows.
  const cell = stripCellAt(rowsOf(frame, box), Math.floor(x * box.dpr) + 1 - 1e-6, y)
  return cell && cell.row * LEVEL_CELLS + cell.at
}

export const levelsView: HeatmapView<'levels', LevelsInk> = {
  id: 'levels',
  title: text.title,
  probe: 'levels',
  paint: (frame, ink, box, out) => paint(nearer(frame), ink, box, out),
  grid: (frame) => ({ columns: LEVEL_CELLS, rows: Math.max(1, frame.strips.length) }),
  hitTest: (frame, x, y, box) => hitTest(nearer(frame), x, y, box),
  cellRect: (frame, cell, box) => cellRect(nearer(frame), cell, box),
  cellText: (frame, cell) => cellText(nearer(frame), cell),
  describe(whole) {
    const frame = nearer(whole)
    const { refusal } = frame
    if (refusal) return text.describeRefused(text.errno(refusal.errno), refusal.why, text.remedy(refusal.id))
    if (!frame.shape) return text.single
    const levels = levelsOf(frame).map((strip) =>
      text.describeLevel(levelName(frame, strip.height), count(strip.tables), count(strip.capacity)),
    )
    const opened = frame.strips.flatMap((strip, row) => {
      const words = row === 0 ? null : openedText(frame, row)
      return words === null ? [] : [`${levelName(frame, strip.height)} ${words}`]
    })
    return text.describe(
      shapeText(frame),
      levels.join('; '),
      opened.length === 0 ? '' : text.describeOpened(opened.join(', ')),
      frame.tooHard === 0 ? '' : ` ${text.tooHard(frame.tooHard, count(frame.tooHard))}.`,
    )
  },
  table(frame) {
    const { shape } = frame
    const rows = shape
      ? levelsOf(frame).map((strip) => [
          levelName(frame, strip.height),
          count(strip.tables),
          count(strip.capacity),
          shape.userCopy ? count(strip.userTables) : text.none,
          bytes(shape.levelBytes),
          bytes((strip.tables + strip.userTables) * shape.levelBytes),
          bytes(strip.spanBytes),
          strip.chosen === null ? text.none : count(strip.chosen),
        ])
      : []
    return { columns: text.columns, rows, total: rows.length }
  },
}

/** What the legend shows: state and fill of a sample. */
export const SAMPLES = [
  [LEVEL_USED, 150],
  [LEVEL_EMPTY, 0],
  [LEVEL_ABSENT, 0],
  [LEVEL_RETRIED, 150],
] as const
