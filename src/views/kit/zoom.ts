// Zooming the map by powers of two, in entries. Pure: the store holds the result, d3-zoom only reports gestures.

export interface Range {
  /** Table-relative entry. */
  readonly first: number
  /** Entries; 0 = the whole window. */
  readonly count: number
}

/** The closest look: no range is shorter. */
export const LEAST_COUNT = 128

/** Smallest power of two that is at least n. */
function pow2(n: number): number {
  let p = 1
  while (p < n) p *= 2
  return p
}

/**
 * The range half (`steps` = 1) or twice (-1) … as long, with the entry `anchor` staying where it is on the
 * screen. Whole rows: `first` is a multiple of `perRow`. Zooming out beyond the window gives `count` 0.
 */
export function zoomRange(range: Range, size: number, steps: number, anchor: number, perRow: number): Range {
  const whole = pow2(size)
  const shown = range.count === 0 ? whole : pow2(range.count)
  let count = shown
  for (let i = 0; i < steps && count > LEAST_COUNT; i++) count /= 2
  for (let i = 0; i > steps && count < whole; i--) count *= 2
  if (count >= whole) return { first: 0, count: 0 }
  if (count === shown) return range
  const share = Math.min(1, Math.max(0, (anchor - range.first) / shown))
  return { first: snap(anchor - share * count, count, size, Math.min(perRow, count)), count }
}

/** The same range `rows` further on. */
export function panRange(range: Range, size: number, rows: number, perRow: number): Range {
  if (range.count === 0) return range
  return { first: snap(range.first + rows * perRow, range.count, size, perRow), count: range.count }
}

function snap(first: number, count: number, size: number, perRow: number): number {
  const last = Math.max(0, Math.ceil((size - count) / perRow) * perRow)
  return Math.min(last, Math.max(0, Math.round(first / perRow) * perRow))
}
