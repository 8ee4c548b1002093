// The scales that every axis, ramp, legend and hit test of the views goes through: from what is measured (entries, bytes,
// ns, counts) to where it stands, and back. They are d3's; here is only which ones, so that a picture says what it
// measures and not how. A loop over pixels takes whole pixels from them once a frame.

import {
  bisectRight,
  range,
  type ScaleBand,
  type ScaleLinear,
  type ScaleLogarithmic,
  type ScaleQuantize,
  scaleBand,
  scaleLinear,
  scaleQuantize,
  scaleSqrt,
} from 'd3'
import type { Rect } from '../view.ts'

/** A measure along an axis: linear between the ends, or between the cuts where the axis is broken. */
export type Linear = ScaleLinear<number, number>
/** Equal cells side by side: the cell at a place, and by `spanOf` the place of a cell. */
export type Cells = ScaleQuantize<number>
export type Bands = ScaleBand<number>

/** From 0 to `most` over the places from `from` to `to`; what is beyond stands at the nearest end. */
export function linear(most: number, from: number, to: number): Linear {
  return linearFrom(0, most, from, to)
}

/** As `linear`, from `least` to `most`. */
export function linearFrom(least: number, most: number, from: number, to: number): Linear {
  // Nothing measured yet is an empty axis, not one of NaN.
  return scaleLinear([least, most > least ? most : least + 1], [from, to]).clamp(true)
}

/** A broken axis: `cuts` ascending, and where each stands. */
export function broken(cuts: readonly number[], places: readonly number[]): Linear {
  return scaleLinear(cuts, places).clamp(true)
}

/** As `linear`, by square roots: what is small is still seen beside what is large. */
export function rootScale(most: number, from: number, to: number) {
  return scaleSqrt([0, most > 0 ? most : 1], [from, to]).clamp(true)
}

/** Ticks of a logarithmic scale: the powers of its base. */
export function powers(scale: ScaleLogarithmic<number, number>): number[] {
  const named = scale.tickFormat(0)
  return scale.ticks().filter((n) => named(n) !== '')
}

/** `n` equal cells over `size` px. */
export function cells(n: number, size: number): Cells {
  return scaleQuantize([0, size], range(Math.max(1, n)))
}

/** `n` cells of as many whole px as `size` has room for, `least` at least; what is left over stays empty. */
export function wholeCells(n: number, size: number, least = 1): Cells {
  const some = Math.max(1, n)
  return cells(some, some * Math.max(least, Math.floor(size / some)))
}

/** The cell at a place, or null beside them all. */
export function cellIn(scale: Cells, at: number): number | null {
  const [from, to] = scale.domain()
  return at >= from && at < to ? scale(at) : null
}

/** Where a cell begins and ends. */
export function spanOf(scale: Cells, cell: number): readonly [from: number, to: number] {
  const [from, to] = scale.invertExtent(cell)
  // A single cell has no threshold that d3 could name.
  return [from, to ?? scale.domain()[1]]
}

/** The cell under a point of a picture whose cells stand in rows, numbered row by row; null beside them. */
export function gridCellIn(across: Cells, down: Cells, x: number, y: number): number | null {
  const [column, row] = [cellIn(across, x), cellIn(down, y)]
  return column === null || row === null ? null : row * across.range().length + column
}

/** Where a cell of such a picture stands. */
export function gridRectOf(across: Cells, down: Cells, cell: number): Rect {
  const columns = across.range().length
  const [left, right] = spanOf(across, cell % columns)
  const [top, bottom] = spanOf(down, Math.floor(cell / columns))
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** Width of each of the cells. */
export function widthOfCells(scale: Cells): number {
  return spanOf(scale, 0)[1]
}

/** [n+1] where the cells begin, and where the last one ends, in whole px. */
export function edgesOf(scale: Cells, whole: (px: number) => number = Math.round): Int32Array {
  const [from, to] = scale.domain()
  return Int32Array.from([from, ...scale.thresholds(), to], whole)
}

/** `n` bands of `pitch` px, of which the last `gap` ones stay empty. */
export function bands(n: number, pitch: number, gap = 0): Bands {
  const padding = pitch > 0 ? gap / pitch : 0
  // Half a gap before the first and behind the last, so that a single band is as high as one of many.
  return scaleBand(range(n), [-gap / 2, n * pitch - gap / 2])
    .paddingInner(padding)
    .paddingOuter(padding / 2)
}

/** Where the last band ends. */
export function endOfBands(scale: Bands): number {
  const n = scale.domain().length
  return n === 0 ? 0 : scale(n - 1)! + scale.bandwidth()
}

/** The band at a place, or null between or beside them. */
export function bandIn(scale: Bands, at: number): number | null {
  const band = Math.floor(at / scale.step())
  return at >= 0 && band < scale.domain().length && at < scale(band)! + scale.bandwidth() ? band : null
}

/** The largest of 1, 2, 4 … times `least` whose pitch is at least `px`: ticks of addresses stand at powers of two. */
export function stepFor(pitch: number, least: number, px: number): number {
  let step = least
  while (step * pitch < px) step *= 2
  return step
}

/** Which of the ascending `starts` a value lies behind: -1 before the first. */
export function behind(starts: readonly number[], value: number): number {
  return bisectRight(starts, value) - 1
}
