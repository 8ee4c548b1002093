// Sizes of translations as powers of two, and how blocks of these sizes are scattered over a hash table.

import { pow2 } from '../../lib/bits.ts'

const TWO_30 = 1073741824

/** [64] 2^order and its inverse: dividing by a power of two is exact as a product. */
export const PAGES = Float64Array.from({ length: 64 }, (_, order) => pow2(order))
export const PER_PAGE = PAGES.map((pages) => 1 / pages)

function scatterLarge(block: number): number {
  const high = Math.floor(block / TWO_30)
  return Math.imul((block - high * TWO_30) ^ Math.imul(high, 0x165667b1), 0x21f0aaad)
}

/** A number below 2^31 that scatters block numbers (below 2^53) of 2^`order` pages each. */
export function scatter(block: number, order: number, domain: number): number {
  let h = block < TWO_30 ? Math.imul(block, 0x21f0aaad) : scatterLarge(block)
  h = Math.imul(h ^ (h >>> 15) ^ ((order << 8) | domain), 0x735a2d97)
  return (h ^ (h >>> 15)) >>> 1
}
