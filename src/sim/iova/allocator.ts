// The contract of an IOVA allocator: who gets which entries of a window. It knows nothing of time, tables or
// devices; it reports its work to a CostMeter and the machine prices it. State is plain data, so that a clone
// is a checkpoint.

import type { CostMeter } from '../engine/meter.ts'
import type { Settings } from '../params.ts'
import { type ParamsOf, type ParamTable, readParams } from '../params.ts'
import type { KernelRef } from '../types.ts'

/** The window an allocator hands out. Entries are IOMMU pages of 2^pageShift bytes. */
export interface WindowGeometry {
  /** Entries in the table, at least 2. */
  readonly size: number
  /** Absolute entry of table-relative entry 0. */
  readonly offset: number
  readonly pageShift: number
  /** TCEs per block: 16 = one cache line of 128 bytes. A power of two. */
  readonly blockSize: number
  /** Reserved range [resStart, resEnd) in absolute entries; 0, 0 = none. */
  readonly resStart: number
  readonly resEnd: number
  /** Entries that an allocation must not cross a multiple of: (segment boundary mask >> pageShift) + 1, a power of
   *  two, or Infinity where there is no boundary within the window. */
  readonly boundary: number
  /** Where the table's entries lie if not in one stretch from `offset`: ascending, together `size` entries. What lies
   *  between is the device's too, but no run is placed there: it is too large to be listed entry by entry. */
  readonly islands?: readonly Island[]
  /** CPUs of the machine; 1 if not given. */
  readonly cpus?: number
}

/** A stretch of a window: `pages` entries, of which the first is `entry` in the table and `abs` counted from address 0. */
export interface Island {
  readonly entry: number
  readonly abs: number
  readonly pages: number
}

/** One request; reused from call to call. */
export interface AllocRequest {
  cpu: number
  /** 0 is refused. */
  npages: number
  /** The first entry is a multiple of 2^alignOrder (table-relative). */
  alignOrder: number
  /** Number of the IOMMU page that the buffer begins in, modulo MAX_GRANULE; 0 where all entries are alike. */
  phase: number
  /** Highest absolute entry that the device can address. */
  mask: number
  /** In and out: where a scatter-gather list goes on; 0 = no hint. Ignored and left alone when `useHandle` is false. */
  handle: number
  useHandle: boolean
  /** When nothing fits, the per-CPU caches are emptied and the search is tried once more. */
  emptyCaches: boolean
}

/** A part of the window with its own hint: a pool, a half. Table-relative entries, `end` exclusive. */
export interface Region {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly hint: number
  /** Index of the lock that guards it. */
  readonly lock: number
}

/** `reserved` covers page 0, firmware ranges and protection entries; `used` is handed out; `cached` is free for the CPU
 *  or the depot that keeps it and taken for everybody else. */
export type RangeKind = 'used' | 'reserved' | 'cached'

/** Keeper of a cached range that belongs to no CPU. */
export const IN_DEPOT = -1

/** What the per-CPU caches hold, for drawing; counts of ranges. */
export interface CacheFigures {
  /** Size classes: order o holds ranges of 2^o pages. */
  readonly orders: number
  /** Ranges that a magazine has room for. */
  readonly capacity: number
  /** [cpus*orders] ranges in the magazine in use, and in the one kept beside it. */
  readonly loaded: Uint8Array
  readonly previous: Uint8Array
  /** [orders] full magazines in the depot. */
  readonly depot: Uint32Array
}

/** Whose kernels shipped an allocator, those of POWER or the common IOMMU layer; or, in a few words, why none did. */
export type Shipped = { readonly by: 'power' | 'common' } | { readonly never: string }

/** A line in the plot of how allocators scale; what is absent is the allocator's own. */
export interface ScalingLine {
  readonly id?: string
  readonly label?: string
  /** Settings of the device that make it. */
  readonly settings?: Settings
  /** Every operation takes one lock once, and all the same: the formula of one lock applies. */
  readonly oneLock?: true
}

/** What the page needs to know of an allocator: it does without the code. */
export interface AllocatorInfo<P extends ParamTable = ParamTable> {
  readonly id: string
  readonly label: string
  /** Years or releases in which kernels shipped it. */
  readonly era: string
  readonly shipped: Shipped
  readonly kernel: KernelRef
  readonly params: P
  /** It charges the meter for all its work, and takes its locks itself. */
  readonly charges?: true
  /** It has `before`, `undo` and `adopt`: a record can be played through it. */
  readonly follows?: true
  /** It hands out pages of two sizes: for a table that has both. */
  readonly mixed?: true
  /** CPUs keep ranges for themselves, in magazines or in chunks: it has `caches` or `forEachChunk`. */
  readonly keeps?: true
  /** It holds every entry of its window in a bitmap. */
  readonly bitmap?: true
  /** Its lines in the plot of how allocators scale; absent: one. */
  readonly lines?: readonly ScalingLine[]
}

/** How a window is divided, and what of it is taken: what maps, locks and figures ask. It hands nothing out. */
export interface Ranges<S extends object = object> {
  /** Number of locks; at least 1. */
  locks(s: S): number
  /** What a lock guards, in a word or two; absent: the regions that name it. */
  lockName?(s: S, lock: number): string
  regions(s: S): readonly Region[]
  /** Index into `regions` where a request of this size from this CPU begins. */
  homeRegion(s: S, cpu: number, npages: number): number
  /** Entries that one TCE at `entry` maps, where pages of several sizes share the window; absent = 1 everywhere. */
  granule?(s: S, entry: number): number
  /** Entries that one-page requests can get from an empty table before the first refusal. */
  usable(s: S): number
  /** Free entries in [start, limit); reads the bitmap word by word. */
  freeCount(s: S, start: number, limit: number): number
  /** Free entries in [start, limit), and the longest run of them; visits every run. */
  freeIn(s: S, start: number, limit: number): { free: number; longestRun: number }
  /** Every maximal run of non-free entries, ascending, adjacent runs of different kind apart. */
  forEachRange(s: S, visit: (start: number, npages: number, kind: RangeKind) => void): void
  /** Per-CPU magazines and depot, where the allocator has them. */
  caches?(s: S): CacheFigures
  /** Every cached range in no order, with the CPU that keeps it, or IN_DEPOT. Cost: what is cached, not the window. */
  forEachCached?(s: S, visit: (start: number, npages: number, keeper: number) => void): void
  /** Every chunk of the window that a CPU owns, ascending. */
  forEachChunk?(s: S, visit: (start: number, npages: number, owner: number) => void): void
  /** When work that was put off is due, ns; Infinity when there is none. */
  workDueNs?(s: S): number
  /** Does what is due at `meter.nowNs`. Returns the ranges given back to the tree. */
  work?(s: S, meter: CostMeter): number
  /** A CPU goes offline or comes back: its caches go back to the tree. Returns the ranges given back. */
  setOnline?(s: S, cpu: number, online: boolean, meter: CostMeter): number
}

export interface IovaAllocator<S extends object = object> extends AllocatorInfo, Ranges<S> {
  /** State of an empty window. Throws RangeError on a geometry that the spec says never occurs. */
  create(geometry: WindowGeometry, settings: Settings): S
  /** First table-relative entry of the run handed out, or NO_ENTRY. Sets `meter.hang` if it would never return. */
  alloc(s: S, req: AllocRequest, meter: CostMeter): number
  /** Takes [entry, entry+npages) (table-relative) back on a CPU. False, and no change, when it is outside the table. */
  free(s: S, entry: number, npages: number, meter: CostMeter, cpu: number): boolean
  /** Where searches begin, and whatever else `undo` needs to know of the moment before a request. */
  before?(s: S): readonly number[]
  /**
   * Undoes the request of `npages` on a CPU that was answered last, with `got` (NO_ENTRY: refused): the run goes back to where
   * it came from, not to where freed ones go. `before` is of before that request, `meter` its own. Charges nothing. Without it
   * and `adopt` the allocator cannot follow a record.
   */
  undo?(s: S, got: number, npages: number, cpu: number, before: readonly number[], meter: CostMeter): void
  /**
   * Marks exactly this run (table-relative, inside the table, nothing of it handed out) as handed out: a record says that it
   * was. What caches keep of it leaves them; `free` takes it back as any other. `asAnswer`: the hints are then as if a request
   * had been given it, else they stay. Charges nothing.
   */
  adopt?(s: S, entry: number, npages: number, asAnswer: boolean): void
  /** Index of the lock a request takes first, or NO_LOCK when it needs none. */
  lockForAlloc(s: S, cpu: number, npages: number): number
  /** Index of the lock that freeing [entry, entry+npages) on a CPU takes first, or NO_LOCK. */
  lockForFree(s: S, entry: number, cpu: number, npages: number): number
}

/** The code of an allocator, to which its settings come as the record of its table. */
type Code<S extends object, P extends ParamTable> = Omit<IovaAllocator<S>, keyof AllocatorInfo | 'create'> & {
  create(geometry: WindowGeometry, settings: ParamsOf<P>): S
}

/**
 * An allocator: what the page needs to know of it, and its code. As a call without effect it is left out, with all that
 * its code leads to, where only the first is used.
 */
/* @__NO_SIDE_EFFECTS__ */
export function withCode<S extends object, P extends ParamTable>(
  info: AllocatorInfo<P>,
  code: Code<S, P>,
): IovaAllocator<S> {
  return { ...info, ...code, create: (geometry, settings) => code.create(geometry, readParams(info.params, settings)) }
}
