import { describe, expect, test } from 'vitest'
import { publishedFigures, publishedPoints } from './published.ts'
import { createStudyRun } from './study.ts'

describe('published figures', () => {
  const run = createStudyRun(publishedPoints())
  while (run.step(1_000_000));
  const found = publishedFigures(run.results)

  test.each(found.map((f) => [`${f.id}: ${f.what}`, f] as const))('%s', (_, { figure, low, high, holds }) => {
    expect(figure).toBeGreaterThanOrEqual(low)
    expect(figure).toBeLessThanOrEqual(high)
    expect(holds).toBe(true)
  })

  test('come from runs in which nothing was refused', () => {
    expect(run.results.filter((r) => r.refused > 0 || (r.maps === 0 && r.id !== 'one CPU keeps'))).toEqual([])
  })

  test('are unknown before the runs they need, and name their source', () => {
    for (const f of publishedFigures([])) expect([f.figure, f.holds, f.source.length > 20]).toEqual([null, null, true])
  })
})
