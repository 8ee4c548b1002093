// The scaling plot apart from the page: where its lines and points lie, and what they say.

import { scaleLog } from 'd3'
import type { Scenario } from '../sim/index.ts'
import {
  type PointResult,
  SCALING_CPUS,
  type ScalingSeries,
  scalingFormula,
  scalingSeries,
} from '../sim/studies/index.ts'
import { studyText } from '../text/studies.ts'
import type { TableTwin } from './view.ts'

const text = studyText.scaling

/** Rates that the axis shows before there is a result. */
const FEWEST = 1e5
const MOST = 1e7
/** Left and right of the points, css px; the names stand on the right. */
const INSET = 14
export const NAMES = 92
/** Least distance of two names, css px. */
const NAME_PITCH = 13
/** A pointer this near to a point means it, css px. */
const REACH = 28

export interface ScalingLine {
  readonly series: ScalingSeries
  /** The scenario itself is on it. */
  readonly own: boolean
  /** By number of CPUs, ascending; what has come so far. */
  readonly points: readonly PointResult[]
  readonly formula: readonly { readonly x: number; readonly mapsPerSecond: number }[]
}

/** The lines of a scenario with the results that have come. */
export function linesOf(
  scenario: Scenario,
  own: string | null,
  results: readonly PointResult[],
): readonly ScalingLine[] {
  return scalingSeries(scenario).map((series) => {
    const points = results.filter((r) => r.series === series.id).sort((a, b) => a.x - b.x)
    return { series, own: series.id === own, points, formula: scalingFormula(series, points) }
  })
}

export interface PlacedPoint {
  readonly x: number
  readonly y: number
  readonly result: PointResult
}

export interface PlacedLine {
  readonly line: ScalingLine
  readonly points: readonly PlacedPoint[]
  /** SVG paths through the points, and of the formula. */
  readonly path: string
  readonly formula: string
  /** Where its name stands; null before its first point. */
  readonly nameY: number | null
}

export interface ScalingPlot {
  readonly lines: readonly PlacedLine[]
  readonly xTicks: readonly { readonly x: number; readonly text: string }[]
  readonly yTicks: readonly { readonly y: number; readonly text: string }[]
  /** Right end of the lines, css px. */
  readonly right: number
}

/** Places everything in `width` × `height` css px, both axes logarithmic. */
export function placeScaling(lines: readonly ScalingLine[], width: number, height: number): ScalingPlot {
  const rates = lines.flatMap((l) => [...l.points, ...l.formula].map((p) => p.mapsPerSecond)).filter((n) => n > 0)
  const right = width - NAMES
  let low = FEWEST
  while (low > Math.min(...rates)) low /= 10
  const high = 1.3 * Math.max(MOST, ...rates)
  const y = scaleLog()
    .domain([low, high])
    .range([height - 6, 6])
  const x = scaleLog()
    .base(2)
    .domain([1, SCALING_CPUS.at(-1)!])
    .range([INSET, right])
  // A line joins neighbours only: what lies between the ends is not known before it has come.
  const step = x(SCALING_CPUS[1]) - x(SCALING_CPUS[0]) + 0.5
  const path = (points: readonly { readonly x: number; readonly y: number }[]) =>
    points
      .map((p, i) => `${i > 0 && p.x - points[i - 1]!.x < step ? 'L' : 'M'}${p.x.toFixed(1)},${p.y.toFixed(1)}`)
      .join('')
  const placed = lines.map((line) => {
    const at = (p: { readonly x: number; readonly mapsPerSecond: number }) => ({
      x: x(p.x),
      y: y(Math.max(1, p.mapsPerSecond)),
    })
    const points = line.points.map((result) => ({ ...at(result), result }))
    return { line, points, path: path(points), formula: path(line.formula.map(at)), nameY: null }
  })
  const yTicks: { y: number; text: string }[] = []
  for (let n = low; n <= high; n *= 10) yTicks.push({ y: y(n), text: studyText.rate(n).replace(/\.0+/, '') })
  return {
    lines: named(placed, height),
    xTicks: SCALING_CPUS.map((n) => ({ x: x(n), text: String(n) })),
    yTicks,
    right,
  }
}

/** Gives every line with points a place for its name, near its end and apart from the others. */
function named(lines: readonly PlacedLine[], height: number): readonly PlacedLine[] {
  const ends = lines
    .flatMap((line, i) => (line.points.length > 0 ? [{ i, y: line.points.at(-1)!.y }] : []))
    .sort((a, b) => a.y - b.y)
  ends.forEach((end, i) => {
    end.y = Math.max(end.y, i === 0 ? 6 : ends[i - 1]!.y + NAME_PITCH)
  })
  for (let i = ends.length - 1; i >= 0; i--) {
    const below = ends[i + 1]?.y ?? height - 4 + NAME_PITCH
    ends[i]!.y = Math.min(ends[i]!.y, below - NAME_PITCH)
  }
  return lines.map((line, i) => ({ ...line, nameY: ends.find((end) => end.i === i)?.y ?? null }))
}

/** A point by its line and its place on it. */
export interface Cursor {
  readonly line: number
  readonly point: number
}

/** The point nearest to a place, or null when none is near. */
export function pointAt(plot: ScalingPlot, x: number, y: number): Cursor | null {
  let best: Cursor | null = null
  let least = REACH * REACH
  plot.lines.forEach(({ points }, line) => {
    points.forEach((p, point) => {
      const distance = (p.x - x) * (p.x - x) + (p.y - y) * (p.y - y)
      if (distance > least) return
      least = distance
      best = { line, point }
    })
  })
  return best
}

/** Where an arrow key leads from a point (or from nowhere); null when the key is none of the plot's. */
export function stepPoint(plot: ScalingPlot, key: string, from: Cursor | null): Cursor | null {
  const full = plot.lines.flatMap((line, i) => (line.points.length > 0 ? [i] : []))
  const first = full[0]
  if (first === undefined || !/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(key)) return null
  if (!from) return { line: first, point: 0 }
  const { points } = plot.lines[from.line]!
  const last = points.length - 1
  if (key === 'ArrowLeft') return { ...from, point: Math.max(0, from.point - 1) }
  if (key === 'ArrowRight') return { ...from, point: Math.min(last, from.point + 1) }
  if (key === 'Home') return { ...from, point: 0 }
  if (key === 'End') return { ...from, point: last }
  const at = full.indexOf(from.line) + (key === 'ArrowDown' ? 1 : -1)
  const line = full[Math.max(0, Math.min(full.length - 1, at))]!
  const cpus = points[from.point]?.result.x
  const same = plot.lines[line]!.points.findIndex((p) => p.result.x === cpus)
  return { line, point: Math.max(0, same) }
}

/** A point in words. */
export function pointText(line: ScalingLine, result: PointResult): string {
  const { x, mapsPerSecond, waitShare, stepsPerMap } = result
  const said = text.point(line.series.label, x, studyText.rate(mapsPerSecond), studyText.percent(waitShare))
  return stepsPerMap >= 0.1 ? said + text.steps(stepsPerMap.toFixed(1)) : said
}

/** The whole plot in words. */
export function describeScaling(lines: readonly ScalingLine[]): string {
  const said = lines.flatMap(({ series, points }) => {
    const last = points.at(-1)
    if (!last) return []
    const best = points.reduce((a, b) => (b.mapsPerSecond > a.mapsPerSecond ? b : a))
    const { rate } = studyText
    return text.one(series.label, rate(best.mapsPerSecond), best.x, rate(last.mapsPerSecond), last.x)
  })
  return said.length > 0 ? text.describe(said.join(' ')) : text.none
}

/** The plot as a table: a row for each line and each formula. */
export function scalingTable(lines: readonly ScalingLine[]): TableTwin {
  const row = (name: string, points: readonly { readonly x: number; readonly mapsPerSecond: number }[]) => [
    name,
    ...SCALING_CPUS.map((n) => {
      const found = points.find((p) => p.x === n)
      return found ? studyText.rate(found.mapsPerSecond) : ''
    }),
  ]
  const rows = lines.flatMap(({ series, points, formula }) => [
    row(series.label, points),
    ...(formula.length > 0 ? [row(text.formulaOf(series.label), formula)] : []),
  ])
  return { columns: text.columns(SCALING_CPUS), rows, total: rows.length }
}
