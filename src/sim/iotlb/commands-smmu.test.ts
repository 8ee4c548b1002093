import { describe, expect, it } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { CMD_ATS, CMD_PAGE, CMD_RANGE, type Command, type CommandSink, isWhole } from './command.ts'
import { smmuAll, smmuAts, smmuRange } from './commands-smmu.ts'

/** The commands that a builder sends. */
function sent(build: (sink: CommandSink) => void): Command[] {
  const all: Command[] = []
  build({ command: (c) => all.push({ ...c }), sync() {} })
  return all
}

/** Random ranges of whole pages of 2^order granules. */
function forRanges(
  seed: number,
  orders: readonly number[],
  check: (pfn: number, pages: number, order: number) => void,
) {
  const rng = createRng(seed)
  for (let i = 0; i < 300; i++) {
    const order = orders[nextU32(rng) % orders.length]!
    const pages = (1 + (nextU32(rng) % pow2(1 + (nextU32(rng) % 10)))) * pow2(order)
    check(nextU32(rng) * pow2(order), pages, order)
  }
}

/** The end of what adjoining commands cover from `pfn` on; fails where they do not adjoin. */
function endOf(commands: readonly Command[], pfn: number): number {
  return commands.reduce((at, c) => {
    expect(c.pfn).toBe(at)
    return at + c.pages
  }, pfn)
}

describe('SMMUv3 commands', () => {
  it('cover a range of leaves and nothing else, in at most one command for each five bits of its length', () => {
    for (const granuleShift of [12, 14, 16]) {
      forRanges(granuleShift, [0, granuleShift - 3], (pfn, pages, order) => {
        const commands = sent((sink) => smmuRange(sink, pfn, pages, order, true, granuleShift, true))
        expect(endOf(commands, pfn)).toBe(pfn + pages)
        expect(commands.length).toBeLessThanOrEqual(Math.ceil(32 / 5))
        for (const c of commands) {
          expect([c.kind, c.leaf, c.ttl]).toEqual([CMD_RANGE, true, order === 0 ? 3 : 2])
          expect([c.pages, c.num < 32]).toEqual([(c.num + 1) * pow2(c.scale), true])
        }
      })
    }
  })

  it('cover what hung below an entry, and one page more where a single page would be left', () => {
    forRanges(5, [0, 9], (pfn, pages) => {
      const commands = sent((sink) => smmuRange(sink, pfn, pages, 0, false, 12, true))
      expect(endOf(commands, pfn)).toBe(pfn + pages + (pages % 32 === 1 ? 1 : 0))
      expect(commands.some((c) => c.leaf || c.ttl !== 0 || (c.num === 0 && c.scale === 0))).toBe(false)
    })
  })

  it('name every page or block where the SMMU has no ranges', () => {
    forRanges(6, [0, 9], (pfn, pages, order) => {
      const commands = sent((sink) => smmuRange(sink, pfn, pages, order, true, 12, false))
      expect(endOf(commands, pfn)).toBe(pfn + pages)
      expect(commands.every((c) => c.kind === CMD_PAGE && c.pages === pow2(order))).toBe(true)
    })
  })

  it('reach beyond 2^31 pages', () => {
    const commands = sent((sink) => smmuRange(sink, 0, pow2(38) + pow2(33), 0, true, 12, true))
    expect(commands.map(({ scale, num }) => [scale, num])).toEqual([
      [33, 0],
      [38, 0],
    ])
  })

  it('are none for no pages', () => {
    expect(sent((sink) => smmuRange(sink, 7, 0, 0, true, 12, true))).toEqual([])
    expect(sent((sink) => smmuRange(sink, 7, 0, 0, true, 12, false))).toEqual([])
  })

  it('tell devices of the smallest aligned block around a range, or of everything', () => {
    forRanges(7, [0], (pfn, pages) => {
      const [c] = sent((sink) => smmuAts(sink, pfn, pages, 12))
      expect([c!.kind, c!.pages, c!.pfn % c!.pages]).toEqual([CMD_ATS, pow2(c!.order), 0])
      expect(c!.pfn <= pfn && pfn + pages <= c!.pfn + c!.pages).toBe(true)
      // Neither half would do.
      const half = c!.pfn + c!.pages / 2
      expect(pages === 1 || (pfn < half && half < pfn + pages)).toBe(true)
    })
    expect(sent((sink) => smmuAts(sink, 0, 0, 16))).toMatchObject([{ pfn: 0, order: 48 }])
    expect(sent(smmuAll).map((c) => isWhole(c.kind))).toEqual([true])
  })
})
