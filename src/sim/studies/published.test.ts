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
    const direct = new Set(publishedPoints().flatMap((p) => (p.direct ? [p.id] : [])))
    expect(run.results.filter((r) => r.refused > 0 || (r.maps + r.delivered === 0 && !direct.has(r.id)))).toEqual([])
  })

  test('are unknown before the runs they need, and name their source', () => {
    const before = publishedFigures([])
    expect(before.filter((f) => f.figure !== null).map((f) => f.id)).toEqual(['O2', 'O4', 'O10'])
    for (const f of before) expect([f.holds === null, f.source.length > 20]).toEqual([f.figure === null, true])
  })
})
