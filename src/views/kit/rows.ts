// Where the rows of the address map stand: runs of rows with axis breaks between them.

import type { IovaSpaceFrame, MapSegment } from '../../sim/index.ts'
import type { Box } from '../view.ts'
import { broken, type Cells, cells, gridCellIn, type Linear } from './scales.ts'

/** Least height of an axis break, css px; it takes what the rows leave over, up to the most. */
const BREAK_HEIGHT = 20
const MOST_BREAK = 88
/** A row is never taller than this, css px: a small window is a small picture. */
const MOST_ROW = 44

/** Sizes of the map's cells in a box, device px. */
export interface RowLayout {
  readonly cellWidth: number
  readonly cellHeight: number
  readonly breakHeight: number
}

type Shape = Pick<
  IovaSpaceFrame,
  'columns' | 'rows' | 'segments' | 'gapAfter' | 'apartAfter' | 'entriesPerCell' | 'size'
>

/** True when an axis break stands before the segment. */
export function hasBreak({ gapBefore, apart = 0 }: MapSegment): boolean {
  return gapBefore > 0 || apart > 0
}

/** True when one stands after the last. */
export function hasBreakAfter({ gapAfter, apartAfter = 0 }: Pick<IovaSpaceFrame, 'gapAfter' | 'apartAfter'>): boolean {
  return gapAfter > 0 || apartAfter > 0
}

/** A picture this many times wider than high, in cells, is folded. */
const WIDEST = 8

/**
 * The same cells in shorter rows when there are few of them, so that a small window or a near look fills the panel
 * with large cells. Cell numbers stay as they are, because cells are numbered row by row.
 */
export function folded(frame: IovaSpaceFrame): IovaSpaceFrame {
  let fold = 1
  while ((frame.columns / fold) % 2 === 0 && frame.columns / fold >= WIDEST * frame.rows * fold) fold *= 2
  if (fold === 1) return frame
  return {
    ...frame,
    columns: frame.columns / fold,
    rows: frame.rows * fold,
    segments: frame.segments.map((s) => ({ ...s, row: s.row * fold, rows: s.rows * fold })),
  }
}

export function rowLayout(frame: Shape, box: Box): RowLayout {
  let breaks = hasBreakAfter(frame) ? 1 : 0
  for (const segment of frame.segments) if (hasBreak(segment)) breaks++
  const least = Math.round(BREAK_HEIGHT * box.dpr)
  const whole = Math.round(box.height * box.dpr)
  const rows = Math.max(1, frame.rows)
  const height = whole - breaks * least
  const cellHeight = Math.max(1, Math.min(Math.round(MOST_ROW * box.dpr), Math.floor(height / rows)))
  const left = breaks > 0 ? Math.floor((whole - rows * cellHeight) / breaks) : 0
  return {
    cellWidth: Math.max(1, Math.floor(Math.round(box.width * box.dpr) / frame.columns)),
    cellHeight,
    breakHeight: Math.max(least, Math.min(Math.round(MOST_BREAK * box.dpr), left)),
  }
}

/** Calls back with every run of rows and the device y at which it begins, breaks counted in. */
export function forEachRun(
  frame: Shape,
  layout: RowLayout,
  visit: (row: number, rows: number, top: number, firstEntry: number, gapBefore: number) => void,
): number {
  let top = 0
  for (const segment of frame.segments) {
    if (hasBreak(segment)) top += layout.breakHeight
    visit(segment.row, segment.rows, top, segment.firstEntry, segment.gapBefore)
    top += segment.rows * layout.cellHeight
  }
  return top
}

/** First entry of a cell. */
export function entryOfCell(frame: Shape, cell: number): number {
  const row = Math.floor(cell / frame.columns)
  const segment = frame.segments.findLast((s) => s.row <= row)
  if (!segment) return 0
  return segment.firstEntry + (cell - segment.row * frame.columns) * frame.entriesPerCell
}

/** Cell that holds an entry, or null when it is not in the picture. */
export function cellOfEntry(frame: Shape, entry: number): number | null {
  for (const s of frame.segments) {
    const inside = Math.floor((entry - s.firstEntry) / frame.entriesPerCell)
    if (inside >= 0 && inside < s.rows * frame.columns) return s.row * frame.columns + inside
  }
  return null
}

/** Top of a row and bottom of the picture, css px. */
export function rowTop(frame: Shape, box: Box, row: number): number {
  const layout = rowLayout(frame, box)
  let y = 0
  const end = forEachRun(frame, layout, (first, rows, top) => {
    if (row >= first && row <= first + rows) y = top + (row - first) * layout.cellHeight
  })
  return (row >= frame.rows ? end : y) / box.dpr
}

/** The address axis: entries to css px, from the top of each run of rows to its bottom, and over the breaks between. */
export function entryScale(frame: Shape, box: Box): Linear {
  const layout = rowLayout(frame, box)
  const cuts: number[] = []
  const places: number[] = []
  forEachRun(frame, layout, (_, rows, top, firstEntry) => {
    cuts.push(firstEntry, firstEntry + rows * entriesPerRow(frame))
    places.push(top / box.dpr, (top + rows * layout.cellHeight) / box.dpr)
  })
  return broken(cuts, places)
}

export const entriesPerRow = ({ columns, entriesPerCell }: Shape): number => columns * entriesPerCell

/** The cells of a row, device px. */
export function columnsOf(frame: Shape, { cellWidth }: RowLayout): Cells {
  return cells(frame.columns, frame.columns * cellWidth)
}

/** Cell under a css point, null outside. */
export function cellAt(frame: Shape, x: number, y: number, box: Box): number | null {
  const layout = rowLayout(frame, box)
  const across = columnsOf(frame, layout)
  let found: number | null = null
  forEachRun(frame, layout, (row, rows, top) => {
    const inside = gridCellIn(across, cells(rows, rows * layout.cellHeight), x * box.dpr, y * box.dpr - top)
    if (inside !== null) found = row * frame.columns + inside
  })
  return found
}
