// The regions with their figures: a lane each, and beside it what is mapped, free, in one piece, spilled in, and
// how often its lock had to be waited for; before it, whose requests begin there.

import { scaleBand } from 'd3'
import { useMemo, useRef } from 'react'
import { bytes, count } from '../../lib/format.ts'
import type { Frame, RegionsFrame } from '../../sim/index.ts'
import { useApp, useFigures, useFrame, useLab } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { regionsText as text } from '../../text/dock.ts'
import { MOST_NAME, shortRegion } from '../kit/axis.tsx'
import { DockHead, FigureRow, type Figures, figuresWidth } from '../kit/dock-head.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { cpuColour, type Palette } from '../kit/palette.ts'
import { bands, linearFrom } from '../kit/scales.ts'
import { listedNote } from '../listed.ts'
import { entryOfSlice, regionPitch, regionsInk, regionsView } from './regions.view.ts'
import '../views.css'

const frameOf = (frame: Frame) => frame.views.regions ?? null
const sameShape = sameBy((f: RegionsFrame) => [
  [f.cpus, f.pageShift, f.size],
  f.regions.map((r) => [r.name, r.start, r.end, r.homeOf]),
])
const figuresOf = (frame: Frame) =>
  frame.views.regions?.regions.map((r) => [r.mapped, r.free, r.largestRun, r.spillsIn, r.lockContended, r.hint])

/** Widths of the figures' columns beside the lanes, css px. */
const FIGURES: Figures = {
  heads: text.heads,
  says: ['regions.home', 'regions.mapped', 'regions.free', 'regions.run', 'regions.spills', 'regions.waits'],
  widths: [62, 58, 58, 72, 62, 68],
}

export function Regions() {
  const root = useRef<HTMLElement>(null)
  const lab = useLab()
  const palette = usePalette()
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const shape = useFrame(frameOf, sameShape)
  const rows = useFigures(figuresOf) ?? []
  const ink = useMemo(() => regionsInk(palette, shape?.cpus ?? 1), [palette, shape?.cpus])
  if (!shape) return <section ref={root} className="v-dock" />
  const beside = figuresWidth(ruler, FIGURES)
  // A whole number of pixels per slice.
  const width = Math.max(1, Math.floor((ruler.plot - beside) / shape.slices)) * shape.slices
  const pitch = regionPitch(shape.regions.length)
  const height = pitch * shape.regions.length
  const lanes = bands(shape.regions.length, pitch)
  return (
    <section ref={root} className="v-dock">
      <DockHead
        id="regions"
        title={text.title}
        ruler={ruler}
        sub={[text.subShort, listedNote(shape)].filter(Boolean).join(' · ')}
        figures={FIGURES}
      />
      {ruler.width > 0 && (
        <div className="v-view" style={{ height }}>
          <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
            <Heatmap
              view={regionsView}
              ink={ink}
              width={width}
              height={height}
              tip
              onPick={(cell) => {
                const frame = lab.frames.latest()?.views.regions
                if (frame) lab.actions.select(entryOfSlice(frame, cell))
              }}
            >
              {shape.regions.map((region, r) => {
                const [mapped = 0, free = 0, run = 0, spills = 0, waits = 0, hint = 0] = rows[r] ?? []
                const y = lanes(r)!
                const mid = y + pitch / 2 + 3
                const hintX = linearFrom(region.start, region.end, 0, width)(hint)
                const figures = [text.homes(region.homeOf), mapped, free, run, spills, waits]
                return (
                  <g key={region.name}>
                    <text x={-16} y={mid} textAnchor="end" className="v-axis v-label">
                      {ruler.narrow && region.name.length > MOST_NAME ? shortRegion(region.name) : region.name}
                      <title>{bytes((region.end - region.start) * 2 ** shape.pageShift)}</title>
                    </text>
                    <Homes homes={region.homeOf} y={y} height={pitch - 2} cpus={shape.cpus} palette={palette} />
                    {hint >= region.start && hint <= region.end && (
                      <path d={`M${hintX - 4},${y - 3}h8l-4,6z`} className="v-hint v-hint-on" />
                    )}
                    {!ruler.narrow && (
                      <FigureRow
                        figures={FIGURES}
                        values={figures.map((n) => (typeof n === 'number' ? count(n) : n))}
                        right={ruler.plot}
                        y={mid}
                        tone={(i) => (figures[i] === 0 || i === 0 ? 'v-quiet' : '')}
                      />
                    )}
                    <text
                      x={ruler.narrow ? width : ruler.plot + 9}
                      y={mid}
                      className="v-num v-label"
                      textAnchor={ruler.narrow ? 'end' : 'start'}
                    >
                      {ruler.narrow ? '' : `${Math.floor((100 * mapped) / Math.max(1, mapped + free))} %`}
                    </text>
                  </g>
                )
              })}
            </Heatmap>
          </div>
        </div>
      )}
    </section>
  )
}

/** The CPUs whose requests begin in a region: a stripe of their colours on the lane's edge. */
function Homes(props: { homes: readonly number[]; y: number; height: number; cpus: number; palette: Palette }) {
  const { homes, y, height, cpus, palette } = props
  const stripe = scaleBand(homes, [y, y + height])
  return (
    <g>
      <title>{`${text.home} ${homes.join(', ')}`}</title>
      {homes.map((cpu) => (
        <rect
          key={cpu}
          x={-10}
          y={stripe(cpu)}
          width={4}
          height={stripe.bandwidth()}
          fill={cpuColour(palette, cpu, cpus)}
        />
      ))}
    </g>
  )
}
