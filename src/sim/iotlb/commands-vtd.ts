// Invalidation commands of VT-d.
//
// Kernel: drivers/iommu/intel/cache.c, calculate_psi_aligned_address, qi_flush_iotlb. Spec: spec/SWIOTLB-IOTLB.md D.1.
// What it does: a page-selective command covers one naturally aligned block of 2^AM pages. A range is rounded out to
//   the smallest block that holds it, which for two pages on either side of a large boundary is a large one. Where the
//   block is larger than the hardware takes, or there are no such commands, everything of the domain is invalidated.
// Not modelled: device caches, and the submission queue; its wait descriptor is the sink's `sync`.
// Invariant: the block of a command contains its range.
// Cost: one command per range, whatever its length.

import { blockOrder, pow2 } from '../../lib/bits.ts'
import { CMD_DSI, CMD_PPSI, CMD_PSI, type CommandSink, createCommand } from './command.ts'

/** What decides on the command: the part of a table's configuration that speaks of invalidation. */
export interface VtdCaches {
  /** Largest AM of a page-selective invalidation. */
  readonly maxAddressMask: number
  /** Page-selective invalidation exists. */
  readonly pageSelective: boolean
  /** A first-level table: invalidated within its PASID, whatever the two above say. */
  readonly firstLevel: boolean
}

const command = createCommand()

/** Invalidates pages [pfn, pfn+pages); `leaf`: only leaves have changed (IH). */
export function invalidateRange(c: VtdCaches, pfn: number, pages: number, leaf: boolean, sink: CommandSink): void {
  const order = blockOrder(pfn, pfn + pages - 1)
  if (!c.firstLevel && (!c.pageSelective || order > c.maxAddressMask)) {
    invalidateDomain(sink)
    return
  }
  const size = pow2(order)
  command.kind = c.firstLevel ? CMD_PPSI : CMD_PSI
  command.pfn = Math.floor(pfn / size) * size
  command.pages = size
  command.leaf = leaf
  command.order = order
  sink.command(command)
}

/** Invalidates everything of the domain. */
export function invalidateDomain(sink: CommandSink): void {
  command.kind = CMD_DSI
  command.pfn = 0
  command.pages = 0
  command.leaf = false
  command.order = -1
  sink.command(command)
}
