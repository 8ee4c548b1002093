// The IOTLB without the page: a cell for each slot, sets side by side and the ways of a set together. What is mapped is
// solid; what was unmapped and can still be reached is hatched as on the map; where its memory has a new owner the hatch
// gives way to the full colour with a hole in it.

import { bytes, bytesParts, count, duration, hex, percent } from '../../lib/format.ts'
import {
  type AddressSpace,
  addressAt,
  CELL_MAPPED,
  CELL_NONE,
  CELL_REACHABLE,
  type IotlbFrame,
  MARK_FOREIGN,
  SLOT_EMPTY,
  SLOT_LIVE,
  SLOT_REUSED,
} from '../../sim/index.ts'
import { iotlbText as text } from '../../text/iotlb.ts'
import { fillCell, paintGround, paintMarks } from '../kit/cell-patterns.ts'
import { type CellInk, cellInk } from '../kit/cells.ts'
import type { Palette } from '../kit/palette.ts'
import { type Bands, bandIn, bands, type Cells, cells, endOfBands, gridCellIn } from '../kit/scales.ts'
import { type Box, type HeatmapView, type Pixels, type Rect, type TableTwin, TWIN_ROWS } from '../view.ts'

/** css px: the usual room for the cells, the most that one takes, the gap between sets whose ways stand side by side. */
const USUAL_WIDTH = 512
export const SLOTS_HEIGHT = 146
const MOST_WIDTH = 64
const MOST_HEIGHT = 36
const SET_GAP = 4
/** A cell is as well seen as it is wide, or this many times its height. */
const WIDTH_OF_HEIGHT = 1.5
/** Device px: a smaller cell has no gap and no pattern. */
const PATTERN_SIZE = 5
/** The hole in a cell whose memory was given away, as a share of it: the page size has room in it. */
const HOLE_WIDTH = 0.6
const HOLE_HEIGHT = 0.5

const REACHABLE = { state: CELL_REACHABLE, value: CELL_NONE }

/** The pixels of the map's cells. */
export type IotlbInk = CellInk

export function iotlbInk(palette: Palette): IotlbInk {
  return cellInk(palette, null, null)
}

type Shape = Pick<IotlbFrame, 'sets' | 'ways'>

/** How sets, and ways within a set, are laid out: a number of blocks, each with a number of cells. */
export interface SlotGrid {
  readonly setColumns: number
  readonly setRows: number
  readonly wayColumns: number
  readonly wayRows: number
}

export interface SlotLayout extends SlotGrid {
  /** Size of a cell with its gap, and the gap between blocks, css px. */
  readonly cellWidth: number
  readonly cellHeight: number
  readonly gapX: number
  readonly gapY: number
  /** Blocks of sets, and the ways within one, css px. */
  readonly setsAcross: Bands
  readonly setsDown: Bands
  readonly waysAcross: Cells
  readonly waysDown: Cells
}

function placed(grid: SlotGrid, width: number, height: number): SlotLayout {
  const { setColumns, setRows, wayColumns, wayRows } = grid
  const gapX = setColumns > 1 && wayColumns > 1 ? SET_GAP : 0
  const gapY = setRows > 1 && wayRows > 1 ? SET_GAP : 0
  const size = (room: number, gap: number, blocks: number, cells: number, most: number) =>
    Math.max(1, Math.min(most, Math.floor((room - gap * (blocks - 1)) / (blocks * cells))))
  const cellWidth = size(width, gapX, setColumns, wayColumns, MOST_WIDTH)
  const cellHeight = size(height, gapY, setRows, wayRows, MOST_HEIGHT)
  return {
    ...{ ...grid, cellWidth, cellHeight, gapX, gapY },
    setsAcross: bands(setColumns, wayColumns * cellWidth + gapX, gapX),
    setsDown: bands(setRows, wayRows * cellHeight + gapY, gapY),
    waysAcross: cells(wayColumns, wayColumns * cellWidth),
    waysDown: cells(wayRows, wayRows * cellHeight),
  }
}

let lastShape = ''
let lastGrid: SlotGrid

/** The layout with the best seen cells, the same for every width so that a cell keeps its number; one way below the other
 *  where that is as good. */
export function slotGrid(shape: Shape): SlotGrid {
  const key = `${shape.sets}/${shape.ways}`
  if (key !== lastShape) {
    lastGrid = bestGrid(shape)
    lastShape = key
  }
  return lastGrid
}

function bestGrid({ sets, ways }: Shape): SlotGrid {
  let best: SlotGrid = { setColumns: 1, setRows: 1, wayColumns: 1, wayRows: 1 }
  let bestScore = 0
  for (let i = 1; i <= ways; i *= 2) {
    const wayColumns = sets === 1 ? ways / i : i
    for (let setColumns = sets; setColumns >= 1; setColumns /= 2) {
      const grid = { setColumns, setRows: sets / setColumns, wayColumns, wayRows: ways / wayColumns }
      const { cellWidth, cellHeight, setsAcross, setsDown } = placed(grid, USUAL_WIDTH, SLOTS_HEIGHT)
      const inside = endOfBands(setsAcross) <= USUAL_WIDTH && endOfBands(setsDown) <= SLOTS_HEIGHT
      const score = inside ? Math.min(cellWidth, WIDTH_OF_HEIGHT * cellHeight) : 0
      if (score > bestScore) [best, bestScore] = [grid, score]
    }
  }
  return best
}

/** Where the cells stand in a plot of so many css px. */
export function slotLayout(shape: Shape, width: number, height: number): SlotLayout {
  return placed(slotGrid(shape), width, height)
}

/** Height of the cells, css px. */
export function slotsHeight(shape: Shape, width: number, most = SLOTS_HEIGHT): number {
  return endOfBands(slotLayout(shape, width, most).setsDown)
}

/** Where the cell of a set and way stands, gap not included, css px. */
export function slotRect(l: SlotLayout, set: number, way: number): Rect {
  const [column, row] = [set % l.setColumns, Math.floor(set / l.setColumns)]
  const [inColumn, inRow] = [way % l.wayColumns, Math.floor(way / l.wayColumns)]
  return {
    x: l.setsAcross(column)! + inColumn * l.cellWidth,
    y: l.setsDown(row)! + inRow * l.cellHeight,
    width: l.cellWidth - (l.cellWidth >= PATTERN_SIZE ? 1 : 0),
    height: l.cellHeight - (l.cellHeight >= PATTERN_SIZE ? 1 : 0),
  }
}

/** The slot that a cell shows: cells are numbered row by row. */
export function slotOfCell(shape: Shape, cell: number): number {
  const { setColumns, wayColumns, wayRows } = slotGrid(shape)
  const columns = setColumns * wayColumns
  const [column, row] = [cell % columns, Math.floor(cell / columns)]
  const set = Math.floor(row / wayRows) * setColumns + Math.floor(column / wayColumns)
  return set * shape.ways + (row % wayRows) * wayColumns + (column % wayColumns)
}

function cellOfSlot(l: SlotLayout, set: number, way: number): number {
  const row = Math.floor(set / l.setColumns) * l.wayRows + Math.floor(way / l.wayColumns)
  return (row * l.setColumns + (set % l.setColumns)) * l.wayColumns + (way % l.wayColumns)
}

/** Paints a slot into w × h device px at (x, y). `foreign`: of another table than the one that is shown. */
export function paintSlot(
  state: number,
  foreign: boolean,
  ink: IotlbInk,
  x: number,
  y: number,
  w: number,
  h: number,
  out: Pixels,
): void {
  const pattern = Math.min(w, h) >= PATTERN_SIZE
  if (state === SLOT_EMPTY) {
    fillCell(ink.free, x, y, w, h, out)
    return
  }
  if (state === SLOT_LIVE) fillCell(ink.strong[CELL_MAPPED]!, x, y, w, h, out)
  else if (state === SLOT_REUSED || !pattern) fillCell(ink.strong[CELL_REACHABLE]!, x, y, w, h, out)
  else paintGround(REACHABLE, ink, x, y, w, h, out)
  if (state === SLOT_REUSED) {
    const [across, down] = [Math.max(1, Math.round(w * HOLE_WIDTH)), Math.max(1, Math.round(h * HOLE_HEIGHT))]
    fillCell(ink.ground, x + ((w - across) >> 1), y + ((h - down) >> 1), across, down, out)
  }
  if (foreign && pattern) paintMarks(MARK_FOREIGN, ink, x, y, w, h, out)
}

/** `4K`, `2M`, `1G`. */
export function sizeLabel(frame: Pick<IotlbFrame, 'pageShift'>, order: number): string {
  const [value, unit] = bytesParts(2 ** (order + frame.pageShift))
  return value + unit.charAt(0)
}

const sizeOf = (frame: IotlbFrame, slot: number) => bytes(2 ** (frame.order[slot]! + frame.pageShift))

/** Byte address of a page counted from address 0. */
export function pageAddress({ pageShift }: AddressSpace, pfn: number): string {
  return hex(addressAt({ pageShift, offset: 0 }, pfn))
}

/** Table-relative entry that a page, counted from address 0, has in a table of such addresses; null: none. */
export function entryOfPage({ offset, islands }: AddressSpace, pfn: number): number | null {
  if (!islands) return pfn >= offset ? pfn - offset : null
  const island = islands.find(({ abs, pages }) => pfn >= abs && pfn < abs + pages)
  return island ? island.entry + pfn - island.abs : null
}

/** Entry of the page that a cell translates, to be shown on the map; null: it is empty, or of another table. */
export function entryOfCell(frame: IotlbFrame, cell: number): number | null {
  const slot = slotOfCell(frame, cell)
  if (frame.state[slot] === SLOT_EMPTY || frame.owner[slot] !== frame.table) return null
  return entryOfPage(frame, frame.pfn[slot]!)
}

function cellText(frame: IotlbFrame, cell: number): string {
  const slot = slotOfCell(frame, cell)
  const state = frame.state[slot]
  if (state === undefined) return ''
  const parts: string[] = []
  if (state === SLOT_EMPTY) parts.push(text.empty)
  else parts.push(text.entry(pageAddress(frame, frame.pfn[slot]!), sizeOf(frame, slot), frame.owner[slot]!))
  if (state > SLOT_LIVE) parts.push(text.staleFor(duration(frame.staleForNs[slot]!)))
  if (state === SLOT_REUSED) parts.push(text.givenAway)
  return text.cell(Math.floor(slot / frame.ways), slot % frame.ways, parts.join(', '))
}

/** What stands in the head: `16 sets × 8 ways`. */
export const shapeOf = ({ sets, ways }: Shape) => text.sub(count(sets), count(ways))

function describe(frame: IotlbFrame): string {
  if (frame.sets === 0) return text.none
  const rate =
    frame.lookups === 0 ? text.noLookups : text.rate(percent(frame.hits / frame.lookups), count(frame.lookups))
  const entries = frame.sets * frame.ways
  return text.describe(shapeOf(frame), ...([frame.used, entries, frame.stale, frame.reused].map(count) as Four), rate)
}
type Four = [string, string, string, string]

/** Entries in use, those that were unmapped first, the longest stale at the top. */
function table(frame: IotlbFrame): TableTwin {
  const slots: number[] = []
  for (let slot = 0; slot < frame.state.length; slot++) if (frame.state[slot] !== SLOT_EMPTY) slots.push(slot)
  const isStale = (slot: number) => (frame.state[slot]! > SLOT_LIVE ? 1 : 0)
  slots.sort((a, b) => isStale(b) - isStale(a) || frame.staleForNs[b]! - frame.staleForNs[a]! || a - b)
  const rows = slots
    .slice(0, TWIN_ROWS)
    .map((slot) => [
      `${Math.floor(slot / frame.ways)}, ${slot % frame.ways}`,
      text.states[frame.state[slot]!] ?? '',
      pageAddress(frame, frame.pfn[slot]!),
      sizeOf(frame, slot),
      String(frame.owner[slot]),
      isStale(slot) ? duration(frame.staleForNs[slot]!) : '–',
    ])
  return { columns: text.columns, rows, total: slots.length }
}

export const iotlbView: HeatmapView<'iotlb', IotlbInk> = {
  id: 'iotlb',
  title: text.title,
  probe: 'iotlb',
  paint(frame, ink, box, out) {
    const l = slotLayout(frame, box.width, box.height)
    for (let slot = 0; slot < frame.state.length; slot++) {
      const { x, y, width, height } = slotRect(l, Math.floor(slot / frame.ways), slot % frame.ways)
      const [left, top] = [Math.round(x * box.dpr), Math.round(y * box.dpr)]
      const w = Math.min(out.width, Math.round((x + width) * box.dpr)) - left
      const h = Math.min(out.height, Math.round((y + height) * box.dpr)) - top
      if (w > 0 && h > 0) paintSlot(frame.state[slot]!, frame.owner[slot] !== frame.table, ink, left, top, w, h, out)
    }
  },
  grid(frame) {
    const { setColumns, setRows, wayColumns, wayRows } = slotGrid(frame)
    return { columns: setColumns * wayColumns, rows: setRows * wayRows }
  },
  hitTest(frame, x, y, box: Box) {
    const l = slotLayout(frame, box.width, box.height)
    const [column, row] = [bandIn(l.setsAcross, x), bandIn(l.setsDown, y)]
    if (column === null || row === null) return null
    const way = gridCellIn(l.waysAcross, l.waysDown, x - l.setsAcross(column)!, y - l.setsDown(row)!)
    return way === null ? null : cellOfSlot(l, row * l.setColumns + column, way)
  },
  cellRect(frame, cell, box) {
    const slot = slotOfCell(frame, cell)
    const l = slotLayout(frame, box.width, box.height)
    return slotRect(l, Math.floor(slot / frame.ways), slot % frame.ways)
  },
  cellText,
  describe,
  table,
}
