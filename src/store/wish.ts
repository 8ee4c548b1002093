// What of the run the page wants to see next, from the way it is looked at.

import type { FrameWish, ProbeRequests } from '../sim/index.ts'
import type { AppState } from './state.ts'

const LOG_LINES = 80

/** Where the page looks, as far as views ask for it. */
export interface Look {
  /** Device whose table is looked at. */
  readonly table: number
  /** Table-relative entry pointed at, or else selected. */
  readonly inspected: number | null
  /** Level tables opened, from the level below the top down. */
  readonly levelPath: readonly number[]
}

/** What a view of the dock asks a frame for. */
export type AskedBy = (view: string, look: Look) => ProbeRequests

/**
 * What the next frame should hold: everything, to which views of the dock add what they ask for, or the map alone. The map
 * moves with every frame of a playing run; figures, histories and the log are read, and change a few times a second.
 */
export function wish(state: AppState, whole: boolean, askedBy: AskedBy): FrameWish {
  const { view, mapColumns, mapMaxRows, hovered, pinned } = state
  const { table } = view
  const inspected = pinned ? view.selected : (hovered ?? view.selected)
  const map = {
    table,
    first: view.first,
    count: view.count,
    columns: mapColumns,
    maxRows: mapMaxRows,
    colourBy: view.colourBy,
    breaks: view.breaks,
    ...(view.query ? { find: view.query } : {}),
  }
  if (!whole) return { table, inspect: null, logLines: 0, figures: false, probes: { 'iova-space': map } }
  const look = { table, inspected, levelPath: view.levelPath ?? [] }
  return {
    table,
    inspect: inspected === null ? null : { table, entry: inspected },
    logLines: LOG_LINES,
    filter: view.brush,
    search: view.query ? { text: view.query, from: view.selected } : null,
    probes: {
      'iova-space': map,
      ...(view.count > 0 ? { minimap: { table } } : {}),
      'address-time': { table },
      timeline: {},
      ...(view.colourBy === 'state' ? {} : { classes: { table, colourBy: view.colourBy } }),
      ...Object.assign({}, ...view.dock.map((id) => askedBy(id, look))),
    },
  }
}
