import { describe, expect, it } from 'vitest'
import { publishedFigures } from './published.ts'
import { bouncePointsPublished, bouncePredictions } from './published-bounce.ts'
import { createStudyRun, type PointResult } from './study.ts'

describe('published figures of the bounce pool', () => {
  const run = createStudyRun(bouncePointsPublished())
  while (run.step(1_000_000));
  const at = (id: string) => run.results.find((r) => r.id === id)!
  const [jobs, pool] = bouncePredictions

  it('need runs that are made, in which nothing is refused, and every run is needed', () => {
    const needed = new Set(bouncePredictions.flatMap((p) => p.needs))
    expect(run.results.map((r) => r.id).sort()).toEqual([...needed].sort())
    expect(run.results.filter((r) => r.refused > 0)).toEqual([])
  })

  it('O12: four jobs do 0.7 to 1.0 of what one does, reads and writes, and the row says what was fitted', () => {
    expect([jobs!.id, jobs!.low, jobs!.high]).toEqual(['O12', 0.7, 1])
    expect(jobs!.published).toBeCloseTo(0.849, 3)
    const figure = jobs!.figure(at)
    expect(figure).toBeGreaterThanOrEqual(0.7)
    expect(figure).toBeLessThanOrEqual(1)
    expect(at('bounce writes 4').unmaps / at('bounce writes 4').ns).toBeLessThan(
      at('bounce writes 1').unmaps / at('bounce writes 1').ns,
    )
    expect(jobs!.note(at)).toContain('published ×0.76')
    const fitted = publishedFigures(run.results).filter((f) => f.fitted !== undefined)
    expect(fitted.map((f) => [f.id, f.fitted])).toEqual([['O12', 'waking a virtual CPU, 750 ns']])
  })

  it('O20: 32 768 slots in 64 MiB and 256 KiB at most, exactly; either one off is a miss', () => {
    expect([at('pool slots').mapped, at('pool mapping').mapped]).toEqual([32_768, 262_144])
    expect(pool!.figure(at)).toBe(2)
    for (const off of ['pool slots', 'pool mapping']) {
      const wrong = (id: string): PointResult => (id === off ? { ...at(id), mapped: at(id).mapped + 1 } : at(id))
      expect(pool!.figure(wrong)).toBe(1)
    }
  })
})
