// A TCE table of several levels as the entries of a window see it: the memory of a guest lies in islands of it.
//
// Spec: spec/POWERPC.md C. The table itself is that of tce-multi.ts; the machine maps and unmaps in it as VFIO does.
// What it does: keeps the table, or why there is none, and what user space was charged; counts hypercalls that were too
//   hard for real mode, and remembers which level tables their second try made.
// Invariant: `table` is null exactly when `refusal` is not.
// Cost: a division more than the table's own, for an entry; forEachTable asks one count per leaf table that is there, and
//   reads every word that is set for one that two islands share.

import { pow2 } from '../../lib/bits.ts'
import type { CostMeter } from '../engine/meter.ts'
import type { TableIsland, TableReader, TranslationTable } from './table.ts'
import {
  buildTces,
  clearTces,
  createForVfio,
  getTce,
  TCE_MISSING,
  TCE_NO_MEMORY,
  type TceMultiState,
  tceBytesAllocated,
  tceTableUsed,
  treesOf,
  type VfioContainer,
  vfioBuild,
  vfioClear,
} from './tce-multi.ts'
import { type TceRefusal, type TceRequest, tceAccounted } from './tce-multi-levels.ts'
import { countWords, createStore, readWord, swapWord, type WordStore } from './tce-multi-store.ts'

/** log2 of the page sizes that the IOMMU group of a device offers. */
const OFFERED = [12, 16, 21, 24, 28, 30]
/** What tells the heights apart in the keys of `retried`. */
const HEIGHT_KEYS = pow2(46)

export interface TceWindowState {
  readonly request: TceRequest
  readonly islands: readonly TableIsland[]
  readonly table: TceMultiState | null
  readonly refusal: TceRefusal | null
  readonly container: VfioContainer
  /** Hypercalls that met a missing level table in real mode. */
  tooHard: number
  /** By height and number: 1 = a level table that such a call's second try made. */
  readonly retried: WordStore
}

/** The table of a window whose memory lies at `islands`, as it is when nothing is mapped; or the reason why there is none. */
export function createTceWindow(request: TceRequest, islands: readonly TableIsland[]): TceWindowState {
  const container: VfioContainer = { pageShifts: OFFERED, lockedPages: 0 }
  const made = createForVfio(container, request)
  const refused = typeof made === 'string'
  return {
    request,
    islands,
    table: refused ? null : made,
    refusal: refused ? made : null,
    container,
    tooHard: 0,
    retried: createStore(),
  }
}

function islandOf(s: TceWindowState, e: number): TableIsland {
  let i = s.islands.length - 1
  while (i > 0 && e < s.islands[i]!.entry) i--
  return s.islands[i]!
}

/** Absolute entry of an entry of the window. */
export function absoluteOf(s: TceWindowState, e: number): number {
  const island = islandOf(s, e)
  return island.abs + e - island.entry
}

/** True when a level table on the way to entries [first, first+npages) is missing in a tree: real mode cannot make it. */
export function isTooHard(s: TceMultiState, first: number, npages: number): boolean {
  let missing = false
  forEachMissing(s, first, npages, () => {
    missing = true
  })
  return missing
}

/** Level tables (of either tree) that are missing on the way to entries [first, first+npages). */
function forEachMissing(
  s: TceMultiState,
  first: number,
  npages: number,
  visit: (height: number, number: number) => void,
): void {
  const trees = treesOf(s)
  const from = first - s.request.offset
  for (let height = 0; height < s.shape.indirectLevels; height++) {
    const span = s.spans[height]!
    const last = Math.floor((from + npages - 1) / span)
    for (let number = Math.floor(from / span); number <= last; number++) {
      if (trees.some((tree) => tceTableUsed(s, tree, height, number) === TCE_MISSING)) visit(height, number)
    }
  }
}

/**
 * Entries [first, first+npages) lead to real memory from `address` on, as VFIO maps it; `real`: asked for in real mode, which
 * hands what it cannot do to virtual mode. Returns 0 or TCE_NO_MEMORY. There must be a table.
 */
export function mapForUser(
  s: TceWindowState,
  first: number,
  npages: number,
  address: number,
  permission: number,
  real: boolean,
  meter: CostMeter,
): number {
  const table = s.table!
  if (real && isTooHard(table, first, npages)) {
    s.tooHard++
    meter.tooHard++
    forEachMissing(table, first, npages, (height, number) => swapWord(s.retried, height * HEIGHT_KEYS + number, 1))
  }
  // Memory that user space registered is known to it under the same number here.
  if (table.user) return vfioBuild(table, first, npages, address, address, permission, meter)
  return buildTces(table, first, npages, address, permission, meter) < npages ? TCE_NO_MEMORY : 0
}

/** Takes entries [first, first+npages) back. There must be a table. */
export function unmapForUser(s: TceWindowState, first: number, npages: number, meter: CostMeter): void {
  const table = s.table!
  if (table.user) vfioClear(table, first, npages, meter)
  else clearTces(table, first, npages, meter)
}

/** True for a level table that the second try of a hypercall made. */
export function wasRetried(s: TceWindowState, height: number, number: number): boolean {
  return readWord(s.retried, height * HEIGHT_KEYS + number) === 1
}

/** Slot that is read at each level on the way to entry `e`, top level first; it ends where a level table is missing. */
export function slotsTo(
  s: TceWindowState,
  e: number,
): readonly { readonly height: number; readonly slot: number; readonly isThere: boolean }[] {
  const { table } = s
  if (!table) return []
  const abs = absoluteOf(s, e) - table.request.offset
  const steps: { height: number; slot: number; isThere: boolean }[] = []
  for (let height = table.shape.indirectLevels; height >= 0; height--) {
    const below = height === 0 ? 1 : table.spans[height - 1]!
    const slot = Math.floor((abs % table.spans[height]!) / below)
    const isThere =
      height === 0
        ? getTce(table, absoluteOf(s, e)) !== 0
        : tceTableUsed(table, table.hw, height - 1, Math.floor(abs / below)) !== TCE_MISSING
    steps.push({ height, slot, isThere })
    if (!isThere) break
  }
  return steps
}

/** Words set in entries [from, end) of leaf table `number`, which may hold entries of other islands too. */
function usedIn(s: TceWindowState, table: TceMultiState, number: number, from: number, end: number): number {
  const used = Math.max(0, tceTableUsed(table, table.hw, 0, number))
  const wide = table.spans[0]!
  let others = 0
  for (const { abs, pages: n } of s.islands)
    others += Math.max(0, Math.min(abs + n, (number + 1) * wide) - Math.max(abs, number * wide))
  others -= end - from
  if (used === 0 || others === 0) return used
  if (used === others + end - from) return end - from
  const { offset } = table.request
  return countWords(table.hw.values, from - offset, end - offset)
}

/** A table that the kernel of the host can also map buffers in, as in any other. */
export const tceWindow: TableReader<TceWindowState> & Pick<TranslationTable<TceWindowState>, 'set' | 'clear'> = {
  set(s, e, npages, address, permission, meter) {
    return s.table !== null && buildTces(s.table, absoluteOf(s, e), npages, address, permission, meter) === npages
  },
  clear(s, e, npages, meter) {
    if (s.table) clearTces(s.table, absoluteOf(s, e), npages, meter)
  },
  walk: (s, e) => (s.table ? getTce(s.table, absoluteOf(s, e)) : 0),
  place(s, e) {
    if (!s.table) return { page: 0, slot: 0 }
    const wide = s.table.spans[0]!
    const abs = absoluteOf(s, e)
    return { page: Math.floor(abs / wide), slot: abs % wide }
  },
  forEachTable(s, visit) {
    const { table } = s
    if (!table) return
    const wide = table.spans[0]!
    for (const { abs, pages: n, entry: first } of s.islands) {
      for (let number = Math.floor(abs / wide); number * wide < abs + n; number++) {
        const from = Math.max(abs, number * wide)
        const end = Math.min(abs + n, (number + 1) * wide)
        const used = usedIn(s, table, number, from, end)
        visit(first + from - abs, used, used, end - from)
      }
    }
  },
  levels: (s) => (s.table ? s.table.shape.indirectLevels + 1 : 0),
  tablesAt: (s, level) => s.table?.hw.counts[level] ?? 0,
  bytesAllocated: (s) => (s.table ? tceBytesAllocated(s.table) : 0),
  bytesAccounted: (s) => tceAccounted(s.request),
}
