// The level tables of a guest's window, one strip per level: the tables below the one that is chosen above.
//
// Cost: a count for each level table that a strip shows, at most those below one table.

import { forEachTceTable, TCE_MISSING, type TceMultiState, tceTableUsed } from '../table/tce-multi.ts'
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

const NONE = { strips: [], state: new Uint8Array(0), fill: new Uint8Array(0), present: new Uint32Array(0) }

export const levels: Probe<'levels'> = {
  id: 'levels',
  build(m, { table: device, path }, arrays): LevelsFrame {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    if (table.tableId !== 'tce-multi') return { table: index, shape: null, refusal: null, tooHard: 0, ...NONE }
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
    if (!made) return { table: index, shape, refusal: refusal && refusalFigures(r, refusal), tooHard, ...NONE }
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
    const tablesPerCell = cellOf(count)
    const cells = Math.ceil(count / tablesPerCell)
    const chosen = height === 0 ? null : chosenIn(s, height, first, count, path[top - height - 1])
    strips.push({
      height,
      spanEntries: span,
      spanBytes: span * s.pageBytes,
      tables: s.hw.counts[height]!,
      userTables: s.user?.counts[height] ?? 0,
      capacity,
      first,
      count,
      tablesPerCell,
      at,
      cells,
      chosen,
    })
    at += cells
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

/** The table of a strip that the next strip opens: the one asked for if it is there, otherwise the first that is in use. */
function chosenIn(
  s: TceMultiState,
  height: number,
  first: number,
  count: number,
  wanted: number | undefined,
): number | null {
  if (height === s.shape.indirectLevels) return 0
  const there = (number: number) =>
    number >= first && number < first + count && tceTableUsed(s, s.hw, height, number) !== TCE_MISSING
  if (wanted !== undefined && there(wanted)) return wanted
  let used: number | null = null
  let any: number | null = null
  forEachTceTable(s, s.hw, height, first, first + count, (number, words) => {
    any ??= number
    if (words > 0) used ??= number
  })
  return used ?? any
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
