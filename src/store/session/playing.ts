// Playing, and the errands that a person sends a run on: what is asked of the worker, and what of the page goes with it.

import type { Frame, HappeningId, Speed } from '../../sim/index.ts'
import type { SimSource } from '../../worker/client.ts'
import type { Goal } from '../../worker/protocol.ts'
import type { Intent } from '../url-sync.ts'
import type { Pictures } from './pictures.ts'
import type { Standing } from './standing.ts'
import type { SessionState } from './state.ts'
import type { Watching } from './watching.ts'

export interface PlayingHost {
  readonly source: Pick<SimSource, 'requests' | 'play' | 'pause' | 'step' | 'find'>
  readonly get: () => SessionState
  readonly set: (part: Partial<SessionState>) => void
  readonly standing: Standing
  readonly watching: Watching
  readonly pictures: Pick<Pictures, 'wake' | 'plays'>
  /** A link should remember it. */
  readonly intend: (how: Intent) => void
  /** Somebody works on what is open. */
  readonly acted: () => void
}

export interface Playing {
  /** Plays; up to right after a happening, if one is named. */
  play(to?: HappeningId): void
  pause(): void
  setSpeed(speed: Speed): void
  /** Lets the worker move the run by itself; the page waits for the frame that shows it. */
  move(how: Intent, go: () => void): void
  stepTo(steps: number): void
  find(what: HappeningId, back: boolean): void
  /** A frame has come. */
  came(frame: Frame): void
  /** Another run stands here: no frame asked for before says whether it plays. */
  begins(): void
}

export function createPlaying({ source, get, set, standing, watching, pictures, intend, acted }: PlayingHost): Playing {
  /** Number of the last frame asked for when playing was last switched. */
  let switchedAt = 0

  /** It is watched for as long as the picture of the preset is from here on: what never comes ends, too. */
  function goal(what: HappeningId | null): Goal | undefined {
    const { position, horizonNs } = standing.place()
    return what === null ? undefined : { what, untilNs: position.ns + horizonNs }
  }

  function pause() {
    switchedAt = source.requests()
    standing.stays()
    source.pause()
    watching.pause()
    set({ playing: false })
    intend('push')
    pictures.wake()
  }

  function move(how: Intent, go: () => void) {
    if (get().dead) return
    if (get().playing) pause()
    watching.sent()
    set(watching.anew())
    go()
    intend(how)
    pictures.wake()
  }

  return {
    play(to) {
      if (get().dead) return
      acted()
      switchedAt = source.requests()
      standing.stays()
      source.play(get().speed, goal(to ?? null))
      set({ playing: true, ...watching.anew(), watching: to ?? null })
      pictures.plays()
    },
    pause,
    setSpeed(speed) {
      set({ speed })
      if (get().playing) source.play(speed, goal(get().watching))
      intend('replace')
    },
    move,
    stepTo: (steps) => standing.send(standing.at(), () => source.step(steps)),
    find: (what, back) => move('push', () => standing.send(standing.at(), () => source.find(what, back))),
    came({ status, request }) {
      // A run that stops by itself says so in its frames too; only those asked for after the last switch count.
      if (get().playing && status.mode === 'paused' && request > switchedAt) set({ playing: false })
    },
    begins() {
      switchedAt = Number.POSITIVE_INFINITY
    },
  }
}
