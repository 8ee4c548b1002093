// What an IOTLB holds: translations that the hardware found once and keeps, and pointers into the tables above them.
//
// Not modelled: which translations real parts keep where (no vendor publishes it), replacement other than least recently
// used, prefetching. Spec: spec/SWIOTLB-IOTLB.md E; sizes are a model's.
// Invariants: an entry of the cache is in use exactly if its `domain` is not NO_DOMAIN; it is stale exactly if `staleNs`
// is not -1: what it translates was unmapped then, and a device that uses it reaches memory it should not. Both its
// pages are multiples of its size. Free slots stand at the old end of their set.

import { type Chunked, chunked } from '../../lib/chunked.ts'
import { MAX_LEVELS } from '../table/page-table.ts'

export const NO_DOMAIN = 255

/** What was looked up lately is counted over whole stretches of so many ns. */
export const RECENT_NS = 1_000_000

/** Lookups by whole stretches of RECENT_NS. */
export interface Recent {
  /** When the stretch of the last lookup ends, ns; lookups and hits before it began. */
  endNs: number
  fromLookups: number
  fromHits: number
  /** Lookups and hits in the stretch before that. */
  lookups: number
  hits: number
}

/** Sizes of an IOTLB. */
export interface IotlbConfig {
  /** Entries, a power of two from 1 to 4096. */
  readonly entries: number
  /** Entries of a set, a power of two; as many as there are entries: fully associative. */
  readonly ways: number
  /** Entries of the cache of table pointers at each height; 0 = there is none. */
  readonly walkEntries: number
}

/** What was exposed so far. Pages are those of the smallest size. */
export interface Exposure {
  /** Pages that stale entries lead to at this moment. */
  pages: number
  /** Σ pages × ns, up to `sinceNs`. */
  pageNs: number
  sinceNs: number
  /** Entries that became stale so far, and those of them whose memory got a new owner meanwhile. */
  entries: number
  reused: number
  /** The longest that one was stale and ended: how long, and what it was. */
  worstNs: number
  worstPfn: number
  worstDomain: number
}

export interface IotlbState extends IotlbConfig {
  readonly sets: number
  /** Slots are set * ways + way. [entries] first page, as the device asks for it, a multiple of the size. */
  readonly pfn: Chunked<Float64Array>
  /** [entries] first page of memory that it leads to. */
  readonly page: Chunked<Float64Array>
  /** [entries] log2 of the pages covered; permission bits. */
  readonly order: Uint8Array
  readonly permission: Uint8Array
  /** [entries] index of the table that it was found in (a domain), or NO_DOMAIN. */
  readonly domain: Uint8Array
  /** [entries] when what it translates was unmapped, ns; -1 = it is still mapped. */
  readonly staleNs: Float64Array
  /** [entries] when the memory behind a stale entry was given to somebody else, ns; -1 = not yet. */
  readonly reusedNs: Float64Array
  /** [entries] order of use in each set: a doubly linked list, most recent first. */
  readonly newer: Int32Array
  readonly older: Int32Array
  /** [sets] most and least recently used slot of each set. */
  readonly newest: Int32Array
  readonly oldest: Int32Array
  /** Index from (domain, pfn, order) to slot: open addressing, slot + 1, 0 = free. */
  readonly index: Chunked<Int32Array>
  /** [entries] where in the index the search for an entry begins. */
  readonly home: Int32Array
  /** [64] entries of each order in use, and how many of them are stale. */
  readonly byOrder: Int32Array
  readonly staleByOrder: Int32Array
  /** The orders that a lookup has to try, ascending: the first `ordersUsed` of [64]. */
  readonly ordersInUse: Uint8Array
  ordersUsed: number
  /** Stale entries by the memory that they lead to: [a power of two] first slot of each chain, [entries] next slot of the
   *  same chain; -1 = the end. */
  readonly staleHead: Int32Array
  readonly staleNext: Int32Array
  /** Entries that are stale at this moment. */
  stale: number
  /** Cache of table pointers, [MAX_LEVELS * walkEntries] by height of the table pointed to: first page covered by that
   *  table (-1: a free slot) and how many, the table, its domain, when it was last used (a count; 0: a free slot). Height
   *  0 holds the pointers to leaf tables. */
  readonly walkPfn: Float64Array
  readonly walkSpan: Float64Array
  readonly walkNode: Int32Array
  readonly walkDomain: Uint8Array
  readonly walkUsed: Float64Array
  /** Lookups so far, and those of them that found an entry; table entries read for the others; faults. */
  lookups: number
  hits: number
  reads: number
  faults: number
  /** Entries that made room for others, and entries that an invalidation dropped, stale or not. */
  evicted: number
  dropped: number
  /** Entries that an invalidation dropped although what they translate was still mapped. */
  droppedLive: number
  readonly recent: Recent
  readonly exposure: Exposure
}

/** An empty IOTLB. */
export function createIotlb({ entries, ways, walkEntries }: IotlbConfig): IotlbState {
  const sets = entries / ways
  const slots = MAX_LEVELS * walkEntries
  return {
    entries,
    ways,
    walkEntries,
    sets,
    pfn: chunked(new Float64Array(entries)),
    page: chunked(new Float64Array(entries)),
    order: new Uint8Array(entries),
    permission: new Uint8Array(entries),
    domain: new Uint8Array(entries).fill(NO_DOMAIN),
    staleNs: new Float64Array(entries).fill(-1),
    reusedNs: new Float64Array(entries).fill(-1),
    newer: Int32Array.from({ length: entries }, (_, i) => (i % ways === ways - 1 ? -1 : i + 1)),
    older: Int32Array.from({ length: entries }, (_, i) => (i % ways === 0 ? -1 : i - 1)),
    newest: Int32Array.from({ length: sets }, (_, set) => set * ways + ways - 1),
    oldest: Int32Array.from({ length: sets }, (_, set) => set * ways),
    index: chunked(new Int32Array(4 * entries)),
    home: new Int32Array(entries),
    byOrder: new Int32Array(64),
    staleByOrder: new Int32Array(64),
    ordersInUse: new Uint8Array(64),
    ordersUsed: 0,
    staleHead: new Int32Array(2 * entries).fill(-1),
    staleNext: new Int32Array(entries).fill(-1),
    stale: 0,
    walkPfn: new Float64Array(slots).fill(-1),
    walkSpan: new Float64Array(slots),
    walkNode: new Int32Array(slots),
    walkDomain: new Uint8Array(slots).fill(NO_DOMAIN),
    walkUsed: new Float64Array(slots),
    ...{ lookups: 0, hits: 0, reads: 0, faults: 0, evicted: 0, dropped: 0, droppedLive: 0 },
    recent: { endNs: 0, fromLookups: 0, fromHits: 0, lookups: 0, hits: 0 },
    exposure: { pages: 0, pageNs: 0, sinceNs: 0, entries: 0, reused: 0, worstNs: 0, worstPfn: 0, worstDomain: 0 },
  }
}
