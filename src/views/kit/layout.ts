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
  /** Wide enough for full addresses, but not for all that is said above a plot. */
  readonly close: boolean
}

/** Widths of a cell, and the gutters beside such cells, css px: larger cells stand with larger type. */
const CELLS = [
  { cell: 10, left: 116, right: 66 },
  { cell: 8, left: 104, right: 60 },
  ...[6, 5, 4].map((cell) => ({ cell, left: 92, right: 52 })),
] as const
const CELLS_NARROW = [10, 8, 6, 5, 4, 3].map((cell) => ({ cell, left: 56, right: 14 }))
const NARROW = 640
const CLOSE = 700

/** Gutters and plot for a view of `width` css px with `columns` cells in a map row. */
export function rulerOf(width: number, columns: number): Ruler {
  const narrow = width < NARROW
  const all = narrow ? CELLS_NARROW : CELLS
  const fits = all.find(({ cell, left, right }) => left + cell * columns + right <= width)
  const { left, right } = fits ?? all.at(-1)!
  const plot = fits ? fits.cell * columns : Math.max(0, width - left - right)
  return { width, left, plot, right: Math.max(0, width - left - plot), narrow, close: !narrow && plot < CLOSE }
}

/** Width of a view whose plot is `plot` css px wide: that, and its gutters. */
export function widthOf({ left, plot, narrow }: Ruler, columns: number): number {
  const all = narrow ? CELLS_NARROW : CELLS
  return left + plot + (all.find(({ cell }) => cell * columns === plot)?.right ?? 0)
}
