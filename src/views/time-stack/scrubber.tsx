// The scrubber: a slider over the horizon, with what happened as ticks on it, and the time axis below.

import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react'
import { moment } from '../../lib/format.ts'
import type { Frame, TimeMark } from '../../sim/index.ts'
import { useFrame, useLab } from '../../store/context.ts'
import { viewText } from '../../text/views.ts'
import { says } from '../../ui/says.tsx'
import { TimeAxis } from '../kit/axis.tsx'

import type { Ruler } from '../kit/layout.ts'
import { paintNever, paintSoon } from '../kit/paint-loop.ts'
import { type Linear, linear } from '../kit/scales.ts'

const text = viewText.time

export const SCRUBBER_HEIGHT = 33
/** y of the track and of the ticks below it, css px. */
const TRACK = 9
const AXIS = 16

const horizonOf = (frame: Frame) => frame.views.timeline?.horizonNs ?? 0
const marksOf = (frame: Frame): readonly TimeMark[] => frame.views.timeline?.marks ?? []
const sameMarks = (a: readonly TimeMark[], b: readonly TimeMark[]) =>
  a.length === b.length && a.at(-1)?.ns === b.at(-1)?.ns && a[0]?.ns === b[0]?.ns

/** Calls `place` with what has run of the horizon, in the paint of every whole frame. */
export function usePlayhead(place: (ns: number, horizonNs: number) => void): void {
  const { frames } = useLab()
  const current = useRef(place)
  current.current = place
  useEffect(() => {
    const paint = () => {
      const frame = frames.latest()
      const horizon = frame?.views.timeline?.horizonNs
      if (frame && horizon) current.current(frame.status.ns, horizon)
    }
    const ask = () => paintSoon(paint)
    ask()
    const leave = frames.subscribe((_, whole) => whole && ask())
    return () => {
      leave()
      paintNever(paint)
    }
  }, [frames])
}

/** Where a key takes the clock, as a share of the horizon to add, or to go to. */
function keyTarget(key: string, ns: number, horizonNs: number, fine: boolean): number | null {
  const small = fine ? horizonNs / 1000 : horizonNs / 100
  if (key === 'ArrowRight' || key === 'ArrowUp') return ns + small
  if (key === 'ArrowLeft' || key === 'ArrowDown') return ns - small
  if (key === 'PageUp') return ns + horizonNs / 10
  if (key === 'PageDown') return ns - horizonNs / 10
  if (key === 'Home') return 0
  if (key === 'End') return horizonNs
  return null
}

export function Scrubber({ ruler }: { ruler: Ruler }) {
  const lab = useLab()
  const track = useRef<HTMLDivElement>(null)
  const thumb = useRef<HTMLDivElement>(null)
  const done = useRef<HTMLDivElement>(null)
  const wanted = useRef<number | null>(null)
  const horizon = useFrame(horizonOf) ?? 0
  const marks = useFrame(marksOf, sameMarks) ?? []

  const scale = linear(horizon, 0, ruler.plot)

  usePlayhead((ns, horizonNs) => {
    const x = `${linear(horizonNs, 0, ruler.plot)(ns)}px`
    if (done.current) done.current.style.width = x
    const element = thumb.current
    if (!element) return
    element.style.transform = `translateX(${x})`
    element.setAttribute('aria-valuenow', String(Math.round(ns / 1000)))
    element.setAttribute('aria-valuemax', String(Math.round(horizonNs / 1000)))
    element.setAttribute('aria-valuetext', text.valueText(moment(ns, horizonNs), moment(horizonNs, horizonNs)))
  })

  /** At most one seek per animation frame, the newest place wins. */
  function seek(ns: number) {
    const asked = wanted.current !== null
    wanted.current = Math.round(Math.min(horizon, Math.max(0, ns)))
    if (asked) return
    requestAnimationFrame(() => {
      if (wanted.current !== null) lab.actions.seek(wanted.current)
      wanted.current = null
    })
  }

  function pointer(event: PointerEvent) {
    if (event.buttons === 0 && event.type !== 'pointerdown') return
    const at = track.current?.getBoundingClientRect()
    if (!at || horizon === 0) return
    if (event.type === 'pointerdown') event.currentTarget.setPointerCapture(event.pointerId)
    seek(scale.invert(event.clientX - at.left))
  }

  function key(event: KeyboardEvent) {
    const ns = wanted.current ?? lab.frames.latest()?.status.ns ?? 0
    const target = keyTarget(event.key, ns, horizon, event.shiftKey)
    if (target === null) return
    seek(target)
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className="v-view v-scrubber" style={{ height: SCRUBBER_HEIGHT }}>
      <div
        ref={track}
        className="v-plot v-track-hit"
        style={{ left: ruler.left, width: ruler.plot, height: SCRUBBER_HEIGHT }}
        onPointerDown={pointer}
        onPointerMove={pointer}
      >
        <div className="v-track" style={{ top: TRACK - 2 }} />
        <div ref={done} className="v-track v-track-done" style={{ top: TRACK - 2 }} />
        <svg className="v-over" width={ruler.plot} height={SCRUBBER_HEIGHT} aria-hidden="true">
          {horizon > 0 && <TimeAxis scale={scale} y={AXIS} />}
          {horizon > 0 && marks.map((mark) => <Tick key={`${mark.ns}${mark.kind}`} mark={mark} scale={scale} />)}
        </svg>
        <div
          ref={thumb}
          className="v-thumb"
          style={{ top: TRACK }}
          role="slider"
          tabIndex={0}
          aria-label={text.playhead}
          {...says('time.scrubber')}
          aria-valuemin={0}
          aria-valuenow={0}
          onKeyDown={key}
        />
      </div>
    </div>
  )
}

/** Diamond = change, ring = spill, X = refusal or a CPU that never returns. */
function Tick({ mark, scale }: { mark: TimeMark; scale: Linear }) {
  const [, horizonNs = 0] = scale.domain()
  return (
    <g transform={`translate(${scale(mark.ns)},${TRACK})`} className={`v-tick v-tick-${mark.kind}`}>
      <title>{`${moment(mark.ns, horizonNs)}: ${mark.text}`}</title>
      {mark.kind === 'change' && <path d="M0,-5l5,5l-5,5l-5,-5z" />}
      {mark.kind === 'spill' && <circle r="3.5" />}
      {(mark.kind === 'refusal' || mark.kind === 'hang') && <path d="M-3.5,-3.5l7,7M3.5,-3.5l-7,7" />}
    </g>
  )
}
