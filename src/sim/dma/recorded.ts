// A mapping whose place is known from a record: the allocator foretells it first, then takes the record's word.
//
// Spec: spec/FORMATS.md 8 (what a record tells), spec/POWERPC.md A (what the kernel would do).
// Where the record does not tell the CPU, or whether a list or a single buffer was mapped, CPU 0 without a hint is assumed.
// Invariant: after `predictRun` exactly the recorded run is used, whatever was foretold; the hints are those that handing
// it out would have left.
// Cost: one allocator call, and two to set it right after a miss.

import type { CostMeter } from '../engine/meter.ts'
import { type AbsEntry, type Cpu, type Entry, entry, type Pages } from '../types.ts'
import { type DmaDomain, orderOf } from './dma-ops.ts'

/** A request for `npages` whole pages at `address` (-1: unknown, not aligned), without a look at any record. */
export function foretell(
  d: DmaDomain,
  onCpu: Cpu,
  npages: Pages,
  address: number,
  mask: AbsEntry,
  meter: CostMeter,
): Entry {
  const { request } = d
  request.cpu = onCpu
  request.npages = npages
  request.alignOrder = address < 0 ? 0 : orderOf(d, address, npages * d.pageBytes)
  request.mask = mask
  request.handle = entry(0)
  request.useHandle = false
  return d.allocator.alloc(d.allocatorState, request, meter)
}

/**
 * Foretells where `npages` at real `address` go for a CPU, then makes `recorded` (table-relative, inside the table, free) the run
 * that is handed out. Returns the run foretold, or NO_ENTRY. The allocator must be one that `follows`.
 */
export function predictRun(
  d: DmaDomain,
  onCpu: Cpu,
  npages: Pages,
  address: number,
  mask: AbsEntry,
  recorded: Entry,
  meter: CostMeter,
): Entry {
  const { allocator, allocatorState } = d
  const before = allocator.before!(allocatorState)
  const foretold = foretell(d, onCpu, npages, address, mask, meter)
  if (foretold === recorded) return foretold
  allocator.undo!(allocatorState, foretold, npages, onCpu, before, meter)
  allocator.adopt!(allocatorState, recorded, npages, true)
  return foretold
}
