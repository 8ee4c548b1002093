import { describe, expect, test } from 'vitest'
import {
  alignDown,
  alignUp,
  alignUpPow2,
  and53,
  blockOrder,
  isPow2,
  log2Ceil,
  log2Floor,
  lowestBit53,
  modPow2,
  popcount32,
  pow2,
} from './bits.ts'
import { createRng, nextU32 } from './rng.ts'

const MAX = Number.MAX_SAFE_INTEGER

describe('bits', () => {
  test('powers of two and their logarithms undo each other up to 2^52', () => {
    for (let k = 0; k <= 52; k++) {
      expect(BigInt(pow2(k))).toBe(1n << BigInt(k))
      expect(log2Floor(pow2(k))).toBe(k)
      expect(log2Ceil(pow2(k))).toBe(k)
      expect(isPow2(pow2(k))).toBe(true)
    }
  })

  test('logarithms round down and up on either side of a power of two', () => {
    for (let k = 2; k <= 52; k++) {
      expect([log2Floor(pow2(k) - 1), log2Floor(pow2(k) + 1)]).toEqual([k - 1, k])
      expect([log2Ceil(pow2(k) - 1), log2Ceil(pow2(k) + 1)]).toEqual([k, k + 1])
      expect(isPow2(pow2(k) - 1)).toBe(k === 1)
    }
    expect([log2Ceil(0), log2Floor(1)]).toEqual([0, 0])
    expect([isPow2(0), isPow2(1.5), isPow2(-4)]).toEqual([false, false, false])
  })

  test('and53 agrees with BigInt over all 53 bits', () => {
    const rng = createRng(7)
    const number = () => (nextU32(rng) & 0x1fffff) * pow2(32) + nextU32(rng)
    for (let i = 0; i < 2000; i++) {
      const a = i % 3 === 0 ? nextU32(rng) : number()
      const b = number()
      expect(BigInt(and53(a, b))).toBe(BigInt(a) & BigInt(b))
    }
    expect(and53(MAX, MAX)).toBe(MAX)
  })

  test('alignment is exact at 2^52 and leaves multiples alone', () => {
    expect([alignDown(pow2(52) + 65535, 65536), alignUp(pow2(52) + 1, 65536)]).toEqual([pow2(52), pow2(52) + 65536])
    expect([alignDown(48, 16), alignUp(48, 16), alignUpPow2(48, 16)]).toEqual([48, 48, 48])
    expect([alignUp(0, 4096), alignUpPow2(49, 16), alignUpPow2(2147483647, 16)]).toEqual([0, 64, 2147483648])
    expect([modPow2(pow2(52) + 4097, 4096), modPow2(5, pow2(40))]).toEqual([1, 5])
  })

  test('popcount32 counts every bit position once', () => {
    for (let i = 0; i < 32; i++) expect(popcount32(1 << i)).toBe(1)
    expect([popcount32(0), popcount32(-1), popcount32(0x55555555)]).toEqual([0, 32, 16])
  })

  test('the lowest bit, and the smallest aligned block around two numbers, are as found bit by bit', () => {
    for (let k = 0; k < 53; k++) expect([lowestBit53(pow2(k)), lowestBit53(MAX + 1 - pow2(k))]).toEqual([k, k])
    const rng = createRng(3)
    for (let i = 0; i < 300; i++) {
      const first = nextU32(rng) * pow2(nextU32(rng) % 19)
      const last = first + (nextU32(rng) % pow2(nextU32(rng) % 32))
      let order = 0
      while (Math.floor(first / pow2(order)) !== Math.floor(last / pow2(order))) order++
      expect(blockOrder(first, last)).toBe(order)
    }
  })
})
