// What the number of areas decides: requests a second through the bounce pool of a virtual machine, against the jobs that
// make them. One area has one lock, and who waits for it is put to sleep; an area for each CPU has a lock for each.
//
// Spec: spec/SWIOTLB-IOTLB.md A.2 to A.4. The machine is that of the presets `one-area` and `areas`, with as many queues as
//   jobs, a CPU for each, and drives that are no limit.
// Not modelled: copies of many CPUs share no bandwidth of memory here.

import { PRICES } from '../engine/cost.ts'
import type { Settings } from '../params.ts'
import { currentValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import type { PointResult, StudyPoint } from './study.ts'

/** Jobs, each a queue on a CPU of its own. */
export const BOUNCE_JOBS = [1, 2, 4, 8, 16] as const
/** Lines of the study, each the preset that it is made of. */
export const BOUNCE_SERIES = ['one-area', 'areas'] as const
export type BounceSeries = (typeof BOUNCE_SERIES)[number]

/** The ends first, then what lies between: the first points already tell the shape. */
const ORDER = [1, 4, 16, 2, 8] as const
const LEAST_CPUS = 4
/** With as many, 16 jobs are not held up by the links of drives. */
const DRIVES = 16
/** Operations of each job before anything counts (its queue of 256 is full and turned over several times), and that count:
 *  repeated stretches of this length agree within 2 %. */
const WARM_OPS = 6000
const OPS = 18000

/** What was published: virtual machine of 8 CPUs, swiotlb=force, 4K, 256 requests in flight for each job, requests a
 *  second of one job and of four with one area. */
export const BOUNCE_PUBLISHED = {
  source: 'Gao, linux-iommu 2022',
  reads: { one: 253_000, four: 214_900 },
  writes: { one: 280_000, four: 212_100 },
} as const

/** Waking a CPU that waits for a lock takes so long, ns: fitted to what was published, which is then no test of it. */
export const BOUNCE_WAKE_NS = PRICES.wake.ps / 1000

/** The virtual machine of `jobs` jobs (one of BOUNCE_JOBS) has so many CPUs. */
function cpusOf(jobs: number): number {
  return Math.max(LEAST_CPUS, jobs)
}

/** Percent of the requests of the study that write: what is read is copied in and out, what is written only in. */
export function bounceWrites(): number {
  return Number(currentValue(presetById('one-area')!.scenario, 'w0.writes'))
}

/** The runs of the study. None depends on the scenario at hand. */
export function bouncePoints(): readonly StudyPoint[] {
  return ORDER.flatMap((jobs) => BOUNCE_SERIES.map((series) => bouncePoint(series, jobs)))
}

/** One run of `jobs` jobs; `load`: what else is set of their requests. */
export function bouncePoint(series: BounceSeries, jobs: number, load: Settings = {}): StudyPoint {
  const { scenario } = presetById(series)!
  const [nvme, ...others] = scenario.workloads
  return {
    id: `bounce ${series} ${jobs}`,
    series,
    x: jobs,
    scenario: {
      ...scenario,
      machine: { ...scenario.machine, cpus: cpusOf(jobs) },
      workloads: [{ ...nvme!, settings: { ...nvme!.settings, queues: jobs, drives: DRIVES, ...load } }, ...others],
    },
    warmOps: WARM_OPS * jobs,
    ops: OPS * jobs,
    mostNs: 1e9,
  }
}

/** One point of the study. */
export interface BounceFigure {
  readonly series: BounceSeries
  readonly jobs: number
  /** Requests a second of all jobs together: a map and an unmap each. */
  readonly perSecond: number
  /** Share of its time that a job waits for a lock, 0 … 1. */
  readonly waitShare: number
}

/** Requests a second of a run: a map and an unmap each. */
export function requestsPerSecond({ maps, unmaps, ns }: PointResult): number {
  return ns > 0 ? ((maps + unmaps) / 2) * (1e9 / ns) : 0
}

/** The points that are there, by line and jobs. */
export function bounceFigures(results: readonly PointResult[]): readonly BounceFigure[] {
  return BOUNCE_SERIES.flatMap((series) =>
    BOUNCE_JOBS.flatMap((jobs) => {
      const found = results.find((r) => r.series === series && r.x === jobs)
      if (!found) return []
      // CPUs without a job wait for nothing.
      const waitShare = (found.waitShare * cpusOf(jobs)) / jobs
      return [{ series, jobs, perSecond: requestsPerSecond(found), waitShare }]
    }),
  )
}

/** What four jobs do together beside one alone; null until both are known. */
export interface BounceRatio {
  readonly one: number
  readonly four: number
  readonly ratio: number
}

export function bounceRatio(figures: readonly BounceFigure[], series: BounceSeries): BounceRatio | null {
  const of = (jobs: number) => figures.find((f) => f.series === series && f.jobs === jobs)?.perSecond
  const [one, four] = [of(1), of(4)]
  return one && four !== undefined ? { one, four, ratio: four / one } : null
}
