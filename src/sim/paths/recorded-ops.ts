// Operations of a recording: their places are given. Each is performed on table, allocator and ledger as any other, and
// the allocator foretells every mapping before it learns where the record has it.
//
// A record may begin in the middle of a run or lack lines: what it unmaps that is not mapped only clears TCEs, and what
// it maps over gives way.
// Invariant: after each operation the mapped entries are those of the record so far.

import { type DmaDomain, unmapPage } from '../dma/dma-ops.ts'
import { predictRun } from '../dma/recorded.ts'
import { logEvent } from '../engine/log.ts'
import * as ev from '../machine/events.ts'
import { addMark, forgetMapping, holderOn, recordMapping } from '../machine/ledger.ts'
import {
  type CpuState,
  type DmaTable,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  MAP_ADDRESS,
  MAP_BYTES,
  MAP_ENTRY,
  MAP_NPAGES,
  MAP_STRIDE,
} from '../machine/state.ts'
import type { Binding, Machine } from '../machine/wiring.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'
import { absEntry, cpu as asCpu, type Bytes, type Entry, entry, type Pages, pages, realAddr } from '../types.ts'
import { TO_DEVICE } from '../workload/workload.ts'

/** Maps where the record says; `op.sgMapping[0]` then tells what was foretold (-1: a refusal). Always true. */
export function mapRecorded(
  m: Machine,
  c: number,
  { domain: d, table, device, mask }: Binding,
  cpu: CpuState,
): boolean {
  const { state: s, meter } = m
  const { op } = cpu
  const first = entry(op.sgAddress[0]!)
  const npages = pages(op.sgBytes[0]!)
  release(m, c, device, table, d, cpu, first, npages)
  op.sgMapping[0] = predictRun(d, asCpu(c), npages, op.address, mask, first, meter)
  const permission = op.direction === TO_DEVICE ? TCE_READ : TCE_READ | TCE_WRITE
  d.tces!.set(d.tableState, first, npages, op.address, permission, meter)
  const length = npages * d.pageBytes
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
    length,
    meter,
    false,
  )
  logEvent(s.ops, s.nowNs, ev.STEP_MAP, c, device, first, npages)
  return true
}

/** Unmaps or clears a run of entries, whatever is mapped there. */
export function unmapRecorded(m: Machine, c: number, { domain: d, table, device }: Binding, cpu: CpuState): void {
  const { state: s, meter } = m
  const { op } = cpu
  const first = entry(op.sgAddress[0]!)
  const npages = pages(op.sgBytes[0]!)
  if (!release(m, c, device, table, d, cpu, first, npages)) d.tces!.clear(d.tableState, first, npages, meter)
  logEvent(s.ops, s.nowNs, ev.STEP_UNMAP, c, device, first, npages)
  // The last call of the kernel's clearing.
  if (op.elements > 0) {
    logEvent(s.log, s.nowNs, ev.LOG_CLEARED, c, device, op.sgBytes[1]!, op.elements)
    addMark(s, s.nowNs, 'change', 'table cleared')
  }
}

/** Takes back every mapping in the run; of one that reaches beyond it the rest stays. False when there was none. */
function release(
  m: Machine,
  c: number,
  device: number,
  table: DmaTable,
  d: DmaDomain,
  cpu: CpuState,
  first: Entry,
  npages: Pages,
): boolean {
  const { data } = table.mappings.records
  const end = first + npages
  let any = false
  for (let e: number = first; e < end; e++) {
    const id = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    if (id < 0) continue
    any = true
    const at = id * MAP_STRIDE
    const start = data[at + MAP_ENTRY]!
    const stop = start + data[at + MAP_NPAGES]!
    const address = data[at + MAP_ADDRESS]!
    unmapPage(d, asCpu(c), absEntry(start + table.geometry.offset), address, data[at + MAP_BYTES]! as Bytes, m.meter)
    forgetMapping(m.state, table, id)
    keep(m, c, device, table, d, cpu, start, Math.min(first, stop), address)
    keep(m, c, device, table, d, cpu, end, stop, address + (end - start) * d.pageBytes)
  }
  return any
}

/** Maps [start, end) again, if that is anything: the part of a mapping that the record leaves alone. */
function keep(
  m: Machine,
  c: number,
  device: number,
  table: DmaTable,
  d: DmaDomain,
  cpu: CpuState,
  start: number,
  end: number,
  address: number,
): void {
  if (start >= end) return
  const { state: s, meter } = m
  const npages = pages(end - start)
  d.allocator.adopt!(d.allocatorState, entry(start), npages, false)
  d.tces!.set(d.tableState, entry(start), npages, realAddr(address), TCE_READ | TCE_WRITE, meter)
  const length = npages * d.pageBytes
  recordMapping(
    s,
    d,
    table,
    c,
    device,
    holderOn(m.bindings[cpu.task]!, cpu),
    cpu.op,
    start,
    npages,
    address,
    length,
    meter,
    false,
  )
}
