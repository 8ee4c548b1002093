// What stands around the blocks of memory: gaps, the end of the window, names, addresses, and the outline of what is moved.

import { bytes, hex } from '../../lib/format.ts'
import type { MemoryFrame } from '../../sim/index.ts'
import { islandsText as text } from '../../text/islands.ts'
import {
  ADDRESS_PITCH,
  BLOCK,
  BLOCK_TOP,
  type IslandsLayout,
  type Move,
  type PlacedLabel,
  type Reach,
  shareOf,
} from './islands.view.ts'

const BOTTOM = BLOCK_TOP + BLOCK
const MIDDLE = BLOCK_TOP + BLOCK / 2 + 4
/** Widths of a letter of the axis' and of the addresses' face, css px, and of a zigzag. */
const LETTER = 5.8
const TOOTH = 4
/** What text keeps clear of the window's end, css px. */
const LINE_GAP = 6
const wide = (words: string) => words.length * LETTER

/** The first of some words, longest first, that `room` css px hold. */
const fitting = (room: number, ...words: readonly string[]) => words.find((w) => wide(w) + 8 <= room) ?? ''

/** A stretch that is left out of the scale: two zigzags and its size. */
function Gap({ x0, x1, words }: { x0: number; x1: number; words: readonly string[] }) {
  const zigzag = `l${TOOTH},4l-${TOOTH},4`.repeat(BLOCK / 8)
  const [from, to] = [x0 + 3, x1 - 3 - TOOTH]
  if (to - from < 2 * TOOTH) return null
  const said = fitting(to - from - 2 * TOOTH, ...words)
  return (
    <g>
      <rect x={from + TOOTH} y={BLOCK_TOP} width={to - from - TOOTH} height={BLOCK} className="v-skipped" />
      <path d={`M${from},${BLOCK_TOP}${zigzag}M${to},${BLOCK_TOP}${zigzag}`} className="v-edge" />
      {said !== '' && (
        <text x={(from + to + TOOTH) / 2} y={MIDDLE} textAnchor="middle" className="v-axis">
          {said}
        </text>
      )}
    </g>
  )
}

interface MarkProps {
  readonly frame: MemoryFrame
  readonly layout: IslandsLayout
  readonly width: number
}

/** Stretches without memory, and how far memory may grow into the first of them. */
export function Gaps({ frame, layout, reach, width }: MarkProps & { reach: Reach }) {
  const ram = frame.islands.find((island) => island.name === 'ram')
  const ramEnd = ram ? layout.x(ram.startBytes + ram.bytes) : 0
  const grown = reach.growBytes === null ? 0 : Math.min(width, layout.axis(reach.growBytes))
  const end = layout.x(frame.windowBytes)
  const last = Math.max(end, grown, ...layout.parts.map((part) => part.x1))
  return (
    <g>
      {grown > ramEnd + 2 && (
        <>
          <rect
            x={ramEnd + 0.5}
            y={BLOCK_TOP + 0.5}
            width={grown - ramEnd - 1}
            height={BLOCK - 1}
            className="v-dashed"
          />
          <text x={(ramEnd + grown) / 2} y={MIDDLE} textAnchor="middle" className="v-axis v-label">
            {fitting(grown - ramEnd, text.grow(bytes(reach.growBytes ?? 0)), bytes(reach.growBytes ?? 0))}
          </text>
        </>
      )}
      {layout.parts.map((part) => {
        if (part.island) return null
        const size = bytes(part.to - part.from)
        const words = part.kind === 'gap' ? [text.gap(size), size] : [text.tail(size), size]
        return <Gap key={part.from} x0={Math.max(part.x0, grown)} x1={part.x1} words={words} />
      })}
      <text x={(last + width) / 2} y={MIDDLE} textAnchor="middle" className="v-axis v-quiet">
        {frame.identity === false ? '' : fitting(width - last - 8, text.outside)}
      </text>
    </g>
  )
}

/** Where the window ends: nothing beyond it can be reached. */
export function WindowEnd({ frame, layout, width, narrow }: MarkProps & { narrow: boolean }) {
  const x = Math.min(width - 0.5, Math.round(layout.x(frame.windowBytes)) + 0.5)
  const size = bytes(frame.windowBytes)
  const words = narrow ? text.windowShort(size) : text.window(size, hex(frame.windowBytes))
  const before = x > wide(words) + 8
  return (
    <g>
      <path d={`M0.5,6.5V2.5H${x}`} className="v-edge" />
      <path d={`M${x},1V${BOTTOM + 2}`} className="v-isle-end" />
      <text x={before ? x - 6 : x + 6} y={14} textAnchor={before ? 'end' : 'start'} className="v-axis v-on-cells">
        {words}
      </text>
      {!narrow && (
        <text x={-16} y={11} textAnchor="end" className="v-axis v-label">
          {text.gutter.window}
        </text>
      )}
    </g>
  )
}

/** Each island's name, size and share, as near to its block as its neighbour and the end of the window let it. */
export function Names({ frame, layout, width }: MarkProps) {
  let before = 0
  const end = frame.identity === false ? width : Math.min(width, layout.x(frame.windowBytes))
  /** Where words as near to `x` as can be stand clear of the line, before it rather than behind it; null: nowhere. */
  const clear = (x: number, room: number) => {
    const near = Math.max(before, Math.min(x, width - room))
    if (end >= width || near >= end + LINE_GAP || near + room <= end - LINE_GAP) return near
    const left = end - LINE_GAP - room
    const right = Math.max(before, end + LINE_GAP)
    return left >= before ? left : right + room <= width ? right : null
  }
  const islands = frame.islands.filter((island) => island.bytes > 0).sort((a, b) => a.startBytes - b.startBytes)
  return (
    <g>
      {islands.map((island) => {
        const named = [text.names[island.name], bytes(island.bytes)] as const
        const start = layout.x(island.startBytes)
        let words = text.label(...named, shareOf(island))
        let x = clear(start, wide(words))
        if (x === null) {
          words = text.labelShort(...named)
          x = clear(start, wide(words)) ?? before
        }
        before = x + wide(words) + 12
        // Against the line words end where it is, whatever they really take.
        const ends = Math.abs(x + wide(words) - end + LINE_GAP) < 0.5
        return (
          <text
            key={island.name}
            x={ends ? end - LINE_GAP : x}
            y={BLOCK_TOP - 8}
            textAnchor={ends ? 'end' : 'start'}
            className="v-axis v-on-cells"
          >
            {words}
          </text>
        )
      })}
    </g>
  )
}

/** Addresses below the axis, each with a line to its place. */
export function AxisLabels({ labels, left }: { labels: readonly PlacedLabel[]; left: number | null }) {
  return (
    <g className="v-hex">
      {left !== null && (
        <>
          <text x={left} y={MIDDLE} textAnchor="end" className="v-isle-gutter">
            {text.gutter.memory}
          </text>
          <text x={left} y={BOTTOM + ADDRESS_PITCH + 1} textAnchor="end" className="v-isle-gutter">
            {text.gutter.address}
          </text>
          <text x={left} y={BOTTOM + 2 * ADDRESS_PITCH + 2} textAnchor="end" className="v-isle-gutter v-quiet">
            {text.gutter.scale}
          </text>
        </>
      )}
      {labels.map(({ x, left: from, row, text: words }) => (
        <g key={words}>
          <path
            d={`M${Math.round(x) + (x > 0 ? -0.5 : 0.5)},${BOTTOM + 1}v${3 + row * ADDRESS_PITCH}`}
            className="v-edge"
          />
          <text x={from} y={BOTTOM + (row + 1) * ADDRESS_PITCH + 1} className="v-on-cells">
            {words}
          </text>
        </g>
      ))}
    </g>
  )
}

/** What is moved, where it would lie: its outline, its address or size, and whether the window holds it. */
export function Ghost({ frame, layout, move, width }: MarkProps & { move: Move }) {
  const island = frame.islands.find(({ name }) => name === move.island)
  const own = layout.parts.filter((part) => part.island?.name === move.island)
  if (!island) return null
  const x0 = own[0]?.x0 ?? layout.x(island.startBytes)
  const x1 = own.at(-1)?.x1 ?? x0
  const refused = frame.identity !== false && island.insideBytes < island.bytes
  const words =
    move.startBytes === undefined
      ? island.bytes === 0
        ? text.noFar
        : bytes(island.bytes)
      : text.at(hex(island.startBytes), bytes(island.startBytes))
  const said = refused ? `${words}, ${text.refused}` : words
  const x = Math.max(0, Math.min(x0, width - wide(said) - 12))
  return (
    <g>
      <rect
        x={x0 + 0.75}
        y={BLOCK_TOP + 0.75}
        width={Math.max(2, x1 - x0 - 1.5)}
        height={BLOCK - 1.5}
        className={`v-isle-ghost ${move.startBytes === undefined ? '' : 'v-isle-apart'}`}
      />
      <text x={x} y={BLOCK_TOP - 8} className={`v-callout ${refused ? 'v-fail' : ''}`}>
        {said}
      </text>
    </g>
  )
}
