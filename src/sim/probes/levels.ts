// The level tables of a guest's window, a strip per level: the tables below the one that is chosen above. Where a cell holds
// several of them, a strip more shows the tables of the chosen cell.
//
// Cost: a count for each level table that a strip shows, at most those below one table.

import { levelsOf } from '../paths/parts.ts'
import { forEachTceTable, type TceMultiState } from '../table/tce-multi.ts'
import type { TceEra } from '../table/tce-multi-levels.ts'
import { type TceWindowState, wasRetried } from '../table/tce-window.ts'
import { refusalFigures, type TableRefusal } from './memory.ts'
import { type Arrays, type OfTable, type Probe, tableIndex } from './probe.ts'

export interface LevelsRequest extends OfTable {
  /** Numbers of the level tables chosen, from the level below the top down. */
  readonly path: readonly number[]
}

/** Cells in the strip of a level at most: a power of two. */
export const LEVEL_CELLS = 256

/** A cell of a strip: no level table is there; there is one, with nothing set; with something set; one of them was made
 *  by a hypercall that real mode had found too hard. */
export const LEVEL_ABSENT = 0
export const LEVEL_EMPTY = 1
export const LEVEL_USED = 2
export const LEVEL_RETRIED = 3

/** A level of a tree. The strip shows the level tables below the one that is chosen above it. */
export interface LevelStrip {
  /** 0 = leaf level. */
  readonly height: number
  /** Entries that one level table here leads to, and bytes of bus addresses. */
  readonly spanEntries: number
  readonly spanBytes: number
  /** Level tables that are there: of the hardware's tree, of the user copy; and those of a whole tree for the window. */
  readonly tables: number
  readonly userTables: number
  readonly capacity: number
  /** Numbers of the level tables shown, [first, first+count), so many in a cell. */
  readonly first: number
  readonly count: number
  readonly tablesPerCell: number
  /** Cells [at, at+cells) of the arrays are this strip's. */
  readonly at: number
  readonly cells: number
  /**
   * Number of the level table that the next strip opens, null when none follows. Where a cell holds several tables the
   * next strip may be of the same height: the tables of the chosen cell, one in a cell.
   */
  readonly chosen: number | null
}

export interface LevelsFrame {
  readonly table: number
  /** Null when the window has no table of several levels. */
  readonly shape: {
    readonly era: TceEra
    readonly backing: 'levels' | 'vmalloc'
    readonly levels: number
    readonly levelBytes: number
    readonly levelEntries: number
    readonly userCopy: boolean
    readonly windowBytes: number
    readonly pageShift: number
    readonly kernelPageShift: number
  } | null
  readonly refusal: TableRefusal | null
  /**
   * Top level first; empty when there is no table. A number of the path that is asked for (one for each level below the
   * top) stands for the first table that is there at or after it; where none is, the first that is there at all.
   */
  readonly strips: readonly LevelStrip[]
  /** [Σ cells] LEVEL_ABSENT … LEVEL_RETRIED: the largest of the tables of a cell. */
  readonly state: Uint8Array
  /** [Σ cells] share of the words set in the fullest table of a cell, 0…255; 0 only when none is set. */
  readonly fill: Uint8Array
  /** [Σ cells] tables of the hardware's tree that are there. */
  readonly present: Uint32Array
  /** Calls that real mode found too hard. */
  readonly tooHard: number
}

/** No strips; arrays of their own, because those of a frame are given away with it. */
const none = (arrays: Arrays) => ({ strips: [], state: arrays.u8(0), fill: arrays.u8(0), present: arrays.u32(0) })

export const levelsProbe: Probe<'levels', LevelsRequest, LevelsFrame> = {
  id: 'levels',
  build(m, { table: device, path }, arrays): LevelsFrame {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    const w = levelsOf(table)
    if (!w) return { table: index, shape: null, refusal: null, tooHard: 0, ...none(arrays) }
    const { request: r, table: made, refusal, tooHard } = w
    const shape = {
      era: r.era,
      backing: r.backing,
      levels: made ? made.shape.indirectLevels + 1 : r.levels,
      levelBytes: made?.levelBytes ?? 0,
      levelEntries: made?.spans[0] ?? 0,
      userCopy: r.userCopy,
      windowBytes: r.windowBytes,
      pageShift: r.pageShift,
      kernelPageShift: r.kernelPageShift,
    }
    if (!made) return { table: index, shape, refusal: refusal && refusalFigures(r, refusal), tooHard, ...none(arrays) }
    return { table: index, shape, refusal: null, tooHard, ...stripsOf(w, made, path, arrays) }
  },
}

function stripsOf(
  w: TceWindowState,
  s: TceMultiState,
  path: readonly number[],
  arrays: Arrays,
): Pick<LevelsFrame, 'strips' | 'state' | 'fill' | 'present'> {
  const wide = s.spans[0]!
  const top = s.shape.indirectLevels
  const entries = s.request.windowBytes / s.pageBytes
  const strips: LevelStrip[] = []
  let at = 0
  let parent = 0
  for (let height = top; height >= 0; height--) {
    const span = s.spans[height]!
    const capacity = Math.max(1, Math.ceil(entries / span))
    const first = height === top ? 0 : parent * wide
    // A table may lead further than the window does.
    const count = height === top ? 1 : Math.max(1, Math.min(wide, capacity - first))
    const opens = height > 0 || count > LEVEL_CELLS
    const chosen = opens ? chosenIn(s, height, first, count, path[top - height - 1]) : null
    let [from, tables] = [first, count]
    for (;;) {
      const tablesPerCell = cellOf(tables)
      const cells = Math.ceil(tables / tablesPerCell)
      // Pairs above the leaf level are left as they are: they are told apart by opening them.
      const parts = chosen !== null && tablesPerCell > (height === 0 ? 1 : 2)
      strips.push({
        height,
        spanEntries: span,
        spanBytes: span * s.pageBytes,
        tables: s.hw.counts[height]!,
        userTables: s.user?.counts[height] ?? 0,
        capacity,
        first: from,
        count: tables,
        tablesPerCell,
        at,
        cells,
        chosen: height > 0 || parts ? chosen : null,
      })
      at += cells
      if (!parts) break
      const cell = from + Math.floor((chosen - from) / tablesPerCell) * tablesPerCell
      tables = Math.min(tablesPerCell, from + tables - cell)
      from = cell
    }
    if (chosen === null) break
    parent = chosen
  }
  const state = arrays.u8(at).fill(LEVEL_ABSENT)
  const fill = arrays.u8(at).fill(0)
  const present = arrays.u32(at).fill(0)
  for (const strip of strips) fillStrip(w, s, strip, state, fill, present)
  return { strips, state, fill, present }
}

function cellOf(count: number): number {
  let tables = 1
  while (tables * LEVEL_CELLS < count) tables *= 2
  return tables
}

/** The table of a strip that the next strip opens: the first there from the one asked for on, or the first in use. */
function chosenIn(
  s: TceMultiState,
  height: number,
  first: number,
  count: number,
  wanted: number | undefined,
): number | null {
  if (height === s.shape.indirectLevels) return 0
  let asked: number | null = null
  let used: number | null = null
  let any: number | null = null
  forEachTceTable(s, s.hw, height, first, first + count, (number, words) => {
    any ??= number
    if (words > 0) used ??= number
    if (wanted !== undefined && number >= wanted) asked ??= number
  })
  return asked ?? used ?? any
}

function fillStrip(
  w: TceWindowState,
  s: TceMultiState,
  strip: LevelStrip,
  state: Uint8Array,
  fill: Uint8Array,
  present: Uint32Array,
): void {
  const { height, first, count, tablesPerCell, at } = strip
  const wide = s.spans[0]!
  forEachTceTable(s, s.hw, height, first, first + count, (number, used) => {
    const cell = at + Math.floor((number - first) / tablesPerCell)
    const share = used === 0 ? 0 : Math.max(1, Math.min(255, Math.round((used * 255) / wide)))
    const kind = wasRetried(w, height, number) ? LEVEL_RETRIED : used > 0 ? LEVEL_USED : LEVEL_EMPTY
    present[cell] = present[cell]! + 1
    if (share > fill[cell]!) fill[cell] = share
    if (kind > state[cell]!) state[cell] = kind
  })
}
