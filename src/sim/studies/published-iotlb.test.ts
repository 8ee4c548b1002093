import { describe, expect, test } from 'vitest'
import { iotlbPoints, iotlbPredictions } from './published-iotlb.ts'
import { createStudyRun } from './study.ts'

describe('published figures of the IOTLB', () => {
  const run = createStudyRun(iotlbPoints())
  while (run.step(1));
  const at = (id: string) => run.results.find((r) => r.id === id)!

  test.each(iotlbPredictions.map((p) => [`${p.id}: ${p.what}`, p] as const))('%s', (_, p) => {
    const figure = p.figure(at)
    expect(figure).toBeGreaterThanOrEqual(p.low)
    expect(figure).toBeLessThanOrEqual(p.high)
  })

  test('need runs that are made, and every run is needed', () => {
    const needed = new Set(iotlbPredictions.flatMap((p) => p.needs))
    expect(run.results.map((r) => r.id).sort()).toEqual([...needed].sort())
  })

  test('lose nothing up to 64 pages, and more with every larger window', () => {
    const shares = iotlbPredictions[0]!.needs.map((id) => at(id).mapped)
    expect(shares.slice(0, 3).every((share) => share > 0.999 && share < 1.001)).toBe(true)
    for (let i = 3; i < shares.length; i++) expect(shares[i]).toBeLessThan(shares[i - 1]!)
  })

  test('miss once for each page in strict mode, in an IOTLB of any size', () => {
    const strict = run.results.filter((r) => r.id.startsWith('strict'))
    expect(strict.map((r) => r.mapped)).toEqual([1, 1, 1, 1, 1])
    expect(at('kept').mapped).toBe(0)
  })
})
