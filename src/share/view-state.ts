// How a run is looked at: what the store holds, and what a link keeps of it.

import type { Brush, ColourBy, Preset } from '../sim/index.ts'

export interface ViewState {
  /** Device index whose table is shown. */
  readonly table: number
  /** Zoomed range of the map in table-relative entries; count 0 = the whole window. */
  readonly first: number
  readonly count: number
  readonly colourBy: ColourBy
  /** Leave long never-used stretches out of the map. */
  readonly breaks: boolean
  /** Ids of the views in the dock, at most `MAX_DOCK`. */
  readonly dock: readonly string[]
  /** Selected table-relative entry: what the inspector shows when nothing is hovered. */
  readonly selected: number | null
  /** Ranges of time and of the table's entries that the figures speak of; null = all of it. */
  readonly brush: Brush | null
  /** What is looked for in the table; absent or empty = nothing. */
  readonly query?: string
  /** States and classes that the map does not show: `mapped`, `cpu.3`, … */
  readonly off?: readonly string[]
  /** Level tables opened in the view of TCE levels, by number from the level below the top down; not kept in the link. */
  readonly levelPath?: readonly number[]
}

/** As many views as the dock holds. */
export const MAX_DOCK = 3

/** The view that a preset opens with: how it is looked at when a link says nothing. */
export function viewOf(preset: Preset): ViewState {
  return {
    table: 0,
    first: preset.zoom?.first ?? 0,
    count: preset.zoom?.count ?? 0,
    colourBy: 'state',
    breaks: true,
    dock: preset.dock,
    selected: null,
    brush: null,
  }
}
