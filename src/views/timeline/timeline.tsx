// Bytes and refusals over time: what is mapped, what of it is data, and what the window is; below, refusals.

import { max } from 'd3'
import { useMemo } from 'react'
import { bytes, bytesParts, count, ms } from '../../lib/format.ts'
import type { Frame, TimelineFrame } from '../../sim/index.ts'
import { useFigures, useFrame } from '../../store/context.ts'
import { timelineText as text } from '../../text/history.ts'
import { viewText } from '../../text/views.ts'
import { Caption } from '../../ui/says.tsx'
import { usePalette } from '../kit/hooks.ts'
import type { Ruler } from '../kit/layout.ts'
import { linear } from '../kit/scales.ts'
import { columnAt, columnPixels, columnRect, paintDots, type TimeInk, timeInk } from '../kit/time.ts'
import { Track } from '../kit/track.tsx'
import { type HeatmapView, type Pixels, type TableTwin, TWIN_ROWS } from '../view.ts'

/** css px: bytes, a gap, refusals. */
const BYTES_HEIGHT = 28
const REFUSED_TOP = 33
const TIMELINE_HEIGHT = 49
/** Where there is room for one track only, it is the refusals. */
const ONE_HEIGHT = 16

function last(frame: TimelineFrame): number {
  return Math.max(0, frame.filled - 1)
}

/** Device pixels of a curve over the first `end` of them, `height` high; at the top a value is that of the full scale. */
interface Curve {
  readonly frame: TimelineFrame
  readonly height: number
  readonly end: number
  readonly thick: number
}

/** A filled curve from the bottom, or a line alone when `area` is null. */
function paintCurve(
  out: Pixels,
  { frame, height, end, thick }: Curve,
  values: Float64Array,
  line: number,
  area: number | null,
): void {
  let before = -1
  const { shown } = columnPixels(out.width, frame.columns)
  // What the loop takes of its scale: calling it for each column costs as much again as all the rest of the picture.
  const lines = linear(frame.fullBytes, height - thick, 0)
  const [bottom, [, most = 1]] = [lines(0), lines.domain()]
  let column = -1
  let y = 0
  for (let x = 0; x < end; x++) {
    if (shown[x] !== column) {
      column = shown[x]!
      y = Math.round(bottom * (1 - Math.min(1, values[column]! / most)))
    }
    const from = before < 0 ? y : Math.min(y, before)
    const to = before < 0 ? y : Math.max(y, before)
    before = y
    if (area !== null) for (let j = y; j < height; j++) out.data[j * out.width + x] = area
    for (let j = from; j < Math.min(height, to + thick); j++) out.data[j * out.width + x] = line
  }
}

export const timelineView: HeatmapView<'timeline', TimeInk> = {
  id: 'timeline',
  title: text.title,
  probe: 'timeline',
  paint(frame, ink, box, out) {
    const px = (css: number) => Math.round(css * box.dpr)
    const { starts } = columnPixels(out.width, frame.columns)
    const end = starts[frame.filled]!
    const thick = Math.max(1, Math.round(1.5 * box.dpr))
    const height = box.height < TIMELINE_HEIGHT ? 0 : px(BYTES_HEIGHT)
    if (height > 0) {
      const curve = { frame, height, end, thick }
      paintCurve(out, curve, frame.mappedBytes, ink.mapped, ink.area)
      paintCurve(out, curve, frame.usefulBytes, ink.useful, null)
    }
    const bottom = out.height - 1
    const room = out.height - (height > 0 ? px(REFUSED_TOP) : 0) - 1
    const bars = linear(max(frame.refused.subarray(0, frame.filled)) ?? 0, 0, room)
    for (let c = 0; c < frame.filled; c++) {
      const refused = frame.refused[c]!
      if (refused === 0) continue
      // A single one must be seen beside hundreds.
      const bar = Math.max(px(3), Math.round(bars(refused)))
      for (let y = bottom - bar; y < bottom; y++)
        out.data.fill(ink.failed, y * out.width + starts[c]!, y * out.width + starts[c + 1]!)
    }
    paintDots(out, end, 0, height, ink.dot, box.dpr)
  },
  grid: (frame) => ({ columns: frame.columns, rows: 1 }),
  hitTest: (frame, x, y, box) => columnAt(x, y, box, frame.columns),
  cellRect: (frame, cell, box) => columnRect(cell, frame.columns, box),
  cellText(frame, c) {
    if (c >= frame.filled) return ''
    return [
      `${ms((c + 1) * frame.columnNs)} ${viewText.time.unit}`,
      `${bytes(frame.mappedBytes[c]!)} ${text.mapped}`,
      `${bytes(frame.usefulBytes[c]!)} ${text.useful}`,
      `${count(frame.refused[c]!)} ${text.refused}`,
    ].join(', ')
  },
  describe(frame) {
    const at = last(frame)
    let refused = 0
    for (let c = 0; c < frame.filled; c++) refused += frame.refused[c]!
    if (frame.windowBytes === 0) return text.describeNone(count(refused))
    return text.describe(
      bytes(frame.mappedBytes[at] ?? 0),
      bytes(frame.windowBytes),
      bytes(frame.usefulBytes[at] ?? 0),
      count(refused),
    )
  },
  table,
}

function table(frame: TimelineFrame): TableTwin {
  const stride = Math.max(1, Math.ceil(frame.filled / TWIN_ROWS))
  const rows: string[][] = []
  let refused = 0
  let missed = 0
  for (let c = 0; c < frame.filled; c++) {
    refused += frame.refused[c]!
    missed += frame.missed[c]!
    if ((c + 1) % stride !== 0 && c !== frame.filled - 1) continue
    rows.push([
      ms((c + 1) * frame.columnNs),
      bytes(frame.mappedBytes[c]!),
      bytes(frame.usefulBytes[c]!),
      count(refused),
      count(missed),
    ])
    refused = 0
    missed = 0
  }
  return { columns: text.columns, rows, total: rows.length }
}

const nowOf = (frame: Frame) => {
  const f = frame.views.timeline
  if (!f) return null
  const of = frame.filtered?.time
  if (of) return [f.fullBytes, of.meanMappedBytes, of.meanUsefulBytes]
  return [f.fullBytes, f.mappedBytes[last(f)] ?? 0, f.usefulBytes[last(f)] ?? 0]
}
/** Of all tables since the start, as the bars are. */
const refusedOf = (frame: Frame) =>
  frame.filtered?.time?.refused ?? frame.views.timeline?.refused.reduce((sum, n) => sum + n, 0) ?? 0

interface TimelineProps {
  readonly ruler: Ruler
  readonly bytes: boolean
  /** Nothing above it is the keyboard's way to the captions. */
  readonly first: boolean
}

export function Timeline({ ruler, bytes: withBytes, first }: TimelineProps) {
  const palette = usePalette()
  const ink = useMemo(() => timeInk(palette), [palette])
  const [limit = 0, mapped = 0, useful = 0] = useFigures(nowOf) ?? []
  const refused = useFrame(refusedOf) ?? 0
  const height = withBytes ? TIMELINE_HEIGHT : ONE_HEIGHT
  return (
    <Track view={timelineView} ink={ink} ruler={ruler} height={height}>
      <path d={`M0,${height - 0.5}h${ruler.plot}`} className="v-hair" />
      <Caption id="timeline.refused" x={-12} y={height - 4} textAnchor="end" first={first}>
        {text.refused}
      </Caption>
      {withBytes && (
        <g>
          <path d={`M0,0.5h${ruler.plot}`} className="v-dashed" />
          <path d={`M0,${BYTES_HEIGHT + 0.5}h${ruler.plot}`} className="v-hair" />
          <text x={-12} y={11} textAnchor="end" className="v-num v-quiet">
            {limit > 0 ? text.limit(bytes(limit)) : ''}
          </text>
          <Caption id="timeline.mapped" x={-12} y={24} textAnchor="end">
            {text.mapped}
          </Caption>
          <Now x={ruler.plot + 9} y={11} bytes={mapped} limit={limit} />
          <Now x={ruler.plot + 9} y={27} bytes={useful} limit={limit} />
        </g>
      )}
      {!ruler.narrow && (
        <text x={ruler.plot + 9} y={height - 4} className={`v-num ${refused > 0 ? 'v-fail' : 'v-quiet'}`}>
          {count(refused)}
        </text>
      )}
    </Track>
  )
}

/** A value in the unit of the limit, which the left gutter names. */
function Now({ x, y, bytes: value, limit }: { x: number; y: number; bytes: number; limit: number }) {
  const [shown, unit] = bytesParts(limit)
  const whole = Number(shown.replace(/[^\d.]/g, ''))
  const scale = limit > 0 ? whole / limit : 0
  return (
    <text x={x} y={y} className="v-num">
      {(value * scale).toFixed(whole < 8 ? 3 : whole < 64 ? 2 : 1)}
      <title>{unit}</title>
    </text>
  )
}
