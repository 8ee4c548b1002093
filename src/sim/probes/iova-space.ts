// The IOVA space cell by cell: which entries are mapped, how much of them is buffer, how fresh, whose.

import { log2Floor, pow2 } from '../../lib/bits.ts'
import { type DmaDomain, offsetInMapping } from '../dma/dma-ops.ts'
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
} from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { unitOf } from '../paths/parts.ts'
import { CELL_FREE, CELL_MAPPED, CELL_NONE, type ColourBy } from './cells.ts'
import { reachedBehindMapped } from './exposure.ts'
import { nameOf } from './figures.ts'
import { reachableIn } from './kept.ts'
import { type IovaSpaceFrame, type IovaSpaceRequest, MARK_FOREIGN } from './map-frame.ts'
import { anyWritten, layOut, writtenPages } from './map-layout.ts'
import {
  countStates,
  markChunks,
  markFailures,
  markKept,
  markReachable,
  markReserved,
  markWalk,
  paintShade,
  walkOf,
} from './map-marks.ts'
import { type Probe, regionsOf, tableIndex } from './probe.ts'
import { canFind, markMatches } from './search.ts'
import { listingOf, spaceOf } from './space.ts'

/** In a window larger than this, table pages that nobody ever wrote are not looked at. */
const LARGE = 0x20000

/** Freshness after i steps of 120/32 us: 255·e^(−i/32), by repeated multiplication. */
const FRESH_STEP_NS = 120_000 / 32
const FRESH = (() => {
  const decay = 0.9692332344763441
  const table = new Uint8Array(256)
  for (let i = 0, value = 255; i < 256; i++, value *= decay) table[i] = Math.round(value)
  return table
})()

export * from './map-frame.ts'

export const iovaSpaceProbe: Probe<'iova-space', IovaSpaceRequest, IovaSpaceFrame> = {
  id: 'iova-space',
  build(m, request, arrays) {
    const index = tableIndex(m, request.table)
    const table = m.state.tables[index]!
    const d = m.domains[index]!
    const written = table.geometry.size > LARGE || request.breaks ? writtenPages(d) : null
    const space = spaceOf(table)
    const { size } = table.geometry
    const behind = (listingOf({ ...space, size })?.behindBytes ?? 0) / pow2(space.pageShift)
    const layout = layOut(table.geometry, written, request, behind)
    const { entriesPerCell, segments, rows } = layout
    const { columns } = request
    const cells = rows * columns
    const chunked = d.allocator.forEachChunk !== undefined
    const reachable = unitOf(table) ? reachableIn(m.state, table) : []
    const frame: IovaSpaceFrame = {
      ...space,
      table: index,
      columns,
      rows,
      entriesPerCell,
      size,
      segments,
      gapAfter: layout.gapAfter,
      ...(layout.apartAfter && { apartAfter: layout.apartAfter }),
      regions: regionsOf(m, index),
      colourBy: request.colourBy,
      state: arrays.u8(cells),
      used: arrays.u8(cells),
      useful: arrays.u16(cells),
      fresh: arrays.u8(cells),
      freeRun: arrays.u8(cells),
      shade: arrays.u16(cells),
      value: arrays.u8(cells),
      counts: countStates(d, table, reachable, unitOf(table) ? reachedBehindMapped(m.state, table.owner) : 0),
      ...(canFind(m, request.find) ? { match: arrays.u8(cells) } : {}),
      ...(chunked ? { owner: arrays.u8(cells).fill(255) } : {}),
      ...(chunked || d.allocator.forEachCached || table.treeSearches > 0 ? { marks: arrays.u8(cells).fill(0) } : {}),
      called: nameOf(m, index),
      ...(table.treeSearches > 0 ? { walk: walkOf(table) } : {}),
    }
    if (frame.owner) markChunks(d, frame, frame.owner)
    for (const segment of segments) {
      const end = segment.rows * columns
      for (let k = 0; k < end; k++) {
        const first = segment.firstEntry + k * entriesPerCell
        const cell = segment.row * columns + k
        if (written && first < table.geometry.size && !anyWritten(written, first, first + entriesPerCell))
          clearCell(frame, cell)
        else fillCell(m, d, table, frame, cell, first)
      }
    }
    markReserved(table, frame)
    markKept(d, table, frame)
    markReachable(reachable, frame)
    if (frame.marks) markWalk(m.state.nowNs, table, frame, frame.marks)
    markFailures(m.state.nowNs, table, frame)
    if (request.find && frame.match) markMatches(m, frame, request.find, frame.match)
    return frame
  },
}

/** A cell in which nothing was ever mapped. */
function clearCell(frame: IovaSpaceFrame, cell: number): void {
  frame.state[cell] = CELL_FREE
  frame.used[cell] = 0
  frame.useful[cell] = 0
  frame.fresh[cell] = 0
  frame.freeRun[cell] = frame.entriesPerCell === 1 ? 0 : 255
  frame.value[cell] = 255
  paintShade(frame, cell)
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
  let longest = 0
  const { data: entries } = table.entries
  const { data: records } = table.mappings.records
  const io = pow2(table.geometry.pageShift)
  for (let e = first, next = first; e < end; e = next) {
    const id = entries[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    next = e + 1
    if (id < 0) {
      while (next < end && entries[next * ENTRY_STRIDE + ENTRY_MAPPING]! <= 0) next++
      if (next - e > longest) longest = next - e
      continue
    }
    const at = id * MAP_STRIDE
    next = Math.min(end, records[at + MAP_ENTRY]! + records[at + MAP_NPAGES]!)
    mapped += next - e
    usefulBytes += usefulIn(d, records, at, e, io, next - e)
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
  if (frame.owner && frame.marks && newest >= 0 && frame.owner[cell] !== 255) {
    const mapper = records[newest * MAP_STRIDE + MAP_WHO]! & 0xff
    if (mapper !== frame.owner[cell]) frame.marks[cell] = MARK_FOREIGN
  }
}

/** Bytes of the buffer of the mapping at `at` that lie in the `n` entries from `e`; `io` is the bytes of an IOMMU page. */
export function usefulIn(d: DmaDomain, records: Float64Array, at: number, e: number, io: number, n = 1): number {
  const start = records[at + MAP_ENTRY]!
  const offset = d.isCopied
    ? 0
    : d.mixed
      ? offsetInMapping(d, start, records[at + MAP_ADDRESS]!)
      : records[at + MAP_ADDRESS]! % io
  const pageStart = (e - start) * io
  return Math.max(0, Math.min(offset + records[at + MAP_BYTES]!, pageStart + n * io) - Math.max(offset, pageStart))
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
