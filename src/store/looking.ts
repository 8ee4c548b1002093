// How a run is looked at: what a person does that changes the page and never the run.

import { MAX_DOCK } from '../share/view-state.ts'
import type { AppActions, AppState, Theme } from './state.ts'
import type { Intent } from './url-sync.ts'

export { MAX_DOCK }

export interface LookingHost {
  readonly get: () => AppState
  readonly set: (part: Partial<AppState>) => void
  /** View ids that the dock can hold. */
  readonly dockViews: readonly string[]
  readonly saveTheme: ((theme: Theme) => void) | undefined
  /** A link should remember it. */
  readonly intend: (how: Intent) => void
  /** One more frame is needed. */
  readonly wake: () => void
}

type Looking = Pick<
  AppActions,
  | 'setView'
  | 'hover'
  | 'select'
  | 'setPinned'
  | 'isolate'
  | 'setTheme'
  | 'openGallery'
  | 'welcome'
  | 'openHelp'
  | 'closeOver'
  | 'setMapColumns'
  | 'announce'
  | 'dismissProblems'
  | 'dismissFailure'
  | 'dismissCompared'
  | 'dismissUnreadable'
  | 'showLink'
>

export function createLooking({ get, set, dockViews, saveTheme, intend, wake }: LookingHost): Looking {
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
    setTheme(theme) {
      set({ theme })
      saveTheme?.(theme)
    },
    openGallery: (query = '') => set({ over: { kind: 'gallery', query, first: false } }),
    welcome: () => set({ over: { kind: 'gallery', query: '', first: true } }),
    openHelp: (term) => set({ over: { kind: 'help', term: term ?? null } }),
    closeOver: () => set({ over: null }),
    setMapColumns(mapColumns, mapMaxRows = get().mapMaxRows) {
      if (mapColumns === get().mapColumns && mapMaxRows === get().mapMaxRows) return
      set({ mapColumns, mapMaxRows })
      wake()
    },
    announce: (announcement) => set({ announcement }),
    dismissProblems: () => set({ problems: [] }),
    dismissFailure: () => set({ failure: null }),
    dismissCompared: () => set({ compared: null }),
    dismissUnreadable: () => set({ unreadable: null }),
    showLink: (linkShown) => set({ linkShown }),
  }
}
