import { describe, expect, it } from 'vitest'
import { deferredForm, FLUSH_RATES, type FlushFigure } from '../../sim/studies/index.ts'
import {
  describeFlush,
  flushLines,
  flushTable,
  placeFlush,
  placesOf,
  pointAt,
  pointText,
  stepPoint,
  tipsOf,
} from './flush-study.view.ts'

/** What an exact machine would find. */
const all = FLUSH_RATES.flatMap((rate): FlushFigure[] => {
  const form = deferredForm(rate)
  const base = { rate, reached: rate, open: false, meanNs: 0, form: null }
  return [
    { ...base, mode: 'strict', worstNs: 0, flushesPer1000: 1000 },
    { ...base, mode: 'deferred', worstNs: form.worstNs, flushesPer1000: form.flushesPer1000, form },
    { ...base, mode: 'none', worstNs: 2e12 / rate, open: true, flushesPer1000: 0 },
  ]
})
const lines = flushLines(all, 'deferred')
const plot = placeFlush(lines, 820, false, 81_000)
const [stale, flushes] = plot.charts
const ys = (chart: typeof stale, mode: string) =>
  chart.lines.find((l) => l.line.mode === mode)!.points.map((p) => Math.round(p.y))

describe('the plots of the flush study', () => {
  it('puts zero below everything, and what does not end above', () => {
    expect(new Set(ys(stale, 'strict'))).toEqual(new Set([128]))
    expect(new Set(ys(stale, 'none'))).toEqual(new Set([8]))
    expect(ys(stale, 'deferred').every((y) => y > 34 && y < 110)).toBe(true)
    expect(new Set(ys(flushes, 'none'))).toEqual(new Set([128]))
    expect(Math.max(...ys(flushes, 'strict'))).toBeLessThan(Math.min(...ys(flushes, 'deferred')))
    const ticks = (chart: typeof stale) => [...chart.apartTicks, ...chart.yTicks].map((t) => t.text)
    expect(ticks(stale)).toEqual(['0', 'no end', '0.1 ms', '1 ms', '10 ms'])
    expect(ticks(flushes)).toEqual(['0', '1', '10', '100', '1\u2009000'])
    expect(stale.apart(0)).toBeGreaterThan(stale.y(stale.yTicks[0]!.at))
    expect(stale.apart(Number.POSITIVE_INFINITY)).toBeLessThan(stale.y(stale.yTicks.at(-1)!.at))
  })

  it('stands side by side where there is room, and one below the other where there is none', () => {
    expect(flushes.left - stale.right).toBeGreaterThan(100)
    expect([stale.top, flushes.top, flushes.right]).toEqual([0, 0, 820 - 62])
    const narrow = placeFlush(lines, 320, true, 0).charts
    expect([narrow[0].left, narrow[1].left, narrow[1].top > 150, narrow[1].right]).toEqual([0, 0, true, 258])
  })

  it('lays the formulas through the points of their modes, with or without results', () => {
    const early = placeFlush(flushLines([], null), 820, false, 0)
    plot.charts.forEach((chart, c) => {
      chart.lines.forEach(({ formula, points, nameY }, i) => {
        const at = [...formula.matchAll(/([\d.]+),([\d.]+)/g)].map((m) => [Number(m[1]), Number(m[2])] as const)
        for (const p of points) {
          const near = at.filter(([x]) => Math.abs(x - p.x) < 3).map(([, y]) => Math.abs(y - p.y))
          expect(Math.min(...near)).toBeLessThan(2)
        }
        expect(nameY).toBeCloseTo(points.at(-1)!.y, 0)
        expect(early.charts[c]!.lines[i]).toMatchObject({ formula, points: [] })
      })
    })
  })

  it('marks the rate of the scenario, if it has one that is drawn', () => {
    const x = stale.lines[0]!.points.map((p) => p.x)
    expect(stale.ownX! > x[5]! && stale.ownX! < x[6]!).toBe(true)
    expect([0, 500, 2e6].map((rate) => placeFlush(lines, 820, false, rate).charts[0].ownX)).toEqual([null, null, null])
  })

  it('finds the point under the pointer in either plot, and walks them by arrow keys', () => {
    const p = flushes.lines[1]!.points[3]!
    const cursor = { mode: 'deferred', rate: 1e4 } as const
    expect(pointAt(plot, p.x + 2, p.y - 2)).toEqual(cursor)
    expect(pointAt(plot, stale.right + 50, p.y)).toBe(null)
    expect(placesOf(plot, cursor).map((q) => q.figure.rate)).toEqual([1e4, 1e4])
    expect(stepPoint(lines, 'ArrowRight', cursor)).toEqual({ mode: 'deferred', rate: 2e4 })
    expect(stepPoint(lines, 'ArrowDown', cursor)).toEqual({ mode: 'none', rate: 1e4 })
    expect(stepPoint(lines, 'End', cursor)).toEqual({ mode: 'deferred', rate: 1e6 })
    expect(stepPoint(lines, 'ArrowUp', null)).toEqual({ mode: 'strict', rate: 1e3 })
    expect(stepPoint(lines, 'x', cursor)).toBe(null)
    expect(stepPoint(flushLines([], null), 'ArrowUp', null)).toBe(null)
  })

  it('says its points, its whole and its table in the same figures', () => {
    expect(lines.map((l) => l.own)).toEqual([false, true, false])
    expect(pointText(lines[1]!.points[6]!)).toBe(
      'deferred, 100 k unmaps/s: reachable for 2.55 ms, 4.00 flushes per 1\u2009000 (by formula 2.55 ms and 4.00)',
    )
    expect(pointText({ ...lines[0]!.points[9]!, reached: 896_000 })).toBe(
      'strict, 1 M unmaps/s: reachable for 0 ns, 1\u2009000 flushes per 1\u2009000; the CPU does 896 k/s',
    )
    expect(tipsOf(lines[1]!.points[6]!)).toEqual(['100 k/s: 2.55 ms, formula 2.55 ms', '100 k/s: 4.00, formula 4.00'])
    expect(tipsOf(lines[2]!.points[9]!)).toEqual(['1 M/s: no end', '1 M/s: 0'])
    expect(describeFlush(lines)).toContain('none: no end and 0 at 1 k, no end and 0 at 1 M.')
    expect(describeFlush(flushLines([], null))).toBe('No result yet.')
    const { columns, rows } = flushTable(lines)
    expect([rows.length, rows[6]!.length]).toEqual([FLUSH_RATES.length, columns.length])
    expect(rows[6]).toEqual(['100 k', '0 ns', '1\u2009000', '2.55 ms', '4.00', '2.55 ms', '4.00', 'no end', '0'])
  })
})
