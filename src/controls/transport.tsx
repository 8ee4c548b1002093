// Time: where the run is, and how to move in it.

import { Pause, Play, RotateCcw, SkipBack, SkipForward, Square, StepBack, StepForward } from 'lucide-react'
import { useMemo } from 'react'
import { count, inSeconds, ms } from '../lib/format.ts'
import { type Frame, subjectOf } from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import { loadable } from '../store/loadable.tsx'
import { text } from '../text/en.ts'
import { captions, Says, says } from '../ui/says.tsx'
import { speedText } from './param-text.ts'

// Sliders come with the controls, after the map stands.
const Speed = loadable(
  () => import('./speed.tsx').then((m) => m.default),
  () => null,
  'button',
)

const icon = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const
const longOf = (frame: Frame) => inSeconds(frame.views.timeline?.horizonNs ?? 0)
const nsOf = (frame: Frame) => frame.status.ns
const eventsOf = (frame: Frame) => frame.status.events
const goingOf = (frame: Frame) => frame.status.underway !== null
const refusedOf = (frame: Frame) => frame.summary.refused

export function Transport({ compact = false }: { compact?: boolean }) {
  const { actions } = useLab()
  const playing = useApp((s) => s.playing)
  const dead = useApp((s) => s.dead)
  const going = useFrame(goingOf) ?? false
  const refused = useFrame(refusedOf) ?? 0
  const here = useApp((s) => s.here)
  const subject = useMemo(() => subjectOf(here), [here])
  const { one } = text.happening[subject]
  const t = text.transport
  return (
    <section className="c-transport" aria-label={text.places.time} {...captions}>
      <div className="c-buttons">
        <button
          type="button"
          className="u-icon"
          aria-label={t.reset}
          {...says('time.reset', `${t.reset} (r)`)}
          onClick={actions.reset}
        >
          <RotateCcw {...icon} />
        </button>
        <button
          type="button"
          className="u-icon"
          aria-label={t.stepBack}
          {...says('time.back', `${t.stepBack} (,)`)}
          onClick={(event) => actions.step(event.shiftKey ? -100 : -1)}
        >
          <StepBack {...icon} />
        </button>
        <button
          type="button"
          className="c-play"
          data-testid="play"
          aria-label={going ? t.stop : playing ? t.pause : t.play}
          {...says('time.play', `${going ? t.stop : playing ? t.pause : t.play} (Space)`)}
          aria-disabled={dead}
          onClick={dead ? undefined : going ? actions.stop : playing ? actions.pause : actions.play}
        >
          {going ? (
            <Square {...icon} size={20} />
          ) : playing ? (
            <Pause {...icon} size={20} />
          ) : (
            <Play {...icon} size={20} />
          )}
        </button>
        <button
          type="button"
          className="u-icon"
          aria-label={t.step}
          {...says('time.step', `${t.step} (.)`)}
          onClick={(event) => actions.step(event.shiftKey ? 100 : 1)}
        >
          <StepForward {...icon} />
        </button>
        {compact ? (
          <button
            type="button"
            className={subject === 'refusal' && refused > 0 ? 'u-icon u-fail' : 'u-icon'}
            aria-label={t.next(one)}
            {...says('time.next', t.next(one))}
            onClick={() => actions.find(subject, false)}
          >
            <SkipForward {...icon} />
          </button>
        ) : (
          <>
            <button
              type="button"
              className="u-icon"
              aria-label={t.previous(one)}
              {...says('time.previous', `${t.previous(one)} ([)`)}
              onClick={() => actions.find(subject, true)}
            >
              <SkipBack {...icon} />
            </button>
            <button
              type="button"
              className="u-button"
              {...says('time.next')}
              onClick={() => actions.find(subject, false)}
            >
              {t.next(one)} <kbd>]</kbd>
            </button>
          </>
        )}
      </div>
      <Clock compact={compact} />
      {!compact && (
        <>
          <span className="c-marks">
            <Says id="mark.change">
              <i className="c-diamond" /> {t.change}
            </Says>
            <Says id="mark.spill">
              <i className="c-ring" /> {t.spill}
            </Says>
          </span>
          <Speed />
        </>
      )}
    </section>
  )
}

function Clock({ compact }: { compact: boolean }) {
  const ns = useFrame(nsOf) ?? 0
  const events = useFrame(eventsOf) ?? 0
  const speed = useApp((s) => s.speed)
  const long = useFrame(longOf) ?? false
  const time = long ? (ns / 1e9).toFixed(compact ? 6 : 9) : ms(ns, 6)
  return (
    <div className="c-clock">
      <Says id="time.clock" className="c-time" testId="clock" first>
        {time.slice(0, -3)}
        {!compact && (
          <span className="c-fine">
            {'\u2009'}
            {time.slice(-3)}
          </span>
        )}
        <small>{long ? 's' : 'ms'}</small>
      </Says>
      {compact ? (
        <Says id="time.speed" className="c-events">
          {speedText(speed)}
        </Says>
      ) : (
        <Says id="time.events" className="c-events">
          {text.transport.event} <b data-testid="events">{count(events)}</b>
        </Says>
      )}
    </div>
  )
}
