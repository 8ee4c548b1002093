// The tree of ranges under one lock: searched from the top down, from a remembered range on.
//
// Kernel: drivers/iommu/iova.c, alloc_iova, __free_iova, reserve_iova, init_iova_domain. Spec: spec/IOVA.md 1 to 4.
// What it does: a request goes into the first gap below the remembered range that has room for it, a second time from
//   the top if that failed; what fails below 4 GiB leaves a mark that refuses as large requests at once.
// Numbers are absolute page frame numbers (up to 2^52, so never touched by bit operators); a limit is inclusive.
// Not modelled: the kernel walks from neighbour to neighbour; here gaps that are too small are passed over by subtree,
//   and the steps that the walk would have taken are counted exactly.
// Invariant: no free gap that was freed since lies above a hint's range within its half (what is freed above it lifts
//   the hint).
// Cost: O(log n), and a step for every gap that is large enough but not where alignment wants it.

import { log2Ceil, pow2 } from '../../lib/bits.ts'
import { PRICES } from '../engine/cost.ts'
import { type CostMeter, charge, noteWalk } from '../engine/meter.ts'
import {
  ANCHOR,
  COUNT,
  createGapTree,
  descendTo,
  firstBeginningFrom,
  firstEndingFrom,
  GAP,
  type GapTree,
  HI,
  insertBelow,
  LEFT,
  LINKS,
  LO,
  lowerTo,
  MAX,
  nodeAfter,
  nodeAt,
  nodeHi,
  nodeLo,
  PARENT,
  PREV,
  RANGES,
  RIGHT,
  rankOf,
  removeNode,
} from './gap-tree.ts'

/** Steps taken one by one before the search goes over to whole subtrees. */
const NEAR = 6

export interface IovaTree extends GapTree {
  /** Lowest pfn that is handed out, at least 1. */
  readonly startPfn: number
  /** First pfn that a 32-bit device cannot reach. */
  readonly p32: number
  /** Nodes (see `nodeLo`) at which searches begin: below 4 GiB, and others. */
  hint32: number
  hint64: number
  /** Requests of this many pages or more that must lie below 4 GiB are refused unseen. */
  failMark: number
  /** So many of the next requests for a node's memory are refused. */
  refuseNodes: number
}

/** An empty space from `startPfn` (at least 1) on; `p32` = 2^32 / granule. */
export function createTree(startPfn: number, p32: number): IovaTree {
  return { ...createGapTree(), startPfn, p32, hint32: ANCHOR, hint64: ANCHOR, failMark: p32, refuseNodes: 0 }
}

/** Steps of the last `walk`. */
let walked = 0

/**
 * The range at which a walk ends that goes down from `from` (itself the first) for room below `top`: at the first below
 * which `size` pages aligned to `align` fit, or from which on they would lie below `floor`. Sets `walked`.
 */
function walk(t: IovaTree, from: number, top: number, size: number, align: number, floor: number): number {
  const links = t.links.data
  const ranges = t.ranges.data
  const per = 1 / align
  // Below this end the aligned candidate lies under the floor.
  const lowest = Math.ceil(floor * per) * align + size
  let node = from
  let steps = 0
  for (let near = NEAR; ; ) {
    const lo = ranges[node * RANGES + LO]!
    const end = lo < top ? lo : top
    const prev = links[node * LINKS + PREV]!
    steps++
    if (end < lowest || prev === 0 || Math.floor((end - size) * per) * align > ranges[prev * RANGES + HI]!) {
      walked = steps
      return node
    }
    node = prev
    if (--near > 0) continue
    if (ranges[node * RANGES + LO]! <= top) break
    // Nothing above the top can end the walk.
    const last = firstBeginningFrom(t, top)
    steps += rankOf(t, node) - rankOf(t, last)
    node = last
    near = 1
  }
  const first = node
  const before = steps
  for (;;) {
    steps++
    const gap = ranges[node * RANGES + GAP]!
    if (gap >= size) {
      const lo = ranges[node * RANGES + LO]!
      if (lo < lowest) break
      if (Math.floor((lo - size) * per) * align >= lo - gap) {
        walked = steps
        return node
      }
    }
    let below = links[node * LINKS + LEFT]!
    if (ranges[below * RANGES + MAX]! >= size) {
      // The highest of the subtree with such a gap.
      for (;;) {
        const right = links[below * LINKS + RIGHT]!
        if (ranges[right * RANGES + MAX]! >= size) {
          below = right
          continue
        }
        steps += links[right * LINKS + COUNT]!
        if (ranges[below * RANGES + GAP]! >= size) break
        steps++
        below = links[below * LINKS + LEFT]!
      }
      node = below
      continue
    }
    steps += links[below * LINKS + COUNT]!
    let child = node
    node = links[child * LINKS + PARENT]!
    while (node !== 0 && links[node * LINKS + LEFT] === child) {
      child = node
      node = links[child * LINKS + PARENT]!
    }
    if (node === 0) break
  }
  const last = links[firstBeginningFrom(t, lowest) * LINKS + PREV]!
  walked = before + rankOf(t, first) - rankOf(t, last) + 1
  return last
}

/** One pass: the pfn found below range `from`, or one below `floor` when there is no room. Sets `place`. */
function pass(
  t: IovaTree,
  from: number,
  top: number,
  size: number,
  align: number,
  floor: number,
  meter: CostMeter,
): number {
  place = walk(t, from, top, size, align, floor)
  const found = Math.floor((Math.min(top, nodeLo(t, place)) - size) / align) * align
  noteWalk(meter, Math.min(top, nodeLo(t, from)), Math.max(found, floor), walked)
  charge(meter, PRICES.treeStep, walked)
  return found
}

/** The range above the room that the last pass found. */
let place = ANCHOR

/** Where the second pass begins: the anchor above 4 GiB, else the lowest range from `top` on, or the one across it if
 *  the tree's shape has it on the way. Spec/IOVA.md 2.1. */
function restartNode(t: IovaTree, top: number): number {
  if (top > t.p32) return ANCHOR
  const met = descendTo(t, top)
  return nodeLo(t, met) < top ? met : firstBeginningFrom(t, top)
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
  const align = aligned ? pow2(log2Ceil(size)) : 1
  const start = low ? t.hint32 : t.hint64
  let floor = t.startPfn
  let found = pass(t, start, top, size, align, floor, meter)
  if (found < floor) {
    const reached = nodeHi(t, start)
    if (reached < top) {
      floor = reached + 1
      found = pass(t, restartNode(t, top), top, size, align, floor, meter)
    }
    if (found < floor) {
      t.failMark = size
      return 0
    }
  }
  charge(meter, PRICES.treeFixed)
  const node = insertBelow(t, place, found, found + size - 1)
  if (found + size - 1 < t.p32) t.hint32 = node
  else t.hint64 = node
  return found
}

/** Takes the range that contains `pfn` out. False, and no change, if there is none. Spec/IOVA.md 3. */
export function treeFree(t: IovaTree, pfn: number, meter: CostMeter): boolean {
  charge(meter, PRICES.treeFind)
  const node = nodeAt(t, pfn)
  if (node === 0) return false
  charge(meter, PRICES.treeFree)
  const lo = nodeLo(t, node)
  const next = nodeAfter(t, node)
  if (node === t.hint32 || (lo >= nodeLo(t, t.hint32) && nodeHi(t, node) < t.p32)) t.hint32 = next
  if (lo < t.p32) t.failMark = t.p32
  if (lo >= nodeLo(t, t.hint64)) t.hint64 = next
  removeNode(t, node)
  return true
}

/**
 * Takes [lo, hi] for ever: what of it is taken already stays with its range, of which the first that overlaps is
 * extended downward. Returns the node that the kernel's call returns. Spec/IOVA.md 4.
 */
export function treeReserve(t: IovaTree, lo: number, hi: number): number {
  let node = firstEndingFrom(t, lo)
  let from = lo
  for (; nodeLo(t, node) <= hi && nodeHi(t, node) >= from; node = nodeAfter(t, node)) {
    if (from < nodeLo(t, node)) lowerTo(t, node, from)
    if (hi <= nodeHi(t, node)) return node
    from = nodeHi(t, node) + 1
  }
  return insertBelow(t, node, from, hi)
}

/** Visits every range, ascending. */
export function forEachNode(t: IovaTree, visit: (lo: number, hi: number) => void): void {
  forEachNodeIn(t, 0, Infinity, visit)
}

/** Visits every range that has a pfn in [from, to), ascending. */
export function forEachNodeIn(t: IovaTree, from: number, to: number, visit: (lo: number, hi: number) => void): void {
  for (let node = firstEndingFrom(t, from); node !== ANCHOR; node = nodeAfter(t, node)) {
    if (nodeLo(t, node) >= to) return
    visit(nodeLo(t, node), nodeHi(t, node))
  }
}
