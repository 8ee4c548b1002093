// A mapping whose place is known from a record: the allocator foretells it first, then takes the record's word.
//
// Spec: spec/FORMATS.md 8 (what a record tells), spec/POWERPC.md A and spec/IOVA.md (what the kernel would do).
// Where the record does not tell the CPU, or whether a list or a single buffer was mapped, CPU 0 without a hint is assumed.
// Invariant: after `predictRun` exactly the recorded run is used, whatever was foretold; the hints are those that handing
// it out would have left.
// Cost: one allocator call, and two to set it right after a miss.

import type { CostMeter } from '../engine/meter.ts'
import { type AbsEntry, type Cpu, type Entry, entry, type Pages } from '../types.ts'
import { isWaiting, runFlushTimer, takeAddresses } from './dma-iommu.ts'
import { type DmaDomain, orderOf } from './dma-ops.ts'

/** A request of a CPU for `npages` whole pages at `address` (-1: unknown, not aligned), without a look at any record. */
export function foretell(
  d: DmaDomain,
  onCpu: Cpu,
  device: number,
  npages: Pages,
  address: number,
  mask: AbsEntry,
  meter: CostMeter,
): Entry {
  if (d.iommu) return takeAddresses(d, onCpu, device, npages, mask, meter)
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
 * Foretells where `npages` at real `address` go for a CPU, then makes `recorded` (table-relative, inside the table, not mapped)
 * the run that is handed out. Returns the run foretold, or NO_ENTRY. The allocator must be one that `follows`.
 */
export function predictRun(
  d: DmaDomain,
  onCpu: Cpu,
  device: number,
  npages: Pages,
  address: number,
  mask: AbsEntry,
  recorded: Entry,
  meter: CostMeter,
): Entry {
  const { allocator, allocatorState, iommu } = d
  const before = allocator.before!(allocatorState)
  const low = iommu?.state.lowFirst[device]
  const dma32First = low?.dma32First
  const foretold = foretell(d, onCpu, device, npages, address, mask, meter)
  if (foretold === recorded) return foretold
  allocator.undo!(allocatorState, foretold, npages, onCpu, before, meter)
  // Only what the record has above 4 GiB tells that nothing was left below.
  if (low) low.dma32First = dma32First!
  adoptRun(d, recorded, npages, true, meter)
  return foretold
}

/** Makes a run that is not mapped a handed-out one. Where some of it waits for a flush, that has been by now. */
export function adoptRun(d: DmaDomain, first: Entry, npages: Pages, asAnswer: boolean, meter: CostMeter): void {
  if (isWaiting(d, first, npages)) runFlushTimer(d, meter)
  d.allocator.adopt!(d.allocatorState, first, npages, asAnswer)
}
