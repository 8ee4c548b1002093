// What a run does by itself because a person wants to see something: it plays up to what is watched for, passes a stretch in
// which nothing happens, and does what follows where it comes to stand.

import type { HappeningId, RunStatus } from '../../sim/index.ts'
import type { Ended } from '../../worker/protocol.ts'
import type { Notice } from '../notice.ts'
import { quietNs } from '../quiet.ts'
import type { SessionState } from './state.ts'

export interface WatchingHost {
  readonly get: () => SessionState
  readonly set: (part: Partial<SessionState>) => void
  /** Said to who cannot see it. */
  readonly tell: (notice: Notice) => void
  /** A person wants nothing to move by itself. */
  readonly still: () => boolean
  /** Plays; up to right after a happening, if one is named. */
  readonly play: (to?: HappeningId) => void
  /** Goes to right after the next happening of a kind. */
  readonly find: (what: HappeningId) => void
  /** Goes to right after the next visible operation, because a person wants that. */
  readonly step: () => void
  /** The same, of a run that a person has just opened. */
  readonly pass: () => void
  /** It stands at what was watched for: the link is of that. */
  readonly seen: () => void
}

export interface Watching {
  /** Something else is done: nothing is told of where the run stands, nothing is watched for, and nothing follows. */
  anew(): Pick<SessionState, 'ended' | 'watching' | 'told'>
  /** What was watched for or under way is so no longer; what is told of where the run stands remains true. */
  leave(): void
  /** A person pauses it. */
  pause(): void
  /** A person sends the run somewhere else than where it is opened. */
  sent(): void
  /** A run is opened; `unplaced`: at no moment that anybody named. If that is a dead one, it is passed. */
  opened(unplaced: boolean): void
  /** A frame of it has come. */
  came(status: RunStatus): void
  /** An errand of it, or its playing, has ended. */
  stopped(ended: Ended): void
  /** Once the run that was opened last stands where it is opened. */
  whenThere(go: () => void): void
  /** Plays, from where the run is opened if it is on its way there; asked again on that way, it does not. */
  play(): void
  /** Plays so up to right after the next happening of a kind; where nothing may move, goes there at once. */
  playTo(what: HappeningId): void
  /** To right after the next visible operation; from there it goes on with what it was about. */
  skip(): void
}

export function createWatching({ get, set, tell, still, play, find, step, pass, seen }: WatchingHost): Watching {
  /** What follows once an errand of a kind has come to its end. */
  let next: { readonly after: Ended['kind']; readonly go: () => void } | null = null
  let unplaced = false
  /** It is on its way to where it is opened. */
  let arriving = false
  /** What was watched for when it was paused; playing on is for that. */
  let paused: HappeningId | null = null

  function anew() {
    next = null
    paused = null
    unplaced = false
    return { ended: null, watching: null, told: null } as const
  }

  function whenThere(go: () => void) {
    next = { after: 'seek', go }
  }

  function playTo(what: HappeningId) {
    if (arriving) return whenThere(() => playTo(what))
    if (!still()) return play(what)
    find(what)
    set({ watching: what })
  }

  function leave() {
    next = null
    paused = null
    unplaced = false
    arriving = false
    set({ watching: null })
  }

  return {
    anew,
    leave,
    pause() {
      const { playing, watching } = get()
      leave()
      if (playing) paused = watching
    },
    sent() {
      arriving = false
    },
    opened(at) {
      unplaced = at
      arriving = true
    },
    came(status) {
      if (status.mode !== 'seeking') arriving = false
      if (!unplaced || status.mode !== 'paused') return
      unplaced = false
      if (quietNs(status, get().speed) > 0) pass()
    },
    stopped(ended) {
      const { watching } = get()
      const { kind, how } = ended
      if (kind === 'seek') arriving = false
      const follows = next?.after === kind ? next : null
      if (follows) next = null
      // What was asked for before may still come to its end: only what is about the same has anything to tell.
      const about = watching !== null && (ended.what === watching || (follows && ended.saw?.includes(watching)))
      const told: Ended | null = about && how === 'there' ? { ...ended, kind: 'play', what: watching } : null
      if (told) seen()
      if (kind === 'play') set({ playing: false })
      // Whoever stopped it has said what is watched for now.
      if ((about || follows) && (how === 'none' || how === 'over')) set({ watching: null })
      if (told) {
        set({ watching: null, told })
        tell({ kind: 'ended', ended: told })
      } else if (kind === 'play' || kind === 'find' || how !== 'there') {
        const untold = how === 'there' || how === 'stopped'
        set({ ended: untold ? null : ended })
        tell({ kind: 'ended', ended })
      }
      if (how === 'there' && !told) follows?.go()
    },
    whenThere,
    play() {
      if (!arriving) play(paused ?? undefined)
      else if (next) next = null
      else whenThere(() => play())
    },
    playTo,
    skip() {
      const { playing, watching } = get()
      // A step before this may be under way.
      const goesOn = playing || next?.after === 'step'
      step()
      if (watching !== null) next = { after: 'step', go: () => playTo(watching) }
      else if (goesOn) next = { after: 'step', go: () => play() }
      set({ watching })
    },
  }
}
