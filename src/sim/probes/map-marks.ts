// What lies over the mapped pages on the map: reserved, cached, queued and reachable entries, the owners of chunks, the way
// of the last search and the marks of the last refusal.

import type { DmaDomain } from '../dma/dma-ops.ts'
import { forEachQueued } from '../flush/flush-queue.ts'
import type { DmaTable } from '../machine/state.ts'
import type { StateCounts, WalkFigures } from './cards.ts'
import {
  CELL_CACHED,
  CELL_FAILED,
  CELL_FREE,
  CELL_MAPPED,
  CELL_NONE,
  CELL_QUEUED,
  CELL_REACHABLE,
  CELL_RESERVED,
  shadeOf,
} from './cells.ts'
import { cachedIn, entriesIn, overlap, queuedIn, type Stretches } from './kept.ts'
import { reservedIn } from './live.ts'
import { type IovaSpaceFrame, MARK_CACHED, MARK_PASSED } from './map-frame.ts'

/** A refusal stays on the map for this long after it happened. */
const FAILED_NS = 200_000
/** What the last search of the tree passed stays marked for this long. */
const WALK_NS = 50_000

/** Renews what a cell too small for a pattern shows. */
export function paintShade(frame: IovaSpaceFrame, cell: number): void {
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

/** Calls back with every cell that shows any of the entries [start, end). */
function forEachCell(frame: IovaSpaceFrame, start: number, end: number, visit: (cell: number) => void): void {
  const { columns, entriesPerCell, segments } = frame
  for (let i = 0; i < segments.length; i++) {
    const { row, rows, firstEntry } = segments[i]!
    if (end <= firstEntry) continue
    const from = Math.max(0, Math.floor((start - firstEntry) / entriesPerCell))
    const to = Math.min(rows * columns, Math.ceil((end - firstEntry) / entriesPerCell))
    for (let k = from; k < to; k++) visit(row * columns + k)
  }
}

export function markReserved(table: DmaTable, frame: IovaSpaceFrame): void {
  const mark = (cell: number) => {
    if (frame.state[cell] === CELL_FREE) setState(frame, cell, CELL_RESERVED)
  }
  for (const { start, end } of table.reserved) forEachCell(frame, start, end, mark)
}

/** What is free for its keeper alone, and what waits for a flush. */
export function markKept(d: DmaDomain, table: DmaTable, frame: IovaSpaceFrame): void {
  const { state, marks, value } = frame
  const byCpu = frame.colourBy === 'cpu'
  let keeper = 0
  const cached = (cell: number): void => {
    if (marks && state[cell] === CELL_MAPPED) marks[cell] = marks[cell]! | MARK_CACHED
    if (state[cell]! > CELL_CACHED) return
    if (state[cell] !== CELL_CACHED) setState(frame, cell, CELL_CACHED)
    if (byCpu) value[cell] = keeper < 0 ? 255 : keeper
  }
  d.allocator.forEachCached?.(d.allocatorState, (start, npages, cpu) => {
    keeper = cpu
    forEachCell(frame, start, start + npages, cached)
  })
  if (!table.flush) return
  const queued = (cell: number): void => {
    if (state[cell]! < CELL_QUEUED) setState(frame, cell, CELL_QUEUED)
  }
  forEachQueued(table.flush, (start, npages) => forEachCell(frame, start, start + npages, queued))
}

/** What devices still reach although it was unmapped; `reachable` as `reachableIn` has it. */
export function markReachable(reachable: Stretches, frame: IovaSpaceFrame): void {
  const mark = (cell: number): void => {
    if (frame.state[cell]! < CELL_REACHABLE) setState(frame, cell, CELL_REACHABLE)
  }
  for (let i = 0; i < reachable.length; i += 2) forEachCell(frame, reachable[i]!, reachable[i + 1]!, mark)
}

/** A cell in which two chunks begin has the owner of the later one. */
export function markChunks(d: DmaDomain, frame: IovaSpaceFrame, owner: Uint8Array): void {
  d.allocator.forEachChunk?.(d.allocatorState, (start, npages, cpu) =>
    forEachCell(frame, start, start + npages, (cell) => {
      owner[cell] = cpu
    }),
  )
}

/** The last search of the tree, or null when there was none. */
export function walkOf({ lastWalk, treeSearches }: DmaTable): WalkFigures | null {
  return treeSearches === 0 ? null : { ns: lastWalk.ns, cpu: lastWalk.cpu, steps: lastWalk.steps }
}

/** Marks what is taken between the range that a search of the tree began at and the place where it ended. */
export function markWalk(nowNs: number, table: DmaTable, frame: IovaSpaceFrame, marks: Uint8Array): void {
  const walk = table.lastWalk
  if (nowNs - walk.ns > WALK_NS) return
  const { islands, offset, size } = table.geometry
  const stretches = islands ?? [{ entry: 0, abs: offset, pages: size }]
  const mark = (cell: number) => {
    const state = frame.state[cell]!
    if (state !== CELL_FREE && state !== CELL_NONE) marks[cell] = marks[cell]! | MARK_PASSED
  }
  for (let i = 0; i < walk.walks; i++)
    for (const { entry: first, abs, pages } of stretches) {
      const low = Math.max(walk.to[i]!, abs)
      const high = Math.min(walk.from[i]!, abs + pages - 1)
      if (low <= high) forEachCell(frame, first + low - abs, first + high - abs + 1, mark)
    }
}

/** The last refused request leaves a mark at the end of every region it searched. */
export function markFailures(nowNs: number, table: DmaTable, frame: IovaSpaceFrame): void {
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

/** Entries of the table by state, each once: what is `reachable` (see `reachableIn`) counts as that, wherever it waits.
 *  `behindMapped` as `reachedBehindMapped` has it. */
export function countStates(d: DmaDomain, table: DmaTable, reachable: Stretches, behindMapped: number): StateCounts {
  const reserved =
    reservedIn(table, 0, table.geometry.size) -
    table.reserved.reduce((sum, { start, end }) => sum + overlap(reachable, start, end), 0)
  let cached = cachedIn(d).pages
  let queued = queuedIn(table).pages
  if (reachable.length > 0) {
    const { flush } = table
    d.allocator.forEachCached?.(d.allocatorState, (first, npages) => {
      cached -= overlap(reachable, first, first + npages)
    })
    if (flush)
      forEachQueued(flush, (first, npages) => {
        queued -= overlap(reachable, first, first + npages)
      })
  }
  const reached = entriesIn(reachable)
  return {
    mapped: table.mapped,
    free: table.geometry.size - table.mapped - reserved - cached - queued - reached,
    reserved,
    cached,
    queued,
    reachable: reached,
    behindMapped,
    refused: table.refused,
  }
}
