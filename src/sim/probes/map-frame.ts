// What the IOVA map is asked for, and what it gets.

import type { EntryName } from '../paths/way.ts'
import type { StateCounts, WalkFigures } from './cards.ts'
import type { ColourBy } from './cells.ts'
import type { RegionInfo } from './probe.ts'
import type { AddressSpace } from './space.ts'

/** What the IOVA map is asked for. `first`/`count` are table-relative entries; the probe widens them to whole
 *  rows. `maxCells` bounds the answer. */
export interface IovaSpaceRequest {
  readonly table: number
  readonly first: number
  readonly count: number
  /** Cells in a row: a power of two. */
  readonly columns: number
  readonly maxRows: number
  readonly colourBy: ColourBy
  /** Leave out long never-used stretches and say where they were. */
  readonly breaks: boolean
  /** Mark the cells in which this query finds something. */
  readonly find?: string
}

/** A run of consecutive rows; between two segments stands an axis break of `gapBefore` entries. */
export interface MapSegment {
  readonly row: number
  readonly rows: number
  readonly firstEntry: number
  /** Entries left out before this segment; 0 when it follows directly. */
  readonly gapBefore: number
  /** Pages between it and the segment before that no entry of the table stands for; absent = none. */
  readonly apart?: number
}

/** The last search of the tree passed a range in this cell. */
export const MARK_PASSED = 1

/** Mapped by another CPU than the one that owns the chunk. */
export const MARK_FOREIGN = 2

/** Some entries of a cell that shows mapped ones are cached. */
export const MARK_CACHED = 4

export interface IovaSpaceFrame extends AddressSpace {
  readonly table: number
  readonly columns: number
  readonly rows: number
  /** Entries per cell: a power of two. */
  readonly entriesPerCell: number
  /** Entries in the table. */
  readonly size: number
  readonly segments: readonly MapSegment[]
  /** Entries left out after the last segment; 0 when the last entry is shown. */
  readonly gapAfter: number
  /** Pages from the last segment to the window's end that no entry stands for; absent = none. */
  readonly apartAfter?: number
  readonly regions: readonly RegionInfo[]
  readonly colourBy: ColourBy
  /** [rows*columns] worst state in the cell, or CELL_NONE. */
  readonly state: Uint8Array
  /** [rows*columns] share of the cell's entries that are mapped, 0…255. */
  readonly used: Uint8Array
  /** [rows*columns] share of the *mapped* bytes of the cell that is buffer, 0…65535 (1500 of 65536 bytes = 1500). */
  readonly useful: Uint16Array
  /** [rows*columns] freshness of the newest mapping, 255 = mapped now, decaying with 120 us of simulated time. */
  readonly fresh: Uint8Array
  /** [rows*columns] largest free run inside the cell as a share of its entries, 0…255; 0 when entriesPerCell = 1. */
  readonly freeRun: Uint8Array
  /** [rows*columns] state, share mapped and share lit in one number, for cells too small to show more; see `shadeOf`. */
  readonly shade: Uint16Array
  /** [rows*columns] class under `colourBy`: cpu number, device number, log2 pages, or age (see `valueScale`); 255 = none. */
  readonly value: Uint8Array
  /** [rows*columns] 1 where the query finds something; absent when nothing is looked for, or nobody can tell what. */
  readonly match?: Uint8Array
  /** [rows*columns] CPU that owns the chunk in which the cell begins, 255 = none; absent when nobody owns chunks. */
  readonly owner?: Uint8Array
  /** [rows*columns] MARK_PASSED, MARK_FOREIGN, MARK_CACHED; absent where there can be none. */
  readonly marks?: Uint8Array
  /** What its entries are called. */
  readonly called: EntryName
  /** The last search of the tree; null before the first, absent where the allocator has no tree. */
  readonly walk?: WalkFigures | null
  /** For `age`: value v stands for ageNs = 2^(v/8) …, 0 = just now. For `size` and `generation`: v = ceil(log2 n). */
  readonly counts: StateCounts
}
