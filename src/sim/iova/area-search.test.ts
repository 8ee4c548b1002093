import { expect, test } from 'vitest'
import { type Bitmap, createBitmap, setRange, testBit } from '../../lib/bitmap.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { createMeter } from '../engine/meter.ts'
import { areaSearch, NO_AREA, tryArea } from './area-search.ts'

interface Asked {
  readonly start: number
  readonly limit: number
  readonly npages: number
  readonly order: number
  readonly offset: number
  readonly boundary: number
}

/** The kernel's search bit by bit, with the set of 64-bit words it looked into. */
function obvious(bits: Bitmap, q: Asked): { found: number; words: number } {
  const words = new Set<number>()
  const isSet = (i: number) => {
    words.add(i >>> 6)
    return testBit(bits, i)
  }
  const top = q.limit - 1
  const align = 1 << q.order
  const next = (from: number): number => {
    for (let s = from; s < top; ) {
      let i = s
      while (i < top && isSet(i)) i++
      while (i % align !== 0) i++
      if (i + q.npages > top) return NO_AREA
      let j = i
      while (j < i + q.npages && !isSet(j)) j++
      if (j === i + q.npages) return i
      s = j + 1
    }
    return NO_AREA
  }
  let from = q.start
  for (;;) {
    const found = next(from)
    const within = (q.offset + found) % q.boundary
    if (found === NO_AREA || within + q.npages <= q.boundary) return { found, words: words.size }
    from = found + q.boundary - within
  }
}

function random(size: number, density: number, rng = createRng(size)): Bitmap {
  const bits = createBitmap(size)
  for (let at = 0; at < size; at += 1 + (nextU32(rng) % density)) {
    const end = Math.min(size, at + 1 + (nextU32(rng) % density))
    setRange(bits, at, end)
    at = end
  }
  return bits
}

test('agrees with the bit by bit search, in what it finds and in the words it reports', () => {
  const rng = createRng(11)
  const below = (n: number) => nextU32(rng) % n
  for (let round = 0; round < 60; round++) {
    const size = 100 + below(3000)
    const bits = random(size, 2 + below(60), rng)
    for (let i = 0; i < 40; i++) {
      const start = below(size)
      const q: Asked = {
        start,
        limit: start + below(size - start + 1),
        npages: 1 + below(below(4) === 0 ? 64 : 6),
        order: below(3) === 0 ? below(8) : 0,
        offset: below(200),
        boundary: [64, 128, 1024, Infinity][below(4)]!,
      }
      const meter = createMeter()
      const found = areaSearch(bits, q.start, q.limit, q.npages, q.order, q.offset, q.boundary, meter)
      const want = obvious(bits, q)
      expect({ ...q, found }).toEqual({ ...q, found: want.found })
      // Without an alignment or a boundary that interrupts it, every word is counted once.
      if (q.boundary === Infinity) expect({ ...q, words: meter.bitmapWords }).toEqual({ ...q, words: want.words })
      else expect(meter.bitmapWords).toBeGreaterThanOrEqual(want.words)
    }
  }
})

test('never hands out the last entry below the limit', () => {
  const bits = createBitmap(64)
  setRange(bits, 0, 62)
  const meter = createMeter()
  expect(areaSearch(bits, 0, 64, 1, 0, 0, Infinity, meter)).toBe(62)
  expect(areaSearch(bits, 0, 63, 1, 0, 0, Infinity, meter)).toBe(NO_AREA)
  expect(areaSearch(bits, 0, 64, 2, 0, 0, Infinity, meter)).toBe(NO_AREA)
})

test('aligns the table-relative entry, and keeps off multiples of the boundary in absolute ones', () => {
  const bits = createBitmap(256)
  setRange(bits, 0, 1)
  const meter = createMeter()
  expect(areaSearch(bits, 0, 256, 2, 4, 7, Infinity, meter)).toBe(16)
  // Absolute entries 12 … 15 end at the line; 13 … 16 would cross it.
  expect(areaSearch(bits, 5, 256, 4, 0, 7, 16, meter)).toBe(5)
  expect(areaSearch(bits, 6, 256, 4, 0, 7, 16, meter)).toBe(9)
})

test('a candidate that is blocked is told by the entry that blocks it', () => {
  const bits = createBitmap(256)
  setRange(bits, 10, 12)
  const meter = createMeter()
  expect(tryArea(bits, 8, 256, 4, 0, meter)).toBe(-2 - 10)
  expect(tryArea(bits, 11, 256, 4, 0, meter)).toBe(12)
  expect(tryArea(bits, 250, 254, 4, 0, meter)).toBe(NO_AREA)
})

test('a full bitmap is searched in a few reads and reported as the kernel would read it', () => {
  const bits = createBitmap(1048576)
  setRange(bits, 0, 1048576)
  const meter = createMeter()
  expect(areaSearch(bits, 0, 1048576, 1, 0, 0, Infinity, meter)).toBe(NO_AREA)
  expect(meter.bitmapWords).toBe(16384)
})
