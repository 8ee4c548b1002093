import { describe, expect, it } from 'vitest'
import type { MemoryFrame, TableRefusal } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import { barAt, barsOf, memoryHeight, memoryInk, memoryNotes, memoryTicks, memoryView, memoryX } from './memory.view.ts'

const INK = memoryInk(palettes.dark)
const TOO_LARGE: TableRefusal = { id: 'level-table', errno: -12, why: 'A level table is too large.', sums: [] }

/** The machine of the 2018 mail: two islands of 16 GiB in a window of 64 TiB, two levels, all of it mapped. */
const MAIL: MemoryFrame = {
  table: 0,
  windowBytes: 2 ** 46,
  pageShift: 16,
  levels: 2,
  era: '2018',
  userCopy: true,
  flatBytes: 2 ** 34,
  flatRefusal: TOO_LARGE,
  wholeBytes: 17_180_393_472,
  hwBytes: 17 * 262_144,
  userBytes: 17 * 262_144,
  accountedBytes: 17_180_393_472,
  lockedBytes: 17_180_393_472,
  refusal: null,
  hwPerLevel: [1, 16],
  userPerLevel: [1, 16],
  mappedBytes: 2 ** 35,
  islands: [
    { name: 'ram', startBytes: 0, bytes: 2 ** 34, insideBytes: 2 ** 34, mappedBytes: 2 ** 34 },
    { name: 'far', startBytes: 0x244000000000, bytes: 2 ** 34, insideBytes: 2 ** 34, mappedBytes: 2 ** 34 },
  ],
  mailFlatMiB: 4656,
  mailNeededMiB: 4,
}

const REFUSED: MemoryFrame = {
  ...MAIL,
  refusal: { id: 'top-bits', errno: -22, why: 'The levels reach bit 55.', sums: [] },
  wholeBytes: 0,
  hwBytes: 0,
  userBytes: 0,
  lockedBytes: 3 * 2 ** 34,
  accountedBytes: 2 ** 34,
  hwPerLevel: [],
  userPerLevel: [],
}

const box = (width: number, dpr = 1) => ({ width, height: memoryHeight(width), dpr })

/** Pixels of the middle line of each bar. */
function lines(frame: MemoryFrame, width: number, dpr = 1): Uint32Array[] {
  const out = blank(width * dpr, memoryHeight(width) * dpr)
  memoryView.paint(frame, INK, box(width, dpr), out)
  return barsOf(frame).map((_, i) => {
    const { y, height } = barAt(i, width)
    const at = Math.floor((y + height / 2) * dpr) * out.width
    return out.data.subarray(at, at + out.width)
  })
}

const lengthOf = (line: Uint32Array) => line.findLastIndex((pixel) => pixel !== 0) + 1

describe('the bars', () => {
  it.each([1, 2])('are as long as the logarithm of their bytes, at %i device px', (dpr) => {
    const [flat, whole, hw, user, charged] = lines(MAIL, 640, dpr)
    // 32 octaves from 1 KiB in 640 px: 16 GiB = 2^34 stands 24 octaves in.
    expect(lengthOf(flat!)).toBe(480 * dpr)
    expect(lengthOf(whole!)).toBe(480 * dpr)
    expect(lengthOf(charged!)).toBe(480 * dpr)
    expect(lengthOf(hw!)).toBe(Math.round(20 * dpr * (Math.log2(17 * 262_144) - 10)))
    expect(lengthOf(user!)).toBe(lengthOf(hw!))
  })

  it('are solid for what is made, hatched for what is refused, a frame for what is only charged', () => {
    const [flat, whole, hw, , charged] = lines(MAIL, 640)
    expect(new Set(hw!.subarray(0, lengthOf(hw!)))).toEqual(new Set([INK.now]))
    expect(new Set(whole!.subarray(0, 480))).toEqual(new Set([INK.whole]))
    expect(new Set(flat!.subarray(0, 480))).toEqual(new Set([INK.failed, INK.failedSoft]))
    expect([...charged!.subarray(2, 478)].every((pixel) => pixel === 0)).toBe(true)
    const allowed = lines({ ...MAIL, flatRefusal: null }, 640)[0]!
    expect(new Set(allowed.subarray(0, 480))).toEqual(new Set([INK.whole]))
  })

  it('mark this table’s own part where a refused one stays charged', () => {
    const line = lines(REFUSED, 640)[4]!
    expect(line[memoryX(640)(2 ** 34)]).toBe(INK.charged)
    expect(lengthOf(line)).toBeGreaterThan(480)
    expect(memoryView.cellText(REFUSED, 4)).toContain('charged so far')
    expect(memoryView.cellText(MAIL, 4)).toMatch(/^charged:/)
  })

  it('stay within the picture for any number of bytes', () => {
    for (const n of [0, 1, 2 ** 10, 2 ** 42, 2 ** 52]) {
      expect(memoryX(500)(n)).toBeGreaterThanOrEqual(0)
      expect(memoryX(500)(n)).toBeLessThanOrEqual(500)
    }
    expect(memoryTicks(640).map((n) => Math.log2(n))).toEqual([10, 15, 20, 25, 30, 35, 40])
    expect(memoryTicks(320).map((n) => Math.log2(n))).toEqual([10, 20, 30, 40])
  })

  it.each([640, 330])('are found under the pointer, %i px wide', (width) => {
    barsOf(MAIL).forEach((_, i) => {
      const { y } = barAt(i, width)
      expect(memoryView.hitTest(MAIL, 5, y + 2, box(width))).toBe(i)
    })
    expect(memoryView.hitTest(MAIL, 5, memoryHeight(width) - 2, box(width))).toBeNull()
  })
})

describe('the words', () => {
  it('say each figure to the byte and in its unit', () => {
    expect(memoryView.cellText(MAIL, 1)).toBe('whole tree: 17\u2009180\u2009393\u2009472 bytes, 16 GiB')
    expect(memoryView.cellText(MAIL, 2)).toBe('now: hardware: 4\u2009456\u2009448 bytes, 4.3 MiB')
    expect(memoryView.cellText(MAIL, 0)).toContain('refused, ENOMEM: A level table is too large.')
  })

  it('say which level tables there are, and what the mail got wrong', () => {
    const [tables, flat, mail] = memoryNotes(MAIL)
    expect(tables!.text).toBe(
      'Level tables there, top level first: two trees of 1 + 16; 256 KiB each, 8\u2009912\u2009896 bytes in all. The whole tree takes 1\u2009927 times as much.',
    )
    expect(flat!.refused).toBe('One level is refused, ENOMEM.')
    expect(mail!.text).toContain('4556 MB')
    expect(mail!.text).toContain('4 MiB')
    expect(memoryNotes({ ...MAIL, mailFlatMiB: 4640 })).toHaveLength(2)
  })

  it('say why there is no table, and that it stays charged', () => {
    const words = memoryView.describe(REFUSED)
    expect(words).toContain('This table is refused, EINVAL. The levels reach bit 55. 32 GiB more stay charged')
    expect(words).toContain('No level table is there.')
  })

  it('stand in the table', () => {
    expect(memoryView.table(MAIL).rows.map((row) => [row[0], row[2], row[3], row[4]])).toEqual([
      ['one level, flat', '16 GiB', 'ENOMEM', '–'],
      ['whole tree', '16 GiB', '–', '–'],
      ['now: hardware', '4.3 MiB', '–', '1 + 16'],
      ['now: user copy', '4.3 MiB', '–', '1 + 16'],
      ['charged', '16 GiB', '–', '–'],
    ])
  })

  it('say that there is no such table', () => {
    const none = { ...MAIL, flatBytes: 0 }
    expect(memoryView.cellText(none, 0)).toBe('')
    expect(memoryView.describe(none)).toMatch(/^No TCE table of several levels is made here/)
  })
})
