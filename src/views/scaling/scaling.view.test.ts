import { describe, expect, it } from 'vitest'
import { presetById } from '../../sim/index.ts'
import { type PointResult, SCALING_CPUS, scalingSeries } from '../../sim/studies/index.ts'
import { pointAt, stepPoint } from '../kit/line-plot.ts'
import { describeScaling, linesOf, placeScaling, pointText, scalingTable } from './scaling.view.ts'

const { scenario } = presetById('pools')!
const SERIES = scalingSeries(scenario)

/** Line number `n` does n + 1 million maps a second on each CPU. */
const result = (n: number, x: number): PointResult => ({
  ...{ id: `${n} ${x}`, series: SERIES[n]!.id, x, ns: 1, maps: 1, refused: 0, delivered: 1 },
  ...{ mapsPerSecond: (n + 1) * 1e6 * x, waitShare: 0.25, stepsPerMap: 0, longestSearch: 0, mapped: 0 },
  ...{ unmaps: 0, flushes: 0, invalidations: 0, staleWorstNs: 0, staleOpenNs: 0, staleMeanNs: 0 },
})
const all = SERIES.flatMap((_, n) => SCALING_CPUS.map((x) => result(n, x)))
const lines = linesOf(scenario, 'pools-4', all)
const plot = placeScaling(lines, 800, 140)
const xs = lines.map((l) => l.points.map((p) => p.x))

describe('scaling plot', () => {
  it('puts more CPUs further right and more maps higher, inside its box', () => {
    for (const { points } of plot.lines) {
      for (let i = 1; i < points.length; i++) {
        expect(points[i]!.x).toBeGreaterThan(points[i - 1]!.x)
        expect(points[i]!.y).toBeLessThan(points[i - 1]!.y)
      }
      for (const p of points) expect(p.y > 0 && p.y < 140 && p.x > 0 && p.x <= plot.right).toBe(true)
    }
  })

  it('keeps names apart and in the order of the ends', () => {
    const ys = plot.lines.map((l) => l.nameY!)
    const sorted = [...ys].sort((a, b) => a - b)
    for (let i = 1; i < sorted.length; i++) expect(sorted[i]! - sorted[i - 1]!).toBeGreaterThan(12)
    expect(sorted).toEqual([...ys].reverse())
  })

  it('joins neighbours only: nothing is drawn where no result has come', () => {
    const early = placeScaling(linesOf(scenario, null, [result(0, 1), result(0, 64)]), 800, 140)
    expect(early.lines[0]!.path).not.toMatch(/L/)
    expect(plot.lines[0]!.path).toMatch(/^M[\d.,]+(L[\d.,]+){6}$/)
    expect(placeScaling(linesOf(scenario, null, []), 800, 140).lines.every((l) => l.nameY === null)).toBe(true)
  })

  it('finds the point under the pointer and walks them by arrow keys', () => {
    const { x, y } = plot.lines[2]!.points[3]!
    expect(pointAt(plot.lines, x + 2, y - 2)).toEqual({ line: 2, point: 3 })
    expect(pointAt(plot.lines, x, y + 60)).toBe(null)
    const from = { line: 2, point: 3 }
    expect(stepPoint(xs, 'ArrowRight', from)).toEqual({ line: 2, point: 4 })
    expect(stepPoint(xs, 'ArrowDown', from)).toEqual({ line: 3, point: 3 })
    expect(stepPoint(xs, 'End', from)).toEqual({ line: 2, point: 6 })
    expect(stepPoint(xs, 'ArrowUp', null)).toEqual({ line: 0, point: 0 })
    expect(stepPoint(xs, 'x', from)).toBe(null)
  })

  it('says its points, its whole and its table in the same figures', () => {
    const four = lines.find((l) => l.series.id === 'pools-4')!
    expect(four.own).toBe(true)
    expect(pointText(four, four.points[6]!)).toBe('4 pools, 64 CPUs: 192 M maps/s, 25 % of the time waiting for locks')
    expect(describeScaling(lines)).toContain('4 pools: at most 192 M with 64 CPUs, 192 M with 64.')
    const row = scalingTable(lines).rows.find(([name]) => name === '4 pools')
    expect(row?.at(-1)).toBe('192 M')
  })
})
