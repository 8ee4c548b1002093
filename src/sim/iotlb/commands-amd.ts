// The invalidation commands of AMD's IOMMU: INVALIDATE_IOMMU_PAGES for one naturally aligned power of two.
//
// Kernel: drivers/iommu/amd/iommu.c, build_inv_address, amd_iommu_domain_flush_pages. Spec: spec/SWIOTLB-IOTLB.md D.3.
// What it does: the smallest aligned block around a range is invalidated with one command, however much more than the
//   range that is. Under a hypervisor, which pays for every page, the range is cut into aligned blocks instead. A block
//   that no address word can tell is everything.
// Not modelled: the command's domain and PASID; the devices' own caches.
// Invariant: the commands of a range cover it; those of a cut range cover nothing else. Caches of table entries above
//   it are always dropped with it.
// Cost: one command, or one for each bit that changes on the way through the range.

import { alignDown, blockOrder, log2Floor, pow2 } from '../../lib/bits.ts'
import { CMD_AMD, CMD_AMD_ALL, CMD_DTE, type CommandSink, createCommand } from './command.ts'

/** log2 of the pages of the largest block that an address word can tell. */
const LARGEST_ORDER = 40

const c = createCommand()

function send(sink: CommandSink, kind: number, pfn: number, order: number): void {
  c.kind = kind
  c.pfn = pfn
  c.pages = order < 0 ? 0 : pow2(order)
  c.leaf = false
  c.order = order
  sink.command(c)
}

/** One block around pages [pfn, pfn+pages), at least one page. No completion wait. */
export function amdBlock(sink: CommandSink, pfn: number, pages: number): void {
  const order = blockOrder(pfn, pfn + pages - 1)
  if (order > LARGEST_ORDER) amdAll(sink)
  else send(sink, CMD_AMD, alignDown(pfn, pow2(order)), order)
}

/** Pages [pfn, pfn+pages), at least one: in one block, or (`npCache`) in the fewest that cover nothing else. */
export function amdRange(sink: CommandSink, pfn: number, pages: number, npCache: boolean): void {
  if (!npCache) {
    amdBlock(sink, pfn, pages)
    return
  }
  const end = pfn + pages
  for (let at = pfn; at < end; ) {
    let size = pow2(log2Floor(end - at))
    // An address of 0 is aligned to anything.
    while (at !== alignDown(at, size)) size /= 2
    amdBlock(sink, at, size)
    at += size
  }
}

/** Everything of a domain. No completion wait. */
export function amdAll(sink: CommandSink): void {
  send(sink, CMD_AMD_ALL, 0, -1)
}

/** The device table entry was written anew: it names another top table. No completion wait. */
export function amdDeviceEntry(sink: CommandSink): void {
  send(sink, CMD_DTE, 0, -1)
}
