// A window over the tree of ranges: the tree speaks absolute page frame numbers, the window entries of its table.
//
// What no request may get is in the tree from the start: what lies between islands and the reserved range. Page 0 lies
// below the lowest pfn that the tree hands out; it is how the kernel says "none".
// Invariant: a range of the tree lies inside one island or between two.

import { log2Ceil, pow2 } from '../../lib/bits.ts'
import { type CostMeter, takeLock } from '../engine/meter.ts'
import type { Island, RangeKind, WindowGeometry } from './allocator.ts'
import { absOf, checkGeometry } from './geometry.ts'
import { createTree, forEachNodeIn, type IovaTree, treeAdopt, treeFree, treeReserve } from './iova-tree.ts'

export interface TreeWindow {
  readonly geometry: WindowGeometry
  readonly islands: readonly Island[]
  readonly tree: IovaTree
  /** Highest pfn of the window. */
  readonly last: number
  /** First pfn of each permanent range of the tree. */
  readonly firm: readonly number[]
  /** Entries of an empty window that are not permanent. */
  readonly usable: number
  /** Recorded runs that no request is given, three numbers each: the first entry, the pages, and the first pfn of what the tree
   *  holds of it, 0 = nothing. Absent until there are any. */
  strays?: number[]
}

/** An empty window. Throws RangeError on one that no kernel sets up. */
export function createTreeWindow(geometry: WindowGeometry): TreeWindow {
  checkGeometry(geometry)
  const { offset, size, pageShift, resStart, resEnd } = geometry
  const islands = geometry.islands ?? [{ entry: 0, abs: offset, pages: size }]
  const last = absOf(geometry, size - 1)
  // A limit may fall inside a range that is reserved, never inside one that is aligned to its size.
  const tree = createTree(Math.max(1, absOf(geometry, 0)), pow2(32 - pageShift), resStart < resEnd)
  const firm: number[] = []
  const reserve = (from: number, end: number): void => {
    if (from >= end) return
    treeReserve(tree, from, end - 1)
    firm.push(from)
  }
  islands.slice(1).forEach((island, i) => {
    reserve(islands[i]!.abs + islands[i]!.pages, island.abs)
  })
  for (const { abs, pages: n } of islands) {
    reserve(Math.max(resStart, abs, tree.startPfn), Math.min(resEnd, abs + n))
  }
  const usable = freeOfTree({ geometry, islands, tree, last, firm, usable: 0 }, 0, size).free
  return { geometry, islands, tree, last, firm, usable }
}

/**
 * Takes the `npages` from entry `e` on, as a record says that they were handed out, with all `rounded` pages that a request for
 * them gets. What is not aligned as ranges are, begins at page 0 or lies in the rest of another range is a stray.
 */
export function adoptRun(w: TreeWindow, e: number, npages: number, rounded: number, asAnswer: boolean): void {
  const { tree, last } = w
  const first = absOf(w.geometry, e)
  const fits = first >= tree.startPfn && first + rounded - 1 <= last && first % pow2(log2Ceil(rounded)) === 0
  if (fits && treeAdopt(tree, first, first + rounded - 1, asAnswer)) return
  const pfn = Math.max(first, tree.startPfn)
  const end = first + npages
  const held = pfn < end && treeAdopt(tree, pfn, end - 1, asAnswer)
  w.strays ??= []
  w.strays.push(e, npages, held ? pfn : 0)
}

/** Takes the stray of `npages` at entry `e` back, under the tree's lock; false when there is none. */
export function freeStray(w: TreeWindow, e: number, npages: number, meter: CostMeter): boolean {
  const strays = w.strays!
  let i = 0
  while (i < strays.length && (strays[i] !== e || strays[i + 1] !== npages)) i += 3
  if (i === strays.length) return false
  const pfn = strays.splice(i, 3)[2]!
  takeLock(meter, 0)
  if (pfn > 0) treeFree(w.tree, pfn, meter)
  return true
}

/** Entries of the window up to pfn `limit` (inclusive). */
export function entriesUpTo(w: TreeWindow, limit: number): number {
  if (limit >= w.last) return w.geometry.size
  let entries = 0
  for (const { entry: first, abs, pages: n } of w.islands) {
    if (limit >= abs) entries = first + Math.min(n, limit - abs + 1)
  }
  return entries
}

/** Visits what is taken of entries [start, limit): each range of the tree, ascending, cut to that; `firm` = for ever. */
export function visitTaken(
  w: TreeWindow,
  start: number,
  limit: number,
  visit: (start: number, end: number, firm: boolean) => void,
): void {
  for (const { entry: first, abs, pages: n } of w.islands) {
    const from = Math.max(start, first)
    const end = Math.min(limit, first + n)
    if (from >= end) continue
    const shift = abs - first
    if (from + shift === 0) visit(from, from + 1, true)
    forEachNodeIn(w.tree, from + shift, end + shift, (lo, hi) => {
      visit(Math.max(from, lo - shift), Math.min(end, hi + 1 - shift), w.firm.includes(lo))
    })
  }
}

/** Free entries in [start, limit), and the longest run of them within an island. */
export function freeOfTree(w: TreeWindow, start: number, limit: number): { free: number; longestRun: number } {
  let free = 0
  let longestRun = 0
  for (const { entry: first, pages: n } of w.islands) {
    let at = Math.max(start, first)
    const end = Math.min(limit, first + n)
    const gap = (to: number): void => {
      if (to <= at) return
      free += to - at
      longestRun = Math.max(longestRun, to - at)
    }
    visitTaken(w, at, end, (from, to) => {
      gap(from)
      at = to
    })
    gap(end)
  }
  return { free, longestRun }
}

/** Takes pieces in ascending order and visits the maximal runs of one kind; `end` closes the last one. */
export function joinRuns(visit: (start: number, npages: number, kind: RangeKind) => void): {
  add: (start: number, end: number, kind: RangeKind) => void
  end: () => void
} {
  let from = 0
  let to = 0
  let last: RangeKind = 'used'
  const end = (): void => {
    if (to > from) visit(from, to - from, last)
  }
  const add = (start: number, stop: number, kind: RangeKind): void => {
    if (start !== to || kind !== last) {
      end()
      from = start
      last = kind
    }
    to = stop
  }
  return { add, end }
}
