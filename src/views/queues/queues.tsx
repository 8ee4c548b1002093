// The flush queues on the page: a ring for each CPU or one for all, with what waits in it, for how long, and the timer.

import { lineRadial, pathRound } from 'd3'
import { useCallback, useMemo, useRef } from 'react'
import { count, duration } from '../../lib/format.ts'
import { type Frame, type QueuesFrame, RING_QUEUED, RING_REACHABLE } from '../../sim/index.ts'
import { useApp, useFigures, useFrame } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { queuesText as text } from '../../text/iotlb.ts'
import { Caption, type Explained } from '../../ui/says.tsx'
import { DockHead } from '../kit/dock-head.tsx'
import { Chip, type Fact, factsBeside, Pictured, pictureWidth, Sample } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { cpuColour, type Palette } from '../kit/palette.ts'
import { useRoom } from '../kit/room.ts'
import type { Pixels } from '../view.ts'
import {
  ageOf,
  angleOf,
  paintSample,
  type QueuesInk,
  queuesInk,
  queuesView,
  RINGS_HEIGHT,
  type RingLayout,
  ringCentre,
  ringLayout,
  ringsHeight,
  totalsOf,
} from './queues.view.ts'
import '../views.css'
import './queues.css'

/** Width of the figures beside the rings, css px. */
const FACTS = 192
/** Least outer radius, css px, of a ring with its number at its corner; inner one, with an age; of the largest. */
const NUMBERED = 26
const AGED = 21
const LARGE = 48
/** Distance of the timer's arc from the ring, css px. */
const TIMER_GAP = 4

const frameOf = (frame: Frame) => frame.views.queues ?? null
const sameShape = sameBy((f: QueuesFrame) => [f.table, f.mode, f.rings, f.slots, f.timeoutNs])

function factsOf(f: QueuesFrame, nowNs: number): Fact[] {
  const { facts } = text
  const { waiting, reachable, oldestNs } = totalsOf(f)
  return [
    { says: 'queues.waiting', name: facts.waiting, value: count(waiting) },
    {
      says: 'queues.stillReachable',
      name: facts.reachable,
      value: count(reachable),
      tone: reachable === 0 ? 'quiet' : 'reachable',
    },
    { says: 'queues.oldest', name: facts.oldest, value: waiting === 0 ? '–' : duration(oldestNs) },
    { says: 'queues.worst', name: facts.worst, value: f.worstNs === 0 ? '–' : duration(f.worstNs) },
    { says: 'queues.full', name: facts.full, value: count(f.flushesFull) },
    { says: 'queues.byTimer', name: facts.timer, value: count(f.flushesTimer) },
    f.timer
      ? {
          says: 'queues.due',
          name: facts.due,
          value: text.due(duration(Math.max(0, f.timer.dueNs - nowNs)), f.timer.cpu),
        }
      : { says: 'queues.due', name: facts.due, value: text.off, tone: 'quiet' },
  ]
}
const shownFacts = (frame: Frame) => frame.views.queues && factsOf(frame.views.queues, frame.status.ns)
/** By ring: ranges, age, slots that leave and are filled next. */
const ringsOf = (frame: Frame) => {
  const f = frame.views.queues
  const one = (_: unknown, ring: number) =>
    [
      f!.length[ring]!,
      f!.length[ring] === 0 ? '' : ageOf(f!.oldestForNs[ring]!),
      f!.head[ring]!,
      f!.tail[ring]!,
    ] as const
  return f && Array.from({ length: f.rings }, one)
}
/** Ring with the timer, and thousandths of its time that are left. */
const timerOf = (frame: Frame) => {
  const f = frame.views.queues
  if (!f?.timer) return null
  const left = Math.max(0, Math.min(1, (f.timer.dueNs - frame.status.ns) / f.timeoutNs))
  return { ring: f.rings === 1 ? 0 : f.timer.cpu, left: Math.round(1000 * left) }
}

export function Queues() {
  const root = useRef<HTMLElement>(null)
  const palette = usePalette()
  const ink = useMemo(() => queuesInk(palette), [palette])
  const shape = useFrame(frameOf, sameShape)
  const facts = useFigures(shownFacts) ?? []
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const high = useRoom(RINGS_HEIGHT, ruler)
  if (!shape || shape.rings === 0) return <section ref={root} className="v-dock v-tall v-iommu" />
  const beside = factsBeside(facts.length, high, ruler, FACTS)
  const width = pictureWidth(ruler, beside)
  const layout = ringLayout(shape, width, high)
  const height = ringsHeight(shape, width, high)
  const sub = text.sub(count(shape.rings), count(shape.slots - 1), duration(shape.timeoutNs))
  return (
    <section ref={root} className="v-dock v-tall v-iommu">
      <DockHead id="queues" title={text.title} ruler={ruler} sub={sub}>
        <Key ink={ink} narrow={ruler.narrow} />
      </DockHead>
      <Pictured ruler={ruler} facts={facts} height={height} wide={high} beside={beside}>
        <Heatmap view={queuesView} ink={ink} width={width} height={height} tip>
          <Numbers shape={shape} layout={layout} palette={palette} />
          <Rings layout={layout} slots={shape.slots} />
          <Timer layout={layout} />
        </Heatmap>
      </Pictured>
    </section>
  )
}

/** What the arcs mean. */
function Key({ ink, narrow }: { ink: QueuesInk; narrow: boolean }) {
  return (
    <span className="v-ramp">
      <Chip id="queues.queued">
        <Arc ink={ink} state={RING_QUEUED} />
        {narrow ? text.queuedShort : text.queued}
      </Chip>
      <Chip id="queues.reachable">
        <Arc ink={ink} state={RING_REACHABLE} />
        {narrow ? text.reachableShort : text.reachable}
      </Chip>
      <Chip id="queues.timer">
        <span className="v-timer-key" />
        {text.timerArc}
      </Chip>
      {!narrow && <Tick id="queues.tail" d="M6,1v14" name={text.filledNext} />}
      {!narrow && <Tick id="queues.head" d="M6,10v5" name={text.leavesNext} />}
    </span>
  )
}

function Tick({ id, d, name }: { id: Explained; d: string; name: string }) {
  return (
    <Chip id={id}>
      <svg viewBox="0 0 12 16" width="6" height="16" aria-hidden="true" className="v-tick-key">
        <path d={d} />
      </svg>
      {name}
    </Chip>
  )
}

function Arc({ ink, state }: { ink: QueuesInk; state: number }) {
  const paint = useCallback((out: Pixels) => paintSample(state, ink, out), [ink, state])
  return <Sample paint={paint} />
}

/** Whose each ring is: a number at its corner, or the first of each row where there is no room. */
function Numbers({ shape, layout: l, palette }: { shape: QueuesFrame; layout: RingLayout; palette: Palette }) {
  const { rings } = shape
  if (rings === 1) return null
  const cornered = l.outer >= NUMBERED
  const shown = Array.from({ length: rings }, (_, ring) => ring).filter((ring) => cornered || ring % l.columns === 0)
  return (
    <g>
      {cornered && (
        <Caption id="queues.cpu" x={-16} y={l.height / 2 + 3.5} textAnchor="end">
          {text.cpu}
        </Caption>
      )}
      {shown.map((ring) => {
        const { x, y } = ringCentre(l, ring)
        return cornered ? (
          <g key={ring}>
            <rect x={x - l.outer - 2} y={y - l.outer - 1} width={4} height={9} fill={cpuColour(palette, ring, rings)} />
            <text x={x - l.outer + 5} y={y - l.outer + 7} className="v-num v-label">
              {ring}
            </text>
          </g>
        ) : (
          <text key={ring} x={-16} y={y + 3.5} textAnchor="end" className="v-num v-label">
            {ring === 0 ? `${text.cpu} 0` : ring}
          </text>
        )
      })}
    </g>
  )
}

/** A line on a ring's radius from one distance of its centre to another. */
const tick = (angle: number, from: number, to: number) =>
  lineRadial()([
    [angle, from],
    [angle, to],
  ])

/** How many ranges wait in each ring and since when; a tick out where the next one goes in, a tick in where one leaves. */
function Rings({ layout: l, slots }: { layout: RingLayout; slots: number }) {
  const rings = useFigures(ringsOf) ?? []
  const aged = l.inner >= AGED
  const angle = angleOf(slots)
  return rings.map(([n, age, head, tail], ring) => {
    const { x, y } = ringCentre(l, ring)
    const ticks = [tick(angle(tail), l.inner - 1, l.outer + 3), tick(angle(head), l.inner, l.inner - 4)]
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the index is the ring
      <g key={ring}>
        {n > 0 && <path d={ticks.join('')} transform={`translate(${x},${y})`} className="v-ring-line" />}
        <text
          x={x}
          y={y + (aged ? 0 : 4)}
          textAnchor="middle"
          className={`v-ring-count ${l.inner >= LARGE ? 'v-ring-large' : ''} ${n === 0 ? 'v-quiet' : ''}`}
        >
          {count(n)}
        </text>
        {aged && (
          <text x={x} y={y + 12} textAnchor="middle" className="v-num v-label">
            {age}
          </text>
        )}
      </g>
    )
  })
}

/** What is left of the timer, in the ring of the CPU that armed it. */
function Timer({ layout: l }: { layout: RingLayout }) {
  const timer = useFigures(timerOf)
  if (!timer) return null
  const { ring, left } = timer
  const { x, y } = ringCentre(l, ring)
  const radius = l.inner - TIMER_GAP
  const arc = pathRound(2)
  const top = -Math.PI / 2
  arc.arc(x, y, radius, top, top + angleOf(1000)(left))
  return <path d={arc.toString()} className="v-timer" />
}
