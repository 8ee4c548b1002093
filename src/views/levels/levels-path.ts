// The ways through the strips of TCE levels: which table a cell opens, what opens it in turn, and where keys lead. Cells
// are numbered row by row, LEVEL_CELLS to a strip.

import { LEVEL_ABSENT, LEVEL_CELLS, type LevelStrip, type LevelsFrame } from '../../sim/index.ts'

/** A strip with more cells than this is shown as far as there are tables in it, and no fewer cells than LEAST. */
const MANY = 32
const LEAST = 8

/** Cells [from, from+cells) of a strip: the smallest aligned block of a power of two with all tables that are there. */
function blockOf({ state }: LevelsFrame, { at, cells }: LevelStrip) {
  let first = cells
  let last = -1
  for (let i = 0; i < cells; i++)
    if (state[at + i] !== LEVEL_ABSENT) {
      first = Math.min(first, i)
      last = i
    }
  if (last < 0) return { from: 0, cells: LEAST }
  let size = LEAST
  while (Math.floor(first / size) !== Math.floor(last / size)) size *= 2
  const from = Math.floor(first / size) * size
  return { from, cells: Math.min(size, cells - from) }
}

/**
 * The frame as it is drawn: of a long strip with one table in a cell, only the part that has tables, so that they are
 * large enough to be told apart. Strips of whole levels stay to scale.
 */
export function nearer(frame: LevelsFrame): LevelsFrame {
  const strips = frame.strips.map((strip) => {
    if (strip.tablesPerCell > 1 || strip.cells <= MANY) return strip
    const { from, cells } = blockOf(frame, strip)
    return {
      ...strip,
      first: strip.first + from,
      count: Math.min(cells, strip.count - from),
      at: strip.at + from,
      cells,
    }
  })
  return { ...frame, strips }
}

/** The strip that a cell belongs to, and its place in it; null outside the picture. */
export function placeOf(frame: LevelsFrame, cell: number) {
  const row = Math.floor(cell / LEVEL_CELLS)
  const at = cell % LEVEL_CELLS
  const strip = frame.strips[row]
  return strip && at < strip.cells ? { row, at, strip } : null
}

/** Levels between the top and a strip: 0 for the top itself. */
function depthOf(frame: LevelsFrame, strip: LevelStrip): number {
  return frame.strips[0]!.height - strip.height
}

/** The next strip shows the tables of a cell of this one rather than of the level below. */
export function opensCell(frame: LevelsFrame, row: number): boolean {
  return frame.strips[row + 1]?.height === frame.strips[row]!.height
}

/** Cell in its strip that the next strip opens; null when none follows. */
export function chosenAt(strip: LevelStrip): number | null {
  if (strip.chosen === null) return null
  return Math.min(strip.cells - 1, Math.max(0, Math.floor((strip.chosen - strip.first) / strip.tablesPerCell)))
}

const isThere = (frame: LevelsFrame, strip: LevelStrip, at: number) => frame.state[strip.at + at] !== LEVEL_ABSENT

/** Numbers of the opened tables from the level below the top down, as the picture shows them. */
export function pathOf(frame: LevelsFrame): number[] {
  const path: number[] = []
  for (const strip of frame.strips) {
    const depth = depthOf(frame, strip)
    if (depth > 0 && strip.chosen !== null) path[depth - 1] = strip.chosen
  }
  return path
}

/**
 * The path that opens a cell, or null where nothing can be opened: it holds no table, or the top one, which is open. Of
 * several tables in a cell it is the first; asked for again where the next strip does not part them, the one after.
 */
export function pathTo(frame: LevelsFrame, cell: number): number[] | null {
  const place = placeOf(frame, cell)
  if (!place || !isThere(frame, place.strip, place.at)) return null
  const { row, at, strip } = place
  const depth = depthOf(frame, strip)
  if (depth === 0) return null
  const first = strip.first + at * strip.tablesPerCell
  const again = chosenAt(strip) === at && !opensCell(frame, row) && frame.present[strip.at + at]! > 1
  const next =
    again && strip.chosen !== null && strip.chosen + 1 < first + strip.tablesPerCell ? strip.chosen + 1 : first
  return [...pathOf(frame).slice(0, depth - 1), next]
}

/** A level up: the cell of the strip above that this one was opened from, and the path to it; null at the top. */
export function pathUp(frame: LevelsFrame, cell: number): { readonly cell: number; readonly path: number[] } | null {
  const place = placeOf(frame, cell)
  const above = place && frame.strips[place.row - 1]
  if (!place || !above) return null
  const kept = pathOf(frame).slice(0, depthOf(frame, above))
  return { cell: (place.row - 1) * LEVEL_CELLS + (chosenAt(above) ?? 0), path: kept }
}

/** First cell from `at` on, in the direction of `by`, that has a table; null when there is none. */
function nextThere(frame: LevelsFrame, strip: LevelStrip, at: number, by: 1 | -1): number | null {
  for (let i = at; i >= 0 && i < strip.cells; i += by) if (isThere(frame, strip, i)) return i
  return null
}

/** Where a key leads from a cell, or null when it is none of these keys. Up and down follow what is opened. */
export function stepCell(frame: LevelsFrame, cell: number, key: string): number | null {
  const place = placeOf(frame, cell)
  if (!place) return null
  const { row, at, strip } = place
  const inRow = (i: number) => row * LEVEL_CELLS + i
  switch (key) {
    case 'ArrowRight':
      return inRow(Math.min(strip.cells - 1, at + 1))
    case 'ArrowLeft':
      return inRow(Math.max(0, at - 1))
    case 'ArrowDown': {
      const below = frame.strips[row + 1]
      if (!below) return cell
      return (row + 1) * LEVEL_CELLS + (chosenAt(below) ?? nextThere(frame, below, 0, 1) ?? 0)
    }
    case 'ArrowUp': {
      const above = frame.strips[row - 1]
      return above ? (row - 1) * LEVEL_CELLS + (chosenAt(above) ?? 0) : cell
    }
    case 'Home':
      return inRow(0)
    case 'End':
      return inRow(strip.cells - 1)
    case 'PageDown':
      return inRow(nextThere(frame, strip, at + 1, 1) ?? at)
    case 'PageUp':
      return inRow(nextThere(frame, strip, at - 1, -1) ?? at)
    default:
      return null
  }
}
