// What of the run the page wants to see next, from the way it is looked at.

import type { FrameWish } from '../sim/index.ts'
import type { AppState } from './state.ts'

const LOG_LINES = 80

/** Views of the dock that are asked for nothing but the table. */
const OF_TABLE = [
  'tce-pages',
  'regions',
  'caches',
  'locks',
  'iotlb',
  'queues',
  'commands',
  'ledger',
  'pool',
  'bounce',
] as const

/**
 * What the next frame should hold: everything, or the map alone. The map moves with every frame of a playing run;
 * figures, histories and the log are read, and change a few times a second.
 */
export function wish(state: AppState, whole: boolean): FrameWish {
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
      ...Object.fromEntries(OF_TABLE.filter((id) => view.dock.includes(id)).map((id) => [id, { table }])),
      ...(view.dock.includes('tables') ? { tables: {} } : {}),
      ...(view.dock.includes('ddw') ? { ddw: { table } } : {}),
      ...(view.dock.includes('windows') ? { windows: { table } } : {}),
      ...(view.dock.includes('hcalls') ? { hcalls: {} } : {}),
      ...(view.dock.includes('budget') ? { budget: {} } : {}),
      ...(view.dock.includes('boot') ? { boot: {} } : {}),
      // Whether buffers bounce says why there is no pool.
      ...(view.dock.includes('pool') ? { bounce: { table } } : {}),
      ...(view.dock.includes('radix') ? { radix: { table, entry: inspected } } : {}),
      ...(view.dock.includes('memory') || view.dock.includes('islands') ? { memory: { table } } : {}),
      ...(view.dock.includes('levels') ? { levels: { table, path: view.levelPath ?? [] } } : {}),
    },
  }
}
