// npm run study -- <study> [<preset>] [--json]: the studies of the page without a page. What is wrong with the command is
// said, and the exit code is 2; a published figure that is missed, or a formula, is shown as a miss and exits 1.

import { parseArgs } from 'node:util'
import { presetById, presets } from '../sim/index.ts'
import {
  BOUNCE_JOBS,
  BOUNCE_PUBLISHED,
  BOUNCE_SERIES,
  bounceFigures,
  bounceRatio,
  bounceWrites,
  createStudyRun,
  flushFigures,
  type PointResult,
  publishedFigures,
  SCALING_CPUS,
  scalingFormula,
  scalingSeries,
  studyIdOf,
  studyPoints,
} from '../sim/studies/index.ts'
import { endWithReader, refuser } from './command.ts'

const USAGE = `npm run study -- <scaling | published | flush | bounce> [<preset>] [--json]
  scaling:   maps a second against CPUs, for every allocator of the preset's platform (default: ${presets[0]!.id})
  published: what was published beside what the simulation yields
  flush:     how long memory stays reachable and how many flushes that takes, against the rate of unmaps
  bounce:    requests a second through one area of the bounce pool and through an area for each CPU, against the jobs
  presets:   ${presets.map((p) => p.id).join(', ')}
  --json     one object`

const EVENTS = 100_000
/** A figure within this share of the formula follows it. */
const NEAR = 0.01

const refuse: (message: string) => never = refuser(USAGE)

function readCommand() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    })
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    const [study, of = presets[0]!.id, ...more] = positionals
    if (study === undefined) return refuse('which study is missing')
    if (more.length > 0) return refuse(`${more[0]}: one preset at a time`)
    const id = studyIdOf(study) ?? refuse(`${study}: no study is called that`)
    const preset = presetById(of) ?? refuse(`${of}: no preset is called that`)
    return { id, preset, json: values.json }
  } catch (error) {
    return refuse((error as Error).message)
  }
}

endWithReader()
const { id, preset, json } = readCommand()
const run = createStudyRun(studyPoints(id, preset.scenario))
while (run.step(EVENTS))
  if (process.stderr.isTTY) process.stderr.write(`\r${run.results.length} of ${run.points.length}`)

if (id === 'published') printPublished(run.results)
else if (id === 'flush') printFlush(run.results)
else if (id === 'bounce') printBounce(run.results)
else printScaling(run.results)

function printPublished(results: readonly PointResult[]): void {
  const figures = publishedFigures(results)
  if (json) console.log(JSON.stringify({ study: id, figures }))
  else {
    for (const f of figures) {
      console.log(`${f.id.padEnd(4)} ${f.holds ? 'hit ' : 'MISS'} ${f.what}`)
      console.log(
        `     published ${short(f.published)}, simulated ${short(f.figure!)} (${short(f.low)} to ${short(f.high)})`,
      )
      const fitted = f.fitted === undefined ? '' : `A price was fitted to it: ${f.fitted}`
      console.log(`     ${[f.setup, fitted, f.note, f.source].filter((part) => part !== '').join('. ')}`)
    }
  }
  process.exitCode = figures.every((f) => f.holds) ? 0 : 1
}

function printScaling(results: readonly PointResult[]): void {
  const lines = scalingSeries(preset.scenario).map((series) => {
    const points = results.filter((r) => r.series === series.id).sort((a, b) => a.x - b.x)
    return { series, points, formula: scalingFormula(series, points) }
  })
  if (json) {
    const { scenario } = preset
    console.log(JSON.stringify({ study: id, preset: scenario.preset, lines }))
    return
  }
  row(
    'million maps/s',
    SCALING_CPUS.map((n) => `${n} CPU`),
  )
  const millions = (points: readonly { readonly mapsPerSecond: number }[]) =>
    points.map((p) => (p.mapsPerSecond / 1e6).toFixed(3))
  for (const { series, points, formula } of lines) {
    row(series.label, millions(points))
    if (formula.length > 0) row('  formula', millions(formula))
  }
}

function printBounce(results: readonly PointResult[]): void {
  const figures = bounceFigures(results)
  const ratio = bounceRatio(figures, 'one-area')
  const { source, reads, writes } = BOUNCE_PUBLISHED
  if (json) {
    console.log(JSON.stringify({ study: id, figures, ratio, published: BOUNCE_PUBLISHED }))
    return
  }
  row(
    'million requests/s',
    BOUNCE_JOBS.map((n) => `${n} ${n === 1 ? 'job' : 'jobs'}`),
  )
  for (const series of BOUNCE_SERIES) {
    const of = figures.filter((f) => f.series === series)
    row(
      series,
      of.map((f) => (f.perSecond / 1e6).toFixed(3)),
    )
    row(
      '  waiting',
      of.map((f) => `${(f.waitShare * 100).toFixed(0)} %`),
    )
  }
  console.log(
    `one area, four jobs to one: ${ratio!.ratio.toFixed(3)} with ${bounceWrites()} % writes; published ` +
      `${(reads.four / reads.one).toFixed(3)} for reads, ${(writes.four / writes.one).toFixed(3)} for writes (${source})`,
  )
}

function printFlush(results: readonly PointResult[]): void {
  const figures = flushFigures(results).map((f) => ({
    ...f,
    holds: f.form ? near(f.worstNs, f.form.worstNs) && near(f.flushesPer1000, f.form.flushesPer1000) : null,
  }))
  if (json) console.log(JSON.stringify({ study: id, figures }))
  else {
    const line = (values: readonly string[]) =>
      console.log(values.map((v, i) => (i ? v.padStart(13) : v.padEnd(9))).join(''))
    line(['mode', 'unmaps/s', 'worst ms', 'formula', 'mean ms', 'per 1000', 'formula', ''])
    for (const { mode, rate, worstNs, open, meanNs, flushesPer1000, form, holds } of figures) {
      const ms = (ns: number) => (ns / 1e6).toFixed(3)
      const found = open ? ['no end', '', ''] : [ms(worstNs), form ? ms(form.worstNs) : '', ms(meanNs)]
      const flushes = [flushesPer1000.toFixed(3), form ? form.flushesPer1000.toFixed(3) : '']
      line([mode, String(rate), ...found, ...flushes, holds === null ? '' : holds ? 'within 1 %' : 'MISS'])
    }
  }
  process.exitCode = figures.every((f) => f.holds !== false) ? 0 : 1
}

function row(name: string, values: readonly string[]): void {
  console.log(name.padEnd(20) + values.map((v) => v.padStart(9)).join(''))
}

function near(found: number, formula: number): boolean {
  return Math.abs(found / formula - 1) <= NEAR
}

function short(n: number): string {
  return String(Math.round(n * 1000) / 1000)
}
