// The two plots of the flush study apart from the page: where lines and points lie, and what they say. Both share the rate
// of unmaps; beside the logarithmic part each has a place for zero, and the first one for what does not end.

import { line as path, range, type ScaleContinuousNumeric, type ScaleOrdinal, scaleLog, scaleOrdinal } from 'd3'
import { count, duration } from '../../lib/format.ts'
import type { FlushMode } from '../../sim/index.ts'
import { deferredForm, FLUSH_RATES, type FlushFigure } from '../../sim/studies/index.ts'
import { studyText } from '../../text/studies.ts'
import * as plots from '../kit/line-plot.ts'
import type { Tick } from '../kit/plot-axes.tsx'
import { powers } from '../kit/scales.ts'
import type { TableTwin } from '../view.ts'

const text = studyText.flush

export const MODES = ['strict', 'deferred', 'none'] as const satisfies readonly FlushMode[]
const FIRST = FLUSH_RATES[0]!
const LAST = FLUSH_RATES.at(-1)!

/** css px: one plot, the rates under it, and from a plot to the one below on a narrow page. */
export const PLOT = 136
export const RATES = 18
const APART = 12
/** Left and right of the points; for the names on the right; for the second plot's axis. */
const INSET = 10
const NAMES = 62
const SECOND_AXIS = 74
/** What does not end, the logarithmic part from top to bottom, and zero, from the top of a plot. */
const ENDLESS = 8
export const TITLE = 24
const TOP = 36
const BOTTOM = PLOT - 28
const ZERO = PLOT - 8
/** Rates at which the formula is drawn. */
const STEPS = 240

export interface FlushLine {
  readonly mode: FlushMode
  /** The scenario itself is in this mode. */
  readonly own: boolean
  /** By rate, ascending; what has come so far. */
  readonly points: readonly FlushFigure[]
}

/** A line for each mode. `own`: the mode of the scenario, or null. */
export function flushLines(figures: readonly FlushFigure[], own: string | null): readonly FlushLine[] {
  return MODES.map((mode) => ({ mode, own: mode === own, points: figures.filter((f) => f.mode === mode) }))
}

export interface PlacedPoint {
  readonly x: number
  readonly y: number
  readonly figure: FlushFigure
}

export interface PlacedMode {
  readonly line: FlushLine
  readonly points: readonly PlacedPoint[]
  /** SVG path of what the mode's formula says: of the deferred one that of the study, of the others a constant. */
  readonly formula: string
  /** Where its name stands. */
  readonly nameY: number
}

export interface Chart {
  readonly title: string
  /** Its box: left and right end of the lines, top, css px. */
  readonly left: number
  readonly right: number
  readonly top: number
  readonly lines: readonly PlacedMode[]
  readonly x: ScaleContinuousNumeric<number, number>
  readonly xTicks: readonly Tick[]
  readonly y: ScaleContinuousNumeric<number, number>
  readonly yTicks: readonly Tick[]
  /** Zero, and where there is one what does not end: places beside the logarithmic part. */
  readonly apart: ScaleOrdinal<number, number>
  readonly apartTicks: readonly Tick[]
  /** Where the rate of the scenario is; null when it has none, or none that is drawn. */
  readonly ownX: number | null
}

export interface FlushPlot {
  readonly charts: readonly [Chart, Chart]
  readonly height: number
}

/** Height of the whole picture, css px. */
export function flushHeight(narrow: boolean): number {
  return narrow ? 2 * (PLOT + RATES) + APART : PLOT + RATES
}

/** Places both plots in `width` css px, side by side or one below the other; `rate`: unmaps a second of the scenario. */
export function placeFlush(lines: readonly FlushLine[], width: number, narrow: boolean, rate: number): FlushPlot {
  const half = narrow ? width : Math.floor(width / 2)
  const second = narrow ? 0 : half + SECOND_AXIS
  const stale = place(lines, rate, {
    ...{ title: text.stale, left: 0, right: half - NAMES, top: 0 },
    domain: [5e4, 2e7],
    label: duration,
    value: (f) => (f.open ? Number.POSITIVE_INFINITY : f.worstNs),
    form: { strict: () => 0, deferred: (r) => deferredForm(r).worstNs, none: () => Number.POSITIVE_INFINITY },
  })
  const flushes = place(lines, rate, {
    ...{ title: text.flushes, left: second, right: width - NAMES, top: narrow ? PLOT + RATES + APART : 0 },
    domain: [1, 1300],
    label: count,
    value: (f) => f.flushesPer1000,
    form: { strict: () => 1000, deferred: (r) => deferredForm(r).flushesPer1000, none: () => 0 },
  })
  return { charts: [stale, flushes], height: flushHeight(narrow) }
}

interface ChartPlan {
  readonly title: string
  readonly left: number
  readonly right: number
  readonly top: number
  readonly domain: readonly [number, number]
  label(value: number): string
  value(f: FlushFigure): number
  readonly form: Readonly<Record<FlushMode, (rate: number) => number>>
}

function place(lines: readonly FlushLine[], rate: number, plan: ChartPlan): Chart {
  const { title, left, right, top, value } = plan
  const x = scaleLog([FIRST, LAST], [left + INSET, right])
  const log = scaleLog(plan.domain, [top + BOTTOM, top + TOP])
  const apart = scaleOrdinal([0, Number.POSITIVE_INFINITY], [top + ZERO, top + ENDLESS])
  const y = (v: number) => (v === 0 || v === Number.POSITIVE_INFINITY ? apart(v) : log(v))
  const drawn = path<number>().digits(1)
  const steps = range(STEPS + 1).map(scaleLog([FIRST, LAST], [0, STEPS]).invert)
  const placed = lines.map((line) => {
    const points = line.points.map((figure) => ({ x: x(figure.rate), y: y(value(figure)), figure }))
    const form = plan.form[line.mode]
    const formula = drawn.x((rate) => x(rate)).y((rate) => y(form(rate)))
    return { line, points, formula: formula(steps) ?? '', nameY: y(form(LAST)) }
  })
  const endless = { at: Number.POSITIVE_INFINITY, text: text.endless }
  const zero = { at: 0, text: '0' }
  return {
    ...{ title, left, right, top, lines: placed, x, y: log, apart },
    xTicks: powers(x).map((r) => ({ at: r, text: text.rate(r) })),
    yTicks: powers(log).map((v) => ({ at: v, text: plan.label(v) })),
    apartTicks: plan.form.none(LAST) === Number.POSITIVE_INFINITY ? [zero, endless] : [zero],
    ownX: rate >= FIRST && rate <= LAST ? x(rate) : null,
  }
}

/** A point by its mode and its rate: it stands in both plots. */
export interface Cursor {
  readonly mode: FlushMode
  readonly rate: number
}

/** Where a point stands in each plot; none while it has not come. */
export function placesOf(plot: FlushPlot, cursor: Cursor): readonly PlacedPoint[] {
  return plot.charts.flatMap(
    (chart) =>
      chart.lines.find((l) => l.line.mode === cursor.mode)?.points.filter((p) => p.figure.rate === cursor.rate) ?? [],
  )
}

/** The point nearest to a place, or null when none is near. */
export function pointAt(plot: FlushPlot, x: number, y: number): Cursor | null {
  const lines = plot.charts.flatMap((chart) => chart.lines)
  const at = plots.pointAt(lines, x, y)
  return at && cursorOf(lines[at.line]!.points[at.point]!.figure)
}

/** Where a key leads from a point (or from nowhere); null when the key is none of the plot's. */
export function stepPoint(lines: readonly FlushLine[], key: string, from: Cursor | null): Cursor | null {
  const rates = lines.map((line) => line.points.map((f) => f.rate))
  const line = lines.findIndex((l) => l.mode === from?.mode)
  const at = from && line >= 0 ? { line, point: rates[line]!.indexOf(from.rate) } : null
  const to = plots.stepPoint(rates, key, at)
  return to && cursorOf(lines[to.line]!.points[to.point]!)
}

const cursorOf = ({ mode, rate }: FlushFigure): Cursor => ({ mode, rate })

const staleText = (f: FlushFigure): string => (f.open ? text.endless : duration(f.worstNs))
/** `4.00`, `100`: flushes for 1000 unmaps. */
const flushText = (n: number): string => (n === 0 || n >= 99.95 ? count(n) : n.toFixed(2))

/** A point in words. */
export function pointText(f: FlushFigure): string {
  const said = text.point(text.modes[f.mode], text.rate(f.rate), staleText(f), flushText(f.flushesPer1000))
  const late = f.reached < 0.98 * f.rate ? text.reached(text.rate(f.reached)) : ''
  const form = f.form ? text.byFormula(duration(f.form.worstNs), flushText(f.form.flushesPer1000)) : ''
  return said + form + late
}

/** What stands beside a point in each plot, as `placesOf` has them. */
export function tipsOf(f: FlushFigure): readonly [stale: string, flushes: string] {
  const [stale, flushes] = [staleText(f), flushText(f.flushesPer1000)]
  if (!f.form) return [text.tip(text.rate(f.rate), stale), text.tip(text.rate(f.rate), flushes)]
  return [
    text.tip(text.rate(f.rate), text.beside(stale, duration(f.form.worstNs))),
    text.tip(text.rate(f.rate), text.beside(flushes, flushText(f.form.flushesPer1000))),
  ]
}

/** Both plots in words. */
export function describeFlush(lines: readonly FlushLine[]): string {
  const said = lines.flatMap(({ mode, points }) => {
    const [first, last] = [points[0], points.at(-1)]
    if (!first || !last) return []
    const at = (f: FlushFigure) => text.at(text.rate(f.rate), staleText(f), flushText(f.flushesPer1000))
    return text.one(text.modes[mode], first === last ? at(first) : `${at(first)}, ${at(last)}`)
  })
  return said.length > 0 ? text.describe(said.join(' ')) : text.none
}

/** Both plots as a table: a row for each rate. */
export function flushTable(lines: readonly FlushLine[]): TableTwin {
  const rows = FLUSH_RATES.map((rate) => {
    const of = (mode: FlushMode) => lines.find((l) => l.mode === mode)?.points.find((f) => f.rate === rate)
    const form = deferredForm(rate)
    return [
      text.rate(rate),
      ...MODES.flatMap((mode) => {
        const f = of(mode)
        const found = f ? [staleText(f), flushText(f.flushesPer1000)] : ['', '']
        return mode === 'deferred' ? [...found, duration(form.worstNs), flushText(form.flushesPer1000)] : found
      }),
    ]
  })
  return { columns: text.columns, rows, total: rows.length }
}
