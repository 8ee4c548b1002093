import { describe, expect, it } from 'vitest'
import { presetById, withValue } from '../../sim/index.ts'
import { BOUNCE_JOBS, type BounceFigure } from '../../sim/studies/index.ts'
import {
  bounceFacts,
  bounceLines,
  bounceTable,
  describeBounce,
  ownBounce,
  placeBounce,
  pointText,
} from './bounce-study.view.ts'

const RATES = { 'one-area': [734e3, 1.28e6, 666e3, 598e3, 511e3], areas: [734e3, 1.47e6, 2.936e6, 5.87e6, 11.7e6] }
const all = (['one-area', 'areas'] as const).flatMap((series) =>
  BOUNCE_JOBS.map(
    (jobs, i): BounceFigure => ({
      series,
      jobs,
      perSecond: RATES[series][i]!,
      waitShare: series === 'areas' ? 0 : 0.76,
    }),
  ),
)
const lines = bounceLines(all, 'one-area')
const none = bounceLines([], null)

describe('areas and jobs as a plot', () => {
  it('lays the lines in its box, one under the other from two jobs on, and shows axes before any result', () => {
    const plot = placeBounce(lines, 800, 112)
    const [one, areas] = plot.lines.map((l) => l.points)
    expect(one![0]).toEqual(areas![0])
    for (let i = 1; i < BOUNCE_JOBS.length; i++) expect(one![i]!.y).toBeGreaterThan(areas![i]!.y)
    for (const p of [...one!, ...areas!]) expect(p.y >= 6 && p.y <= 106 && p.x > 0 && p.x <= plot.right).toBe(true)
    expect(plot.xTicks.map((t) => t.text)).toEqual(['1', '2', '4', '8', '16'])
    expect(placeBounce(none, 800, 112).yTicks).toEqual(plot.yTicks)
    expect(plot.yTicks.map((t) => t.text)).toEqual(['300 k', '1 M', '3 M', '10 M'])
  })

  it('grows with what does not fit', () => {
    const odd = bounceLines(
      [
        { ...all[0]!, perSecond: 9e4 },
        { ...all[1]!, perSecond: 9e7 },
      ],
      null,
    )
    for (const { y } of placeBounce(odd, 800, 112).lines[0]!.points) expect(y >= 6 && y <= 106).toBe(true)
  })

  it('knows the line that a scenario is on', () => {
    const one = presetById('one-area')!.scenario
    expect(ownBounce(one)).toBe('one-area')
    expect(ownBounce(presetById('areas')!.scenario)).toBe('areas')
    expect(ownBounce(withValue(one, 'm.swiotlbAreas', 8))).toBe(null)
    expect(ownBounce(withValue(one, 'm.guest', 'off'))).toBe(null)
    expect(ownBounce(presetById('pools')!.scenario)).toBe(null)
    expect(lines.map((l) => l.own)).toEqual([true, false])
  })

  it('says the ratio beside the published one, with both rates of each, and what was fitted', () => {
    expect(bounceFacts(lines).map(({ name, value, words }) => ({ name, value, words }))).toEqual([
      { name: 'one area, 4 jobs to 1', value: '×0.91', words: '666 k to 734 k requests/s' },
      { name: 'published, Gao, linux-iommu 2022', value: '×0.85', words: '214.9 k to 253 k reads/s; writes ×0.76' },
      { name: 'an area per CPU, 4 jobs to 1', value: '×4.00', words: '2.94 M to 734 k requests/s' },
      { name: 'waking a CPU', value: '750 ns', words: 'fitted to what was published' },
    ])
    expect(bounceFacts(none).map((f) => f.value)).toEqual(['–', '×0.85', '–', '750 ns'])
  })

  it('says its points, its whole and its table in the same figures', () => {
    expect(pointText(all[2]!)).toBe('one area, 4 jobs: 666 k requests/s, each job waits 76 % of its time for a lock')
    const said = describeBounce(lines)
    expect(said).toContain('one area: 734 k with 1 job; at most 1.28 M with 2 jobs; 511 k with 16 jobs.')
    expect(said).toContain('With one area four jobs do ×0.91 of what one does; published ×0.85 for reads.')
    expect(describeBounce(none)).toBe('No result yet.')
    expect(describeBounce(bounceLines(all.slice(0, 1), null))).not.toContain('published')
    const { columns, rows } = bounceTable(lines)
    expect(columns).toEqual(['requests/s', '1 job', '2 jobs', '4 jobs', '8 jobs', '16 jobs'])
    expect(rows).toEqual([
      ['one area', '734 k', '1.28 M', '666 k', '598 k', '511 k'],
      ['one area, waiting', '76 %', '76 %', '76 %', '76 %', '76 %'],
      ['an area per CPU', '734 k', '1.47 M', '2.94 M', '5.87 M', '11.7 M'],
      ['an area per CPU, waiting', '0.0 %', '0.0 %', '0.0 %', '0.0 %', '0.0 %'],
      ['Gao, linux-iommu 2022, one area, reads', '253 k', '', '214.9 k', '', ''],
      ['Gao, linux-iommu 2022, one area, writes', '280 k', '', '212.1 k', '', ''],
    ])
  })
})
