// The entries of an IOTLB: found by (domain, page, size), replaced least recently used first within their set.
//
// What it does: an index with open addressing leads from a translation to its slot, so that a fully associative cache of
//   thousands of entries is looked up as fast as a small one. Each set keeps its slots in order of use.
// Not modelled: replacement other than least recently used. Where entries of two sizes cover one page (an unmapped small
//   page under a new large one), real parts may do anything; here the smaller one answers.
// Invariant: see iotlb-state.ts; every entry in use has exactly one place in the index.
// Cost: one probe of the index for each size in use. Nothing is allocated.

import { touch } from '../../lib/chunked.ts'
import { endExposure } from './exposure.ts'
import { type IotlbState, NO_DOMAIN } from './iotlb-state.ts'
import { PAGES, PER_PAGE, scatter } from './sizes.ts'

/** Slot of the entry that translates the `block`-th 2^`order` pages of a domain, or -1. */
export function slotOf(s: IotlbState, domain: number, block: number, order: number): number {
  const index = s.index.data
  const pfns = s.pfn.data
  const mask = index.length - 1
  const pfn = block * PAGES[order]!
  for (let at = scatter(block, order, domain) & mask; ; at = (at + 1) & mask) {
    const slot = index[at]! - 1
    if (slot < 0) return -1
    if (pfns[slot] === pfn && s.domain[slot] === domain && s.order[slot] === order) return slot
  }
}

/** Slot of the entry that covers a page of a domain, the smallest one if there are several, or -1. */
export function slotFor(s: IotlbState, domain: number, pfn: number): number {
  for (let i = 0; i < s.ordersUsed; i++) {
    const order = s.ordersInUse[i]!
    const slot = slotOf(s, domain, Math.floor(pfn * PER_PAGE[order]!), order)
    if (slot >= 0) return slot
  }
  return -1
}

/** The entry in `slot` has been used: it is now the most recent one of its set. */
export function refresh(s: IotlbState, slot: number): void {
  if (s.newer[slot] === -1) return
  const set = setOf(s, slot)
  unlink(s, slot, set)
  const first = s.newest[set]!
  s.newer[slot] = -1
  s.older[slot] = first
  s.newer[first] = slot
  s.newest[set] = slot
}

/**
 * Puts a translation of 2^`order` pages from `pfn` (a multiple of them, not yet in the IOTLB) to `page` into its set, as
 * the most recent one. Returns its slot; the least recent entry of the set makes room.
 */
export function insertEntry(
  s: IotlbState,
  domain: number,
  pfn: number,
  page: number,
  order: number,
  permission: number,
  nowNs: number,
): number {
  const block = Math.floor(pfn * PER_PAGE[order]!)
  const slot = s.oldest[s.sets === 1 ? 0 : block - Math.floor(block / s.sets) * s.sets]!
  if (s.domain[slot] !== NO_DOMAIN) {
    s.evicted++
    clearSlot(s, slot, nowNs)
  }
  s.pfn.data[slot] = pfn
  s.page.data[slot] = page
  touch(s.pfn, slot)
  touch(s.page, slot)
  s.order[slot] = order
  s.permission[slot] = permission
  s.domain[slot] = domain
  const index = s.index.data
  const mask = index.length - 1
  const home = scatter(block, order, domain) & mask
  s.home[slot] = home
  let at = home
  while (index[at] !== 0) at = (at + 1) & mask
  index[at] = slot + 1
  touch(s.index, at)
  if (s.byOrder[order]!++ === 0) addOrder(s, order)
  refresh(s, slot)
  return slot
}

/** Takes an entry out because of an invalidation: its slot is the next one of its set to be filled. */
export function dropSlot(s: IotlbState, slot: number, nowNs: number): void {
  s.dropped++
  if (s.staleNs[slot] === -1) s.droppedLive++
  clearSlot(s, slot, nowNs)
  if (s.older[slot] === -1) return
  const set = setOf(s, slot)
  unlink(s, slot, set)
  const last = s.oldest[set]!
  s.older[slot] = -1
  s.newer[slot] = last
  s.older[last] = slot
  s.oldest[set] = slot
}

/** Pages (of the smallest size) that the entries in use cover: how far the IOTLB reaches. */
export function coveredPages(s: IotlbState): number {
  let pages = 0
  for (let i = 0; i < s.ordersUsed; i++) {
    const order = s.ordersInUse[i]!
    pages += s.byOrder[order]! * PAGES[order]!
  }
  return pages
}

function setOf(s: IotlbState, slot: number): number {
  return slot >>> (31 - Math.clz32(s.ways))
}

/** Takes a slot out of the order of use of its set, which has another one. */
function unlink(s: IotlbState, slot: number, set: number): void {
  const newer = s.newer[slot]!
  const older = s.older[slot]!
  if (newer === -1) s.newest[set] = older
  else s.older[newer] = older
  if (older === -1) s.oldest[set] = newer
  else s.newer[older] = newer
}

/** Forgets the entry in `slot`, which keeps its place in the order of use. */
function clearSlot(s: IotlbState, slot: number, nowNs: number): void {
  if (s.staleNs[slot] !== -1) endExposure(s, slot, nowNs)
  const order = s.order[slot]!
  const index = s.index.data
  const mask = index.length - 1
  let hole = s.home[slot]!
  while (index[hole] !== slot + 1) hole = (hole + 1) & mask
  // Later entries of the same run move up, each no further than the place that it was hashed to.
  for (let at = (hole + 1) & mask; index[at] !== 0; at = (at + 1) & mask) {
    const other = index[at]! - 1
    if (((at - s.home[other]!) & mask) < ((at - hole) & mask)) continue
    index[hole] = other + 1
    touch(s.index, hole)
    hole = at
  }
  index[hole] = 0
  touch(s.index, hole)
  s.domain[slot] = NO_DOMAIN
  if (--s.byOrder[order]! === 0) removeOrder(s, order)
}

function addOrder(s: IotlbState, order: number): void {
  let i = s.ordersUsed++
  for (; i > 0 && s.ordersInUse[i - 1]! > order; i--) s.ordersInUse[i] = s.ordersInUse[i - 1]!
  s.ordersInUse[i] = order
}

function removeOrder(s: IotlbState, order: number): void {
  s.ordersUsed--
  for (let i = s.ordersInUse.indexOf(order); i < s.ordersUsed; i++) s.ordersInUse[i] = s.ordersInUse[i + 1]!
}
