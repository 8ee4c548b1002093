// Magazines: each CPU keeps freed ranges of up to 32 pages for itself; the tree serves what they cannot.
//
// Kernel: drivers/iommu/iova.c, alloc_iova_fast and free_iova_fast. Spec: spec/IOVA.md 5.
// What it does: as told in magazines.ts, for a window of a table.
// Not modelled: see magazines.ts and iova-tree.ts.
// Invariant: a range in a magazine is taken in the tree.
// Cost: no lock while a magazine serves; locks: the tree's, then one per depot.

import { type CostMeter, NO_LOCK } from '../engine/meter.ts'
import { NO_ENTRY } from '../types.ts'
import { type AllocatorInfo, type AllocRequest, IN_DEPOT, withCode } from './allocator.ts'
import { absOf, entryOf } from './geometry.ts'
import { aside, treeBefore, treeUndo } from './iova-tree.ts'
import {
  createMagazines,
  depotWork,
  fastAlloc,
  fastFree,
  fillOf,
  keepAgain,
  MAG_SHIFT,
  MAG_SIZE,
  type Magazines,
  ORDERS,
  orderOf,
  setCpuOnline,
  TREE_LOCK,
  takeKept,
} from './magazines.ts'
import { noteWalksAsTries, treeRegions } from './rbtree.ts'
import {
  adoptRun,
  createTreeWindow,
  freeOfTree,
  freeStray,
  joinRuns,
  type TreeWindow,
  visitTaken,
} from './tree-window.ts'

export interface RcacheState {
  readonly window: TreeWindow
  readonly mags: Magazines
}

/** Visits the pfns of every magazine with their order and the CPU, or IN_DEPOT. */
function forEachKept(m: Magazines, visit: (pfn: number, order: number, keeper: number) => void): void {
  const visitMagazine = (magazine: number, order: number, keeper: number): void => {
    const base = magazine << MAG_SHIFT
    for (let i = fillOf(m, magazine) - 1; i >= 0; i--) visit(m.pfns.data[base + i]!, order, keeper)
  }
  for (let slot = 0; slot < m.cpus * ORDERS; slot++) {
    const keeper = Math.floor(slot / ORDERS)
    visitMagazine(m.loaded[slot]!, slot % ORDERS, keeper)
    visitMagazine(m.prev[slot]!, slot % ORDERS, keeper)
  }
  for (let order = 0; order < ORDERS; order++) {
    let magazine = m.depotTop[order]!
    for (let i = m.depotSize[order]!; i > 0; i--, magazine = m.below[magazine]!) {
      visitMagazine(magazine, order, IN_DEPOT)
    }
  }
}

/** The lock of the depot when neither magazine of a CPU has less (or more) than `fill` ranges. */
function lockUnless(m: Magazines, cpu: number, npages: number, fill: number): number {
  const order = orderOf(npages)
  if (order >= ORDERS) return TREE_LOCK
  const slot = cpu * ORDERS + order
  return fillOf(m, m.loaded[slot]!) === fill && fillOf(m, m.prev[slot]!) === fill ? 1 + order : NO_LOCK
}

export const rcacheInfo: AllocatorInfo<readonly []> = {
  id: 'rcache',
  label: 'Magazines',
  era: 'Linux 4.7 – today; this is 6.12',
  shipped: { by: 'common' },
  kernel: {
    file: 'drivers/iommu/iova.c',
    symbols: ['alloc_iova_fast', 'free_iova_fast', '__iova_rcache_get', '__iova_rcache_insert', 'iova_depot_work_func'],
    tag: 'v6.12',
  },
  charges: true,
  keeps: true,
  follows: true,
  params: [],
}

export const rcache = withCode<RcacheState, readonly []>(rcacheInfo, {
  create(geometry) {
    const window = createTreeWindow(geometry)
    return { window, mags: createMagazines(window.tree, geometry.cpus ?? 1) }
  },
  alloc({ window, mags }, req: AllocRequest, meter: CostMeter): number {
    const { npages } = req
    if (npages === 0) return NO_ENTRY
    const pfn = fastAlloc(mags, req.cpu, npages, Math.min(req.mask, window.last), req.emptyCaches, meter)
    if (pfn === 0) {
      noteWalksAsTries(window, meter)
      return NO_ENTRY
    }
    const found = entryOf(window.geometry, pfn)
    if (req.useHandle) req.handle = found + npages
    return found
  },
  free({ window, mags }, e, npages, meter, cpu) {
    if (e < 0 || e + npages > window.geometry.size) return false
    // What no request can be given no magazine may keep.
    if (window.strays === undefined || !freeStray(window, e, npages, meter))
      fastFree(mags, cpu, absOf(window.geometry, e), npages, meter)
    return true
  },
  before: ({ mags }) => treeBefore(mags.tree),
  undo({ window, mags }, got, npages, cpu, before, { walks }) {
    const pfn = got === NO_ENTRY ? 0 : absOf(window.geometry, got)
    // What the tree had to be searched for never was in a magazine.
    const wasKept = pfn > 0 && walks === 0
    treeUndo(mags.tree, wasKept ? 0 : pfn, before)
    if (wasKept) keepAgain(mags, cpu, npages, pfn, aside)
  },
  adopt({ window, mags }, e, npages, asAnswer) {
    const pfn = absOf(window.geometry, e)
    const order = orderOf(npages)
    const rounded = order < ORDERS ? 1 << order : npages
    if (!takeKept(mags, pfn, pfn + rounded - 1, aside)) adoptRun(window, e, npages, rounded, asAnswer)
  },
  locks: () => 1 + ORDERS,
  lockForAlloc: ({ mags }, cpu, npages) => lockUnless(mags, cpu, npages, 0),
  lockForFree: ({ mags }, _e, cpu, npages) => lockUnless(mags, cpu, npages, MAG_SIZE),
  lockName: (_s, lock) => (lock === TREE_LOCK ? 'tree' : `depot of ${1 << (lock - 1)}`),
  regions: ({ window }) => treeRegions(window),
  homeRegion: () => 0,
  usable: ({ window }) => window.usable,
  freeCount: ({ window }, start, limit) => freeOfTree(window, start, limit).free,
  freeIn: ({ window }, start, limit) => freeOfTree(window, start, limit),
  forEachRange({ window, mags }, visit) {
    const kept = new Set<number>()
    forEachKept(mags, (pfn) => kept.add(entryOf(window.geometry, pfn)))
    const runs = joinRuns(visit)
    visitTaken(window, 0, window.geometry.size, (start, end, firm) => {
      runs.add(start, end, firm ? 'reserved' : kept.has(start) ? 'cached' : 'used')
    })
    runs.end()
  },
  caches({ mags }) {
    const fills = (slots: Int32Array): Uint8Array => Uint8Array.from(slots, (magazine) => fillOf(mags, magazine))
    return {
      orders: ORDERS,
      capacity: MAG_SIZE,
      loaded: fills(mags.loaded),
      previous: fills(mags.prev),
      depot: Uint32Array.from(mags.depotSize),
    }
  },
  forEachCached({ window, mags }, visit) {
    forEachKept(mags, (pfn, order, keeper) => {
      visit(entryOf(window.geometry, pfn), 1 << order, keeper)
    })
  },
  workDueNs: ({ mags }) => mags.nextDueNs,
  work({ mags }, meter) {
    let freed = 0
    for (let o = 0; o < ORDERS; o++) if (mags.depotDueNs[o]! <= meter.nowNs) freed += depotWork(mags, o, meter)
    return freed
  },
  setOnline: ({ mags }, cpu, online, meter) => setCpuOnline(mags, cpu, online, meter),
})
