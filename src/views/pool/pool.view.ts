// The bounce pool without the page: a lane of slots for each area, folded into rows where a lane is high enough. A cell is
// filled from the bottom as far as its slots are used; what no buffer fills is the quieter tone in it, and the direction of
// its mappings is cut out of the fill: nothing to the device, stripes from it, dots both ways.

import { bytes, count, duration, percent } from '../../lib/format.ts'
import {
  CELL_MAPPED,
  CELL_NONE,
  type PoolArea,
  type PoolFrame,
  SLOT_BOTH,
  SLOT_FREE,
  SLOT_FROM_DEVICE,
  SLOT_TO_DEVICE,
} from '../../sim/index.ts'
import { poolText as text } from '../../text/pool.ts'
import { fillCell } from '../kit/cell-patterns.ts'
import { type CellInk, type CellValues, cellInk, paintCell } from '../kit/cells.ts'
import type { StripFact } from '../kit/fact-strip.tsx'
import { type Palette, pack } from '../kit/palette.ts'
import { type Cells, gridCellIn, gridRectOf, wholeCells, widthOfCells } from '../kit/scales.ts'
import { type Box, type HeatmapView, type Pixels, type Rect, TWIN_ROWS } from '../view.ts'

/** Lanes are grouped into so many groups, which have figures of their own. */
const GROUPS = 8
/** css px: a group of lanes with the gap below it, and the picture of up to eight areas. */
const GROUP = 17
const GROUP_GAP = 1
const LANES = GROUPS * GROUP
/** css px: fewer areas have more room between them. */
const LANE_GAP = 2
/** css px: folds are chosen for this width, so that keys go the same ways in every picture. */
const USUAL_WIDTH = 512
/** Device px: from this size on cells have a gap. */
const GAP_FROM = 3
/** css px: rules closer than this are left out. */
const LEAST_RULE = 8
/** css px: height of the triangle where the next search begins, and of the least row that holds one. */
const TRIANGLE = 4
const LEAST_TRIANGLE = 3

export interface PoolInk extends CellInk {
  /** Between slot sets. */
  readonly rule: number
}

export function poolInk(palette: Palette): PoolInk {
  return { ...cellInk(palette, null, null), rule: pack(palette.tokens.edge) }
}

/** Areas in a group: one up to eight areas, else a power of two of them. */
function perGroup(areas: number): number {
  let n = 1
  while (n * GROUPS < areas && n < 8) n *= 2
  return n
}

/** Height of the picture, css px. */
export function poolHeight(areas: number): number {
  return Math.max(LANES, Math.ceil(areas / perGroup(areas)) * GROUP)
}

/** Cells [from, to) of an area. */
export function cellsOf({ slotsPerCell, cells }: PoolFrame, { first, slots }: PoolArea) {
  return {
    from: Math.min(cells, Math.floor(first / slotsPerCell)),
    to: Math.min(cells, Math.ceil((first + slots) / slotsPerCell)),
  }
}

/** Sizes in device px; a lane begins at `laneTop(area)` and has `rows` rows of `columns` cells. */
export interface PoolLayout {
  readonly columns: number
  readonly rows: number
  readonly cellWidth: number
  readonly cellHeight: number
  /** The cells of a lane, device px from its corner. */
  readonly across: Cells
  readonly down: Cells
  laneTop(area: number): number
}

/** Rows and columns of a lane: of all folds the one whose cells are nearest to squares in a picture of the usual width. */
function foldOf(frame: PoolFrame): { readonly columns: number; readonly rows: number } {
  let cells = 1
  for (const area of frame.areas) {
    const { from, to } = cellsOf(frame, area)
    cells = Math.max(cells, to - from)
  }
  const lane = laneOf(frame.areas.length, 1).high
  let best = { columns: cells, rows: 1 }
  let badness = Number.POSITIVE_INFINITY
  for (let rows = 1; rows <= Math.min(cells, lane); rows *= 2) {
    const columns = Math.ceil(cells / rows)
    const [wide, high] = [Math.floor(USUAL_WIDTH / columns), Math.floor(lane / rows)]
    const bad = wide < 1 ? Number.MAX_VALUE : Math.max(wide / high, high / wide)
    if (bad >= badness) continue
    badness = bad
    best = { columns, rows }
  }
  return best
}

/** Device px: from group to group, and the height of a lane. */
function laneOf(areas: number, dpr: number): { readonly group: number; readonly high: number } {
  const group = Math.floor((areas < GROUPS ? LANES / Math.max(1, areas) : GROUP) * dpr)
  const gap = areas <= 1 ? 0 : Math.round((areas < GROUPS ? LANE_GAP : GROUP_GAP) * dpr)
  return { group, high: Math.max(1, Math.floor((group - gap) / perGroup(areas))) }
}

export function poolLayout(frame: PoolFrame, box: Box): PoolLayout {
  const { columns, rows } = foldOf(frame)
  const each = perGroup(frame.areas.length)
  const { group, high } = laneOf(frame.areas.length, box.dpr)
  const across = wholeCells(columns, Math.round(box.width * box.dpr))
  const down = wholeCells(rows, high)
  return {
    columns,
    rows,
    across,
    down,
    cellWidth: widthOfCells(across),
    cellHeight: widthOfCells(down),
    laneTop: (area) => Math.floor(area / each) * group + (area % each) * high,
  }
}

/** The width that whole cells take of a room, css px. */
export function poolWidth(frame: PoolFrame, room: number, dpr: number): number {
  const [, wide] = poolLayout(frame, { width: room, height: 0, dpr }).across.domain()
  return wide / dpr
}

/** Area of a cell, an index, and the cell's place in it; null when no area has it. */
export function placeOf(frame: PoolFrame, cell: number): { readonly area: number; readonly at: number } | null {
  for (const [area, info] of frame.areas.entries()) {
    const { from, to } = cellsOf(frame, info)
    if (cell >= from && cell < to) return { area, at: cell - from }
  }
  return null
}

/** Lanes that share a line of figures; where its text stands, and the lanes from top to bottom, css px. */
export interface PoolGroup {
  readonly first: number
  readonly last: number
  readonly used: number
  readonly longestRun: number
  readonly waits: number
  readonly base: number
  readonly top: number
  readonly bottom: number
}

export function groupsOf(frame: PoolFrame, box: Box): PoolGroup[] {
  const layout = poolLayout(frame, box)
  const each = perGroup(frame.areas.length)
  const groups: PoolGroup[] = []
  for (let first = 0; first < frame.areas.length; first += each) {
    const areas = frame.areas.slice(first, first + each)
    const last = first + areas.length - 1
    const top = layout.laneTop(first) / box.dpr
    const bottom = (layout.laneTop(last) + layout.down.domain()[1]) / box.dpr
    groups.push({
      first,
      last,
      used: areas.reduce((sum, area) => sum + area.used, 0),
      longestRun: areas.reduce((most, area) => Math.max(most, area.longestRun), 0),
      waits: areas.reduce((sum, area) => sum + area.contended, 0),
      base: (top + bottom) / 2 + 4,
      top,
      bottom,
    })
  }
  return groups
}

const value: CellValues = { state: CELL_MAPPED, used: 0, useful: 0, fresh: 0, freeRun: 0, value: CELL_NONE, many: true }

/**
 * Paints slots into w × h device px at (x, y): free ground, the fill, and the direction cut out of it. `used` and `waste`
 * are shares of all of them, 0…255.
 */
export function paintSlots(
  ink: CellInk,
  direction: number,
  used: number,
  waste: number,
  [x, y, w, h]: readonly [number, number, number, number],
  dpr: number,
  out: Pixels,
): void {
  fillCell(ink.free, x, y, w, h, out)
  if (used === 0 || direction === SLOT_FREE) return
  value.used = used
  // Padding is the quieter tone, never the lit pixels of a nearly empty page.
  value.useful = Math.round((Math.max(0, used - waste) / used) * 65535)
  paintCell(value, { ...ink, useful: ink.lit }, x, y, w, h, out)
  if (direction === SLOT_TO_DEVICE) return
  const line = Math.max(1, Math.round(dpr))
  const pitch = 2 * line
  for (let j = 0; j < h; j++) {
    const dotted = direction === SLOT_BOTH && (h - 1 - j) % pitch >= line
    for (let i = 0; i < w; i++) if (dotted || i % pitch >= line) out.data[(y + j) * out.width + x + i] = ink.free
  }
}

/** A triangle into the row from its top where it has room for one, else a bar. */
function paintCursor(ink: CellInk, x: number, y: number, h: number, dpr: number, out: Pixels): void {
  const line = Math.max(1, Math.round(dpr))
  const thin = h < LEAST_TRIANGLE * dpr
  const high = Math.min(h, Math.round(TRIANGLE * dpr))
  for (let j = 0; j < (thin ? h : high) && y + j < out.height; j++) {
    const half = Math.round(1.5 * (high - 1 - j))
    const from = Math.max(0, thin ? x - line : x - half)
    const to = Math.min(out.width, thin ? x + line : x + half + 1)
    out.data.fill(ink.bar, (y + j) * out.width + from, (y + j) * out.width + to)
  }
}

/** Lines between slot sets: across the rows where a row holds several, else above the row that begins one. */
function paintRules(frame: PoolFrame, area: number, layout: PoolLayout, ink: PoolInk, dpr: number, out: Pixels): void {
  const { columns, cellWidth, cellHeight } = layout
  const set = frame.setSlots / frame.slotsPerCell
  const { from, to } = cellsOf(frame, frame.areas[area]!)
  if (!(set >= 1) || set * cellWidth < LEAST_RULE * dpr) return
  const line = Math.max(1, Math.floor(dpr))
  for (let cell = Math.ceil(from / set) * set; cell < to; cell += set) {
    const [column, row] = [(cell - from) % columns, Math.floor((cell - from) / columns)]
    const y = layout.laneTop(area) + row * cellHeight
    if (column > 0)
      for (let j = 0; j < cellHeight; j++) {
        const at = (y + j) * out.width + column * cellWidth
        out.data.fill(ink.rule, at - line, at)
      }
    else if (row > 0 && set > columns)
      for (let j = y - line; j < y; j++) out.data.fill(ink.rule, j * out.width, j * out.width + columns * cellWidth)
  }
}

/** Bytes of the slots of a cell that no buffer fills, as near as the frame says it. */
function wasteOf(frame: PoolFrame, cell: number): number {
  return (frame.waste[cell]! / 255) * frame.slotsPerCell * frame.slotBytes
}

function cellText(frame: PoolFrame, cell: number): string {
  const place = placeOf(frame, cell)
  if (!place) return ''
  const { first, slots, cursor } = frame.areas[place.area]!
  const from = Math.max(first, cell * frame.slotsPerCell)
  const to = Math.min(first + slots, (cell + 1) * frame.slotsPerCell)
  const said = [text.free as string]
  if (frame.used[cell]! > 0) {
    said[0] = text.used(percent(frame.used[cell]! / 255), text.directions[frame.direction[cell]!]!)
    if (frame.cpu[cell] !== CELL_NONE) said.push(text.by(frame.cpu[cell]!))
    if (wasteOf(frame, cell) >= 1) said.push(text.wasted(bytes(Math.round(wasteOf(frame, cell)))))
  }
  if (cursor >= from && cursor < to) said.push(text.next)
  return text.cell(text.range(count(from), count(to - 1)), place.area, said.join(', '))
}

/** Cells of an area whose used slots mostly go one way. */
function cellsTowards(frame: PoolFrame, direction: number, from = 0, to = frame.cells): number {
  let n = 0
  for (let cell = from; cell < to; cell++) if (frame.used[cell]! > 0 && frame.direction[cell] === direction) n++
  return n
}

/** Cells by direction: to the device, from it, both ways. */
export function directionCounts(frame: PoolFrame, from = 0, to = frame.cells): readonly [number, number, number] {
  return [
    cellsTowards(frame, SLOT_TO_DEVICE, from, to),
    cellsTowards(frame, SLOT_FROM_DEVICE, from, to),
    cellsTowards(frame, SLOT_BOTH, from, to),
  ]
}

/** What is said below the lanes: the largest mapping, and what was refused for which reason. */
export function poolFacts(frame: PoolFrame): readonly StripFact[] {
  const refusals = [
    ['pool.tooLarge', text.tooLarge, frame.tooLarge],
    ['pool.full', text.full, frame.full],
    ['pool.scattered', text.scattered, frame.scattered],
  ] as const
  return [
    {
      says: 'pool.largest',
      ...text.largest(
        bytes(frame.largestBytes),
        count(frame.setSlots),
        frame.largestBytes === frame.setSlots * frame.slotBytes,
      ),
    },
    ...refusals.map(([says, words, n]) => ({ says, ...words(count(n)), failed: n > 0 })),
  ]
}

/** What one cell stands for. */
export function poolSub({ slotsPerCell }: PoolFrame): string {
  return text.sub(text.slots(count(slotsPerCell), slotsPerCell === 1))
}

export const poolView: HeatmapView<'pool', PoolInk> = {
  id: 'pool',
  title: text.title,
  probe: 'pool',
  paint(frame, ink, box, out) {
    const layout = poolLayout(frame, box)
    const { columns, cellWidth, cellHeight } = layout
    const w = cellWidth - (cellWidth >= GAP_FROM ? 1 : 0)
    const h = cellHeight - (cellHeight > GAP_FROM ? 1 : 0)
    for (const [area, info] of frame.areas.entries()) {
      const { from, to } = cellsOf(frame, info)
      const top = layout.laneTop(area)
      for (let cell = from; cell < to; cell++) {
        const x = ((cell - from) % columns) * cellWidth
        const y = top + Math.floor((cell - from) / columns) * cellHeight
        if (x + w > out.width || y + h > out.height) continue
        paintSlots(ink, frame.direction[cell]!, frame.used[cell]!, frame.waste[cell]!, [x, y, w, h], box.dpr, out)
      }
      paintRules(frame, area, layout, ink, box.dpr, out)
      const at = Math.floor(info.cursor / frame.slotsPerCell) - from
      if (at < 0 || at >= to - from) continue
      const x = (at % columns) * cellWidth + (w >> 1)
      paintCursor(ink, x, top + Math.floor(at / columns) * cellHeight, h, box.dpr, out)
    }
  },
  grid(frame) {
    const { columns } = foldOf(frame)
    return { columns, rows: Math.max(1, Math.ceil(frame.cells / columns)) }
  },
  hitTest(frame, x, y, box) {
    const layout = poolLayout(frame, box)
    for (const [area, info] of frame.areas.entries()) {
      const at = gridCellIn(layout.across, layout.down, x * box.dpr, y * box.dpr - layout.laneTop(area))
      if (at === null) continue
      const { from, to } = cellsOf(frame, info)
      return from + at < to ? from + at : null
    }
    return null
  },
  cellRect(frame, cell, box): Rect {
    const layout = poolLayout(frame, box)
    const { area, at } = placeOf(frame, cell) ?? { area: 0, at: 0 }
    const { x, y, width, height } = gridRectOf(layout.across, layout.down, at)
    const { dpr } = box
    return { x: x / dpr, y: (layout.laneTop(area) + y) / dpr, width: width / dpr, height: height / dpr }
  },
  cellText,
  describe(frame) {
    const areas = frame.areas.length
    const words = text.describe(
      count(frame.usedSlots),
      count(frame.slots),
      bytes(frame.slots * frame.slotBytes),
      text.areaCount(count(areas), areas === 1),
      bytes(frame.wasteBytes),
      text.refused(count(frame.tooLarge), count(frame.full), count(frame.scattered)),
    )
    if (frame.usedSlots === 0) return words
    let fullest = 0
    for (let i = 1; i < areas; i++) if (frame.areas[i]!.used > frame.areas[fullest]!.used) fullest = i
    const { used, slots, longestRun } = frame.areas[fullest]!
    const [to, from, both] = directionCounts(frame).map(count) as [string, string, string]
    return `${words} ${text.cells(to, from, both)} ${text.fullest(fullest, percent(used / slots), count(longestRun))}`
  },
  table(frame) {
    const rows = frame.areas.slice(0, TWIN_ROWS).map((area, i) => {
      const { from, to } = cellsOf(frame, area)
      return [
        String(i),
        count(area.first),
        count(area.slots),
        count(area.used),
        count(area.longestRun),
        count(area.cursor),
        count(area.taken),
        count(area.contended),
        duration(area.waitNs),
        ...directionCounts(frame, from, to).map(count),
      ]
    })
    return { columns: text.columns, rows, total: frame.areas.length }
  },
}
