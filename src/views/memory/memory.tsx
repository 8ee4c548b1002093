// What TCE tables take, on the page: bars on one axis of bytes, each with its exact figure, and what is to be said of them.

import { useMemo, useRef } from 'react'
import { bytes, count } from '../../lib/format.ts'
import type { Frame, MemoryFrame } from '../../sim/index.ts'
import { useApp, useFigures } from '../../store/context.ts'
import { errnoName } from '../../text/errno.ts'
import { memoryText as text } from '../../text/memory.ts'
import { Caption } from '../../ui/says.tsx'
import { DockHead, FigureRow, type Figures, figuresWidth } from '../kit/dock-head.tsx'
import { Chip } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { useDpr, usePalette, useWidth } from '../kit/hooks.ts'
import { type Ruler, rulerOf } from '../kit/layout.ts'
import { BottomAxis } from '../kit/plot-axes.tsx'
import {
  barAt,
  barName,
  barsOf,
  hasTable,
  memoryHeight,
  memoryInk,
  memoryNotes,
  memoryTicks,
  memoryView,
  memoryX,
} from './memory.view.ts'
import '../views.css'
import './memory.css'

const FIGURES: Figures = {
  heads: text.heads,
  says: ['memory.bytes', 'memory.thatIs'],
  widths: [112, 66],
}

const frameOf = (frame: Frame) => frame.views.memory ?? null

export function Memory() {
  const root = useRef<HTMLElement>(null)
  const palette = usePalette()
  const ink = useMemo(() => memoryInk(palette), [palette])
  const frame = useFigures(frameOf)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  if (!frame || !hasTable(frame)) return <section ref={root} className="v-dock" />
  const left = ruler.narrow ? 16 : ruler.left
  const width = ruler.narrow ? ruler.width - 32 : Math.max(1, ruler.plot - figuresWidth(ruler, FIGURES))
  const height = memoryHeight(width)
  return (
    <section ref={root} className="v-dock v-memory">
      <DockHead
        id="memory"
        title={text.title}
        ruler={ruler}
        sub={text.sub(bytes(frame.windowBytes), bytes(2 ** frame.pageShift), frame.levels, frame.era)}
        figures={FIGURES}
      >
        <Key frame={frame} />
      </DockHead>
      {ruler.width > 0 && (
        <>
          <div className="v-view" style={{ height }}>
            <div className="v-plot" style={{ left, width: ruler.plot }}>
              <Heatmap view={memoryView} ink={ink} width={width} height={height} tip>
                <Bars frame={frame} ruler={ruler} width={width} />
                <Axis width={width} height={height} narrow={ruler.narrow} />
              </Heatmap>
            </div>
          </div>
          <ul className="v-notes" style={{ marginLeft: left, marginRight: ruler.narrow ? 16 : ruler.right }}>
            {memoryNotes(frame).map((note) => (
              <li key={note.text}>
                {note.refused !== '' && <b>{note.refused} </b>}
                {note.text}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

/** What the bars mean, each drawn as it is. */
function Key({ frame }: { frame: MemoryFrame }) {
  const kinds = ['whole', 'now', 'charged'] as const
  const shown = frame.flatRefusal || frame.refusal ? ([...kinds, 'refused'] as const) : kinds
  return (
    <span className="v-ramp">
      {shown.map((kind) => (
        <Chip key={kind} id={`memory.${kind}`}>
          <i className={`v-mem-${kind}`} />
          {text.key[kind]}
        </Chip>
      ))}
    </span>
  )
}

function Bars({ frame, ruler, width }: { frame: MemoryFrame; ruler: Ruler; width: number }) {
  const dpr = useDpr()
  const x = memoryX(width)
  return (
    <g>
      {barsOf(frame).map((bar, i) => {
        const { base, y } = barAt(i, width)
        const end = x(bar.bytes)
        const refused = bar.refusal ? text.refused(errnoName(bar.refusal.errno)) : ''
        const none = bar.bytes > 0 ? '' : bar.id === 'user' && !frame.userCopy ? text.noCopy : text.nothing
        const values = bar.bytes > 0 ? [count(bar.bytes), bytes(bar.bytes)] : ['–', '–']
        const fits = (words: string) => width - end > words.length * 6 + 12
        const said = refused === '' || fits(refused) || !bar.refusal ? refused || none : errnoName(bar.refusal.errno)
        const room = fits(said)
        return (
          <g key={bar.id}>
            <text
              x={ruler.narrow ? 0 : -16}
              y={base}
              textAnchor={ruler.narrow ? 'start' : 'end'}
              className="v-axis v-label"
            >
              {barName(bar, ruler.narrow ? text.names : text.gutter)}
            </text>
            {said !== '' && (
              <text
                x={room ? end + 6 : width - 4}
                y={y + 10}
                textAnchor={room ? 'start' : 'end'}
                className={`v-num v-on-cells ${refused ? 'v-fail' : 'v-quiet'}`}
              >
                {said}
              </text>
            )}
            {ruler.narrow ? (
              <text x={width} y={base} textAnchor="end" className="v-num">
                {bar.bytes > 0 ? `${text.exactly(values[0]!)}, ${values[1]}` : ''}
              </text>
            ) : (
              <FigureRow
                figures={FIGURES}
                values={values}
                right={ruler.plot}
                y={base}
                tone={(column) => (bar.bytes === 0 || column === 0 ? 'v-label' : '')}
              />
            )}
            {bar.bytes === 0 && <path d={`M${0.5 / dpr},${y}v13`} className="v-edge" />}
          </g>
        )
      })}
    </g>
  )
}

function Axis({ width, height, narrow }: { width: number; height: number; narrow: boolean }) {
  const y = height - 16
  return (
    <g>
      {!narrow && (
        <Caption id="memory.scale" x={-16} y={y + 13} textAnchor="end">
          {text.axis}
        </Caption>
      )}
      <path d={`M0,${y + 0.5}H${width}`} className="v-hair" />
      <BottomAxis
        scale={memoryX(width)}
        ticks={memoryTicks(width).map((n) => ({ at: n, text: bytes(n) }))}
        from={y}
        to={y + 4}
        below={y + 14}
        first="start"
        last={narrow ? 'end' : 'middle'}
      />
    </g>
  )
}
