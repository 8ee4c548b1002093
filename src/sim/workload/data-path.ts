// How long the way between a device and memory takes, given how often translations have to be walked. The misses are
// counted by whoever asks; here are only the prices, which were measured on real machines.
//
// Spec: NUMBERS part one 5a and 5b, part two D1, D3 and equations 4 and 5.
// What it does: walks overlap with transfers, so that a device is slowed by whichever takes longer; near the crossing
//   both matter. Such a soft maximum is the cube root of the sum of the cubes.
// Not modelled: the latency of one transaction; packets of the link, beyond what they take away from its rate.
// Cost: a few multiplications.

import type { Price } from '../engine/cost.ts'

/** `data-path-text.ts` says of each what it is of and where it was measured. */
export const DATA_PATH = {
  transaction: { ps: 18_484 },
  byte: { ps: 154 },
  readWalk: { ps: 52_200 },
  writeWalk: { ps: 45_000 },
  page: { ps: 65_000 },
  tableRead: { ps: 197_000 },
} as const satisfies Record<string, Price>

/** Time of one transaction of `bytes` (1 … 4096) when `misses` of `of` transactions have to be walked, ps. */
export function transactionPs(bytes: number, write: boolean, misses: number, of: number): number {
  const transfer = Math.max(DATA_PATH.transaction.ps, bytes * DATA_PATH.byte.ps)
  return softMax(transfer, ((write ? DATA_PATH.writeWalk.ps : DATA_PATH.readWalk.ps) * misses) / of)
}

/** Time of one 4K page of a stream for which `reads` table entries are read on average, ps. */
export function pagePs(reads: number): number {
  return Math.round(DATA_PATH.page.ps + reads * DATA_PATH.tableRead.ps)
}

/** (a³ + b³)^⅓, rounded; both not negative and not both 0. */
function softMax(a: number, b: number): number {
  const larger = Math.max(a, b)
  const ratio = Math.min(a, b) / larger
  const cube = 1 + ratio * ratio * ratio
  // From the chord of the root between 1 and 2; five steps are as exact as a double is.
  let root = 1 + (cube - 1) * 0.26
  for (let step = 0; step < 5; step++) root -= (root * root * root - cube) / (3 * root * root)
  return Math.round(larger * root)
}
