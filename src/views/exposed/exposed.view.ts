// What was unmapped and still reachable over time, without the page: a curve of bytes on a scale of its own, and below it a
// tick for each flush of everything and a cross for each late access that reached memory.

import { bytes, count, ms } from '../../lib/format.ts'
import { CELL_REACHABLE, type TimelineFrame } from '../../sim/index.ts'
import { exposureText as text } from '../../text/radix.ts'
import { mix, type Palette, pack, STATE_NAMES } from '../kit/palette.ts'
import { linear } from '../kit/scales.ts'
import { columnAt, columnPixels, columnRect, paintDots, type TimeInk, timeInk } from '../kit/time.ts'
import { type HeatmapView, type Pixels, TWIN_ROWS } from '../view.ts'

/** css px: the row of ticks and crosses, and the whole track; on a phone less. */
export const TICKS = 9
export const EXPOSED_HEIGHT = 38
export const EXPOSED_NARROW = 26

const HATCH = 4
const LEAST_FULL = 4096

export interface ExposedInk extends TimeInk {
  readonly reachable: number
  readonly tint: number
  readonly tick: number
}

export function exposedInk(palette: Palette): ExposedInk {
  const strong = pack(palette.states[STATE_NAMES[CELL_REACHABLE]])
  const { bg, label } = palette.tokens
  return { ...timeInk(palette), reachable: strong, tint: mix(pack(bg), strong, 0.18), tick: pack(label) }
}

/** Bytes at the top of the curve: the power of two that holds the most there was. */
export function fullOf({ exposedBytes, filled }: TimelineFrame): number {
  let full = LEAST_FULL
  for (let c = 0; c < filled; c++) while (full < (exposedBytes?.[c] ?? 0)) full *= 2
  return full
}

/** Sums over the columns so far. */
export function sumsOf({ flushes, late, filled }: TimelineFrame): { flushes: number; late: number } {
  const sum = { flushes: 0, late: 0 }
  for (let c = 0; c < filled; c++) {
    sum.flushes += flushes[c]!
    sum.late += late[c]!
  }
  return sum
}

function paintLevels(frame: TimelineFrame, ink: ExposedInk, height: number, end: number, dpr: number, out: Pixels) {
  const { shown } = columnPixels(out.width, frame.columns)
  const levels = linear(fullOf(frame), 0, height)
  const thick = Math.max(1, Math.round(dpr))
  const pitch = Math.round(HATCH * dpr)
  for (let x = 0; x < end; x++) {
    const exposed = frame.exposedBytes?.[shown[x]!] ?? 0
    // What is little must not vanish.
    const level = exposed === 0 ? 0 : Math.max(thick, Math.round(levels(exposed)))
    for (let y = height - level; y < height; y++) {
      const cross = (x + y) % pitch === 0 || (x - y + pitch * height) % pitch === 0
      out.data[y * out.width + x] = y < height - level + thick || cross ? ink.reachable : ink.tint
    }
  }
}

/** A cross of `side` px, two px thick where there is room. */
function paintCross(x: number, y: number, side: number, pixel: number, out: Pixels): void {
  for (let i = 0; i < side; i++)
    for (const j of [i, side - 1 - i])
      for (let k = 0; k < 2; k++) {
        const at = x + j + k - (side >> 1)
        if (at >= 0 && at < out.width) out.data[(y + i) * out.width + at] = pixel
      }
}

export const exposedView: HeatmapView<'timeline', ExposedInk> = {
  id: 'exposed',
  title: text.track,
  probe: 'timeline',
  paint(frame, ink, box, out) {
    const { starts } = columnPixels(out.width, frame.columns)
    const end = starts[frame.filled]!
    const row = Math.round(TICKS * box.dpr)
    const height = out.height - row - Math.round(2 * box.dpr)
    const top = out.height - row
    const tick = Math.max(1, Math.round(box.dpr))
    const side = row - 2 * tick
    paintLevels(frame, ink, height, end, box.dpr, out)
    let crossed = -row
    for (let c = 0; c < frame.filled; c++) {
      const x = starts[c]!
      // Where the page is narrow, some have no pixel of their own.
      if (x === starts[c + 1]) continue
      if (frame.flushes[c]! > 0)
        for (let y = top; y < out.height - tick; y++)
          out.data.fill(ink.tick, y * out.width + x, y * out.width + x + tick)
      if (frame.late[c]! === 0 || x - crossed < side + 2 * tick) continue
      crossed = x
      // On clear ground, so that it is told from the ticks.
      const half = (side >> 1) + tick
      for (let y = top; y < out.height; y++)
        out.data.fill(ink.ground, y * out.width + Math.max(0, x - half), y * out.width + Math.min(out.width, x + half))
      paintCross(x, top, side, ink.failed, out)
    }
    paintDots(out, end, 0, height, ink.dot, box.dpr)
  },
  grid: (frame) => ({ columns: frame.columns, rows: 1 }),
  hitTest: (frame, x, y, box) => columnAt(x, y, box, frame.columns),
  cellRect: (frame, cell, box) => columnRect(cell, frame.columns, box),
  cellText(frame, c) {
    if (c >= frame.filled) return ''
    const exposed = bytes(frame.exposedBytes?.[c] ?? 0)
    return text.cell(ms((c + 1) * frame.columnNs), exposed, count(frame.flushes[c]!), count(frame.late[c]!))
  },
  describe(frame) {
    const { flushes, late } = sumsOf(frame)
    let most = 0
    for (let c = 0; c < frame.filled; c++) most = Math.max(most, frame.exposedBytes?.[c] ?? 0)
    const now = frame.exposedBytes?.[frame.filled - 1] ?? 0
    return text.describe(bytes(now), bytes(most), count(flushes), count(late))
  },
  table(frame) {
    const stride = Math.max(1, Math.ceil(frame.filled / TWIN_ROWS))
    const rows: string[][] = []
    for (let c = 0; c < frame.filled; c += stride) {
      const end = Math.min(c + stride, frame.filled)
      let [flushes, late] = [0, 0]
      for (let i = c; i < end; i++) {
        flushes += frame.flushes[i]!
        late += frame.late[i]!
      }
      const exposed = bytes(frame.exposedBytes?.[end - 1] ?? 0)
      rows.push([ms(end * frame.columnNs), exposed, count(flushes), count(late)])
    }
    return { columns: text.columns, rows, total: rows.length }
  },
}
