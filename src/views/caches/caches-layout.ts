// Where the lanes of the per-CPU caches, their cells and the depot stand. css px throughout.

import type { CachesFrame } from '../../sim/index.ts'
import { type Bands, bands, type Cells, cells, edgesOf } from '../kit/scales.ts'
import type { Rect } from '../view.ts'

/** css px: what stands above the lanes, and the lanes themselves. */
export const LANE_HEAD = 14
const LANE_HEIGHT = 66
/** Room of the depot beside the lanes, css px, with the gap before it; on a phone. */
const DEPOT = 128
const DEPOT_NARROW = 72
const NARROW = 480
export const DEPOT_GAP = 12
const MOST_LANE = 80
/** A lane narrower than this goes below: lanes stand in several bands. */
const LEAST_LANE = 8
/** A chunk is at least this wide, css px, as long as it may get lower. */
const LEAST_CHUNK = 4
const LEAST_CHUNK_ROWS = 6
const MOST_CHUNK_ROWS = 22
const USUAL_PLOT = 768

export type CachesShape = Pick<CachesFrame, 'cpus' | 'orders' | 'chunks' | 'mostChunks'>

export interface LaneLayout {
  /** Width of a lane with its gap, css px. */
  readonly lane: number
  readonly perBand: number
  readonly bands: number
  /** Height of a band with what stands above it, css px. */
  readonly bandHeight: number
  /** Cells of a lane. */
  readonly columns: number
  readonly rows: number
  /** Where the depot begins, css px, and its width. */
  readonly depotX: number
  readonly depot: number
  /** Lanes side by side, and bands of them one below the other; the cells of a lane from its corner. */
  readonly lanesAcross: Bands
  readonly bandsDown: Bands
  readonly across: Cells
  readonly down: Cells
  /** Where they begin, and where the last one ends, whole px: what a loop over them takes. */
  readonly columnEdges: Int32Array
  readonly rowEdges: Int32Array
}

/** Cells of a lane: the same for every width, so that a cell keeps its number. */
export function cellsOf(shape: CachesShape): { readonly columns: number; readonly rows: number } {
  if (shape.orders > 0) return { columns: 2, rows: shape.orders }
  const most = Math.max(1, shape.mostChunks)
  const lane = Math.min(MOST_LANE, USUAL_PLOT / shape.cpus)
  let rows = Math.min(LEAST_CHUNK_ROWS, most)
  while (rows < MOST_CHUNK_ROWS && rows < most && lane / Math.ceil(most / rows) < LEAST_CHUNK) rows++
  return { columns: Math.ceil(most / rows), rows }
}

/** Where the lanes stand in a plot `width` css px wide. */
export function laneLayout(shape: CachesShape, width: number): LaneLayout {
  const magazines = shape.orders > 0
  const depot = magazines ? (width < NARROW ? DEPOT_NARROW : DEPOT) : 0
  const room = width - depot
  let rowsOfLanes = 1
  while (rowsOfLanes < shape.cpus && Math.floor(room / Math.ceil(shape.cpus / rowsOfLanes)) < LEAST_LANE) rowsOfLanes++
  const perBand = Math.ceil(shape.cpus / rowsOfLanes)
  const lane = Math.max(1, Math.min(MOST_LANE, Math.floor(room / perBand)))
  const { columns, rows } = cellsOf(shape)
  const gap = lane >= 12 ? 3 : lane >= 6 ? 2 : 1
  const bandHeight = LANE_HEAD + LANE_HEIGHT
  const [across, down] = [cells(columns, lane - gap + 1), cells(rows, LANE_HEIGHT)]
  return {
    ...{ lane, perBand, bands: rowsOfLanes, bandHeight, columns, rows },
    ...{ across, down, columnEdges: edgesOf(across), rowEdges: edgesOf(down) },
    lanesAcross: bands(perBand, lane, gap),
    bandsDown: bands(rowsOfLanes, bandHeight),
    depotX: perBand * lane + DEPOT_GAP,
    depot: Math.max(0, depot - DEPOT_GAP),
  }
}

/** Height of the picture, css px. */
export function cachesHeight(shape: CachesShape, width: number): number {
  const { bands, bandHeight } = laneLayout(shape, width)
  return bands * bandHeight
}

/** Where a lane's cell stands, gap not included, css px. */
export function slotRect(l: LaneLayout, cpu: number, column: number, row: number): Rect {
  const x = l.lanesAcross(cpu % l.perBand) ?? 0
  const y = (l.bandsDown(Math.floor(cpu / l.perBand)) ?? 0) + LANE_HEAD
  const [from, to] = [l.columnEdges[column]!, l.columnEdges[column + 1]!]
  const [top, bottom] = [l.rowEdges[row]!, l.rowEdges[row + 1]!]
  return { x: x + from, y: y + top, width: Math.max(1, to - from - 1), height: Math.max(1, bottom - top - 1) }
}

/** Room of a full magazine in the depot, css px, and how many are drawn before their number. */
export const BLOCK = 4
export function blocksOf(l: LaneLayout, full: number): number {
  return Math.min(full, Math.floor((l.depot - 40) / BLOCK))
}
