// Where bounced buffers lie and which slots stand in for them, without the page: an axis of physical memory, on which RAM
// below and above 4 GiB are each even in themselves with the hole as a break between them; the pool's stretch of it opened
// out into an axis of its own; and an arc from each buffer to its slots.

import { linkVertical } from 'd3'
import { bytes, count, duration, hex } from '../../lib/format.ts'
import type { BounceArc, BounceFrame } from '../../sim/index.ts'
import { bounceText as text } from '../../text/bounce.ts'
import { linear, linearFrom } from '../kit/scales.ts'
import type { TableTwin } from '../view.ts'

/** css px: the picture; the pool's axis and that of memory in it, and how high both are. */
export const ARCS_HEIGHT = 98
export const POOL_TOP = 14
export const MEMORY_TOP = 74
export const AXIS = 10
/** css px between RAM below and above the hole. */
const BREAK = 36
/** RAM below 4 GiB takes at least this share of the axis, and so does that above. */
const LEAST_SHARE = 0.3
/** css px: an arc further away than this is not meant. */
const NEAR = 14
const SAMPLES = 24
const FOUR_GIB = 2 ** 32
const SLOT_BYTES = 2048

/** A stretch of RAM: bytes [from, to) at css px [x0, x1). */
export interface RamPart {
  readonly from: number
  readonly to: number
  readonly x0: number
  readonly x1: number
}

export interface PlacedArc {
  readonly arc: BounceArc
  /** css px: the buffer on the axis of memory; its slots, left and right, on that of the pool. */
  readonly from: number
  readonly slot: readonly [left: number, right: number]
  readonly path: string
}

export interface ArcsLayout {
  readonly width: number
  readonly ram: readonly RamPart[]
  /** css px of the hole, or null. */
  readonly hole: readonly [left: number, right: number] | null
  /** Where the device's mask ends, css px; null when it reaches all, or what is mapped for it. */
  readonly mask: number | null
  /** Where the pool lies in memory, css px; null when there is none. */
  readonly pool: readonly [left: number, right: number] | null
  /** The newest first. */
  readonly arcs: readonly PlacedArc[]
  /** css px of an address. */
  x(address: number): number
}

/** From a buffer up to its slots: upright at both ends. */
const arcPath = linkVertical().digits(1)

/** The newest first; of the same age by slot, so that their order holds from frame to frame. */
const byAge = (arcs: readonly BounceArc[]) => [...arcs].sort((a, b) => a.ageNs - b.ageNs || a.slot - b.slot)

export function arcsLayout(frame: BounceFrame, width: number): ArcsLayout {
  const low = Math.min(frame.holeStart, frame.endBytes)
  const high = Math.max(0, frame.endBytes - FOUR_GIB)
  const share = high === 0 ? 1 : Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, low / (low + high)))
  const room = high === 0 ? width : width - BREAK
  const lowEnd = Math.round(room * share)
  const ram: RamPart[] = [{ from: 0, to: low, x0: 0, x1: lowEnd }]
  if (high > 0) ram.push({ from: FOUR_GIB, to: frame.endBytes, x0: lowEnd + BREAK, x1: width })
  const scales = ram.map((part) => linearFrom(part.from, part.to, part.x0, part.x1))
  // Whatever lies in the hole stands at its end.
  const x = (address: number) => scales[ram.findIndex(({ to }) => address <= to)]?.(address) ?? width
  const end = 2 ** frame.maskBits
  const { poolStart, poolBytes } = frame
  const slotX = linear(poolBytes / SLOT_BYTES, 0, width)
  return {
    width,
    ram,
    hole: high > 0 ? [lowEnd, lowEnd + BREAK] : null,
    mask: frame.pageBytes > 0 || end >= frame.endBytes ? null : x(end),
    pool: poolBytes > 0 ? [x(poolStart), Math.max(x(poolStart) + 2, x(poolStart + poolBytes))] : null,
    arcs: byAge(frame.arcs).map((arc) => {
      const from = x(arc.realAddr)
      const left = slotX(arc.slot)
      const slot = [left, Math.max(left + 2, slotX(arc.slot + arc.slots))] as const
      return { arc, from, slot, path: arcPath({ source: [from, MEMORY_TOP], target: [middle(slot), TOP] }) ?? '' }
    }),
    x,
  }
}

export const middle = ([left, right]: readonly [number, number]) => (left + right) / 2

const TOP = POOL_TOP + AXIS
/** Heights of the points that the curve is drawn towards. */
const PULL = (TOP + MEMORY_TOP) / 2

/** Place on an arc at share t from the buffer to its slots. */
function along(from: number, to: number, t: number): readonly [x: number, y: number] {
  const [u, near, far] = [1 - t, 3 * t * (1 - t) * (1 - t), 3 * t * t * (1 - t)]
  const [first, last] = [u * u * u, t * t * t]
  return [(first + near) * from + (far + last) * to, first * MEMORY_TOP + (near + far) * PULL + last * TOP]
}

/** The arc nearest to a place, css px, an index into the layout's; null when none is near. */
export function arcAt(layout: ArcsLayout, x: number, y: number): number | null {
  let best: number | null = null
  let least = NEAR * NEAR
  layout.arcs.forEach(({ from, slot }, i) => {
    for (let s = 0; s <= SAMPLES; s++) {
      const [ax, ay] = along(from, middle(slot), s / SAMPLES)
      const far = (ax - x) * (ax - x) + (ay - y) * (ay - y)
      if (far >= least) continue
      least = far
      best = i
    }
  })
  return best
}

/** Where a key leads among `n` arcs from one of them (or from nowhere), or null when the key is none of theirs. */
export function stepArc(key: string, from: number | null, n: number): number | null {
  if (n === 0) return null
  if (key === 'Home') return 0
  if (key === 'End') return n - 1
  if (key === 'ArrowRight' || key === 'ArrowDown') return from === null ? 0 : Math.min(n - 1, from + 1)
  if (key === 'ArrowLeft' || key === 'ArrowUp') return from === null ? 0 : Math.max(0, from - 1)
  return null
}

const rangeText = ({ slot, slots }: BounceArc) => text.range(count(slot), count(slot + slots - 1))

/** The slots of a mapping that bounces. */
export const slotsText = (arc: BounceArc) => text.slots(rangeText(arc), arc.slots === 1)

/** Its buffer. */
export const bufferText = (arc: BounceArc) =>
  text.buffer(hex(arc.realAddr), bytes(arc.bytes), text.directions[arc.direction], arc.cpu, duration(arc.ageNs))

/** A mapping that bounces, in words. */
export function arcText(arc: BounceArc): string {
  return text.arc(
    hex(arc.realAddr),
    bytes(arc.bytes),
    slotsText(arc),
    text.directions[arc.direction],
    arc.cpu,
    duration(arc.ageNs),
  )
}

/** Why there are no arcs; empty when there are some. */
function reason(frame: BounceFrame): string {
  if (frame.arcs.length > 0) return ''
  if (frame.bounced > 0) return text.noneLive
  if (frame.last?.outcome === 'translated' && frame.pageBytes === 0) return text.translated
  if (frame.direct + frame.refused === 0) return text.nothing
  return frame.refused > 0 ? text.refusedAll : frame.pageBytes > 0 ? text.filled : text.reached
}

/** The same where the pool is not told of: also that there is none. */
export function silence(frame: BounceFrame): string {
  const why = reason(frame)
  return why !== '' && frame.poolBytes === 0 ? `${why} ${text.noPool}` : why
}

/** Memory, the pool, what of it bounces and how the last mapping went, in sentences. */
export function describeArcs(frame: BounceFrame): string {
  const arcs = byAge(frame.arcs)
  const memory = text.describeMemory(
    bytes(frame.ramBytes),
    hex(frame.endBytes),
    frame.pageBytes > 0 ? text.describeUntrusted : text.describeMask(frame.maskBits),
    frame.poolBytes === 0 ? text.noPool : text.describePool(bytes(frame.poolBytes), hex(frame.poolStart)),
    arcs.length === 0 ? reason(frame) : text.describeArcs(arcs.length, arcText(arcs[0]!)),
  )
  const { last } = frame
  if (!last) return memory
  const path = last.path.map(({ asked, answered }) => text.step(asked, answered)).join(' ')
  return `${memory} ${text.describeLast(bytes(last.bytes), hex(last.realAddr), last.device, path, text.outcomes[last.outcome])}`
}

export function arcsTable(frame: BounceFrame): TableTwin {
  const rows = byAge(frame.arcs).map((arc) => [
    rangeText(arc),
    hex(arc.realAddr),
    bytes(arc.bytes),
    text.directions[arc.direction],
    String(arc.cpu),
    duration(arc.ageNs),
  ])
  return { columns: text.arcColumns, rows, total: rows.length }
}
