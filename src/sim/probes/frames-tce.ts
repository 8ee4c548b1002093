// The frames of TCE tables of several levels, of DMA windows and of what hypervisor calls cost.

import type { TceEra, TceRefusal } from '../table/tce-multi-levels.ts'
import type { DdwStep, RtasCall } from '../window/ddw.ts'
import type { HcallCounts } from '../window/ddw-calls.ts'

/** Cells in the strip of a level at most: a power of two. */
export const LEVEL_CELLS = 256

/** A cell of a strip: no level table is there; there is one, with nothing set; with something set; one of them was made
 *  by a hypercall that real mode had found too hard. */
export const LEVEL_ABSENT = 0
export const LEVEL_EMPTY = 1
export const LEVEL_USED = 2
export const LEVEL_RETRIED = 3

/** A table that could not be made. */
export interface TableRefusal {
  readonly id: TceRefusal
  /** What the caller is told, a negative errno. */
  readonly errno: number
  readonly why: string
  /** The arithmetic, a line each. */
  readonly sums: readonly string[]
}

/** A level of a tree. The strip shows the level tables below the one that is chosen above it. */
export interface LevelStrip {
  /** 0 = leaf level. */
  readonly height: number
  /** Entries that one level table here leads to, and bytes of bus addresses. */
  readonly spanEntries: number
  readonly spanBytes: number
  /** Level tables that are there: of the hardware's tree, of the user copy; and those of a whole tree for the window. */
  readonly tables: number
  readonly userTables: number
  readonly capacity: number
  /** Numbers of the level tables shown, [first, first+count), so many in a cell. */
  readonly first: number
  readonly count: number
  readonly tablesPerCell: number
  /** Cells [at, at+cells) of the arrays are this strip's. */
  readonly at: number
  readonly cells: number
  /**
   * Number of the level table that the next strip opens, null when none follows. Where a cell holds several tables the
   * next strip may be of the same height: the tables of the chosen cell, one in a cell.
   */
  readonly chosen: number | null
}

export interface LevelsFrame {
  readonly table: number
  /** Null when the window has no table of several levels. */
  readonly shape: {
    readonly era: TceEra
    readonly backing: 'levels' | 'vmalloc'
    readonly levels: number
    readonly levelBytes: number
    readonly levelEntries: number
    readonly userCopy: boolean
    readonly windowBytes: number
    readonly pageShift: number
    readonly kernelPageShift: number
  } | null
  readonly refusal: TableRefusal | null
  /**
   * Top level first; empty when there is no table. A number of the path that is asked for (one for each level below the
   * top) stands for the first table that is there at or after it; where none is, the first that is there at all.
   */
  readonly strips: readonly LevelStrip[]
  /** [Σ cells] LEVEL_ABSENT … LEVEL_RETRIED: the largest of the tables of a cell. */
  readonly state: Uint8Array
  /** [Σ cells] share of the words set in the fullest table of a cell, 0…255; 0 only when none is set. */
  readonly fill: Uint8Array
  /** [Σ cells] tables of the hardware's tree that are there. */
  readonly present: Uint32Array
  /** Calls that real mode found too hard. */
  readonly tooHard: number
}

/** A stretch of memory that is mapped for the device. */
export interface MemoryIsland {
  readonly name: 'ram' | 'far'
  /** Guest address and size in bytes; how much of it lies inside the window, and how much is mapped. */
  readonly startBytes: number
  readonly bytes: number
  readonly insideBytes: number
  readonly mappedBytes: number
}

/** What a table of several levels takes, all in bytes. */
export interface MemoryFrame {
  readonly table: number
  readonly windowBytes: number
  readonly pageShift: number
  readonly levels: number
  readonly era: TceEra
  readonly userCopy: boolean
  /** One level and all of it, trees together; why that is refused, or null when it is not. */
  readonly flatBytes: number
  readonly flatRefusal: TableRefusal | null
  /** The whole tree of the levels asked for, trees together; 0 when that is refused. */
  readonly wholeBytes: number
  /** Allocated now: the hardware's tree and the user copy. */
  readonly hwBytes: number
  readonly userBytes: number
  /** Charged to user space for this table, and all that was charged so far: a refused table stays charged. */
  readonly accountedBytes: number
  readonly lockedBytes: number
  readonly refusal: TableRefusal | null
  /** Level tables that are there, top first. */
  readonly hwPerLevel: readonly number[]
  readonly userPerLevel: readonly number[]
  readonly mappedBytes: number
  readonly islands: readonly MemoryIsland[]
  /** False where memory is not mapped at its own addresses, only buffers when a driver asks; absent: it is. */
  readonly identity?: false
  /** The formula of the 2018 mail, MiB of one tree: up to the end of the last island; for what is memory alone. */
  readonly mailFlatMiB: number
  readonly mailNeededMiB: number
}

/** What a device's driver found when it set its mask, step by step; null where no window is asked for. */
export interface DdwFrame {
  readonly table: number
  readonly device: string
  readonly maskBits: number
  readonly steps: readonly DdwStep[]
  readonly rtas: readonly RtasCall[]
  readonly hcalls: HcallCounts
  /** Where the device's buffers go from now on; `nowhere`: bypass although no window could be made. */
  readonly result: 'direct' | 'indirect' | 'default' | 'nowhere' | 'refused'
  /** Of the window that is used, log2 of bytes; base in frames of 4 KiB. */
  readonly pageShift: number
  readonly windowShift: number
  readonly base: number
  /** How long the driver waited for it, ns. */
  readonly tookNs: number
}

/** A window of a device. Places are frames of 4 KiB: a dynamic window begins at byte 2^59. */
export interface WindowInfo {
  readonly name: 'default' | 'dynamic'
  /** `used`: buffers are mapped in it; `direct`: all memory is; `idle`: it is there; `removed`: it was given up. */
  readonly state: 'used' | 'direct' | 'idle' | 'removed'
  readonly base: number
  readonly frames: number
  readonly pageShift: number
  readonly tces: number
  readonly mappedBytes: number
  /** Mapped TCEs are shown in `used`, one value for each of `bands` equal parts; -1 when nothing is known to be mapped. */
  readonly row: number
}

export interface WindowsFrame {
  readonly table: number
  readonly windows: readonly WindowInfo[]
  readonly bands: number
  /** [rows*bands] 0…255 */
  readonly used: Uint8Array
  /** Where the device's mask ends, bits; where 32-bit registers answer, frames [first, end), or null. */
  readonly maskBits: number
  readonly mmio: { readonly first: number; readonly end: number } | null
}

/** Hypervisor calls over time: the columns are those of the time-line. */
export interface HcallsFrame {
  readonly columnNs: number
  readonly columns: number
  /** Columns that have run. */
  readonly filled: number
  /** All memory is mapped once for all devices: buffers need no calls. */
  readonly direct: boolean
  /** [columns] calls in a column. */
  readonly put: Float32Array
  readonly putIndirect: Float32Array
  readonly stuff: Float32Array
  readonly tooHard: Float32Array
  /** So far. */
  readonly totals: HcallCounts & { readonly tooHard: number; readonly ns: number }
}

export const SHARE_DEFAULT = 0
export const SHARE_INDIRECT = 1
export const SHARE_DIRECT = 2

/** What the virtual functions of a platform got from its budget. */
export interface BudgetFrame {
  readonly functions: number
  readonly budgetBytes: number
  readonly share: 'first' | 'even'
  readonly era: 'today' | 'before'
  /** Bytes that a direct window takes. */
  readonly directBytes: number
  /** Function whose traffic is simulated. */
  readonly chosen: number
  /** [functions] now, as the scenario stands, and in the other era: SHARE_*; bytes of TCEs taken; log2 of page and window. */
  readonly kind: Uint8Array
  readonly tceBytes: Float64Array
  readonly pageShift: Uint8Array
  readonly windowShift: Uint8Array
  readonly otherKind: Uint8Array
  readonly otherTceBytes: Float64Array
  readonly counts: { readonly direct: number; readonly indirect: number; readonly kept: number }
  readonly otherCounts: { readonly direct: number; readonly indirect: number; readonly kept: number }
  readonly leftBytes: number
  readonly otherLeftBytes: number
}
