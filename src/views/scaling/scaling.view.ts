// The scaling plot apart from the page: where its lines and points lie, and what they say.

import { scaleLog } from 'd3'
import type { Scenario } from '../../sim/index.ts'
import {
  type PointResult,
  SCALING_CPUS,
  type ScalingSeries,
  scalingFormula,
  scalingSeries,
} from '../../sim/studies/index.ts'
import { studyText } from '../../text/studies.ts'
import { type LinePlot, placeLines } from '../kit/line-plot.ts'
import { powers } from '../kit/scales.ts'
import type { TableTwin } from '../view.ts'

const text = studyText.scaling

/** Rates that the axis shows before there is a result. */
const FEWEST = 1e5
const MOST = 1e7

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

/** Places everything in `width` × `height` css px, both axes logarithmic. */
export function placeScaling(lines: readonly ScalingLine[], width: number, height: number): LinePlot {
  const rated = (points: readonly { readonly x: number; readonly mapsPerSecond: number }[]) =>
    points.map(({ x, mapsPerSecond }) => ({ x, value: mapsPerSecond }))
  const data = lines.map(({ points, formula }) => ({ points: rated(points), formula: rated(formula) }))
  const rates = data.flatMap((l) => [...l.points, ...l.formula].map((p) => p.value)).filter((n) => n > 0)
  const high = 1.3 * Math.max(MOST, ...rates)
  // Down to a whole power of ten, where the lowest number stands.
  const [low = FEWEST] = scaleLog([Math.min(FEWEST, ...rates), FEWEST], [0, 1])
    .nice()
    .domain()
  const ticks = powers(scaleLog([low, high], [0, 1]))
  const tick = (n: number) => studyText.rate(n).replace(/\.0+/, '')
  return placeLines(data, { xs: SCALING_CPUS, low, high, ticks, tick, width, height })
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
