// IOMMU page sizes that a dynamic window may have: the bits of the query's answer, and which of them is taken.
//
// Kernel: arch/powerpc/platforms/pseries/iommu.c, iommu_get_page_shift. Spec: spec/POWERPC.md D.1.
// What it does: the platform offers page sizes as bits, in the order in which LoPAR came to define them, so that 2M
// stands after 16G. The kernel takes the largest it knows.
// Not modelled: whether the platform can back a page of that size with memory.
// Invariant: the size taken is one that was offered.
// Cost: nine bits looked at.

import { pow2 } from '../../lib/bits.ts'

/** log2 of the page size in bytes, by bit of the query's answer: 4K, 64K, 16M, 32M, 64M, 128M, 256M, 16G, 2M. */
const QUERY_PAGE_SHIFTS: readonly number[] = [12, 16, 24, 25, 26, 27, 28, 34, 21]

/** Which bits the kernel knows: only 4K, 64K and 16M until 2021, all of LoPAR's since. */
export type PageSizeEra = 'three' | 'lopar'

const KNOWN_BITS: Readonly<Record<PageSizeEra, number>> = { three: 3, lopar: QUERY_PAGE_SHIFTS.length }

/** The mask for user space is a sum of 32-bit sizes: 16G does not fit it. */
const VFIO_SHIFTS_BELOW = 32

/** log2 of each page size in bytes among the bits of an answer (0 … 2^31-1), in the order of the bits. */
export function pageShiftsOf(bits: number): number[] {
  return QUERY_PAGE_SHIFTS.filter((_, bit) => ((bits >>> bit) & 1) === 1)
}

/** log2 of the largest page size in bytes among the bits of an answer (0 … 2^31-1); 0 when it offers none. */
export function largestPageShift(bits: number, era: PageSizeEra = 'lopar'): number {
  let largest = 0
  for (let bit = 0; bit < KNOWN_BITS[era]; bit++) {
    if (((bits >>> bit) & 1) === 1) largest = Math.max(largest, QUERY_PAGE_SHIFTS[bit]!)
  }
  return largest
}

/** The page sizes in bytes that VFIO offers to user space, as their sum; 16G is lost. */
export function vfioPageSizes(bits: number): number {
  let sizes = 0
  for (let bit = 0; bit < QUERY_PAGE_SHIFTS.length; bit++) {
    const shift = QUERY_PAGE_SHIFTS[bit]!
    if (((bits >>> bit) & 1) === 1 && shift < VFIO_SHIFTS_BELOW) sizes += pow2(shift)
  }
  return sizes
}
