import { describe, expect, it } from 'vitest'
import { PTE_EMPTY, PTE_TO_LARGE, PTE_TO_PAGE, PTE_TO_TABLE, RADIX_CELLS, type RadixFrame } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import { endOf, RADIX_HEIGHT, radixInk, radixView, sizesOf, slotRect, stripAt } from './radix.view.ts'

const INK = radixInk(palettes.dark)

/** Three levels; the path reads slot 1 of the top table, slot 511 of the next, and slot 0 of the last. */
const THREE: RadixFrame = {
  table: 0,
  pageShift: 12,
  offset: 0,
  format: 'vtd',
  levels: [
    { height: 2, name: 'PDPE', tables: 1, leaves: 0, spanPages: 262_144, slots: 512 },
    { height: 1, name: 'PDE', tables: 1, leaves: 1, spanPages: 512, slots: 512 },
    { height: 0, name: 'PTE', tables: 1, leaves: 2, spanPages: 1, slots: 512 },
  ],
  tableBytes: 12_288,
  pending: 0,
  entry: 262_144 + 511 * 512,
  path: [
    { height: 2, node: 0, slot: 1, kind: PTE_TO_TABLE, used: 1, firstPfn: 0 },
    { height: 1, node: 1, slot: 511, kind: PTE_TO_TABLE, used: 2, firstPfn: 262_144 },
    { height: 0, node: 2, slot: 0, kind: PTE_TO_PAGE, used: 2, firstPfn: 262_144 + 511 * 512 },
  ],
  cells: (() => {
    const cells = new Uint8Array(3 * RADIX_CELLS)
    cells[1] = PTE_TO_TABLE
    cells[RADIX_CELLS] = PTE_TO_LARGE
    cells[RADIX_CELLS + 511] = PTE_TO_TABLE
    cells[2 * RADIX_CELLS] = PTE_TO_PAGE
    cells[2 * RADIX_CELLS + 7] = PTE_TO_PAGE
    return cells
  })(),
  orders: [0, 9, 18],
  leavesByOrder: [12_034, 3, 0],
}

/** The path of THREE ends in a large page at its second level. */
const LARGE: RadixFrame = {
  ...THREE,
  entry: 262_144,
  path: [THREE.path[0]!, { height: 1, node: 1, slot: 0, kind: PTE_TO_LARGE, used: 2, firstPfn: 262_144 }],
}

const box = (width: number, dpr = 1) => ({ width, height: RADIX_HEIGHT, dpr })

function strip(frame: RadixFrame, row: number, width: number, line: 'top' | 'bottom', dpr = 1): Uint32Array {
  const out = blank(width * dpr, RADIX_HEIGHT * dpr)
  radixView.paint(frame, INK, box(width, dpr), out)
  const { y, height } = stripAt(frame.levels.length, row)
  const at = line === 'top' ? y * dpr : (y + height) * dpr - 1
  return out.data.subarray(at * out.width, (at + 1) * out.width)
}

const litOf = (line: Uint32Array, pixel: number) => [...line].flatMap((p, x) => (p === pixel ? [x] : []))

describe('a strip of slots', () => {
  it('shows pages to its full height and tables to half of it', () => {
    expect(litOf(strip(THREE, 1, 512, 'bottom'), INK.page)).toEqual([0])
    expect(litOf(strip(THREE, 1, 512, 'bottom'), INK.table)).toEqual([511])
    expect(litOf(strip(THREE, 1, 512, 'top'), INK.page)).toEqual([0])
    expect(litOf(strip(THREE, 1, 512, 'top'), INK.table)).toEqual([])
    expect(litOf(strip(THREE, 2, 1024, 'top'), INK.page)).toEqual([0, 1, 14, 15])
  })

  it('loses no slot where several share a pixel', () => {
    expect(litOf(strip(THREE, 2, 320, 'top'), INK.page)).toEqual([0, 4])
    expect(litOf(strip(THREE, 1, 320, 'bottom'), INK.table)).toEqual([319])
  })

  it('of the level below a large page is not painted', () => {
    expect(new Set(strip(LARGE, 2, 512, 'top'))).toEqual(new Set([0]))
  })

  it.each([
    [512, 1],
    [320, 2],
    [320, 1],
  ])('has each slot that is read where it is found, in %i px at %i', (width, dpr) => {
    for (const step of THREE.path) {
      const rect = slotRect(THREE, step, box(width, dpr))
      const cell = radixView.hitTest(THREE, rect.x + 0.25, rect.y + 1, box(width, dpr))
      expect(radixView.cellText(THREE, cell!)).toContain('read for this address')
      expect(rect.x + rect.width).toBeLessThanOrEqual(width + 1)
    }
    expect(radixView.hitTest(THREE, 3, stripAt(3, 0).height + 2, box(width, dpr))).toBeNull()
  })

  it.each([3, 4, 5, 6])('and %i levels leave room for what stands between and below', (levels) => {
    for (let i = 1; i < levels; i++) {
      const above = stripAt(levels, i - 1)
      expect(stripAt(levels, i).y - above.y - above.height).toBeGreaterThanOrEqual(12)
    }
    const last = stripAt(levels, levels - 1)
    expect(last.y + last.height + 12).toBeLessThanOrEqual(RADIX_HEIGHT - 12)
  })
})

describe('the words of a radix table', () => {
  it('name a slot, what it leads to and what it covers', () => {
    expect(radixView.cellText(THREE, RADIX_CELLS + 511)).toBe(
      'PDE, slot 511: to a table, from 0x7fe0_0000, 2 MiB each; read for this address',
    )
    expect(radixView.cellText(THREE, RADIX_CELLS)).toBe('PDE, slot 0: to a large page, from 0x4000_0000, 2 MiB each')
    expect(radixView.cellText(LARGE, 2 * RADIX_CELLS)).toBe('')
  })

  it('tell the path and how it ends', () => {
    expect(radixView.describe(THREE)).toBe(
      'VT-d table of 3 levels, 12 KiB of tables. The path of 0x7fe0_0000: PDPE slot 1, PDE slot 511, PTE slot 0, then to a page.',
    )
    expect(endOf(LARGE)).toBe('one 2 MiB page: the path ends here')
    expect(endOf({ ...THREE, path: [{ ...THREE.path[0]!, kind: PTE_EMPTY }] })).toBe('not set: the path ends here')
    expect(radixView.describe({ ...THREE, entry: null, path: [] })).toContain('Nothing has been mapped yet.')
    expect(radixView.describe({ ...THREE, levels: [] })).toBe('There is no table of several levels here.')
  })

  it('count mappings by size, and stand in the table', () => {
    expect(sizesOf(THREE)).toBe('4 KiB × 12\u2009034, 2 MiB × 3')
    expect(radixView.table(LARGE).rows).toEqual([
      ['PDPE', '1 GiB', '1', '0', '4 KiB', '1', 'to a table', '1'],
      ['PDE', '2 MiB', '1', '1', '4 KiB', '0', 'to a large page', '2'],
      ['PTE', '4 KiB', '1', '2', '4 KiB', '–', '–', '–'],
    ])
  })
})
