// What an unmap has cleared and nobody has invalidated yet: one range, made of pages of one size.
//
// Kernel: include/linux/iommu.h, iommu_iotlb_gather_add_page, iommu_iotlb_gather_is_disjoint. Spec:
//   spec/SWIOTLB-IOTLB.md D.5.
// What it does: pages of one size that touch or overlap grow into one range, their hull. A page of another size, or one
//   that stands apart, does not fit: what is pending must be synced first. Table pages that the unmap took out wait
//   here with the range.
// Not modelled: the list that carries the table pages is a list of nodes here.
// Invariant: while `empty`, `first`, `last`, `order` and `size` mean nothing.
// Cost: a few comparisons per page.

import { pow2 } from '../../lib/bits.ts'

/** Pages are those of the table (its granule). */
export interface Gather {
  /** Nothing is gathered. */
  empty: boolean
  /** First and last page (inclusive) of the pending range. */
  first: number
  last: number
  /** log2 of the pages that each gathered page covers; -1 where a driver gathers a call as one page of any size. */
  order: number
  /** The same as a number of pages. */
  size: number
  /** Set by the caller: a flush of the whole domain follows later, nothing is synced page by page. */
  queued: boolean
  /** Set by a driver: what is pending cannot wait for that flush. */
  urgent: boolean
  /** Nodes that were taken out of the table, to be given back at sync. */
  detached: number[]
}

/** An empty gather of an unmap that is synced at once. */
export function createGather(): Gather {
  return { empty: true, first: 0, last: 0, order: 0, size: 0, queued: false, urgent: false, detached: [] }
}

/** Forgets what was gathered; `queued` stays. */
export function resetGather(g: Gather): void {
  g.empty = true
  g.urgent = false
  // Setting a length costs more than looking at it.
  if (g.detached.length > 0) g.detached.length = 0
}

/** True if pages [pfn, pfn+pages) touch or overlap what is pending, or nothing is pending. */
export function gatherTouches(g: Gather, pfn: number, pages: number): boolean {
  return g.empty || (pfn <= g.last + 1 && pfn + pages >= g.first)
}

/**
 * True if pages [pfn, pfn+pages) may be gathered: same page size as what is pending (2^order, or for an order of -1
 * `pages` itself) and no gap between. False: the pending range must be synced first.
 */
export function gatherFits(g: Gather, pfn: number, pages: number, order: number): boolean {
  return g.empty || (g.size === sizeOf(pages, order) && gatherTouches(g, pfn, pages))
}

/** Gathers pages [pfn, pfn+pages): the pending range becomes the hull of both, whether they fit or not. */
export function gatherRange(g: Gather, pfn: number, pages: number, order: number): void {
  const last = pfn + pages - 1
  g.first = g.empty ? pfn : Math.min(g.first, pfn)
  g.last = g.empty ? last : Math.max(g.last, last)
  g.order = order
  g.size = sizeOf(pages, order)
  g.empty = false
}

function sizeOf(pages: number, order: number): number {
  return order < 0 ? pages : pow2(order)
}
