// What an IOTLB still lets a device reach after it was unmapped: for how long, how much, and whether the memory already
// belongs to somebody else.
//
// What it does: an entry becomes stale when what it translates is unmapped, and stops being so when it is replaced or
//   invalidated. In between every page of it counts as exposed. Stale entries are chained by the memory that they lead to,
//   so that giving a page to somebody else tells at once whether a device still reaches it.
// Spec: spec/SWIOTLB-IOTLB.md D.6. Not modelled: whether a device does use what it could; that is for whoever asks
//   `access`. A large entry of which a part was unmapped counts in full.
// Invariant: `exposure.pages` is the sum of the sizes of all stale entries; Σ pages × ns is exact below 2^53.
// Cost: one chain for each page that is given away while anything is stale, nothing otherwise.

import type { IotlbState } from './iotlb-state.ts'
import { PAGES, PER_PAGE, scatter } from './sizes.ts'

/** Brings `exposure.pageNs` up to `nowNs`, ns of simulated time, not before the last call. */
export function settle(s: IotlbState, nowNs: number): void {
  const { exposure } = s
  exposure.pageNs += exposure.pages * (nowNs - exposure.sinceNs)
  exposure.sinceNs = nowNs
}

/** What the entry in `slot` translates has just been unmapped. Returns 1, or 0 if that was known. */
export function becomeStale(s: IotlbState, slot: number, nowNs: number): number {
  if (s.staleNs[slot] !== -1) return 0
  const order = s.order[slot]!
  settle(s, nowNs)
  s.exposure.pages += PAGES[order]!
  s.exposure.entries++
  s.staleNs[slot] = nowNs
  s.stale++
  s.staleByOrder[order] = s.staleByOrder[order]! + 1
  const head = chainOf(s, slot)
  s.staleNext[slot] = s.staleHead[head]!
  s.staleHead[head] = slot
  return 1
}

/** The stale entry in `slot` is about to go: what it led to cannot be reached through it any more. */
export function endExposure(s: IotlbState, slot: number, nowNs: number): void {
  const { exposure } = s
  const order = s.order[slot]!
  settle(s, nowNs)
  exposure.pages -= PAGES[order]!
  const forNs = nowNs - s.staleNs[slot]!
  if (forNs > exposure.worstNs) {
    exposure.worstNs = forNs
    exposure.worstPfn = s.pfn.data[slot]!
    exposure.worstDomain = s.domain[slot]!
  }
  s.staleNs[slot] = -1
  s.reusedNs[slot] = -1
  s.stale--
  s.staleByOrder[order] = s.staleByOrder[order]! - 1
  const head = chainOf(s, slot)
  let at = s.staleHead[head]!
  if (at === slot) s.staleHead[head] = s.staleNext[slot]!
  else {
    while (s.staleNext[at] !== slot) at = s.staleNext[at]!
    s.staleNext[at] = s.staleNext[slot]!
  }
  s.staleNext[slot] = -1
}

/**
 * Pages of memory [page, page + pages) were given to somebody else: stale entries that lead there now reach what is not
 * theirs. Returns how many did not before.
 */
export function noteReuse(s: IotlbState, page: number, pages: number, nowNs: number): number {
  if (s.stale === 0) return 0
  let count = 0
  for (let i = 0; i < s.ordersUsed; i++) {
    const order = s.ordersInUse[i]!
    if (s.staleByOrder[order] === 0) continue
    if (order === 0 && pages === 1) {
      count += reuseBlock(s, page, 0, nowNs)
      continue
    }
    const first = Math.floor(page * PER_PAGE[order]!)
    const last = Math.floor((page + pages - 1) * PER_PAGE[order]!)
    // Of so many pages it is quicker to ask each entry whether it leads to one of them.
    if (last - first >= s.entries) return count + reuseAny(s, page, pages, nowNs)
    for (let block = first; block <= last; block++) count += reuseBlock(s, block, order, nowNs)
  }
  return count
}

function reuseBlock(s: IotlbState, block: number, order: number, nowNs: number): number {
  const page = block * PAGES[order]!
  let count = 0
  for (let slot = headOf(s, block, order); slot >= 0; slot = s.staleNext[slot]!) {
    if (s.page.data[slot] === page && s.order[slot] === order) count += rerefresh(s, slot, nowNs)
  }
  return count
}

function reuseAny(s: IotlbState, page: number, pages: number, nowNs: number): number {
  let count = 0
  for (let slot = 0; slot < s.entries; slot++) {
    if (s.staleNs[slot] === -1) continue
    const first = s.page.data[slot]!
    if (first < page + pages && first + PAGES[s.order[slot]!]! > page) count += rerefresh(s, slot, nowNs)
  }
  return count
}

function rerefresh(s: IotlbState, slot: number, nowNs: number): number {
  if (s.reusedNs[slot] !== -1) return 0
  s.reusedNs[slot] = nowNs
  s.exposure.reused++
  return 1
}

/** Visits every stale entry of a domain (-1: of all) in order of its slot: first page and pages as the device asks for
 *  them, when it became stale, when its memory was given away (-1: not yet), its slot. */
export function forEachStale(
  s: IotlbState,
  domain: number,
  visit: (pfn: number, pages: number, staleNs: number, reusedNs: number, slot: number) => void,
): void {
  if (s.stale === 0) return
  for (let slot = 0; slot < s.entries; slot++) {
    const staleNs = s.staleNs[slot]!
    if (staleNs === -1 || (domain !== -1 && s.domain[slot] !== domain)) continue
    visit(s.pfn.data[slot]!, PAGES[s.order[slot]!]!, staleNs, s.reusedNs[slot]!, slot)
  }
}

/** When the oldest entry of a domain (-1: of all) that is stale now became so, ns; Infinity: none is. */
export function oldestStaleNs(s: IotlbState, domain: number): number {
  let oldest = Number.POSITIVE_INFINITY
  if (s.stale === 0) return oldest
  for (let slot = 0; slot < s.entries; slot++) {
    const staleNs = s.staleNs[slot]!
    if (staleNs !== -1 && staleNs < oldest && (domain === -1 || s.domain[slot] === domain)) oldest = staleNs
  }
  return oldest
}

/** Place of the chain that a stale entry belongs to, by the memory it leads to. */
function chainOf(s: IotlbState, slot: number): number {
  const order = s.order[slot]!
  return scatter(s.page.data[slot]! * PER_PAGE[order]!, order, 0) & (s.staleHead.length - 1)
}

function headOf(s: IotlbState, block: number, order: number): number {
  return s.staleHead[scatter(block, order, 0) & (s.staleHead.length - 1)]!
}
