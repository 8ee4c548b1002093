// One tree: every request and every free goes to the tree of ranges, under its one lock.
//
// Kernel: drivers/iommu/iova.c, alloc_iova and free_iova. Spec: spec/IOVA.md 1 to 4.
// What it does: as told in iova-tree.ts, on every call. So did kernels until 4.6; what has no magazine does today.
// Not modelled: the tree of those years, which had one remembered range, no anchor and no mark of refusal: this is the
//   tree of 6.12, used without what stands above it.
// Invariant: each range of the tree is one mapping or permanent.
// Cost: the tree's lock for the whole of it.

import type { CostMeter } from '../engine/meter.ts'
import { FROM_HINT, FROM_START, MAX_WALKS, noteTry, takeLock } from '../engine/meter.ts'
import { NO_ENTRY } from '../types.ts'
import { type AllocatorInfo, type AllocRequest, type Region, withCode } from './allocator.ts'
import { absOf, entryOf } from './geometry.ts'
import { hint32Of, hint64Of, treeAlloc, treeBefore, treeFree, treeUndo } from './iova-tree.ts'
import {
  adoptRun,
  createTreeWindow,
  entriesUpTo,
  freeOfTree,
  freeStray,
  joinRuns,
  type TreeWindow,
  visitTaken,
} from './tree-window.ts'

const TREE_LOCK = 0

/** The parts below and above 4 GiB, as far as the window has them, with their hints. */
export function treeRegions(w: TreeWindow): Region[] {
  const { tree } = w
  const cut = entriesUpTo(w, tree.p32 - 1)
  const part = (name: string, start: number, end: number, from: number): Region => {
    const hint = from > w.last ? end : entriesUpTo(w, from - 1)
    return { name, start, end, hint: Math.min(Math.max(hint, start), end), lock: TREE_LOCK }
  }
  return [part('below 4 GiB', 0, cut, hint32Of(tree)), part('above', cut, w.geometry.size, hint64Of(tree))].filter(
    ({ start, end }) => start < end,
  )
}

/** Tells the walks of a refused request as the searches they were. */
export function noteWalksAsTries(w: TreeWindow, meter: CostMeter): void {
  const above = entriesUpTo(w, w.tree.p32 - 1)
  for (let i = 0; i < meter.walks && i < MAX_WALKS; i++) {
    const start = entriesUpTo(w, meter.walkTo[i]! - 1)
    const limit = entriesUpTo(w, meter.walkFrom[i]! - 1)
    const isRestart = i > 0 && start > entriesUpTo(w, meter.walkTo[i - 1]! - 1)
    noteTry(meter, limit > above && above > 0 ? 1 : 0, isRestart ? FROM_START : FROM_HINT, start, limit)
  }
}

export const rbtreeInfo: AllocatorInfo<readonly []> = {
  id: 'rbtree',
  label: 'One tree',
  era: 'until 4.6, and today beneath the magazines',
  shipped: { by: 'common' },
  kernel: {
    file: 'drivers/iommu/iova.c',
    symbols: ['alloc_iova', '__free_iova', '__alloc_and_insert_iova_range', 'iova_insert_rbtree'],
    tag: 'v6.12',
  },
  charges: true,
  follows: true,
  params: [],
  lines: [{ oneLock: true }],
}

export const rbtree = withCode<TreeWindow, readonly []>(rbtreeInfo, {
  create: createTreeWindow,
  alloc(w, req: AllocRequest, meter): number {
    if (req.npages === 0) return NO_ENTRY
    takeLock(meter, TREE_LOCK)
    const pfn = treeAlloc(w.tree, req.npages, Math.min(req.mask, w.last), true, meter)
    if (pfn === 0) {
      noteWalksAsTries(w, meter)
      return NO_ENTRY
    }
    const found = entryOf(w.geometry, pfn)
    if (req.useHandle) req.handle = found + req.npages
    return found
  },
  free(w, e, npages, meter) {
    if (e < 0 || e + npages > w.geometry.size) return false
    takeLock(meter, TREE_LOCK)
    if (w.strays === undefined || !freeStray(w, e, npages, meter)) treeFree(w.tree, absOf(w.geometry, e), meter)
    return true
  },
  before: ({ tree }) => treeBefore(tree),
  undo(w, got, _npages, _cpu, before) {
    treeUndo(w.tree, got === NO_ENTRY ? 0 : absOf(w.geometry, got), before)
  },
  adopt(w, e, npages, asAnswer) {
    adoptRun(w, e, npages, npages, asAnswer)
  },
  locks: () => 1,
  lockForAlloc: () => TREE_LOCK,
  lockForFree: () => TREE_LOCK,
  lockName: () => 'tree',
  regions: treeRegions,
  homeRegion: () => 0,
  usable: (w) => w.usable,
  freeCount: (w, start, limit) => freeOfTree(w, start, limit).free,
  freeIn: freeOfTree,
  forEachRange(w, visit) {
    const runs = joinRuns(visit)
    visitTaken(w, 0, w.geometry.size, (start, end, firm) => runs.add(start, end, firm ? 'reserved' : 'used'))
    runs.end()
  },
})
