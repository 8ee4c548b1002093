// The frames of what lies beyond the tables: IOTLB, flush queues, invalidation commands, the radix table, and where the time
// of a map and unmap goes.

import type { FlushMode } from '../dma/iommu-state.ts'
import type { AddressSpace } from './frames.ts'

/** A slot of an IOTLB: nothing in it, a translation that holds, one of memory that was unmapped (the device still reaches
 *  it), and one of such memory that somebody else has got since. */
export const SLOT_EMPTY = 0
export const SLOT_LIVE = 1
export const SLOT_STALE = 2
export const SLOT_REUSED = 3

/** The caches of table pointers of one level. */
export interface WalkCacheUse {
  /** Height of the tables pointed to: 0 = those of the smallest pages. */
  readonly height: number
  /** Pages that one pointer covers. */
  readonly spanPages: number
  readonly used: number
  readonly room: number
}

/** The IOTLB that the table's devices use, slot by slot: index = set * ways + way. */
export interface IotlbFrame extends AddressSpace {
  readonly table: number
  readonly sets: number
  readonly ways: number
  /** Translations of other tables stand in it too. */
  readonly shared: boolean
  /** [sets*ways] SLOT_EMPTY … SLOT_REUSED */
  readonly state: Uint8Array
  /** [sets*ways] table that the translation is of, 255 = none. */
  readonly owner: Uint8Array
  /** [sets*ways] first page, counted from address 0; log2 of the pages covered. */
  readonly pfn: Float64Array
  readonly order: Uint8Array
  /** [sets*ways] how long it has been stale, ns; 0 = it is not. */
  readonly staleForNs: Float64Array
  /** Entries in use, stale ones, and stale ones whose memory was given away. */
  readonly used: number
  readonly stale: number
  readonly reused: number
  /** Bytes that the entries in use lead to. */
  readonly reachBytes: number
  /** So far: lookups, hits, table entries read, entries that made room for others; in the last full millisecond: lookups, hits. */
  readonly lookups: number
  readonly hits: number
  readonly reads: number
  readonly evicted: number
  readonly recentLookups: number
  readonly recentHits: number
  readonly walkCaches: readonly WalkCacheUse[]
}

/** States of a slot in the ring of a flush queue. */
export const RING_FREE = 0
export const RING_QUEUED = 1
/** A translation of it is still in an IOTLB. */
export const RING_REACHABLE = 2

/** Where unmapped ranges wait: one ring for each CPU, or one for all. No rings: nothing waits (strict, none). */
export interface QueuesFrame extends AddressSpace {
  readonly table: number
  readonly mode: FlushMode
  readonly rings: number
  readonly slots: number
  /** [rings] slot that leaves next, slot that is filled next, ranges in between. */
  readonly head: Int32Array
  readonly tail: Int32Array
  readonly length: Int32Array
  /** [rings] how long its oldest range has waited, ns; 0 = it is empty. */
  readonly oldestForNs: Float64Array
  /** [rings] ranges that are still in an IOTLB. */
  readonly reachable: Int32Array
  /** [rings*slots] RING_FREE … RING_REACHABLE; row-major by ring. */
  readonly state: Uint8Array
  readonly timeoutNs: number
  /** When the timer runs, ns, and on which CPU; null while it is not armed. */
  readonly timer: { readonly dueNs: number; readonly cpu: number } | null
  /** Flushes so far because a ring was full, and by the timer. */
  readonly flushesFull: number
  readonly flushesTimer: number
  /** The longest that a range has waited for its flush so far, ns. */
  readonly worstNs: number
}

/** An invalidation command as it was sent. */
export interface CommandLine {
  /** Number of the command, from 0. */
  readonly nth: number
  readonly ns: number
  readonly cpu: number
  /** CMD_PSI … of iotlb/command.ts. */
  readonly kind: number
  /** In the words of its manual: "PSI 0x803b800000 AM 9 IH 0". */
  readonly text: string
  /** First page, counted from address 0, and pages that it names; 0 pages = everything of the domain. */
  readonly pfn: number
  readonly pages: number
  /** Caches of table pointers stay. */
  readonly leaf: boolean
}

/** What was sent to the invalidation queue. */
export interface CommandsFrame extends AddressSpace {
  readonly table: number
  /** Commands so far, and how often the kernel waited for them. */
  readonly total: number
  readonly waits: number
  /** [16] commands so far by kind. */
  readonly byKind: Float64Array
  /** Pages that the kernel wanted invalidated, and pages that its range commands named; whole-domain commands apart. */
  readonly asked: number
  readonly named: number
  /** Entries that the IOTLB dropped, and those of them whose mapping was still alive. */
  readonly dropped: number
  readonly droppedLive: number
  /** The newest, oldest first. */
  readonly lines: readonly CommandLine[]
}

/** A level of a radix table. */
export interface RadixLevel {
  /** 0 = the tables of the smallest pages. */
  readonly height: number
  /** What the manual calls it, if it has a name: "PTE", "PDE" …, "level 3". */
  readonly name: string
  readonly tables: number
  readonly leaves: number
  /** Pages that one entry covers. */
  readonly spanPages: number
  /** Entries of one table (the top one's may differ). */
  readonly slots: number
}

/** What a slot of a table on the path holds. */
export const PTE_EMPTY = 0
export const PTE_TO_TABLE = 1
export const PTE_TO_PAGE = 2
/** A large page. */
export const PTE_TO_LARGE = 3

/** A table that leads to the entry asked for. */
export interface RadixStep {
  readonly height: number
  readonly node: number
  /** Slot that is read, and what stands there. */
  readonly slot: number
  readonly kind: number
  /** Entries set in this table. */
  readonly used: number
  /** First page that the table covers, counted from address 0. */
  readonly firstPfn: number
}

/** Cells that a table of the path is drawn in; of a longer one, neighbours share a cell (the largest kind is told). */
export const RADIX_CELLS = 512

/** The levels of a radix table and the way to one entry. */
export interface RadixFrame extends AddressSpace {
  readonly table: number
  readonly format: 'vtd' | 'arm' | 'amd'
  /** Top first. */
  readonly levels: readonly RadixLevel[]
  readonly tableBytes: number
  /** Tables taken out that wait for a flush. */
  readonly pending: number
  /** Entry that the path leads to (table-relative): as asked, or of the newest mapping; null: nothing was ever mapped. */
  readonly entry: number | null
  /** Top first; ends where a walk ends. */
  readonly path: readonly RadixStep[]
  /** [path.length * RADIX_CELLS] PTE_EMPTY … PTE_TO_LARGE of the tables of the path. */
  readonly cells: Uint8Array
  /** Mappings so far by leaf size: [i] leaves ever written of order `orders[i]`. */
  readonly orders: readonly number[]
  readonly leavesByOrder: readonly number[]
}

/** Where the time of maps and unmaps went under one flush mode; ps, sums over all of them. */
export interface LedgerRow {
  readonly mode: FlushMode
  /** Unmaps that were priced. */
  readonly pairs: number
  readonly allocatorPs: number
  readonly tablePs: number
  /** Commands, the wait for them, and putting ranges into the flush queue. */
  readonly invalidationPs: number
  /** Waiting for locks, and taking them. */
  readonly lockPs: number
  readonly restPs: number
  /** Waits for invalidations. */
  readonly waits: number
  /** The longest that an unmapped range waited for its flush or, without one, that a translation outlived its unmap; ns. */
  readonly worstNs: number
}

/** What one map and unmap costs. */
export interface LedgerFrame {
  readonly table: number
  readonly mode: FlushMode
  /** Of the whole run so far, one for each mode that there was: strict, deferred, none. */
  readonly rows: readonly LedgerRow[]
}
