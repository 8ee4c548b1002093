// The figures beside the maps: summary, the last refusal try by try, and everything about one IOMMU page.

import { pow2 } from '../../lib/bits.ts'
import { type DmaDomain, offsetInMapping } from '../dma/dma-ops.ts'
import { PRICES } from '../engine/cost.ts'
import { entryAt, firstKept } from '../engine/log.ts'
import { FROM_HANDLE, FROM_HINT } from '../engine/meter.ts'
import type { Recorder } from '../engine/recorder.ts'
import { forEachQueued } from '../flush/flush-queue.ts'
import * as ev from '../machine/events.ts'
import { hcallsSoFar } from '../machine/hypervisor.ts'
import { regionOf } from '../machine/ledger.ts'
import {
  type DmaTable,
  ENTRY_GENERATION,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  freedAtNs,
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
  tableOf,
  taskOfHolder,
  workloadOfHolder,
} from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { allocatorOf, bounceOf, type Held, heldAt, levelsOf, unitOf, untrustedOf } from '../paths/parts.ts'
import type { EntryName, Way } from '../paths/way.ts'
import { tceBytes } from '../platform/partition.ts'
import type { PredictionFigures } from '../scenario/recording.ts'
import { tceAccounted } from '../table/tce-multi-levels.ts'
import { hcallsOf } from '../window/ddw-calls.ts'
import { MAP_REFUSALS } from '../words/refusals.ts'
import type { BounceFigures, InspectCard, Refusal, Summary, TreeFigures } from './cards.ts'
import {
  CELL_CACHED,
  CELL_FREE,
  CELL_MAPPED,
  CELL_QUEUED,
  CELL_REACHABLE,
  CELL_RESERVED,
  type CellState,
} from './cells.ts'
import { exposureOf, reachOf } from './exposure.ts'
import { fragmentation } from './fragmentation.ts'
import { freeIn, takenOf } from './free.ts'
import { cachedIn, queuedIn } from './kept.ts'
import { forEachLive, reservedIn } from './live.ts'
import { walkOf } from './map-marks.ts'
import { guestTable, wholeBytes } from './memory.ts'
import { tableIndex } from './probe.ts'
import { pathOf } from './radix.ts'
import { spaceOf } from './space.ts'
import { waitingShare } from './timeline.ts'

/** "Recently" in the refusal figure. */
const RECENT_NS = 100_000
/** What is delivered is told of the last full columns of this length, ns. */
const LATELY_NS = 500_000

/** Entries that a table is for: what its allocator can hand out, and what was set aside and is mapped nevertheless. Requests of
 *  several pages may get the end of a pool, which none of one page does. */
function usableOf(table: DmaTable, way: Way): number {
  const { reserved, geometry } = table
  const kept = reserved.reduce((sum, { start, end }) => sum + end - start, 0)
  return way.usable(kept, reservedIn(table, 0, geometry.size))
}

/** The figures of a table and of the machine, as they stand. */
export function summarise(m: Machine, device: number): Summary {
  const { state: s } = m
  const index = tableIndex(m, device)
  const table = s.tables[index]!
  const d = m.domains[index]!
  const { size, pageShift } = table.geometry
  const r = s.recorder
  const { free, longestRun } = freeIn(m, index, 0, size)
  const bounce = bounceFigures(s, table)
  return {
    mapped: table.mapped,
    usable: usableOf(table, m.ways[index]!),
    called: nameOf(m, index),
    tells: m.ways[index]!.tells,
    ...spaceOf(table),
    size,
    windowBytes: table.windowBytes,
    mappedBytes: table.mapped * pow2(pageShift),
    usefulBytes: table.usefulBytes,
    liveMappings: table.live,
    freeEntries: free,
    largestFreeRun: longestRun,
    refused: table.refused,
    refusedRecently: refusedSince(table, s.nowNs - RECENT_NS),
    firstRefusal: table.firstRefusal && { ...table.firstRefusal },
    maps: table.maps,
    unmaps: table.unmaps,
    mapsForNs: s.nowNs - loadedNs(m),
    tableBytes: table.ddw ? tceBytes(table.ddw) : d.table.bytesAllocated(d.tableState),
    guest: guestFigures(m, index),
    partition: table.ddw && {
      calls: hcallsSoFar(s),
      windowCalls: hcallsOf(table.ddw.hcalls),
      result: table.ddw.result,
    },
    bounce: untrustedOf(table) ? null : bounce,
    untrusted: untrustedOf(table) ? bounce : null,
    spills: table.spills,
    frames: s.frames,
    missed: s.missed,
    deliveredBps: deliveredBps(r),
    offeredBps: s.workloads.reduce((sum, w, i) => sum + m.workloads[i]!.offeredBps(w.state), 0),
    hang: s.hang && { ...s.hang },
    lockWait: waitingShare(m),
    tree: treeFigures(m, index),
    exposure: exposureOf(m, index),
    prediction: prediction(m, index),
  }
}

/** What went through a table's pool and past it; null where there is none. */
function bounceFigures({ boot }: MachineState, table: DmaTable): BounceFigures | null {
  const b = bounceOf(table)
  return (
    b && {
      pool: b.isThere ? 'there' : boot?.backend === 'panic' ? 'dead' : 'none',
      direct: b.direct,
      bounced: b.bounced,
      directBytes: b.directBytes,
      inBytes: b.copiedInBytes,
      outBytes: b.copiedOutBytes,
    }
  )
}

/** What the table of a guest's window takes; null where there is none of that kind. */
function guestFigures(m: Machine, index: number): Summary['guest'] {
  const found = guestTable(m, index)
  if (!found) return null
  const { request } = levelsOf(m.state.tables[index]!)!
  const tables = [...found.perLevel, ...found.userPerLevel].reduce((sum, n) => sum + n, 0)
  return {
    tables,
    wholeBytes: wholeBytes(request),
    accountedBytes: tceAccounted(request),
    refused: found.refusal !== null,
  }
}

/** What the entries of a table are called. */
export function nameOf(m: Machine, index: number): EntryName {
  return m.ways[index]!.called
}

/** What arrived in the last full columns of half a millisecond or more, bit/s. */
function deliveredBps(r: Recorder): number {
  const columns = Math.min(r.column, Math.max(1, Math.ceil(LATELY_NS / r.columnNs)))
  let bytes = 0
  for (let c = r.column - columns; c < r.column; c++) bytes += r.delivered.data[c]!
  return columns === 0 ? 0 : (bytes * 8e9) / (columns * r.columnNs)
}

/** When the driver was loaded last, as far as the log goes back: counts of its table begin there, ns. */
function loadedNs({ state }: Machine): number {
  const { changes } = state
  // Without a change there is nothing to look for, and most runs have none.
  if (changes.length === 0) return 0
  const { log } = state
  for (let n = log.total - 1; n >= firstKept(log); n--) {
    const { ns, kind, a } = entryAt(log, n)
    if (kind === ev.LOG_CHANGE && changes[a]!.drained >= 0) return ns
  }
  return 0
}

/** Figures of the tree and of what is kept beside it, or null where nothing was ever searched, kept or queued. */
function treeFigures(m: Machine, index: number): TreeFigures | null {
  const table = m.state.tables[index]!
  const d = m.domains[index]!
  const { treeSearches: searches, treeSteps: steps, answered, flush, flushes, invalidations } = table
  if (searches === 0 && !d.allocator.forEachCached && !flush) return null
  const cached = cachedIn(d)
  const queued = queuedIn(table)
  return {
    byCpu: answered[0]!,
    byDepot: answered[1]!,
    byTree: answered[2]!,
    searches,
    steps,
    last: walkOf(table),
    cachedRanges: cached.ranges,
    cached: cached.pages,
    queuedRanges: queued.ranges,
    queued: queued.pages,
    flushes,
    invalidations,
  }
}

/** What the allocator of a table foretold of the recording that is played on it, or null. */
function prediction(m: Machine, index: number): PredictionFigures | null {
  for (const [i, w] of m.state.workloads.entries()) {
    const of = m.workloads[i]!.prediction
    if (of && tableOf(m.state, w.device) === index) return of(w.state, allocatorOf(m.state.tables[index]!))
  }
  return null
}

/** Every operation of every recording that is played has been carried out, or passed over. */
export function recordingIsOver(m: Machine): boolean {
  return m.state.workloads.every((w, i) => m.workloads[i]!.rest?.(w.state) !== true)
}

/** Refusals at or after a time; at most as many as the ring remembers. */
function refusedSince(table: DmaTable, sinceNs: number): number {
  const ring = table.refusalNs
  const kept = Math.min(table.refused, ring.length)
  let n = 0
  while (n < kept && ring[(table.refused - 1 - n) % ring.length]! >= sinceNs) n++
  return n
}

/** The last refused request of a table with what each try found, or null when none was refused. */
export function lastRefusal(m: Machine, device: number): Refusal | null {
  const index = tableIndex(m, device)
  const { lastRefusal: last, refused } = m.state.tables[index]!
  if (refused === 0) return null
  const d = m.domains[index]!
  const regions = d.allocator.regions(d.allocatorState)
  return {
    ns: last.ns,
    cpu: last.cpu,
    device: m.scenario.devices[last.device]!.name,
    npages: last.npages,
    vaddr: last.address,
    reason: MAP_REFUSALS[m.state.tables[index]!.whyRefused] || null,
    tries: Array.from(last.region.subarray(0, last.tries), (region, i) => {
      const from = last.from[i] === FROM_HINT ? 'hint' : last.from[i] === FROM_HANDLE ? 'handle' : 'start'
      return {
        region: regions[region]!.name,
        from,
        start: last.start[i]!,
        limit: last.limit[i]!,
        freeEntries: last.free[i]!,
      }
    }),
  }
}

/** Everything about one entry of a device's table, or null when there is no such entry. */
export function inspect(m: Machine, device: number, e: number): InspectCard | null {
  const index = tableIndex(m, device)
  const table = m.state.tables[index]!
  const { size } = table.geometry
  if (!Number.isInteger(e) || e < 0 || e >= size) return null
  const d = m.domains[index]!
  const mark = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]!
  const generation = table.entries.data[e * ENTRY_STRIDE + ENTRY_GENERATION]!
  const id = mark - 1
  const { page: tablePage, slot: tableSlot } = d.table.place(d.tableState, e)
  const region = d.allocator.regions(d.allocatorState)[regionOf(table, e)]!
  const kept = id >= 0 ? null : keeperOf(d, table, e)
  const reach = id >= 0 ? null : reachOf(m.state, index, e, kept?.state === CELL_QUEUED)
  const isReserved = table.reserved.some((r) => e >= r.start && e < r.end)
  const unmapped = reach ? CELL_REACHABLE : isReserved ? CELL_RESERVED : (kept?.state ?? CELL_FREE)
  return {
    ...spaceOf(table),
    table: index,
    entry: e,
    size,
    state: id >= 0 ? CELL_MAPPED : unmapped,
    region: region.name,
    fragmentation: {
      name: region.name,
      ...fragmentation(takenOf(m, index), d.allocatorState, region.start, region.end),
    },
    generation,
    freedAtNs: freedAtNs(mark),
    past: pastLife(m, index, e, mark, generation),
    mapping: id < 0 ? null : mappingCard(m, table, id),
    keeper: kept?.keeper ?? null,
    reach,
    chunk: chunkOf(d, e),
    levels: d.table.levels(d.tableState),
    isTce: unitOf(table) === null,
    path: pathOf(table, e),
    tce: d.table.walk(d.tableState, e),
    tablePage,
    tableSlot,
  }
}

/** Who keeps an entry that is not mapped, and how; null when nobody does. Visits everything that is kept. */
function keeperOf(d: DmaDomain, table: DmaTable, e: number): { state: CellState; keeper: number } | null {
  let found: { state: CellState; keeper: number } | null = null
  const visit = (state: CellState) => (start: number, npages: number, keeper: number) => {
    if (e >= start && e < start + npages) found = { state, keeper }
  }
  d.allocator.forEachCached?.(d.allocatorState, visit(CELL_CACHED))
  if (table.flush) forEachQueued(table.flush, visit(CELL_QUEUED))
  return found
}

function chunkOf(d: DmaDomain, e: number): InspectCard['chunk'] {
  let found: InspectCard['chunk'] = null
  d.allocator.forEachChunk?.(d.allocatorState, (start, npages, owner) => {
    if (e >= start && e < start + npages) found = { owner, firstEntry: start, npages }
  })
  return found
}

/**
 * The last life of an entry that has ended, from the log of operations, or null where the log does not reach back to its
 * end. Of a list only the first segment is logged: the end of a life that might be another's is not told.
 */
function pastLife(m: Machine, index: number, e: number, mark: number, generation: number): InspectCard['past'] {
  const { ops } = m.state
  const freed = freedAtNs(mark)
  if (generation === 0 || (mark > 0 && generation === 1)) return null
  for (let n = ops.total - 1; n >= firstKept(ops); n--) {
    const { ns, kind, cpu, device, a: first, b: npages } = entryAt(ops, n)
    if (kind === ev.STEP_REBUILD) return null
    if (tableIndex(m, device) !== index) continue
    const covers = first >= 0 && e >= first && e < first + npages
    if (covers && (kind === ev.STEP_UNMAP || kind === ev.STEP_UNMAP_SG)) {
      if (freed !== null && freedAtNs(freedMark(ns)) !== freed) return null
      const { name } = m.scenario.devices[device]!
      return { generation: mark > 0 ? generation - 1 : generation, device: name, cpu, npages, freedAtNs: ns }
    }
    if (mark > 0 && kind === ev.STEP_UNMAP_SG) return null
  }
  return null
}

/** Other live mappings of the table with a byte of their buffers in real pages [start, end). */
function neighbours(table: DmaTable, own: number, start: number, end: number): number {
  const { data } = table.mappings.records
  let n = 0
  forEachLive(table, (id, at) => {
    const address = data[at + MAP_ADDRESS]!
    if (id !== own && address < end && address + data[at + MAP_BYTES]! > start) n++
  })
  return n
}

const held: Held = { slot: 0, slots: 0, address: 0 }

function mappingCard(m: Machine, table: DmaTable, id: number): InspectCard['mapping'] {
  const { data } = table.mappings.records
  const at = id * MAP_STRIDE
  const who = data[at + MAP_WHO]!
  const { task, slot } = taskOfHolder(data[at + MAP_HOLDER]!)
  const index = workloadOfHolder(data[at + MAP_HOLDER]!)
  const w = m.state.workloads[index]
  const npages = data[at + MAP_NPAGES]!
  const mappedAtNs = data[at + MAP_NS]!
  const realAddr = data[at + MAP_ADDRESS]!
  const { pageShift } = table.geometry
  const pageOffset = offsetInMapping(m.domains[table.owner]!, data[at + MAP_ENTRY]!, realAddr)
  const direction = who >> 16
  const foretold = w && m.workloads[index]!.foretold?.(w.state, slot)
  return {
    device: m.scenario.devices[(who >> 8) & 0xff]!.name,
    owner: w ? m.workloads[index]!.owner(w.state, task, slot) : '',
    cpu: who & 0xff,
    firstEntry: data[at + MAP_ENTRY]!,
    npages,
    bytes: data[at + MAP_BYTES]!,
    pageOffset,
    realAddr,
    mappedAtNs,
    ageNs: m.state.nowNs - mappedAtNs,
    paid: {
      lockNs: Math.floor(data[at + MAP_PAID]! / PAID_LOCK) + Math.round(PRICES.lock.ps / 1000),
      searchNs: data[at + MAP_PAID]! % PAID_LOCK,
      tableNs: Math.round(m.ways[table.owner]!.writePs(data[at + MAP_ENTRY]!, npages, realAddr) / 1000),
    },
    ...(foretold !== undefined && { foretold }),
    ...(untrustedOf(table) && heldAt(table, at, held) && { copyOf: held.address }),
    direction: direction === 1 ? 'to device' : direction === 2 ? 'from device' : 'bidirectional',
    neighbours: neighbours(table, id, realAddr - pageOffset, realAddr - pageOffset + npages * pow2(pageShift)),
  }
}
