// The contract of a translation table: which real page an entry leads to. The machine owns the order of
// table and allocator; a table only stores and forgets.

import type { CostMeter } from '../engine/meter.ts'
import type { KernelRef } from '../types.ts'

/** TCE permission bits. */
export const TCE_READ = 1
export const TCE_WRITE = 2
/** Permission bits stand below this; the rest of a TCE is the real page address. */
export const TCE_BITS = 4

/** Entries [start, end) of which one TCE stands for `granule`. */
export interface TablePart {
  readonly start: number
  readonly end: number
  readonly granule: number
}

/** A stretch of the table: `pages` entries from `entry` on, which lie from page `abs` on, counted from address 0. */
export interface TableIsland {
  readonly entry: number
  readonly abs: number
  readonly pages: number
}

/** What is asked of any table: where its entries lead, and what it is made of. */
export interface TableReader<S extends object = object> {
  /** The TCE: real page address | permission bits; 0 when the entry is not set. */
  walk(s: S, entry: number): number
  /** The leaf table page that holds the TCE of `entry`, in the order of forEachTable, and its slot in there. */
  place(s: S, entry: number): { readonly page: number; readonly slot: number }
  /** Places for table pages of the leaf level, ascending: first entry covered, entries set, entries written so far, and, if
   *  not 512, entries covered. A page that is made on demand is not there before the first write. */
  forEachTable(s: S, visit: (firstEntry: number, entriesSet: number, written: number, covered?: number) => void): void
  levels(s: S): number
  /** Level tables that exist at `level` (0 = leaf). */
  tablesAt(s: S, level: number): number
  bytesAllocated(s: S): number
  /** What the kernel charges for it. */
  bytesAccounted(s: S): number
}

/** A table of TCEs: it stores and forgets, and nothing else needs to hear of it. */
export interface TranslationTable<S extends object = object> extends TableReader<S> {
  readonly id: string
  readonly label: string
  readonly kernel: KernelRef
  /** An empty table of `size` entries of 2^pageShift bytes; `parts`, ascending and complete, where they differ. */
  create(size: number, pageShift: number, parts?: readonly TablePart[]): S
  /** Entries [entry, entry+npages) lead to consecutive real pages from the page of `address`. False when the backend
   *  has no resources; then nothing was written. Table pages allocated for it are added to `meter.tablePages`. */
  set(s: S, entry: number, npages: number, address: number, permission: number, meter: CostMeter): boolean
  clear(s: S, entry: number, npages: number, meter: CostMeter): void
}
