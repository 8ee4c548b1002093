// Whether the books of a machine hold: what the kernel wrote down, what its allocators handed out and what its tables lead to
// are one story, and every sum is that of its parts. In words what does not; nothing when all of it does.
//
// Three looks, by what they cost: `eventFaults` after every event (what the last operations left behind, the sums of each table),
// `bookFaults` at moments (every record, entry, range and translation), `figureFaults` at a few (what the page is told).

import { log2Floor, pow2 } from '../../lib/bits.ts'
import type { DmaDomain } from '../dma/dma-ops.ts'
import { entryAt, firstKept } from '../engine/log.ts'
import { forEachQueued } from '../flush/flush-queue.ts'
import { allocatorById } from '../iova/index.ts'
import * as ev from '../machine/events.ts'
import { regionOf } from '../machine/ledger.ts'
import {
  type DmaTable,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  MAP_ADDRESS,
  MAP_BYTES,
  MAP_ENTRY,
  MAP_HOLDER,
  MAP_NPAGES,
  MAP_NS,
  MAP_STRIDE,
  MAP_WHO,
  NOBODY,
  tableOf,
  taskOfHolder,
  workloadOfHolder,
} from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { allocatorOf, bounceOf, type Held, heldAt, unitOf } from '../paths/parts.ts'
import { TCE_BITS, TCE_READ, TCE_WRITE } from '../table/table.ts'
import { TO_DEVICE } from '../workload/workload.ts'
import { badNumbers, inState } from './numbers.ts'

/** Faults that are told of one look; the first says it. */
const MOST_FAULTS = 8

type Tell = (words: string) => void

/** What the cheap look remembers from event to event. */
export interface EventWatch {
  /** Operations of the log that were looked at. */
  ops: number
}

function collect(look: (tell: Tell) => void): readonly string[] {
  const faults: string[] = []
  look((words) => {
    if (faults.length < MOST_FAULTS) faults.push(words)
  })
  return faults
}

/** The cheap look: sums of each table within their bounds, and what the operations since the last look left behind. */
export function eventFaults(m: Machine, watch: EventWatch): readonly string[] {
  const { state: s } = m
  const { total } = s.ops
  let holds = true
  for (const table of s.tables) if (table && !sumsHold(table)) holds = false
  if (total - watch.ops === 1 && holds && !followsFrom(m, total - 1)) holds = false
  const from = watch.ops
  watch.ops = total
  if (holds) return []
  return collect((tell) => {
    s.tables.forEach((table, i) => {
      if (!table || sumsHold(table)) return
      const { mapped, usefulBytes, live, maps, unmaps, refused, geometry } = table
      tell(`table ${i}: ${JSON.stringify({ mapped, usefulBytes, live, maps, unmaps, refused, size: geometry.size })}`)
    })
    if (total - from === 1 && !followsFrom(m, total - 1))
      tell(`books after ${JSON.stringify(entryAt(s.ops, total - 1))}`)
  })
}

function sumsHold(table: DmaTable): boolean {
  const { mapped, usefulBytes, live, mappings, geometry, maps, unmaps, refused } = table
  const held = mappings.freeIds.data.length - mappings.free
  if (!(mapped >= 0 && mapped <= geometry.size && live >= 0 && live <= mapped && live === held)) return false
  if (!(usefulBytes >= 0 && usefulBytes <= mapped * pow2(geometry.pageShift))) return false
  return maps >= 0 && unmaps >= 0 && refused >= 0 && refused <= maps
}

/** After the one operation of an event, its first entry is mapped and leads somewhere, or neither. */
function followsFrom({ state: s, domains, ways }: Machine, n: number): boolean {
  const { kind, device, a: first } = entryAt(s.ops, n)
  const table = s.tables[tableOf(s, device)]!
  if (first < 0 || ways[tableOf(s, device)]!.isIdle) return true
  const isMap = kind === ev.STEP_MAP || kind === ev.STEP_MAP_SG
  const isUnmap = kind === ev.STEP_UNMAP || kind === ev.STEP_UNMAP_SG
  if (!isMap && !isUnmap) return true
  const d = domains[tableOf(s, device)]!
  const id = table.entries.data[first * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
  const leads = d.table.walk(d.tableState, first) !== 0
  // Leading padding of a bounced buffer carries nothing.
  if (d.isCopied) return id >= 0 === isMap
  // An unmap of the IOMMU API may find a larger page that stays, and the books follow the table.
  return leads === id >= 0 && (id >= 0 || !isMap) && (id < 0 || isMap || unitOf(table) !== null)
}

/** The whole books of a machine. Cost: every mapping, and what the allocators keep; of a large table not its every entry. */
export function bookFaults(m: Machine): readonly string[] {
  const { state: s, domains } = m
  return collect((tell) => {
    s.tables.forEach((table, i) => {
      if (table) checkTable(m, table, domains[i]!, (words) => tell(`table ${i}: ${words}`))
    })
    checkHeap(m, tell)
    for (const { path, value } of badNumbers(s, inState)) tell(`${path} is ${value}`)
  })
}

/** What the records of a table add up to. */
interface Sums {
  live: number
  mapped: number
  bytes: number
  /** Entries that allocators handed out for them. */
  asked: number
}

function checkTable(m: Machine, table: DmaTable, d: DmaDomain, tell: Tell): void {
  const { mapped, live, usefulBytes, geometry } = table
  const { size } = geometry
  const free = freeIds(table, tell)
  const used = usedEntries(table, d, tell)
  const grantedFor = grants(d)
  const owned = new Int32Array(table.ownedByRegionCpu.length)
  const bands = new Int32Array(m.state.recorder.bands[table.owner]!.level.length)
  const sums: Sums = { live: 0, mapped: 0, bytes: 0, asked: 0 }
  for (let id = 0; id < free.length; id++)
    if (free[id] === 0) checkRecord(m, table, d, id, used.marks, grantedFor, owned, bands, sums, tell)
  checkSlots(table, free, tell)
  equal(tell, 'records', sums.live, 'live mappings', live)
  equal(tell, 'pages of records', sums.mapped, 'mapped', mapped)
  equal(tell, 'bytes of records', sums.bytes, 'useful bytes', usefulBytes)
  let queued = 0
  if (table.flush)
    forEachQueued(table.flush, (first, npages) => {
      const granted = grantedFor(npages)
      queued += granted
      takeMarks(used.marks, first, granted, () => tell(`queued ${first}+${npages} is not taken once`))
    })
  if (isExact(m, table)) equal(tell, 'entries handed out', used.total, 'mapped or queued', sums.asked + queued)
  if (!owned.every((n, i) => n === table.ownedByRegionCpu[i])) tell('ownedByRegionCpu is not that of the records')
  const { level } = m.state.recorder.bands[table.owner]!
  if (!bands.every((n, i) => n === level[i])) tell('levels of the history are not those of the records')
  checkEntries(table, d, tell)
  if (mapped > size) tell(`${mapped} mapped of ${size}`)
}

/** Slots of the pool are taken exactly while a mapping holds them. */
function checkSlots(table: DmaTable, free: Uint8Array, tell: Tell): void {
  const bounce = bounceOf(table)
  if (!bounce) return
  const held: Held = { slot: 0, slots: 0, address: 0 }
  const marks = new Uint8Array(bounce.pool.geometry.slots)
  for (let id = 0; id < free.length; id++) {
    if (free[id] !== 0 || !heldAt(table, id * MAP_STRIDE, held)) continue
    for (let i = held.slot; i < held.slot + held.slots; i++) {
      if (marks[i] !== 0) tell(`slot ${i} is held twice`)
      marks[i] = 1
    }
  }
  const { data } = bounce.pool.list
  const wrong = marks.findIndex((mark, i) => (mark === 1) !== (data[i] === 0))
  if (wrong >= 0) tell(`slot ${wrong} is ${marks[wrong] === 1 ? 'held and free' : 'taken by no mapping'}`)
}

/** Entries that are handed out for so many asked for: what a magazine has room for is a power of two. */
function grants({ allocator, allocatorState }: DmaDomain): (npages: number) => number {
  const { orders = 0 } = allocator.caches?.(allocatorState) ?? {}
  const largest = orders === 0 ? 0 : pow2(orders - 1)
  return (npages) => (npages > largest ? npages : pow2(npages < 2 ? 0 : log2Floor(npages - 1) + 1))
}

/** A tree of ranges that follows a record holds what that has as it is, not as requests are rounded and kept apart. */
function isExact({ workloads }: Machine, table: DmaTable): boolean {
  return allocatorById(allocatorOf(table))?.bitmap === true || workloads.every((workload) => !workload.prediction)
}

function equal(tell: Tell, left: string, a: number, right: string, b: number): void {
  if (a !== b) tell(`${left} ${a}, ${right} ${b}`)
}

/** [ids] 1 where no mapping has the id. */
function freeIds({ mappings }: DmaTable, tell: Tell): Uint8Array {
  const { freeIds: ids, free } = mappings
  const marks = new Uint8Array(ids.data.length)
  for (let i = 0; i < free; i++) {
    const id = ids.data[i]!
    if (marks[id] !== 0) tell(`mapping ${id} is free twice`)
    marks[id] = 1
  }
  return marks
}

/** Entries that the allocator has handed out, and how many. Its own books: ranges ascend, none overlaps, and all add up. */
function usedEntries(table: DmaTable, d: DmaDomain, tell: Tell): { marks: Uint8Array; total: number } {
  const { size } = table.geometry
  const { allocator, allocatorState: a } = d
  const marks = new Uint8Array(size)
  let [at, total, taken, cached] = [0, 0, 0, 0]
  allocator.forEachRange(a, (start, npages, kind) => {
    if (start < at || npages <= 0 || start + npages > size)
      tell(`range ${start}+${npages} ${kind} after ${at}, of ${size}`)
    at = start + npages
    taken += npages
    if (kind === 'cached') cached += npages
    if (kind !== 'used') return
    marks.fill(1, start, at)
    total += npages
  })
  equal(tell, 'free', allocator.freeCount(a, 0, size), 'neither used nor kept', size - taken)
  let kept = 0
  allocator.forEachCached?.(a, (_start, npages) => {
    kept += npages
  })
  if (allocator.forEachCached) equal(tell, 'kept', kept, 'cached', cached)
  return { marks, total }
}

/** Takes a run of marks away; each must be there. */
function takeMarks(marks: Uint8Array, first: number, npages: number, miss: () => void): void {
  for (let e = first; e < first + npages; e++) {
    if (marks[e] !== 1) {
      miss()
      return
    }
    marks[e] = 0
  }
}

function checkRecord(
  m: Machine,
  table: DmaTable,
  d: DmaDomain,
  id: number,
  marks: Uint8Array,
  grantedFor: (npages: number) => number,
  owned: Int32Array,
  bands: Int32Array,
  sums: Sums,
  tell: Tell,
): void {
  const { state: s } = m
  const { data } = table.mappings.records
  const at = id * MAP_STRIDE
  const first = data[at + MAP_ENTRY]!
  const npages = data[at + MAP_NPAGES]!
  const bytes = data[at + MAP_BYTES]!
  const who = data[at + MAP_WHO]!
  const name = `mapping ${id} (${first}+${npages})`
  const { size, pageShift } = table.geometry
  if (!(first >= 0 && npages > 0 && first + npages <= size)) {
    tell(`${name} lies outside of ${size}`)
    return
  }
  if (!(bytes > 0 && bytes <= npages * pow2(pageShift))) tell(`${name} has ${bytes} bytes`)
  if (!(data[at + MAP_NS]! <= s.nowNs)) tell(`${name} is of ${data[at + MAP_NS]} ns, it is ${s.nowNs}`)
  sums.live++
  sums.mapped += npages
  sums.bytes += bytes
  let [wrong, dead] = [-1, -1]
  for (let e = first; e < first + npages; e++) {
    if (table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING] !== id + 1) wrong = e
    if (!d.isCopied && d.table.walk(d.tableState, e) === 0) dead = e
  }
  if (wrong >= 0) tell(`${name}: entry ${wrong} is not its`)
  if (dead >= 0) tell(`${name}: entry ${dead} leads nowhere`)
  if (!d.isCopied) checkTranslation(table, d, at, tell, name)
  const chosen = checkHolder(m, table, data[at + MAP_HOLDER]!, (who >> 8) & 0xff, tell, name)
  if (!chosen) {
    const granted = grantedFor(npages)
    sums.asked += granted
    takeMarks(marks, first, granted, () => isExact(m, table) && tell(`${name} was not handed out once`))
  }
  const cell = regionOf(table, first) * s.cpus.length + (who & 0xff)
  owned[cell] = owned[cell]! + npages
  countBands(m, table, first, npages, bands)
}

/** The first entry leads to the buffer's page, with the permission that its direction asks for. */
function checkTranslation(table: DmaTable, d: DmaDomain, at: number, tell: Tell, name: string): void {
  const { data } = table.mappings.records
  const tce = d.table.walk(d.tableState, data[at + MAP_ENTRY]!)
  const permission = data[at + MAP_WHO]! >> 16 === TO_DEVICE ? TCE_READ : TCE_READ + TCE_WRITE
  if (tce !== 0 && tce % TCE_BITS !== permission) tell(`${name} has permission ${tce % TCE_BITS}, not ${permission}`)
  if (d.mixed || tce === 0) return
  const page = Math.floor(data[at + MAP_ADDRESS]! * d.pageInverse)
  const leads = Math.floor(tce * d.pageInverse)
  if (leads !== page) tell(`${name} leads to page ${leads}, its buffer lies in ${page}`)
}

/** Its holder is a task of a workload whose device uses this table. True when no allocator was asked for the place. */
function checkHolder(m: Machine, table: DmaTable, holder: number, device: number, tell: Tell, name: string): boolean {
  const { state: s } = m
  const index = workloadOfHolder(holder)
  if (index === NOBODY) return true
  const w = s.workloads[index]
  const { task, slot } = taskOfHolder(holder)
  if (!w || task >= w.tasks || tableOf(s, w.device) !== table.owner || w.device !== device) {
    tell(`${name} is held by workload ${index}, task ${task}, slot ${slot} of device ${device}`)
    return true
  }
  if (m.workloads[index]!.owner(w.state, task, slot) === '') tell(`${name}: nobody owns slot ${slot}`)
  return m.workloads[index]!.choosesAddresses === true
}

function countBands({ state }: Machine, table: DmaTable, first: number, npages: number, bands: Int32Array): void {
  const b = state.recorder.bands[table.owner]!
  for (let e = first; e < first + npages; ) {
    const band = Math.floor((e - b.first) / b.entriesPerBand)
    const end = Math.min(first + npages, b.first + (band + 1) * b.entriesPerBand)
    bands[band] = bands[band]! + end - e
    e = end
  }
}

/** What was ever written: as many entries have a mapping, and lead somewhere, as are mapped. */
function checkEntries(table: DmaTable, d: DmaDomain, tell: Tell): void {
  const { size } = table.geometry
  const { data } = table.entries
  let [held, set, from, wasWritten] = [0, 0, 0, false]
  const count = (to: number) => {
    if (wasWritten) for (let e = from; e < to; e++) if (data[e * ENTRY_STRIDE + ENTRY_MAPPING]! > 0) held++
  }
  d.table.forEachTable(d.tableState, (first, n, written) => {
    if (first > from) count(first)
    from = first
    wasWritten = written > 0
    set += n
  })
  count(size)
  equal(tell, 'entries with a mapping', held, 'mapped', table.mapped)
  equal(tell, 'entries that lead somewhere', set, 'mapped', d.mixed ? set : table.mapped)
}

/** Nothing is due in the past, and the earliest stands first. */
function checkHeap({ state: s }: Machine, tell: Tell): void {
  const { times, size } = s.heap
  for (let i = 0; i < size; i++) {
    if (!(times[i]! >= s.nowNs)) tell(`the heap has ${times[i]} at ${s.nowNs} ns`)
    if (i > 0 && times[i]! < times[(i - 1) >> 1]!) tell(`the heap is none at ${i}`)
  }
}

/** The operations that the log keeps are in order of time. */
export function logFaults({ state: s }: Machine): readonly string[] {
  return collect((tell) => {
    for (const log of [s.ops, s.log]) {
      let before = 0
      for (let n = firstKept(log); n < log.total; n++) {
        const { ns } = entryAt(log, n)
        if (!(ns >= before && ns <= s.nowNs)) tell(`line ${n} is of ${ns} ns, after ${before}`)
        before = ns
      }
    }
  })
}
