// A recording: what a real machine did with a window of DMA addresses, as plain data. Importers make it out of trace files, the
// workload `recorded` plays it on the way to memory that it is of, and the prediction is held against it.

import type { Problem, Settings } from '../params.ts'

/** Kinds of rows. */
export const REC_MAP = 1
export const REC_UNMAP = 2
/** Entries cleared before anything was mapped: the kernel empties a table that it takes over. */
export const REC_CLEAR = 3
/** More of the map before it: one run of addresses, handed out at once, whose memory goes on elsewhere. */
export const REC_MORE = 4

/** Rows in the order of their times; arrays are [count]. */
export interface RecordedOps {
  readonly count: number
  readonly kind: Uint8Array
  /** Nanoseconds since the first record, integers, ascending. */
  readonly ns: Float64Array
  /** First entry, table-relative. */
  readonly entry: Float64Array
  readonly npages: Int32Array
  /** Real address of the first page; -1 where the record does not tell (unmap, clear). */
  readonly address: Float64Array
  /** What the device may do with a map: 1 = read, 3 = read and write. */
  readonly permission: Uint8Array
  /** Line of the file that began the operation, from 1. */
  readonly line: Int32Array
  /** CPU that did it, below `cpus` of the recording; absent where the record does not tell. */
  readonly cpu?: Uint8Array
}

/** Pages of the run that begins with row `at`: its own and those of the rows that say more of it. */
export function pagesOfRun(kind: Uint8Array, npages: Int32Array, at: number): number {
  let sum = npages[at]!
  for (let i = at + 1; kind[i] === REC_MORE; i++) sum += npages[i]!
  return sum
}

/** Ways to memory that a recording can be of: a table of TCEs; the common IOMMU layer over the driver of VT-d, Arm or AMD. */
export type RecordedWay = 'tce' | 'vtd' | 'arm' | 'amd'

export interface Recording {
  /** Name of the file. */
  readonly name: string
  readonly format: string
  readonly way: RecordedWay
  /** The window or the domain, as its way calls it: `window 80000000`, `domain 3`. */
  readonly space: string
  /** log2 of its smallest page, bytes. */
  readonly pageShift: number
  /** Absolute entry of the window's first one. */
  readonly offset: number
  /** Entries in the window. */
  readonly size: number
  readonly ops: RecordedOps
  /** CPUs that it tells apart; 1 where it does not. */
  readonly cpus: number
  /** Settings of the device that the file tells. */
  readonly settings?: Settings
  /** Records of this window in the file, one per line. */
  readonly records: number
  /** When the last operation was, ns. */
  readonly endNs: number
  /** What the file does not say and was taken as given, a sentence each. */
  readonly assumed: readonly string[]
  /** What of that changes how the whole is to be read, if anything. */
  readonly remark?: string
  /** Lines that could not be used, and the first of them. */
  readonly broken: number
  readonly problems: readonly Problem[]
}

/** How well an allocator foretold a recording so far. */
export interface PredictionFigures {
  readonly allocator: string
  /** Allocations in the whole recording, and those that have been played. */
  readonly total: number
  readonly allocations: number
  readonly predicted: number
  /** Predictions that missed, after each of which the model was set to the record. */
  readonly corrected: number
  /** The first of them; entries are table-relative, -1 where the allocator refused. */
  readonly misses: readonly {
    readonly ns: number
    readonly line: number
    readonly npages: number
    readonly recorded: number
    readonly predicted: number
  }[]
}

/** Misses that are kept by name. */
export const MISSES_KEPT = 20
