// Arithmetic on non-negative safe integers (below 2^53), where JavaScript's own bit operators stop at 2^32.

const TWO_32 = 4294967296
const TWO_30 = 1073741824

const POWERS = new Float64Array(1024)
for (let n = 0, power = 1; n < POWERS.length; n++, power *= 2) POWERS[n] = power

/** 2^n for integers n from 0 to 1023, exact. */
export function pow2(n: number): number {
  return POWERS[n]!
}

/** Largest multiple of `unit` (a positive integer) that is at most `x`. */
export function alignDown(x: number, unit: number): number {
  return Math.floor(x / unit) * unit
}

/** Smallest multiple of `unit` (a positive integer) that is at least `x`. */
export function alignUp(x: number, unit: number): number {
  return Math.ceil(x / unit) * unit
}

/** `x` modulo a power of two: exact, and much faster than `%` beyond 2^31. */
export function modPow2(x: number, unit: number): number {
  return x - Math.floor(x / unit) * unit
}

/** As alignUp, for x below 2^31 and a power of two up to 2^30, without a division. */
export function alignUpPow2(x: number, unit: number): number {
  const over = x & (unit - 1)
  return over === 0 ? x : x + unit - over
}

/** Largest k with 2^k <= x, for a positive safe integer x. */
export function log2Floor(x: number): number {
  return x < TWO_32 ? 31 - Math.clz32(x) : 63 - Math.clz32(x / TWO_32)
}

/** Smallest k with 2^k >= x, for a safe integer x; 0 for 0 and 1. */
export function log2Ceil(x: number): number {
  return x <= 1 ? 0 : log2Floor(x - 1) + 1
}

/** True for 1, 2, 4 … 2^52. */
export function isPow2(x: number): boolean {
  return Number.isSafeInteger(x) && x >= 1 && pow2(log2Floor(x)) === x
}

/** Bitwise AND of two safe integers, exact over all 53 bits. */
export function and53(a: number, b: number): number {
  const low = (a & b) >>> 0
  return a < TWO_32 || b < TWO_32 ? low : (Math.floor(a / TWO_32) & Math.floor(b / TWO_32)) * TWO_32 + low
}

/** Number of set bits of a 32-bit word. */
export function popcount32(x: number): number {
  let n = x - ((x >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Index of the lowest set bit of a 32-bit word that is not 0. */
export function lowestBit(x: number): number {
  return 31 - Math.clz32(x & -x)
}

/** Index of the lowest set bit of a positive safe integer. */
export function lowestBit53(x: number): number {
  const low = modPow2(x, TWO_30)
  return low !== 0 ? lowestBit(low) : 30 + lowestBit(Math.floor(x / TWO_30))
}

/** log2 of the smallest naturally aligned block that holds the safe integers `first` and `last`. */
export function blockOrder(first: number, last: number): number {
  const high = Math.floor(first / TWO_30) ^ Math.floor(last / TWO_30)
  if (high !== 0) return 62 - Math.clz32(high)
  return 32 - Math.clz32(modPow2(first, TWO_30) ^ modPow2(last, TWO_30))
}
