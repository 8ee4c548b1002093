import { describe, expect, test } from 'vitest'
import { type BudgetInput, shareBudget } from './budget.ts'
import { TODAY } from './ddw.ts'

const MIB = 1048576
const BEFORE = { ...TODAY, indirect: false }

/** Functions of a partition with 64 GiB: a direct window of 64K pages takes 8 MiB of TCEs. */
const partition: BudgetInput = {
  functions: 512,
  budgetBytes: 64 * MIB,
  share: 'first',
  memoryFrames: 16777216,
  pageSizes: 3,
  defaultFrames: 524288,
}

describe('virtual functions that ask in order', () => {
  test('get direct windows while the budget lasts; the others keep the default window', () => {
    for (const functions of [1, 8, 9, 512]) {
      const o = shareBudget({ ...partition, functions }, TODAY)
      expect([o.direct, o.indirect, o.kept]).toEqual([Math.min(8, functions), 0, Math.max(0, functions - 8)])
      expect(o).toEqual(shareBudget({ ...partition, functions }, BEFORE))
    }
  })

  test('share what is left over in indirect windows, each of the largest power of two', () => {
    const o = shareBudget({ ...partition, functions: 4, budgetBytes: 15 * MIB }, TODAY)
    expect(o.functions.map((f) => [f.kind, f.tceBytes / MIB, f.windowShift])).toEqual([
      ['direct', 8, 36],
      ['indirect', 4, 35],
      ['indirect', 2, 34],
      ['indirect', 1, 33],
    ])
    const before = shareBudget({ ...partition, functions: 4, budgetBytes: 15 * MIB }, BEFORE)
    expect([before.direct, before.kept, before.leftBytes / MIB]).toEqual([1, 3, 7])
  })

  test('may end with a window smaller than the default one', () => {
    const o = shareBudget({ ...partition, functions: 2, budgetBytes: 8 * MIB + 32 }, TODAY)
    expect(o.functions[1]).toMatchObject({ kind: 'indirect', windowShift: 18, tceBytes: 32, hcalls: 1 })
  })
})

describe('virtual functions with the same limit each', () => {
  const even: BudgetInput = { ...partition, share: 'even' }

  test('all have a direct window up to eight, and from nine on none', () => {
    expect(shareBudget({ ...even, functions: 8 }, TODAY).direct).toBe(8)
    const nine = shareBudget({ ...even, functions: 9 }, TODAY)
    expect([nine.direct, nine.indirect, nine.kept]).toEqual([0, 9, 0])
    const before = shareBudget({ ...even, functions: 9 }, BEFORE)
    expect([before.direct, before.indirect, before.kept]).toEqual([0, 0, 9])
  })

  test('at 512 have 1 GiB in pages of 64K, beside 2 GiB in pages of 4K', () => {
    const o = shareBudget(even, TODAY)
    expect(o.functions[511]).toEqual({
      kind: 'indirect',
      offered: 16384,
      pageShift: 16,
      windowShift: 30,
      tceBytes: 131072,
      hcalls: 32,
    })
    expect(shareBudget(even, BEFORE).functions[511]).toMatchObject({ kind: 'default', pageShift: 12, windowShift: 31 })
    expect(o.leftBytes).toBe(0)
  })

  test('with pages of 16M all have a direct window again', () => {
    expect(shareBudget({ ...even, pageSizes: 7 }, TODAY).direct).toBe(512)
  })
})

test('the windows never take more than the budget', () => {
  for (const share of ['first', 'even'] as const) {
    for (const functions of [1, 2, 3, 100, 512]) {
      for (const budgetBytes of [0, 7, 8, 1000, 3 * MIB + 5, 100 * MIB]) {
        for (const era of [TODAY, BEFORE]) {
          const o = shareBudget({ ...partition, share, functions, budgetBytes }, era)
          const taken = o.functions.reduce((sum, f) => sum + f.tceBytes, 0)
          expect(o.leftBytes).toBeGreaterThanOrEqual(0)
          expect([taken + o.leftBytes, o.direct + o.indirect + o.kept]).toEqual([budgetBytes, functions])
          expect(o.functions.every((f) => f.tceBytes <= f.offered * 8)).toBe(true)
        }
      }
    }
  }
})

test('without a budget every function keeps its default window', () => {
  const o = shareBudget({ ...partition, functions: 3, budgetBytes: 0 }, TODAY)
  expect([o.kept, o.functions[0]!.kind, o.functions[0]!.hcalls]).toEqual([3, 'default', 0])
})
