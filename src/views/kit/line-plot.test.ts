import { describe, expect, it } from 'vitest'
import { placeLines, pointAt, stepPoint } from './line-plot.ts'

const spec = { xs: [1, 2, 4], low: 1, high: 100, ticks: [1, 10, 100], tick: String, width: 300, height: 106 }
const line = (...points: (readonly [x: number, value: number])[]) => ({
  points: points.map(([x, value]) => ({ x, value })),
})

describe('a plot of lines', () => {
  it('has both axes logarithmic, in its box', () => {
    const { lines, x, xTicks, y, yTicks, right } = placeLines([line([1, 1], [2, 10], [4, 100])], spec)
    expect(yTicks.map((t) => [y(t.at), t.text])).toEqual([
      [100, '1'],
      [53, '10'],
      [6, '100'],
    ])
    const [a, b, c] = xTicks.map((t) => x(t.at))
    expect([c, b! - a!]).toEqual([right, c! - b!])
    expect(lines[0]!.points.map((p) => [p.x, p.y])).toEqual([
      [a, 100],
      [b, 53],
      [c, 6],
    ])
    expect(placeLines([], { ...spec, names: 20 }).right).toBe(280)
  })

  it('joins neighbours, and not what lies apart', () => {
    const [whole, apart] = placeLines([line([1, 1], [2, 1], [4, 1]), line([1, 1], [4, 1])], spec).lines
    expect(whole!.path.replace(/[\d.,]/g, '')).toBe('MLL')
    expect(apart!.path.replace(/[\d.,]/g, '')).toBe('MZMZ')
  })

  it('leads up and down over lines without points, and begins anew where a line has lost its points', () => {
    const lines = [[1, 2], [], [2, 4]]
    expect(stepPoint(lines, 'ArrowDown', { line: 0, point: 1 })).toEqual({ line: 2, point: 0 })
    expect(stepPoint(lines, 'ArrowUp', { line: 2, point: 1 })).toEqual({ line: 0, point: 0 })
    expect(stepPoint(lines, 'End', { line: 1, point: 3 })).toEqual({ line: 0, point: 0 })
    expect(stepPoint([[], []], 'End', null)).toBe(null)
    expect(pointAt([], 5, 5)).toBe(null)
  })
})
