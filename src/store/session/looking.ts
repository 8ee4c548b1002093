// How a run is looked at: what a person does that changes the picture and never the run.

import { MAX_DOCK } from '../../share/view-state.ts'
import type { Intent } from '../url-sync.ts'
import type { SessionActions, SessionState } from './state.ts'

export { MAX_DOCK }

export interface LookingHost {
  readonly get: () => SessionState
  readonly set: (part: Partial<SessionState>) => void
  /** View ids that the dock can hold. */
  readonly dockViews: readonly string[]
  /** A link should remember it. */
  readonly intend: (how: Intent) => void
  /** One more frame is needed. */
  readonly wake: () => void
}

type Looking = Pick<
  SessionActions,
  | 'setView'
  | 'hover'
  | 'select'
  | 'setPinned'
  | 'isolate'
  | 'dismissProblems'
  | 'dismissFailure'
  | 'dismissCompared'
  | 'dismissUnreadable'
>

export function createLooking({ get, set, dockViews, intend, wake }: LookingHost): Looking {
  return {
    setView(partial) {
      // Numbers of level tables mean nothing in another table.
      const view = { ...get().view, ...('table' in partial ? { levelPath: [] } : {}), ...partial }
      const dock = view.dock.filter((id) => dockViews.includes(id)).slice(0, MAX_DOCK)
      set({ view: { ...view, dock } })
      intend('dock' in partial || 'colourBy' in partial || 'table' in partial ? 'push' : 'replace')
      wake()
    },
    hover(entry) {
      if (get().hovered === entry) return
      set({ hovered: entry })
      wake()
    },
    select(entry) {
      set({ view: { ...get().view, selected: entry }, pinned: false })
      intend('replace')
      wake()
    },
    setPinned(pinned) {
      set({ pinned })
      wake()
    },
    isolate: (isolated) => set({ isolated }),
    dismissProblems: () => set({ problems: [] }),
    dismissFailure: () => set({ failure: null }),
    dismissCompared: () => set({ compared: null }),
    dismissUnreadable: () => set({ unreadable: null }),
  }
}
