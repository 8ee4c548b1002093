// Magazines: what a CPU keeps for itself above the tree, and the depot between the CPUs.
//
// Kernel: drivers/iommu/iova.c, alloc_iova_fast, free_iova_fast, iova_rcache_insert, iova_depot_work_func.
//   Spec: spec/IOVA.md 5.
// What it does: a freed range of up to 32 pages stays in the tree and its first pfn goes on a stack of the freeing CPU,
//   one per power of two, where the next request finds it without a lock. Two stacks per CPU and size, so that a CPU at
//   the edge does not run to the depot on every call; full ones go to the depot, which gives one back to the tree every
//   100 ms while it has more of them than CPUs are online.
// Not modelled: the lock of the CPU's own stacks, which only emptying them from elsewhere contends.
// Invariant: every pfn in a magazine is the first of a range in the tree; a magazine in the depot is full.
// Cost: no lock and no search unless both magazines are empty (or full); then the depot's lock, then the tree's.

import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import { PRICES } from '../engine/cost.ts'
import { type CostMeter, charge, takeLock } from '../engine/meter.ts'
import { type IovaTree, treeAlloc, treeFree } from './iova-tree.ts'

/** Sizes that are kept: 1, 2, 4 … 32 pages. */
export const ORDERS = 6
/** IOVA_MAG_SIZE: ranges per magazine. */
export const MAG_SIZE = 127
/** IOVA_DEPOT_DELAY */
export const DEPOT_DELAY_NS = 100_000_000
/** The lock of the tree; that of the depot of order o is 1 + o. */
export const TREE_LOCK = 0
export const NO_MAGAZINE = -1
/** Magazines that the depots may hold before there has to be more room. */
const DEPOT_ROOM = 32

/** Numbers per magazine in `pfns`, as a shift. */
export const MAG_SHIFT = 7

export interface Magazines {
  readonly tree: IovaTree
  readonly cpus: number
  /** [magazines << MAG_SHIFT] from the bottom. */
  pfns: Chunked<Float64Array>
  /** [magazines] how many it holds. */
  fills: Int32Array
  /** [magazines] the one below it in its depot, or the next unused one. */
  below: Int32Array
  /** Unused magazines, chained; NO_MAGAZINE = none. */
  spare: number
  /** Magazines from here on were never used. */
  fresh: number
  /** [cpus*ORDERS] */
  readonly loaded: Int32Array
  readonly prev: Int32Array
  /** [ORDERS] the magazine pushed last, and how many there are. */
  readonly depotTop: Int32Array
  readonly depotSize: Int32Array
  /** [ORDERS] when the depot gives a magazine back, ns; Infinity while that is not armed. */
  readonly depotDueNs: Float64Array
  /** The earliest of them. */
  nextDueNs: number
  /** [cpus] 1 = online. */
  readonly online: Uint8Array
  /** So many of the next requests for a magazine's memory are refused. */
  refuseMagazines: number
}

/** Empty magazines for `cpus` CPUs, all online. */
export function createMagazines(tree: IovaTree, cpus: number): Magazines {
  const own = 2 * cpus * ORDERS
  const slots = own + DEPOT_ROOM
  return {
    tree,
    cpus,
    pfns: chunked(new Float64Array(slots << MAG_SHIFT)),
    fills: new Int32Array(slots),
    below: new Int32Array(slots),
    spare: NO_MAGAZINE,
    fresh: own,
    loaded: Int32Array.from({ length: cpus * ORDERS }, (_, i) => 2 * i),
    prev: Int32Array.from({ length: cpus * ORDERS }, (_, i) => 2 * i + 1),
    depotTop: new Int32Array(ORDERS).fill(NO_MAGAZINE),
    depotSize: new Int32Array(ORDERS),
    depotDueNs: new Float64Array(ORDERS).fill(Infinity),
    nextDueNs: Infinity,
    online: new Uint8Array(cpus).fill(1),
    refuseMagazines: 0,
  }
}

/** Smallest k with 2^k >= size, for sizes from 1 to 2^31. */
export function orderOf(size: number): number {
  return 32 - Math.clz32(size - 1)
}

/** Ranges in a magazine. */
export function fillOf(m: Magazines, magazine: number): number {
  return m.fills[magazine]!
}

/** An empty magazine, or NO_MAGAZINE when its memory is refused. */
function takeMagazine(m: Magazines): number {
  if (m.refuseMagazines > 0) {
    m.refuseMagazines--
    return NO_MAGAZINE
  }
  const { spare } = m
  if (spare !== NO_MAGAZINE) {
    m.spare = m.below[spare]!
    m.fills[spare] = 0
    return spare
  }
  if (m.fresh === m.below.length) {
    const pfns = new Float64Array(2 * m.pfns.data.length)
    pfns.set(m.pfns.data)
    m.pfns = chunked(pfns)
    const below = new Int32Array(2 * m.below.length)
    below.set(m.below)
    m.below = below
    const fills = new Int32Array(below.length)
    fills.set(m.fills)
    m.fills = fills
  }
  return m.fresh++
}

function dropMagazine(m: Magazines, magazine: number): void {
  m.below[magazine] = m.spare
  m.spare = magazine
}

function pushDepot(m: Magazines, order: number, magazine: number): void {
  m.below[magazine] = m.depotTop[order]!
  m.depotTop[order] = magazine
  m.depotSize[order] = m.depotSize[order]! + 1
}

function popDepot(m: Magazines, order: number): number {
  const magazine = m.depotTop[order]!
  m.depotTop[order] = m.below[magazine]!
  m.depotSize[order] = m.depotSize[order]! - 1
  return magazine
}

/** A pfn of this order kept by this CPU, at most `bound`, or 0. Spec/IOVA.md 5.2. */
function cacheGet(m: Magazines, cpu: number, order: number, bound: number, meter: CostMeter): number {
  const slot = cpu * ORDERS + order
  let magazine = m.loaded[slot]!
  if (m.fills[magazine] === 0) {
    magazine = nextLoaded(m, slot, order, meter)
    if (magazine === NO_MAGAZINE) return 0
  }
  const { pfns, fills } = m
  const { data } = pfns
  const base = magazine << MAG_SHIFT
  const top = base + fills[magazine]! - 1
  for (let i = top; i >= base; i--) {
    const pfn = data[i]!
    if (pfn > bound) continue
    if (i !== top) {
      data[i] = data[top]!
      touch(pfns, i)
    }
    fills[magazine] = top - base
    charge(meter, PRICES.magazineGet)
    return pfn
  }
  return 0
}

/** A magazine with ranges in the place of the empty one that is loaded: the other, or one of the depot; or NO_MAGAZINE. */
function nextLoaded(m: Magazines, slot: number, order: number, meter: CostMeter): number {
  const empty = m.loaded[slot]!
  let magazine = m.prev[slot]!
  if (fillOf(m, magazine) > 0) m.prev[slot] = empty
  else {
    takeLock(meter, 1 + order)
    if (m.depotTop[order] === NO_MAGAZINE) return NO_MAGAZINE
    charge(meter, PRICES.depotSwap)
    magazine = popDepot(m, order)
    dropMagazine(m, empty)
  }
  m.loaded[slot] = magazine
  return magazine
}

/** Keeps a pfn of this order for this CPU; false when a magazine's memory is refused. Spec/IOVA.md 5.3. */
function cachePut(m: Magazines, cpu: number, order: number, pfn: number, meter: CostMeter): boolean {
  const slot = cpu * ORDERS + order
  let magazine = m.loaded[slot]!
  if (m.fills[magazine] === MAG_SIZE) {
    magazine = nextWithRoom(m, slot, order, meter)
    if (magazine === NO_MAGAZINE) return false
  }
  const { pfns, fills } = m
  const fill = fills[magazine]!
  const at = (magazine << MAG_SHIFT) + fill
  pfns.data[at] = pfn
  touch(pfns, at)
  fills[magazine] = fill + 1
  charge(meter, PRICES.magazinePut)
  return true
}

/** A magazine with room in the place of the full one that is loaded: the other, or a new one while the full one goes to the
 *  depot; NO_MAGAZINE when its memory is refused. */
function nextWithRoom(m: Magazines, slot: number, order: number, meter: CostMeter): number {
  const full = m.loaded[slot]!
  let magazine = m.prev[slot]!
  if (fillOf(m, magazine) < MAG_SIZE) m.prev[slot] = full
  else {
    magazine = takeMagazine(m)
    if (magazine === NO_MAGAZINE) return NO_MAGAZINE
    takeLock(meter, 1 + order)
    charge(meter, PRICES.depotSwap)
    pushDepot(m, order, full)
    if (m.depotDueNs[order] === Infinity) setDue(m, order, meter.nowNs + DEPOT_DELAY_NS)
  }
  m.loaded[slot] = magazine
  return magazine
}

/**
 * Room for `size` pages (1 to 2^31) up to pfn `limit` on a CPU: from its magazines, else from the tree, and if that fails
 * and `emptyCaches`, from the tree once more after all caches went back to it. Returns the first pfn, or 0.
 * Spec/IOVA.md 5.1.
 */
export function fastAlloc(
  m: Magazines,
  cpu: number,
  size: number,
  limit: number,
  emptyCaches: boolean,
  meter: CostMeter,
): number {
  const order = orderOf(size)
  const rounded = order < ORDERS ? 1 << order : size
  if (order < ORDERS) {
    // The kernel's unsigned subtraction wraps: no bound then.
    const bound = rounded > limit + 1 ? Infinity : limit + 1 - rounded
    const kept = cacheGet(m, cpu, order, bound, meter)
    if (kept !== 0) return kept
  }
  takeLock(meter, TREE_LOCK)
  const found = treeAlloc(m.tree, rounded, limit, true, meter)
  if (found !== 0 || !emptyCaches) return found
  emptyAll(m, meter)
  takeLock(meter, TREE_LOCK)
  return treeAlloc(m.tree, rounded, limit, true, meter)
}

/** Gives the range at `pfn` back on a CPU; `size` is what was asked for. Spec/IOVA.md 5.3. */
export function fastFree(m: Magazines, cpu: number, pfn: number, size: number, meter: CostMeter): void {
  const order = orderOf(size)
  if (order < ORDERS && cachePut(m, cpu, order, pfn, meter)) return
  takeLock(meter, TREE_LOCK)
  treeFree(m.tree, pfn, meter)
}

/** Keeps a pfn for this CPU again that it had just been handed; for a recorded answer in its place. */
export function keepAgain(m: Magazines, cpu: number, size: number, pfn: number, meter: CostMeter): void {
  if (!cachePut(m, cpu, orderOf(size), pfn, meter)) treeFree(m.tree, pfn, meter)
}

/**
 * Makes the pages [lo, hi] nobody's: a range of a magazine that is just that becomes a handed-out one, and true is returned;
 * others that have some of it go back to the tree. Of a depot all magazines above it go too. Cost: whatever is kept.
 */
export function takeKept(m: Magazines, lo: number, hi: number, meter: CostMeter): boolean {
  const { data } = m.pfns
  for (let slot = 0; slot < 2 * m.cpus * ORDERS; slot++) {
    const magazine = slot % 2 === 0 ? m.loaded[slot >> 1]! : m.prev[slot >> 1]!
    const pages = 1 << ((slot >> 1) % ORDERS)
    const base = magazine << MAG_SHIFT
    for (let i = fillOf(m, magazine) - 1; i >= 0; i--) {
      const pfn = data[base + i]!
      if (pfn > hi || pfn + pages <= lo) continue
      const top = m.fills[magazine]! - 1
      data.copyWithin(base + i, base + i + 1, base + top + 1)
      touch(m.pfns, base + i)
      m.fills[magazine] = top
      if (pfn === lo && pfn + pages === hi + 1) return true
      treeFree(m.tree, pfn, meter)
    }
  }
  for (let order = 0; order < ORDERS; order++) while (depotHas(m, order, lo, hi)) emptyDepotTop(m, order, meter)
  return false
}

function depotHas(m: Magazines, order: number, lo: number, hi: number): boolean {
  let magazine = m.depotTop[order]!
  for (let n = m.depotSize[order]!; n > 0; n--, magazine = m.below[magazine]!) {
    const base = magazine << MAG_SHIFT
    for (let i = 0; i < MAG_SIZE; i++) {
      const pfn = m.pfns.data[base + i]!
      if (pfn <= hi && pfn + (1 << order) > lo) return true
    }
  }
  return false
}

/** Gives what a magazine holds back to the tree, bottom up. Returns how many ranges that were. */
function emptyMagazine(m: Magazines, magazine: number, meter: CostMeter): number {
  const fill = fillOf(m, magazine)
  if (fill === 0) return 0
  takeLock(meter, TREE_LOCK)
  let freed = 0
  for (let i = 0; i < fill; i++) if (treeFree(m.tree, m.pfns.data[(magazine << MAG_SHIFT) + i]!, meter)) freed++
  m.fills[magazine] = 0
  return freed
}

/** Empties the magazines of a CPU into the tree. Returns the ranges given back. */
function emptyCpu(m: Magazines, cpu: number, meter: CostMeter): number {
  let freed = 0
  for (let slot = cpu * ORDERS; slot < (cpu + 1) * ORDERS; slot++) {
    freed += emptyMagazine(m, m.loaded[slot]!, meter)
    freed += emptyMagazine(m, m.prev[slot]!, meter)
  }
  return freed
}

function emptyDepotTop(m: Magazines, order: number, meter: CostMeter): number {
  takeLock(meter, 1 + order)
  charge(meter, PRICES.depotSwap)
  const magazine = popDepot(m, order)
  const freed = emptyMagazine(m, magazine, meter)
  dropMagazine(m, magazine)
  return freed
}

function emptyAll(m: Magazines, meter: CostMeter): void {
  for (let cpu = 0; cpu < m.cpus; cpu++) if (m.online[cpu] === 1) emptyCpu(m, cpu, meter)
  for (let order = 0; order < ORDERS; order++) while (m.depotSize[order]! > 0) emptyDepotTop(m, order, meter)
}

/** The depot work of an order: gives a magazine back to the tree and arms itself anew, or rests. Returns the ranges
 *  given back. Spec/IOVA.md 5.4. */
export function depotWork(m: Magazines, order: number, meter: CostMeter): number {
  setDue(m, order, Infinity)
  let online = 0
  for (const on of m.online) online += on
  if (m.depotSize[order]! <= online) return 0
  setDue(m, order, meter.nowNs + DEPOT_DELAY_NS)
  return emptyDepotTop(m, order, meter)
}

function setDue(m: Magazines, order: number, dueNs: number): void {
  m.depotDueNs[order] = dueNs
  m.nextDueNs = Infinity
  for (const ns of m.depotDueNs) if (ns < m.nextDueNs) m.nextDueNs = ns
}

/** A CPU goes offline, its magazines back to the tree; or it comes back. Returns the ranges given back. */
export function setCpuOnline(m: Magazines, cpu: number, online: boolean, meter: CostMeter): number {
  m.online[cpu] = online ? 1 : 0
  return online ? 0 : emptyCpu(m, cpu, meter)
}
