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
  /** Heights of the two pictures that give way, css px. */
  readonly mapHeight: number
  readonly timeHeight: number
  readonly maxRows: number
  /** The lock lanes have room. */
  readonly lanes: boolean
  /** Height of the story's line under the top bar, css px; 0 where it stands in the right rail. */
  readonly story: number
}

const CONTROLS = 232
const RAIL = 296
/** Left gutter (axis) and right gutter (values now). */
const GUTTERS = 92 + 52
const GUTTERS_PHONE = 56 + 14
const CELLS = [10, 8, 6, 5, 4]
/** The least a row may be: 5 px where there is room for a gap and a pattern. */
const ROW = 5
/** Rows of a usual map: its height is a multiple, so that all rows are equally high. */
const USUAL_ROWS = 32

// What else stands in the column, css px: top bar and transport; figures, heads and legend; the time stack without
// its two variable parts; the lock lanes; a view of the dock, what a tall one has more, and the highest beyond that; its
// tabs.
const BARS = 48 + 50
/** The story's line: under a pointer, and under a thumb. */
const STORY_LINE = 32
const STORY_LINE_TOUCH = 44
const HEADS = 102
const STACK = 113
const LANES = 105
const DOCK = 97
const TALL = 84
const MOST = 32
const TABS = 20

const TIME_HEIGHT = 128
const TIME_LEAST = 94
const MAP_LEAST = 8 * USUAL_ROWS

/** How high a view of the dock is. */
export type Tall = boolean | 'most'

/** `docked`: views in the dock; `tall`: how high the one is that is shown. */
export function layoutFor(width: number, height: number, docked: number, tall: Tall = false): Layout {
  const size: Size =
    width >= 1440 ? 'wide' : width >= 1200 ? 'rail' : width >= 900 ? 'narrow' : width >= 480 ? 'column' : 'phone'
  if (size === 'phone' || size === 'column') {
    // Rows of a power of two keep addresses round, so there is no width between 64 and 128.
    const cell = Math.max(3, Math.min(10, Math.floor((width - GUTTERS_PHONE) / 64)))
    return {
      size,
      columns: 64,
      plot: 64 * cell,
      mapHeight: 64 * Math.min(cell, 5),
      timeHeight: 64,
      maxRows: 64,
      lanes: false,
      story: STORY_LINE_TOUCH,
    }
  }
  const centre = width - (size === 'narrow' ? 0 : CONTROLS) - (size === 'wide' ? RAIL : 0)
  const cell = CELLS.find((c) => 128 * c + GUTTERS <= centre) ?? 4
  const plot = 128 * cell
  const dock = docked === 0 ? 0 : DOCK + (tall ? TALL : 0) + (tall === 'most' ? MOST : 0) + (docked > 1 ? TABS : 0)
  const story = size === 'wide' ? 0 : STORY_LINE
  const room = height - BARS - story - HEADS - STACK - dock
  // First the lanes, then the picture over time give way; the map last.
  const lanes = room - LANES - TIME_LEAST >= MAP_LEAST
  const pictures = room - (lanes ? LANES : 0)
  const timeHeight = pictures - TIME_HEIGHT >= MAP_LEAST + USUAL_ROWS ? TIME_HEIGHT : TIME_LEAST
  const rowHeight = Math.floor((pictures - timeHeight) / USUAL_ROWS)
  const mapHeight = USUAL_ROWS * Math.max(MAP_LEAST / USUAL_ROWS, Math.min(rowHeight, 2 * cell))
  return {
    size,
    columns: 128,
    plot,
    mapHeight,
    timeHeight: Math.max(timeHeight, Math.min(2 * TIME_HEIGHT, pictures - mapHeight)),
    maxRows: Math.floor(mapHeight / ROW),
    lanes,
    story,
  }
}

export function useLayout(docked: number, tall: Tall): Layout {
  const [layout, setLayout] = useState(() => layoutFor(innerWidth, innerHeight, docked, tall))
  useEffect(() => {
    const change = () =>
      setLayout((old) => {
        const next = layoutFor(innerWidth, innerHeight, docked, tall)
        const same = (Object.keys(next) as (keyof Layout)[]).every((key) => next[key] === old[key])
        return same ? old : next
      })
    change()
    addEventListener('resize', change)
    return () => removeEventListener('resize', change)
  }, [docked, tall])
  return layout
}
