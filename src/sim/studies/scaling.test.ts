import { describe, expect, test } from 'vitest'
import { allocatorInfos } from '../iova/index.ts'
import { percpuChunksInfo } from '../iova/percpu-chunks.ts'
import { withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import {
  ownSeries,
  SCALING_CPUS,
  scalingFormula,
  scalingKey,
  scalingPoints,
  scalingSeries,
  seriesOf,
} from './scaling.ts'
import { createStudyRun, type PointResult } from './study.ts'

const { scenario } = presetById('pools')!

function results(slice: number): readonly PointResult[] {
  const run = createStudyRun(scalingPoints(scenario))
  while (run.step(slice));
  return run.results
}

describe('scaling', () => {
  const all = results(50_000)
  const at = (series: string, x: number) => all.find((r) => r.series === series && r.x === x)!

  test('has a point for each number of CPUs on each line, and nothing is refused', () => {
    for (const { id } of scalingSeries(scenario)) {
      expect(SCALING_CPUS.map((x) => at(id, x).maps > 0 && at(id, x).refused)).toEqual(SCALING_CPUS.map(() => 0))
    }
  })

  test('one lock rises, bends and falls; four pools carry four times as many CPUs', () => {
    const one = (x: number) => at('pools-1', x).mapsPerSecond
    expect(one(8)).toBeGreaterThan(6 * one(1))
    expect(one(64)).toBeLessThan(one(8) / 4)
    expect(at('pools-4', 32).mapsPerSecond).toBeGreaterThan(3 * one(8))
  })

  test('lies on the formula of one lock or above it, and near it', () => {
    for (const line of scalingSeries(scenario).filter((s) => s.oneLock)) {
      for (const { x, mapsPerSecond } of scalingFormula(
        line,
        all.filter((r) => r.series === line.id),
      )) {
        const ratio = at(line.id, x).mapsPerSecond / mapsPerSecond
        expect([line.id, x, ratio > 0.85 && ratio < 1.15]).toEqual([line.id, x, true])
      }
    }
  })

  test('lies on it with a tree and strict flushing too; where flushes are deferred there is no formula', () => {
    const strict = withValue(withValue(scenario, 'm.platform', 'vtd'), 'd0.flush', 'strict')
    const run = createStudyRun(scalingPoints(strict).filter((p) => p.series === 'rbtree'))
    while (run.step(50_000));
    const line = scalingSeries(strict).find((s) => s.id === 'rbtree')!
    const formula = scalingFormula(line, run.results)
    expect(formula).toHaveLength(SCALING_CPUS.length)
    for (const [i, { x, mapsPerSecond }] of formula.entries()) {
      const ratio = run.results[i]!.mapsPerSecond / mapsPerSecond
      expect([x, ratio > 0.85 && ratio < 1.25]).toEqual([x, true])
    }
    const deferred = withValue(strict, 'd0.flush', 'deferred')
    expect(scalingSeries(deferred).filter((s) => s.oneLock)).toEqual([])
  })

  test('has a line for every allocator that is there, a new one under its own name; none for pages of two sizes', () => {
    const { lines: _, ...bare } = percpuChunksInfo
    const infos = [...allocatorInfos, { ...bare, id: 'new', label: 'New' }]
    const series = seriesOf(infos)
    expect(series.at(-1)).toEqual({ id: 'new', label: 'New', allocator: 'new', settings: {}, oneLock: false })
    expect(new Set(series.map((s) => s.allocator))).toEqual(new Set(infos.filter((a) => !a.mixed).map((a) => a.id)))
    expect(new Set(series.map((s) => s.id)).size).toBe(series.length)
    const ids = (preset: string) => scalingSeries(presetById(preset)!.scenario).map((s) => s.id)
    const all = seriesOf(allocatorInfos).map((s) => s.id)
    expect(all).toEqual(
      expect.arrayContaining(['tce-halves', 'pools-1', 'pools-4', 'rbtree', 'rcache', 'percpu-chunks']),
    )
    expect([ids('pools'), ids('one-lock'), ids('ddw-direct')]).toEqual([all, all, ['tce-halves', 'pools-1', 'pools-4']])
  })

  test('knows the line that a scenario is on', () => {
    expect(ownSeries(scenario)).toBe('pools-4')
    expect(ownSeries(presetById('frames-64k')!.scenario)).toBe('pools-1')
    expect(ownSeries(withValue(scenario, 'd0.pools', 1))).toBe('pools-1')
    expect(ownSeries(presetById('halves')!.scenario)).toBe('tce-halves')
    expect(ownSeries(presetById('fine-coarse')!.scenario)).toBe(null)
  })

  test('finds the same however it is sliced', () => {
    expect(results(777)).toEqual(all)
  })

  test('depends on the device and the platform, not on its allocator, the number of CPUs or the load', () => {
    const key = scalingKey(scenario)
    for (const [path, value] of [
      ['m.cpus', 2],
      ['d0.allocator', 'tce-halves'],
      ['d0.pools', 1],
      ['w0.ring', 64],
    ] as const) {
      expect(scalingKey(withValue(scenario, path, value))).toBe(key)
    }
    expect(scalingKey(withValue(scenario, 'd0.iommuPage', 4096))).not.toBe(key)
  })
})
