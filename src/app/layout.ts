// The page's shape from the window's: which panels stand and which are drawers, how large type and cells are, and which
// pictures give way to which.

import { useCallback, useEffect, useState } from 'react'
import type { Frame } from '../sim/index.ts'
import { useApp, useFrame } from '../store/context.ts'
import { lanesHeight, rulerOf, useFlushStory, widthOf } from '../views/index.ts'

/** wide: everything stands. rail: the right rail is a drawer. narrow: the controls too. column, phone: a sheet. */
export type Size = 'wide' | 'rail' | 'narrow' | 'column' | 'phone'

export interface Layout {
  readonly size: Size
  /** What the bar has no room for is in its menu. */
  readonly bare: boolean
  /** So low that the bar is, too. */
  readonly low: boolean
  /** Figures stand closer. */
  readonly tight: boolean
  /** How much larger type and panels are than drawn. */
  readonly type: number
  /** Cells in a row of the map. */
  readonly columns: number
  /** css px of the plot: columns × a whole cell width; of its left gutter; of all that stands in the centre. */
  readonly plot: number
  readonly left: number
  readonly centre: number
  /** Heights of the two pictures that give way, css px. */
  readonly mapHeight: number
  readonly timeHeight: number
  readonly maxRows: number
  /** The lock lanes have room; so have the bytes over time, and the line above address × time. */
  readonly lanes: boolean
  readonly bytes: boolean
  readonly head: boolean
  /** What the dock has, and whether a view needs more and scrolls in it; 0: as much as it needs. */
  readonly dockHeight: number
  readonly dockCut: boolean
  /** Height of the story's line under the top bar, css px; 0 where it stands in the right rail. */
  readonly story: number
}

/** How high a view of the dock is. */
export type Tall = boolean | 'most'

/** What a layout is made for. */
export interface Shape {
  readonly width: number
  readonly height: number
  /** Views in the dock, and how high the one is that is shown. */
  readonly docked: number
  readonly tall?: Tall
  /** CPUs, a lane each. */
  readonly cpus?: number
  /** The time-line has the track of what is still reachable. */
  readonly exposed?: boolean
  /** The map is coloured by something else than states: its legend has both, in two lines. */
  readonly coloured?: boolean
  /** The map shows a part: on a phone the whole stands above it. */
  readonly zoomed?: boolean
}

const CONTROLS = 232
const RAIL = 296
/** The least a row may be: 5 px where there is room for a gap and a pattern. */
const ROW = 5
/** Rows of a usual map: its height is a multiple, so that all rows are equally high. */
const USUAL_ROWS = 32

// What else stands in the page, css px: top bar, that of a low window, and transport; figures, the line above the map, and
// the legend; the line above address × time, or the room for its first label; a gap and refusals; what the bytes are more;
// the scrubber; the track of what is still reachable. A view of the dock, what a tall one has more, and the highest beyond
// that; its tabs.
const TOP = 48
const TOP_LOW = 40
const TRANSPORT = 50
/** The story's line: under a pointer, and under a thumb. */
const STORY_LINE = 32
const STORY_LINE_TOUCH = 44
const FIGURES = 54
const FIGURES_LOW = 44
const LINE = 24
const HEADLESS = 8
const REFUSALS = 7 + 16
const BYTES = 33
const SCRUBBER = 33
const EXPOSED = 45
const DOCK = 97
const TALL = 84
const MOST = 60
export const TABS = 20

const TIME_HEIGHT = 128
const TIME_LEAST = 94
const MOST_TIME = 384
/** Below it address × time is no picture. */
const TIME_LOW = 40
/** In one column: what address × time has at least, and at most. */
const TIME_SMALL = 64
const TIME_SMALL_MOST = 96
const MAP_LEAST = 8 * USUAL_ROWS
const MAP_LOW = 7 * USUAL_ROWS
/** Of a telephone that lies. */
const MAP_LOWEST = 5 * USUAL_ROWS
/** What a window must have besides a low map. */
const LIES = 440

/** What gives way in a low window, in this order. */
const FOLDS = [
  { lanes: true, bytes: true, head: true, time: TIME_LEAST, map: MAP_LEAST },
  { lanes: false, bytes: true, head: true, time: TIME_LEAST, map: MAP_LEAST },
  { lanes: false, bytes: true, head: true, time: 56, map: MAP_LEAST },
  { lanes: false, bytes: true, head: true, time: 48, map: MAP_LOW },
  { lanes: false, bytes: false, head: true, time: TIME_LOW, map: MAP_LOW },
  { lanes: false, bytes: false, head: false, time: TIME_LOW, map: MAP_LOW },
  { lanes: false, bytes: false, head: false, time: TIME_LOW, map: MAP_LOWEST },
] as const

// In one column: the figures, those of a low one; the legend under a thumb; the line that reads how much is still reachable;
// the whole above a part of the map; where what scrolls fades at the scrubber; the sheet as it lies folded, with the transport.
const FIGURES_SMALL = 58
const FIGURES_SMALL_LOW = 50
const LEGEND_TOUCH = 32
const EXPOSED_NARROW = 33
const WHOLE_STRIP = 37
const FADE = 8
const SHEET = 231
const SHEET_LOW = 215
/** Below it they are those of a low one. */
const SMALL_FULL = 800
/** Rows of the map in one column and their height, css px: whole cells, and fewer of them before they are no cells. */
const SMALL_ROWS = [
  [64, 5],
  [32, 8],
  [32, 7],
  [32, 6],
  [32, 5],
  [32, 4],
] as const

/** The least room for 128 cells and their gutters. */
const LEAST_WIDE = 128 * 4 + 92 + 52
/** Below it the figures stand closer. */
const FULL = 820
/** Below it a sheet would leave no room for the map. */
const SHEET_LEAST = 560

export function layoutFor(shape: Shape): Layout {
  const { width, height, docked, tall = false, cpus = 8, exposed = false, coloured = false, zoomed = false } = shape
  const low = height < SHEET_LEAST
  const slim = width < 900
  const size: Size =
    width >= 1440 ? 'wide' : width >= 1200 ? 'rail' : !slim || low ? 'narrow' : width >= 480 ? 'column' : 'phone'
  const type = width >= 2400 && height >= 1200 ? 1.25 : width >= 1800 && height >= 900 ? 1.125 : 1
  const panels =
    (size === 'narrow' || size === 'column' || size === 'phone' ? 0 : CONTROLS) + (size === 'wide' ? RAIL : 0)
  const room = width - Math.ceil(panels * type)
  // Rows of a power of two keep addresses round, so there is no width between 64 and 128.
  const columns = size === 'column' || size === 'phone' || room < LEAST_WIDE ? 64 : 128
  const ruler = rulerOf(room, columns)
  const { plot, left } = ruler
  const cell = plot / columns
  const common = { size, bare: slim, low, type, columns, plot, left, centre: widthOf(ruler, columns) }
  if (size === 'phone' || size === 'column') {
    const tight = height < SMALL_FULL
    const stack =
      REFUSALS +
      SCRUBBER +
      FADE +
      (exposed ? EXPOSED_NARROW : 0) +
      (ruler.narrow ? 0 : LINE) +
      (ruler.narrow || tight ? 0 : BYTES)
    const heads =
      (tight ? FIGURES_SMALL_LOW : FIGURES_SMALL) + LINE + LEGEND_TOUCH + (zoomed && ruler.narrow ? WHOLE_STRIP : 0)
    const pictures = height - TOP - STORY_LINE_TOUCH - heads - stack - (tight ? SHEET_LOW : SHEET)
    const fits = ([n, px]: readonly [number, number]) =>
      (n === USUAL_ROWS || px <= cell) && pictures - n * px >= TIME_SMALL
    const [rows, high] = SMALL_ROWS.find(fits) ?? SMALL_ROWS.at(-1)!
    const timeHeight = Math.max(TIME_LOW, Math.min(TIME_SMALL_MOST, pictures - rows * high))
    const folds = { lanes: false, bytes: !tight, head: true, dockHeight: 0, dockCut: false, story: STORY_LINE_TOUCH }
    return { ...common, ...folds, tight, mapHeight: rows * high, timeHeight, maxRows: rows }
  }
  const bars = ((low ? TOP_LOW : TOP) + TRANSPORT) * type
  const heads = ((height < FULL ? FIGURES_LOW : FIGURES) + (coloured ? 3 : 2) * LINE) * type
  const story = size === 'wide' ? 0 : STORY_LINE
  const fixed = bars + story + heads + REFUSALS + SCRUBBER + (exposed ? EXPOSED : 0)
  const dock = docked === 0 ? 0 : DOCK + (tall ? TALL : 0) + (tall === 'most' ? MOST : 0) + (docked > 1 ? TABS : 0)
  const over = (fold: (typeof FOLDS)[number]) =>
    Math.floor(
      height -
        fixed -
        dock -
        (fold.lanes ? lanesHeight(cpus) : 0) -
        (fold.bytes ? BYTES : 0) -
        (fold.head ? LINE * type : HEADLESS),
    )
  const fold = FOLDS.slice(0, -1).find((one) => over(one) >= one.time + one.map) ?? FOLDS.at(height < LIES ? -1 : -2)!
  const { lanes, bytes, head } = fold
  const pictures = Math.max(over(fold), fold.time + fold.map)
  const least = pictures - TIME_HEIGHT >= MAP_LEAST + USUAL_ROWS ? TIME_HEIGHT : fold.time
  const rowHeight = Math.floor((pictures - least) / USUAL_ROWS)
  const mapHeight = USUAL_ROWS * Math.max(fold.map / USUAL_ROWS, Math.min(rowHeight, 2 * cell))
  const dockHeight = Math.max(0, Math.min(dock, Math.max(DOCK, dock + over(fold) - pictures)))
  return {
    ...common,
    ...{ lanes, bytes, head, mapHeight, story },
    tight: height < FULL,
    timeHeight: Math.max(least, Math.min(MOST_TIME, pictures - mapHeight)),
    maxRows: Math.floor(mapHeight / ROW),
    dockHeight,
    dockCut: dockHeight < dock,
  }
}

const cpusOf = (frame: Frame) => frame.views.timeline?.cpus ?? 8

export function useLayout(docked: number, tall: Tall): Layout {
  const cpus = useFrame(cpusOf) ?? 8
  const exposed = useFlushStory() === 'exposure'
  const coloured = useApp((s) => s.view.colourBy !== 'state')
  const zoomed = useApp((s) => s.view.count > 0)
  const layoutNow = useCallback(
    () => layoutFor({ width: innerWidth, height: innerHeight, docked, tall, cpus, exposed, coloured, zoomed }),
    [docked, tall, cpus, exposed, coloured, zoomed],
  )
  const [layout, setLayout] = useState(layoutNow)
  useEffect(() => {
    const change = () =>
      setLayout((old) => {
        const next = layoutNow()
        const same = (Object.keys(next) as (keyof Layout)[]).every((key) => next[key] === old[key])
        return same ? old : next
      })
    change()
    addEventListener('resize', change)
    return () => removeEventListener('resize', change)
  }, [layoutNow])
  return layout
}
