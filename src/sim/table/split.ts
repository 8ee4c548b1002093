// Which page size a mapping takes next, and how many pages of it.
//
// Kernel: drivers/iommu/iommu.c, iommu_pgsize. Spec: spec/SWIOTLB-IOTLB.md B.2.
// What it does: the largest size that fits into what is left and that both addresses are aligned to. It is used up to
//   where the next larger size becomes possible, if a whole page of that size then fits, and to the end otherwise.
// Not modelled: sizes in bytes; all is counted in pages of the smallest size, and addresses stay below 2^53 of them.
// Invariant: 1 <= count, and count pages of 2^order are at most what was asked.
// Cost: one look at the list of sizes; none if there is only one size or one page.

import { log2Floor, lowestBit53, modPow2, pow2 } from '../../lib/bits.ts'

/** `count` pages of 2^order smallest pages each; one object is reused. */
export interface PageRun {
  order: number
  count: number
}

/** Index of the lowest set bit of a safe integer; 53 for 0. */
function trailingZeros(x: number): number {
  return x === 0 ? 53 : lowestBit53(x)
}

/**
 * Chooses the next run of a mapping of `pages` (at least 1) from `pfn` to `page`; for an unmapping `page` is `pfn`.
 * `orders` are the sizes that there are, ascending from 0.
 */
export function chooseRun(orders: readonly number[], pfn: number, page: number, pages: number, out: PageRun): void {
  out.order = 0
  out.count = pages
  if (pages === 1 || orders.length === 1) return
  const fits = Math.min(log2Floor(pages), trailingZeros(pfn), trailingZeros(page))
  let i = orders.length - 1
  while (orders[i]! > fits) i--
  const order = orders[i]!
  const size = pow2(order)
  out.order = order
  if (i + 1 < orders.length) {
    const next = pow2(orders[i + 1]!)
    const low = modPow2(pfn, next)
    if (low === modPow2(page, next) && next - low + next <= pages) {
      out.count = (next - low) / size
      return
    }
  }
  out.count = order === 0 ? pages : Math.floor(pages / size)
}
