// The shared right-hand side of all pictures over time: which column a pixel shows, and what has not run yet.

import type { Box, Pixels, Rect } from '../view.ts'
import { mix, mixer, type Palette, pack } from './palette.ts'
import { cellIn, cells, edgesOf, rootScale, spanOf } from './scales.ts'

/** The columns of a horizon in the device pixels of a picture. */
export interface ColumnPixels {
  /** [columns+1] first device pixel of every column; of the first one that has no data, where the data end. */
  readonly starts: Int32Array
  /** [width] which column a pixel shows. */
  readonly shown: Int32Array
}

let pixels: ColumnPixels = { starts: new Int32Array(1), shown: new Int32Array(0) }
let pixelsOf = ''

/** Whole pixels from the scale of columns, made once for all pictures of a width. */
export function columnPixels(width: number, columns: number): ColumnPixels {
  const key = `${width}/${columns}`
  if (key !== pixelsOf) {
    const scale = cells(columns, width)
    pixels = { starts: edgesOf(scale, Math.ceil), shown: Int32Array.from({ length: width }, (_, x) => scale(x)) }
    pixelsOf = key
  }
  return pixels
}

/** Column under a point of a picture over time; null outside. */
export function columnAt(x: number, y: number, box: Box, columns: number): number | null {
  return y < 0 || y >= box.height ? null : cellIn(cells(columns, box.width), x)
}

/** Where column `column` of a picture over time stands, `least` css px wide at least. */
export function columnRect(column: number, columns: number, box: Box, least = 2): Rect {
  const [from, to] = spanOf(cells(columns, box.width), column)
  return { x: from, y: 0, width: Math.max(least, to - from), height: box.height }
}

/** Time that has not run is a dot grid, so that "no data" never looks like "zero". */
export function paintDots(out: Pixels, from: number, top: number, height: number, dot: number, dpr: number): void {
  const pitch = Math.round(4 * dpr)
  const side = Math.max(1, Math.floor(dpr))
  const start = from + ((pitch - (from % pitch)) % pitch)
  for (let y = top + (pitch >> 1); y + side <= top + height; y += pitch)
    for (let x = start; x + side <= out.width; x += pitch)
      for (let j = 0; j < side; j++) for (let i = 0; i < side; i++) out.data[(y + j) * out.width + x + i] = dot
}

/** Packed pixels of the pictures over time. */
export interface TimeInk {
  readonly ground: number
  readonly dot: number
  readonly free: number
  /** [64*64] share mapped × new mappings. */
  readonly share: Uint32Array
  /** [256] share of time waited, square root, 25 % and more is the strongest. */
  readonly waiting: Uint32Array
  readonly area: number
  readonly mapped: number
  readonly useful: number
  readonly failed: number
  readonly line: number
}

/** Waiting of this share and more has the strongest colour. */
const MOST_WAIT = 0.25

export function timeInk(palette: Palette): TimeInk {
  const { states, tokens } = palette
  const [bg, free, slack, useful] = [tokens.bg, states.free, states.slack, states.useful].map(pack) as [
    number,
    number,
    number,
    number,
  ]
  const share = new Uint32Array(64 * 64)
  // One new page in a band must be seen, so the ramp begins well above nothing.
  const strength = rootScale(63, 0.4, 1)
  const toSlack = mixer(free, slack)
  for (let mapped = 0; mapped < 64; mapped++) {
    const base = toSlack(mapped / 63)
    const toUseful = mixer(base, useful)
    for (let fresh = 0; fresh < 64; fresh++)
      share[(mapped << 6) | fresh] = fresh === 0 ? base : toUseful(strength(fresh))
  }
  const wait = rootScale(MOST_WAIT * 255, 0, 1)
  const waiting = Uint32Array.from({ length: 256 }, (_, v) => (v === 0 ? free : pack(palette.waiting(wait(v)))))
  return {
    ground: bg,
    dot: mix(bg, pack(tokens.edge), 0.4),
    free,
    share,
    waiting,
    area: mix(bg, slack, 0.5),
    mapped: pack(states.mapped),
    useful,
    failed: pack(states.failed),
    line: pack(tokens.hairline),
  }
}

/** Height that the lanes share, css px. */
export const LANES_HEIGHT = 80
const MOST_PITCH = 10

/** Distance of two lanes, css px. */
export function lanePitch(cpus: number): number {
  return Math.max(1, Math.min(MOST_PITCH, Math.floor(LANES_HEIGHT / Math.max(1, cpus))))
}

/** Height of the line above the lanes, css px. */
const LANES_HEAD = 18

/** What the lanes take of the time stack, css px. */
export function lanesHeight(cpus: number): number {
  return LANES_HEAD + cpus * lanePitch(cpus)
}
