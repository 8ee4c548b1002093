import { describe, expect, it } from 'vitest'
import type { WindowInfo, WindowsFrame } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import {
  hasRegisters,
  mappedText,
  piecesOf,
  STRIP,
  STRIP_TOP,
  windowsInk,
  windowsView,
  xOfFrame,
} from './windows.view.ts'

const INK = windowsInk(palettes.dark)
const GIB = 2 ** 18

const DEFAULT: WindowInfo = {
  name: 'default',
  state: 'used',
  base: 0,
  frames: 2 * GIB,
  pageShift: 12,
  tces: 2 ** 19,
  mappedBytes: 12 * 2 ** 20,
  row: 0,
}
const DYNAMIC: WindowInfo = {
  name: 'dynamic',
  state: 'direct',
  base: 2 ** 47,
  frames: 64 * GIB,
  pageShift: 16,
  tces: 2 ** 20,
  mappedBytes: 2 ** 36,
  row: 1,
}
/** The default window is half mapped in its first quarter and kept free in its last; the dynamic one holds all memory. */
const TWO: WindowsFrame = {
  table: 0,
  windows: [DYNAMIC, DEFAULT],
  bands: 4,
  used: Uint8Array.of(128, 0, 0, 0, 255, 255, 255, 255),
  maskBits: 64,
  mmio: { first: 1.5 * GIB, end: 2 * GIB },
}
const WIDE = { width: 768, height: 78, dpr: 1 }

/** Letters of the strip of a column of pixels from the bottom: mapped, free, reserved, ground, untouched. */
function column(frame: WindowsFrame, x: number, dpr = 1): string {
  const box = { ...WIDE, dpr }
  const out = blank(box.width * dpr, box.height * dpr)
  windowsView.paint(frame, INK, box, out)
  const letters = new Map([
    [INK.mapped, 'm'],
    [INK.free, '.'],
    [INK.reserved, 'r'],
    [INK.ground, 'g'],
  ])
  const bottom = (STRIP_TOP + STRIP) * dpr
  const at = (y: number) => letters.get(out.data[y * out.width + Math.round(x * dpr)]!) ?? ' '
  return Array.from({ length: STRIP * dpr }, (_, i) => at(bottom - 1 - i)).join('')
}

describe('the axis', () => {
  it('has a window to scale, what no window maps as a break of one width, and ends where the mask ends', () => {
    const pieces = piecesOf(TWO, WIDE)
    expect(pieces.map((p) => p.window?.name ?? p.frames)).toEqual([
      'default',
      2 ** 47 - 2 * GIB,
      'dynamic',
      2 ** 52 - 2 ** 47 - 64 * GIB,
    ])
    const [first, gap, second, tail] = pieces
    expect(first!.width).toBe(second!.width)
    expect(gap!.width).toBe(tail!.width)
    expect(first!.width).toBeGreaterThan(3 * gap!.width)
    expect(tail!.x + tail!.width).toBeLessThanOrEqual(WIDE.width)
    expect(xOfFrame(pieces, GIB)).toBe(first!.width / 2)
    expect(xOfFrame(pieces, 2 ** 47 + 16 * GIB)).toBe(second!.x + second!.width / 4)
    expect(xOfFrame(pieces, 2 ** 20)).toBe(gap!.x + gap!.width / 2)
    expect(xOfFrame(pieces, 2 * GIB)).toBe(gap!.x)
    expect(xOfFrame(pieces, 2 ** 52)).toBe(tail!.x + tail!.width)
  })

  it('has no break where one window begins with the end of another, and none after a mask that ends before', () => {
    const touching = { ...TWO, maskBits: 32, windows: [DEFAULT, { ...DYNAMIC, base: 2 * GIB }] }
    const pieces = piecesOf(touching, WIDE)
    expect(pieces.map((p) => p.window?.name)).toEqual(['default', 'dynamic'])
    expect(pieces[1]!.x).toBeGreaterThan(pieces[0]!.x + pieces[0]!.width)
  })

  it.each([320, 374, 768])('stays within %i px', (width) => {
    for (const dpr of [1, 1.25, 2]) {
      const last = piecesOf({ ...TWO, bands: 128 }, { width, height: 90, dpr }).at(-1)!
      expect(last.x + last.width).toBeLessThanOrEqual(width)
    }
  })
})

describe('the strip of a window', () => {
  const [first, gap, second] = piecesOf(TWO, WIDE)
  it('is filled from the bottom as far as TCEs are set', () => {
    expect(column(TWO, 1)).toBe('m'.repeat(14) + '.'.repeat(14))
    expect(column(TWO, first!.width * 0.3)).toBe('.'.repeat(28))
    expect(column(TWO, second!.x + 1)).toBe('m'.repeat(28))
    expect(column(TWO, second!.x + 1, 2)).toBe('m'.repeat(56))
    expect(column(TWO, gap!.x + 10).trim()).toBe('')
  })

  it('shows a single TCE, and where registers answer', () => {
    expect(column({ ...TWO, used: TWO.used.map((n) => Math.min(n, 1)) }, 1)).toBe(`mm${'.'.repeat(26)}`)
    const reserved = column(TWO, first!.width * 0.75 + 2)
    expect(reserved).toMatch(/^r[rg]+r$/)
    expect(reserved).toContain('g')
  })

  it('is left to the outline where it is idle or removed', () => {
    for (const state of ['idle', 'removed'] as const)
      expect(column({ ...TWO, windows: [{ ...DEFAULT, state }] }, 1).trim()).toBe('')
  })

  it('finds the cell under a point, in the order of the addresses', () => {
    const y = STRIP_TOP + 5
    expect(windowsView.hitTest(TWO, 1, y, WIDE)).toBe(0)
    expect(windowsView.hitTest(TWO, first!.width - 1, y, WIDE)).toBe(3)
    expect(windowsView.hitTest(TWO, gap!.x + 5, y, WIDE)).toBeNull()
    expect(windowsView.hitTest(TWO, 1, STRIP_TOP - 2, WIDE)).toBeNull()
    for (let cell = 0; cell < 8; cell++) {
      const { x, width } = windowsView.cellRect(TWO, cell, WIDE)
      expect(windowsView.hitTest(TWO, x + width / 2, y, WIDE)).toBe(cell)
    }
  })
})

describe('the words of the windows', () => {
  it('name a band, where it begins and how much of it is mapped', () => {
    expect(windowsView.cellText(TWO, 0)).toBe('default window, 512 MiB from 0x0000_0000: 50 % mapped')
    expect(windowsView.cellText(TWO, 3)).toBe(
      'default window, 512 MiB from 0x6000_0000: kept free, 32-bit registers answer there',
    )
    expect(windowsView.cellText(TWO, 5)).toBe('dynamic window, 16 GiB from 0x0800_0004_0000_0000: 100 % mapped')
    expect(windowsView.cellText({ ...TWO, windows: [{ ...DEFAULT, state: 'removed', row: -1 }] }, 1)).toBe(
      'default window, 512 MiB from 0x2000_0000: removed, nothing is translated',
    )
    expect(windowsView.cellText(TWO, 8)).toBe('')
  })

  it('tell every window, what lies between them and what the device reaches', () => {
    expect(windowsView.describe(TWO)).toBe(
      'The default window, 2 GiB in 4 KiB pages from 0x0000_0000: buffers are mapped here, 524\u2009288 TCEs, 12 MiB mapped. ' +
        'The dynamic window, 64 GiB in 64 KiB pages from 0x0800_0000_0000_0000: all memory is mapped, 1\u2009048\u2009576 TCEs, 64 GiB mapped. ' +
        'Between them 512 PiB that no window maps. The device reaches 64 bits, to 0x0001_0000_0000_0000_0000.',
    )
    expect(mappedText({ ...DEFAULT, mappedBytes: 0 })).toBe('nothing mapped')
  })

  it('say nothing of registers that answer outside of the windows', () => {
    const outside = { ...TWO, mmio: { first: 2 * GIB, end: 4 * GIB } }
    expect(hasRegisters(TWO)).toBe(true)
    expect(hasRegisters(outside)).toBe(false)
    expect(hasRegisters({ ...TWO, windows: [{ ...DEFAULT, state: 'idle' }] })).toBe(false)
    expect(windowsView.table(outside).rows.map(([name]) => name)).toEqual([
      'default window',
      'dynamic window',
      '64-bit mask',
    ])
  })

  it('stand in the table, with the registers and the mask', () => {
    expect(windowsView.table(TWO).rows.map((row) => row.slice(0, 4))).toEqual([
      ['default window', 'buffers are mapped here', '0x0000_0000', '0x8000_0000'],
      ['dynamic window', 'all memory is mapped', '0x0800_0000_0000_0000', '0x0800_0010_0000_0000'],
      ['registers', 'kept free', '0x6000_0000', '0x8000_0000'],
      ['64-bit mask', '–', '0x0000_0000', '0x0001_0000_0000_0000_0000'],
    ])
  })
})
