// What the probes measure and the views draw. Every array is planar and transferable; every shape is stated.
// A frame is complete: a view needs nothing else to paint, hit-test and describe itself.

import type { Island } from '../iova/allocator.ts'
import type { HappeningId } from '../scenario/schema.ts'
import type {
  EntryName,
  Filtered,
  InspectCard,
  LogLine,
  Refusal,
  SearchResult,
  Since,
  StateCounts,
  Summary,
} from './cards.ts'
import type { BootFrame, BounceFrame, PoolFrame } from './frames-boot.ts'
import type { CachesFrame, LocksFrame, RegionsFrame } from './frames-cpu.ts'
import type { CommandsFrame, IotlbFrame, LedgerFrame, QueuesFrame, RadixFrame } from './frames-iommu.ts'
import type { BudgetFrame, DdwFrame, HcallsFrame, LevelsFrame, MemoryFrame, WindowsFrame } from './frames-tce.ts'

/** States of an IOMMU page. The order of the numbers is the order of severity: in a cell that covers several
 *  pages the largest number present is `state`. */
export const CELL_FREE = 0
export const CELL_RESERVED = 1
export const CELL_CACHED = 2
export const CELL_MAPPED = 3
export const CELL_QUEUED = 4
export const CELL_REACHABLE = 5
export const CELL_FAILED = 6
/** Padding after the last page of the window. */
export const CELL_NONE = 255

export type CellState = 0 | 1 | 2 | 3 | 4 | 5 | 6

/** Number of shades: 8 states (7 is padding) × 16 steps of use × 64 of what is lit. */
export const SHADES = 8 * 16 * 64

/** A new mapping begins 55 % of the way from slack to mapped: 35 of the 64 steps that are lit. */
const FRESH_STEPS = 35

/** Arguments as the arrays of IovaSpaceFrame hold them; state << 10 | sixteenths of use << 6 | lit, 0…63. */
export function shadeOf(state: number, used: number, useful: number, fresh: number): number {
  const lit = useful >>> 10
  const age = (fresh * FRESH_STEPS) >>> 8
  return ((state & 7) << 10) | ((used >>> 4) << 6) | (lit > age ? lit : age)
}

/** What the map's colours can mean, in the order of their keys. */
export const COLOURS_BY = ['state', 'cpu', 'device', 'size', 'age', 'generation'] as const
export type ColourBy = (typeof COLOURS_BY)[number]

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

/** What leads from an entry of a table to its address. */
export interface AddressSpace {
  /** log2 of the IOMMU page size in bytes. */
  readonly pageShift: number
  /** Absolute entry of table-relative entry 0. */
  readonly offset: number
  /** Where the entries lie if not in one stretch from `offset`. */
  readonly islands?: readonly Island[]
  /** Pages of the window that no entry stands for, between islands and behind the last; absent = none. See `listingOf`. */
  readonly unlisted?: number
  /** There is no window at all, and what stands here stands for nothing. */
  readonly absent?: true
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

/** A region of the allocator: a pool, a half. Table-relative entries, `end` exclusive. */
export interface RegionInfo {
  readonly name: string
  readonly start: number
  readonly end: number
  /** Where the next search begins. */
  readonly hint: number
}

/** The last search of the tree passed a range in this cell. */
export const MARK_PASSED = 1
/** Mapped by another CPU than the one that owns the chunk. */
export const MARK_FOREIGN = 2

/** Some entries of a cell that shows mapped ones are cached. */
export const MARK_CACHED = 4

/** A search of the tree of ranges. */
export interface WalkFigures {
  readonly ns: number
  readonly cpu: number
  /** Ranges passed: moves to a neighbour, in all walks of the search together. */
  readonly steps: number
}

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

/** Mapped entries of the whole table by class under `colourBy`, the classes of IovaSpaceFrame.value. */
export interface ClassesFrame {
  readonly table: number
  readonly colourBy: ColourBy
  /** [256] */
  readonly counts: Uint32Array
}

/** The whole window in few cells: where the map is when it shows a part. */
export interface MinimapFrame extends AddressSpace {
  readonly table: number
  /** Cells in a row. */
  readonly columns: number
  /** Cells that the window takes; at most MINIMAP_CELLS. */
  readonly cells: number
  /** Entries per cell: a power of two. */
  readonly entriesPerCell: number
  readonly size: number
  /** [cells] CELL_FREE, CELL_MAPPED if any entry of the cell is mapped, CELL_FAILED if a refusal left its mark in it. */
  readonly state: Uint8Array
  /** [cells] share of the cell's entries that are mapped, 0…255; at least 1 if any. */
  readonly used: Uint8Array
}

/** Most cells of a minimap. */
export const MINIMAP_CELLS = 512

/** Columns of a window that was there before: they are read by its measures. */
export interface FormerColumns {
  /** The first column that is not of it. */
  readonly until: number
  readonly space: AddressSpace & { readonly size: number }
  readonly first: number
  readonly entriesPerBand: number
}

/** Address × time. Column-major: index = column*bands + band. Column c covers [c*columnNs, (c+1)*columnNs). */
export interface AddressTimeFrame extends AddressSpace {
  readonly table: number
  readonly bands: number
  /** Columns the horizon has room for. */
  readonly columns: number
  /** Columns that hold data, the last one still growing. */
  readonly filled: number
  readonly columnNs: number
  readonly entriesPerBand: number
  /** First entry that the bands cover; not 0 only in a space too large to be shown whole. */
  readonly first: number
  readonly size: number
  readonly regions: readonly RegionInfo[]
  /** Windows that were there before, oldest first; addresses and regions above are of the columns after theirs. */
  readonly former: readonly FormerColumns[]
  /** [columns*bands] share of the band that is mapped at the column's end, 0…255. */
  readonly mapped: Uint8Array
  /** [columns*bands] new mappings in the column as a share of the band, 0…255, saturating; at least 1 if any. */
  readonly fresh: Uint8Array
  /** [bands] entries mapped now: what the last column rounds. */
  readonly now: Uint32Array
}

/** A tick on the time axis. */
export interface TimeMark {
  readonly ns: number
  readonly kind: 'change' | 'spill' | 'refusal' | 'hang'
  readonly text: string
}

/** The time-line. Arrays are indexed by column, as in AddressTimeFrame. */
export interface TimelineFrame {
  readonly columns: number
  readonly filled: number
  readonly columnNs: number
  readonly horizonNs: number
  readonly windowBytes: number
  /** What the full height of the curves stands for. */
  readonly fullBytes: number
  /** [columns] bytes of IOMMU pages mapped at the column's end, all tables. */
  readonly mappedBytes: Float64Array
  /** [columns] bytes of buffers in them. */
  readonly usefulBytes: Float64Array
  /** [columns] refused allocations in the column. */
  readonly refused: Float32Array
  /** [columns] frames that found no posted buffer in the column. */
  readonly missed: Float32Array
  /** [columns] bytes that were unmapped and still reachable at the column's end, all IOTLBs; null where there is none. */
  readonly exposedBytes: Float64Array | null
  /** [columns] flushes of a whole domain in the column, and accesses that reached memory which had been unmapped. */
  readonly flushes: Float32Array
  readonly late: Float32Array
  readonly cpus: number
  /** [columns*cpus] share of the column that the CPU waited for a lock, 0…255. Column-major. */
  readonly lockWait: Uint8Array
  /** [cpus] share of the last full millisecond (or of the run, if shorter) spent waiting for a lock, 0…1. */
  readonly lockWaitNow: Float32Array
  readonly marks: readonly TimeMark[]
}

/** The TCE table by table page: 512 TCEs = 4 KiB of table each. */
export interface TcePagesFrame extends AddressSpace {
  readonly table: number
  readonly tcesPerPage: number
  /** [pages] first entry of each table page where pages of two sizes share the window; null = page × tcesPerPage. */
  readonly firstEntry: readonly number[] | null
  readonly pages: number
  readonly size: number
  /** [pages] TCEs set. */
  readonly set: Uint16Array
  /** [pages] TCEs written (set and cleared) since the table was built. */
  readonly writes: Uint32Array
  readonly tableBytes: number
}

/** A table with whose it is and what is in it. */
export interface TableUse extends AddressSpace {
  /** Index of the device that owns it. */
  readonly table: number
  /** Names of the devices that use it. */
  readonly devices: readonly string[]
  /** Of its larger pages; `pageShift` where all are alike. */
  readonly coarseShift: number
  readonly windowBytes: number
  readonly entriesPerBand: number
  /** First entry that the bands cover; not 0 only in a space too large to be shown whole. */
  readonly first: number
  readonly size: number
  readonly mappedBytes: number
  readonly usefulBytes: number
  readonly refused: number
  readonly firstRefusal: Summary['firstRefusal']
  /** TCEs set and cleared since it was built. */
  readonly tceWrites: number
}

/** All tables side by side. */
export interface TablesFrame {
  readonly bands: number
  readonly tables: readonly TableUse[]
  /** [tables * bands] share of a band's entries that are mapped, 0…255; at least 1 if any. */
  readonly used: Uint8Array
}

/** Registry of probe ids to their request and answer. */
export interface ProbeTypes {
  'iova-space': { request: IovaSpaceRequest; frame: IovaSpaceFrame }
  'address-time': { request: { readonly table: number }; frame: AddressTimeFrame }
  timeline: { request: Record<string, never>; frame: TimelineFrame }
  classes: { request: { readonly table: number; readonly colourBy: ColourBy }; frame: ClassesFrame }
  'tce-pages': { request: { readonly table: number }; frame: TcePagesFrame }
  regions: { request: { readonly table: number }; frame: RegionsFrame }
  tables: { request: object; frame: TablesFrame }
  minimap: { request: { readonly table: number }; frame: MinimapFrame }
  caches: { request: { readonly table: number }; frame: CachesFrame }
  locks: { request: { readonly table: number }; frame: LocksFrame }
  iotlb: { request: { readonly table: number }; frame: IotlbFrame }
  queues: { request: { readonly table: number }; frame: QueuesFrame }
  commands: { request: { readonly table: number }; frame: CommandsFrame }
  /** `entry`: table-relative; null = that of the newest mapping. */
  radix: { request: { readonly table: number; readonly entry?: number | null }; frame: RadixFrame }
  ledger: { request: { readonly table: number }; frame: LedgerFrame }
  /** `path`: numbers of the level tables chosen, from the level below the top down. */
  levels: { request: { readonly table: number; readonly path: readonly number[] }; frame: LevelsFrame }
  memory: { request: { readonly table: number }; frame: MemoryFrame }
  ddw: { request: { readonly table: number }; frame: DdwFrame }
  windows: { request: { readonly table: number }; frame: WindowsFrame }
  hcalls: { request: Record<string, never>; frame: HcallsFrame }
  budget: { request: Record<string, never>; frame: BudgetFrame }
  boot: { request: Record<string, never>; frame: BootFrame }
  pool: { request: { readonly table: number }; frame: PoolFrame }
  bounce: { request: { readonly table: number }; frame: BounceFrame }
}
export type ProbeId = keyof ProbeTypes
export type ProbeRequests = { readonly [K in ProbeId]?: ProbeTypes[K]['request'] }
export type ProbeFrames = { readonly [K in ProbeId]?: ProbeTypes[K]['frame'] }

/** What a run does until it is there, and how far it is. */
export interface Underway {
  readonly kind: 'seek' | 'step' | 'find'
  /** Of a search. */
  readonly what?: HappeningId
  readonly back?: boolean
  /** Events done; and to be done: an estimate when the target is a time, the most of them where it is not known. */
  readonly done: number
  readonly of: number
  /** Of a seek, while changes are what is made: those made so far, and those of the run up to where it goes. */
  readonly changes?: { readonly done: number; readonly of: number }
  /** How much longer it may take as fast as it went so far, in ms of wall time. */
  readonly leftMs: number
}

/** Where a run is. */
export interface RunStatus {
  readonly ns: number
  readonly events: number
  readonly steps: number
  /** Inputs of the scenario that have taken effect. */
  readonly inputs: number
  /** When the next event is due; null: none ever is. */
  readonly nextNs: number | null
  readonly mode: 'paused' | 'playing' | 'seeking'
  /** While seeking, which a step and a search are, too. */
  readonly underway: Underway | null
  /** The last visible operation, in words. */
  readonly lastStep: string
}

/** What of a frame can fail by itself. */
export type FramePart = ProbeId | 'filtered' | 'refusal' | 'card' | 'search' | 'log'

/** All that one paint needs. */
export interface Frame {
  readonly source: number
  readonly request: number
  /** Counts scenario changes: settings, inputs, undo. */
  readonly revision: number
  readonly status: RunStatus
  readonly summary: Summary
  /** Of the last change that has taken effect; null or absent when nothing is kept of one. */
  readonly since?: Since | null
  /** The brushed ranges' figures; null when none were asked for. */
  readonly filtered: Filtered | null
  readonly refusal: Refusal | null
  readonly card: InspectCard | null
  /** What the query finds; null or absent when none was asked. */
  readonly search?: SearchResult | null
  /** `total` lines so far (in the brushed time, if any), the newest of them in `lines`; `suppressed` more messages the rate limit holds back now. */
  readonly log: { readonly total: number; readonly suppressed: number; readonly lines: readonly LogLine[] }
  readonly views: ProbeFrames
  /** Why parts that were asked for are missing; absent = none is. */
  readonly failed?: { readonly [K in FramePart]?: string }
}
