// The page's shape from the window's: which panels stand and which are drawers, and how large a cell is.

import { useEffect, useState } from 'react'

/** wide: everything stands. rail: the right rail is a drawer. narrow: the controls too. column, phone: a sheet. */
export type Size = 'wide' | 'rail' | 'narrow' | 'column' | 'phone'

export interface Layout {
  readonly size: Size
  /** Cells in a row of the map. */
  readonly columns: number
  /** css px of the plot: columns × a whole cell width. */
  readonly plot: number
  /** css px. */
  readonly mapHeight: number
  readonly maxRows: number
  /** Too low for every lane of the time stack. */
  readonly low: boolean
}

const CONTROLS = 232
const RAIL = 296
/** Left gutter (axis) and right gutter (values now). */
const GUTTERS = 92 + 52
const GUTTERS_PHONE = 56 + 14
const CELLS = [10, 8, 6, 5, 4]
/** The least a row may be: 5 px where there is room for a gap and a pattern. */
const ROW = 5
/** Everything of the centre that is not the map, at its full height. */
const BESIDE_MAP = 548

export function layoutFor(width: number, height: number): Layout {
  const size: Size =
    width >= 1440 ? 'wide' : width >= 1200 ? 'rail' : width >= 900 ? 'narrow' : width >= 480 ? 'column' : 'phone'
  const low = height < 820
  if (size === 'phone' || size === 'column') {
    // Rows of a power of two keep addresses round, so there is no width between 64 and 128.
    const cell = Math.max(3, Math.min(10, Math.floor((width - GUTTERS_PHONE) / 64)))
    return { size, columns: 64, plot: 64 * cell, mapHeight: 64 * Math.min(cell, 5), maxRows: 64, low }
  }
  const centre = width - (size === 'narrow' ? 0 : CONTROLS) - (size === 'wide' ? RAIL : 0)
  const cell = CELLS.find((c) => 128 * c + GUTTERS <= centre) ?? 4
  const plot = 128 * cell
  const mapHeight = Math.round(Math.max(280, Math.min(plot * 0.6, height - BESIDE_MAP)))
  return { size, columns: 128, plot, mapHeight, maxRows: Math.floor(mapHeight / ROW), low }
}

export function useLayout(): Layout {
  const [layout, setLayout] = useState(() => layoutFor(innerWidth, innerHeight))
  useEffect(() => {
    const change = () =>
      setLayout((old) => {
        const next = layoutFor(innerWidth, innerHeight)
        const same = (Object.keys(next) as (keyof Layout)[]).every((key) => next[key] === old[key])
        return same ? old : next
      })
    addEventListener('resize', change)
    return () => removeEventListener('resize', change)
  }, [])
  return layout
}
