// Going to another run, and back to the one before where that makes none: until the new one has shown itself, what stood
// before is kept.

import type { SimSource } from '../../worker/client.ts'
import type { Acts } from './acts.ts'
import type { Act, Begun, Place } from './history.ts'
import type { Standing } from './standing.ts'
import type { SessionState } from './state.ts'

export interface EnteringHost {
  readonly source: Pick<SimSource, 'open' | 'restart'>
  readonly get: () => SessionState
  readonly set: (part: Partial<SessionState>) => void
  readonly acts: Acts
  readonly standing: Standing
  /** Whoever knows something of the run before forgets it; answers what of the state goes with that. `again`: it is the run
   *  that stood here. */
  readonly begins: (to: Place, again: boolean) => Partial<SessionState>
}

export interface Entering {
  /** With an act, undo leads back. A worker that is gone is replaced. `again`: the run that stood here is brought back. */
  open(to: Place, act: Act | null, again?: boolean): void
  /** The worker has told of the scenario that was opened last, and of no other since. */
  isOpen(): boolean
  /** It has told of it now. */
  told(): void
  /** The run has shown itself: only undo leads back. */
  shown(): void
  /** Stands again where it stood before what was opened last and makes no run; answers what that was. */
  backOut(): Act | null
}

export function createEntering({ source, get, set, acts, standing, begins }: EnteringHost): Entering {
  let isOpen = false
  /** Whatever was done since is newest first, each as if the one before it had come about. */
  let opening: {
    readonly before: SessionState
    readonly place: Place
    readonly done: readonly { readonly act: Act; readonly begun: Begun }[]
  } | null = null

  return {
    open(to, act, again = false) {
      const before = get()
      if (before.ready || opening) {
        const from = standing.place()
        const done = act ? [{ act, begun: acts.did(act, from) }] : []
        opening = opening ? { ...opening, done: [...done, ...opening.done] } : { before, place: from, done }
      }
      acts.clear()
      isOpen = false
      const { scenario, view, speed, problems, fromLog } = to
      set({
        ...{ scenario, view, speed, problems, fromLog },
        here: standing.begins(to),
        ready: false,
        playing: false,
        hovered: null,
        pinned: false,
        failure: null,
        // What is being read is still wanted by whoever only has another worker.
        loading: again ? before.loading : null,
        unreadable: null,
        ...begins(to, again),
        ...acts.state(),
      })
      if (get().dead) {
        set({ dead: false })
        source.restart()
        opening = null
      }
      standing.send(to.position, () => source.open(scenario, to.horizonNs, to.position))
    },
    isOpen: () => isOpen,
    told() {
      isOpen = true
    },
    shown() {
      opening = null
    },
    backOut() {
      if (!opening) return null
      const { before, place, done } = opening
      opening = null
      isOpen = true
      for (const { begun } of done) begun.forget()
      acts.clear()
      standing.begins(place)
      set({ ...before, scenario: place.scenario, playing: false, watching: null, ...acts.state() })
      return done[0]?.act ?? null
    },
  }
}
