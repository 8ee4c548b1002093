// The contract of a radix table: levels of table pages that lead from a page number to a page of memory. What a kernel's
// driver does to it, and which commands that takes, stands in dma/; here is what hardware and probes may ask.
//
// Pages are counted in the smallest page size that the table has (its granule): 4K, or 16K and 64K on Arm. Addresses
// are page numbers from 0; sizes are orders, log2 of a number of such pages. Heights count from the leaf end: a table at
// height 0 holds entries for single pages, the top table stands at height levels - 1.

import type { Nodes } from './nodes.ts'

/** Most levels a table has: AMD's grows to six. */
export const MAX_LEVELS = 6

/** What every radix table keeps, whatever its format; plain data. */
export interface PageTableState {
  readonly nodes: Nodes
  /** The top table, and how many levels there are from it down. */
  root: number
  levels: number
  /** Index bits of a level: 9, and 11 or 13 on Arm. */
  readonly bits: number
  /** log2 of the granule in bytes. */
  readonly granuleShift: number
  /** log2 of the addresses that can be looked up, in pages: 36 for 48 bits of 4K pages. */
  readonly widthPages: number
  /** Leaf sizes in use, ascending, as orders; the first is 0. */
  readonly orders: readonly number[]
}

/** What changes of a table add up to. */
export interface TableWork {
  /** Table pages taken and given back. */
  tablesNew: number
  tablesFreed: number
  /** Entries set or cleared. */
  writes: number
}

/** What a walk finds; one object is reused. */
export interface Walk {
  found: boolean
  /** Page of memory that the page asked for leads to. */
  page: number
  /** log2 of the pages that the leaf covers. */
  order: number
  permission: number
  /** Height of the table that the walk ended in. */
  height: number
  /** Table entries read. */
  reads: number
  /** [MAX_LEVELS] by height: table that was read, or -1. */
  readonly nodes: Int32Array
  /** The walk read a table page that had been given back: what it found means nothing. */
  freed: boolean
}

export function createWalk(): Walk {
  const nodes = new Int32Array(MAX_LEVELS).fill(-1)
  return { found: false, page: 0, order: 0, permission: 0, height: 0, reads: 0, nodes, freed: false }
}

export interface PageTable<S extends PageTableState = PageTableState> {
  readonly id: 'vtd' | 'arm' | 'amd'
  /**
   * What the hardware finds for `pfn` when it reads from the table `node` at `height` on; from the top when `node` is -1.
   * A page number beyond the width is a fault without reads.
   */
  walk(s: S, pfn: number, node: number, height: number, out: Walk): void
  /** Table pages in use at a height; tables side by side that share one index count as one. */
  tablesAt(s: S, height: number): number
  /** Leaf entries in the tables at a height (AMD's replicated ones all count). */
  leavesAt(s: S, height: number): number
  /** Table pages that were taken out but wait for an invalidation before they are given back. */
  pending(s: S): number
}
