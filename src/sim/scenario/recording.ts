// A recording: what a real machine did with a DMA window, as plain data. Importers make it out of trace files, the
// workload `recorded` plays it, and the prediction is held against it.

import type { Problem } from '../params.ts'

/** An operation of a recording. */
export const REC_MAP = 1
export const REC_UNMAP = 2
/** Entries cleared before anything was mapped: the kernel empties a table that it takes over. */
export const REC_CLEAR = 3

/** Operations in the order of their times; arrays are [count]. */
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
  /** TCE permission bits of a map. */
  readonly permission: Uint8Array
  /** Line of the file that began the operation, from 1. */
  readonly line: Int32Array
}

export interface Recording {
  /** Name of the file. */
  readonly name: string
  readonly format: string
  /** What the machine calls the window. */
  readonly liobn: number
  readonly pageShift: number
  /** Absolute entry of the window's first one. */
  readonly offset: number
  /** Entries in the window. */
  readonly size: number
  readonly ops: RecordedOps
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
