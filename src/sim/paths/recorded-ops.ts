// Operations of a recording: their places are given. Each goes the way of its device as any other does, and the allocator
// foretells every mapping before it learns where the record has it.
//
// A record may begin in the middle of a run or lack lines: what it unmaps that is not mapped only clears entries, and what
// it maps over gives way. One CPU plays it all; what allocators and books keep by CPU goes by that of the record.
// Invariant: after each operation the mapped entries are those of the record so far.

import type { DmaDomain } from '../dma/dma-ops.ts'
import { logEvent } from '../engine/log.ts'
import * as ev from '../machine/events.ts'
import { addMark, noteAnswer, recordMapping } from '../machine/ledger.ts'
import {
  type CpuState,
  type DmaTable,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  MAP_ENTRY,
  MAP_NPAGES,
  MAP_STRIDE,
} from '../machine/state.ts'
import { pagesOfRun, REC_MORE } from '../scenario/recording.ts'
import { TCE_BITS } from '../table/table.ts'
import { permissionOf } from './tce.ts'
import { type Caller, type Ground, mappingOf, type Way } from './way.ts'

/** Whose record it is: a device with its table and the way of its buffers. */
interface Recorded extends Caller {
  readonly table: DmaTable
  readonly way: Way
}

/** Maps where the record says; `op.sgMapping[0]` then tells what was foretold (-1: a refusal). Always true. */
export function mapRecorded(m: Ground, by: Recorded, cpu: CpuState): boolean {
  const { op } = cpu
  const { way, table, device, mask } = by
  const { kind, npages, address } = m.scenario.recording!.ops
  const on = cpuOf(m, op.slot)
  const first = op.sgAddress[0]!
  const run = pagesOfRun(kind, npages, op.slot)
  table.maps++
  giveWay(m, on, by, cpu, first, run)
  op.sgMapping[0] = way.adopt(on, device, first, run, op.address, mask)
  const permission = permissionOf(op.direction)
  for (let i = op.slot, e = first; i === op.slot || kind[i] === REC_MORE; e += npages[i++]!)
    way.put(on, e, npages[i]!, address[i]!, permission)
  op.mapping = write(m, on, by, cpu, first, run, op.address)
  logEvent(m.state.ops, m.state.nowNs, ev.STEP_MAP, on, device, first, run)
  const { allocator } = way.domain
  if (allocator.forEachCached) noteAnswer(table, m.meter, allocator.forEachChunk !== undefined)
  return true
}

/** Unmaps or clears a run of entries, whatever is mapped there. */
export function unmapRecorded(m: Ground, by: Recorded, cpu: CpuState): void {
  const { state: s } = m
  const { op } = cpu
  const on = cpuOf(m, op.slot)
  const [first, npages] = [op.sgAddress[0]!, op.sgBytes[0]!]
  by.table.unmaps++
  if (!giveWay(m, on, by, cpu, first, npages)) by.way.clear(on, first, npages)
  logEvent(s.ops, s.nowNs, ev.STEP_UNMAP, on, by.device, first, npages)
  // The last call of the kernel's clearing.
  if (op.elements > 0) {
    logEvent(s.log, s.nowNs, ev.LOG_CLEARED, on, by.device, op.sgBytes[1]!, op.elements)
    addMark(s, s.nowNs, ev.MARK_CLEARED, by.device, 0, 0)
  }
}

/** The CPU that the record has for a row. */
function cpuOf({ scenario, state }: Ground, row: number): number {
  return (scenario.recording!.ops.cpu?.[row] ?? 0) % state.cpus.length
}

/** Writes a mapping down. Returns its id. */
function write(m: Ground, on: number, by: Recorded, cpu: CpuState, first: number, n: number, address: number): number {
  const { domain } = by.way
  m.state.cpus[on]!.requestNs = cpu.requestNs
  const r = mappingOf(on, by, cpu, first, n, address, n * domain.pageBytes)
  return recordMapping(m.state, domain, by.table, r, m.meter)
}

/** Takes back every mapping in the run; of one that reaches beyond it the rest stays. False when there was none. */
function giveWay(m: Ground, on: number, by: Recorded, cpu: CpuState, first: number, npages: number): boolean {
  const { table, way } = by
  const { data } = table.mappings.records
  const end = first + npages
  let any = false
  for (let e = first; e < end; e++) {
    const id = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    if (id < 0) continue
    any = true
    const start = data[id * MAP_STRIDE + MAP_ENTRY]!
    const stop = start + data[id * MAP_STRIDE + MAP_NPAGES]!
    const below = memoryOf(way.domain, start, Math.min(first, stop))
    const above = memoryOf(way.domain, end, stop)
    way.release(on, id)
    keep(m, on, by, cpu, start, below)
    keep(m, on, by, cpu, end, above)
    e = stop - 1
  }
  return any
}

/** Where the entries from `start` to before `stop` lead, with their permissions. */
function memoryOf(d: DmaDomain, start: number, stop: number): number[] {
  return Array.from({ length: Math.max(0, stop - start) }, (_, i) => d.table.walk(d.tableState, start + i))
}

/** Maps again what of a mapping the record leaves alone, if that is anything. */
function keep(m: Ground, on: number, by: Recorded, cpu: CpuState, start: number, memory: readonly number[]): void {
  if (memory.length === 0) return
  by.way.keep(start, memory.length)
  memory.forEach((to, i) => {
    by.way.put(on, start + i, 1, to - (to % TCE_BITS), to % TCE_BITS)
  })
  write(m, on, by, cpu, start, memory.length, memory[0]! - (memory[0]! % TCE_BITS))
}
