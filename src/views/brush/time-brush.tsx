// A range of time over all pictures of history: a drag over any of them begins it, a double click ends it. It snaps to
// the columns that the history is kept in, so that what is written is what is counted.

import { type RefObject, useEffect } from 'react'
import { ms } from '../../lib/format.ts'
import type { Frame } from '../../sim/index.ts'
import { useApp, useFigures, useLab } from '../../store/context.ts'
import { brushText as text } from '../../text/brush.ts'
import { brushColumns, setBrush } from '../kit/brush.ts'
import type { Ruler } from '../kit/layout.ts'
import { cells, linear } from '../kit/scales.ts'
import { ordered, useDrag } from './drag.ts'
import { Handle } from './handle.tsx'
import './brush.css'

const shapeOf = (frame: Frame) => {
  const f = frame.views.timeline
  return f && { horizonNs: f.horizonNs, columnNs: f.columnNs }
}

/** `area` is what the pictures stand in; x = 0 of the plot is at `ruler.left`. */
export function TimeBrush({ ruler, area }: { ruler: Ruler; area: RefObject<HTMLElement | null> }) {
  const lab = useLab()
  const time = useApp((s) => s.view.brush?.time ?? null)
  const { horizonNs, columnNs } = useFigures(shapeOf) ?? { horizonNs: 0, columnNs: 0 }
  const last = columnNs > 0 ? Math.round(horizonNs / columnNs) - 1 : 0

  const across = cells(last + 1, ruler.plot)

  /** Column under the pointer, the nearest one outside the plot. */
  const columnAt = (event: PointerEvent) => {
    const left = (area.current?.getBoundingClientRect().left ?? 0) + ruler.left
    return across(event.clientX - left)
  }
  const inPlot = (event: MouseEvent) => {
    const x = event.clientX - (area.current?.getBoundingClientRect().left ?? 0) - ruler.left
    return x >= 0 && x <= ruler.plot && event.target instanceof Element && !event.target.closest('.v-twin, .v-head')
  }
  useDrag(
    area,
    {
      press: (event) => (inPlot(event) ? columnAt(event) : null),
      move: (event, from) => brushColumns(lab, from, columnAt(event)),
    },
    horizonNs > 0,
  )

  const set = time !== null
  useEffect(() => {
    const element = area.current
    if (!element || !set) return
    const clear = (event: MouseEvent) => {
      if (event.target instanceof Element && event.target.closest('.v-map')) setBrush(lab, { time: null })
    }
    element.addEventListener('dblclick', clear)
    return () => element.removeEventListener('dblclick', clear)
  }, [area, lab, set])

  if (!time || horizonNs === 0) return null
  const x = linear(horizonNs, ruler.left, ruler.left + ruler.plot)
  const columns = [Math.round(time.fromNs / columnNs), Math.round(time.toNs / columnNs)] as const
  const move = (from: number, to: number) => {
    const [a, b] = ordered(from, to)
    brushColumns(lab, a, Math.max(a, b - 1))
  }
  const shared = {
    className: 'v-handle-time',
    min: 0,
    max: last + 1,
    step: Math.max(1, Math.round((last + 1) / 100)),
    shiftStep: 1,
    at: (event: PointerEvent) => columnAt(event),
    onClear: () => setBrush(lab, { time: null }),
  }
  return (
    <div className="v-brush-time" data-testid="brush-time-range">
      <div className="v-dim" style={{ left: ruler.left, width: x(time.fromNs) - ruler.left }} />
      <div className="v-dim" style={{ left: x(time.toNs), width: ruler.left + ruler.plot - x(time.toNs) }} />
      <Handle
        {...shared}
        label={text.from(text.time)}
        value={columns[0]}
        text={text.at(ms(time.fromNs))}
        style={{ left: x(time.fromNs) }}
        onMove={(to) => move(Math.min(to, columns[1] - 1), columns[1])}
      />
      <Handle
        {...shared}
        label={text.to(text.time)}
        value={columns[1]}
        text={text.at(ms(time.toNs))}
        style={{ left: x(time.toNs) }}
        onMove={(to) => move(columns[0], Math.max(to, columns[0] + 1))}
      />
    </div>
  )
}
