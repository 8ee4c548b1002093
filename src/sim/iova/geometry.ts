// What the bitmap allocators share: which windows they take, and how used and reserved entries are listed.

import { type Bitmap, findNextSet, findNextZero } from '../../lib/bitmap.ts'
import { isPow2, pow2 } from '../../lib/bits.ts'
import type { RangeKind, WindowGeometry } from './allocator.ts'

/** The fewest entries that an allocator takes. */
const FEWEST = 2

/** Throws RangeError on a window that no kernel sets up (spec/POWERPC.md G.7) or that a bitmap cannot hold. */
export function checkGeometry(g: WindowGeometry): void {
  const problem = !(Number.isInteger(g.size) && g.size >= FEWEST && g.size < 0x80000000)
    ? `size ${g.size}: 2 to 2147483647 entries`
    : !(g.offset >= 0 && Number.isSafeInteger(g.offset + g.size))
      ? `offset ${g.offset}: a safe integer`
      : !(isPow2(g.blockSize) && g.blockSize <= 0x40000000)
        ? `block size ${g.blockSize}: a power of two`
        : !(g.boundary === Infinity || isPow2(g.boundary))
          ? `boundary ${g.boundary}: a power of two or none`
          : null
  if (problem) throw new RangeError(problem)
}

/** The same window in a machine of so many CPUs. What is made anew for each of many runs and read
 *  by every operation is written out, for a spread record may get a hidden class of its own, and compiled code is thrown away. */
export function withCpus(g: WindowGeometry, cpus: number): WindowGeometry {
  const { size, offset, pageShift, blockSize, resStart, resEnd, boundary, islands } = g
  if (!islands) return { size, offset, pageShift, blockSize, resStart, resEnd, boundary, cpus }
  return { size, offset, pageShift, blockSize, resStart, resEnd, boundary, cpus, islands }
}

/**
 * Visits every maximal run of set bits of `used`, ascending; the part of a run that is also set in `reserved` is
 * visited apart, as reserved. Both bitmaps have the same size.
 */
export function visitRanges(
  used: Bitmap,
  reserved: Bitmap,
  visit: (start: number, npages: number, kind: RangeKind) => void,
): void {
  const size = used.size
  for (let at = findNextSet(used, 0, size); at < size; at = findNextSet(used, at, size)) {
    const end = findNextZero(used, at, size)
    while (at < end) {
      const firm = findNextSet(reserved, at, end)
      const until = firm === at ? findNextZero(reserved, at, end) : firm
      visit(at, until - at, firm === at ? 'reserved' : 'used')
      at = until
    }
  }
}

/** Free entries of [start, limit) and the longest run of them. */
export function freeRuns(used: Bitmap, start: number, limit: number): { free: number; longestRun: number } {
  let free = 0
  let longestRun = 0
  for (let at = findNextZero(used, start, limit); at < limit; at = findNextZero(used, at, limit)) {
    const end = findNextSet(used, at, limit)
    free += end - at
    if (end - at > longestRun) longestRun = end - at
    at = end
  }
  return { free, longestRun }
}

/** Sizes and reserved range of a window of `size` entries, the last of them below absolute entry `end`, as allocators take it:
 *  what it lacks of two entries follows there and is kept back, so that nobody gets what is not there. */
export function keptBack(size: number, end: number): Pick<WindowGeometry, 'size' | 'resStart' | 'resEnd'> {
  const lacking = Math.max(0, FEWEST - size)
  return { size: size + lacking, resStart: lacking && end, resEnd: lacking && end + lacking }
}

/** Where the entries of a window of so many bytes lie, and how many pages of it no entry stands for. */
export function extentOf({ size, pageShift, offset, islands }: WindowGeometry, windowBytes: number) {
  const unlisted = Math.floor(windowBytes / pow2(pageShift)) - size
  return { pageShift, offset, size, ...(islands && { islands }), ...(unlisted > 0 && { unlisted }) }
}

/** Absolute entry of table-relative entry `e` (0 … size). */
export function absOf(g: Pick<WindowGeometry, 'offset' | 'islands'>, e: number): number {
  if (!g.islands) return e + g.offset
  let i = g.islands.length - 1
  while (i > 0 && e < g.islands[i]!.entry) i--
  const island = g.islands[i]!
  return e - island.entry + island.abs
}

/** Table-relative entry of an absolute one, or -1 when it is outside the table or between two islands. */
export function entryOf(g: WindowGeometry, abs: number): number {
  if (!g.islands) return abs >= g.offset && abs < g.offset + g.size ? abs - g.offset : -1
  for (let i = 0; i < g.islands.length; i++) {
    const island = g.islands[i]!
    const at = abs - island.abs
    if (at >= 0 && at < island.pages) return island.entry + at
  }
  return -1
}
