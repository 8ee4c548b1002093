// Up to which address a mapping may lie: below 4 GiB first, as long as that lasts.
//
// Kernel: drivers/iommu/dma-iommu.c (iommu_dma_alloc_iova). Spec: spec/IOVA.md 7.
// A bus address above 4 GiB takes two address cycles on old PCI, and devices claimed it that could not: so a device that
// reaches further is given low addresses first. The first refusal there ends that for ever: asking again would cost a
// search and win little.

import type { CostMeter } from '../engine/meter.ts'
import type { AllocRequest, IovaAllocator } from '../iova/allocator.ts'
import { type AbsEntry, absEntry, type Entry, NO_ENTRY } from '../types.ts'

/**
 * Entries for `req`, whose `mask` is the highest absolute entry that the device reaches; `lowFirst[device]` is 1 while
 * it is given those below `lowEnd` first, and becomes 0 when they have run out. First entry, or NO_ENTRY.
 */
export function allocIova(
  allocator: IovaAllocator,
  state: object,
  req: AllocRequest,
  lowFirst: Uint8Array,
  device: number,
  lowEnd: AbsEntry,
  meter: CostMeter,
): Entry {
  if (req.mask >= lowEnd && lowFirst[device] === 1) {
    const limit = req.mask
    req.mask = absEntry(lowEnd - 1)
    req.emptyCaches = false
    const found = allocator.alloc(state, req, meter)
    if (found !== NO_ENTRY) return found
    lowFirst[device] = 0
    req.mask = limit
  }
  req.emptyCaches = true
  return allocator.alloc(state, req, meter)
}
