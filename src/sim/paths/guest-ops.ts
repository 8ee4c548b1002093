// A guest's memory in a table of several levels: mapped at the guest's own addresses by VFIO and KVM, and taken back.
//
// Spec: spec/POWERPC.md C.3.
// Invariant: an entry has a TCE and a mapping record exactly while it is mapped.

import type { DmaDomain } from '../dma/dma-ops.ts'
import { logEvent } from '../engine/log.ts'
import * as ev from '../machine/events.ts'
import { holderOn, recordMapping } from '../machine/ledger.ts'
import { type CpuState, type DmaTable, NO_MEMORY, NO_TABLE, OUTSIDE, SMALL_PIECES } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'
import { absoluteOf, mapForUser, type TceWindowState, unmapForUser } from '../table/tce-window.ts'
import { NO_ENTRY, pages, type RealAddr } from '../types.ts'
import { BY_IOCTL, type Op } from '../workload/workload.ts'

/** Direction of what a guest maps: both ways. No driver's buffer has it. */
export const GUEST = 0

/** Why the map of `op` gets nothing, by its number in state.ts; 0 = it can be tried. */
function refusalOf(
  w: TceWindowState,
  first: number,
  npages: number,
  size: number,
  piece: number,
  page: number,
): number {
  if (!w.table) return NO_TABLE
  if (isOutside(size, first, npages)) return OUTSIDE
  return piece < page ? SMALL_PIECES : 0
}

/** True where the host could not make the table: nothing is mapped, and no allocator asked. */
export function hasNoTable({ tableId, tce }: DmaTable): boolean {
  return tableId === 'tce-multi' && (tce as TceWindowState).table === null
}

/** Some of entries [first, first+npages) are none of a window of `size` entries. */
export function isOutside(size: number, first: number, npages: number): boolean {
  return first < 0 || first + npages > size
}

/** Keeps why a map at a chosen address got nothing, by its number in state.ts; the first of a table has a line in the log. */
export function noteChosen(m: Machine, table: DmaTable, device: number, op: Op, npages: number, why: number): void {
  const { state: s } = m
  table.whyRefused = why
  if (s.refusedTotal > 0 && table.refused > 0) return
  logEvent(s.log, s.nowNs, ev.LOG_OUTSIDE, 0, device, op.sgAddress[1]!, npages * ev.OUTSIDE_WHYS + why)
}

/** Maps what `cpu.op` names; false when it is refused, with the reason in the table's `whyRefused`. */
export function mapGuest(m: Machine, c: number, table: DmaTable, d: DmaDomain, device: number, cpu: CpuState): boolean {
  const { state: s, meter } = m
  const { op } = cpu
  const w = table.tce as TceWindowState
  const first = op.sgAddress[0]!
  const npages = Math.floor(op.bytes * d.pageInverse)
  op.entry = NO_ENTRY
  op.mapping = -1
  let why = refusalOf(w, first, npages, table.geometry.size, op.sgBytes[0]!, d.pageBytes)
  if (why === 0) {
    const real = table.realMode && op.elements !== BY_IOCTL
    const abs = absoluteOf(w, first)
    const rc = mapForUser(w, abs, pages(npages), op.address as RealAddr, TCE_READ + TCE_WRITE, real, meter)
    if (rc !== 0) why = NO_MEMORY
  }
  if (why > 0) {
    noteChosen(m, table, device, op, npages, why)
    return false
  }
  op.direction = GUEST
  op.entry = first
  op.mapping = recordMapping(
    s,
    d,
    table,
    c,
    device,
    holderOn(m.bindings[cpu.task]!, cpu),
    op,
    first,
    npages,
    op.address,
    op.bytes,
    meter,
    false,
  )
  logEvent(s.ops, s.nowNs, ev.STEP_MAP, c, device, first, npages)
  return true
}

/** Takes entries [first, first+npages) of the window back; the books are the caller's. */
export function unmapGuest(m: Machine, table: DmaTable, first: number, npages: number): void {
  const w = table.tce as TceWindowState
  if (w.table) unmapForUser(w, absoluteOf(w, first), pages(npages), m.meter)
}
