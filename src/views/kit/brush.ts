// The brushed ranges through the store, and the mode in which a plain drag over the map brushes: for fingers, which
// have no Shift.

import { useSyncExternalStore } from 'react'
import type { Brush } from '../../sim/index.ts'
import type { Lab } from '../../store/state.ts'

let mode = false
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const brushMode = (): boolean => mode

export function setBrushMode(on: boolean): void {
  mode = on
  for (const listener of listeners) listener()
}

export function useBrushMode(): boolean {
  return useSyncExternalStore(subscribe, brushMode)
}

/** Sets one range or clears it; the other stays. */
export function setBrush(lab: Lab, change: Partial<Brush>): void {
  const brush = { time: null, entries: null, ...lab.getState().view.brush, ...change }
  lab.actions.setView({ brush: brush.time || brush.entries ? brush : null })
}

/** Brushes from cell `a` to cell `b` of a picture over time, both included, in either order. */
export function brushColumns(lab: Lab, a: number, b: number): void {
  const history = lab.frames.latest()?.views.timeline
  if (!history) return
  const { columns, columnNs } = history
  const [from, to] = [a % columns, b % columns]
  setBrush(lab, { time: { fromNs: Math.min(from, to) * columnNs, toNs: (Math.max(from, to) + 1) * columnNs } })
}

/** Brushes entries from the cell that begins with `a` to the one that begins with `b`, in either order. */
export function brushCells(lab: Lab, a: number, b: number): void {
  const map = lab.frames.latest()?.views['iova-space']
  if (!map) return
  const first = Math.max(0, Math.min(a, b))
  const count = Math.min(map.size, Math.max(a, b) + map.entriesPerCell) - first
  if (count > 0) setBrush(lab, { entries: { first, count } })
}
