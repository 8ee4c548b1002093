// What is written down about a mapping when it comes, when it goes and when it is refused: the record, the counts by
// region, CPU and band, the history and the log. The mechanisms know nothing of it.

import { alignDown, alignUp, pow2 } from '../../lib/bits.ts'
import { touch } from '../../lib/chunked.ts'
import { type DmaDomain, granuleAt } from '../dma/dma-ops.ts'
import {
  type IommuState,
  SPENT_ALLOCATOR,
  SPENT_INVALIDATION,
  SPENT_LOCK,
  SPENT_PAIRS,
  SPENT_REST,
  SPENT_TABLE,
  spentAt,
} from '../dma/iommu-state.ts'
import { PRICES } from '../engine/cost.ts'
import { logEvent } from '../engine/log.ts'
import { type CostMeter, LOCAL_STAGE, MAX_STAGES, MAX_TRIES, MAX_WALKS, NO_LOCK } from '../engine/meter.ts'
import { addToColumn, bandOf } from '../engine/recorder.ts'
import * as ev from './events.ts'
import {
  type DmaTable,
  dropMapping,
  ENTRY_GENERATION,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  freedMark,
  MAP_ADDRESS,
  MAP_BYTES,
  MAP_ENTRY,
  MAP_HOLDER,
  MAP_NPAGES,
  MAP_NS,
  MAP_PAID,
  MAP_STRIDE,
  MAP_WHO,
  type MachineState,
  PAID_LOCK,
  takeMapping,
} from './state.ts'

/** Refusals closer together than this are one run: only its first is a tick on the time axis. */
const RUN_NS = 500_000
const MARKS_KEPT = 256
/** The kernel prints at most this many messages in an interval (printk_ratelimit). */
const RATELIMIT_BURST = 10
const RATELIMIT_NS = 5_000_000_000

/** Index of the region that holds an entry. */
export function regionOf(table: DmaTable, e: number): number {
  const { regionStart } = table
  let r = regionStart.length - 1
  while (r > 0 && e < regionStart[r]!) r--
  return r
}

/** What is written down of a new mapping besides what it cost. */
export interface NewMapping {
  cpu: number
  device: number
  /** See `holderOf`. */
  holder: number
  direction: number
  /** Entries that were asked for; all that their TCEs stand for are written down. */
  first: number
  npages: number
  /** The buffer. */
  address: number
  bytes: number
  /** False where nothing is known of the CPU that asked, or no region is its home. */
  maySpill: boolean
}

/** A record to fill anew for each mapping: writing one down allocates nothing. */
export function createNewMapping(): NewMapping {
  return {
    ...{ cpu: 0, device: 0, holder: 0, direction: 0, first: 0, npages: 0, address: 0, bytes: 0 },
    maySpill: false,
  }
}

/** Writes down a new mapping. Returns its id. */
export function recordMapping(
  s: MachineState,
  d: DmaDomain,
  table: DmaTable,
  fresh: NewMapping,
  meter: CostMeter,
): number {
  const { cpu: c, device, first: from, npages: asked, bytes: length } = fresh
  const granule = d.mixed ? granuleAt(d, from) : 1
  const first = granule === 1 ? from : alignDown(from, granule)
  const npages = granule === 1 ? asked : alignUp(from + asked, granule) - first
  const t = s.nowNs
  const { mappings } = table
  const id = takeMapping(mappings)
  const at = id * MAP_STRIDE
  const { data } = mappings.records
  data[at + MAP_ENTRY] = first
  data[at + MAP_NPAGES] = npages
  data[at + MAP_BYTES] = length
  data[at + MAP_WHO] = c | (device << 8) | (fresh.direction << 16)
  data[at + MAP_HOLDER] = fresh.holder
  data[at + MAP_PAID] = (t - s.cpus[c]!.requestNs) * PAID_LOCK + Math.round(searchPs(meter) / 1000)
  data[at + MAP_NS] = t
  data[at + MAP_ADDRESS] = fresh.address
  touch(mappings.records, at)
  const bands = s.recorder.bands[table.owner]!
  const { entries } = table
  for (let e = first; e < first + npages; e++) {
    const i = e * ENTRY_STRIDE
    entries.data[i + ENTRY_MAPPING] = id + 1
    entries.data[i + ENTRY_GENERATION] = entries.data[i + ENTRY_GENERATION]! + 1
    touch(entries, i)
    const band = bandOf(bands, e)
    bands.level[band] = bands.level[band]! + 1
    bands.marks[band] = bands.marks[band]! + 1
  }
  const region = regionOf(table, first)
  const owned = region * s.cpus.length + c
  table.ownedByRegionCpu[owned] = table.ownedByRegionCpu[owned]! + npages
  table.mapped += npages
  table.usefulBytes += length
  table.live++
  if (!fresh.maySpill) return id
  const home = d.allocator.homeRegion(d.allocatorState, c, asked)
  if (home !== region) noteSpill(s, table, c, device, t, region, home)
  return id
}

/** ps that the search of a request took, besides the locks; where the allocator tells no prices, those of its words. */
export function searchPs(meter: CostMeter): number {
  const own = pricedPs(meter)
  return own > 0 ? own : PRICES.alloc.ps + meter.bitmapWords * PRICES.word.ps
}

/** ps that mechanisms charged for an operation. */
export function pricedPs(meter: CostMeter): number {
  let own = meter.ps
  for (let i = 0; i < meter.locks && i < MAX_STAGES; i++) own += meter.stagePs[i]!
  return own
}

/** Counts what an operation did besides: flushes, searches of the tree and how far they went. */
export function noteWork(s: MachineState, table: DmaTable, c: number, meter: CostMeter): void {
  table.flushes += meter.flushes
  table.invalidations += meter.invalidations
  if (meter.walks === 0) return
  table.treeSteps += meter.treeSteps
  table.treeSearches++
  const { lastWalk: last } = table
  last.ns = s.nowNs
  last.cpu = c
  last.steps = meter.treeSteps
  last.walks = Math.min(meter.walks, MAX_WALKS)
  for (let i = 0; i < last.walks; i++) {
    last.from[i] = meter.walkFrom[i]!
    last.to[i] = meter.walkTo[i]!
  }
}

/** Adds what a map or an unmap cost, besides waiting, to the account of the flush mode. `locked`: it began
 *  under a lock. */
export function noteSpent(
  { spentPs, mode }: IommuState,
  meter: CostMeter,
  isMap: boolean,
  allocatorPs: number,
  tablePs: number,
  restPs: number,
  locked: boolean,
): void {
  const at = spentAt(mode)
  let taken = locked ? 1 : 0
  for (let i = 0; i < meter.locks && i < MAX_STAGES; i++) if (meter.lockOrder[i] !== LOCAL_STAGE) taken++
  if (!isMap) spentPs[at + SPENT_PAIRS] = spentPs[at + SPENT_PAIRS]! + 1
  spentPs[at + SPENT_ALLOCATOR] = spentPs[at + SPENT_ALLOCATOR]! + allocatorPs
  spentPs[at + SPENT_TABLE] = spentPs[at + SPENT_TABLE]! + tablePs
  if (meter.invalidationPs > 0)
    spentPs[at + SPENT_INVALIDATION] = spentPs[at + SPENT_INVALIDATION]! + meter.invalidationPs
  if (taken > 0) spentPs[at + SPENT_LOCK] = spentPs[at + SPENT_LOCK]! + taken * PRICES.lock.ps
  spentPs[at + SPENT_REST] = spentPs[at + SPENT_REST]! + restPs
}

/** Counts who answered a request of an allocator that has caches: what the CPU keeps, the depot, or the tree (lock 0).
 *  `chunks`: the other locks are those of the CPUs' own chunks. */
export function noteAnswer(table: DmaTable, meter: CostMeter, chunks: boolean): void {
  const { held } = meter
  const by = held === 0 ? 2 : held === NO_LOCK || chunks ? 0 : 1
  table.answered[by] = table.answered[by]! + 1
}

/** Strikes a mapping out. */
export function forgetMapping(s: MachineState, table: DmaTable, id: number): void {
  const at = id * MAP_STRIDE
  const { data } = table.mappings.records
  const first = data[at + MAP_ENTRY]!
  const npages = data[at + MAP_NPAGES]!
  const c = data[at + MAP_WHO]! & 0xff
  const bands = s.recorder.bands[table.owner]!
  const { entries } = table
  const freed = freedMark(s.nowNs)
  for (let e = first; e < first + npages; e++) {
    entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING] = freed
    touch(entries, e * ENTRY_STRIDE)
    const band = bandOf(bands, e)
    bands.level[band] = bands.level[band]! - 1
  }
  const owned = regionOf(table, first) * s.cpus.length + c
  table.ownedByRegionCpu[owned] = table.ownedByRegionCpu[owned]! - npages
  table.mapped -= npages
  table.usefulBytes -= data[at + MAP_BYTES]!
  table.live--
  dropMapping(table.mappings, id)
}

/**
 * Strikes entries [first, end) out of a mapping of whole pages that holds them. What is left before and behind goes on,
 * as one mapping or as two.
 */
export function forgetPart(s: MachineState, table: DmaTable, id: number, first: number, end: number): void {
  const { records } = table.mappings
  const at = id * MAP_STRIDE
  const start = records.data[at + MAP_ENTRY]!
  const last = start + records.data[at + MAP_NPAGES]!
  if (first === start && end === last) {
    forgetMapping(s, table, id)
    return
  }
  const pageBytes = pow2(table.geometry.pageShift)
  const address = records.data[at + MAP_ADDRESS]!
  const bands = s.recorder.bands[table.owner]!
  const freed = freedMark(s.nowNs)
  for (let e = first; e < end; e++) {
    setMapping(table, e, freed)
    const band = bandOf(bands, e)
    bands.level[band] = bands.level[band]! - 1
  }
  const owned = regionOf(table, first) * s.cpus.length + (records.data[at + MAP_WHO]! & 0xff)
  table.ownedByRegionCpu[owned] = table.ownedByRegionCpu[owned]! - (end - first)
  table.mapped -= end - first
  table.usefulBytes -= (end - first) * pageBytes
  resize(table, id, first > start ? start : end, first > start ? first : last, address, start)
  if (first === start || end === last) return
  const behind = takeMapping(table.mappings)
  const { data } = table.mappings.records
  data.copyWithin(behind * MAP_STRIDE, at, at + MAP_STRIDE)
  resize(table, behind, end, last, address, start)
  for (let e = end; e < last; e++) setMapping(table, e, behind + 1)
  table.live++
}

function setMapping({ entries }: DmaTable, e: number, value: number): void {
  entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING] = value
  touch(entries, e * ENTRY_STRIDE)
}

/** A mapping covers [first, end) of what lay at `address` from entry `start` on. */
function resize(table: DmaTable, id: number, first: number, end: number, address: number, start: number): void {
  const { records } = table.mappings
  const pageBytes = pow2(table.geometry.pageShift)
  const at = id * MAP_STRIDE
  records.data[at + MAP_ENTRY] = first
  records.data[at + MAP_NPAGES] = end - first
  records.data[at + MAP_BYTES] = (end - first) * pageBytes
  records.data[at + MAP_ADDRESS] = address + (first - start) * pageBytes
  touch(records, at)
}

function noteSpill(
  s: MachineState,
  table: DmaTable,
  c: number,
  device: number,
  t: number,
  region: number,
  home: number,
): void {
  table.spills++
  const before = table.spillsByRegion[region]!
  table.spillsByRegion[region] = before + 1
  if (before > 0) return
  logEvent(s.log, t, ev.LOG_SPILL, c, device, region, home)
  addMark(s, t, ev.MARK_SPILL, device, region, home)
}

/** Counts frames that found no buffer or were dropped; the first of a run gets a line. */
export function noteMissed(s: MachineState, missed: number, c: number, device: number, workload: number): void {
  s.missed += missed
  addToColumn(s.recorder, s.recorder.missed, missed)
  if (s.nowNs - s.missedNs > RUN_NS) logEvent(s.log, s.nowNs, ev.LOG_MISSED, c, device, s.missed, workload)
  s.missedNs = s.nowNs
}

/** Puts a tick on the time axis, MARK_CHANGE …; only so many are kept. A line about the same stands in the log already. */
export function addMark(s: MachineState, ns: number, kind: number, device: number, a: number, b: number): void {
  if (s.marks.length < MARKS_KEPT) s.marks.push({ ns, kind, device, a, b, line: s.log.total - 1 })
}

/** Refusals are counted, and the first and the last of them kept, since a driver of the table was last loaded. */
export function forgetRefusals(table: DmaTable): void {
  table.refused = 0
  table.firstRefusal = null
  table.whyRefused = 0
}

/** Writes down a request that got nothing, with its tries in kernel order. */
export function noteRefusal(
  s: MachineState,
  d: DmaDomain,
  table: DmaTable,
  c: number,
  device: number,
  t: number,
  address: number,
  npages: number,
  meter: CostMeter,
  says: number,
): void {
  const ring = table.refusalNs
  const previous = table.refused > 0 ? ring[(table.refused - 1) % ring.length]! : Number.NEGATIVE_INFINITY
  ring[table.refused % ring.length] = t
  table.refused++
  s.refusedTotal++
  addToColumn(s.recorder, s.recorder.refused, 1)
  table.firstRefusal ??= { ns: t, npages, nth: table.maps, fitted: table.live }
  const last = table.lastRefusal
  last.ns = t
  last.cpu = c
  last.device = device
  last.npages = npages
  last.address = address
  last.tries = Math.min(meter.tries, MAX_TRIES)
  for (let i = 0; i < last.tries; i++) {
    last.region[i] = meter.tryRegion[i]!
    last.from[i] = meter.tryFrom[i]!
    last.start[i] = meter.tryStart[i]!
    last.limit[i] = meter.tryLimit[i]!
    // An entry below the limit can never be used (spec/POWERPC.md A.5): what is free there is no hole.
    const top = Math.max(last.start[i]!, last.limit[i]! - 1)
    last.free[i] = d.allocator.freeCount(d.allocatorState, last.start[i]!, top)
  }
  if (t - previous > RUN_NS) addMark(s, t, ev.MARK_REFUSAL, device, npages, 0)
  if (says !== ev.SAYS_NOTHING && mayPrint(s, t, c, device, says))
    logEvent(s.log, t, ev.LOG_REFUSAL, c, device, address, npages)
  logEvent(s.ops, t, ev.STEP_REFUSED, c, device, -1, npages)
}

/** The kernel's rate limit on messages; when it lets one through again, it tells how many it held back. */
export function mayPrint(s: MachineState, t: number, c: number, device: number, says: number): boolean {
  const limit = s.ratelimit
  if (t - limit.beganNs >= RATELIMIT_NS) {
    if (limit.suppressed > 0) logEvent(s.log, t, ev.LOG_SUPPRESSED, c, device, limit.suppressed, says)
    limit.beganNs = t
    limit.printed = 0
    limit.suppressed = 0
  }
  if (limit.printed === RATELIMIT_BURST) {
    limit.suppressed++
    return false
  }
  limit.printed++
  return true
}
