// The multi-level TCE table of powernv: level tables that lead to level tables, made when an entry is first written.
//
// Kernel: arch/powerpc/platforms/powernv/pci-ioda-tce.c, see `tceMultiKernel` below. Spec: spec/POWERPC.md C.
// What it does: every level takes its share of an entry's number, top first; a level table that is missing on the way is
//   made by whoever writes an entry and by nobody else, and none is given back before the whole table is. A second tree
//   of the same shape, where asked for, keeps the user-space address behind each entry, for VFIO.
// As in the kernel: building does not look whether memory was left (it crashes; here it stops and says so), and clearing
//   rounds its own counter to the end of a missing level table instead of the entry, so that a range that does not begin
//   on such a table's first entry may leave entries of the next table alive.
// Alternatives of the 2018 discussion, as options of a table. `backing: 'vmalloc'`: could not vmalloc() leave the gaps of
//   one flat table without memory? No, was the answer: it fills all of it at once. So it is one level of any size, whole
//   from the start. `clearAllocates`: the first posting's mistake; read here as every walk that only cleans up (clear,
//   exchange with no direction, VFIO's clear with its look at the user copy) making the level tables that it meets missing.
// Not modelled: two CPUs making the same level table (one frees its own), KVM's hypercalls beyond `mayAllocate`, how many
//   windows a VFIO container may have and the limit of what it may lock, node and zone of the memory,
//   entries outside the level tables (the kernel takes their lower bits; here their level table is missing).
// Invariant: a level table's word in `tables` is 1 + its entries that are not 0; where that word is 0 the table is one of
//   the first `whole` of its height, as it was at creation, or missing. `counts` are the tables that are there.
// Cost: one 8-byte write per entry; a walk asks one hash whether the leaf table is there, and remembers the last.
//   Memory of the simulation: see tce-multi-store.ts, whatever the window.

import { alignDown, alignUp, modPow2, pow2 } from '../../lib/bits.ts'
import type { CostMeter } from '../engine/meter.ts'
import type { KernelRef } from '../types.ts'
import { TCE_BITS, TCE_READ, TCE_WRITE } from './table.ts'
import { type TceRefusal, type TceRequest, type TceShape, tceAccounted, tceShape } from './tce-multi-levels.ts'
import { addToWord, createStore, findWord, readWord, swapWord, type WordStore, wordAt } from './tce-multi-store.ts'

export const tceMultiKernel: KernelRef = {
  file: 'arch/powerpc/platforms/powernv/pci-ioda-tce.c',
  symbols: ['pnv_pci_ioda2_table_alloc_pages', 'pnv_tce', 'pnv_tce_build', 'pnv_tce_xchg', 'pnv_tce_free'],
  tag: 'v6.12',
}

/** No memory for a level table: -ENOMEM. */
export const TCE_NO_MEMORY = -12
/** A level table is missing and may not be made here; the hypercall is tried again where it may. H_TOO_HARD is 9999. */
export const TCE_TOO_HARD = -9999
/** There is no such level table, so no such word either. */
export const TCE_MISSING = -1

/** Bytes of a table page, the unit of `meter.tablePages`. */
const TABLE_PAGE = 4096
/** What tells the heights apart in the keys of `tables`: more than there are tables at any of them. */
const HEIGHT_KEYS = pow2(46)

/** A number that no leaf table has. */
const NO_TABLE = Number.MAX_SAFE_INTEGER

/** A tree of level tables. */
export interface TceTree {
  /** The words of the leaf tables by entry. */
  readonly values: WordStore
  /** By height and number: 1 + words that are not 0. */
  readonly tables: WordStore
  /** [heights] level tables that are there; those from creation; height 0 = leaf. */
  readonly counts: number[]
  readonly whole: number[]
  /** The leaf table that was reached last (NO_TABLE at first), and the place of its word in `tables` (-1 = has none yet). */
  lastTable: number
  lastWord: number
}

export interface TceMultiState {
  readonly request: TceRequest
  readonly shape: TceShape
  readonly levelBytes: number
  readonly pageBytes: number
  /** [heights] entries that one level table at this height leads to. */
  readonly spans: readonly number[]
  /** Real page address + permission. */
  readonly hw: TceTree
  /** User-space addresses. */
  readonly user: TceTree | null
  /** Pages of memory that VFIO holds for entries of this table. */
  references: number
}

function createTree(atCreation: readonly number[]): TceTree {
  return {
    values: createStore(),
    tables: createStore(),
    counts: [...atCreation],
    whole: [...atCreation],
    lastTable: NO_TABLE,
    lastWord: -1,
  }
}

/** A table as requested, or why there is none. */
export function createTceMulti(r: TceRequest): TceMultiState | TceRefusal {
  const shape = tceShape(r)
  if (typeof shape === 'string') return shape
  return {
    request: r,
    shape,
    levelBytes: pow2(shape.levelShift),
    pageBytes: pow2(r.pageShift),
    spans: shape.atCreation.map((_, height) => pow2(shape.entryBits * (height + 1))),
    hw: createTree(shape.atCreation),
    user: r.userCopy ? createTree(shape.atCreation) : null,
    references: 0,
  }
}

/** Who holds windows by way of VFIO. */
export interface VfioContainer {
  /** Shifts of the page sizes that the IOMMU group offers. */
  readonly pageShifts: readonly number[]
  /** Kernel pages charged to user space. */
  lockedPages: number
}

/**
 * A table for user space, charged before it is made. As in the kernel, a table that cannot be made stays charged, so
 * that trying again with more levels is charged twice. Spec C.4.
 */
export function createForVfio(c: VfioContainer, r: TceRequest): TceMultiState | TceRefusal {
  if (!c.pageShifts.includes(r.pageShift)) return 'page-size'
  const accounted = tceAccounted(r)
  // What can have no size is refused for the reason that creation would give.
  if (accounted > 0) c.lockedPages += Math.floor(accounted / pow2(r.kernelPageShift))
  return createTceMulti(r)
}

/**
 * Leads entries [first, first+npages) to consecutive real pages from the page of `address`. `permission` is TCE_READ
 * and TCE_WRITE; write implies read. Returns the entries written: fewer than `npages` where memory for a level table
 * ran out, at which the kernel would have crashed.
 */
export function buildTces(
  s: TceMultiState,
  first: number,
  npages: number,
  address: number,
  permission: number,
  meter: CostMeter,
): number {
  const at = first - s.request.offset
  let tce = alignDown(address, s.pageBytes) + impliedPermission(permission)
  for (let i = 0; i < npages; i++, tce += s.pageBytes) {
    if (!reachLeaf(s, s.hw, at + i, true, meter)) return i
    put(s.hw, at + i, tce)
    meter.tceWrites++
  }
  return npages
}

/**
 * Writes the real address `address` (its lowest two bits 0) with `permission` into an entry. Returns what stood there,
 * address + permission, 0 if nothing did; TCE_NO_MEMORY, or TCE_TOO_HARD when a level table is missing that this caller
 * may not make (KVM in real mode, before 5.x). Without permission nothing is ever made, and nothing missing is an error.
 */
export function exchangeTce(
  s: TceMultiState,
  abs: number,
  address: number,
  permission: number,
  mayAllocate: boolean,
  meter: CostMeter,
): number {
  const e = abs - s.request.offset
  const make = permission === 0 ? s.request.clearAllocates : mayAllocate
  if (!reachLeaf(s, s.hw, e, make, meter)) {
    if (permission === 0) return 0
    return mayAllocate ? TCE_NO_MEMORY : TCE_TOO_HARD
  }
  meter.tceWrites++
  return put(s.hw, e, address + impliedPermission(permission))
}

/** Sets entries [first, first+npages) to 0, but for those that the counter skips (see above). */
export function clearTces(s: TceMultiState, first: number, npages: number, meter: CostMeter): void {
  const { hw, spans } = s
  const make = s.request.clearAllocates
  if (hw.counts[0] === 0 && !make) return
  const from = first - s.request.offset
  const span = spans[0]!
  for (let i = 0; i < npages; ) {
    const e = from + i
    if (!reachLeaf(s, hw, e, make, meter)) {
      // Where the counter arrives after it has gone to the next multiple of `span` for each missing leaf table.
      i = alignUp(missingEnd(s, hw, e) - from, span)
      continue
    }
    const n = Math.min(npages - i, alignDown(e, span) + span - e)
    // A table without entries needs no look at each of them.
    if (usedNow(hw) > 0) for (let k = 0; k < n; k++) put(hw, e + k, 0)
    meter.tceWrites += n
    i += n
  }
}

/** What stands in an entry: real address + permission; 0 when it is not set or its level table is missing. */
export function getTce(s: TceMultiState, abs: number): number {
  return readWord(s.hw.values, abs - s.request.offset)
}

/** The permission bits of what `exchangeTce` and `getTce` return. */
export function permissionOfTce(tce: number): number {
  return modPow2(tce, TCE_BITS)
}

/**
 * User-space address behind an entry, 0 if none; TCE_MISSING when its level table is missing and may not be made, has
 * no memory, or there is no user copy.
 */
export function userAddress(s: TceMultiState, abs: number, mayAllocate: boolean, meter: CostMeter): number {
  const e = abs - s.request.offset
  if (!s.user || !reachLeaf(s, s.user, e, mayAllocate, meter)) return TCE_MISSING
  return readWord(s.user.values, e)
}

/**
 * VFIO maps: entries [first, first+npages) lead to consecutive real pages from `address`, which user space knows as
 * `user`, and each holds a reference to its page. The table must have a user copy. Returns 0, or TCE_NO_MEMORY at the
 * first page without a level table; the pages before it stay mapped.
 */
export function vfioBuild(
  s: TceMultiState,
  first: number,
  npages: number,
  address: number,
  user: number,
  permission: number,
  meter: CostMeter,
): number {
  const { offset } = s.request
  for (let i = 0; i < npages; i++) {
    const abs = first + i
    const step = i * s.pageBytes
    if (userAddress(s, abs, true, meter) === TCE_MISSING) return TCE_NO_MEMORY
    const old = exchangeTce(s, abs, address + step, permission, true, meter)
    if (old < 0) return old
    s.references++
    if (permissionOfTce(old) !== 0) dropReference(s, abs, meter)
    put(s.user!, abs - offset, user + step)
  }
  return 0
}

/** VFIO unmaps entries [first, first+npages). It goes by the user copy: what has no level table there is passed over. */
export function vfioClear(s: TceMultiState, first: number, npages: number, meter: CostMeter): void {
  const { offset } = s.request
  const span = s.spans[0]!
  const look = s.user !== null && s.shape.indirectLevels > 0
  for (let abs = first; abs < first + npages; abs = abs + 1) {
    if (look && userAddress(s, abs, s.request.clearAllocates, meter) === TCE_MISSING) {
      abs = alignUp(missingEnd(s, s.user!, abs - offset) + offset, span) - 1
      continue
    }
    const old = exchangeTce(s, abs, 0, 0, false, meter)
    if (permissionOfTce(old) !== 0) dropReference(s, abs, meter)
  }
}

/** Gives back the reference that an entry holds, if its user-space address is known. */
function dropReference(s: TceMultiState, abs: number, meter: CostMeter): void {
  if (userAddress(s, abs, false, meter) <= 0) return
  s.references--
  put(s.user!, abs - s.request.offset, 0)
}

/** Gives every level table back, found by walking both trees. Returns the bytes of those that no walk found: 0. */
export function freeTceMulti(s: TceMultiState): number {
  let lost = 0
  for (const tree of treesOf(s)) {
    for (let height = 0; height < tree.counts.length; height++) {
      let found = 0
      forEachTceTable(s, tree, height, 0, Number.MAX_SAFE_INTEGER, () => {
        found++
      })
      lost += tree.counts[height]! - found
    }
    Object.assign(tree, createTree(tree.counts.map(() => 0)))
  }
  s.references = 0
  return lost * s.levelBytes
}

/** Bytes of the level tables that are there, of both trees. */
export function tceBytesAllocated(s: TceMultiState): number {
  return tablesOf(s.hw, s.levelBytes) + (s.user ? tablesOf(s.user, s.levelBytes) : 0)
}

/** Words that are not 0 in level table `number` at `height` of a tree; TCE_MISSING when it is not there. */
export function tceTableUsed(s: TceMultiState, tree: TceTree, height: number, number: number): number {
  const word = readWord(tree.tables, height * HEIGHT_KEYS + number)
  return word > 0 ? word - 1 : usedAtCreation(s, tree, height, number)
}

/**
 * Visits the level tables at `height` with a number in [from, to), ascending, with how many of their words are not 0.
 * Table `number` is about the entries from number * spans[height] on. Walks down from the top, past what is missing.
 */
export function forEachTceTable(
  s: TceMultiState,
  tree: TceTree,
  height: number,
  from: number,
  to: number,
  visit: (number: number, used: number) => void,
): void {
  const wide = s.spans[0]!
  const descend = (at: number, number: number): void => {
    let left = tceTableUsed(s, tree, at, number)
    if (left === TCE_MISSING) return
    if (at === height) {
      if (number >= from && number < to) visit(number, left)
      return
    }
    const below = s.spans[at - 1]! / s.spans[height]!
    const begin = Math.max(number * wide, Math.floor(from / below))
    const end = Math.min((number + 1) * wide, Math.ceil(to / below))
    // Where the whole of a table is asked for, its last word ends the search.
    for (let child = begin; child < end && left > 0; child++) {
      if (tceTableUsed(s, tree, at - 1, child) === TCE_MISSING) continue
      left--
      descend(at - 1, child)
    }
  }
  descend(s.shape.indirectLevels, 0)
}

/** Trees of a table: the hardware's, then the user copy. */
export function treesOf(s: TceMultiState): readonly TceTree[] {
  return s.user ? [s.hw, s.user] : [s.hw]
}

function impliedPermission(permission: number): number {
  return permission >= TCE_WRITE ? TCE_READ + TCE_WRITE : permission
}

function tablesOf(tree: TceTree, levelBytes: number): number {
  let tables = 0
  for (let height = 0; height < tree.counts.length; height++) tables += tree.counts[height]!
  return tables * levelBytes
}

/** Words that a level table had at creation, or TCE_MISSING. */
function usedAtCreation(s: TceMultiState, tree: TceTree, height: number, number: number): number {
  if (number >= tree.whole[height]!) return TCE_MISSING
  if (height === 0) return 0
  const wide = s.spans[0]!
  return Math.min(wide, Math.max(0, tree.whole[height - 1]! - number * wide))
}

/** Words of the leaf table reached last that are not 0. */
function usedNow(tree: TceTree): number {
  return tree.lastWord < 0 ? 0 : wordAt(tree.tables, tree.lastWord) - 1
}

/** Finds the leaf table of entry `e` for `put`. False: it is missing, and was not or could not be made. */
function reachLeaf(s: TceMultiState, tree: TceTree, e: number, make: boolean, meter: CostMeter): boolean {
  const table = Math.floor(e / s.spans[0]!)
  if (table === tree.lastTable) return true
  if (e < 0 || e >= s.spans[s.shape.indirectLevels]!) return false
  const place = findWord(tree.tables, table)
  const known = place >= 0 && wordAt(tree.tables, place) > 0
  if (!known && table >= tree.whole[0]! && !(make && makeTables(s, tree, table, meter))) return false
  tree.lastTable = table
  tree.lastWord = known ? place : table < tree.whole[0]! ? -1 : findWord(tree.tables, table)
  return true
}

/** First entry behind the level table that is missing on the way to entry `e`, whose leaf table is missing. */
function missingEnd(s: TceMultiState, tree: TceTree, e: number): number {
  let height = 0
  while (tceTableUsed(s, tree, height + 1, Math.floor(e / s.spans[height + 1]!)) === TCE_MISSING) height++
  const span = s.spans[height]!
  return alignDown(e, span) + span
}

/** Makes the level tables that are missing on the way to a leaf table, from the top. False: memory ran out on the way. */
function makeTables(s: TceMultiState, tree: TceTree, leaf: number, meter: CostMeter): boolean {
  const leafSpan = s.spans[0]!
  let height = 1
  let parent = Math.floor(leaf / leafSpan)
  while (tceTableUsed(s, tree, height, parent) === TCE_MISSING) {
    height++
    parent = Math.floor(parent / leafSpan)
  }
  for (; height > 0; height--) {
    if (tceBytesAllocated(s) + s.levelBytes > s.request.memoryBytes) return false
    const child = Math.floor((leaf * leafSpan) / s.spans[height - 1]!)
    setUsed(tree, height - 1, child, 0)
    setUsed(tree, height, parent, tceTableUsed(s, tree, height, parent) + 1)
    tree.counts[height - 1] = tree.counts[height - 1]! + 1
    meter.tablePages += Math.max(1, s.levelBytes / TABLE_PAGE)
    parent = child
  }
  return true
}

/** Notes how many words of a level table are not 0. */
function setUsed(tree: TceTree, height: number, number: number, used: number): void {
  swapWord(tree.tables, height * HEIGHT_KEYS + number, used + 1)
}

/** Writes the word of entry `e`, whose leaf table was reached last. Returns what stood there. */
function put(tree: TceTree, e: number, value: number): number {
  const old = swapWord(tree.values, e, value)
  if (old === 0 ? value !== 0 : value === 0) addUsed(tree, value === 0 ? -1 : 1)
  return old
}

function addUsed(tree: TceTree, change: number): void {
  if (tree.lastWord >= 0) {
    addToWord(tree.tables, tree.lastWord, change)
    return
  }
  setUsed(tree, 0, tree.lastTable, change)
  tree.lastWord = findWord(tree.tables, tree.lastTable)
}
