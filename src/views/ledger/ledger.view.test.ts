import { describe, expect, it } from 'vitest'
import type { FlushMode, LedgerFrame } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import {
  answerOf,
  LEDGER_HEIGHT,
  LEDGER_PITCH,
  ledgerInk,
  ledgerTicks,
  ledgerView,
  PER_CPU_QUEUE,
  SINGLE_QUEUE,
  segmentsOf,
  wholePercents,
} from './ledger.view.ts'

const INK = ledgerInk(palettes.dark)

const row = (mode: FlushMode, pairs: number, ns: readonly number[]) => {
  const [allocator = 0, table = 0, invalidation = 0, lock = 0, rest = 0] = ns.map((n) => n * 1000 * pairs)
  return {
    ...{ mode, pairs, allocatorPs: allocator, tablePs: table },
    ...{ invalidationPs: invalidation, lockPs: lock, restPs: rest, waits: pairs, worstNs: 0 },
  }
}

/** Strict at first, 1000 ns; deferred since, 500 ns. */
const BOTH: LedgerFrame = {
  table: 0,
  mode: 'deferred',
  rows: [row('strict', 40, [100, 100, 700, 0, 100]), row('deferred', 10, [100, 300, 50, 30, 20])],
}

const box = { width: 564, height: LEDGER_HEIGHT, dpr: 1 }

describe('whole percents', () => {
  it.each([
    [
      [1, 1, 1],
      [34, 33, 33],
    ],
    [
      [995, 3, 2],
      [100, 0, 0],
    ],
    [
      [10, 0, 30, 0, 0],
      [25, 0, 75, 0, 0],
    ],
    [
      [0, 0],
      [0, 0],
    ],
    [
      [2, 3, 3, 3, 3],
      [14, 22, 22, 21, 21],
    ],
  ])('of %j are %j', (parts, percents) => {
    expect(wholePercents(parts)).toEqual(percents)
  })
})

describe('the bars', () => {
  it('stand on one axis, the present mode first, each part as long as its time', () => {
    expect(ledgerTicks(BOTH)).toEqual([0, 200, 400, 600, 800, 1000])
    // 500 px for 1000 ns.
    expect(segmentsOf(BOTH, 0, 564)!.map(({ x }) => x)).toEqual([0, 50, 200, 225, 240])
    expect(segmentsOf(BOTH, 1, 564)!.at(-1)).toEqual({ x: 450, end: 500 })
    expect(segmentsOf(BOTH, 2, 564)).toBeNull()
  })

  it('are painted part by part: invalidation hatched as what waits for a flush, earlier modes weaker', () => {
    const out = blank(564, LEDGER_HEIGHT)
    ledgerView.paint(BOTH, INK, box, out)
    const count = (pixel: number, from = 0, rows = LEDGER_PITCH) =>
      out.data.subarray(from * 564, (from + rows) * 564).filter((p) => p === pixel).length
    expect(count(INK.part[0]!)).toBe(49 * 15)
    const [hatch, tint] = [count(INK.part[2]!), count(INK.soft[2]!)]
    expect(hatch + tint).toBe(24 * 15)
    expect(Math.abs(hatch - tint)).toBeLessThan(24)
    expect(count(INK.part[0]!, LEDGER_PITCH)).toBe(0)
    expect(count(INK.partQuiet[0]!, LEDGER_PITCH)).toBe(49 * 15)
    expect(count(0, 2 * LEDGER_PITCH)).toBe(564 * LEDGER_PITCH)
  })

  it('are found where they stand, and told', () => {
    expect(ledgerView.hitTest(BOTH, 210, 5, box)).toBe(2)
    expect(ledgerView.hitTest(BOTH, 260, LEDGER_PITCH + 5, box)).toBe(7)
    expect(ledgerView.hitTest(BOTH, 555, 5, box)).toBeNull()
    expect(ledgerView.cellText(BOTH, 7)).toBe('strict, invalidation: 700 ns of 1\u2009000 ns, 70 %')
    expect(ledgerView.cellText(BOTH, 12)).toBe('')
    expect(ledgerView.describe(BOTH)).toBe(
      'What one map and unmap costs. deferred: 500 ns, allocator 20 %, table 60 %, invalidation 10 %, lock 6 %, rest 4 %. strict: 1\u2009000 ns, allocator 10 %, table 10 %, invalidation 70 %, lock 0 %, rest 10 %.',
    )
    expect(ledgerView.describe({ ...BOTH, rows: [] })).toContain('nothing was unmapped yet')
    expect(ledgerView.table(BOTH).rows[0]).toEqual(['strict', '40', '1\u2009000', '10', '10', '70', '0', '10'])
  })
})

describe('the three answers', () => {
  it('are nothing, never and at once by the modes that ask or do not ask', () => {
    expect(answerOf('strict', 100_000, PER_CPU_QUEUE)).toEqual({ worstNs: 0, flushes: 1000 })
    expect(answerOf('none', 100_000, PER_CPU_QUEUE)).toEqual({ worstNs: Infinity, flushes: 0 })
  })

  it.each([
    // 255 ranges fill the ring in 2.55 ms; three times it is full before the timer runs.
    [100_000, 2_550_000, 4],
    // The timer is first.
    [10_000, 10_000_000, 10],
    [100, 10_000_000, 1000],
    // Both at once.
    [25_500, 10_000_000, 1000 / 255],
    [25_600, 9_960_937.5, 2000 / 256],
  ])('of the ring of a CPU with %i unmaps a second are %d ns and %d flushes', (rate, worstNs, flushes) => {
    const answer = answerOf('deferred', rate, PER_CPU_QUEUE)
    expect(answer.worstNs).toBeCloseTo(worstNs, 3)
    expect(answer.flushes).toBeCloseTo(flushes, 6)
  })

  it('count one flush for the rings of all CPUs', () => {
    const one = answerOf('deferred', 100_000, PER_CPU_QUEUE)
    expect(answerOf('deferred', 100_000, PER_CPU_QUEUE, 4)).toEqual({ ...one, flushes: one.flushes / 4 })
  })

  it('of one ring for all are rarer and later', () => {
    expect(answerOf('deferred', 10_000, SINGLE_QUEUE)).toEqual({ worstNs: 1e9, flushes: 0.1 })
  })
})
