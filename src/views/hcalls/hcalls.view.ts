// Hypervisor calls over time without the page: a lane for each kind on the columns of the time-line, all on one scale, the
// square root of the calls in a column, so that few are seen beside many and lanes can be compared.

import { count, duration, ms } from '../../lib/format.ts'
import type { HcallsFrame } from '../../sim/index.ts'
import { hcallsText as text } from '../../text/windows.ts'
import { type Palette, pack } from '../kit/palette.ts'
import { cells, edgesOf, gridCellIn, gridRectOf, rootScale } from '../kit/scales.ts'
import { columnPixels, paintDots, type TimeInk, timeInk } from '../kit/time.ts'
import { type Box, type HeatmapView, TWIN_ROWS } from '../view.ts'

/** css px: distance of two lanes, and a lane without the gap above it. */
export const HCALLS_PITCH = 19
export const HCALLS_LANE = 15
const LEAST_BAR = 2

/** Greys: a call is no state of a page. */
export interface HcallsInk extends TimeInk {
  readonly call: number
  /** A call that had to be made again. */
  readonly again: number
}

export function hcallsInk(palette: Palette): HcallsInk {
  return { ...timeInk(palette), call: pack(palette.tokens.label), again: pack(palette.tokens.text) }
}

/** Calls by column, a lane each, in the order of their words. */
export const lanesOf = (f: HcallsFrame) => [f.put, f.putIndirect, f.stuff, f.tooHard] as const

/** Height of all lanes, css px. */
export const HCALLS_HEIGHT = 4 * HCALLS_PITCH

/** The most calls of one kind in a column. */
export function mostOf(frame: HcallsFrame): number {
  let most = 0
  for (const lane of lanesOf(frame)) for (let c = 0; c < frame.filled; c++) most = Math.max(most, lane[c]!)
  return most
}

/** Why nothing moves: since when there was no call where buffers need none, or that there was none yet; else empty. */
export function silence(frame: HcallsFrame, narrow = false): string {
  if (laneTotals(frame).every((n) => n === 0)) return text.none
  if (!frame.direct) return ''
  let c = frame.filled - 1
  while (c >= 0 && lanesOf(frame).every((lane) => lane[c] === 0)) c--
  if (c === frame.filled - 1) return ''
  return `${text.since(c < 0 ? null : ms((c + 1) * frame.columnNs))}${narrow ? '.' : text.direct}`
}

/** Calls so far, by lane. */
export function laneTotals({ totals }: HcallsFrame): readonly number[] {
  return [totals.put, totals.putIndirect, totals.stuff, totals.tooHard]
}

/** Calls, TCEs and time of all so far; a call that was too hard is made again, and counts once. */
export function totalsText({ totals }: HcallsFrame): readonly [calls: string, tces: string, time: string] {
  const calls = totals.put + totals.putIndirect + totals.stuff
  return [count(calls), count(totals.tcesPut + totals.tcesStuffed), duration(totals.ns)]
}

function cellText(frame: HcallsFrame, cell: number): string {
  const [lane, c] = [Math.floor(cell / frame.columns), cell % frame.columns]
  if (c >= frame.filled) return ''
  return text.cell(text.lanes[lane]!.call, ms((c + 1) * frame.columnNs), count(lanesOf(frame)[lane]![c]!))
}

/** Columns across and lanes down. */
const scalesOf = (frame: HcallsFrame, box: Box) =>
  [cells(frame.columns, box.width), cells(lanesOf(frame).length, box.height)] as const

export const hcallsView: HeatmapView<'hcalls', HcallsInk> = {
  id: 'hcalls',
  title: text.title,
  probe: 'hcalls',
  paint(frame, ink, box, out) {
    const { starts } = columnPixels(out.width, frame.columns)
    const end = starts[frame.filled]!
    const lanes = lanesOf(frame)
    const edges = edgesOf(cells(lanes.length, out.height))
    const room = Math.round(HCALLS_LANE * box.dpr)
    const bars = rootScale(mostOf(frame), 0, room)
    const least = Math.round(LEAST_BAR * box.dpr)
    const line = Math.max(1, Math.round(box.dpr))
    lanes.forEach((lane, i) => {
      const bottom = edges[i + 1]!
      const pixel = i === lanes.length - 1 ? ink.again : ink.call
      for (let y = bottom - line; y < bottom; y++) out.data.fill(ink.line, y * out.width, y * out.width + end)
      for (let c = 0; c < frame.filled; c++) {
        const calls = lane[c]!
        if (calls === 0) continue
        const bar = Math.max(least, Math.round(bars(calls)))
        // A column may have no pixel of its own where the page is narrow: then the higher bar stands.
        const from = Math.min(starts[c]!, out.width - 1)
        const to = Math.max(from + 1, starts[c + 1]!)
        for (let y = bottom - bar; y < bottom; y++) out.data.fill(pixel, y * out.width + from, y * out.width + to)
      }
      paintDots(out, end, bottom - room, room, ink.dot, box.dpr)
    })
  },
  grid: (frame) => ({ columns: frame.columns, rows: lanesOf(frame).length }),
  hitTest: (frame, x, y, box) => gridCellIn(...scalesOf(frame, box), x, y),
  cellRect(frame, cell, box) {
    const { x, y, width, height } = gridRectOf(...scalesOf(frame, box), cell)
    return { x, y: y + height - HCALLS_LANE, width: Math.max(2, width), height: HCALLS_LANE }
  },
  cellText,
  describe(frame) {
    const totals = laneTotals(frame)
    if (totals.every((n) => n === 0)) return text.none
    const lanes = text.lanes.map(({ call }, i) => text.lane(call, count(totals[i]!))).join(', ')
    const words = text.describe(...totalsText(frame), lanes)
    const still = silence(frame)
    return still === '' ? words : `${words} ${still}`
  },
  table(frame) {
    const stride = Math.max(1, Math.ceil(frame.filled / TWIN_ROWS))
    const rows: string[][] = []
    for (let c = 0; c < frame.filled; c += stride) {
      const end = Math.min(c + stride, frame.filled)
      const sums = lanesOf(frame).map((lane) => {
        let sum = 0
        for (let i = c; i < end; i++) sum += lane[i]!
        return count(sum)
      })
      rows.push([ms(end * frame.columnNs), ...sums])
    }
    return { columns: text.columns(text.lanes.map(({ call }) => call)), rows, total: rows.length }
  },
}
