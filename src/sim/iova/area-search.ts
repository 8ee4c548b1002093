// The area search that every TCE allocator shares: the first aligned run of free entries in a bitmap.
//
// Kernel: lib/iommu-helper.c, iommu_area_alloc (since 2.6.25; before that the same search stood inside
// arch/powerpc/kernel/iommu.c). Spec: spec/POWERPC.md A.5.
// Kept on purpose: the entry below a limit is never part of a run that would reach it, so one entry is lost per
// region end; alignment is of the table-relative index, not of the bus address.
// Not modelled: requests longer than the segment boundary, which never return in the kernel; callers refuse them.
// Invariant: the bitmap is only read.
// Cost: the kernel reads 64-bit words in ascending order, a word again for every hole in it. Each word is reported
// once per search, by arithmetic: the search here reads fewer.

import { type Bitmap, findNextSet, findNextZero, findZeroRun } from '../../lib/bitmap.ts'
import { alignUp, modPow2, pow2 } from '../../lib/bits.ts'
import type { CostMeter } from '../engine/meter.ts'

/** There is no candidate. */
export const NO_AREA = -1

/**
 * First entry of `npages` free entries in [start, limit - 1), a multiple of 2^alignOrder (table-relative), that do
 * not cross a multiple of `boundary` absolute entries, or NO_AREA. `npages` is 1 … boundary, `boundary` a power of
 * two or Infinity. Spec A.5.
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
    const found =
      alignOrder > 0
        ? alignedArea(bits, from, limit - 1, npages, alignOrder, meter)
        : plainArea(bits, from, limit - 1, npages, meter)
    if (found === NO_AREA || npages === 1 || boundary === Infinity) return found
    const within = modPow2(offset + found, boundary)
    if (within + npages <= boundary) return found
    from = found + boundary - within
  }
}

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
  const zero = findNextZero(bits, start, top)
  meter.bitmapWords += wordsFrom(start, zero, top)
  const i = alignUp(zero, pow2(alignOrder))
  const end = i + npages
  if (end > top) return NO_AREA
  const used = findNextSet(bits, i, end)
  // The word that ended the first scan has been read.
  meter.bitmapWords += wordsFrom(i, used, end) - (i >>> 6 === zero >>> 6 ? 1 : 0)
  return used === end ? i : -2 - used
}

function plainArea(bits: Bitmap, start: number, top: number, npages: number, meter: CostMeter): number {
  if (start >= top) return NO_AREA
  if (npages === 1) {
    const zero = findNextZero(bits, start, top)
    meter.bitmapWords += wordsFrom(start, zero, top)
    return zero === top ? NO_AREA : zero
  }
  const found = findZeroRun(bits, start, top, npages)
  const last = found < 0 ? lastLook(bits, start, top, npages) : found + npages - 1
  meter.bitmapWords += wordsFrom(start, last, top)
  return found
}

/** Where the kernel gives up: the first hole that begins too near to `top`, or `top`. */
function lastLook(bits: Bitmap, start: number, top: number, npages: number): number {
  const near = top - npages + 1
  // A hole that began before `near` and reaches it has been looked at already.
  const from = near <= start ? start : findNextSet(bits, near - 1, top)
  return findNextZero(bits, from, top)
}

function alignedArea(
  bits: Bitmap,
  start: number,
  top: number,
  npages: number,
  alignOrder: number,
  meter: CostMeter,
): number {
  const align = pow2(alignOrder)
  let from = start
  let unread = 0
  while (from < top) {
    const zero = findNextZero(bits, from, top)
    unread = readWords(from, zero < top ? zero : top - 1, unread, meter)
    const i = alignUp(zero, align)
    const end = i + npages
    if (end > top) return NO_AREA
    const used = findNextSet(bits, i, end)
    unread = readWords(i, used < end ? used : end - 1, unread, meter)
    if (used === end) return i
    from = used + 1
  }
  return NO_AREA
}

/** Reports the words of bits `from` … `to` that are not below word `unread`; returns the next unread word. */
function readWords(from: number, to: number, unread: number, meter: CostMeter): number {
  const next = (to >>> 6) + 1
  const first = Math.max(unread, from >>> 6)
  if (next > first) meter.bitmapWords += next - first
  return Math.max(unread, next)
}

/** 64-bit words that a scan from bit `from` reads to stop at bit `at`, or to find nothing below `end` (at = end). */
function wordsFrom(from: number, at: number, end: number): number {
  return ((at < end ? at : end - 1) >>> 6) - (from >>> 6) + 1
}
