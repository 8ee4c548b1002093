// What bounces, on the page: arcs from buffers that the device does not reach to the slots that stand in for them, how the
// last mapping was decided, and what copying took, over time and in all.

import { useMemo, useRef } from 'react'
import { bytes, duration, hex, percent } from '../../lib/format.ts'
import type { BounceArc, BounceFrame, Frame } from '../../sim/index.ts'
import { useApp, useFigures } from '../../store/context.ts'
import { bounceText as text } from '../../text/bounce.ts'
import { Caption } from '../../ui/says.tsx'
import { Chart } from '../kit/chart.tsx'
import { DockHead } from '../kit/dock-head.tsx'
import { FactStrip, STRIP_PITCH } from '../kit/fact-strip.tsx'
import { Chip, pictureWidth } from '../kit/facts.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { type Ruler, rulerOf } from '../kit/layout.ts'
import { Track } from '../kit/track.tsx'
import { Twin, useTwin } from '../kit/twin.tsx'
import { Playhead } from '../time-stack/time-stack.tsx'
import { bounceFacts, bounceInk, bounceView, mostOf, TRACK_HEIGHT } from './bounce.view.ts'
import {
  ARCS_HEIGHT,
  AXIS,
  arcAt,
  arcsLayout,
  arcsTable,
  arcText,
  bufferText,
  describeArcs,
  MEMORY_TOP,
  middle,
  POOL_TOP,
  silence,
  slotsText,
  stepArc,
} from './bounce-arcs.ts'
import { LETTER, Mask, MemoryAxis, PoolAxis } from './bounce-axes.tsx'
import '../views.css'
import '../study/studies.css'
import '../pool/pool.css'
import './bounce.css'

/** css px: what stands beside the arcs. */
const BESIDE = 244
/** css px: between the arcs, the figures and the track. */
const GAP = 2
/** Shares of a row that the figures take. */
const FACT_SHARES = [4, 6, 4, 4] as const
/** css px: the twin of the track. */
const TRACK_TWIN = 96
/** Height of a line of text, css px. */
const LINE = 14

/** A mapping by what holds as long as it lives. */
interface Cursor {
  readonly slot: number
}

/** What is drawn beside the track, whose arrays are given back when the next frame comes. */
const shownOf = (frame: Frame) => {
  const f = frame.views.bounce
  if (!f) return null
  const none = new Float32Array(0)
  return { frame: { ...f, copied: none, uncopied: none }, most: mostOf(f) }
}

export function Bounce() {
  const root = useRef<HTMLElement>(null)
  const palette = usePalette()
  const ink = useMemo(() => bounceInk(palette), [palette])
  const shown = useFigures(shownOf)
  const [twin] = useTwin(bounceView.id)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  if (!shown) return <section ref={root} className="v-dock" />
  const { frame, most } = shown
  return (
    <section ref={root} className="v-dock v-bouncing">
      <DockHead
        id="bounce"
        title={text.title}
        ruler={ruler}
        sub={most > 0 && text.most(bytes(most), duration(frame.columnNs))}
      >
        <Key narrow={ruler.narrow} />
      </DockHead>
      {ruler.width > 0 && (
        <>
          <Above frame={frame} ruler={ruler} twin={twin} />
          <div className="v-crossed v-bounce-track">
            <Track view={bounceView} ink={ink} ruler={ruler} height={twin ? TRACK_TWIN : TRACK_HEIGHT}>
              <Sides frame={frame} most={most} ruler={ruler} />
            </Track>
            {!twin && <Playhead left={ruler.left} plot={ruler.plot} />}
          </div>
        </>
      )}
    </section>
  )
}

const WAYS = { 'to device': 'bounce.to', 'from device': 'bounce.from', bidirectional: 'bounce.both' } as const

/** Which way a mapping goes, as its arc is drawn. */
function Key({ narrow }: { narrow: boolean }) {
  const names = narrow ? text.directionsShort : text.directions
  return (
    <span className="v-ramp">
      {(['to device', 'from device', 'bidirectional'] as const).map((direction) => (
        <Chip key={direction} id={WAYS[direction]}>
          <svg width="18" height="8" aria-hidden="true">
            <path d="M0,4h18" className={arcClass(direction)} />
          </svg>
          {names[direction]}
        </Chip>
      ))}
      <Chip id="bounce.newest">
        <svg width="18" height="8" aria-hidden="true">
          <path d="M0,4h18" className="v-bounce-arc v-bounce-newest" />
        </svg>
        {text.newest}
      </Chip>
    </span>
  )
}

const arcClass = (direction: BounceArc['direction']) => `v-bounce-arc v-bounce-${direction.replace(' ', '-')}`

/** The arcs and the figures, and the way of the last mapping beside them or below. */
function Above({ frame, ruler, twin }: { frame: BounceFrame; ruler: Ruler; twin: boolean }) {
  const { narrow } = ruler
  const width = pictureWidth(ruler, BESIDE)
  const facts = bounceFacts(frame)
  const columns = narrow ? [4, 5] : FACT_SHARES
  const top = ARCS_HEIGHT + GAP
  return (
    <>
      <div
        className="v-view v-bounce-above"
        style={{ height: top + Math.ceil(facts.length / columns.length) * STRIP_PITCH + GAP }}
      >
        <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
          {twin ? (
            <div style={{ width }}>
              <Twin title={text.title} table={arcsTable(frame)} height={ARCS_HEIGHT} />
            </div>
          ) : (
            <Arcs frame={frame} width={width} narrow={narrow} />
          )}
        </div>
        <FactStrip
          facts={facts}
          left={narrow ? 16 : ruler.left}
          top={top}
          width={narrow ? ruler.width - 32 : width}
          columns={columns}
        />
        {!narrow && (
          <div className="v-plot" style={{ left: ruler.left + ruler.plot - BESIDE, width: BESIDE }}>
            <Way last={frame.last} />
          </div>
        )}
      </div>
      {narrow && (
        <div className="v-bounce-below">
          <Way last={frame.last} />
        </div>
      )}
    </>
  )
}

/** How the last mapping went: question and answer, down to what came of it. */
function Way({ last }: { last: BounceFrame['last'] }) {
  return (
    <div className="v-bounce-way">
      <p>
        {text.lastHead} <b>{last ? text.last(last.device, bytes(last.bytes), hex(last.realAddr)) : text.noLast}</b>
      </p>
      {last && (
        <ol>
          {last.path.map(({ asked, answered }) => (
            <li key={asked}>
              {asked} <b>{answered}</b>
            </li>
          ))}
          <li className={last.outcome === 'refused' ? 'v-bounce-end v-bounce-refused' : 'v-bounce-end'}>
            {text.outcomes[last.outcome]}
          </li>
        </ol>
      )}
    </div>
  )
}

function Arcs({ frame, width, narrow }: { frame: BounceFrame; width: number; narrow: boolean }) {
  const layout = useMemo(() => arcsLayout(frame, width), [frame, width])
  const find = ({ slot }: Cursor) => layout.arcs.findIndex(({ arc }) => arc.slot === slot)
  const cursorOf = (i: number | null): Cursor | null => (i === null ? null : { slot: layout.arcs[i]!.arc.slot })
  const words = silence(frame)
  // Sentences stand one below the other where there is no room beside.
  const lines = words.length * LETTER < width ? [words] : words.split(/(?<=\.) /)
  return (
    <Chart<Cursor>
      title={text.title}
      roledescription={text.arcs}
      testId="view-bounce-arcs"
      width={width}
      height={ARCS_HEIGHT}
      words={describeArcs(frame)}
      keys={text.arcKeys}
      step={(key, from) => {
        const at = from ? find(from) : -1
        return cursorOf(stepArc(key, at < 0 ? null : at, layout.arcs.length))
      }}
      find={(x, y) => cursorOf(arcAt(layout, x, y))}
      show={(cursor) => {
        const placed = layout.arcs[find(cursor)]
        if (!placed) return null
        const said = arcText(placed.arc)
        const { from, slot } = placed
        const x = middle(slot)
        const late = x > width / 2
        return {
          said,
          marked: [
            { id: 'slots', x, y: POOL_TOP + AXIS / 2, tip: slotsText(placed.arc), below: false, late },
            {
              id: 'buffer',
              x: from,
              y: MEMORY_TOP + AXIS / 2,
              tip: bufferText(placed.arc),
              below: false,
              late: from > width / 2,
            },
          ],
        }
      }}
    >
      <PoolAxis frame={frame} layout={layout} narrow={narrow} />
      <MemoryAxis layout={layout} narrow={narrow} />
      {layout.arcs
        .map(({ arc, path }, i) => (
          <path
            key={arc.slot}
            d={path}
            className={i === 0 ? `${arcClass(arc.direction)} v-bounce-newest` : arcClass(arc.direction)}
            opacity={i === 0 ? 1 : 0.65 - (0.45 * i) / layout.arcs.length}
          />
        ))
        .reverse()}
      {layout.arcs.map(({ arc, from, slot: [left, right] }) => (
        <g key={arc.slot} className="v-mapped">
          <rect x={left} y={POOL_TOP + 1} width={right - left} height={AXIS - 2} />
          <rect x={from - 1} y={MEMORY_TOP + 1} width={2} height={AXIS - 2} />
        </g>
      ))}
      <Mask frame={frame} layout={layout} />
      {words !== '' && (
        <text
          x={width / 2}
          y={(POOL_TOP + AXIS + MEMORY_TOP) / 2 + 4 - (lines.length - 1) * LINE}
          textAnchor="middle"
          className="v-callout"
        >
          {lines.map((line, i) => (
            <tspan key={line} x={width / 2} dy={i === 0 ? 0 : LINE}>
              {line}
            </tspan>
          ))}
        </text>
      )}
    </Chart>
  )
}

/** What rises and what hangs, with its share of all bytes beside it. */
function Sides({ frame, most, ruler }: { frame: BounceFrame; most: number; ruler: Ruler }) {
  const sides = [
    [text.copied, frame.copiedInBytes + frame.copiedOutBytes],
    [text.uncopied, frame.directBytes],
  ] as const
  const all = sides[0][1] + sides[1][1]
  return sides.map(([name, sum], i) => {
    const y = TRACK_HEIGHT * (i === 0 ? 0.25 : 0.75) + 4
    return (
      <g key={name}>
        <Caption
          id={i === 0 ? 'bounce.copiedTrack' : 'bounce.directTrack'}
          x={ruler.narrow ? -6 : -16}
          y={y}
          textAnchor="end"
        >
          {name}
        </Caption>
        {!ruler.narrow && (
          <text x={ruler.plot + 9} y={y} className={`v-num ${sum === 0 ? 'v-quiet' : ''}`}>
            {percent(all === 0 ? 0 : sum / all)}
          </text>
        )}
        {ruler.narrow && i === 0 && most > 0 && (
          <text y={-4} className="v-axis v-quiet">
            {text.most(bytes(most), duration(frame.columnNs))}
          </text>
        )}
      </g>
    )
  })
}
