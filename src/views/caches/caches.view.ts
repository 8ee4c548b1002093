// What the CPUs keep for themselves, without the page: a lane per CPU. With magazines its cells are loaded and prev of
// each size, filled as far as they hold ranges, and beside the lanes stand the full magazines of the depot; with
// chunks they are the chunks that the CPU owns, filled as far as mapped.

import { bytes, count, hex, percent } from '../../lib/format.ts'
import { addressAt, type CachesFrame } from '../../sim/index.ts'
import { cachesText as text } from '../../text/caches.ts'
import { mix, type Palette, pack } from '../kit/palette.ts'
import { bandIn, cellIn, cells } from '../kit/scales.ts'
import { type Box, type HeatmapView, type Pixels, type Rect, type TableTwin, TWIN_ROWS } from '../view.ts'
import {
  BLOCK,
  blocksOf,
  cellsOf,
  DEPOT_GAP,
  LANE_HEAD,
  type LaneLayout,
  laneLayout,
  slotRect,
} from './caches-layout.ts'

export interface CachesInk {
  readonly ground: number
  readonly free: number
  readonly loaded: number
  readonly prev: number
  readonly own: number
  readonly foreign: number
}

export function cachesInk(palette: Palette): CachesInk {
  const [free, cached] = [pack(palette.states.free), pack(palette.states.cached)]
  return {
    ground: pack(palette.tokens.bg),
    free,
    loaded: cached,
    prev: mix(free, cached, 0.5),
    own: pack(palette.states.mapped),
    foreign: pack(palette.states.useful),
  }
}

export type CachesMode = 'magazines' | 'chunks' | 'none'

/** What a frame shows: magazines, chunks, or that the allocator has neither. */
export function modeOf(frame: Pick<CachesFrame, 'orders' | 'chunked'>): CachesMode {
  return frame.orders > 0 ? 'magazines' : frame.chunked ? 'chunks' : 'none'
}

/** Cells are numbered row by row: the cells of all lanes, then one for the depot. */
function grid(frame: CachesFrame): { columns: number; rows: number } {
  const { columns, rows } = cellsOf(frame)
  return { columns: columns * frame.cpus + (frame.orders > 0 ? 1 : 0), rows }
}

interface Place {
  readonly cpu: number
  readonly column: number
  readonly row: number
}

function placeOf(frame: CachesFrame, cell: number): Place {
  const { columns } = grid(frame)
  const { columns: per } = cellsOf(frame)
  const at = cell % columns
  return { cpu: Math.floor(at / per), column: at % per, row: Math.floor(cell / columns) }
}

const isDepot = (frame: CachesFrame, { cpu }: Place) => cpu >= frame.cpus

/** The chunk in a cell, or -1. */
function chunkAt(frame: CachesFrame, { cpu, column, row }: Place): number {
  const slot = row * cellsOf(frame).columns + column
  for (let i = 0; i < frame.chunks; i++) if (frame.chunkOwner[i] === cpu && frame.chunkSlot[i] === slot) return i
  return -1
}

/** Fills the share of an area: a wide one from the left, a high one from below. */
function fillShare(out: Pixels, rect: Rect, dpr: number, share: number, pixel: number, ground: number): void {
  const [x, y] = [Math.round(rect.x * dpr), Math.round(rect.y * dpr)]
  const [w, h] = [Math.round(rect.width * dpr), Math.round(rect.height * dpr)]
  const area = w * h
  const filled = share <= 0 ? 0 : Math.max(1, Math.min(area, Math.round(share * area)))
  const lying = w > h
  const [long, across] = lying ? [w, h] : [h, w]
  const whole = Math.floor(filled / across)
  for (let j = 0; j < h && y + j < out.height; j++)
    for (let i = 0; i < w; i++) {
      const at = lying ? i : h - 1 - j
      const beside = lying ? h - 1 - j : i
      const lit = at < whole || (at === whole && at < long && beside < filled - whole * across)
      out.data[(y + j) * out.width + x + i] = lit ? pixel : ground
    }
}

function paintMagazines(frame: CachesFrame, ink: CachesInk, l: LaneLayout, dpr: number, out: Pixels): void {
  for (let cpu = 0; cpu < frame.cpus; cpu++)
    for (let o = 0; o < frame.orders; o++) {
      const i = cpu * frame.orders + o
      const share = (n: number) => n / Math.max(1, frame.capacity)
      fillShare(out, slotRect(l, cpu, 0, o), dpr, share(frame.loaded[i]!), ink.loaded, ink.free)
      fillShare(out, slotRect(l, cpu, 1, o), dpr, share(frame.previous[i]!), ink.prev, ink.free)
    }
  for (let o = 0; o < frame.orders; o++) {
    const { y, height } = slotRect(l, 0, 0, o)
    for (let b = blocksOf(l, frame.depot[o]!) - 1; b >= 0; b--)
      fillShare(out, { x: l.depotX + b * BLOCK, y, width: BLOCK - 1, height }, dpr, 1, ink.loaded, ink.free)
  }
}

function paintChunks(frame: CachesFrame, ink: CachesInk, l: LaneLayout, dpr: number, out: Pixels): void {
  for (let i = 0; i < frame.chunks; i++) {
    const slot = frame.chunkSlot[i]!
    const rect = slotRect(l, frame.chunkOwner[i]!, slot % l.columns, Math.floor(slot / l.columns))
    const pages = Math.max(1, frame.chunkPages[i]!)
    fillShare(out, rect, dpr, frame.chunkMapped[i]! / pages, ink.own, ink.free)
    const foreign = frame.chunkForeign[i]! / pages
    if (foreign === 0) continue
    // What others mapped is a strip of its own, so that it is seen beside any amount of what is the CPU's.
    const strip = Math.max(1, Math.round(rect.height / 3))
    fillShare(out, { ...rect, height: strip }, dpr, foreign, ink.foreign, ink.free)
  }
}

const sizeOf = (frame: CachesFrame, order: number) => bytes(2 ** (order + frame.pageShift))
const keptBytes = (frame: CachesFrame, order: number, ranges: number) => bytes(ranges * 2 ** (order + frame.pageShift))

/** Ranges and pages in the magazines of a CPU, or of all of them (-1), and in the depot. */
export function keptOf(frame: CachesFrame, cpu = -1): { ranges: number; pages: number } {
  let [ranges, pages] = [0, 0]
  for (let i = 0; i < frame.cpus * frame.orders; i++) {
    if (cpu >= 0 && Math.floor(i / frame.orders) !== cpu) continue
    const n = frame.loaded[i]! + frame.previous[i]!
    ranges += n
    pages += n * 2 ** (i % frame.orders)
  }
  return { ranges, pages }
}

/** Ranges of an order that all CPUs and the depot keep. */
export function rangesOf(frame: CachesFrame, order: number): number {
  let n = frame.depot[order]! * frame.capacity
  for (let i = order; i < frame.cpus * frame.orders; i += frame.orders) n += frame.loaded[i]! + frame.previous[i]!
  return n
}

function depotOf(frame: CachesFrame): { full: number; pages: number } {
  let [full, pages] = [0, 0]
  for (let o = 0; o < frame.orders; o++) {
    full += frame.depot[o]!
    pages += frame.depot[o]! * frame.capacity * 2 ** o
  }
  return { full, pages }
}

function cellText(frame: CachesFrame, cell: number): string {
  const mode = modeOf(frame)
  const place = placeOf(frame, cell)
  if (mode === 'magazines') {
    const { row: o, cpu, column } = place
    if (isDepot(frame, place)) {
      const full = frame.depot[o]!
      const ranges = full * frame.capacity
      return text.depotCell(o, sizeOf(frame, o), count(full), count(ranges), keptBytes(frame, o, ranges))
    }
    const n = (column === 0 ? frame.loaded : frame.previous)[cpu * frame.orders + o]!
    const which = column === 0 ? text.loaded : text.prev
    return text.cell(cpu, which, o, sizeOf(frame, o), count(n), frame.capacity, keptBytes(frame, o, n))
  }
  const i = mode === 'chunks' ? chunkAt(frame, place) : -1
  if (i < 0) return ''
  const [pages, mapped, foreign] = [frame.chunkPages[i]!, frame.chunkMapped[i]!, frame.chunkForeign[i]!]
  return text.chunkCell(
    place.cpu,
    hex(addressAt(frame, frame.chunkFirst[i]!)),
    bytes(pages * 2 ** frame.pageShift),
    percent(mapped / pages),
    percent(mapped === 0 ? 0 : foreign / mapped),
  )
}

function describe(frame: CachesFrame): string {
  const mode = modeOf(frame)
  if (mode === 'none') return text.none
  const page = 2 ** frame.pageShift
  if (mode === 'magazines') {
    const { ranges, pages } = keptOf(frame)
    const depot = depotOf(frame)
    return text.describe(frame.cpus, count(ranges), bytes(pages * page), count(depot.full), bytes(depot.pages * page))
  }
  const sum = (values: Uint32Array) => values.subarray(0, frame.chunks).reduce((a, b) => a + b, 0)
  const [pages, mapped, foreign] = [sum(frame.chunkPages), sum(frame.chunkMapped), sum(frame.chunkForeign)]
  return text.describeChunks(
    count(frame.chunks),
    bytes(pages * page),
    new Set(frame.chunkOwner.subarray(0, frame.chunks)).size,
    percent(mapped / Math.max(1, pages)),
    percent(foreign / Math.max(1, mapped)),
  )
}

function table(frame: CachesFrame): TableTwin {
  const mode = modeOf(frame)
  const page = 2 ** frame.pageShift
  if (mode !== 'magazines') {
    const rows = Array.from({ length: Math.min(TWIN_ROWS, frame.chunks) }, (_, i) => [
      hex(addressAt(frame, frame.chunkFirst[i]!)),
      String(frame.chunkOwner[i]),
      bytes(frame.chunkPages[i]! * page),
      count(frame.chunkMapped[i]!),
      count(frame.chunkForeign[i]!),
    ])
    return { columns: text.chunkColumns, rows, total: frame.chunks }
  }
  const orders = Array.from({ length: frame.orders }, (_, o) => o)
  const rows = Array.from({ length: frame.cpus }, (_, cpu) => {
    const { ranges, pages } = keptOf(frame, cpu)
    const at = (o: number) => cpu * frame.orders + o
    return [
      `${text.cpu} ${cpu}`,
      ...orders.map((o) => `${frame.loaded[at(o)]} + ${frame.previous[at(o)]}`),
      count(ranges),
      bytes(pages * page),
    ]
  })
  const { full, pages } = depotOf(frame)
  rows.push([
    text.depot,
    ...orders.map((o) => text.inDepot(count(frame.depot[o]!))),
    count(full * frame.capacity),
    bytes(pages * page),
  ])
  return { columns: text.columns(orders.map((o) => text.orderColumn(o, sizeOf(frame, o)))), rows, total: rows.length }
}

function cellRect(frame: CachesFrame, cell: number, box: Box): Rect {
  const l = laneLayout(frame, box.width)
  const place = placeOf(frame, cell)
  if (!isDepot(frame, place)) return slotRect(l, place.cpu, place.column, place.row)
  const { y, height } = slotRect(l, 0, 0, place.row)
  return { x: l.depotX, y, width: l.depot, height }
}

function hitTest(frame: CachesFrame, x: number, y: number, box: Box): number | null {
  const l = laneLayout(frame, box.width)
  const { columns } = grid(frame)
  const band = bandIn(l.bandsDown, y)
  if (band === null) return null
  const row = cellIn(l.down, y - l.bandsDown(band)! - LANE_HEAD)
  if (x < 0 || row === null) return null
  if (frame.orders > 0 && band === 0 && x >= l.depotX - DEPOT_GAP / 2 && x < l.depotX + l.depot)
    return row * columns + columns - 1
  // What lies between two lanes is the one before it.
  const lane = cellIn(cells(l.perBand, l.perBand * l.lane), x)
  if (lane === null || band * l.perBand + lane >= frame.cpus) return null
  const column = l.across(x - l.lanesAcross(lane)!)
  return row * columns + (band * l.perBand + lane) * l.columns + column
}

export const cachesView: HeatmapView<'caches', CachesInk> = {
  id: 'caches',
  title: text.title,
  probe: 'caches',
  paint(frame, ink, box, out) {
    const l = laneLayout(frame, box.width)
    if (frame.orders > 0) paintMagazines(frame, ink, l, box.dpr, out)
    else paintChunks(frame, ink, l, box.dpr, out)
  },
  grid,
  hitTest,
  cellRect,
  cellText,
  describe,
  table,
}

/** First entry of the chunk in a cell, or null. */
export function entryOfChunk(frame: CachesFrame, cell: number): number | null {
  const i = frame.orders > 0 ? -1 : chunkAt(frame, placeOf(frame, cell))
  return i < 0 ? null : frame.chunkFirst[i]!
}
