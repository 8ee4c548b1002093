// The IOVA space cell by cell: which entries are mapped, how much of them is buffer, how fresh, whose.

import { log2Floor, pow2 } from '../../lib/bits.ts'
import { type DmaDomain, granuleAt, offsetInMapping } from '../dma/dma-ops.ts'
import type { Machine } from '../machine.ts'
import {
  type DmaTable,
  ENTRY_GENERATION,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  MAP_ADDRESS,
  MAP_BYTES,
  MAP_ENTRY,
  MAP_NPAGES,
  MAP_NS,
  MAP_STRIDE,
  MAP_WHO,
} from '../state.ts'
import { entry } from '../types.ts'
import type { StateCounts } from './cards.ts'
import {
  CELL_FAILED,
  CELL_FREE,
  CELL_MAPPED,
  CELL_NONE,
  CELL_RESERVED,
  type ColourBy,
  type IovaSpaceFrame,
  type IovaSpaceRequest,
  type MapSegment,
  shadeOf,
} from './frames.ts'
import { type Probe, regionsOf, tableIndex } from './probe.ts'
import { markMatches } from './search.ts'
import { spaceOf } from './space.ts'

/** A refusal stays on the map for this long after it happened. */
const FAILED_NS = 200_000
/** A stretch of never-used rows shorter than this is shown. */
const BREAK_ROWS = 6
/** Rows that an axis break takes the room of. */
const BREAK_COST = 2
const TCES_PER_PAGE = 512

/** Freshness after i steps of 120/32 us: 255·e^(−i/32), by repeated multiplication. */
const FRESH_STEP_NS = 120_000 / 32
const FRESH = (() => {
  const decay = 0.9692332344763441
  const table = new Uint8Array(256)
  for (let i = 0, value = 255; i < 256; i++, value *= decay) table[i] = Math.round(value)
  return table
})()

export const iovaSpace: Probe<'iova-space'> = {
  id: 'iova-space',
  build(m, request, arrays) {
    const index = tableIndex(m, request.table)
    const table = m.state.tables[index]!
    const layout = layOut(m, index, request)
    const { entriesPerCell, segments, rows } = layout
    const { columns } = request
    const cells = rows * columns
    const frame: IovaSpaceFrame = {
      ...spaceOf(table.geometry),
      table: index,
      columns,
      rows,
      entriesPerCell,
      size: table.geometry.size,
      segments,
      gapAfter: layout.gapAfter,
      regions: regionsOf(m, index),
      colourBy: request.colourBy,
      state: arrays.u8(cells),
      used: arrays.u8(cells),
      useful: arrays.u16(cells),
      fresh: arrays.u8(cells),
      freeRun: arrays.u8(cells),
      shade: arrays.u16(cells),
      value: arrays.u8(cells),
      counts: countStates(table),
      ...(request.find ? { match: arrays.u8(cells) } : {}),
    }
    for (const segment of segments) {
      const end = segment.rows * columns
      for (let k = 0; k < end; k++) {
        fillCell(m, m.domains[index]!, table, frame, segment.row * columns + k, segment.firstEntry + k * entriesPerCell)
      }
    }
    markReserved(table, frame)
    markFailures(m.state.nowNs, table, frame)
    if (request.find && frame.match) markMatches(m, frame, request.find, frame.match)
    return frame
  },
}

interface Layout {
  readonly entriesPerCell: number
  readonly rows: number
  readonly segments: readonly MapSegment[]
  readonly gapAfter: number
}

/** The finest cells with which the asked range fits into `maxRows` rows. */
function layOut(m: Machine, index: number, request: IovaSpaceRequest): Layout {
  const { size } = m.domains[index]!.geometry
  const whole = request.count <= 0 || request.count >= size
  const from = whole ? 0 : Math.max(0, Math.min(request.first, size - 1))
  const to = whole ? size : Math.min(size, from + request.count)
  const plain = plainLayout(from, to, request)
  if (!request.breaks || !whole) return plain
  // Breaks are worth it only where they make cells finer.
  const written = writtenPages(m, index)
  for (let entriesPerCell = 1; entriesPerCell < plain.entriesPerCell; entriesPerCell *= 2) {
    const perRow = request.columns * entriesPerCell
    const broken = withBreaks(written, size, perRow, Math.ceil(size / perRow))
    if (broken.cost <= request.maxRows) return { ...broken, entriesPerCell }
  }
  return plain
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

function withBreaks(
  written: Uint8Array,
  size: number,
  perRow: number,
  rows: number,
): Omit<Layout, 'entriesPerCell'> & { cost: number } {
  const segments: MapSegment[] = []
  let shown = 0
  let gap = 0
  let breaks = 0
  let open: { row: number; rows: number; firstEntry: number; gapBefore: number } | null = null
  for (let row = 0; row < rows; ) {
    let end = row
    while (end < rows && !anyWritten(written, end * perRow, (end + 1) * perRow)) end++
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

/** By 512 entries: 1 if any of them may ever have been written. */
function writtenPages(m: Machine, index: number): Uint8Array {
  const d = m.domains[index]!
  const written = new Uint8Array(Math.ceil(d.geometry.size / TCES_PER_PAGE))
  d.table.forEachTable(d.tableState, 0, (first, _set, writes) => {
    if (writes === 0) return
    const from = Math.floor(first / TCES_PER_PAGE)
    written.fill(1, from, from + granuleAt(d, first))
  })
  return written
}

function anyWritten(written: Uint8Array, from: number, to: number): boolean {
  const found = written.indexOf(1, Math.floor(from / TCES_PER_PAGE))
  return found >= 0 && found * TCES_PER_PAGE < to
}

function fillCell(m: Machine, d: DmaDomain, table: DmaTable, frame: IovaSpaceFrame, cell: number, first: number): void {
  const { size } = table.geometry
  const end = Math.min(size, first + frame.entriesPerCell)
  let state: number = first >= size ? CELL_NONE : CELL_FREE
  let mapped = 0
  let usefulBytes = 0
  let newest = -1
  let newestEntry = first
  let newestNs = -1
  let run = 0
  let longest = 0
  const { data: entries } = table.entries
  const { data: records } = table.mappings.records
  const io = pow2(table.geometry.pageShift)
  for (let e = first; e < end; e++) {
    const id = entries[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    if (id < 0) {
      if (++run > longest) longest = run
      continue
    }
    run = 0
    mapped++
    const at = id * MAP_STRIDE
    usefulBytes += usefulIn(d, records, at, e, io)
    if (records[at + MAP_NS]! > newestNs) {
      newestNs = records[at + MAP_NS]!
      newest = id
      newestEntry = e
    }
  }
  if (mapped > 0) state = CELL_MAPPED
  const cells = frame.entriesPerCell
  frame.state[cell] = state
  frame.used[cell] = mapped === 0 ? 0 : Math.max(1, Math.round((mapped * 255) / cells))
  frame.useful[cell] = mapped === 0 ? 0 : Math.max(1, Math.round((usefulBytes * 65_535) / (mapped * io)))
  frame.freeRun[cell] = cells === 1 ? 0 : Math.round((longest * 255) / cells)
  const age = m.state.nowNs - newestNs
  frame.fresh[cell] = newest < 0 ? 0 : FRESH[Math.min(255, Math.floor(age / FRESH_STEP_NS))]!
  paintShade(frame, cell)
  const generation = entries[newestEntry * ENTRY_STRIDE + ENTRY_GENERATION]!
  frame.value[cell] = newest < 0 ? 255 : classOf(frame.colourBy, records, newest * MAP_STRIDE, age, generation)
}

/** Bytes of the buffer of the mapping at `at` that lie in entry `e`; `io` is the bytes of an IOMMU page. */
export function usefulIn(d: DmaDomain, records: Float64Array, at: number, e: number, io: number): number {
  const start = records[at + MAP_ENTRY]!
  const offset = d.mixed
    ? offsetInMapping(d, entry(start), records[at + MAP_ADDRESS]!)
    : records[at + MAP_ADDRESS]! % io
  const pageStart = (e - start) * io
  return Math.max(0, Math.min(offset + records[at + MAP_BYTES]!, pageStart + io) - Math.max(offset, pageStart))
}

/** Class of a mapped entry, as IovaSpaceFrame.value has it: `at` = its record, `generation` = the entry's. */
export function classOf(by: ColourBy, records: Float64Array, at: number, ageNs: number, generation: number): number {
  if (by === 'cpu') return records[at + MAP_WHO]! & 0xff
  if (by === 'device') return (records[at + MAP_WHO]! >> 8) & 0xff
  const npages = records[at + MAP_NPAGES]!
  if (by === 'size') return npages === 1 ? 0 : log2Floor(npages - 1) + 1
  if (by === 'generation') return generation <= 1 ? 0 : log2Floor(generation - 1) + 1
  if (by === 'age') {
    if (ageNs < 1) return 0
    const whole = log2Floor(ageNs)
    return Math.min(254, Math.floor(8 * (whole + ageNs / pow2(whole) - 1)))
  }
  return 255
}

function paintShade(frame: IovaSpaceFrame, cell: number): void {
  frame.shade[cell] = shadeOf(frame.state[cell]!, frame.used[cell]!, frame.useful[cell]!, frame.fresh[cell]!)
}

function setState(frame: IovaSpaceFrame, cell: number, state: number): void {
  frame.state[cell] = state
  paintShade(frame, cell)
}

/** Cell that shows an entry, or -1. */
function cellOf(frame: IovaSpaceFrame, e: number): number {
  for (const { row, rows, firstEntry } of frame.segments) {
    const k = Math.floor((e - firstEntry) / frame.entriesPerCell)
    if (k >= 0 && k < rows * frame.columns) return row * frame.columns + k
  }
  return -1
}

function markReserved(table: DmaTable, frame: IovaSpaceFrame): void {
  for (const { start, end } of table.reserved) {
    for (let e = start; e < end; e += frame.entriesPerCell) {
      const cell = cellOf(frame, e)
      if (cell >= 0 && frame.state[cell] === CELL_FREE) setState(frame, cell, CELL_RESERVED)
    }
  }
}

/** The last refused request leaves a mark at the end of every region it searched. */
function markFailures(nowNs: number, table: DmaTable, frame: IovaSpaceFrame): void {
  for (const e of failedEntries(nowNs, table)) {
    const cell = cellOf(frame, e)
    if (cell >= 0) setState(frame, cell, CELL_FAILED)
  }
}

/** Entries that carry the mark of the last refusal: the last ones that it searched. None when it is long ago. */
export function failedEntries(nowNs: number, table: DmaTable): number[] {
  const last = table.lastRefusal
  if (table.refused === 0 || nowNs - last.ns > FAILED_NS) return []
  return Array.from(last.limit.subarray(0, last.tries), (limit) => limit - 1)
}

/** Entries of the table by state. */
export function countStates(table: DmaTable): StateCounts {
  const reserved = table.reserved.reduce((sum, r) => sum + r.end - r.start, 0)
  return {
    mapped: table.mapped,
    free: table.geometry.size - table.mapped - reserved,
    reserved,
    cached: 0,
    queued: 0,
    reachable: 0,
    refused: table.refused,
  }
}
