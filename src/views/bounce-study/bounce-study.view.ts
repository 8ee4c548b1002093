// The plot of areas and jobs apart from the page: its lines, what they say, and the ratio beside the published one.

import { currentValue, type Scenario } from '../../sim/index.ts'
import {
  BOUNCE_JOBS,
  BOUNCE_PUBLISHED,
  BOUNCE_SERIES,
  BOUNCE_WAKE_NS,
  type BounceFigure,
  type BounceSeries,
  bounceRatio,
} from '../../sim/studies/index.ts'
import { studyText } from '../../text/studies.ts'
import type { StripFact } from '../kit/fact-strip.tsx'
import { type LinePlot, placeLines } from '../kit/line-plot.ts'
import type { TableTwin } from '../view.ts'

const text = studyText.bounce
const { rate, percent } = studyText

/** Rates that the axis shows before there is a result, and its ticks: requests a second. */
const FEWEST = 3e5
const MOST = 1.4e7
export const BOUNCE_TICKS = [3e5, 1e6, 3e6, 1e7]
/** css px for the names of the lines. */
const NAMES = 112

export interface BounceLine {
  readonly series: BounceSeries
  /** The scenario itself is on it. */
  readonly own: boolean
  /** By jobs, ascending; what has come so far. */
  readonly points: readonly BounceFigure[]
}

/** The line that a scenario is on: a virtual machine that bounces everything, by its areas; null for any other. */
export function ownBounce(scenario: Scenario): BounceSeries | null {
  const of = (name: string) => currentValue(scenario, `m.${name}`)
  if (of('guest') !== 'on' || of('force') !== 'force') return null
  const areas = of('swiotlbAreas')
  return areas === 1 ? 'one-area' : areas === 0 ? 'areas' : null
}

/** A line for each kind of pool. `own`: the one of the scenario, or null. */
export function bounceLines(figures: readonly BounceFigure[], own: BounceSeries | null): readonly BounceLine[] {
  return BOUNCE_SERIES.map((series) => ({
    series,
    own: series === own,
    points: figures.filter((f) => f.series === series),
  }))
}

/** Places everything in `width` × `height` css px, both axes logarithmic. */
export function placeBounce(lines: readonly BounceLine[], width: number, height: number): LinePlot {
  const data = lines.map(({ points }) => ({ points: points.map((f) => ({ x: f.jobs, value: f.perSecond })) }))
  const rates = data.flatMap((line) => line.points.map((p) => p.value)).filter((n) => n > 0)
  const low = Math.min(FEWEST, ...rates)
  const high = Math.max(MOST, ...rates.map((n) => 1.1 * n))
  const tick = (n: number) => rate(n).replace(/\.0+/, '')
  return placeLines(data, { xs: BOUNCE_JOBS, low, high, ticks: BOUNCE_TICKS, tick, width, height, names: NAMES })
}

/** A point in words. */
export function pointText({ series, jobs, perSecond, waitShare }: BounceFigure): string {
  return text.point(text.series[series], text.jobs(jobs), rate(perSecond), percent(waitShare))
}

/** `253 k`: a published rate as it was published. */
const k = (n: number): string => `${n / 1000} k`
const { source, reads, writes } = BOUNCE_PUBLISHED
const PUBLISHED_READS = text.times(reads.four / reads.one)
const PUBLISHED_WRITES = text.times(writes.four / writes.one)

/** Four jobs to one: here with one area, as published, and here with an area for each CPU; and what was fitted. */
export function bounceFacts(lines: readonly BounceLine[]): readonly StripFact[] {
  const figures = lines.flatMap((line) => line.points)
  const [one, areas] = BOUNCE_SERIES.map((series): StripFact => {
    const found = bounceRatio(figures, series)
    return {
      says: 'bounce-study.ratio',
      name: text.ratio(text.series[series]),
      value: found ? text.times(found.ratio) : text.unknown,
      words: found ? text.ratioOf(rate(found.four), rate(found.one)) : '',
    }
  })
  const published: StripFact = {
    says: 'bounce-study.published',
    name: text.published(source),
    value: PUBLISHED_READS,
    words: text.publishedOf(k(reads.four), k(reads.one), PUBLISHED_WRITES),
  }
  return [
    one!,
    published,
    areas!,
    { says: 'bounce-study.wake', name: text.wake, value: text.wakeOf(BOUNCE_WAKE_NS), words: text.wakeIs },
  ]
}

/** The whole plot in words. */
export function describeBounce(lines: readonly BounceLine[]): string {
  const at = (f: BounceFigure) => text.at(rate(f.perSecond), text.jobs(f.jobs))
  const said = lines.flatMap(({ series, points }) => {
    const [first, last] = [points[0], points.at(-1)]
    if (!first || !last) return []
    const best = points.reduce((a, b) => (b.perSecond > a.perSecond ? b : a))
    return text.one(text.series[series], at(first), at(best), at(last))
  })
  if (said.length === 0) return text.none
  const found = bounceRatio(
    lines.flatMap((line) => line.points),
    'one-area',
  )
  const beside = found ? [text.beside(text.times(found.ratio), PUBLISHED_READS)] : []
  return text.describe([...said, ...beside].join(' '))
}

/** The plot as a table: for each line its rates and how long its jobs wait, then what was published. */
export function bounceTable(lines: readonly BounceLine[]): TableTwin {
  const row = (name: string, cell: (jobs: number) => string) => [name, ...BOUNCE_JOBS.map(cell)]
  const published = (what: string, { one, four }: { readonly one: number; readonly four: number }) =>
    row(text.publishedRow(source, what), (jobs) => (jobs === 1 ? k(one) : jobs === 4 ? k(four) : ''))
  const rows = [
    ...lines.flatMap(({ series, points }) => {
      const of = (jobs: number) => points.find((f) => f.jobs === jobs)
      const name = text.series[series]
      return [
        row(name, (jobs) => (of(jobs) ? rate(of(jobs)!.perSecond) : '')),
        row(text.waiting(name), (jobs) => (of(jobs) ? percent(of(jobs)!.waitShare) : '')),
      ]
    }),
    published(text.reads, reads),
    published(text.writes, writes),
  ]
  return { columns: text.columns(BOUNCE_JOBS.map(text.jobs)), rows, total: rows.length }
}
