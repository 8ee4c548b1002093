// The painter of pictures: the panels one below the other, filling the box; edges fall on whole device pixels.

import { cumsum } from 'd3'
import { CELL_FAILED, CELL_FREE, CELL_MAPPED, CELL_NONE } from '../../sim/index.ts'
import { fillCell, frameCell, paintCross } from '../kit/cell-patterns.ts'
import { type CellInk, type CellValues, cellInk, paintCell } from '../kit/cells.ts'
import { cpuColour, mix, type Palette, pack, STATE_NAMES } from '../kit/palette.ts'
import { cells, edgesOf, linear } from '../kit/scales.ts'
import { timeInk } from '../kit/time.ts'
import type { Pixels } from '../view.ts'
import { code, type Meaning, meaningOf, NOTHING, type Panel, type Picture, TONES } from './format.ts'

/** Between panels, css px. */
const SPACE = 4
const ZIGZAG = 14
/** From this size on cells have a gap and patterns, device px. */
const PATTERN_SIZE = 5
/** Half a tooth of a zigzag, css px. */
const TOOTH = 4

/** Packed pixels of one palette. */
export interface PictureInk {
  readonly ground: number
  readonly edge: number
  readonly cell: CellInk
  /** [256] flat colour by byte. */
  readonly flat: Uint32Array
  readonly meanings: readonly Meaning[]
}

const FREE = code.state(CELL_FREE)
const MEANINGS = Array.from({ length: 256 }, (_, byte) => meaningOf(byte))

export function pictureInk(palette: Palette): PictureInk {
  const time = timeInk(palette)
  const { tokens, states } = palette
  const free = pack(states.free)
  const tones = { ...tokens, ...states }
  const full = (useful: number) => mix(pack(states.slack), pack(states.mapped), useful)
  const flat = Uint32Array.from(MEANINGS, (m) => {
    switch (m.is) {
      case 'band':
        return time.share[(Math.round(m.mapped * 63) << 6) | Math.round(m.fresh * 63)]!
      case 'state':
        return pack(states[STATE_NAMES[m.state]])
      case 'mapped':
        return mix(free, full(m.useful), m.used)
      case 'owner':
        return mix(free, pack(cpuColour(palette, m.n, 8)), m.kept ? 0.3 : 1)
      case 'waited':
        return mix(free, pack(palette.waiting(m.share)), m.share === 0 ? 0 : 1)
      case 'tone':
        return pack(tones[TONES[TONES.indexOf(m.tone)]!])
      case 'nothing':
        return pack(tokens.bg)
    }
  })
  return {
    ground: pack(tokens.bg),
    edge: pack(tokens.edge),
    cell: cellInk(palette, null, null),
    flat,
    meanings: MEANINGS,
  }
}

/** Paints the whole of `out`, which has `dpr` pixels in a css px. */
export function paintPicture({ panels, cells }: Picture, ink: PictureInk, dpr: number, out: Pixels): void {
  out.data.fill(ink.ground)
  const gap = ({ before }: Panel) => Math.round((before === 'zigzag' ? ZIGZAG : before === 'space' ? SPACE : 0) * dpr)
  const room = out.height - panels.reduce((sum, panel) => sum + gap(panel), 0)
  const ends = cumsum(panels, ({ weight }) => weight)
  const y = linear(ends.at(-1) ?? 0, 0, room)
  let [at, top] = [0, 0]
  for (const [i, panel] of panels.entries()) {
    if (panel.before === 'zigzag') paintZigzag(ink.edge, top, gap(panel), dpr, out)
    top += gap(panel)
    const height = Math.round(y(ends[i]!)) - Math.round(y(ends[i - 1] ?? 0))
    const end = at + panel.columns * panel.rows
    if (height > 0) paintPanel(panel, cells.subarray(at, end), ink, top, height, out)
    at = end
    top += height
  }
}

const values: CellValues = { state: 0, used: 0, useful: 0, fresh: 0, freeRun: 0, value: CELL_NONE, many: false }

function paintPanel(panel: Panel, bytes: Uint8Array, ink: PictureInk, top: number, height: number, out: Pixels): void {
  const { columns, rows, style } = panel
  const xs = edgesOf(cells(columns, out.width))
  const ys = edgesOf(cells(rows, height), (y) => top + Math.round(y))
  const least = Math.floor(Math.min(out.width / columns, height / rows))
  const patterns = style === 'cells' && least >= PATTERN_SIZE
  const cross = least - 1
  for (let r = 0; r < rows; r++) {
    const [y, bottom] = [ys[r]!, ys[r + 1]!]
    if (bottom === y) continue
    const row = bytes.subarray(r * columns, (r + 1) * columns)
    if (patterns) {
      for (let c = 0; c < columns; c++)
        paintByte(row[c]!, ink, xs[c]!, y, xs[c + 1]! - xs[c]! - 1, bottom - y - 1, cross, out)
      continue
    }
    const line = y * out.width
    for (let c = 0; c < columns; c++) {
      // As int32: the same bits, and the loop stays in integer registers.
      const pixel = ink.flat[row[c]!]! | 0
      for (let x = line + xs[c]!, to = line + xs[c + 1]!; x < to; x++) out.data[x] = pixel
    }
    for (let below = y + 1; below < bottom; below++) out.data.copyWithin(below * out.width, line, line + out.width)
  }
}

/** One cell with the patterns that the maps give it. */
function paintByte(
  byte: number,
  ink: PictureInk,
  x: number,
  y: number,
  w: number,
  h: number,
  cross: number,
  out: Pixels,
): void {
  if (byte === NOTHING) return
  const meaning = ink.meanings[byte]!
  if (meaning.is === 'owner') {
    fillCell(ink.flat[byte]!, x, y, w, h, out)
    if (meaning.kept) frameCell(ink.flat[byte & ~8]!, x, y, w, h, out)
  } else if (meaning.is === 'state' || meaning.is === 'mapped') {
    fillCell(ink.flat[FREE]!, x, y, w, h, out)
    values.state = meaning.is === 'state' ? meaning.state : CELL_MAPPED
    values.used = meaning.is === 'mapped' ? Math.round(meaning.used * 255) : 0
    values.useful = meaning.is === 'mapped' ? Math.round(meaning.useful * 65535) : 0
    // Neighbours may differ by a pixel; crosses that did would dance.
    if (values.state === CELL_FAILED) paintCross(ink.cell, x, y, cross, cross, out)
    else if (values.state !== CELL_FREE) paintCell(values, ink.cell, x, y, w, h, out)
  } else fillCell(ink.flat[byte]!, x, y, w, h, out)
}

/** A break: a zigzag in the middle of the gap, one css px thick. */
function paintZigzag(pixel: number, top: number, height: number, dpr: number, out: Pixels): void {
  const tooth = Math.max(2, Math.round(TOOTH * dpr))
  const thick = Math.max(1, Math.round(dpr))
  const first = top + ((height - tooth) >> 1)
  for (let x = 0; x < out.width; x++) {
    const on = x % (2 * tooth)
    const y = first + (on < tooth ? on : 2 * tooth - on)
    for (let j = 0; j < thick; j++) out.data[(y + j) * out.width + x] = pixel
  }
}
