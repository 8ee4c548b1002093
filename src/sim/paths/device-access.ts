// What devices do to memory: through an IOTLB and the table behind it, while a buffer is theirs and, where they misbehave,
// after it was taken back.
//
// Spec: spec/SWIOTLB-IOTLB.md D.6 (who can reach what until when). The books of the kernel (which entries are mapped) are
//   compared with what the hardware does; neither knows of the other.
// Not modelled: the time that a device waits for its memory, except where a workload's engine asks for it; accesses beyond
//   the first to each page of a buffer.
// Invariant: an access that finds no translation reaches nothing.

import { heapPush } from '../../lib/heap.ts'
import { driverOf, type IommuState, LATE_KEPT } from '../dma/iommu-state.ts'
import { logEvent } from '../engine/log.ts'
import { addToColumn } from '../engine/recorder.ts'
import { ACCESS_FAULT, ACCESS_WALKED, type Access, access, createAccess, markStale } from '../iotlb/iotlb.ts'
import * as ev from '../machine/events.ts'
import {
  type DmaTable,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  iotlbOf,
  MAP_ENTRY,
  MAP_NPAGES,
  MAP_STRIDE,
  MAP_WHO,
  type MachineState,
} from '../machine/state.ts'
import { tellAccess } from '../machine/watched.ts'
import { createWalk } from '../table/page-table.ts'
import { pfnOf } from '../table/radix.ts'
import { TO_DEVICE } from '../workload/workload.ts'
import type { IommuPathState } from './path.ts'

/** Faults, and late accesses, closer together than this are one run: only its first is a line of the log. */
const RUN_NS = 500_000

const out = createAccess()

/** One access of `device` to entry `e` of its table at the machine's clock. What became of it, reused by the next call. */
export function deviceAccess(
  s: MachineState,
  table: DmaTable,
  p: IommuPathState,
  device: number,
  e: number,
  write: boolean,
): Access {
  const { unit, radix } = p
  const { page } = unit
  const pfn = pfnOf(radix, e)
  access(iotlbOf(s, device)!, driverOf(unit.driver).table, page, table.owner, pfn, write, s.nowNs, out)
  const id = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
  tellAccess(device, e, write, out.outcome, id >= 0)
  if (id < 0) unit.lateTried++
  if (out.outcome === ACCESS_FAULT) noteFault(s, unit, device, pfn, write)
  else if (id < 0) {
    // Found by way of a table that was taken out and waits for its flush: kept like any other, and stale from the start.
    if (out.outcome === ACCESS_WALKED) markStale(iotlbOf(s, device)!, table.owner, pfn, 1, s.nowNs)
    noteLate(s, unit, device, pfn, out.reusedNs >= 0 ? ev.LATE_OWNER : ev.LATE_MEMORY)
  } else if (out.staleNs >= 0 && out.page !== pageOf(unit, pfn)) noteLate(s, unit, device, pfn, ev.WRONG_PAGE)
  return out
}

const walk = createWalk()

/** Page of memory that the table leads to. (The record of a list knows only where its first element lies.) */
function pageOf({ driver, page }: IommuState, pfn: number): number {
  driverOf(driver).table.walk(page, pfn, -1, 0, walk)
  return walk.page
}

function noteFault(s: MachineState, iommu: IommuState, device: number, pfn: number, write: boolean): void {
  iommu.faults++
  if (s.nowNs - iommu.faultNs > RUN_NS) logEvent(s.log, s.nowNs, ev.LOG_FAULT, 0, device, pfn, write ? 1 : 0)
  iommu.faultNs = s.nowNs
}

function noteLate(s: MachineState, iommu: IommuState, device: number, pfn: number, what: number): void {
  if (what === ev.WRONG_PAGE) iommu.wrongPage++
  else iommu.lateReached++
  if (what === ev.LATE_OWNER) iommu.lateNewOwner++
  addToColumn(s.recorder, s.recorder.late, 1)
  // The first of each kind has a line even in the midst of a run.
  const first = what === ev.WRONG_PAGE ? iommu.wrongPage === 1 : what === ev.LATE_OWNER && iommu.lateNewOwner === 1
  if (first || s.nowNs - iommu.lateNs > RUN_NS) logEvent(s.log, s.nowNs, ev.LOG_LATE, 0, device, pfn, what)
  iommu.lateNs = s.nowNs
}

/** The device has used the buffer of mapping `id`, each of its pages (the first `most` of them) once. */
export function bufferUsed(
  s: MachineState,
  table: DmaTable,
  p: IommuPathState,
  device: number,
  id: number,
  most = Number.POSITIVE_INFINITY,
): void {
  const { data } = table.mappings.records
  const at = id * MAP_STRIDE
  const first = data[at + MAP_ENTRY]!
  const npages = Math.min(most, data[at + MAP_NPAGES]!)
  const write = data[at + MAP_WHO]! >> 16 !== TO_DEVICE
  for (let i = 0; i < npages; i++) deviceAccess(s, table, p, device, first + i, write)
}

/** The device has read page `page` of mapping `id`: a descriptor. */
export function readDescriptor(
  s: MachineState,
  table: DmaTable,
  p: IommuPathState,
  device: number,
  id: number,
  page: number,
): void {
  deviceAccess(s, table, p, device, table.mappings.records.data[id * MAP_STRIDE + MAP_ENTRY]! + page, false)
}

/** A mapping of `device` from entry `first` on has been taken back: a device that misbehaves may come back to it. */
export function rememberLate(
  s: MachineState,
  table: DmaTable,
  unit: IommuState,
  device: number,
  first: number,
  write: boolean,
): void {
  const { late } = unit
  if (late.every === 0 || --late.left > 0) return
  late.left = late.every
  if (late.length === LATE_KEPT) return
  const i = (late.head + late.length++) % LATE_KEPT
  late.entry[i] = first
  late.dueNs[i] = s.nowNs + late.afterNs
  late.who[i] = device * 2 + (write ? 1 : 0)
  if (late.length === 1) armLate(s, table, unit)
}

/** Puts the next late access of a table into the heap, if there is one. */
export function armLate(s: MachineState, table: DmaTable, { late }: IommuState): void {
  table.lateNs = late.length === 0 ? Number.POSITIVE_INFINITY : Math.max(s.nowNs, late.dueNs[late.head]!)
  if (late.length > 0) heapPush(s.heap, table.lateNs, ev.EV_LATE | (table.owner << ev.KIND_BITS))
}

/** A device of the table reaches for what it was unmapped, unless another table stands in the place of the one that armed it. */
export function fireLate(s: MachineState, table: DmaTable, p: IommuPathState, t: number): void {
  if (t !== table.lateNs) return
  const { late } = p.unit
  while (late.length > 0 && late.dueNs[late.head]! <= t) {
    const who = late.who[late.head]!
    const e = late.entry[late.head]!
    late.head = (late.head + 1) % LATE_KEPT
    late.length--
    s.steps++
    logEvent(s.ops, t, ev.STEP_LATE, 0, who >> 1, e, 1)
    if (table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! > 0) p.unit.lateRemapped++
    deviceAccess(s, table, p, who >> 1, e, (who & 1) === 1)
  }
  armLate(s, table, p.unit)
}
