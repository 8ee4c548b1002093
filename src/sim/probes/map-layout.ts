// Which entries the map's cells show: rows of a power of two of entries, with breaks where nothing was ever mapped and
// where the table's islands lie apart.

import { type DmaDomain, granuleAt } from '../dma/dma-ops.ts'
import type { Island, WindowGeometry } from '../iova/allocator.ts'
import type { IovaSpaceRequest, MapSegment } from './map-frame.ts'

/** A stretch of never-used rows shorter than this is shown. */
const BREAK_ROWS = 6
/** Rows that an axis break takes the room of. */
const BREAK_COST = 2
/** Entries in a table page. */
export const TCES_PER_PAGE = 512

export interface Layout {
  readonly entriesPerCell: number
  readonly rows: number
  readonly segments: readonly MapSegment[]
  readonly gapAfter: number
  readonly apartAfter?: number
}

/**
 * The finest cells with which the asked range fits into `maxRows` rows; `written` is needed for breaks. `behind`: pages
 * of the window behind its last entry.
 */
export function layOut(
  g: WindowGeometry,
  written: Uint8Array | null,
  request: IovaSpaceRequest,
  behind: number,
): Layout {
  const { size } = g
  const whole = request.count <= 0 || request.count >= size
  const from = whole ? 0 : Math.max(0, Math.min(request.first, size - 1))
  const to = whole ? size : Math.min(size, from + request.count)
  const plain = plainLayout(from, to, request)
  if (request.breaks && whole && written) {
    // Breaks are worth it only where they make cells finer.
    const spare = g.islands || behind > 0 ? BREAK_COST : 0
    for (let entriesPerCell = 1; entriesPerCell < plain.entriesPerCell; entriesPerCell *= 2) {
      const perRow = request.columns * entriesPerCell
      const most = request.maxRows - spare
      const broken = withBreaks(written, size, perRow, Math.ceil(size / perRow), most)
      if (broken && broken.cost <= most) return apart(g, { ...broken, entriesPerCell }, request.columns, behind)
    }
  }
  return apart(g, plain, request.columns, behind)
}

/** The same rows, with a segment of its own where an island begins: what lies before it is not part of the table. */
function apart(g: WindowGeometry, layout: Layout, columns: number, tail: number): Layout {
  const perRow = columns * layout.entriesPerCell
  const end = layout.segments.at(-1)!
  const toTheEnd = layout.gapAfter > 0 || end.firstEntry + end.rows * perRow >= g.size
  const { islands } = g
  if (!islands) return toTheEnd && tail > 0 ? { ...layout, apartAfter: tail } : layout
  const segments: MapSegment[] = []
  let behind = layout.segments[0]!.firstEntry - layout.segments[0]!.gapBefore
  for (const segment of layout.segments) {
    let { row, rows, firstEntry, gapBefore } = segment
    let between = gapBetween(islands, behind, firstEntry)
    for (const { entry: first } of islands) {
      const above = (first - firstEntry) / perRow
      if (above <= 0 || above >= rows || !Number.isInteger(above)) continue
      segments.push({ row, rows: above, firstEntry, gapBefore, ...(between > 0 && { apart: between }) })
      row += above
      rows -= above
      between = gapBetween(islands, first - 1, first)
      firstEntry = first
      gapBefore = 0
    }
    segments.push({ row, rows, firstEntry, gapBefore, ...(between > 0 && { apart: between }) })
    behind = firstEntry + rows * perRow - 1
  }
  const between = layout.gapAfter > 0 ? gapBetween(islands, behind, behind + layout.gapAfter) : 0
  const after = between + (toTheEnd ? tail : 0)
  return { ...layout, segments, ...(after > 0 && { apartAfter: after }) }
}

/** Pages between the islands that begin after entry `after`, up to entry `upTo`, and the ones before them. */
function gapBetween(islands: readonly Island[], after: number, upTo: number): number {
  let pages = 0
  for (let i = 1; i < islands.length; i++) {
    const { entry: first, abs } = islands[i]!
    const before = islands[i - 1]!
    if (first > after && first <= upTo) pages += abs - before.abs - before.pages
  }
  return pages
}

function plainLayout(from: number, to: number, request: IovaSpaceRequest): Layout {
  let entriesPerCell = 1
  for (;;) {
    const perRow = request.columns * entriesPerCell
    const firstRow = Math.floor(from / perRow)
    const rows = Math.ceil(to / perRow) - firstRow
    if (rows <= request.maxRows) {
      const segments = [{ row: 0, rows, firstEntry: firstRow * perRow, gapBefore: 0 }]
      return { entriesPerCell, rows, segments, gapAfter: 0 }
    }
    entriesPerCell *= 2
  }
}

/** Null when more than `most` rows would be needed, breaks counted in. */
function withBreaks(
  written: Uint8Array,
  size: number,
  perRow: number,
  rows: number,
  most: number,
): (Omit<Layout, 'entriesPerCell'> & { cost: number }) | null {
  const segments: MapSegment[] = []
  let shown = 0
  let gap = 0
  let breaks = 0
  let open: { row: number; rows: number; firstEntry: number; gapBefore: number } | null = null
  for (let row = 0; row < rows; ) {
    if (shown + breaks * BREAK_COST > most) return null
    const next = nextWritten(written, row * perRow)
    const end = next < 0 ? rows : Math.max(row, Math.floor(next / perRow))
    const skip = end - row >= BREAK_ROWS ? end - row : 0
    if (skip > 0) {
      gap = skip * perRow
      breaks++
      open = null
      row = end
      if (row >= rows) break
    }
    if (!open) {
      open = { row: shown, rows: 0, firstEntry: row * perRow, gapBefore: gap }
      segments.push(open)
      gap = 0
    }
    open.rows++
    shown++
    row++
  }
  if (shown === 0) {
    segments.push({ row: 0, rows: 1, firstEntry: 0, gapBefore: 0 })
    return { segments, rows: 1, gapAfter: size - perRow, cost: 1 + BREAK_COST }
  }
  return { segments, rows: shown, gapAfter: gap, cost: shown + breaks * BREAK_COST }
}

/** By 512 entries: 1 if any of them may ever have been written, or a CPU owns them. */
export function writtenPages(d: DmaDomain): Uint8Array {
  const written = new Uint8Array(Math.ceil(d.geometry.size / TCES_PER_PAGE))
  d.table.forEachTable(d.tableState, (first, _set, writes, covered) => {
    if (writes === 0) return
    const from = Math.floor(first / TCES_PER_PAGE)
    written.fill(1, from, covered ? Math.ceil((first + covered) / TCES_PER_PAGE) : from + granuleAt(d, first))
  })
  d.allocator.forEachChunk?.(d.allocatorState, (start, npages) => {
    written.fill(1, Math.floor(start / TCES_PER_PAGE), Math.ceil((start + npages) / TCES_PER_PAGE))
  })
  return written
}

/** First entry of the table page that may have been written and ends behind `from`; -1 when there is none. */
function nextWritten(written: Uint8Array, from: number): number {
  const found = written.indexOf(1, Math.floor(from / TCES_PER_PAGE))
  return found < 0 ? -1 : found * TCES_PER_PAGE
}

/** True when a table page of the entries [from, to) may have been written. */
export function anyWritten(written: Uint8Array, from: number, to: number): boolean {
  for (let page = Math.floor(from / TCES_PER_PAGE); page * TCES_PER_PAGE < to; page++)
    if (written[page] === 1) return true
  return false
}
