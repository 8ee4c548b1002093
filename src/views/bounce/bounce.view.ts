// Bytes that were copied against bytes that went without, over time and without the page: copied ones rise from a line in
// the middle, the others hang below it, both on one even scale. Greys: how bytes travel is no state of a page.

import { bytes, count, duration, ms } from '../../lib/format.ts'
import type { BounceFrame } from '../../sim/index.ts'
import { bounceText as text } from '../../text/bounce.ts'
import type { StripFact } from '../kit/fact-strip.tsx'
import { type Palette, pack } from '../kit/palette.ts'
import { linear } from '../kit/scales.ts'
import { columnAt, columnPixels, columnRect, paintDots, type TimeInk, timeInk } from '../kit/time.ts'
import { type HeatmapView, TWIN_ROWS } from '../view.ts'
import { describeArcs } from './bounce-arcs.ts'

/** css px. */
export const TRACK_HEIGHT = 34

export interface BounceInk extends TimeInk {
  readonly copied: number
  readonly uncopied: number
}

export function bounceInk(palette: Palette): BounceInk {
  return { ...timeInk(palette), copied: pack(palette.tokens.label), uncopied: pack(palette.tokens.edge) }
}

/** The most bytes of one kind in a column. */
export function mostOf({ copied, uncopied, filled }: BounceFrame): number {
  let most = 0
  for (let c = 0; c < filled; c++) most = Math.max(most, copied[c]!, uncopied[c]!)
  return most
}

/** What is said below the arcs: mappings and bytes so far, and what copying took. */
export function bounceFacts(frame: BounceFrame): readonly StripFact[] {
  const copied = frame.copiedInBytes + frame.copiedOutBytes
  const { zeroedBytes } = frame
  const rate =
    zeroedBytes > 0
      ? text.zeroed(bytes(zeroedBytes))
      : copied === 0
        ? text.noCopy
        : text.perByte(duration((frame.copyNs * 1024) / copied))
  return [
    { says: 'bounce.direct', ...text.direct(count(frame.direct), bytes(frame.directBytes)) },
    {
      says: 'bounce.bounced',
      ...text.bounced(count(frame.bounced), bytes(frame.copiedInBytes), bytes(frame.copiedOutBytes)),
    },
    { says: 'bounce.refused', ...text.refused(count(frame.refused)), failed: frame.refused > 0 },
    { says: 'bounce.copying', ...text.copying(duration(frame.copyNs), rate) },
  ]
}

export const bounceView: HeatmapView<'bounce', BounceInk> = {
  id: 'bounce',
  title: text.track,
  probe: 'bounce',
  paint(frame, ink, box, out) {
    const { starts } = columnPixels(out.width, frame.columns)
    const end = starts[frame.filled]!
    const line = Math.max(1, Math.round(box.dpr))
    const middle = (out.height - line) >> 1
    const below = middle + line
    const bars = linear(mostOf(frame), 0, Math.min(middle, out.height - below))
    // One px at least where there is anything.
    const barOf = (bytes: number) => (bytes === 0 ? 0 : Math.max(1, Math.round(bars(bytes))))
    for (let y = middle; y < below; y++) out.data.fill(ink.line, y * out.width, y * out.width + end)
    for (let c = 0; c < frame.filled; c++) {
      // A column may have no pixel of its own where the page is narrow: then the higher bar stands.
      const from = Math.min(starts[c]!, out.width - 1)
      const to = Math.max(from + 1, starts[c + 1]!)
      const up = barOf(frame.copied[c]!)
      const down = barOf(frame.uncopied[c]!)
      for (let y = middle - up; y < middle; y++) out.data.fill(ink.copied, y * out.width + from, y * out.width + to)
      for (let y = below; y < below + down; y++) out.data.fill(ink.uncopied, y * out.width + from, y * out.width + to)
    }
    paintDots(out, end, 0, out.height, ink.dot, box.dpr)
  },
  grid: (frame) => ({ columns: frame.columns, rows: 1 }),
  hitTest: (frame, x, y, box) => columnAt(x, y, box, frame.columns),
  cellRect: (frame, cell, box) => columnRect(cell, frame.columns, box),
  cellText(frame, cell) {
    if (cell >= frame.filled) return ''
    return text.cell(ms((cell + 1) * frame.columnNs), bytes(frame.copied[cell]!), bytes(frame.uncopied[cell]!))
  },
  describe(frame) {
    const words = text.describe(
      count(frame.bounced),
      count(frame.direct),
      count(frame.refused),
      bytes(frame.copiedInBytes + frame.copiedOutBytes),
      bytes(frame.directBytes),
      duration(frame.copyNs),
    )
    return `${words} ${describeArcs(frame)}`
  },
  table(frame) {
    const stride = Math.max(1, Math.ceil(frame.filled / TWIN_ROWS))
    const rows: string[][] = []
    for (let c = 0; c < frame.filled; c += stride) {
      const end = Math.min(c + stride, frame.filled)
      let [copied, uncopied] = [0, 0]
      for (let i = c; i < end; i++) {
        copied += frame.copied[i]!
        uncopied += frame.uncopied[i]!
      }
      rows.push([ms(end * frame.columnNs), bytes(copied), bytes(uncopied)])
    }
    return { columns: text.columns, rows, total: rows.length }
  },
}
