// What is written down about a mapping when it comes, when it goes and when it is refused: the record, the counts by
// region, CPU and band, the history and the log. The mechanisms know nothing of it.

import { touch } from '../lib/chunked.ts'
import { PRICES } from './engine/cost.ts'
import { logEvent } from './engine/log.ts'
import { type CostMeter, MAX_TRIES } from './engine/meter.ts'
import { addToColumn } from './engine/recorder.ts'
import * as ev from './events.ts'
import type { DmaDomain } from './dma/dma-ops.ts'
import { pagesTouched } from './dma/dma-ops.ts'
import {
  type DmaTable,
  dropMapping,
  MAP_BYTES,
  MAP_ENTRY,
  MAP_LOCK_NS,
  MAP_NPAGES,
  MAP_SEARCH_NS,
  MAP_SLOT,
  MAP_STRIDE,
  MAP_TASK,
  MAP_WHO,
  type MachineState,
  takeMapping,
} from './state.ts'
import { cpu as asCpu } from './types.ts'
import type { Op } from './workload/workload.ts'

/** Refusals closer together than this are one run: only its first is a tick on the time axis. */
const RUN_NS = 500_000
const MARKS_KEPT = 256
/** The kernel prints at most this many messages in an interval (printk_ratelimit). */
const RATELIMIT_BURST = 10
const RATELIMIT_NS = 5_000_000_000
const TCES_PER_PAGE_SHIFT = 9

/** Index of the region that holds an entry. */
export function regionOf(table: DmaTable, e: number): number {
  const { regionStart } = table
  let r = regionStart.length - 1
  while (r > 0 && e < regionStart[r]!) r--
  return r
}

/** Writes down a new mapping of `length` bytes at `address` in the entries from `first`. Returns its id. */
export function recordMapping(
  s: MachineState,
  d: DmaDomain,
  table: DmaTable,
  c: number,
  device: number,
  task: number,
  op: Op,
  t: number,
  first: number,
  address: number,
  length: number,
  meter: CostMeter,
): number {
  const { mappings } = table
  const id = takeMapping(mappings)
  const npages = pagesTouched(d, address, length)
  const at = id * MAP_STRIDE
  const { data } = mappings.ints
  data[at + MAP_ENTRY] = first
  data[at + MAP_NPAGES] = npages
  data[at + MAP_BYTES] = length
  data[at + MAP_WHO] = c | (device << 8) | (op.direction << 16)
  data[at + MAP_TASK] = task
  data[at + MAP_SLOT] = op.slot
  data[at + MAP_LOCK_NS] = t - s.cpus[c]!.requestNs
  data[at + MAP_SEARCH_NS] = Math.round((PRICES.alloc.ps + meter.bitmapWords * PRICES.word.ps) / 1000)
  touch(mappings.ints, at)
  mappings.nums.data[2 * id] = t
  mappings.nums.data[2 * id + 1] = address
  touch(mappings.nums, 2 * id)
  const bands = s.recorder.bands[table.owner]!
  for (let e = first; e < first + npages; e++) {
    table.mappingByEntry.data[e] = id + 1
    table.generationByEntry.data[e] = table.generationByEntry.data[e]! + 1
    table.lastCpuByEntry.data[e] = c + 1
    touch(table.mappingByEntry, e)
    touch(table.generationByEntry, e)
    touch(table.lastCpuByEntry, e)
    const band = Math.floor(e / bands.entriesPerBand)
    bands.level[band] = bands.level[band]! + 1
    bands.marks[band] = bands.marks[band]! + 1
  }
  countPages(table, first, npages)
  const region = regionOf(table, first)
  const owned = region * s.cpus.length + c
  table.ownedByRegionCpu[owned] = table.ownedByRegionCpu[owned]! + npages
  table.mapped += npages
  table.usefulBytes += length
  table.live++
  const home = d.allocator.homeRegion(d.allocatorState, asCpu(c), npages)
  if (home !== region) noteSpill(s, table, d, c, device, t, region, home)
  return id
}

/** Strikes a mapping out. */
export function forgetMapping(s: MachineState, table: DmaTable, id: number): void {
  const at = id * MAP_STRIDE
  const { data } = table.mappings.ints
  const first = data[at + MAP_ENTRY]!
  const npages = data[at + MAP_NPAGES]!
  const c = data[at + MAP_WHO]! & 0xff
  const bands = s.recorder.bands[table.owner]!
  for (let e = first; e < first + npages; e++) {
    table.mappingByEntry.data[e] = 0
    touch(table.mappingByEntry, e)
    const band = Math.floor(e / bands.entriesPerBand)
    bands.level[band] = bands.level[band]! - 1
  }
  countPages(table, first, npages)
  const owned = regionOf(table, first) * s.cpus.length + c
  table.ownedByRegionCpu[owned] = table.ownedByRegionCpu[owned]! - npages
  table.mapped -= npages
  table.usefulBytes -= data[at + MAP_BYTES]!
  table.live--
  dropMapping(table.mappings, id)
}

function countPages(table: DmaTable, first: number, npages: number): void {
  const page = first >>> TCES_PER_PAGE_SHIFT
  table.writesByPage.data[page] = table.writesByPage.data[page]! + npages
  touch(table.writesByPage, page)
}

function noteSpill(
  s: MachineState,
  table: DmaTable,
  d: DmaDomain,
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
  const regions = d.allocator.regions(d.allocatorState)
  addMark(s, t, 'spill', `${regions[home]!.name} full, spilling to ${regions[region]!.name}`)
}

/** Puts a tick on the time axis; only so many are kept. */
export function addMark(s: MachineState, ns: number, kind: 'change' | 'spill' | 'refusal' | 'hang', text: string): void {
  if (s.marks.length < MARKS_KEPT) s.marks.push({ ns, kind, text })
}

/** Writes down a request that got nothing, with its tries in kernel order. */
export function noteRefusal(
  s: MachineState,
  table: DmaTable,
  c: number,
  device: number,
  t: number,
  address: number,
  npages: number,
  meter: CostMeter,
): void {
  const ring = table.refusalNs
  const previous = table.refused > 0 ? ring[(table.refused - 1) % ring.length]! : Number.NEGATIVE_INFINITY
  ring[table.refused % ring.length] = t
  table.refused++
  s.refusedTotal++
  addToColumn(s.recorder, s.recorder.refused, 1)
  table.firstRefusal ??= { ns: t, npages, nth: table.maps, fitted: table.live }
  const tries = Math.min(meter.tries, MAX_TRIES)
  const take = (from: ArrayLike<number>) => Array.from({ length: tries }, (_, i) => from[i]!)
  table.lastRefusal = {
    ns: t,
    cpu: c,
    device,
    npages,
    address,
    region: take(meter.tryRegion),
    from: take(meter.tryFrom),
    start: take(meter.tryStart),
    limit: take(meter.tryLimit),
  }
  if (t - previous > RUN_NS) addMark(s, t, 'refusal', `refused: npages ${npages}`)
  logEvent(s.log, t, ratelimited(s, t) ? ev.LOG_SUPPRESSED : ev.LOG_REFUSAL, c, device, address, npages)
  logEvent(s.ops, t, ev.STEP_REFUSED, c, device, -1, npages)
}

function ratelimited(s: MachineState, t: number): boolean {
  const limit = s.ratelimit
  if (t - limit.beganNs >= RATELIMIT_NS) {
    limit.beganNs = t
    limit.printed = 0
  }
  if (limit.printed >= RATELIMIT_BURST) {
    limit.suppressed++
    return true
  }
  limit.printed++
  return false
}
