// Operations of a recording: their places are given. Each is performed on table, allocator and ledger as any other, and
// the allocator foretells every mapping before it learns where the record has it.
//
// A record may begin in the middle of a run or lack lines: what it unmaps that is not mapped only clears entries, and what
// it maps over gives way. One CPU plays it all; what allocators and books keep by CPU goes by that of the record.
// Invariant: after each operation the mapped entries are those of the record so far.

import { isWaiting, mapEntries, unmapIommu } from '../dma/dma-iommu.ts'
import type { DmaDomain } from '../dma/dma-ops.ts'
import { adoptRun, predictRun } from '../dma/recorded.ts'
import { logEvent } from '../engine/log.ts'
import * as ev from '../machine/events.ts'
import { addMark, holderOn, recordMapping } from '../machine/ledger.ts'
import { type CpuState, ENTRY_MAPPING, ENTRY_STRIDE, MAP_ENTRY, MAP_NPAGES, MAP_STRIDE } from '../machine/state.ts'
import type { Binding, Machine } from '../machine/wiring.ts'
import { pagesOfRun, REC_MORE } from '../scenario/recording.ts'
import { TCE_BITS, TCE_READ, TCE_WRITE } from '../table/table.ts'
import { cpu as asCpu, type Cpu, type Entry, entry, type Pages, pages, realAddr } from '../types.ts'
import { TO_DEVICE } from '../workload/workload.ts'
import { giveMemory, releaseMapping } from './operations.ts'

/** Maps where the record says; `op.sgMapping[0]` then tells what was foretold (-1: a refusal). Always true. */
export function mapRecorded(m: Machine, bound: Binding, cpu: CpuState): boolean {
  const { op } = cpu
  const { domain: d, device, mask } = bound
  const { kind, npages, address } = m.scenario.recording!.ops
  const on = cpuOf(m, op.slot)
  const first = entry(op.sgAddress[0]!)
  const run = pagesOfRun(kind, npages, op.slot)
  release(m, on, bound, cpu, first, run)
  op.sgMapping[0] = predictRun(d, on, device, pages(run), op.address, mask, first, m.meter)
  const permission = op.direction === TO_DEVICE ? TCE_READ : TCE_READ | TCE_WRITE
  for (let i = op.slot, e: number = first; i === op.slot || kind[i] === REC_MORE; e += npages[i++]!)
    put(m, d, on, e, npages[i]!, address[i]!, permission)
  op.mapping = write(m, on, bound, cpu, first, run, op.address)
  logEvent(m.state.ops, m.state.nowNs, ev.STEP_MAP, on, device, first, run)
  return true
}

/** Unmaps or clears a run of entries, whatever is mapped there. */
export function unmapRecorded(m: Machine, bound: Binding, cpu: CpuState): void {
  const { state: s } = m
  const { op } = cpu
  const { domain: d, device } = bound
  const on = cpuOf(m, op.slot)
  const first = entry(op.sgAddress[0]!)
  const npages = pages(op.sgBytes[0]!)
  if (!release(m, on, bound, cpu, first, npages)) clear(m, d, on, first, npages)
  logEvent(s.ops, s.nowNs, ev.STEP_UNMAP, on, device, first, npages)
  // The last call of the kernel's clearing.
  if (op.elements > 0) {
    logEvent(s.log, s.nowNs, ev.LOG_CLEARED, on, device, op.sgBytes[1]!, op.elements)
    addMark(s, s.nowNs, ev.MARK_CLEARED, device, 0, 0)
  }
}

/** The CPU that the record has for a row. */
function cpuOf({ scenario, state }: Machine, row: number): Cpu {
  return asCpu((scenario.recording!.ops.cpu?.[row] ?? 0) % state.cpus.length)
}

/** Lets entries lead to `address` and what follows. */
function put(m: Machine, d: DmaDomain, on: Cpu, e: number, n: number, address: number, permission: number): void {
  if (d.iommu) {
    d.iommu.sink.cpu = on
    mapEntries(d, e, n, address, permission, m.meter)
    giveMemory(m.state, d, address, n)
  } else d.tces!.set(d.tableState, entry(e), pages(n), realAddr(address), permission, m.meter)
}

/** Entries that nothing is known of lead nowhere. What a driver had mapped before the record began was handed out all the same,
 *  and is free again from now on. */
function clear(m: Machine, d: DmaDomain, on: Cpu, first: Entry, npages: Pages): void {
  if (d.iommu) {
    if (isWaiting(d, first, npages)) return
    adoptRun(d, first, npages, false, m.meter)
    unmapIommu(d, on, first, npages, m.meter)
  } else d.tces!.clear(d.tableState, first, npages, m.meter)
}

/** Writes a mapping down. Returns its id. */
function write(m: Machine, on: Cpu, bound: Binding, cpu: CpuState, first: number, n: number, address: number): number {
  const { domain: d, table, device } = bound
  const { state: s, meter } = m
  s.cpus[on]!.requestNs = cpu.requestNs
  const holder = holderOn(m.bindings[cpu.task]!, cpu)
  const bytes = n * d.pageBytes
  return recordMapping(s, d, table, on, device, holder, cpu.op, first, n, address, bytes, meter, false)
}

/** Takes back every mapping in the run; of one that reaches beyond it the rest stays. False when there was none. */
function release(m: Machine, on: Cpu, bound: Binding, cpu: CpuState, first: number, npages: number): boolean {
  const { domain: d, table } = bound
  const { data } = table.mappings.records
  const end = first + npages
  let any = false
  for (let e = first; e < end; e++) {
    const id = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    if (id < 0) continue
    any = true
    const start = data[id * MAP_STRIDE + MAP_ENTRY]!
    const stop = start + data[id * MAP_STRIDE + MAP_NPAGES]!
    const below = memoryOf(d, start, Math.min(first, stop))
    const above = memoryOf(d, end, stop)
    releaseMapping(m, on, table, d, id)
    keep(m, on, bound, cpu, start, below)
    keep(m, on, bound, cpu, end, above)
    e = stop - 1
  }
  return any
}

/** Where the entries from `start` to before `stop` lead, with their permissions. */
function memoryOf(d: DmaDomain, start: number, stop: number): number[] {
  return Array.from({ length: Math.max(0, stop - start) }, (_, i) => d.table.walk(d.tableState, entry(start + i)))
}

/** Maps again what of a mapping the record leaves alone, if that is anything. */
function keep(m: Machine, on: Cpu, bound: Binding, cpu: CpuState, start: number, memory: readonly number[]): void {
  if (memory.length === 0) return
  const { domain: d } = bound
  adoptRun(d, entry(start), pages(memory.length), false, m.meter)
  memory.forEach((to, i) => {
    put(m, d, on, start + i, 1, to - (to % TCE_BITS), to % TCE_BITS)
  })
  write(m, on, bound, cpu, start, memory.length, memory[0]! - (memory[0]! % TCE_BITS))
}
