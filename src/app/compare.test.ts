import { describe, expect, it } from 'vitest'
import { type Summary, summarise } from '../sim/index.ts'
import { comparedText } from '../text/compared.ts'
import { open } from '../tools/open-presets.ts'
import { beside, measuresOf } from './compare.ts'

const MS = 1_000_000

/** The figures before, right after and some time after a change. */
function around(id: string, path: string, value: string | number, atNs: number, laterNs: number) {
  const run = open(id)
  run.advance(atNs)
  const before = summarise(run.machine, 0)
  expect(run.input(path, value)).toMatchObject({ path })
  const after = summarise(run.machine, 0)
  run.advance(laterNs)
  return compared(before, after, summarise(run.machine, 0), atNs, laterNs)
}

function compared(before: Summary, after: Summary, now: Summary, atNs = 0, laterNs = 0) {
  const [b, a, n] = [measuresOf(before, atNs), measuresOf(after, atNs), measuresOf(now, laterNs)]
  return Object.fromEntries(
    Object.keys(n).map((id) => [id.replace('figure-', ''), b[id] && a[id] ? beside(b[id], a[id], n[id]!) : null]),
  )
}

describe('figures beside those before', () => {
  it('count anew from the change on, and tell levels as they stood', () => {
    const { refused, mapped, useful, run, ...others } = around('frames-64k', 'd0.iommuPage', 4096, 5 * MS, 8 * MS)
    expect(refused).toEqual({ before: '129', since: '+0' })
    expect(mapped).toMatchObject({ before: '4\u2009093', also: ['255.8 MiB', expect.stringMatching(/MiB$/)] })
    expect([useful?.before, run?.before]).toEqual(['2.3 %', '1'])
    expect(Object.keys(others)).toEqual(['delivered'])
  })

  it('of what goes on tell only what has come since', () => {
    // Its counts are not taken back by a flush of another kind.
    const { flushes, hits, reachable, late } = around('strict', 'd0.flush', 'deferred', 5 * MS, 8 * MS)
    expect(flushes?.before).toBe('1\u2009000')
    expect(Number(flushes?.since)).toBeLessThan(10)
    expect(reachable?.before).toBe('0 B')
    expect(late).toEqual({ before: '0', since: '+0' })
    expect(hits?.since).toMatch(/%$/)
  })

  it('tell of waiting and of what was copied, and nothing of what had no time yet', () => {
    const { delivered, copied, refused } = around('one-area', 'm.swiotlbAreas', 0, 5 * MS, 7 * MS)
    expect(delivered?.before).toMatch(/Gbit\/s$/)
    expect(delivered?.also?.[1]).toMatch(/^[0-9.]+ %$/)
    expect(copied?.since).toMatch(/^\+.* MiB$/)
    expect(refused).toEqual({ before: '0', since: '+0' })
    const { hits } = around('strict', 'd0.flush', 'deferred', 5 * MS, 5 * MS)
    expect(hits?.since).toBe(undefined)
  })

  it('that are not the same figure are not compared', () => {
    const to = (platform: string) => around('frames-64k', 'm.platform', platform, 5 * MS, 6 * MS)
    // A TCE is no page, and a machine that had no IOTLB flushed none.
    for (const platform of ['vtd', 'arm', 'amd']) {
      const { mapped, run, flushes, reachable, refused } = to(platform)
      expect([platform, mapped, run, flushes, reachable]).toEqual([platform, null, null, null, null])
      expect(refused).toMatchObject({ before: '129' })
    }
    expect(to('powernv').hcalls).toBe(undefined)
  })

  it('have words, whatever the machine', () => {
    const seen = new Set<string>()
    for (const id of ['frames-64k', 'strict', 'nvlink-flat', 'ddw-direct', 'one-area', 'real-boot']) {
      const figures = Object.keys(measuresOf(summarise(open(id).machine, 0), 0))
      expect(figures.filter((figure) => !comparedText.short[figure])).toEqual([])
      for (const figure of figures) seen.add(figure)
    }
    expect([...seen].sort()).toEqual(Object.keys(comparedText.short).sort())
  })
})
