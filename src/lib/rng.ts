// splitmix32: a uint32 generator whose whole state is one number that its owner keeps. Integers only, so that
// every engine yields the same stream.

export interface Rng {
  /** int32 */
  s: number
}

export function createRng(seed: number): Rng {
  return { s: seed | 0 }
}

/** The next uint32. */
export function nextU32(rng: Rng): number {
  const s = (rng.s + 0x9e3779b9) | 0
  rng.s = s
  let z = s ^ (s >>> 16)
  z = Math.imul(z, 0x21f0aaad)
  z ^= z >>> 15
  z = Math.imul(z, 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}

/** A seed for the `index`-th generator derived from one seed, so that streams do not disturb each other. */
export function deriveSeed(seed: number, index: number): number {
  const rng = createRng(seed ^ Math.imul(index + 1, 0x85ebca6b))
  return nextU32(rng)
}
