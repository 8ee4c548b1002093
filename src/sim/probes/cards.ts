// The figures, cards and log lines of a frame: what is read rather than looked at.

import type { FlushMode } from '../dma/iommu-state.ts'
import type { EntryName, WayTells } from '../paths/way.ts'
import type { PredictionFigures } from '../scenario/recording.ts'
import type { CellState } from './cells.ts'
import type { AddressSpace } from './space.ts'

/** A search of the tree of ranges. */
export interface WalkFigures {
  readonly ns: number
  readonly cpu: number
  /** Ranges passed: moves to a neighbour, in all walks of the search together. */
  readonly steps: number
}

/** Entries of the table by state, plus refusals so far. */
export interface StateCounts {
  readonly mapped: number
  readonly free: number
  readonly reserved: number
  readonly cached: number
  readonly queued: number
  readonly reachable: number
  /** Counted as mapped, and an IOTLB leads a device elsewhere from there: to what the address meant before. */
  readonly behindMapped: number
  readonly refused: number
}

/** What a query finds in the table that is looked at. */
export interface SearchResult {
  /** As asked: the query, and the entry to go on from. */
  readonly text: string
  readonly from: number | null
  /** What is allowed, when the query cannot be read; null when it can. */
  readonly problem: string | null
  /** Mappings, or entries that are not mapped, that match; and all matching entries. */
  readonly count: number
  readonly entries: number
  /** Number of the match that the asked entry belongs to, from 1; 0 = none. */
  readonly at: number
  /** First entries of the matches after and before it, round the end; null when nothing matches. */
  readonly next: number | null
  readonly previous: number | null
  /** Refusals so far when the query asks for them, else null. Matches are then the ends of what the last one searched. */
  readonly refused: number | null
}

/** Into how many pieces the free entries of a region are broken. Table-relative entries, `end` exclusive. */
export interface Fragmentation {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly free: number
  readonly runs: number
  readonly largestRun: number
  /** Σ run² / (Σ run)²: 1 = all free entries in one run; null when none is free. */
  readonly inOne: number | null
}

/** Ranges that figures are asked for: of time, of table-relative entries, of both. */
export interface Brush {
  readonly time: { readonly fromNs: number; readonly toNs: number } | null
  readonly entries: { readonly first: number; readonly count: number } | null
}

/** What happened in a range of time, all tables together. The history is kept in columns: they count whole. */
export interface TimeFigures {
  /** What the counted columns cover, the last one up to now; equal when the range has not run. */
  readonly fromNs: number
  readonly toNs: number
  readonly columns: number
  readonly refused: number
  readonly missed: number
  /** Payload delivered, bit/s. */
  readonly deliveredBps: number
  /** Means and maxima of the columns' ends, bytes. */
  readonly meanMappedBytes: number
  readonly maxMappedBytes: number
  readonly meanUsefulBytes: number
  readonly maxUsefulBytes: number
}

/** What stands in a range of entries now. */
export interface EntryFigures {
  /** Clipped to the table. */
  readonly first: number
  readonly count: number
  readonly mapped: number
  readonly reserved: number
  /** Entries that nobody has, and the longest run of them inside the range. */
  readonly free: number
  readonly largestFreeRun: number
  readonly mappedBytes: number
  readonly usefulBytes: number
  /** Mappings that have at least one entry in the range. */
  readonly liveMappings: number
}

/** The figures of a brush: each part is there when its range is set. */
export interface Filtered {
  readonly time: TimeFigures | null
  readonly entries: EntryFigures | null
}

/** What an allocator with a tree of ranges has done so far, and what is neither mapped nor free for all. */
export interface TreeFigures {
  /** Requests answered by what the CPU keeps, by the depot, by the tree; all 0 where nothing is kept. */
  readonly byCpu: number
  readonly byDepot: number
  readonly byTree: number
  /** Requests that searched the tree, and the ranges that they passed. */
  readonly searches: number
  readonly steps: number
  readonly last: WalkFigures | null
  /** Ranges and entries kept for one CPU or in the depot, and waiting for a flush. */
  readonly cachedRanges: number
  readonly cached: number
  readonly queuedRanges: number
  readonly queued: number
  /** Flushes of the whole IOTLB, and invalidations that an unmap waited for. */
  readonly flushes: number
  readonly invalidations: number
}

/** What was unmapped and could still be reached, where the machine has an IOTLB. Bytes count whole pages: an IOMMU opens no
 *  less. */
export interface ExposureFigures {
  readonly mode: FlushMode
  /** Unmapped and in an IOTLB at this moment: bytes, and since when the oldest of it is so, ns (null: nothing is). */
  readonly reachableBytes: number
  /** Of that: at addresses that are mapped. */
  readonly behindMappedBytes: number
  readonly oldestNs: number | null
  /** Pages of that whose memory has a new owner. */
  readonly reusedPages: number
  /** So far: Σ bytes × µs, and the longest that one page was reachable, ns (of those still reachable too). */
  readonly byteUs: number
  readonly worstNs: number
  /** The longest that an unmapped range waited for its flush, ns: what an entry of the IOTLB could have lasted. */
  readonly queueWorstNs: number
  /** Unmaps, flushes of the whole domain, invalidation commands, waits for them. */
  readonly unmaps: number
  readonly flushes: number
  readonly commands: number
  readonly waits: number
  /** Accesses to memory after its unmap: tried, that reached it, and that reached a new owner's data; refused with a fault. */
  readonly lateTried: number
  readonly lateReached: number
  readonly lateNewOwner: number
  readonly faults: number
  /** Accesses to mapped addresses that landed in memory which the address meant before. */
  readonly wrongPage: number
  /** Lookups and hits of the IOTLB so far, and table entries read for the others. */
  readonly lookups: number
  readonly hits: number
  readonly reads: number
}

/** What bounced, and what did not. */
export interface BounceFigures {
  /** `dead`: the machine did not come up, and nobody asks for one. */
  readonly pool: 'there' | 'none' | 'dead'
  readonly direct: number
  readonly bounced: number
  readonly directBytes: number
  readonly inBytes: number
  readonly outBytes: number
}

/** The figures above the map and beside the time-line. All of one table (the one that is looked at) unless said. */
export interface Summary extends AddressSpace {
  readonly mapped: number
  /** Entries that a run of one-page requests can ever get: size less reservations and region-end losses, but for what is mapped
   *  of those; where pages of two sizes share the window, all that are not kept back. */
  readonly usable: number
  /** What its entries are called. */
  readonly called: EntryName
  /** What is worth telling of the way that its buffers go. */
  readonly tells: WayTells
  readonly size: number
  /** Of the whole window, what has no entry included; see `listingOf`. */
  readonly windowBytes: number
  readonly mappedBytes: number
  readonly usefulBytes: number
  readonly liveMappings: number
  /** Entries that nobody has, those that no request of one page can get among them, and the longest run of them. */
  readonly freeEntries: number
  readonly largestFreeRun: number
  readonly refused: number
  /** Refusals in the last 100 us. */
  readonly refusedRecently: number
  /** `nth` = number of the map call that failed, counted from 1; `fitted` = mappings live just before it. */
  readonly firstRefusal: {
    readonly ns: number
    readonly npages: number
    readonly nth: number
    readonly fitted: number
  } | null
  readonly maps: number
  readonly unmaps: number
  /** For how long those were counted: since the driver was loaded, ns. */
  readonly mapsForNs: number
  readonly tableBytes: number
  /** Of a guest's window: level tables that are there, what the whole tree would take and what user space is charged, bytes. */
  readonly guest: {
    readonly tables: number
    readonly wholeBytes: number
    readonly accountedBytes: number
    readonly refused: boolean
  } | null
  /** Of a partition: hypervisor calls so far (whole machine), those that made the window, and how buffers are mapped. */
  readonly partition: {
    readonly calls: number
    readonly windowCalls: number
    readonly result: 'direct' | 'indirect' | 'default' | 'nowhere' | 'refused'
  } | null
  /** Of a machine without a working IOMMU (all devices together): buffers and bytes that were used where they lie, and bytes
   *  copied in and out. */
  readonly bounce: BounceFigures | null
  /** The same of an untrusted device behind an IOMMU, whose buffers are mapped where they lie or bounce first. */
  readonly untrusted: BounceFigures | null
  readonly spills: number
  /** Whole machine: frames delivered and frames that found no buffer. */
  readonly frames: number
  readonly missed: number
  /** Payload delivered in the last half millisecond or longer, bit/s, and what the link offered. */
  readonly deliveredBps: number
  readonly offeredBps: number
  readonly hang: { readonly ns: number; readonly cpu: number } | null
  /** Whole machine: share of the CPUs' time in the last full millisecond that they stood in line for a lock, 0…1. */
  readonly lockWait: number
  /** Of an allocator that searches a tree; null for the others. */
  readonly tree: TreeFigures | null
  /** Null where there is no IOTLB. */
  readonly exposure: ExposureFigures | null
  /** Of a recording: what the allocator foretold; null where nothing is recorded. */
  readonly prediction: PredictionFigures | null
}

/** The figures of a table right before and right after a change of a setting. */
export interface Since {
  readonly table: number
  /** So many changes had taken effect with it, and so many before: more than one is a setting that went over several values. */
  readonly inputs: number
  readonly inputsBefore: number
  readonly ns: number
  readonly before: Summary
  readonly after: Summary
}

/** One try of a refused request, in kernel order. */
export interface RefusalTry {
  readonly region: string
  readonly from: 'handle' | 'hint' | 'start'
  readonly start: number
  readonly limit: number
  /** Free entries in the searched range at that moment; no run of them was long enough. */
  readonly freeEntries: number
}

export interface Refusal {
  readonly ns: number
  readonly cpu: number
  readonly device: string
  readonly npages: number
  readonly vaddr: number
  /** Where no allocator was asked: why, in words. */
  readonly reason: string | null
  readonly tries: readonly RefusalTry[]
}

/** Everything that is known about one IOMMU page. */
export interface InspectCard extends AddressSpace {
  readonly table: number
  readonly entry: number
  readonly size: number
  readonly state: CellState
  readonly region: string
  /** The region that the entry lies in. */
  readonly fragmentation: Fragmentation
  /** How often this entry has been handed out. */
  readonly generation: number
  /** For a free entry: when it was freed, ns cut to microseconds; null while mapped or when it was never mapped. */
  readonly freedAtNs: number | null
  /** The life before the present one (or the last one of a free entry), where the log of operations still knows it. */
  readonly past: {
    readonly generation: number
    readonly device: string
    readonly cpu: number
    readonly npages: number
    readonly freedAtNs: number
  } | null
  /** The live mapping that covers it, or null. */
  readonly mapping: {
    readonly device: string
    readonly owner: string
    readonly cpu: number
    readonly firstEntry: number
    readonly npages: number
    readonly bytes: number
    /** Offset of the buffer in the mapping's first IOMMU page. */
    readonly pageOffset: number
    readonly realAddr: number
    readonly mappedAtNs: number
    readonly ageNs: number
    readonly paid: { readonly lockNs: number; readonly searchNs: number; readonly tableNs: number }
    /** Of a recording: the entry that the allocator foretold, -1 = a refusal. */
    readonly foretold?: number
    readonly direction: 'to device' | 'from device' | 'bidirectional'
    /** Other live mappings of the table whose buffers lie in the same real pages. */
    readonly neighbours: number
    /** Of an untrusted device, where it is a copy in the bounce pool that is mapped: where the buffer itself lies. */
    readonly copyOf?: number
  } | null
  /** Who keeps it, where it is cached (IN_DEPOT: no CPU) or queued for a flush; null elsewhere. */
  readonly keeper: number | null
  /** Where it was unmapped but a device still reaches it: since when, until when at the latest (null: nothing ends it),
   *  when the memory behind it was given away (null: not yet), the real page, and the slot of the IOTLB. */
  readonly reach: {
    readonly sinceNs: number
    readonly untilNs: number | null
    readonly reusedNs: number | null
    readonly realAddr: number
    readonly set: number
    readonly way: number
  } | null
  /** The chunk that it lies in, and the CPU that owns that; null where nobody owns chunks. */
  readonly chunk: { readonly owner: number; readonly firstEntry: number; readonly npages: number } | null
  /** Levels of the table: 1 for TCEs. */
  readonly levels: number
  /** The entries are TCEs, not page-table entries. */
  readonly isTce: boolean
  /** The way of a walk through a table of several levels, top first: slot by slot; null where there is one level alone. */
  readonly path: readonly { readonly height: number; readonly slot: number; readonly kind: number }[] | null
  /** The TCE: real page address | permission bits; 0 = not set. */
  readonly tce: number
  /** Table page (512 TCEs) and slot in it. */
  readonly tablePage: number
  readonly tableSlot: number
}
