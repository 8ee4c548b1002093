import { describe, expect, it } from 'vitest'
import { flushPointsPublished, flushPredictions } from './published-flush.ts'
import { createStudyRun, type PointResult } from './study.ts'

/** What each prediction says to these results; null where it needs others. */
function figures(results: readonly PointResult[]) {
  const at = (id: string) => results.find((r) => r.id === id)!
  return flushPredictions.map((p) => ({ ...p, found: p.needs.every(at) ? p.figure(at) : null }))
}

const hits = (of: ReturnType<typeof figures>) =>
  of.filter((p) => p.found !== null && p.found >= p.low && p.found <= p.high).map((p) => p.id)

describe('the equations of a stream', () => {
  /** Runs of the two rings in which a search passes so many neighbours. */
  const rings = (strict: number, deferred: number) =>
    figures([
      { id: 'rings strict', stepsPerMap: strict },
      { id: 'rings deferred', stepsPerMap: deferred },
    ] as PointResult[]).filter((p) => p.needs.some((id) => id.startsWith('rings')))

  it('hit what was published where searches are as long as its own cost of an allocation says', () => {
    // 3986 and 1674 cycles, less 568, at 46.4 for each neighbour.
    expect(hits(rings(74, 24))).toEqual(['O1', 'O3', 'O4'])
  })

  it('miss it where they are as long as its sister publication counted', () => {
    expect(hits(rings(153, 32))).toEqual(['O3', 'O4'])
    expect(rings(153, 32)[0]!.found).toBeCloseTo(13.5, 1)
  })
})

describe('predictions of the flush modes', () => {
  const run = createStudyRun(flushPointsPublished())
  while (run.step(1_000_000));
  const found = figures(run.results).filter((p) => p.found !== null)

  it('need no runs but their own and those of the two rings', () => {
    const needs = flushPredictions.flatMap((p) => p.needs).filter((id) => !run.results.some((r) => r.id === id))
    expect([...new Set(needs)]).toEqual(['rings strict', 'rings deferred'])
    expect(run.results.filter((r) => r.refused > 0 || r.delivered === 0)).toEqual([])
  })

  it('hit the throughput without IOMMU, the drives, and how long memory stays reachable', () => {
    expect(hits(found)).toEqual(['O2', 'O4', 'O15', 'O15', 'O19', 'O19'])
  })

  it('see the mean grow as the load falls', () => {
    const means = [1e6, 2e4, 1e3].map((rate) => run.results.find((r) => r.x === rate)!.staleMeanNs)
    expect(means[1]).toBeGreaterThan(means[0]!)
    expect(means[2]).toBeGreaterThan(means[1]!)
  })
})
