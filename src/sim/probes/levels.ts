// The level tables of a guest's window, a strip per level: the tables below the one that is chosen above. Where a cell holds
// several of them, a strip more shows the tables of the chosen cell.
//
// Cost: a count for each level table that a strip shows, at most those below one table.

import { forEachTceTable, type TceMultiState } from '../table/tce-multi.ts'
import { type TceWindowState, wasRetried } from '../table/tce-window.ts'
import {
  LEVEL_ABSENT,
  LEVEL_CELLS,
  LEVEL_EMPTY,
  LEVEL_RETRIED,
  LEVEL_USED,
  type LevelStrip,
  type LevelsFrame,
} from './frames-tce.ts'
import { refusalFigures } from './memory.ts'
import { type Arrays, type Probe, tableIndex } from './probe.ts'

/** No strips; arrays of their own, because those of a frame are given away with it. */
const none = (arrays: Arrays) => ({ strips: [], state: arrays.u8(0), fill: arrays.u8(0), present: arrays.u32(0) })

export const levels: Probe<'levels'> = {
  id: 'levels',
  build(m, { table: device, path }, arrays): LevelsFrame {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    if (table.tableId !== 'tce-multi') return { table: index, shape: null, refusal: null, tooHard: 0, ...none(arrays) }
    const w = table.tce as TceWindowState
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
