// How high an address may be: the choice of the limit above the allocator.
//
// Kernel: drivers/iommu/dma-iommu.c, iommu_dma_alloc_iova; drivers/iommu/iommu.c, iommu_dma_forcedac.
//   Spec: spec/IOVA.md 7.
// What it does: an address above 4 GiB needs a second cycle on old PCI, which devices claimed to manage and did not. So a
//   PCI device that reaches further is tried below 4 GiB first, until that fails once; from then on never again.
// Not modelled: the log line of that moment.
// Limits are absolute entries (pfns) and inclusive.

import { pow2 } from '../../lib/bits.ts'
import type { CostMeter } from '../engine/meter.ts'
import type { AllocRequest, IovaAllocator } from '../iova/allocator.ts'
import { NO_ENTRY } from '../types.ts'

/** Per device, as state. */
export interface Dma32First {
  /** Below 4 GiB is tried first; cleared for ever by the first failure there. */
  dma32First: boolean
}

/** The highest entry a device may be given; null = not limited by that. Nothing but entry 0 when neither mask nor bus
 *  says anything: a device that reaches nothing. */
export function chooseLimit(mask: number | null, bus: number | null, apertureEnd: number | null): number {
  const reach = mask === null && bus === null ? 0 : Math.min(mask ?? Infinity, bus ?? Infinity)
  return Math.min(reach, apertureEnd ?? Infinity)
}

/**
 * Room for `req` up to entry `limit`, the part below 4 GiB first while the device wants that. Sets `mask` and
 * `emptyCaches` of the request. Returns what the allocator returned last.
 */
export function allocDma<S extends object>(
  device: Dma32First,
  allocator: Pick<IovaAllocator<S>, 'alloc'>,
  state: S,
  req: AllocRequest,
  limit: number,
  pageShift: number,
  meter: CostMeter,
): number {
  const p32 = pow2(32 - pageShift)
  if (device.dma32First && limit >= p32) {
    req.mask = p32 - 1
    req.emptyCaches = false
    const found = allocator.alloc(state, req, meter)
    if (found !== NO_ENTRY) return found
    device.dma32First = false
  }
  req.mask = limit
  req.emptyCaches = true
  return allocator.alloc(state, req, meter)
}
