import { describe, expect, it } from 'vitest'
import { type BudgetFrame, SHARE_DEFAULT, SHARE_DIRECT, SHARE_INDIRECT } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import {
  acrossOf,
  BUDGET_BARS,
  BUDGET_HEIGHT,
  BUDGET_PITCH,
  budgetInk,
  budgetView,
  heightScale,
  scaleOf,
} from './budget.view.ts'

const INK = budgetInk(palettes.dark)
const MIB = 2 ** 20

/** The first function takes what it needs, the next two what is left, the others nothing; before, the first alone. */
function frameOf(functions: number): BudgetFrame {
  const by = (...values: number[]) =>
    Array.from({ length: functions }, (_, n) => values[Math.min(n, values.length - 1)]!)
  return {
    ...{ functions, budgetBytes: 14 * MIB, share: 'first', era: 'today', directBytes: 8 * MIB, chosen: 1 },
    kind: Uint8Array.from(by(SHARE_DIRECT, SHARE_INDIRECT, SHARE_INDIRECT, SHARE_DEFAULT)),
    tceBytes: Float64Array.from(by(8 * MIB, 4 * MIB, MIB, 0)),
    pageShift: Uint8Array.from(by(16, 16, 16, 12)),
    windowShift: Uint8Array.from(by(36, 35, 33, 31)),
    otherKind: Uint8Array.from(by(SHARE_DIRECT, SHARE_DEFAULT)),
    otherTceBytes: Float64Array.from(by(8 * MIB, 0)),
    counts: { direct: 1, indirect: 2, kept: functions - 3 },
    otherCounts: { direct: 1, indirect: 0, kept: functions - 1 },
    leftBytes: MIB,
    otherLeftBytes: 6 * MIB,
  }
}
const FOUR = frameOf(4)
const box = (width: number, dpr = 1) => ({ width, height: BUDGET_HEIGHT, dpr })

/** Pixels of a bar of a row from the bottom: mapped, tint, free, reserved. */
function bar(frame: BudgetFrame, row: number, n: number, width = 100, dpr = 1): string {
  const out = blank(width * dpr, BUDGET_HEIGHT * dpr)
  budgetView.paint(frame, INK, box(width, dpr), out)
  const { x } = budgetView.cellRect(frame, row * frame.functions + n, box(width, dpr))
  const letters = new Map([
    [INK.mapped, 'm'],
    [INK.tint, 't'],
    [INK.free, '.'],
    [INK.reserved, 'r'],
  ])
  const bottom = (row * BUDGET_PITCH + BUDGET_BARS) * dpr
  let text = ''
  for (let y = bottom - 1; y >= row * BUDGET_PITCH * dpr; y--)
    text += letters.get(out.data[y * out.width + Math.round(x * dpr)]!) ?? ' '
  return text.trimEnd()
}

describe('a bar', () => {
  it('is as high as the logarithm of the bytes: a step for each halving, and the least has one', () => {
    expect(scaleOf(FOUR)).toEqual({ most: 8 * MIB, least: MIB / 2 })
    expect([8, 4, 2, 1].map((n) => heightScale(scaleOf(FOUR), 1)(n * MIB))).toEqual([1, 0.75, 0.5, 0.25])
    expect(scaleOf({ ...FOUR, directBytes: 12 * MIB }).most).toBe(16 * MIB)
    expect(scaleOf({ ...FOUR, tceBytes: new Float64Array(4), otherTceBytes: new Float64Array(4) })).toEqual({
      most: 1,
      least: 1,
    })
  })

  it('is solid for a direct window, hatched for an indirect one and a stub for the default one', () => {
    expect(bar(FOUR, 0, 0)).toBe('m'.repeat(BUDGET_BARS))
    expect(bar(FOUR, 0, 1)).toMatch(/^[mt]{36}$/)
    expect(bar(FOUR, 0, 1)).toContain('t')
    expect(bar(FOUR, 0, 2)).toHaveLength(12)
    expect(bar(FOUR, 0, 3)).toBe('....')
    expect(bar(FOUR, 1, 0)).toBe('m'.repeat(BUDGET_BARS))
    expect(bar(FOUR, 1, 1)).toBe('....')
  })

  it.each([
    [512, 512, 1],
    [512, 320, 2],
    [256, 512, 1],
    [1, 512, 1],
  ])('of %i functions in %i px at %i stands where it is found', (functions, width, dpr) => {
    const frame = frameOf(Math.max(4, functions))
    for (const n of [0, 1, frame.functions - 1])
      for (const row of [0, 1]) {
        const { x, y, width: w } = budgetView.cellRect(frame, row * frame.functions + n, box(width, dpr))
        expect(budgetView.hitTest(frame, x + Math.min(w, 0.4) / 2, y + 5, box(width, dpr))).toBe(
          row * frame.functions + n,
        )
      }
    expect(acrossOf(frame.functions, box(width, dpr)).domain()[1]).toBeLessThanOrEqual(width)
    expect(bar(frame, 0, 0, width, dpr)).toBe('m'.repeat(BUDGET_BARS * dpr))
  })

  it('shows of functions that share a pixel the one that took most', () => {
    const frame = frameOf(512)
    const last = { ...frame, kind: frame.kind.map((k, n) => (n === 511 ? SHARE_DIRECT : k)) }
    last.tceBytes[511] = 8 * MIB
    const out = blank(100, BUDGET_HEIGHT)
    budgetView.paint(last, INK, box(100), out)
    expect(out.data[99]).toBe(INK.mapped)
    expect(out.data[(BUDGET_BARS - 5) * 100 + 50]).toBe(0)
  })

  it('is not found between the rows or after the last function', () => {
    expect(budgetView.hitTest(FOUR, 5, BUDGET_BARS + 4, box(100))).toBeNull()
    expect(budgetView.hitTest(FOUR, 60, 5, box(100))).toBeNull()
  })
})

describe('the words of the budget', () => {
  it('name a function, its window and what it took, and which one runs', () => {
    expect(budgetView.cellText(FOUR, 0)).toBe('VF 0, 5.16 on: direct window, 8 MiB of TCEs, 64 GiB in 64 KiB pages')
    expect(budgetView.cellText(FOUR, 1)).toBe(
      'VF 1, 5.16 on: indirect window, 4 MiB of TCEs, 32 GiB in 64 KiB pages; its traffic runs',
    )
    expect(budgetView.cellText(FOUR, 4 + 3)).toBe('VF 3, before 5.16: default window, nothing from the budget')
    expect(budgetView.cellText({ ...FOUR, era: 'before' }, 4 + 3)).toContain('5.16 on')
    expect(budgetView.cellText(FOUR, 8)).toBe('')
  })

  it('tell both kernels', () => {
    expect(budgetView.describe(FOUR)).toBe(
      '4 virtual functions share 14 MiB of TCEs, first come, first served; a direct window takes 8 MiB. ' +
        'Kernel 5.16 on: 1 direct, 2 indirect, 1 default; 1 MiB left. Kernel before 5.16: 1 direct, 0 indirect, 3 default; 6 MiB left.',
    )
  })

  it('stand in the table, cut where it is long', () => {
    expect(budgetView.table(FOUR).rows[1]).toEqual([
      '1',
      'indirect window',
      '32 GiB',
      '64 KiB',
      '4 MiB',
      'default window',
      '0 B',
    ])
    expect(budgetView.table(frameOf(512)).total).toBe(512)
  })
})
