import { describe, expect, it } from 'vitest'
import { deferredForm, FLUSH_RATES, flushFigures, flushPoint, flushPoints } from './flush.ts'
import { createStudyRun, type StudyPoint } from './study.ts'

function figures(points: readonly StudyPoint[], events = 1_000_000) {
  const run = createStudyRun(points)
  while (run.step(events));
  return flushFigures(run.results)
}

const within = (share: number, found: number, wanted: number) => Math.abs(found / wanted - 1) <= share

describe('the formula of the deferred mode', () => {
  it('waits for the timer while the ring does not fill, for the ring when it does', () => {
    expect(deferredForm(1000)).toEqual({ worstNs: 10_000_000, flushesPer1000: 100 })
    expect(deferredForm(25_500).worstNs).toBe(10_000_000)
    expect(deferredForm(25_600)).toEqual({ worstNs: 9_960_937.5, flushesPer1000: 2000 / 256 })
    expect(deferredForm(1e6)).toEqual({ worstNs: 255_000, flushesPer1000: 4 })
  })
})

describe('flushing against the rate of unmaps', () => {
  const all = figures(flushPoints())
  const of = (mode: string) => all.filter((f) => f.mode === mode)

  it('has three modes at each rate', () => {
    expect(all.map((f) => [f.mode, f.rate])).toEqual(
      ['strict', 'deferred', 'none'].flatMap((mode) => FLUSH_RATES.map((rate) => [mode, rate])),
    )
  })

  it.each(FLUSH_RATES)('follows the formula at %i unmaps a second', (rate) => {
    const f = of('deferred').find((d) => d.rate === rate)!
    expect([f.reached, within(0.01, f.reached, rate)]).toEqual([f.reached, true])
    expect([f.worstNs, within(0.01, f.worstNs, f.form!.worstNs)]).toEqual([f.worstNs, true])
    expect([f.flushesPer1000, within(0.01, f.flushesPer1000, f.form!.flushesPer1000)]).toEqual([f.flushesPer1000, true])
    expect(f.open).toBe(false)
  })

  it('leaves nothing to reach in strict mode, for a wait at each unmap', () => {
    for (const f of of('strict')) expect([f.worstNs, f.meanNs, f.flushesPer1000, f.open]).toEqual([0, 0, 1000, false])
  })

  it('ends nothing where nobody tells the IOTLB', () => {
    for (const f of of('none')) {
      expect([f.open, f.flushesPer1000]).toEqual([true, 0])
      expect(f.worstNs).toBeGreaterThan(0.95 * (2000 / f.rate) * 1e9)
    }
  })

  it('finds the same however it is sliced', () => {
    const points = [flushPoint('deferred', 1000)]
    expect(figures(points, 77)).toEqual(figures(points))
  })
})
