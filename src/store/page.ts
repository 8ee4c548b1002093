// The page around the sessions: theme, what is open over the lab, the layout, the line that is read out.

import { createStore, type StoreApi } from 'zustand/vanilla'
import { initialPage, type PageActions, type PageState, type Theme } from './page-state.ts'

export interface Page {
  readonly store: StoreApi<PageState>
  readonly actions: PageActions
  /** The address follows the run no longer, or again. */
  addressKept(kept: boolean): void
}

interface PageHost {
  readonly theme: Theme
  readonly saveTheme: ((theme: Theme) => void) | undefined
  /** Maps have another shape: pictures are needed. */
  readonly reshaped: () => void
}

export function createPage({ theme, saveTheme, reshaped }: PageHost): Page {
  const store = createStore<PageState>(() => initialPage(theme))
  const { getState: get, setState: set } = store
  /** Told once: whoever has read it knows. */
  let unkeptTold = false

  return {
    store,
    actions: {
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
        reshaped()
      },
      announce: (announcement) => set({ announcement }),
      showLink: (linkShown) => set({ linkShown }),
    },
    addressKept(kept) {
      if (kept && get().linkShown === 'unkept') set({ linkShown: null })
      if (kept || unkeptTold) return
      unkeptTold = true
      set({ linkShown: 'unkept' })
    },
  }
}
