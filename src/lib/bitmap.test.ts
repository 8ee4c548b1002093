import { describe, expect, test } from 'vitest'
import {
  type Bitmap,
  clearRange,
  createBitmap,
  findNextSet,
  findNextZero,
  findZeroRun,
  hashBits,
  isClear,
  popcount,
  setRange,
  testBit,
} from './bitmap.ts'
import { createRng, nextU32 } from './rng.ts'

/** The bits as an array of 0 and 1, and the obvious searches over it. */
const find = (bits: readonly number[], value: number, from: number, to: number): number => {
  for (let i = from; i < to; i++) if (bits[i] === value) return i
  return Math.max(from, to)
}

const findRun = (bits: readonly number[], from: number, to: number, n: number): number => {
  for (let i = from; i + n <= to; i++) if (find(bits, 1, i, i + n) === i + n) return i
  return -1
}

function expectSame(b: Bitmap, bits: readonly number[], ranges: readonly (readonly [number, number])[]): void {
  expect(b.ones).toBe(bits.filter((x) => x === 1).length)
  for (const [from, to] of ranges) {
    expect(findNextZero(b, from, to)).toBe(find(bits, 0, from, to))
    expect(findNextSet(b, from, to)).toBe(find(bits, 1, from, to))
    expect(isClear(b, from, to)).toBe(find(bits, 1, from, to) === to)
    expect(popcount(b, from, to)).toBe(bits.slice(from, to).filter((x) => x === 1).length)
  }
}

describe('bitmap', () => {
  for (const size of [1, 31, 32, 33, 1000, 1024, 1025, 40000]) {
    test(`agrees with an array of ${size} bits, sparse, mixed and dense`, () => {
      const rng = createRng(size)
      const below = (n: number) => nextU32(rng) % n
      const b = createBitmap(size)
      const bits = new Array<number>(size).fill(0)
      const longest = Math.min(size, 3000)
      for (let i = 0; i < 120; i++) {
        const from = below(size)
        const to = Math.min(size, from + 1 + below(i % 3 === 0 ? longest : 40))
        // A third of the stream mostly fills, a third mostly empties.
        const sets = i < 40 ? below(8) > 0 : i < 80 ? below(2) > 0 : below(8) === 0
        if (sets) setRange(b, from, to)
        else clearRange(b, from, to)
        bits.fill(sets ? 1 : 0, from, to)
        const ranges = Array.from({ length: 4 }, () => {
          const start = below(size)
          return [start, start + 1 + below(size - start)] as const
        })
        expectSame(b, bits, [...ranges, [0, size]])
        const n = 1 + below(i % 2 === 0 ? 5 : 100)
        const [start, end] = ranges[0]!
        expect(findZeroRun(b, start, end, n)).toBe(findRun(bits, start, end, n))
      }
    })
  }

  test('finds the one clear bit of a million, and the one set bit', () => {
    const size = 1048576
    const b = createBitmap(size)
    setRange(b, 0, size)
    expect(findNextZero(b, 0, size)).toBe(size)
    clearRange(b, 777777, 777778)
    expect([findNextZero(b, 5, size), findNextZero(b, 777778, size)]).toEqual([777777, size])
    clearRange(b, 0, size)
    expect([findNextSet(b, 0, size), b.ones]).toEqual([size, 0])
    setRange(b, 1048575, 1048576)
    expect([findNextSet(b, 3, size), testBit(b, 1048575), testBit(b, 1048574)]).toEqual([1048575, true, false])
  })

  test('setting set bits and clearing clear ones changes no count', () => {
    const b = createBitmap(100)
    setRange(b, 10, 50)
    setRange(b, 20, 60)
    expect(b.ones).toBe(50)
    clearRange(b, 0, 30)
    clearRange(b, 0, 30)
    expect([b.ones, popcount(b)]).toEqual([30, 30])
  })

  test('a write marks its own chunk and no other', () => {
    const b = createBitmap(1048576)
    b.words.dirty.fill(0)
    setRange(b, 40 * 32768, 40 * 32768)
    expect([...b.words.dirty].some((d) => d !== 0)).toBe(false)
    setRange(b, 5 * 32768 + 7, 5 * 32768 + 9)
    expect([...b.words.dirty].flatMap((d, k) => (d !== 0 ? [k] : []))).toEqual([5])
  })

  test('the hash is FNV-1a over the bytes, least significant bit first', () => {
    const b = createBitmap(20)
    setRange(b, 0, 1)
    setRange(b, 19, 20)
    let h = 2166136261n
    for (const byte of [1n, 0n, 8n]) h = ((h ^ byte) * 16777619n) & 0xffffffffn
    expect(hashBits(b)).toBe(Number(h))
  })

  test('refuses sizes that an index of 31 bits cannot reach', () => {
    for (const size of [0, -1, 1.5, 2147483648]) expect(() => createBitmap(size)).toThrow(RangeError)
  })
})
