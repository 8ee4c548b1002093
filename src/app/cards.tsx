// The states nobody draws: a map on which nothing has happened yet.

import { Play } from 'lucide-react'
import { useMemo } from 'react'
import { count } from '../lib/format.ts'
import { currentValue, type Frame } from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import { text } from '../text/en.ts'
import { listedNote } from '../views/index.ts'
import { EndedNote, Skip, Underway, useLate } from './worker-state.tsx'

const icon = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const
const emptyOf = (frame: Frame) => frame.summary.maps === 0 && frame.summary.mapped === 0
const goingOf = (frame: Frame) => frame.status.underway !== null
const poolOf = (frame: Frame) => frame.summary.bounce?.pool ?? 'there'
const usableOf = (frame: Frame) => frame.summary.usable
const listedOf = (frame: Frame) => listedNote(frame.summary)
const reservedOf = (frame: Frame) => frame.views['iova-space']?.counts.reserved ?? 0

/** Lies over the map. */
export function MapState() {
  const empty = useFrame(emptyOf)
  const going = useFrame(goingOf)
  const ended = useApp((s) => s.ended)
  const pool = useFrame(poolOf) ?? 'there'
  const usable = useFrame(usableOf) ?? 0
  const reserved = useFrame(reservedOf) ?? 0
  const listed = useFrame(listedOf) ?? ''
  const playing = useApp((s) => s.playing)
  const ready = useApp((s) => s.ready)
  const dead = useApp((s) => s.dead)
  const here = useApp((s) => s.here)
  const direct = useMemo(() => currentValue(here, 'd0.translation') === 'off', [here])
  const { actions } = useLab()
  const waiting = useLate(!ready && !dead, 100)
  if (dead) return <div className="a-over a-dots" />
  if (going) return <Underway />
  if (waiting)
    return (
      <div className="a-over">
        <p className="a-note">{text.state.starting}</p>
      </div>
    )
  const why = pool === 'there' ? (empty && direct ? text.state.direct : '') : text.state.pools[pool]
  if (why !== '')
    return (
      <>
        <div className="a-over" data-testid="no-map">
          <p className="a-note">{why}</p>
        </div>
        {ended ? <EndedNote /> : <Skip />}
      </>
    )
  if (ended) return <EndedNote />
  if (!empty || playing) return <Skip />
  return (
    <>
      <Skip />
      <div className="a-over">
        <button type="button" className="a-press" onClick={actions.play}>
          <Play {...icon} /> {text.state.pressPlay} <kbd>Space</kbd>
        </button>
        <p className="a-note">
          {listed === ''
            ? text.state.nothing(count(usable), count(reserved))
            : text.state.nothingListed(count(usable), listed)}
        </p>
      </div>
    </>
  )
}
