// The area search that every TCE allocator shares: the first aligned run of free entries in a bitmap.
//
// Kernel: lib/iommu-helper.c, iommu_area_alloc (since 2.6.25; before that the same search stood inside
// arch/powerpc/kernel/iommu.c). Spec: spec/POWERPC.md A.5.
// Kept on purpose: the entry below a limit is never part of a run that would reach it, so one entry is lost per
// region end; alignment is of the table-relative index, not of the bus address.
// Not modelled: requests longer than the segment boundary, which never return in the kernel; callers refuse them.
// Invariant: the bitmap is only read.
// Cost: the kernel reads 64-bit words one by one, first for a free entry, then for a set one inside the candidate.
// Those reads are reported, though the search here jumps over them.

import type { Bitmap } from '../../lib/bitmap.ts'
import { findNextSet, findNextZero } from '../../lib/bitmap.ts'
import { alignUp, modPow2, pow2 } from '../../lib/bits.ts'
import type { CostMeter } from '../engine/meter.ts'

/** There is no candidate. */
export const NO_AREA = -1

/**
 * One look for `npages` (at least 1) free entries from `start`, below `limit`, the first a multiple of 2^alignOrder
 * (table-relative). Returns the first entry; NO_AREA when no candidate is left; -2 - j when the candidate is blocked
 * by used entry j, after which the kernel goes on from j + 1.
 */
export function tryArea(
  bits: Bitmap,
  start: number,
  limit: number,
  npages: number,
  alignOrder: number,
  meter: CostMeter,
): number {
  const top = limit - 1
  if (start >= top) return NO_AREA
  let i = findNextZero(bits, start, top)
  meter.bitmapWords += wordsRead(start, i, top)
  if (alignOrder > 0) i = alignUp(i, pow2(alignOrder))
  const end = i + npages
  if (end > top) return NO_AREA
  const used = npages === 1 && alignOrder === 0 ? end : findNextSet(bits, i, end)
  meter.bitmapWords += wordsRead(i, used, end)
  return used === end ? i : -2 - used
}

/**
 * First entry of `npages` free entries in [start, limit - 1) that do not cross a multiple of `boundary` absolute
 * entries, or NO_AREA. `npages` is 1 … boundary, `boundary` a power of two or Infinity. Spec A.5.
 */
export function areaSearch(
  bits: Bitmap,
  start: number,
  limit: number,
  npages: number,
  alignOrder: number,
  offset: number,
  boundary: number,
  meter: CostMeter,
): number {
  let from = start
  for (;;) {
    const found = tryArea(bits, from, limit, npages, alignOrder, meter)
    if (found === NO_AREA) return NO_AREA
    if (found < 0) {
      from = -1 - found
      continue
    }
    if (npages === 1 || boundary === Infinity) return found
    const within = modPow2(offset + found, boundary)
    if (within + npages <= boundary) return found
    from = found + boundary - within
  }
}

/** 64-bit words that a scan from bit `from` reads to stop at bit `at`, or to find nothing below `end` (at = end). */
function wordsRead(from: number, at: number, end: number): number {
  return ((at < end ? at : end - 1) >>> 6) - (from >>> 6) + 1
}
