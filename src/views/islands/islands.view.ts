// Where memory lies, without the page: one axis of guest addresses. Between islands an address stands at its logarithm, so
// that 16 GiB and a petabyte are both within reach of a pointer; an island is a stretch that is even in itself.

import { minIndex, scaleSymlog } from 'd3'
import { bytes, hex, percent } from '../../lib/format.ts'
import type { Field, MemoryFrame, MemoryIsland, ParamValue } from '../../sim/index.ts'
import { islandsText as text } from '../../text/islands.ts'
import { fillCell, frameCell } from '../kit/cell-patterns.ts'
import { mix, type Palette, pack } from '../kit/palette.ts'
import { linear, linearFrom } from '../kit/scales.ts'
import type { Box, HeatmapView, Pixels } from '../view.ts'

/** css px: names, the blocks, and two rows of addresses. */
export const BLOCK_TOP = 34
export const BLOCK = 48
export const ADDRESS_PITCH = 12
export const ISLANDS_HEIGHT = BLOCK_TOP + BLOCK + 4 + 2 * ADDRESS_PITCH
/** Width of a digit of an address, css px. */
export const DIGIT = 6.02
const LABEL_GAP = 8

/** Up to here the axis is even, bytes; beyond it is logarithmic. */
const UNIT = 2 ** 26
const GIB = 2 ** 30
/** Width of the stretch for far memory, css px, and of an island at least. */
const SLOT = 112
const SLOT_SHARE = 0.2
const LEAST_BLOCK = 12

/** What the settings allow: where the axis ends, how far RAM may grow (or null), how large far memory may be. Bytes. */
export interface Reach {
  readonly endBytes: number
  readonly growBytes: number | null
  readonly farMostBytes: number
}

export interface IslandsInk {
  readonly ground: number
  readonly free: number
  readonly edge: number
  readonly mapped: number
  readonly failed: number
  readonly failedSoft: number
}

export function islandsInk({ tokens, states }: Palette): IslandsInk {
  const free = pack(states.free)
  return {
    ground: pack(tokens.bg),
    free,
    edge: pack(tokens.edge),
    mapped: pack(states.mapped),
    failed: pack(states.failed),
    failedSoft: mix(free, pack(states.failed), 0.18),
  }
}

/** A stretch of the axis. `gap` and `tail` hold no memory: between islands, and from the last to the window's end. */
export interface Part {
  readonly kind: 'inside' | 'outside' | 'gap' | 'tail'
  readonly island: MemoryIsland | null
  /** Bytes [from, to) and css px [x0, x1). */
  readonly from: number
  readonly to: number
  readonly x0: number
  readonly x1: number
}

export interface IslandsLayout {
  readonly parts: readonly Part[]
  /** css px of an address, and the address at a place where there is no island. */
  x(address: number): number
  /** css px of an address as if no island lay before it: where the edge of RAM is when RAM ends there. */
  axis(address: number): number
  addressAt(x: number): number
  /** css px that far memory of so many bytes takes. */
  farWidth(size: number): number
}

const endOf = (island: MemoryIsland) => island.startBytes + island.bytes
/** Bytes of an island that the window holds; where nothing is mapped at its own address no window counts. */
const insideOf = ({ identity }: MemoryFrame, { bytes: all, insideBytes }: MemoryIsland) =>
  identity === false ? all : Math.min(all, insideBytes)
const byAddress = (frame: MemoryFrame) =>
  frame.islands.filter((island) => island.bytes > 0).sort((a, b) => a.startBytes - b.startBytes)

export function islandsLayout(frame: MemoryFrame, reach: Reach, width: number): IslandsLayout {
  const islands = byAddress(frame)
  const far = islands.find((island) => island.name === 'far')
  const slot = reach.farMostBytes > 0 ? Math.min(SLOT, Math.round(width * SLOT_SHARE)) : 0
  // Linear below a unit and logarithmic beyond it.
  const even = scaleSymlog([0, Math.max(UNIT, reach.endBytes, frame.windowBytes)], [0, width - slot]).constant(UNIT)
  const farWidth = (size: number) => {
    const long = scaleSymlog([0, Math.max(size, reach.farMostBytes)], [0, slot]).constant(UNIT)
    return size <= 0 ? 0 : Math.max(LEAST_BLOCK, long(size))
  }
  let before = 0
  const blocks = islands.map((island) => {
    const x0 = Math.max(before, even(island.startBytes))
    const x1 = island === far ? x0 + farWidth(island.bytes) : Math.max(x0 + 2, even(endOf(island)))
    before = x1
    return { island, x0, x1 }
  })
  function x(address: number): number {
    for (const { island, x0, x1 } of blocks)
      if (address >= island.startBytes && address <= endOf(island))
        return linearFrom(island.startBytes, endOf(island), x0, x1)(address)
    const beyond = far && address > far.startBytes ? slot : 0
    return Math.min(width, Math.max(beyond > 0 ? before : 0, even(address) + beyond))
  }
  const parts: Part[] = []
  let at = 0
  let end = 0
  for (const { island, x0, x1 } of blocks) {
    if (island.startBytes > end)
      parts.push({ kind: 'gap', island: null, from: end, to: island.startBytes, x0: at, x1: x0 })
    const edge = island.startBytes + insideOf(frame, island)
    if (edge > island.startBytes)
      parts.push({ kind: 'inside', island, from: island.startBytes, to: edge, x0, x1: x(edge) })
    if (edge < endOf(island)) parts.push({ kind: 'outside', island, from: edge, to: endOf(island), x0: x(edge), x1 })
    at = x1
    end = Math.max(end, endOf(island))
  }
  if (frame.identity !== false && frame.windowBytes > end)
    parts.push({ kind: 'tail', island: null, from: end, to: frame.windowBytes, x0: at, x1: x(frame.windowBytes) })
  return {
    parts,
    x,
    axis: even,
    addressAt: (place) => even.invert(Math.max(0, place)),
    farWidth,
  }
}

/**
 * Where far memory begins when it is drawn at `x`, GiB: a multiple of the power of two that a px is worth there, so that
 * addresses stay round, within [min, max].
 */
export function farAtOf(layout: IslandsLayout, x: number, min: number, max: number): number {
  const address = layout.addressAt(x)
  const worth = (layout.addressAt(x + 1) - address) / GIB
  const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, worth))))
  return Math.min(max, Math.max(min, Math.round(address / GIB / step) * step))
}

/** Index of the size whose edge is nearest to a place; `edges` are their css px. */
export function nearest(edges: readonly number[], x: number): number {
  return minIndex(edges, (edge) => Math.abs(edge - x))
}

/** The sizes that a field allows with the other settings as they stand, bytes, none above `most`. */
export function stopsOf(field: Field | undefined, most: number): number[] {
  if (!field) return []
  return (field.param.values ?? []).flatMap(({ value, key }) =>
    typeof value === 'number' && value <= most && field.refused[key] === undefined ? [value] : [],
  )
}

const largest = (field: Field | undefined) => Math.max(0, ...stopsOf(field, Number.MAX_SAFE_INTEGER))

export interface IslandFields {
  readonly ram: Field | undefined
  readonly far: Field | undefined
  readonly farAt: Field | undefined
  readonly maxRam: Field | undefined
}

/** The settings of where memory lies, of all settings. */
export function islandFields(fields: readonly Field[]): IslandFields {
  const at = (path: string) => fields.find((field) => field.path === path)
  return { ram: at('m.ram'), far: at('m.far'), farAt: at('m.farAt'), maxRam: at('m.maxRam') }
}

const numberOf = (value: ParamValue | undefined) => (typeof value === 'number' ? value : 0)

/** The axis goes a little beyond all that can be set, so that no change moves what stands on it. */
export function reachOf({ ram, far, farAt, maxRam }: IslandFields): Reach {
  const farMostBytes = largest(far)
  const farEnd = farMostBytes > 0 ? (farAt?.param.max ?? 0) * GIB + farMostBytes : 0
  const growBytes = maxRam ? numberOf(maxRam.value) : null
  const endBytes = Math.max(2 * farEnd, 2 * Math.max(growBytes ?? 0, largest(ram)))
  return { endBytes, growBytes, farMostBytes }
}

/** Bytes of memory, far ones, outside of the window, and mapped. */
export function sumsOf(frame: MemoryFrame) {
  let [all, far, outside, mapped] = [0, 0, 0, 0]
  for (const island of frame.islands) {
    all += island.bytes
    if (island.name === 'far') far += island.bytes
    outside += island.bytes - insideOf(frame, island)
    mapped += island.mappedBytes
  }
  return { all, far, outside, mapped }
}

export function verdict(frame: MemoryFrame): string {
  const { all, outside, mapped } = sumsOf(frame)
  if (frame.identity === false) return text.apart(bytes(all))
  return outside > 0 ? text.partOutside(bytes(outside), bytes(all)) : text.allInside(bytes(all), bytes(mapped))
}

/** Share of an island that is mapped. */
export const shareOf = (island: MemoryIsland) => percent(island.bytes === 0 ? 0 : island.mappedBytes / island.bytes)

export interface PlacedLabel {
  readonly text: string
  /** What it names, and its own left edge, css px. */
  readonly x: number
  readonly left: number
  readonly row: number
}

/** Addresses below the axis, in its order: each in the row that has room nearest to its place. */
export function placeLabels(labels: readonly { readonly x: number; readonly text: string }[], width: number) {
  const ends = [-LABEL_GAP, -LABEL_GAP]
  return labels.map((label): PlacedLabel => {
    const wide = label.text.length * DIGIT
    const wished = Math.max(0, Math.min(width - wide, label.x - wide / 2))
    const places = ends.map((end) => Math.max(wished, end + LABEL_GAP))
    const row = places[1]! < places[0]! ? 1 : 0
    const left = Math.min(width - wide, places[row]!)
    ends[row] = left + wide
    return { ...label, left, row }
  })
}

/** Where islands begin and end, in the order of the axis. */
export function addressLabels(frame: MemoryFrame, layout: IslandsLayout, width: number): PlacedLabel[] {
  const places = byAddress(frame).flatMap((island) => [island.startBytes, endOf(island)])
  const unique = places.filter((address, i) => places.indexOf(address) === i)
  return placeLabels(
    unique.map((address) => ({ x: layout.x(address), text: hex(address) })),
    width,
  )
}

function partText(part: Part): string {
  const [from, to, size] = [hex(part.from), hex(part.to), bytes(part.to - part.from)]
  if (part.kind === 'gap') return text.cellGap(from, to, size)
  if (part.kind === 'tail') return text.cellTail(from, to, size)
  const name = text.names[part.island!.name]
  if (part.kind === 'outside') return text.cellOutside(name, from, to, size)
  return text.cellInside(name, from, to, size, bytes(part.island!.mappedBytes))
}

/** Device px [left, right) of a part, at least one. */
function columnsOf(part: Part, dpr: number): readonly [number, number] {
  const left = Math.round(part.x0 * dpr)
  return [left, Math.max(left + 1, Math.round(part.x1 * dpr))]
}

/** Memory is filled from the bottom as far as it is mapped; a share never looks full or empty when it is not. */
function paintPart(part: Part, ink: IslandsInk, dpr: number, out: Pixels): void {
  const [left, right] = columnsOf(part, dpr)
  const w = Math.min(right, out.width) - left
  const [top, h] = [Math.round(BLOCK_TOP * dpr), Math.round(BLOCK * dpr)]
  if (w <= 0 || !part.island) return
  if (part.kind === 'outside') {
    const pitch = Math.round(6 * dpr)
    for (let j = 0; j < h; j++)
      for (let i = 0; i < w; i++)
        out.data[(top + j) * out.width + left + i] = (i + j) % pitch < dpr ? ink.failed : ink.failedSoft
    frameCell(ink.failed, left, top, w, h, out)
    return
  }
  fillCell(ink.free, left, top, w, h, out)
  frameCell(ink.edge, left, top, w, h, out)
  const { mappedBytes, insideBytes } = part.island
  const level = Math.round(linear(insideBytes, 0, h)(mappedBytes))
  const full = mappedBytes === 0 ? 0 : mappedBytes >= insideBytes ? h : Math.min(h - 1, Math.max(1, level))
  fillCell(ink.mapped, left, top + h - full, w, full, out)
}

/** The view with the settings' own bounds. */
export function islandsViewOf(reach: Reach): HeatmapView<'memory', IslandsInk> {
  const partsIn = (frame: MemoryFrame, box: Box) => islandsLayout(frame, reach, box.width).parts
  return {
    id: 'islands',
    title: text.title,
    probe: 'memory',
    paint(frame, ink, box, out) {
      for (const part of partsIn(frame, box)) paintPart(part, ink, box.dpr, out)
    },
    grid: (frame) => ({ columns: Math.max(1, islandsLayout(frame, reach, 1).parts.length), rows: 1 }),
    hitTest(frame, x, y, box) {
      if (y < BLOCK_TOP || y >= BLOCK_TOP + BLOCK) return null
      const i = partsIn(frame, box).findIndex((part) => x >= part.x0 && x < part.x1)
      return i < 0 ? null : i
    },
    cellRect(frame, cell, box) {
      const part = partsIn(frame, box)[cell]
      const { x0, x1 } = part ?? { x0: 0, x1: 1 }
      return { x: x0, y: BLOCK_TOP, width: Math.max(1, x1 - x0), height: BLOCK }
    },
    cellText(frame, cell) {
      const part = islandsLayout(frame, reach, 1).parts[cell]
      return part ? partText(part) : ''
    },
    describe(frame) {
      const islands = byAddress(frame).map((island) =>
        text.island(text.names[island.name], hex(island.startBytes), bytes(island.bytes), shareOf(island)),
      )
      if (frame.identity === false) return text.describeApart(islands.join(', '), verdict(frame))
      return text.describe(bytes(frame.windowBytes), islands.join(', '), verdict(frame))
    },
    table(frame) {
      const rows = byAddress(frame).map((island) => [
        text.names[island.name],
        hex(island.startBytes),
        hex(endOf(island)),
        bytes(island.bytes),
        bytes(island.insideBytes),
        bytes(island.mappedBytes),
      ])
      return { columns: text.columns, rows, total: rows.length }
    },
  }
}

/** A change of a size or of a place that is under way, bytes. */
export interface Move {
  readonly island: MemoryIsland['name']
  readonly startBytes?: number
  readonly bytes?: number
}

/** The frame as it would be after a move: where the island lies, and how much of it the window holds; nothing is mapped. */
export function moved(frame: MemoryFrame, move: Move): MemoryFrame {
  const old = frame.islands.find((island) => island.name === move.island)
  const startBytes = move.startBytes ?? old?.startBytes ?? 0
  const size = move.bytes ?? old?.bytes ?? 0
  const insideBytes = Math.max(0, Math.min(size, frame.windowBytes - startBytes))
  const island: MemoryIsland = { name: move.island, startBytes, bytes: size, insideBytes, mappedBytes: 0 }
  return { ...frame, islands: [...frame.islands.filter(({ name }) => name !== move.island), island] }
}
