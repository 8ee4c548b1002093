// A session with the page around it, read as one.

import type { StoreApi } from 'zustand/vanilla'
import type { PageState } from './page-state.ts'
import type { SessionState } from './session/state.ts'
import type { AppState, Lab } from './state.ts'

type Store<T> = Pick<StoreApi<T>, 'getState' | 'subscribe'>

export interface Joined extends Pick<Lab, 'getState' | 'subscribe'> {
  /** Follows neither any more. */
  leave(): void
}

/** It has to be the first that follows a session: whoever is told of a change reads it here. */
export function joined(session: Store<SessionState>, page: Store<PageState>): Joined {
  // The larger one first: the other way round engines take ten times as long.
  const read = (): AppState => ({ ...session.getState(), ...page.getState() })
  let whole = read()
  const listeners = new Set<(state: AppState, previous: AppState) => void>()

  function renew() {
    const before = whole
    whole = read()
    for (const listener of listeners) listener(whole, before)
  }

  const followed = [session.subscribe(renew), page.subscribe(renew)]
  return {
    getState: () => whole,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    leave() {
      for (const leave of followed) leave()
    },
  }
}
