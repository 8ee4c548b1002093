// The tree of ranges under one lock: searched from the top down, from a remembered range on.
//
// Kernel: drivers/iommu/iova.c, alloc_iova, __free_iova, reserve_iova, init_iova_domain. Spec: spec/IOVA.md 1 to 4.
// What it does: a request goes into the first gap below the remembered range that has room for it, a second time from
//   the top if that failed; what fails below 4 GiB leaves a mark that refuses as large requests at once.
// Numbers are absolute page frame numbers (up to 2^52, so never touched by bit operators); a limit is inclusive.
// Not modelled: the kernel walks from neighbour to neighbour in a red-black tree; here blocks of ranges without room are
//   passed over at once, and the steps that the walk would have taken are counted exactly.
// Invariant: no free gap that was freed since lies above a hint's range within its half (what is freed above it lifts
//   the hint).
// Cost: a look at each block of up to 64 ranges on the way, and at each range of those that may have room.

import { log2Ceil, pow2 } from '../../lib/bits.ts'
import { PRICES } from '../engine/cost.ts'
import { type CostMeter, charge, createMeter, noteWalk } from '../engine/meter.ts'
import {
  ANCHOR,
  BLOCK,
  createRangeBlocks,
  firstBeginningFrom,
  firstEndingFrom,
  highest,
  hiOf,
  insertBelow,
  lastBeginningTo,
  loOf,
  lowerTo,
  movesDown,
  NONE,
  type RangeBlocks,
  removeSlot,
  slotAfter,
  slotAt,
  slotBefore,
} from './range-blocks.ts'
import { addToShape, createShape, descendTo, lowerInShape, removeFromShape, type TreeShape } from './tree-shape.ts'

/** The remembered ranges, at which searches begin: below 4 GiB, and others. Indexes of `ranges.marks`. */
const HINT32 = 0
const HINT64 = 1
/** Sizes up to this are rounded by bit operators. */
const LARGE = 0x40000000

export interface IovaTree {
  /** Lowest pfn that is handed out, at least 1. */
  readonly startPfn: number
  /** First pfn that a 32-bit device cannot reach. */
  readonly p32: number
  readonly ranges: RangeBlocks
  readonly shape: TreeShape | null
  /** Requests of this many pages or more that must lie below 4 GiB are refused unseen. */
  failMark: number
  /** So many of the next requests for a node's memory are refused. */
  refuseNodes: number
}

/**
 * An empty space from `startPfn` (at least 1) on; `p32` = 2^32 / granule. Where ranges are not aligned or limits are not
 * powers of two less 1, `keepShape` makes the steps exact in the last corner (spec/IOVA.md 2.1).
 */
export function createTree(startPfn: number, p32: number, keepShape = false): IovaTree {
  const shape = keepShape ? createShape() : null
  return { startPfn, p32, ranges: createRangeBlocks(), shape, failMark: p32, refuseNodes: 0 }
}

/** First pfn of the range at which searches below 4 GiB begin; Infinity: at the top. */
export function hint32Of(t: IovaTree): number {
  return loOf(t.ranges, t.ranges.marks[HINT32]!)
}

/** First pfn of the range at which other searches begin; Infinity: at the top. */
export function hint64Of(t: IovaTree): number {
  return loOf(t.ranges, t.ranges.marks[HINT64]!)
}

/** Where the last `walk` ended, and its steps. */
let endedAt = ANCHOR
let walked = 0

function endWalk(slot: number, steps: number, found: number): number {
  endedAt = slot
  walked = steps
  return found
}

/**
 * Walks down from range `from` (itself the first) for room below `top`, to the first range below which `size` pages aligned
 * to `align` fit, or from which on they would lie below `floor`. Returns the pfn found, or 0; sets `endedAt` and `walked`.
 */
function walk(t: RangeBlocks, from: number, top: number, size: number, align: number, floor: number): number {
  const pairs = t.pairs.data
  const per = 1 / align
  // Below this end the aligned candidate lies under the floor.
  const lowest = Math.ceil(floor * per) * align + size
  let slot = from
  let steps = 0
  while (slot === ANCHOR || pairs[2 * slot]! >= top) {
    steps++
    if (top < lowest) return endWalk(slot, steps, 0)
    const below = slotBefore(t, slot)
    const found = Math.floor((top - size) * per) * align
    if (below === NONE || found > pairs[2 * below + 1]!) return endWalk(slot, steps, found)
    // Nothing else above the top can end the walk.
    const last = firstBeginningFrom(t, top)
    if (slot === last) slot = below
    else {
      steps += movesDown(t, slot, last) - 1
      slot = last
    }
  }
  const { first, end, rooms, lows, his, order } = t
  let place = t.place[slot >> 6]!
  for (;;) {
    const block = order[place]!
    const start = block * BLOCK + first[block]!
    const low = lows[place]!
    if (low < lowest) {
      // The floor lies in this block or above it.
      for (; slot > start; slot--) {
        steps++
        const lo = pairs[2 * slot]!
        if (lo < lowest) return endWalk(slot, steps, 0)
        const found = Math.floor((lo - size) * per) * align
        if (found > pairs[2 * slot - 1]!) return endWalk(slot, steps, found)
      }
    } else if (rooms[place]! >= size) {
      // One range after the other, but for the lowest of the block.
      const whole = slot - block * BLOCK === end[block]! - 1
      let widest = 0
      let i = 2 * slot
      for (let lo = pairs[i]!; i > 2 * start; lo = pairs[i]!) {
        const below = pairs[i - 1]!
        const found = Math.floor((lo - size) * per) * align
        if (found > below) return endWalk(i >> 1, steps + slot - (i >> 1) + 1, found)
        if (lo - below > widest) widest = lo - below
        i -= 2
      }
      if (whole) rooms[place] = widest - 1
      steps += slot - start
    } else steps += slot - start
    steps++
    if (low < lowest) return endWalk(start, steps, 0)
    const found = Math.floor((low - size) * per) * align
    if (place === 0 || found > his[place - 1]!) return endWalk(start, steps, found)
    place--
    // Whole blocks in which nothing can end the walk.
    for (; place > 0; place--) {
      const lo = lows[place]!
      if (rooms[place]! >= size || lo - his[place - 1]! > size || lo < lowest) break
      const passed = order[place]!
      steps += end[passed]! - first[passed]!
    }
    slot = highest(t, order[place]!)
  }
}

/** A walk, noted and charged. */
function pass(
  t: IovaTree,
  from: number,
  top: number,
  size: number,
  align: number,
  floor: number,
  meter: CostMeter,
): number {
  const found = walk(t.ranges, from, top, size, align, floor)
  const lo = loOf(t.ranges, from)
  noteWalk(meter, lo < top ? lo : top, found === 0 ? floor : found, walked)
  charge(meter, PRICES.treeStep, walked)
  return found
}

/** The power of two that a range of this size is aligned to. */
function alignmentOf(size: number): number {
  return size <= LARGE ? 1 << (32 - Math.clz32(size - 1)) : pow2(log2Ceil(size))
}

/** Where the second pass begins: the anchor above 4 GiB, else the lowest range from `top` on, or the one across it if
 *  the tree's shape has it on the way. Spec/IOVA.md 2.1. */
function restartAt(t: IovaTree, top: number): number {
  if (top > t.p32) return ANCHOR
  const met = t.shape ? descendTo(t.shape, top) : top
  return met < top ? lastBeginningTo(t.ranges, met) : firstBeginningFrom(t.ranges, top)
}

/**
 * Room for `size` pages (at least 1) up to pfn `limit`, aligned to the next power of two if `aligned`. Returns the first
 * pfn, which is taken now, or 0. Charges steps and node, notes a walk per pass. Spec/IOVA.md 2.
 */
export function treeAlloc(t: IovaTree, size: number, limit: number, aligned: boolean, meter: CostMeter): number {
  if (t.refuseNodes > 0) {
    t.refuseNodes--
    return 0
  }
  const top = limit + 1
  const low = top <= t.p32
  if (low && size >= t.failMark) return 0
  const { ranges } = t
  const align = aligned ? alignmentOf(size) : 1
  const start = ranges.marks[low ? HINT32 : HINT64]!
  let floor = t.startPfn
  let found = pass(t, start, top, size, align, floor, meter)
  if (found === 0) {
    const reached = hiOf(ranges, start)
    if (reached < top) {
      floor = reached + 1
      found = pass(t, restartAt(t, top), top, size, align, floor, meter)
    }
    if (found === 0) {
      t.failMark = size
      return 0
    }
  }
  charge(meter, PRICES.treeFixed)
  const hi = found + size - 1
  const slot = insertBelow(ranges, endedAt, found, hi)
  ranges.marks[hi < t.p32 ? HINT32 : HINT64] = slot
  if (t.shape) addToShape(t.shape, found, hi)
  return found
}

/** What `treeUndo` needs of the moment before a request. */
export function treeBefore(t: IovaTree): readonly number[] {
  return [hint32Of(t), hint64Of(t), t.failMark]
}

/** Takes the range that the last request was given, at `pfn` (0: it was refused), out again, as if it had never been made. */
export function treeUndo(t: IovaTree, pfn: number, before: readonly number[]): void {
  if (pfn > 0) treeFree(t, pfn, aside)
  for (const mark of [HINT32, HINT64]) {
    const lo = before[mark]!
    t.ranges.marks[mark] = lo === Infinity ? ANCHOR : lastBeginningTo(t.ranges, lo)
  }
  t.failMark = before[2]!
}

/** For work that no operation pays for. */
export const aside = createMeter()

/**
 * Takes exactly [lo, hi], as a record says that it was handed out. `asAnswer`: it is remembered as if a request had been given
 * it. False, and no change, where some of it is taken. Charges nothing.
 */
export function treeAdopt(t: IovaTree, lo: number, hi: number, asAnswer: boolean): boolean {
  const { ranges } = t
  const above = firstEndingFrom(ranges, lo)
  if (loOf(ranges, above) <= hi) return false
  const slot = insertBelow(ranges, above, lo, hi)
  if (t.shape) addToShape(t.shape, lo, hi)
  if (!asAnswer) return true
  const low = hi < t.p32
  ranges.marks[low ? HINT32 : HINT64] = slot
  // A tree that would have refused as much unseen has been proven wrong.
  if (low && hi - lo >= t.failMark - 1) t.failMark = t.p32
  return true
}

/** Takes the range that contains `pfn` out. False, and no change, if there is none. Spec/IOVA.md 3. */
export function treeFree(t: IovaTree, pfn: number, meter: CostMeter): boolean {
  charge(meter, PRICES.treeFind)
  const { ranges } = t
  const { marks } = ranges
  const hint = marks[HINT32]!
  const slot = hint !== ANCHOR && loOf(ranges, hint) === pfn ? hint : slotAt(ranges, pfn)
  if (slot === NONE) return false
  charge(meter, PRICES.treeFree)
  const lo = loOf(ranges, slot)
  const next = slotAfter(ranges, slot)
  if (slot === hint || (hiOf(ranges, slot) < t.p32 && lo >= loOf(ranges, hint))) marks[HINT32] = next
  if (lo < t.p32) t.failMark = t.p32
  if (lo >= loOf(ranges, marks[HINT64]!)) marks[HINT64] = next
  removeSlot(ranges, slot)
  if (t.shape) removeFromShape(t.shape, lo)
  return true
}

/**
 * Takes [lo, hi] for ever: what of it is taken already stays with its range, of which each that overlaps is extended
 * downward over what is left. Returns the first pfn of the range that the kernel's call returns. Spec/IOVA.md 4.
 */
export function treeReserve(t: IovaTree, lo: number, hi: number): number {
  const { ranges, shape } = t
  let slot = firstEndingFrom(ranges, lo)
  let from = lo
  for (; loOf(ranges, slot) <= hi && hiOf(ranges, slot) >= from; slot = slotAfter(ranges, slot)) {
    if (from < loOf(ranges, slot)) {
      if (shape) lowerInShape(shape, loOf(ranges, slot), from)
      lowerTo(ranges, slot, from)
    }
    if (hi <= hiOf(ranges, slot)) return loOf(ranges, slot)
    from = hiOf(ranges, slot) + 1
  }
  insertBelow(ranges, slot, from, hi)
  if (shape) addToShape(shape, from, hi)
  return from
}

/** Visits every range, ascending. */
export function forEachNode(t: IovaTree, visit: (lo: number, hi: number) => void): void {
  forEachNodeIn(t, 0, Infinity, visit)
}

/** Visits every range that has a pfn in [from, to), ascending. */
export function forEachNodeIn(t: IovaTree, from: number, to: number, visit: (lo: number, hi: number) => void): void {
  const { ranges } = t
  for (let slot = firstEndingFrom(ranges, from); slot !== ANCHOR; slot = slotAfter(ranges, slot)) {
    if (loOf(ranges, slot) >= to) return
    visit(loOf(ranges, slot), hiOf(ranges, slot))
  }
}
