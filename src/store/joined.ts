// A session with the page around it, read as one.

import type { StoreApi } from 'zustand/vanilla'
import type { PageState } from './page-state.ts'
import type { SessionState } from './session/state.ts'
import type { AppState, Lab } from './state.ts'

type Store<T> = Pick<StoreApi<T>, 'getState' | 'subscribe'>

export function joined(session: Store<SessionState>, page: Store<PageState>): Pick<Lab, 'getState' | 'subscribe'> {
  let own = session.getState()
  let around = page.getState()
  let whole: AppState = { ...around, ...own }

  function getState(): AppState {
    const [newOwn, newAround] = [session.getState(), page.getState()]
    if (newOwn !== own || newAround !== around) {
      own = newOwn
      around = newAround
      whole = { ...around, ...own }
    }
    return whole
  }

  return {
    getState,
    subscribe(listener) {
      let before = getState()
      const tell = () => {
        const previous = before
        before = getState()
        listener(before, previous)
      }
      const leave = [session.subscribe(tell), page.subscribe(tell)]
      return () => {
        for (const go of leave) go()
      }
    },
  }
}
