import { describe, expect, it } from 'vitest'
import type { LocksFrame } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import { locksInk, locksView, MOST_LOCKS, shownLocks } from './locks.view.ts'

const lock = (name: string, taken: number, contended: number, waitNs: number) => ({
  ...{ name, taken, contended, waitNs, waiting: 0 },
})

describe('locks', () => {
  const frame: LocksFrame = { table: 0, locks: [lock('tree', 100, 50, 30_000), lock('depot of 1', 10, 1, 10_000)] }

  it('have a bar as long as their share of all waiting', () => {
    const out = blank(100, 40)
    const ink = locksInk(palettes.dark)
    locksView.paint(frame, ink, { width: 100, height: 40, dpr: 1 }, out)
    const bar = (y: number) => out.data.subarray(y * 100, (y + 1) * 100).filter((p) => p === ink.bar).length
    expect([bar(0), bar(13), bar(26)]).toEqual([75, 25, 0])
    expect(locksView.cellText(frame, 0)).toBe(
      'tree: taken 100 times, 50 had to wait, 30 µs in all, 75 % of all waiting',
    )
    expect(locksView.table(frame).rows[1]).toEqual(['depot of 1', '10', '1', '10 %', '10 µs', '10 µs', '0', '25 %'])
  })

  it('that nobody waited for yield to those that CPUs waited for, and stand in the table', () => {
    const many: LocksFrame = {
      table: 0,
      locks: Array.from({ length: 17 }, (_, i) => lock(`pool ${i}`, 10, i % 3, i % 3 === 0 ? 0 : i * 1000)),
    }
    const shown = shownLocks(many)
    expect(shown).toHaveLength(MOST_LOCKS)
    expect(shown.map(({ name }) => name)).toEqual(['pool 8', 'pool 10', 'pool 11', 'pool 13', 'pool 14', 'pool 16'])
    expect(locksView.table(many).rows).toHaveLength(17)
  })
})
