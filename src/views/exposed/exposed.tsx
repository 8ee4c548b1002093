// The track of the time-line that says how much was unmapped and still reachable, when everything was flushed and when a
// device reached what it should not have.

import { useMemo } from 'react'
import { bytes, bytesParts, count } from '../../lib/format.ts'
import type { Frame } from '../../sim/index.ts'
import { useFigures } from '../../store/context.ts'
import { exposureText as text } from '../../text/radix.ts'
import { Caption } from '../../ui/says.tsx'
import { usePalette } from '../kit/hooks.ts'
import type { Ruler } from '../kit/layout.ts'
import { Track } from '../kit/track.tsx'
import { EXPOSED_HEIGHT, EXPOSED_NARROW, exposedInk, exposedView, fullOf, sumsOf, TICKS } from './exposed.view.ts'

/** What the scale ends with, what is exposed now, flushes and late accesses so far. */
const nowOf = (frame: Frame) => {
  const f = frame.views.timeline
  if (!f?.exposedBytes) return null
  const { flushes, late } = sumsOf(f)
  return [fullOf(f), f.exposedBytes[f.filled - 1] ?? 0, flushes, late]
}

export function Exposed({ ruler }: { ruler: Ruler }) {
  const palette = usePalette()
  const ink = useMemo(() => exposedInk(palette), [palette])
  const [full = 0, now = 0, flushes = 0, late = 0] = useFigures(nowOf) ?? []
  const height = ruler.narrow ? EXPOSED_NARROW : EXPOSED_HEIGHT
  const curve = height - TICKS - 2
  return (
    <Track view={exposedView} ink={ink} ruler={ruler} height={height}>
      <path d={`M0,${curve + 0.5}h${ruler.plot}`} className="v-hair" />
      {ruler.narrow ? (
        <Caption id="timeline.reachable" x={-4} y={curve - 3} textAnchor="end">
          {text.gutter}
        </Caption>
      ) : (
        <g>
          <path d={`M0,0.5h${ruler.plot}`} className="v-dashed" />
          <text x={-12} y={11} textAnchor="end" className="v-num v-quiet">
            {full > 0 ? bytes(full) : ''}
          </text>
          <Caption id="timeline.reachable" x={-12} y={24} textAnchor="end">
            {text.gutter}
          </Caption>
          <Caption id="timeline.flushes" x={-12} y={height} textAnchor="end">
            {late > 0 ? text.lateMarks : text.flushTicks}
          </Caption>
          <text x={ruler.plot + 9} y={23} className="v-num">
            {inUnitOf(full, now)}
          </text>
          <text x={ruler.plot + 9} y={height} className={`v-num ${late > 0 ? 'v-fail' : ''}`}>
            {count(late > 0 ? late : flushes)}
          </text>
        </g>
      )}
    </Track>
  )
}

/** Bytes in the unit of the scale, which the left gutter names. */
function inUnitOf(full: number, value: number): string {
  const [shown] = bytesParts(full)
  const whole = Number(shown.replace(/[^\d.]/g, ''))
  const scaled = full > 0 ? (value * whole) / full : 0
  return whole < 64 && value > 0 ? scaled.toFixed(1) : count(scaled)
}
