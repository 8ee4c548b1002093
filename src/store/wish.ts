// What of the run the page wants to see next, from the way it is looked at.

import type { FrameWish } from '../worker/client.ts'
import type { AppState } from './state.ts'

const LOG_LINES = 80

/** What the next frame should hold. */
export function wish(state: AppState): FrameWish {
  const { view, mapColumns, mapMaxRows, hovered, pinned } = state
  const { table } = view
  const inspected = pinned ? view.selected : (hovered ?? view.selected)
  return {
    table,
    inspect: inspected === null ? null : { table, entry: inspected },
    logLines: LOG_LINES,
    probes: {
      'iova-space': {
        table,
        first: view.first,
        count: view.count,
        columns: mapColumns,
        maxRows: mapMaxRows,
        colourBy: view.colourBy,
        breaks: view.breaks,
      },
      'address-time': { table },
      timeline: {},
      ...(view.dock.includes('tce-pages') ? { 'tce-pages': { table } } : {}),
      ...(view.dock.includes('regions') ? { regions: { table } } : {}),
    },
  }
}
