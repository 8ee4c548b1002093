// A mapping whose place is known from a record: the allocator foretells it first, then takes the record's word.
//
// Spec: spec/FORMATS.md 8 (what a record tells), spec/POWERPC.md A and spec/IOVA.md (what the kernel would do).
// Where the record does not tell the CPU, or whether a list or a single buffer was mapped, CPU 0 without a hint is assumed.
// Invariant: after `predictRun` exactly the recorded run is used, whatever was foretold; the hints are those that handing
// it out would have left.
// Cost: one allocator call, and two to set it right after a miss.

import type { CostMeter } from '../engine/meter.ts'
import { type AllocDomain, orderOf, type TceDomain } from './dma-ops.ts'

/** A request of a CPU for `npages` whole pages at `address` (-1: unknown, not aligned), without a look at any record. */
export function foretell(
  d: TceDomain,
  onCpu: number,
  npages: number,
  address: number,
  mask: number,
  meter: CostMeter,
): number {
  const { request } = d
  request.cpu = onCpu
  request.npages = npages
  request.alignOrder = address < 0 ? 0 : orderOf(d, address, npages * d.pageBytes)
  request.mask = mask
  request.handle = 0
  request.useHandle = false
  return d.allocator.alloc(d.allocatorState, request, meter)
}

/**
 * Foretells with `ask` where a run of a CPU goes, then makes `recorded` (table-relative, inside the table, not mapped) the one
 * that is handed out; `settle` is called first where the two differ. Returns the run foretold, or NO_ENTRY. The allocator must
 * be one that `follows`.
 */
export function predictRun(
  { allocator, allocatorState }: AllocDomain,
  onCpu: number,
  npages: number,
  recorded: number,
  ask: () => number,
  settle: () => void,
  meter: CostMeter,
): number {
  const before = allocator.before!(allocatorState)
  const foretold = ask()
  if (foretold === recorded) return foretold
  allocator.undo!(allocatorState, foretold, npages, onCpu, before, meter)
  settle()
  allocator.adopt!(allocatorState, recorded, npages, true)
  return foretold
}
