// Exponential gaps without a logarithm of the engine's: -ln((i+½)/n) by a series of + − × ÷, so that every engine
// draws the same gaps.

import { nextU32, type Rng } from '../../lib/rng.ts'

const SIZE_SHIFT = 10
const SIZE = 1 << SIZE_SHIFT

/** ln(x) for 0 < x ≤ 1. */
function ln(x: number): number {
  let doublings = 0
  let y = x
  while (y < 0.75) {
    y *= 2
    doublings++
  }
  return series(y) - doublings * LN2
}

/** ln(y) = 2 artanh((y−1)/(y+1)), for y near 1. */
function series(y: number): number {
  const z = (y - 1) / (y + 1)
  const square = z * z
  let power = z
  let sum = 0
  for (let k = 1; k < 60; k += 2) {
    sum += power / k
    power *= square
  }
  return 2 * sum
}

const LN2 = -series(0.5)

const GAPS = Float64Array.from({ length: SIZE }, (_, i) => -ln((i + 0.5) / SIZE))
const MEAN = GAPS.reduce((sum, gap) => sum + gap, 0) / SIZE
for (let i = 0; i < SIZE; i++) GAPS[i] = GAPS[i]! / MEAN

/** A gap with the given mean, drawn from 1024 equally likely values of the exponential distribution. Integer ≥ 1. */
export function drawGap(rng: Rng, mean: number): number {
  return Math.max(1, Math.round(mean * GAPS[nextU32(rng) >>> (32 - SIZE_SHIFT)]!))
}
