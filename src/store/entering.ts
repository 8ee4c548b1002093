// Going to another run, and back to the one before where that makes none: until the new one has shown itself, what stood
// before is kept.

import type { SimClient } from '../worker/client.ts'
import type { Acts } from './acts.ts'
import type { Act, Begun, Place } from './history.ts'
import type { Standing } from './standing.ts'
import type { AppState } from './state.ts'

export interface EnteringHost {
  readonly client: Pick<SimClient, 'open' | 'restart'>
  readonly get: () => AppState
  readonly set: (part: Partial<AppState>) => void
  readonly acts: Acts
  readonly standing: Standing
  /** Whoever knows something of the run before forgets it; answers what of the state goes with that. */
  readonly begins: (to: Place) => Partial<AppState>
}

export interface Entering {
  /** With an act, undo leads back. A worker that is gone is replaced. */
  open(to: Place, act: Act | null): void
  /** The worker has told of the scenario that was opened last, and of no other since. */
  isOpen(): boolean
  /** It has told of it now. */
  told(): void
  /** The run has shown itself: only undo leads back. */
  shown(): void
  /** Stands again where it stood before what was opened last and makes no run; answers what that was. */
  backOut(): Act | null
}

export function createEntering({ client, get, set, acts, standing, begins }: EnteringHost): Entering {
  let isOpen = false
  /** Whatever was done since is newest first, each as if the one before it had come about. */
  let opening: {
    readonly before: AppState
    readonly place: Place
    readonly done: readonly { readonly act: Act; readonly begun: Begun }[]
  } | null = null

  return {
    open(to, act) {
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
        loading: null,
        unreadable: null,
        linkShown: before.linkShown === 'fileless' ? null : before.linkShown,
        ...begins(to),
        ...acts.state(),
      })
      if (get().dead) {
        set({ dead: false })
        client.restart()
        opening = null
      }
      standing.send(to.position, () => client.open(scenario, to.horizonNs, to.position))
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
