// For tests only: frames from a few strings, and pictures as text.

import { type IovaSpaceFrame, shadeOf } from '../../sim/index.ts'
import type { Pixels } from '../view.ts'
import type { CellInk } from './cells.ts'

const STATE_LETTERS = '.rcmqxF'

/** A frame of one entry per cell (or `perCell`) from rows of state letters `. r c m q x F`, blank = padding. */
export function frameOf(rows: readonly string[], over: Partial<IovaSpaceFrame> = {}): IovaSpaceFrame {
  const columns = rows[0]!.length
  const letters = rows.join('')
  const n = letters.length
  const state = Uint8Array.from(letters, (l) => (l === ' ' ? 255 : STATE_LETTERS.indexOf(l)))
  const perCell = over.entriesPerCell ?? 1
  const frame = {
    table: 0,
    columns,
    rows: rows.length,
    entriesPerCell: perCell,
    pageShift: 16,
    size: letters.trimEnd().length * perCell,
    offset: 0,
    segments: [{ row: 0, rows: rows.length, firstEntry: 0, gapBefore: 0 }],
    gapAfter: 0,
    regions: [],
    colourBy: 'state' as const,
    called: 'TCE' as const,
    state,
    used: state.map((s) => (s === 3 ? 255 : 0)),
    useful: Uint16Array.from(state, (s) => (s === 3 ? 65535 : 0)),
    fresh: new Uint8Array(n),
    freeRun: new Uint8Array(n),
    value: new Uint8Array(n).fill(255),
    counts: { mapped: 0, free: 0, reserved: 0, cached: 0, queued: 0, reachable: 0, behindMapped: 0, refused: 0 },
    ...over,
  }
  const shade = Uint16Array.from(frame.state, (s, i) => shadeOf(s, frame.used[i]!, frame.useful[i]!, frame.fresh[i]!))
  return { shade, ...frame }
}

export function blank(width: number, height: number): Pixels {
  return { data: new Uint32Array(width * height), width, height }
}

/** One letter per pixel: ` ` untouched, `.` free, `s` slack, `m` mapped, `u` useful, `|` bar; per state `R C Q X F`
 *  strong, `r c q x f` softened or tinted, `?` anything else. */
export function pictureOf(pixels: Pixels, ink: CellInk): string[] {
  const names = new Map<number, string>([[0, ' ']])
  const put = (pixel: number, letter: string) => names.has(pixel) || names.set(pixel, letter)
  put(ink.ground, ' ')
  put(ink.free, '.')
  put(ink.slack[0]!, 's')
  put(ink.lit, 'm')
  put(ink.useful, 'u')
  put(ink.bar, '|')
  for (const [state, letter] of [...STATE_LETTERS].entries()) {
    put(ink.strong[state]!, letter.toUpperCase())
    put(ink.soft[state]!, letter === 'F' ? 'f' : letter)
    put(ink.tint[state]!, letter === 'F' ? 'f' : letter)
  }
  return Array.from({ length: pixels.height }, (_, y) =>
    Array.from(pixels.data.subarray(y * pixels.width, (y + 1) * pixels.width), (p) => names.get(p) ?? '?')
      .join('')
      .trimEnd(),
  )
}
