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
    expect(refused).toEqual({ before: '129', since: '+0', none: true })
    // A TCE was of 64K and is of 4K: what has another unit is compared in bytes.
    expect(mapped).toEqual({ before: '255.8 MiB', since: expect.stringMatching(/MiB$/), inBytes: true })
    expect(run).toMatchObject({ before: '64 KiB', since: expect.stringMatching(/MiB$/) })
    expect(useful).toEqual({ before: '2.3 %' })
    expect(Object.keys(others)).toEqual(['delivered'])
  })

  it('of what goes on tell only what has come since', () => {
    // Its counts are not taken back by a flush of another kind.
    const { flushes, hits, reachable, late } = around('strict', 'd0.flush', 'deferred', 5 * MS, 8 * MS)
    expect(flushes?.before).toBe('1\u2009000')
    expect(Number(flushes?.since)).toBeLessThan(10)
    expect(reachable).toEqual({ before: '0 B', since: expect.stringMatching(/KiB$/) })
    expect(late).toEqual({ before: '0', since: '+0', none: true })
    expect(hits?.since).toMatch(/%$/)
  })

  it('tell of waiting and of what was copied, and nothing of what had no time yet', () => {
    const { delivered, copied, refused } = around('one-area', 'm.swiotlbAreas', 0, 5 * MS, 7 * MS)
    expect(delivered?.before).toMatch(/Gbit\/s$/)
    expect(delivered?.also?.[1]).toMatch(/^[0-9.]+ %$/)
    expect(copied?.since).toMatch(/^\+.* MiB$/)
    expect(refused).toMatchObject({ before: '0', since: '+0' })
    const {
      hits,
      reachable,
      delivered: rate,
      'in-line': waits,
    } = around('strict', 'd0.flush', 'deferred', 5 * MS, 5 * MS)
    // What was lately is of before the change for so long.
    expect([hits?.since, rate?.since, waits?.since]).toEqual(['–', '–', '–'])
    expect(reachable).toEqual({ before: '0 B' })
    const early = around('one-area', 'm.swiotlbAreas', 0, 5 * MS, 5.4 * MS)
    expect(early.delivered).toMatchObject({ since: '–' })
  })

  it('are none of an instant where they go up and down between two flushes', () => {
    const steps = [20.5, 21, 22, 23, 24, 26, 29, 30, 31, 33]
    const seen = steps.map((at) => around('batched', 'w0.interval', 100_000, 20 * MS, at * MS))
    const nsOf = (words = '') => Number(/[\d.]+/.exec(words)![0]) * (words.endsWith('ms') ? 1 : 1e-3)
    // Never shorter than before, and never back again.
    const longest = seen.map(({ oldest }) => [nsOf(oldest?.before), nsOf(oldest?.since)] as const)
    for (const [i, [before, since]] of longest.entries()) {
      expect(since).toBeGreaterThanOrEqual(before)
      expect(since).toBeGreaterThanOrEqual(longest[i - 1]?.[1] ?? 0)
    }
    expect(longest.at(-1)![1]).toBeGreaterThan(9)
    const { oldest, reachable } = around('never', 'd0.flush', 'strict', 5 * MS, 9 * MS)
    expect([oldest?.since, reachable?.since]).toEqual(['0 ns', '0 B'])
    // Shorter than before: how much is not known.
    const shorter = around('magazines', 'w0.size', 256 * 1024, 6 * MS, 7 * MS)
    expect(shorter.oldest?.since).toBe(`≤ ${shorter.oldest?.before}`)
  })

  it('tell how much is mapped in a second, of the time since', () => {
    const { maps } = around('one-lock', 'd0.allocator', 'rcache', 6 * MS, 12 * MS)
    expect(maps?.before).toBe('1.9 million')
    expect(Number(/^([\d.]+) million$/.exec(maps!.since!)![1])).toBeGreaterThan(5)
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
