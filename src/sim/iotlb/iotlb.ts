// The IOTLB at work: what a device reaches through it, and what invalidation commands make it forget.
//
// What it does: an access is looked up among the translations that are kept. One that is not there is walked, from the
//   lowest table that the caches of table pointers know, and then kept. Nobody tells the IOTLB that a page was unmapped;
//   until a command covers it, or another translation takes its place, it goes on translating.
// Spec: spec/SWIOTLB-IOTLB.md D.1-D.4 (commands), D.6 (who can reach what until when), E (sizes, a model's).
// Not modelled: prefetching; walks in flight side by side; faults as messages. A walk that ends in a fault leaves nothing
//   behind. A table that was taken out of the tree but not given back can still be reached through a cached pointer: such
//   a walk succeeds, and its entry is stale only when the caller, who keeps the books, says so (`markStale`).
// Invariant: an entry, once found, translates the same way until it is replaced or dropped.
// Cost: an access that hits is one probe of an index for each size in use; a command for a few pages the same, one for
//   many pages a look at every entry. Nothing is allocated.

import { createWalk, type PageTable, type PageTableState } from '../table/page-table.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'
import { CMD_ATS, CMD_DTE, CMD_EXACT, type Command, isWhole } from './command.ts'
import { dropSlot, insertEntry, refresh, slotFor, slotOf } from './entries.ts'
import { becomeStale } from './exposure.ts'
import { type IotlbState, RECENT_NS } from './iotlb-state.ts'
import { PAGES, PER_PAGE } from './sizes.ts'
import { findPointer, forgetDomain, forgetPointers, keepPointer } from './walk-cache.ts'

export const ACCESS_FAULT = 0
export const ACCESS_HIT = 1
export const ACCESS_WALKED = 2

/** What became of an access; one object is reused. */
export interface Access {
  /** ACCESS_FAULT, ACCESS_HIT or ACCESS_WALKED. */
  outcome: 0 | 1 | 2
  /** Page of memory that the page asked for leads to, -1 at a fault. */
  page: number
  /** log2 of the pages that the translation covers, and its permission bits; those that were not enough at a fault of
   *  permission, 0 where nothing was found. */
  order: number
  permission: number
  /** Table entries read. */
  reads: number
  /** A hit: when what it translates was unmapped, and when the memory was given to somebody else, ns; -1 = it was not. */
  staleNs: number
  reusedNs: number
  /** The walk read a table page that had been given back: a fault here; on a real machine anything may follow. */
  freed: boolean
}

export function createAccess(): Access {
  return { outcome: 0, page: -1, order: 0, permission: 0, reads: 0, staleNs: -1, reusedNs: -1, freed: false }
}

const walk = createWalk()

/**
 * A device's access to page `pfn` (from address 0, below 2^52) of `domain` (0 … 254), whose table is `ts`, at `nowNs`.
 * What became of it is in `out`.
 */
export function access<S extends PageTableState>(
  s: IotlbState,
  table: PageTable<S>,
  ts: S,
  domain: number,
  pfn: number,
  write: boolean,
  nowNs: number,
  out: Access,
): void {
  if (nowNs >= s.recent.endNs) beginStretch(s, nowNs)
  const slot = slotFor(s, domain, pfn)
  s.lookups++
  out.freed = false
  out.reads = 0
  if (slot < 0) {
    miss(s, table, ts, domain, pfn, write, nowNs, out)
    return
  }
  s.hits++
  refresh(s, slot)
  out.order = s.order[slot]!
  out.permission = s.permission[slot]!
  out.staleNs = s.staleNs[slot]!
  out.reusedNs = s.reusedNs[slot]!
  if ((out.permission & (write ? TCE_WRITE : TCE_READ)) === 0) {
    fault(s, out)
    return
  }
  out.outcome = ACCESS_HIT
  out.page = s.page.data[slot]! + (pfn - s.pfn.data[slot]!)
}

/** The first lookup of a stretch of time: what was looked up in the one before is now recent. */
function beginStretch(s: IotlbState, nowNs: number): void {
  const { recent } = s
  const beganNs = Math.floor(nowNs / RECENT_NS) * RECENT_NS
  const follows = beganNs === recent.endNs
  recent.lookups = follows ? s.lookups - recent.fromLookups : 0
  recent.hits = follows ? s.hits - recent.fromHits : 0
  recent.fromLookups = s.lookups
  recent.fromHits = s.hits
  recent.endNs = beganNs + RECENT_NS
}

function miss<S extends PageTableState>(
  s: IotlbState,
  table: PageTable<S>,
  ts: S,
  domain: number,
  pfn: number,
  write: boolean,
  nowNs: number,
  out: Access,
): void {
  const { bits, levels } = ts
  const pointer = findPointer(s, domain, pfn, bits, levels)
  // Of the tables below this height the walk learns; the others are known, or the top.
  let known = levels - 1
  if (pointer < 0) table.walk(ts, pfn, -1, 0, walk)
  else {
    known = Math.floor(pointer / s.walkEntries)
    s.walkUsed[pointer] = s.lookups
    table.walk(ts, pfn, s.walkNode[pointer]!, known, walk)
  }
  s.reads += walk.reads
  out.reads = walk.reads
  out.freed = walk.freed
  out.staleNs = -1
  out.reusedNs = -1
  const found = walk.found && !walk.freed
  out.order = found ? walk.order : 0
  out.permission = found ? walk.permission : 0
  if ((out.permission & (write ? TCE_WRITE : TCE_READ)) === 0) {
    fault(s, out)
    return
  }
  for (let height = walk.height; height < known; height++) {
    const node = walk.nodes[height]!
    if (node >= 0) keepPointer(s, domain, pfn, bits, height, node, s.lookups)
  }
  const { order, page, permission } = walk
  const first = Math.floor(pfn * PER_PAGE[order]!) * PAGES[order]!
  insertEntry(s, domain, first, page - (pfn - first), order, permission, nowNs)
  out.outcome = ACCESS_WALKED
  out.page = page
}

function fault(s: IotlbState, out: Access): void {
  s.faults++
  out.outcome = ACCESS_FAULT
  out.page = -1
}

/**
 * Pages [pfn, pfn + pages) of a domain have just been unmapped: entries that cover any of them are stale from now on, if
 * they were not before. Returns how many became so.
 */
export function markStale(s: IotlbState, domain: number, pfn: number, pages: number, nowNs: number): number {
  return sweep(s, domain, pfn, pages, nowNs, false)
}

/**
 * Carries out one command for a domain. Returns how many entries it dropped, stale or not. Commands to caches that are not
 * modelled (in devices, of device table entries) drop none.
 */
export function invalidate(s: IotlbState, domain: number, c: Command, nowNs: number): number {
  const { kind, pfn, pages } = c
  if (isWhole(kind)) return flushDomain(s, domain, nowNs)
  if (kind === CMD_ATS || kind === CMD_DTE) return 0
  if (!c.leaf) forgetPointers(s, domain, pfn, pages)
  if (kind !== CMD_EXACT) return sweep(s, domain, pfn, pages, nowNs, true)
  const slot = slotOf(s, domain, pfn * PER_PAGE[c.order]!, c.order)
  return slot < 0 ? 0 : act(s, slot, nowNs, true)
}

/** Forgets everything of a domain, pointers to tables too. Returns how many entries it dropped. */
export function flushDomain(s: IotlbState, domain: number, nowNs: number): number {
  forgetDomain(s, domain)
  let count = 0
  if (s.ordersUsed === 0) return 0
  for (let slot = 0; slot < s.entries; slot++) if (s.domain[slot] === domain) count += act(s, slot, nowNs, true)
  return count
}

/** Drops the entries of a domain that cover any of the pages [pfn, pfn + pages), or marks them stale. */
function sweep(s: IotlbState, domain: number, pfn: number, pages: number, nowNs: number, drop: boolean): number {
  if (pages === 1) return sweepPage(s, domain, pfn, nowNs, drop)
  const last = pfn + pages - 1
  let blocks = 0
  for (let i = 0; i < s.ordersUsed; i++) {
    const perPage = PER_PAGE[s.ordersInUse[i]!]!
    blocks += Math.floor(last * perPage) - Math.floor(pfn * perPage) + 1
  }
  if (blocks > s.entries) return sweepAll(s, domain, pfn, last, nowNs, drop)
  let count = 0
  // From the largest size down: a size that is not in use any more leaves the list.
  for (let i = s.ordersUsed - 1; i >= 0; i--) {
    const order = s.ordersInUse[i]!
    const end = Math.floor(last * PER_PAGE[order]!)
    for (let block = Math.floor(pfn * PER_PAGE[order]!); block <= end; block++) {
      const slot = slotOf(s, domain, block, order)
      if (slot >= 0) count += act(s, slot, nowNs, drop)
    }
  }
  return count
}

function sweepPage(s: IotlbState, domain: number, pfn: number, nowNs: number, drop: boolean): number {
  let count = 0
  for (let i = s.ordersUsed - 1; i >= 0; i--) {
    const order = s.ordersInUse[i]!
    const slot = slotOf(s, domain, order === 0 ? pfn : Math.floor(pfn * PER_PAGE[order]!), order)
    if (slot >= 0) count += act(s, slot, nowNs, drop)
  }
  return count
}

function sweepAll(s: IotlbState, domain: number, pfn: number, last: number, nowNs: number, drop: boolean): number {
  let count = 0
  for (let slot = 0; slot < s.entries; slot++) {
    if (s.domain[slot] !== domain) continue
    const first = s.pfn.data[slot]!
    if (first <= last && first + PAGES[s.order[slot]!]! > pfn) count += act(s, slot, nowNs, drop)
  }
  return count
}

/** Drops one entry, or marks it stale. Returns 1, or 0 if it was stale already. */
function act(s: IotlbState, slot: number, nowNs: number, drop: boolean): number {
  if (!drop) return becomeStale(s, slot, nowNs)
  dropSlot(s, slot, nowNs)
  return 1
}
