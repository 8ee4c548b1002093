// The IOVA map with its gutters: on the left the addresses, the regions and where each will search next, on the
// right the table pages and how many of their TCEs are set.

import { range } from 'd3'
import { useCallback, useMemo, useRef } from 'react'
import { count, percent } from '../../lib/format.ts'
import { addressAt, addressBehind, type Frame, type IovaSpaceFrame } from '../../sim/index.ts'
import { useApp, useFigures, useFrame, useLab } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { viewText } from '../../text/views.ts'
import { Caption } from '../../ui/says.tsx'
import {
  AddressAxis,
  type AddressTick,
  Break,
  GutterShare,
  gutterAddress,
  gutterBase,
  gutterEnd,
  RegionBars,
  type RegionMark,
} from '../kit/axis.tsx'
import { brushCells, brushMode } from '../kit/brush.ts'
import { cellInk } from '../kit/cells.ts'
import { useGestures } from '../kit/gestures.ts'
import { Heatmap } from '../kit/heatmap.tsx'
import { useDpr, usePalette, useWidth } from '../kit/hooks.ts'
import { type Ruler, rulerOf } from '../kit/layout.ts'
import { cpuColour, pack } from '../kit/palette.ts'
import {
  cellOfEntry,
  entriesPerRow,
  entryOfCell,
  entryScale,
  folded,
  hasBreak,
  hasBreakAfter,
  rowLayout,
  rowTop,
} from '../kit/rows.ts'
import { behind, type Linear, linear, stepFor } from '../kit/scales.ts'
import { useTwin } from '../kit/twin.tsx'
import { MapBrush } from '../later.ts'
import type { Box } from '../view.ts'
import {
  breakAfterText,
  breakText,
  classColours,
  entriesName,
  hasSpace,
  iovaSpaceView,
  mappedIn,
  shownCell,
} from './iova-space.view.ts'
import { panBy, zoomBy } from './map-zoom.ts'
import '../views.css'

const text = viewText.map

const frameOf = (frame: Frame) => {
  const map = frame.views['iova-space']
  return map ? folded(map) : null
}

/** Everything of a frame that the gutters depend on, save hints and counts. */
const sameShape = sameBy((f: IovaSpaceFrame) => [
  [f.columns, f.rows, f.entriesPerCell, f.pageShift, f.size, f.offset, f.gapAfter, f.apartAfter],
  f.segments.map((s) => [s.row, s.rows, s.firstEntry, s.gapBefore, s.apart]),
  f.regions.map((r) => [r.name, r.start, r.end]),
])

const hintsOf = (frame: Frame) => frame.views['iova-space']?.regions.map((r) => r.hint)
const cpusOf = (frame: Frame) => frame.views.timeline?.cpus ?? 8
const revisionOf = (frame: Frame) => frame.revision

/** Height of the map when the page does not say otherwise, css px. */
export const MAP_HEIGHT = 352

export function IovaSpace({ height = MAP_HEIGHT }: { height?: number }) {
  const root = useRef<HTMLDivElement>(null)
  const surface = useRef<HTMLDivElement>(null)
  const lab = useLab()
  const columns = useApp((s) => s.mapColumns)
  const selected = useApp((s) => s.view.selected)
  const hovered = useApp((s) => s.hovered)
  const colourBy = useApp((s) => s.view.colourBy)
  const isolated = useApp((s) => s.isolated)
  const off = useApp((s) => s.view.off)
  const palette = usePalette()
  const dpr = useDpr()
  const ruler = rulerOf(useWidth(root), columns)
  const cpus = useFrame(cpusOf) ?? 8
  const shape = useFrame(frameOf, sameShape)
  const space = useFrame(hasSpace) ?? true
  const [twin] = useTwin(iovaSpaceView.id)
  const ink = useMemo(
    () =>
      cellInk(
        palette,
        isolated,
        classColours(palette, colourBy, cpus, isolated, off),
        off,
        Uint32Array.from({ length: 256 }, (_, cpu) => pack(cpuColour(palette, cpu, cpus))),
      ),
    [palette, isolated, off, colourBy, cpus],
  )
  const box = useMemo(() => ({ width: ruler.plot, height, dpr }), [ruler.plot, height, dpr])

  const entryAt = useCallback(
    (cell: number | null) => {
      const frame = lab.frames.latest()?.views['iova-space']
      return cell === null || !frame ? null : entryOfCell(frame, cell)
    },
    [lab],
  )
  useGestures(
    surface,
    {
      onStep(steps, x, y) {
        const frame = lab.frames.latest()?.views['iova-space']
        if (frame) zoomBy(lab, steps, entryAt(iovaSpaceView.hitTest(frame, x, y, box)))
      },
      onDrag(dy) {
        const frame = lab.frames.latest()?.views['iova-space']
        if (!frame) return false
        const rows = Math.trunc(-dy / (rowLayout(folded(frame), box).cellHeight / dpr))
        if (rows !== 0) panBy(lab, rows)
        return rows !== 0
      },
      canDrag: () => lab.getState().view.count > 0 && !brushMode(),
    },
    shape !== null && space && !twin && ruler.width > 0,
  )

  return (
    <div ref={root} className="v-view" style={{ height }}>
      {ruler.width > 0 && space && (
        <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
          <Heatmap
            view={iovaSpaceView}
            ink={ink}
            width={ruler.plot}
            height={height}
            surface={surface}
            selected={shape && shownCell(shape, selected)}
            cursor={shape && shownCell(shape, hovered)}
            onHover={(cell) => lab.actions.hover(entryAt(cell))}
            onPick={(cell) => lab.actions.select(entryAt(cell))}
            onExtend={(from, to) => brushCells(lab, entryAt(from) ?? 0, entryAt(to) ?? 0)}
            onZoom={(key, cell) =>
              key === '0'
                ? lab.actions.setView({ first: 0, count: 0 })
                : zoomBy(lab, key === '+' ? 1 : -1, entryAt(cell))
            }
          >
            {shape && <Gutters shape={shape} box={box} ruler={ruler} />}
          </Heatmap>
          {shape && !twin && <MapBrush shape={shape} box={box} ruler={ruler} surface={surface} />}
          {shape && !twin && <Rebuilt />}
        </div>
      )}
    </div>
  )
}

/** One outline around the map when a setting rebuilt what is in it. */
function Rebuilt() {
  const revision = useFrame(revisionOf)
  const first = useRef(revision)
  return revision === first.current ? null : <div key={revision} className="v-rebuilt" />
}

interface GutterProps {
  readonly shape: IovaSpaceFrame
  readonly box: Box
  readonly ruler: Ruler
}

function Gutters({ shape, box, ruler }: GutterProps) {
  useFigures(hintsOf)
  const lab = useLab()
  const zoomed = useApp((s) => s.view.count > 0)
  const regions = lab.frames.read()?.views['iova-space']?.regions ?? shape.regions
  const scale = entryScale(shape, box)
  const ticks = addressTicks(shape, box, scale, ruler.narrow)
  const bars = regionMarks(shape, regions, box, scale, ruler.narrow ? [] : ticks.map(({ at }) => scale(at)))
  const limits = bars.slice(1).map((bar) => bar.top)
  const end = rowTop(shape, box, shape.rows)
  const breakHeight = rowLayout(shape, box).breakHeight / box.dpr
  const base = gutterBase(addressAt(shape, 0))
  return (
    <>
      {/* When zoomed, the minimap stands there. */}
      {base && !ruler.narrow && !zoomed && (
        <Caption id="map.base" x={-20} y={-7} textAnchor="end">
          {text.base(base)}
        </Caption>
      )}
      <AddressAxis scale={scale} ticks={ticks} narrow={ruler.narrow} />
      <RegionBars marks={bars} />
      {limits.map((y) => (
        <path key={y} d={`M0,${Math.round(y) - 0.5}h${box.width}`} className="v-limit" />
      ))}
      {shape.segments.map(
        (s) =>
          hasBreak(s) && (
            <Break
              key={s.row}
              y={rowTop(shape, box, s.row) - breakHeight}
              height={breakHeight}
              width={box.width}
              text={breakText(s, shape.pageShift)}
            />
          ),
      )}
      {hasBreakAfter(shape) && (
        <Break y={end} height={breakHeight} width={box.width} text={breakAfterText(shape, ruler.narrow)} />
      )}
      {!ruler.narrow && <PageCounts shape={shape} box={box} />}
    </>
  )
}

/** The least distance of two addresses, css px. */
const LABEL_PITCH = 14

function addressTicks(shape: IovaSpaceFrame, box: Box, scale: Linear, narrow: boolean): readonly AddressTick[] {
  const pitch = rowLayout(shape, box).cellHeight / box.dpr
  const step = (pitch >= 22 ? 1 : stepFor(pitch, 4, 22)) * entriesPerRow(shape)
  const ticks: AddressTick[] = []
  const beforeLast = (at: number) => scale(at) - scale(ticks.at(-1)!.at) < LABEL_PITCH
  for (const s of shape.segments)
    for (const at of range(s.firstEntry, s.firstEntry + s.rows * entriesPerRow(shape), step)) {
      const text = gutterAddress(addressAt(shape, at), narrow)
      if (ticks.length === 0 || !beforeLast(at)) ticks.push({ at, text, quiet: ticks.length % 2 === 1 })
    }
  const end = scale.domain().at(-1)!
  while (ticks.length > 1 && beforeLast(end)) ticks.pop()
  const text = gutterEnd(addressBehind(shape, Math.min(end, shape.size)), narrow)
  return [...ticks, { at: end, text, quiet: false }]
}

/** y of an entry's row, or of the nearest end of the picture; of one that is left out, where the next row is. */
function rowY(shape: IovaSpaceFrame, scale: Linear, entry: number): number {
  const ends = scale.domain()
  const piece = behind(ends, entry)
  if (piece < 0) return 0
  // Runs of rows and what is left out between them take turns.
  if (piece % 2 === 1) return scale(ends[Math.min(piece + 1, ends.length - 1)]!)
  return scale(entry - ((entry - ends[piece]!) % entriesPerRow(shape)))
}

function regionMarks(
  shape: IovaSpaceFrame,
  regions: IovaSpaceFrame['regions'],
  box: Box,
  scale: Linear,
  axis: readonly number[],
): RegionMark[] {
  const half = rowLayout(shape, box).cellHeight / box.dpr / 2
  return regions.flatMap((region) => {
    const top = rowY(shape, scale, region.start)
    const end = region.end >= shape.size ? scale.range().at(-1)! : rowY(shape, scale, region.end)
    if (end <= top) return []
    const hint = cellOfEntry(shape, region.hint) === null ? null : rowY(shape, scale, region.hint) + half
    return [{ name: region.name, top, bottom: end, hint, nameY: nameY(top, end, axis) }]
  })
}

/** Between two address labels, as near to the region's middle as there is room. */
function nameY(top: number, bottom: number, axis: readonly number[]): number | null {
  const middle = (top + bottom) / 2
  let best: number | null = null
  for (let i = 1; i < axis.length; i++) {
    const y = (axis[i - 1]! + axis[i]!) / 2
    if (y < top || y > bottom || axis[i]! - axis[i - 1]! < 26) continue
    if (best === null || Math.abs(y - middle) < Math.abs(best - middle)) best = y
  }
  return best
}

/** Rows that stand for one figure in the right gutter: a table page where one fills rows, else a few rows. */
function groupRows(shape: IovaSpaceFrame, pitch: number): number {
  const page = 512 / entriesPerRow(shape)
  return stepFor(pitch, page >= 1 ? page : 1, 16)
}

function countsOf(frame: Frame): readonly number[] | null {
  const map = frameOf(frame)
  // The cells of a picture that newer ones have followed are given back.
  if (!map || map.used.length === 0) return null
  const counts = new Array<number>(map.rows).fill(0)
  for (let row = 0; row < map.rows; row++)
    for (let c = 0; c < map.columns; c++) counts[row]! += mappedIn(map, row * map.columns + c)
  return counts
}

function Level({ x, y, height, share }: { x: number; y: number; height: number; share: number }) {
  const level = linear(1, y + height, y)
  return <rect x={x} y={level(share)} width={10} height={y + height - level(share)} className="v-mapped" />
}

function PageCounts({ shape, box }: { shape: IovaSpaceFrame; box: Box }) {
  const rows = useFigures(countsOf)
  const pitch = rowLayout(shape, box).cellHeight / box.dpr
  const group = groupRows(shape, pitch)
  if (rows?.length !== shape.rows) return null
  const groups = []
  for (const s of shape.segments)
    for (let row = 0; row < s.rows; row += group) {
      const height = Math.min(group, s.rows - row)
      const first = s.firstEntry + row * entriesPerRow(shape)
      const entries = Math.min(height * entriesPerRow(shape), shape.size - first)
      const mapped = rows.slice(s.row + row, s.row + row + height).reduce((a, b) => a + b, 0)
      const y = rowTop(shape, box, s.row + row)
      groups.push({ y, height: height * pitch - 2, mapped, share: entries > 0 ? mapped / entries : 0 })
    }
  const x = box.width + 8
  return (
    <g>
      <Caption id="map.used" x={x} y={-7}>
        {entriesName(shape)}
      </Caption>
      {groups.map(({ y, height, mapped, share }) => (
        <g key={y}>
          <rect x={x} y={y} width={10} height={height} className="v-free" />
          <Level x={x} y={y} height={height} share={share} />
          {height >= 10 && (
            <text x={x + 14} y={y + height / 2 + 4} className={`v-num ${share === 1 || share === 0 ? 'v-quiet' : ''}`}>
              {mapped < 10000 ? count(mapped) : <GutterShare text={percent(share)} short />}
            </text>
          )}
        </g>
      ))}
    </g>
  )
}
