// The IOVA map without the page: a row-major heatmap of the window, one cell per TCE or per power of two of them.

import { range, scaleThreshold } from 'd3'
import { bytes, count, hex, percent } from '../../lib/format.ts'
import {
  addressAt,
  addressBehind,
  CELL_FAILED,
  CELL_MAPPED,
  CELL_NONE,
  type CellState,
  type ColourBy,
  type Frame,
  type IovaSpaceFrame,
  MARK_FOREIGN,
  MARK_PASSED,
  type MapSegment,
} from '../../sim/index.ts'
import { viewText } from '../../text/views.ts'
import { type CellInk, DIMMED, paintCells } from '../kit/cells.ts'
import { cpuColour, cpuSlot, type Hex, HUES, mix, type Palette, pack } from '../kit/palette.ts'
import { cellAt, cellOfEntry, columnsOf, entryOfCell, folded, forEachRun, rowLayout, rowTop } from '../kit/rows.ts'
import { linear, linearFrom, spanOf } from '../kit/scales.ts'
import { listedSentence } from '../listed.ts'
import { type HeatmapView, type TableTwin, TWIN_ROWS } from '../view.ts'

const text = viewText.map

/** `value` of an age is 8 × log2 ns: the ramp runs from 2^10 ns (1 µs, just now) to 2^25 ns (34 ms). */
const ageShare = linearFrom(80, 200, 1, 0)
/** `value` of a size is log2 pages: the ramp runs from 1 to 256 pages. */
const SIZE_MOST = 8
const sizeShare = linear(SIZE_MOST, 0, 1)

/** Share of the ordered ramp, 0 quiet … 1 loud, for a class under `age`, `size` or `generation`. */
export function rampShare(colourBy: 'age' | 'size' | 'generation', value: number): number {
  return colourBy === 'age' ? ageShare(value) : sizeShare(value)
}

/** An age's class in the legend ends at 2^12 ns (4 µs), and each further one eight times later; the last is open. */
const AGE_ENDS = [96, 120, 144, 168, 192]
const ageClass = scaleThreshold(AGE_ENDS, range(AGE_ENDS.length + 1))
export const AGE_CLASSES = AGE_ENDS.length + 1
export const SIZE_CLASSES = SIZE_MOST + 1

/** The legend's class, from 0, of a `value` of the frame: neighbours that a person tells apart together. */
export function legendClass(colourBy: ColourBy, value: number, cpus: number): number {
  if (colourBy === 'cpu') return cpuSlot(value, cpus)
  if (colourBy === 'age') return ageClass(value)
  return colourBy === 'device' ? value : Math.min(SIZE_MOST, value)
}

/** In the middle of an age's class; of the open ones, where it would be were they as long as the others. */
function middleAge(of: number): number {
  const [from, to] = ageClass.invertExtent(of)
  const half = (AGE_ENDS[1]! - AGE_ENDS[0]!) / 2
  return from === undefined ? to! - half : from + half
}

/** Colour of a class of the legend: for ages that of its middle. */
export function legendColour(palette: Palette, colourBy: ColourBy, of: number): Hex {
  if (colourBy === 'cpu' || colourBy === 'device') return cpuColour(palette, of, HUES)
  const value = colourBy === 'age' ? middleAge(of) : of
  return palette.ordered(rampShare(colourBy === 'state' ? 'size' : colourBy, value))
}

/**
 * [256] packed colours by class, or null when the map is coloured by state. Classes that are `off` have the ground's
 * colour; where one is `isolated` (`cpu.3`), the others are dimmed.
 */
export function classColours(
  palette: Palette,
  colourBy: ColourBy,
  cpus: number,
  isolated: string | null = null,
  off: readonly string[] = [],
): Uint32Array | null {
  if (colourBy === 'state') return null
  const free = pack(palette.states.free)
  return Uint32Array.from({ length: 256 }, (_, value) => {
    const key = `${colourBy}.${legendClass(colourBy, value, cpus)}`
    if (off.includes(key)) return pack(palette.tokens.bg)
    const pixel =
      colourBy === 'cpu' || colourBy === 'device'
        ? pack(cpuColour(palette, value, colourBy === 'cpu' ? cpus : HUES))
        : pack(palette.ordered(rampShare(colourBy, value)))
    return isolated?.includes('.') && isolated !== key ? mix(free, pixel, DIMMED) : pixel
  })
}

export function addressText(frame: IovaSpaceFrame, entry: number): string {
  return hex(addressAt(frame, entry))
}

/** Mapped TCEs in a cell; exact when it is one TCE, none or all of them, else to 1 part in 255. */
export function mappedIn(frame: IovaSpaceFrame, cell: number): number {
  if (frame.entriesPerCell === 1) return frame.state[cell] === CELL_MAPPED ? 1 : 0
  return Math.round((frame.used[cell]! * frame.entriesPerCell) / 255)
}

/** False where a machine has neither an IOMMU nor a bounce pool: no address stands for another one, and nothing is counted. */
export function hasSpace({ summary }: Frame): boolean {
  return summary.bounce === null || summary.bounce.pool === 'there'
}

/** What the entries are called, more than one of them. */
export function entriesName(frame: IovaSpaceFrame): string {
  return text.entries(2, frame.called)
}

function cellText(frame: IovaSpaceFrame, cell: number): string {
  const state = frame.state[cell] ?? CELL_NONE
  if (state === CELL_NONE) return text.padding
  const words = [addressText(frame, entryOfCell(frame, cell))]
  if (frame.entriesPerCell > 1) {
    words.push(
      `${count(frame.entriesPerCell)} ${entriesName(frame)}`,
      text.mappedShare(percent(frame.used[cell]! / 255)),
    )
    if (frame.freeRun[cell]) words.push(text.freeRun(count((frame.freeRun[cell]! * frame.entriesPerCell) / 255)))
    if (state !== CELL_MAPPED) words.push(viewText.stateNames[state as CellState])
  } else words.push(viewText.stateNames[state as CellState])
  if (frame.owner && frame.owner[cell] !== CELL_NONE) words.push(text.chunkOf(frame.owner[cell]!))
  const marks = frame.marks?.[cell] ?? 0
  if ((marks & MARK_FOREIGN) !== 0) words.push(text.foreign)
  if ((marks & MARK_PASSED) !== 0) words.push(text.passed)
  if (frame.used[cell]) words.push(text.dataShare(percent(frame.useful[cell]! / 65535)))
  return words.join(', ')
}

/** What is neither mapped nor free for all, in words. */
function keptText(frame: IovaSpaceFrame): string {
  const { cached, queued, reachable } = frame.counts
  const kept = cached + queued > 0 ? text.describeKept(count(cached), count(queued)) : ''
  const reached = reachable > 0 ? text.describeReachable(count(reachable)) : ''
  const behind = behindMappedNote(frame, true)
  return kept + reached + (behind === '' ? '' : `, ${behind}`)
}

/** What a device reaches behind pages that count as mapped: `+ 38 MiB …`, or in full; empty: nothing. */
export function behindMappedNote({ counts, called, pageShift }: IovaSpaceFrame, full: boolean): string {
  const n = counts.behindMapped
  if (n === 0) return ''
  const size = bytes(n * 2 ** pageShift)
  return full ? text.behindMapped(`${count(n)} ${text.entries(n, called)}`, size) : text.behindMappedShort(size)
}

/** What an axis break before a segment leaves out: entries that nobody used, and addresses without entries. */
export function breakText({ gapBefore, apart = 0 }: MapSegment, pageShift: number): string {
  const [gap, all] = [gapBefore, gapBefore + apart].map((pages) => bytes(pages * 2 ** pageShift))
  if (apart === 0) return text.neverMapped(gap!)
  return gapBefore === 0 ? text.apart(all!) : text.neverMappedPart(all!, gap!)
}

/** The same of the break between the last segment and the end of the window. */
export function breakAfterText({ gapAfter, apartAfter = 0, pageShift }: IovaSpaceFrame, narrow: boolean): string {
  const [gap, all] = [gapAfter, gapAfter + apartAfter].map((pages) => bytes(pages * 2 ** pageShift))
  if (narrow) return text.toTheEndShort(all!)
  if (apartAfter === 0) return text.toTheEnd(gap!)
  return gapAfter === 0 ? text.toTheEndApart(all!) : text.toTheEndPart(all!, gap!)
}

function describe(frame: IovaSpaceFrame): string {
  if (frame.absent) return viewText.addressTime.none
  const { counts } = frame
  const first = entryOfCell(frame, 0)
  const end = Math.min(frame.size, entryOfCell(frame, frame.rows * frame.columns - 1) + frame.entriesPerCell)
  const cell = bytes(frame.entriesPerCell * 2 ** frame.pageShift)
  return [
    text.describe(
      count(counts.mapped),
      count(frame.size),
      entriesName(frame),
      count(counts.free),
      count(counts.reserved),
      keptText(frame),
      count(counts.refused),
    ) + listedSentence(frame),
    text.describeScale(cell, addressText(frame, first), hex(addressBehind(frame, end))),
  ].join(' ')
}

function table(unfolded: IovaSpaceFrame): TableTwin {
  const frame = folded(unfolded)
  const rows: string[][] = []
  for (let row = 0; row < Math.min(frame.rows, TWIN_ROWS); row++) {
    let mapped = 0
    let useful = 0
    let all = 0
    let run = 0
    let refused = 0
    for (let c = 0; c < frame.columns; c++) {
      const cell = row * frame.columns + c
      if (frame.state[cell] === CELL_NONE) continue
      const here = mappedIn(frame, cell)
      all += frame.entriesPerCell
      mapped += here
      useful += here * frame.useful[cell]!
      run = Math.max(run, (frame.freeRun[cell]! * frame.entriesPerCell) / 255)
      if (frame.state[cell] === CELL_FAILED) refused++
    }
    rows.push([
      addressText(frame, entryOfCell(frame, row * frame.columns)),
      count(mapped),
      mapped === 0 ? '–' : percent(useful / 65535 / mapped),
      count(all - mapped),
      frame.entriesPerCell === 1 ? '–' : count(run),
      count(refused),
    ])
  }
  return { columns: text.columns, rows, total: frame.rows }
}

export const iovaSpaceView: HeatmapView<'iova-space', CellInk> = {
  id: 'iova-space',
  title: text.title,
  probe: 'iova-space',
  paint(unfolded, ink, box, out) {
    const frame = folded(unfolded)
    const layout = rowLayout(frame, box)
    forEachRun(frame, layout, (row, rows, top) =>
      paintCells(frame, ink, row, rows, top, layout.cellWidth, layout.cellHeight, out),
    )
  },
  grid(unfolded) {
    const { columns, rows } = folded(unfolded)
    return { columns, rows }
  },
  hitTest(frame, x, y, box) {
    const cell = cellAt(folded(frame), x, y, box)
    return cell === null || frame.state[cell] === CELL_NONE ? null : cell
  },
  cellRect(unfolded, cell, box) {
    const frame = folded(unfolded)
    const layout = rowLayout(frame, box)
    const { cellWidth, cellHeight } = layout
    const gap = Math.min(cellWidth, cellHeight) < 5 ? 0 : 1
    return {
      x: spanOf(columnsOf(frame, layout), cell % frame.columns)[0] / box.dpr,
      y: rowTop(frame, box, Math.floor(cell / frame.columns)),
      width: (cellWidth - gap) / box.dpr,
      height: (cellHeight - gap) / box.dpr,
    }
  },
  cellText,
  describe,
  table,
}

/** How far along its row an entry lies in the map, 0 … 1; 0 where it is in none. */
export function shareOfRow(frame: Frame, entry: number): number {
  const map = frame.views['iova-space']
  const cell = map ? shownCell(folded(map), entry) : null
  return map && cell !== null ? (cell % map.columns) / map.columns : 0
}

/** Cell of an entry that is shown and not padding. */
export function shownCell(frame: IovaSpaceFrame, entry: number | null): number | null {
  return entry === null || entry >= frame.size ? null : cellOfEntry(frame, entry)
}
