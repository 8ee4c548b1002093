// The DMA windows of a device without the page: one axis of bus addresses on which each window is a stretch with a scale of
// its own, and what no window maps is a break of one width, however large it is.

import { addressOf, bytes, count, hex, percent } from '../../lib/format.ts'
import type { WindowInfo, WindowsFrame } from '../../sim/index.ts'
import { windowsText as text } from '../../text/windows.ts'
import { fillCell } from '../kit/cell-patterns.ts'
import { type Palette, pack } from '../kit/palette.ts'
import { cellIn, cells, edgesOf, type Linear, linear, linearFrom, spanOf, widthOfCells } from '../kit/scales.ts'
import type { Box, HeatmapView, Pixels, Rect } from '../view.ts'

/** css px: names stand above the strip, addresses and figures below it. */
export const STRIP_TOP = 18
export const STRIP = 28
export const WINDOWS_HEIGHT = 78
export const WINDOWS_NARROW = 92
/** Width of a break with its words; of the seam between windows that touch. */
const BREAK = 92
const BREAK_NARROW = 68
const SEAM = 8
/** Below this width of the axis breaks are narrow. */
export const NARROW = 480
/** Device px of a cell from which on it has a gap. */
const gapFrom = (dpr: number) => Math.round(4 * dpr)
/** Frames are of 4 KiB. */
const FRAME_SHIFT = 12
const FRAME_BYTES = 4096

export interface WindowsInk {
  readonly ground: number
  readonly free: number
  readonly mapped: number
  readonly reserved: number
}

export function windowsInk({ tokens, states }: Palette): WindowsInk {
  const [ground, free, mapped] = [pack(tokens.bg), pack(states.free), pack(states.mapped)]
  return { ground, free, mapped, reserved: pack(states.reserved) }
}

/** A part of the axis, css px: a window, or what no window maps. */
export interface Piece {
  readonly x: number
  readonly width: number
  /** First frame and number of frames. */
  readonly base: number
  readonly frames: number
  /** Null for a break. */
  readonly window: WindowInfo | null
}

/** The windows by address. Cells are numbered in this order. */
export function windowsOf(frame: WindowsFrame): readonly WindowInfo[] {
  return [...frame.windows].sort((a, b) => a.base - b.base)
}

/** First frame that the device does not reach. */
export function maskEnd({ maskBits }: WindowsFrame): number {
  return 2 ** Math.max(0, maskBits - FRAME_SHIFT)
}

/** The axis from address 0 to the end of the last window, or of the mask if that is further. */
export function piecesOf(frame: WindowsFrame, box: Box): readonly Piece[] {
  const parts: Omit<Piece, 'x' | 'width'>[] = []
  let end = 0
  const gapTo = (base: number) => {
    if (base > end) parts.push({ base: end, frames: base - end, window: null })
  }
  for (const window of windowsOf(frame)) {
    gapTo(window.base)
    parts.push({ base: window.base, frames: window.frames, window })
    end = window.base + window.frames
  }
  gapTo(maskEnd(frame))
  const least = box.width < NARROW ? BREAK_NARROW : BREAK
  const seams = parts.filter(({ window }, i) => window && parts[i - 1]?.window).length
  const breaks = parts.filter(({ window }) => !window).length
  const stretches = Math.max(1, parts.length - breaks)
  const room = Math.max(1, Math.floor(((box.width - breaks * least - seams * SEAM) * box.dpr) / stretches))
  // Cells with gaps are all as wide; what that leaves over the breaks take.
  const wide = room >= gapFrom(box.dpr) * frame.bands ? Math.floor(room / frame.bands) * frame.bands : room
  const gap = least + Math.floor(((room - wide) * stretches) / Math.max(1, breaks) / box.dpr)
  let x = 0
  let before: Piece | null = null
  return parts.map((part) => {
    if (before?.window && part.window) x += SEAM
    const piece: Piece = { ...part, x: Math.round(x * box.dpr) / box.dpr, width: part.window ? wide / box.dpr : gap }
    x = piece.x + piece.width
    before = piece
    return piece
  })
}

/** Where on the axis a frame lies, css px: to scale in a window; in a break at its beginning, or else in its middle. */
export function xOfFrame(pieces: readonly Piece[], at: number): number {
  const last = pieces.at(-1)
  const piece = pieces.find(({ base, frames }) => at >= base && at < base + frames)
  if (!piece) return last ? last.x + last.width : 0
  if (!piece.window) return piece.x + (at === piece.base ? 0 : piece.width / 2)
  return linearFrom(piece.base, piece.base + piece.frames, piece.x, piece.x + piece.width)(at)
}

/** `0x0800_0000_0000_0000`: where a frame begins. */
export function frameAddress(at: number): string {
  return hex(addressOf(at, FRAME_SHIFT))
}

export function frameBytes(frames: number): string {
  return bytes(frames * FRAME_BYTES)
}

/** Share of the TCEs of a band that are set, 0…255. */
function usedOf(frame: WindowsFrame, window: WindowInfo, band: number): number {
  return window.row < 0 ? 0 : frame.used[window.row * frame.bands + band]!
}

/** Bands of a window to frames. */
const bandScale = ({ bands }: WindowsFrame, { base, frames }: WindowInfo): Linear => linear(bands, base, base + frames)

/** Whether registers answer in a band, whatever else is in it. */
function isReserved({ mmio }: WindowsFrame, scale: Linear, band: number): boolean {
  return mmio !== null && mmio.first < scale(band + 1) && mmio.end > scale(band)
}

/** Whether registers answer anywhere in a window that is drawn. */
export function hasRegisters({ mmio, windows }: WindowsFrame): boolean {
  return windows.some((w) => isFilled(w) && mmio !== null && mmio.first < w.base + w.frames && mmio.end > w.base)
}

/** Whether the cells of a window are drawn: of one that is idle or removed only the outline is. */
export function isFilled({ state }: WindowInfo): boolean {
  return state === 'used' || state === 'direct'
}

function paintReserved(ink: WindowsInk, x: number, top: number, w: number, h: number, dpr: number, out: Pixels): void {
  const pitch = Math.round(4 * dpr)
  const dot = Math.max(1, Math.floor(dpr))
  const thin = Math.max(1, Math.round(dpr))
  fillCell(ink.ground, x, top, w, h, out)
  fillCell(ink.reserved, x, top, w, thin, out)
  fillCell(ink.reserved, x, top + h - thin, w, thin, out)
  // Dots on a grid of the picture, so that neighbours read as one stretch.
  for (let y = top + pitch; y + dot < top + h - thin; y += pitch)
    for (let i = 0; i < w; i++)
      if ((x + i) % pitch < dot) for (let j = 0; j < dot; j++) out.data[(y + j) * out.width + x + i] = ink.reserved
}

function paintWindow(frame: WindowsFrame, piece: Piece, window: WindowInfo, ink: WindowsInk, dpr: number, out: Pixels) {
  const { bands } = frame
  const [left, top] = [Math.round(piece.x * dpr), Math.round(STRIP_TOP * dpr)]
  const [wide, height] = [Math.round(piece.width * dpr), Math.round(STRIP * dpr)]
  const n = Math.min(bands, wide)
  const across = cells(n, wide)
  const gap = widthOfCells(across) >= gapFrom(dpr) ? Math.round(dpr) : 0
  const edges = edgesOf(across)
  const shared = cells(n, bands)
  const [first, end] = [edgesOf(shared, Math.floor), edgesOf(shared, Math.ceil)]
  const level = linear(255, 0, height)
  const scale = bandScale(frame, window)
  for (let c = 0; c < n; c++) {
    const [x, whole] = [left + edges[c]!, edges[c + 1]! - edges[c]!]
    const w = whole - gap
    // Where several bands share a pixel the fullest is seen.
    let used = 0
    let reserved = false
    for (let band = first[c]!; band < end[c + 1]!; band++) {
      used = Math.max(used, usedOf(frame, window, band))
      reserved ||= isReserved(frame, scale, band)
    }
    if (used === 0 && reserved) {
      paintReserved(ink, x, top, whole, height, dpr, out)
      continue
    }
    fillCell(ink.free, x, top, w, height, out)
    const full = used === 0 ? 0 : Math.max(Math.round(2 * dpr), Math.round(level(used)))
    fillCell(ink.mapped, x, top + height - full, w, full, out)
  }
}

/** A sample of what the strip shows. */
export function paintKey(kind: 'mapped' | 'free' | 'reserved', ink: WindowsInk, out: Pixels): void {
  const dpr = Math.max(1, Math.round(out.width / 12))
  if (kind === 'reserved') paintReserved(ink, 0, 0, out.width, out.height, dpr, out)
  else fillCell(ink[kind], 0, 0, out.width, out.height, out)
}

function cellText(frame: WindowsFrame, cell: number): string {
  const window = windowsOf(frame)[Math.floor(cell / frame.bands)]
  if (!window) return ''
  const band = cell % frame.bands
  const scale = bandScale(frame, window)
  const used = usedOf(frame, window, band)
  const { cellStates } = text
  const what =
    window.state === 'removed'
      ? cellStates.removed
      : used > 0
        ? text.mappedShare(percent(used / 255))
        : isReserved(frame, scale, band)
          ? cellStates.reserved
          : cellStates.free
  return text.cell(
    text.names[window.name],
    frameAddress(Math.floor(scale(band))),
    bytes((window.frames / frame.bands) * FRAME_BYTES),
    what,
  )
}

/** What of a window is mapped, in words. */
export function mappedText({ mappedBytes }: WindowInfo): string {
  return mappedBytes === 0 ? text.nothing : text.mapped(bytes(mappedBytes))
}

export const windowsView: HeatmapView<'windows', WindowsInk> = {
  id: 'windows',
  title: text.title,
  probe: 'windows',
  paint(frame, ink, box, out) {
    for (const piece of piecesOf(frame, box))
      if (piece.window && isFilled(piece.window)) paintWindow(frame, piece, piece.window, ink, box.dpr, out)
  },
  grid: (frame) => ({ columns: frame.bands, rows: frame.windows.length }),
  hitTest(frame, x, y, box) {
    if (y < STRIP_TOP || y >= STRIP_TOP + STRIP) return null
    const pieces = piecesOf(frame, box).filter(({ window }) => window)
    for (const [row, piece] of pieces.entries()) {
      const band = cellIn(cells(frame.bands, piece.width), x - piece.x)
      if (band !== null) return row * frame.bands + band
    }
    return null
  },
  cellRect(frame, cell, box): Rect {
    const pieces = piecesOf(frame, box).filter(({ window }) => window)
    const piece = pieces[Math.min(pieces.length - 1, Math.floor(cell / frame.bands))]
    if (!piece) return { x: 0, y: 0, width: 0, height: 0 }
    const [from, to] = spanOf(cells(frame.bands, piece.width), cell % frame.bands)
    return { x: piece.x + from, y: STRIP_TOP, width: Math.max(1, to - from), height: STRIP }
  },
  cellText,
  describe(frame) {
    const sentences = windowsOf(frame).map((window) => {
      const size = text.size(frameBytes(window.frames), bytes(2 ** window.pageShift))
      const [from, tces] = [frameAddress(window.base), text.tces(count(window.tces))]
      return text.one(text.names[window.name], text.states[window.state], size, from, tces, mappedText(window))
    })
    const gaps = piecesOf(frame, { width: NARROW, height: WINDOWS_HEIGHT, dpr: 1 })
      .filter(({ window }, i, all) => !window && i < all.length - 1)
      .map(({ frames }) => text.gapWords(frameBytes(frames)))
    if (gaps.length > 0) sentences.push(text.between(gaps.join(', ')))
    sentences.push(text.maskWords(frame.maskBits, frameAddress(maskEnd(frame))))
    return sentences.join(' ')
  },
  table(frame) {
    const range = (first: number, end: number) => [frameAddress(first), frameAddress(end)]
    const rows = windowsOf(frame).map((window) => [
      text.names[window.name],
      text.states[window.state],
      ...range(window.base, window.base + window.frames),
      bytes(2 ** window.pageShift),
      count(window.tces),
      bytes(window.mappedBytes),
    ])
    if (frame.mmio && hasRegisters(frame))
      rows.push([text.legend.reserved, text.reserved, ...range(frame.mmio.first, frame.mmio.end), '–', '–', '–'])
    rows.push([text.mask(frame.maskBits), '–', ...range(0, maskEnd(frame)), '–', '–', '–'])
    return { columns: text.columns, rows, total: rows.length }
  },
}
