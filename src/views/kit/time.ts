// The shared right-hand side of all pictures over time: which column a pixel shows, and what has not run yet.

import type { Pixels } from '../view.ts'
import { mix, type Palette, pack } from './palette.ts'

/** Column of the horizon that device pixel x of `width` shows. */
export function columnAt(x: number, width: number, columns: number): number {
  return Math.min(columns - 1, Math.floor((x * columns) / width))
}

let starts = new Int32Array(0)
let startsOf = ''

/** [columns+1] first device pixel of every column: pixel x shows column `columnAt(x)`. Valid until the next call. */
export function columnStarts(width: number, columns: number): Int32Array {
  const key = `${width}/${columns}`
  if (key !== startsOf) {
    starts = Int32Array.from({ length: columns + 1 }, (_, c) => Math.ceil((c * width) / columns))
    startsOf = key
  }
  return starts
}

/** First device pixel that has no data yet. */
export function filledPixels(width: number, columns: number, filled: number): number {
  return Math.min(width, Math.ceil((filled * width) / columns))
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
  for (let mapped = 0; mapped < 64; mapped++)
    for (let fresh = 0; fresh < 64; fresh++) {
      const base = mix(free, slack, mapped / 63)
      // One new page in a band must be seen, so the ramp begins well above nothing.
      share[(mapped << 6) | fresh] = fresh === 0 ? base : mix(base, useful, 0.4 + 0.6 * Math.sqrt(fresh / 63))
    }
  const waiting = Uint32Array.from({ length: 256 }, (_, v) =>
    v === 0 ? free : pack(palette.waiting(Math.min(1, Math.sqrt(v / 255 / MOST_WAIT)))),
  )
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
