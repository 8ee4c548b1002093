// Zoom and pan of the map through the store: the store is the truth, gestures and keys only ask.

import type { Lab } from '../../store/state.ts'
import { panRange, zoomRange } from '../kit/zoom.ts'

/** Twice as near (+1) or far (-1) around an entry, or around the middle. */
export function zoomBy(lab: Lab, steps: 1 | -1, entry: number | null): void {
  const frame = lab.frames.latest()?.views['iova-space']
  if (!frame) return
  const { first, count } = lab.getState().view
  const shown = count === 0 ? frame.size : count
  const perRow = frame.columns * frame.entriesPerCell
  lab.actions.setView(zoomRange({ first, count }, frame.size, steps, entry ?? first + shown / 2, perRow))
}

/** Rows further on. */
export function panBy(lab: Lab, rows: number): void {
  const frame = lab.frames.latest()?.views['iova-space']
  if (!frame) return
  const { first, count } = lab.getState().view
  lab.actions.setView(panRange({ first, count }, frame.size, rows, frame.columns * frame.entriesPerCell))
}

/** The view of a table's whole window: what was marked in another window says nothing in this one. */
export function wholeOf(table: number) {
  return { table, first: 0, count: 0, selected: null, brush: null }
}
