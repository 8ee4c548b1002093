// The two lines everything hangs on: the left and the right edge of the plot. All views of the centre column use
// the same gutters, so that one playhead crosses them all and the same x means the same thing.

export interface Ruler {
  /** Width of the whole view, css px. */
  readonly width: number
  /** Left gutter: what the axis says. */
  readonly left: number
  /** Plot width: a whole number of cells. */
  readonly plot: number
  /** Right gutter: what the value is now. */
  readonly right: number
  /** Too narrow for full addresses and side notes. */
  readonly narrow: boolean
}

const CELL_SIZES = [10, 8, 6, 5, 4] as const

/** Gutters and plot for a view of `width` css px with `columns` cells in a map row. */
export function rulerOf(width: number, columns: number): Ruler {
  const narrow = width < 640
  const left = narrow ? 56 : 92
  const leastRight = narrow ? 14 : 52
  const room = Math.max(0, width - left - leastRight)
  const cell = CELL_SIZES.find((size) => size * columns <= room)
  const plot = cell ? cell * columns : room
  return { width, left, plot, right: Math.max(0, width - left - plot), narrow }
}

/** The largest of 1, 2, 4 … times `least` whose pitch is at least `px`. */
export function stepFor(pitch: number, least: number, px: number): number {
  let step = least
  while (step * pitch < px) step *= 2
  return step
}
