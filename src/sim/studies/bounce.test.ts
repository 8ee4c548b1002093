import { describe, expect, it } from 'vitest'
import { BOUNCE_JOBS, BOUNCE_SERIES, bounceFigures, bouncePoints, bounceRatio, bounceWrites } from './bounce.ts'
import { createStudyRun, type StudyPoint } from './study.ts'

function figures(points: readonly StudyPoint[], events = 1_000_000) {
  const run = createStudyRun(points)
  while (run.step(events));
  return bounceFigures(run.results)
}

describe('areas and jobs', () => {
  const points = bouncePoints()
  const all = figures(points)
  const of = (series: string, jobs: number) => all.find((f) => f.series === series && f.jobs === jobs)!

  it('have a point for each number of jobs on each line, in a machine with a CPU for each and four at least', () => {
    expect(all.map((f) => [f.series, f.jobs])).toEqual(
      BOUNCE_SERIES.flatMap((series) => BOUNCE_JOBS.map((jobs) => [series, jobs])),
    )
    for (const { x, scenario } of points) {
      expect(scenario.machine.cpus).toBe(Math.max(4, x))
      expect(scenario.workloads[0]!.settings.queues).toBe(x)
    }
    expect(bounceWrites()).toBe(30)
  })

  it('agree within 2 % from stretch to stretch', () => {
    // Those that the ratio is made of; more jobs take longer and say no more.
    const few = points.filter(({ x }) => x <= 4)
    const later = (stretch: number) =>
      figures(few.map((p) => ({ ...p, warmOps: p.warmOps + stretch * p.ops }))).map((f) => f.perSecond)
    const [first, second, third] = [later(0), later(1), later(2)]
    first.forEach((rate, i) => {
      const rates = [rate, second[i]!, third[i]!]
      expect([i, Math.max(...rates) / Math.min(...rates) - 1 <= 0.02]).toEqual([i, true])
    })
  })

  it('let four jobs do less than one where there is one lock, and ever less with more', () => {
    const { ratio, one, four } = bounceRatio(all, 'one-area')!
    expect([one, four]).toEqual([of('one-area', 1).perSecond, of('one-area', 4).perSecond])
    expect(ratio).toBeGreaterThan(0.7)
    expect(ratio).toBeLessThan(1)
    expect(of('one-area', 8).perSecond).toBeLessThan(four)
    expect(of('one-area', 16).perSecond).toBeLessThan(of('one-area', 8).perSecond)
    expect(of('one-area', 16).waitShare).toBeGreaterThan(0.9)
    expect(of('one-area', 16).waitShare).toBeLessThan(1)
  })

  it('let every job do what it does alone where each CPU has an area', () => {
    const alone = of('areas', 1).perSecond
    for (const jobs of BOUNCE_JOBS) {
      expect([jobs, Math.abs(of('areas', jobs).perSecond / (jobs * alone) - 1) < 0.02]).toEqual([jobs, true])
      expect(of('areas', jobs).waitShare).toBe(0)
    }
    expect(bounceRatio(all, 'areas')!.ratio).toBeGreaterThan(3)
  })

  it('are the same for one job, and the same however they are sliced', () => {
    expect(Math.abs(of('one-area', 1).perSecond / of('areas', 1).perSecond - 1)).toBeLessThan(0.02)
    const few = points.filter((p) => p.x === 2)
    expect(figures(few, 77)).toEqual(figures(few))
  })

  it('have no ratio before one and four jobs are known', () => {
    expect(
      bounceRatio(
        all.filter((f) => f.jobs !== 4),
        'areas',
      ),
    ).toBe(null)
    expect(bounceRatio([], 'one-area')).toBe(null)
  })
})
