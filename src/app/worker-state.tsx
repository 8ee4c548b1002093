// What the page says of its worker and of parts that fail: a simulation that stopped, that does not answer, that is on
// its way somewhere; a picture that cannot be shown.

import { Square, TriangleAlert } from 'lucide-react'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { duration } from '../lib/format.ts'
import type { Frame, FramePart } from '../sim/index.ts'
import { useApp, useFigures, useFrame, useLab } from '../store/context.ts'
import { PartName } from '../store/loadable.tsx'
import { quietNs } from '../store/quiet.ts'
import { text } from '../text/en.ts'
import { Boundary } from './boundary.tsx'
import { useEscape } from './escape.ts'
import { Notice } from './notice.tsx'

const t = text.worker
const icon = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const

/** The worker is gone, could not do something, or does not answer. */
export function WorkerCard() {
  const failure = useApp((s) => s.failure)
  const dead = useApp((s) => s.dead)
  const silent = useApp((s) => s.silent)
  const ready = useApp((s) => s.ready)
  const { actions } = useLab()
  if (failure === null && !silent) return null
  const title = dead ? (ready ? t.died : t.never) : silent ? t.silent : t.could
  const hint = dead ? (ready ? t.restartHint : t.neverHint) : silent ? t.silentHint : ''
  return (
    <Notice
      title={title}
      testid="failure-card"
      onDismiss={dead || silent ? undefined : actions.dismissFailure}
      actions={
        <>
          {silent && (
            <button type="button" className="u-button" onClick={actions.waitForWorker}>
              {t.wait}
            </button>
          )}
          <button type="button" className="u-button" onClick={actions.restartWorker}>
            {t.restart}
          </button>
        </>
      }
    >
      {failure !== null && (
        <p>
          <code>{failure}</code>
        </p>
      )}
      {hint !== '' && <p>{hint}</p>}
    </Notice>
  )
}

const underwayOf = (frame: Frame) => frame.status.underway
const nsOf = (frame: Frame) => frame.status.ns

/** What a run does until it is there, over the map. Most is done before anybody could read of it. */
export function Underway() {
  const underway = useFrame(underwayOf)
  const ns = useFrame(nsOf) ?? 0
  const going = underway !== null
  const shown = useLate(going, 150)
  const { actions } = useLab()
  useEscape(going ? actions.stop : undefined)
  if (!underway || !shown) return null
  const left = text.left(underway.leftMs)
  return (
    <div className="a-over" data-testid="underway">
      <p className="a-note" role="status">
        {text.underway(underway, ns)}
        {left !== '' && ` · ${left}`}
      </p>
      <button type="button" className="a-press" onClick={actions.stop}>
        <Square {...icon} /> {text.state.stop} <kbd>Esc</kbd>
      </button>
    </div>
  )
}

/** Why the run stands where it does. */
export function EndedNote() {
  const ended = useApp((s) => s.ended)
  if (!ended) return null
  return (
    <div className="a-over a-at-foot" data-testid="ended">
      <p className="a-note">{text.ended(ended)}</p>
    </div>
  )
}

/** Nothing happens for long at this speed: the way past it. */
export function Skip() {
  const speed = useApp((s) => s.speed)
  const quiet = useFrame(useCallback((frame: Frame) => quietNs(frame.status, speed), [speed])) ?? 0
  const { actions } = useLab()
  if (quiet === 0) return null
  return (
    <div className="a-over a-at-foot a-at-end">
      <button type="button" className="u-button a-skip-on" data-testid="skip" onClick={actions.skip}>
        {text.state.quiet(duration(Number(quiet.toPrecision(2))))} <b>{text.state.skip}</b> <kbd>s</kbd>
      </button>
    </div>
  )
}

function Missing({ title, why, again }: { title: string; why: string; again?: () => void }) {
  return (
    <div className="a-missing" role="alert" data-testid="missing">
      <p>
        <TriangleAlert {...icon} /> {t.missing(title)}: <code>{why}</code>. {t.missingHint}
      </p>
      {again && (
        <button type="button" className="u-button" onClick={again}>
          {t.again}
        </button>
      )}
    </div>
  )
}

const failedOf = (frame: Frame) => frame.failed ?? null

/** A picture, or in its place why it could not be measured or drawn. */
export function Picture({
  title,
  part,
  children,
}: {
  title: string
  part?: FramePart | undefined
  children: ReactNode
}) {
  const failed = useFigures(failedOf)
  const why = part && failed?.[part]
  return why ? <Missing title={title} why={why} /> : <Drawn title={title}>{children}</Drawn>
}

/** What of a frame has no picture of its own and could not be measured. */
export function MissingParts() {
  const failed = useFigures(failedOf)
  const parts = Object.entries(t.parts).flatMap(([part, title]) => {
    const why = failed?.[part as FramePart]
    return why ? [<Missing key={part} title={title} why={why} />] : []
  })
  return parts
}

/** A part of the page that fails alone, or does not come. */
export function Drawn({ title, children }: { title: string; children: ReactNode }) {
  return (
    <PartName value={title}>
      <Boundary broken={(why, again) => <Missing title={title} why={why} again={again} />}>{children}</Boundary>
    </PartName>
  )
}

/** True once `on` has held for `ms`. */
export function useLate(on: boolean, ms: number): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (!on) return setLate(false)
    const timer = setTimeout(() => setLate(true), ms)
    return () => clearTimeout(timer)
  }, [on, ms])
  return late
}
