// The flush queues without the page: each ring as a ring. Slots run clockwise from the top; what waits is lit from the
// slot that leaves next to the slot that is filled next, in the pattern of what it is: queued, or still reachable.

import { count, duration } from '../../lib/format.ts'
import { CELL_QUEUED, CELL_REACHABLE, type QueuesFrame, RING_FREE, RING_QUEUED } from '../../sim/index.ts'
import { queuesText as text } from '../../text/iotlb.ts'
import { type CellInk, cellInk } from '../kit/cells.ts'
import type { Palette } from '../kit/palette.ts'
import {
  type Cells,
  cells,
  gridCellIn,
  gridRectOf,
  type Linear,
  linear,
  wholeCells,
  widthOfCells,
} from '../kit/scales.ts'
import type { Box, HeatmapView, Pixels, Rect } from '../view.ts'

/** css px: the usual room, the most that a ring takes; on a phone the least that one takes, few and many of them. */
const USUAL_WIDTH = 552
export const RINGS_HEIGHT = 160
const NARROW = 400
const LEAST_FEW = 76
const LEAST_MANY = 38
const FEW = 16
/** Device px: a thinner ring has no pattern. */
const PATTERN_SIZE = 6
const PITCH = 4
/** Parts of the circle that are told apart, at most. */
const MOST_BINS = 1024

export type QueuesInk = CellInk

export function queuesInk(palette: Palette): QueuesInk {
  return cellInk(palette, null, null)
}

type Shape = Pick<QueuesFrame, 'rings'>

export interface RingLayout {
  readonly columns: number
  readonly rows: number
  /** Room of a ring, css px. */
  readonly width: number
  readonly height: number
  /** Outer and inner radius, css px. */
  readonly outer: number
  readonly inner: number
  /** Rings side by side, and rows of them. */
  readonly across: Cells
  readonly down: Cells
}

/** Where the rings stand in so many css px: as large as they get, in rows of a power of two. */
export function ringLayout({ rings }: Shape, width: number, most = RINGS_HEIGHT): RingLayout {
  const narrow = width < NARROW
  const least = rings <= FEW ? LEAST_FEW : LEAST_MANY
  let columns = 1
  let side = 0
  for (let n = 1; n < 2 * rings; n *= 2) {
    const across = Math.floor(width / n)
    const down = narrow ? RINGS_HEIGHT : Math.floor(most / Math.ceil(rings / n))
    if (narrow ? n > 1 && across < least : Math.min(across, down) < side) continue
    columns = n
    side = Math.min(across, down)
  }
  const rows = Math.ceil(rings / columns)
  const height = narrow ? Math.min(RINGS_HEIGHT, side) : Math.floor(most / Math.max(1, rows))
  const outer = Math.min(side, height) / 2 - (side < 48 ? 2 : 5)
  const inner = outer - Math.min(14, Math.max(4, Math.round(outer * 0.24)))
  const across = wholeCells(columns, width)
  const down = cells(rows, rows * height)
  return { columns, rows, width: widthOfCells(across), height, outer, inner, across, down }
}

/** Height of the picture, css px. */
export function ringsHeight(shape: Shape, width: number, most = RINGS_HEIGHT): number {
  const { rows, height } = ringLayout(shape, width, most)
  return rows * height
}

/** Centre of a ring, css px. */
export function ringCentre(l: RingLayout, ring: number): { readonly x: number; readonly y: number } {
  const { x, y, width, height } = gridRectOf(l.across, l.down, ring)
  return { x: x + width / 2, y: y + height / 2 }
}

/** Slots of a ring to the angle from the top, clockwise. */
export const angleOf = (slots: number): Linear => linear(slots, 0, 2 * Math.PI)

const place = { key: '', side: 0, bins: 0, bin: new Int16Array(0) }

/** By device px of a square around a ring: which part of the circle it shows, -1 = none. Valid until the next call. */
function binsOf({ outer, inner }: RingLayout, dpr: number, slots: number): typeof place {
  const key = [outer, inner, dpr, slots].join()
  if (key === place.key) return place
  const [r0, r1] = [inner * dpr, outer * dpr]
  const side = 2 * Math.ceil(r1)
  const long = Math.PI * (r0 + r1)
  let bins = 1
  while (2 * bins <= Math.min(MOST_BINS, slots, long)) bins *= 2
  const bin = new Int16Array(side * side).fill(-1)
  const turn = 2 * Math.PI
  const around = cells(bins, turn)
  for (let j = 0; j < side; j++)
    for (let i = 0; i < side; i++) {
      const [dx, dy] = [i + 0.5 - side / 2, j + 0.5 - side / 2]
      const r = Math.hypot(dx, dy)
      if (r < r0 || r > r1) continue
      const angle = Math.atan2(dx, -dy)
      bin[j * side + i] = around(angle < 0 ? angle + turn : angle)
    }
  return Object.assign(place, { key, side, bins, bin })
}

const worst = new Uint8Array(MOST_BINS)

/** A pixel of an arc, by its state and where it lies in the pattern. */
function arcPixel(ink: QueuesInk, state: number, i: number, j: number, pattern: boolean): number {
  if (state === RING_FREE) return ink.free
  const cell = state === RING_QUEUED ? CELL_QUEUED : CELL_REACHABLE
  if (!pattern) return ink.strong[cell]!
  const rising = (i + j) % PITCH
  if (cell === CELL_QUEUED)
    return rising === PITCH - 1 ? ink.strong[cell]! : rising === 1 ? ink.tint[cell]! : ink.soft[cell]!
  const falling = (i - j + 4096 * PITCH) % PITCH
  return rising === 0 || falling === 0 ? ink.strong[cell]! : ink.tint[cell]!
}

function paintRing(frame: QueuesFrame, ring: number, ink: QueuesInk, l: RingLayout, dpr: number, out: Pixels): void {
  const { side, bins, bin } = binsOf(l, dpr, frame.slots)
  const per = frame.slots / bins
  for (let b = 0, slot = ring * frame.slots; b < bins; b++) {
    let state = 0
    for (let k = 0; k < per; k++) state = Math.max(state, frame.state[slot++]!)
    worst[b] = state
  }
  const pattern = (l.outer - l.inner) * dpr >= PATTERN_SIZE
  const { x, y } = ringCentre(l, ring)
  const [left, top] = [Math.round(x * dpr) - side / 2, Math.round(y * dpr) - side / 2]
  for (let j = 0; j < side; j++) {
    if (top + j < 0 || top + j >= out.height) continue
    for (let i = 0; i < side; i++) {
      const b = bin[j * side + i]!
      if (b < 0 || left + i < 0 || left + i >= out.width) continue
      out.data[(top + j) * out.width + left + i] = arcPixel(ink, worst[b]!, i, j, pattern)
    }
  }
}

/** Fills a square with the pattern of a slot's state, for a legend. */
export function paintSample(state: number, ink: QueuesInk, out: Pixels): void {
  for (let j = 0; j < out.height; j++)
    for (let i = 0; i < out.width; i++) out.data[j * out.width + i] = arcPixel(ink, state, i, j, true)
}

/** An age in as few letters as fit into a ring: `230 µs`, `2.5 ms`. */
export function ageOf(ns: number): string {
  return ns < 1e6
    ? `${Math.round(ns / 1e3)} µs`
    : ns < 1e9
      ? `${(ns / 1e6).toFixed(1)} ms`
      : `${(ns / 1e9).toFixed(2)} s`
}

/** What a ring is called: `CPU 3`. */
export const ringName = ({ rings }: Shape, ring: number) => (rings === 1 ? text.all : `${text.cpu} ${ring}`)

const sum = (values: Int32Array) => values.reduce((a, b) => a + b, 0)

/** Ranges that wait in all rings, those that are still reachable, and the age of the oldest, ns. */
export function totalsOf(frame: QueuesFrame): { waiting: number; reachable: number; oldestNs: number } {
  return {
    waiting: sum(frame.length),
    reachable: sum(frame.reachable),
    oldestNs: frame.oldestForNs.reduce((a, b) => Math.max(a, b), 0),
  }
}

function cellText(frame: QueuesFrame, ring: number): string {
  const n = frame.length[ring]
  if (n === undefined) return ''
  const parts = [text.ring(ringName(frame, ring), count(n), count(frame.slots - 1))]
  if (frame.reachable[ring]! > 0) parts.push(text.ringReach(count(frame.reachable[ring]!)))
  if (n > 0) parts.push(text.ringAge(duration(frame.oldestForNs[ring]!)))
  if (n > 0) parts.push(text.slots(frame.head[ring]!, (frame.tail[ring]! - 1) & (frame.slots - 1)))
  return parts.join(', ')
}

function describe(frame: QueuesFrame): string {
  if (frame.rings === 0) return text.nothing[frame.mode]
  const { waiting, reachable } = totalsOf(frame)
  const most = frame.length.indexOf(Math.max(...frame.length))
  const fullest =
    frame.rings === 1 || waiting === 0 ? '' : text.fullest(ringName(frame, most), count(frame.length[most]!))
  const flushes = text.flushes(count(frame.flushesFull), count(frame.flushesTimer))
  return text.describe(count(waiting), count(frame.rings), fullest, count(reachable), flushes)
}

export const queuesView: HeatmapView<'queues', QueuesInk> = {
  id: 'queues',
  title: text.title,
  probe: 'queues',
  paint(frame, ink, box, out) {
    const l = ringLayout(frame, box.width, box.height)
    for (let ring = 0; ring < frame.rings; ring++) paintRing(frame, ring, ink, l, box.dpr, out)
  },
  grid(frame) {
    const { columns, rows } = ringLayout(frame, USUAL_WIDTH)
    return { columns, rows }
  },
  hitTest(frame, x, y, box: Box) {
    const l = ringLayout(frame, box.width, box.height)
    const ring = gridCellIn(l.across, l.down, x, y)
    return ring === null || ring >= frame.rings ? null : ring
  },
  cellRect(frame, ring, box): Rect {
    const l = ringLayout(frame, box.width, box.height)
    const { x, y } = ringCentre(l, ring)
    return { x: x - l.outer, y: y - l.outer, width: 2 * l.outer, height: 2 * l.outer }
  },
  cellText,
  describe,
  table(frame) {
    const rows = Array.from({ length: frame.rings }, (_, ring) => [
      ringName(frame, ring),
      count(frame.length[ring]!),
      count(frame.reachable[ring]!),
      frame.length[ring] === 0 ? '–' : duration(frame.oldestForNs[ring]!),
      String(frame.head[ring]),
      String(frame.tail[ring]),
    ])
    return { columns: text.columns, rows, total: rows.length }
  },
}
