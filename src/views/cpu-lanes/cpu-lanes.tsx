// Waiting for the lock, CPU × time: one lane per CPU, brighter where it stood in the queue.

import { useMemo } from 'react'
import { ms, percent } from '../../lib/format.ts'
import type { Frame, TimelineFrame } from '../../sim/index.ts'
import { useFigures, useFrame } from '../../store/context.ts'
import { lanesText as text } from '../../text/history.ts'
import { Caption, Says } from '../../ui/says.tsx'
import { Title } from '../kit/dock-head.tsx'
import { usePalette } from '../kit/hooks.ts'
import type { Ruler } from '../kit/layout.ts'
import { cpuColour } from '../kit/palette.ts'
import { RampKey } from '../kit/ramp.tsx'
import { bands, cells, edgesOf, gridCellIn, gridRectOf, stepFor, widthOfCells } from '../kit/scales.ts'
import { columnPixels, LANES_HEIGHT, lanePitch, paintDots, type TimeInk, timeInk } from '../kit/time.ts'
import { Track } from '../kit/track.tsx'
import { TwinButton } from '../kit/twin.tsx'
import type { Box, HeatmapView } from '../view.ts'

/** Share of the time up to now that a CPU waited, 0 … 1. */
function waitedSoFar(frame: TimelineFrame, cpu: number): number {
  let sum = 0
  for (let c = 0; c < frame.filled; c++) sum += frame.lockWait[c * frame.cpus + cpu]!
  return frame.filled === 0 ? 0 : sum / 255 / frame.filled
}

/** Columns across and CPUs down. */
const scalesOf = (frame: TimelineFrame, box: Box) =>
  [cells(frame.columns, box.width), cells(frame.cpus, box.height)] as const

export const cpuLanesView: HeatmapView<'timeline', TimeInk> = {
  id: 'cpu-lanes',
  title: text.title,
  probe: 'timeline',
  paint(frame, ink, box, out) {
    const { columns, cpus, lockWait } = frame
    const { starts } = columnPixels(out.width, columns)
    const end = starts[frame.filled]!
    const lanes = cells(cpus, out.height)
    const edges = edgesOf(lanes)
    const gap = widthOfCells(lanes) >= 3 ? 1 : 0
    for (let cpu = 0; cpu < cpus; cpu++) {
      const top = edges[cpu]!
      const bottom = Math.max(top + 1, edges[cpu + 1]! - gap)
      const line = top * out.width
      for (let c = 0; c < frame.filled; c++) {
        const pixel = ink.waiting[lockWait[c * cpus + cpu]!]! | 0
        for (let x = starts[c]!; x < starts[c + 1]!; x++) out.data[line + x] = pixel
      }
      for (let y = top + 1; y < bottom; y++) out.data.copyWithin(y * out.width, line, line + end)
    }
    paintDots(out, end, 0, out.height, ink.dot, box.dpr)
  },
  grid: (frame) => ({ columns: frame.columns, rows: frame.cpus }),
  hitTest: (frame, x, y, box) => gridCellIn(...scalesOf(frame, box), x, y),
  cellRect(frame, cell, box) {
    const at = gridRectOf(...scalesOf(frame, box), cell)
    return { ...at, width: Math.max(2, at.width), height: at.height - 1 }
  },
  cellText(frame, cell) {
    const column = cell % frame.columns
    const cpu = Math.floor(cell / frame.columns)
    if (column >= frame.filled) return ''
    const share = frame.lockWait[column * frame.cpus + cpu]! / 255
    return text.cell(cpu, ms((column + 1) * frame.columnNs), percent(share))
  },
  describe(frame) {
    let worst = 0
    for (let cpu = 1; cpu < frame.cpus; cpu++) if (frame.lockWaitNow[cpu]! > frame.lockWaitNow[worst]!) worst = cpu
    return text.describe(frame.cpus, String(worst), percent(frame.lockWaitNow[worst] ?? 0))
  },
  table(frame) {
    const rows = Array.from({ length: frame.cpus }, (_, cpu) => [
      `${text.cpu} ${cpu}`,
      percent(frame.lockWaitNow[cpu] ?? 0),
      percent(waitedSoFar(frame, cpu)),
    ])
    return { columns: text.columns, rows, total: rows.length }
  },
}

const cpusOf = (frame: Frame) => frame.views.timeline?.cpus ?? 0
const waitsOf = (frame: Frame) => {
  const f = frame.views.timeline
  return f && Array.from(f.lockWaitNow.subarray(0, f.cpus), (share) => Math.round(share * 100))
}

function CpuLanesHead({ ruler }: { ruler: Ruler }) {
  const palette = usePalette()
  return (
    <div
      className="v-head v-head-small"
      style={{ paddingLeft: ruler.narrow ? 16 : ruler.left, paddingRight: ruler.narrow ? 16 : ruler.right }}
    >
      <Title id="lanes" title={text.title} />
      <span className="v-grow" />
      {!ruler.narrow && (
        <Says id="lanes.ramp" className="v-ramp v-quiet">
          0 <RampKey ramp={palette.waiting} /> {text.rampMost} {text.ramp}
        </Says>
      )}
      <TwinButton id={cpuLanesView.id} title={text.title} />
      {!ruler.narrow && (
        <Says id="lanes.wait" className="v-gutter-head">
          {text.wait}
        </Says>
      )}
    </div>
  )
}

/** Head and lanes. */
export function CpuLanes({ ruler }: { ruler: Ruler }) {
  return (
    <>
      <CpuLanesHead ruler={ruler} />
      <Lanes ruler={ruler} />
    </>
  )
}

function Lanes({ ruler }: { ruler: Ruler }) {
  const palette = usePalette()
  const ink = useMemo(() => timeInk(palette), [palette])
  const cpus = useFrame(cpusOf) ?? 0
  const pitch = lanePitch(cpus)
  const height = pitch * cpus
  const y = bands(cpus, pitch, 1)
  const waits = useFigures(waitsOf) ?? []
  // A number needs 10 px; where lanes are closer, every second or fourth carries one.
  const every = stepFor(pitch, 1, 9)
  if (cpus === 0) return <div style={{ height: LANES_HEIGHT }} />
  return (
    <Track view={cpuLanesView} ink={ink} ruler={ruler} height={height}>
      {cpus > 1 && (
        <Caption id="lanes.cpu" x={-36} y={height / 2 + 4} textAnchor="end">
          {text.cpu}
        </Caption>
      )}
      {Array.from({ length: cpus }, (_, cpu) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the index is the CPU
        <g key={cpu}>
          <rect x={-10} y={y(cpu)} width={4} height={Math.max(1, y.bandwidth())} fill={cpuColour(palette, cpu, cpus)} />
          {cpu % every === 0 && (
            <>
              <text x={-15} y={y(cpu)! + 8} textAnchor="end" className="v-num v-label v-lane">
                {cpu}
              </text>
              {!ruler.narrow && (
                <text x={ruler.plot + 41} y={y(cpu)! + 8} textAnchor="end" className="v-num v-label v-lane">
                  {waits[cpu]}
                </text>
              )}
            </>
          )}
        </g>
      ))}
    </Track>
  )
}
