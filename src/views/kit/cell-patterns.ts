// The patterns that tell states apart without their hue, and the marks over them. Device pixels, nothing is clipped.

import {
  CELL_CACHED,
  CELL_FAILED,
  CELL_NONE,
  CELL_QUEUED,
  CELL_REACHABLE,
  CELL_RESERVED,
  MARK_FOREIGN,
  MARK_PASSED,
} from '../../sim/index.ts'
import type { Pixels } from '../view.ts'

/** Packed pixels of one palette. */
export interface CellPixels {
  readonly bar: number
  /** [7] by state: the strong pixel, its softened neighbour, the tint between. */
  readonly strong: Uint32Array
  readonly soft: Uint32Array
  readonly tint: Uint32Array
  readonly free: number
  /** [256] slack by freshness. */
  readonly slack: Uint32Array
  readonly lit: number
  readonly useful: number
  /** [SHADES] flat colour by shade. */
  readonly flat: Uint32Array
  /** [256] fill by class when the map is coloured by something else than state, else null. */
  readonly classes: Uint32Array | null
  /** [256] by class: a cached page in the colour of its keeper, and the tint of its ground. */
  readonly kept: Uint32Array | null
  readonly keptTint: Uint32Array | null
}

/** Foreign: the upper right corner is cut off. Passed by the last search: underlined in the ink of text. */
export function paintMarks(
  marks: number,
  ink: CellPixels,
  x: number,
  y: number,
  w: number,
  h: number,
  out: Pixels,
): void {
  if ((marks & MARK_FOREIGN) !== 0) {
    const side = Math.max(2, Math.round(Math.min(w, h) / 2))
    for (let j = 0; j < side; j++)
      out.data.fill(ink.bar, (y + j) * out.width + x + w - side + j, (y + j) * out.width + x + w)
  }
  if ((marks & MARK_PASSED) !== 0)
    for (let j = h - (h >= 12 ? 2 : 1); j < h; j++)
      out.data.fill(ink.bar, (y + j) * out.width + x, (y + j) * out.width + x + w)
}

/** What the ground of a cell shows: a state, the class that keeps it (CELL_NONE: none), and whether it lies in a chunk, whose
 *  line says so. */
export interface Ground {
  state: number
  value: number
  owned?: boolean
}

/** The pattern of a state over the whole cell: reserved, cached, queued or reachable. */
export function paintGround(
  { state, value, owned }: Ground,
  ink: CellPixels,
  x: number,
  y: number,
  w: number,
  h: number,
  out: Pixels,
): void {
  const { data, width } = out
  const small = Math.min(w, h) < 11
  if (state === CELL_QUEUED || state === CELL_REACHABLE) {
    const pitch = small ? 3 : 4
    for (let j = 0; j < h; j++)
      for (let i = 0; i < w; i++) data[(y + j) * width + x + i] = hatch(state, ink, i, j, w, h, pitch)
    return
  }
  // Coloured by CPU, a cached page has the colour of the one that keeps it.
  const keeper = state === CELL_CACHED && ink.classes && value !== CELL_NONE ? ink.classes[value]! : null
  const strong = keeper ?? ink.strong[state]!
  if (state === CELL_CACHED) {
    const tint = keeper === null ? ink.tint[state]! : ink.keptTint![value]!
    for (let j = 0; j < h; j++) data.fill(tint, (y + j) * width + x, (y + j) * width + x + w)
    // The free rest of a chunk is one band, not page by page.
    if (owned) return
  }
  frameCell(strong, x, y, w, h, out)
  if (state === CELL_RESERVED) {
    const dot = small ? 1 : 2
    for (let j = 0; j < dot; j++)
      for (let i = 0; i < dot; i++)
        data[(y + ((h - dot) >> 1) + j) * width + x + ((w - dot) >> 1) + i] = ink.strong[state]!
  } else if (!small) frameCell(keeper === null ? ink.soft[state]! : ink.kept![value]!, x + 1, y + 1, w - 2, h - 2, out)
}

function hatch(state: number, ink: CellPixels, i: number, j: number, w: number, h: number, pitch: number): number {
  const rising = (i + j) % pitch
  if (state === CELL_QUEUED)
    return rising === pitch - 1 ? ink.strong[state]! : rising === 0 ? ink.soft[state]! : ink.tint[state]!
  const edge = i === 0 || j === 0 || i === w - 1 || j === h - 1
  const cross = rising === (w - 1) % pitch || (i - j + pitch * h) % pitch === 0
  return edge || cross ? ink.strong[state]! : ink.tint[state]!
}

export function fillCell(pixel: number, x: number, y: number, w: number, h: number, out: Pixels): void {
  for (let j = 0; j < h; j++) out.data.fill(pixel, (y + j) * out.width + x, (y + j) * out.width + x + w)
}

export function frameCell(pixel: number, x: number, y: number, w: number, h: number, out: Pixels): void {
  const { data, width } = out
  data.fill(pixel, y * width + x, y * width + x + w)
  data.fill(pixel, (y + h - 1) * width + x, (y + h - 1) * width + x + w)
  for (let j = 1; j < h - 1; j++) {
    data[(y + j) * width + x] = pixel
    data[(y + j) * width + x + w - 1] = pixel
  }
}

/** A square X in the middle of the cell: softened arms below 8 px, two pixels thick from there on. */
export function paintCross(ink: CellPixels, x: number, y: number, w: number, h: number, out: Pixels): void {
  const { data, width } = out
  const side = Math.min(w, h)
  const inset = side >= 16 ? 3 : side >= 8 ? 1 : 0
  const n = side - 2 * inset
  const x0 = x + ((w - n) >> 1)
  const y0 = y + ((h - n) >> 1)
  const strong = ink.strong[CELL_FAILED]!
  const beside = side >= 8 ? strong : ink.soft[CELL_FAILED]!
  for (let i = 0; i < n; i++) {
    const line = (y0 + i) * width + x0
    const left = i
    const right = n - 1 - i
    if (i > 0) {
      data[line + left - 1] = beside
      data[line + right + 1] = beside
    }
    if (i < n - 1) {
      data[line + left + 1] = beside
      data[line + right - 1] = beside
    }
    data[line + left] = strong
    data[line + right] = strong
  }
}
