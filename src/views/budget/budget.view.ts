// What virtual functions got from a budget of TCEs, without the page: a bar for each function, as high as the logarithm of
// the TCE bytes that its window took; one row for the kernel of the scenario, one for the other.

import { scaleLog } from 'd3'
import { bytes, count } from '../../lib/format.ts'
import { type BudgetFrame, SHARE_DEFAULT, SHARE_DIRECT } from '../../sim/index.ts'
import { budgetText as text } from '../../text/windows.ts'
import { fillCell } from '../kit/cell-patterns.ts'
import { mix, type Palette, pack } from '../kit/palette.ts'
import { bandIn, bands, type Cells, cellIn, cells, edgesOf, spanOf } from '../kit/scales.ts'
import { type Box, type HeatmapView, type Pixels, type Rect, TWIN_ROWS } from '../view.ts'

/** css px: distance of the two rows, of it the bars, and the line of numbers below them. */
export const BUDGET_PITCH = 64
export const BUDGET_BARS = 48
const AXIS = 14
export const BUDGET_HEIGHT = 2 * BUDGET_PITCH + AXIS
/** css px: a bar at most, and what stands for a function without one. */
const MOST_WIDTH = 12
const STUB = 4
/** Bars of so many device px have a gap. */
const GAP_FROM = 3
const HATCH = 4
const ROWS = 2

export interface BudgetInk {
  readonly ground: number
  readonly free: number
  readonly mapped: number
  readonly tint: number
  readonly reserved: number
  readonly line: number
}

export function budgetInk({ tokens, states }: Palette): BudgetInk {
  const [ground, free, mapped] = [pack(tokens.bg), pack(states.free), pack(states.mapped)]
  return {
    ...{ ground, free, mapped },
    tint: mix(free, mapped, 0.3),
    reserved: pack(states.reserved),
    line: pack(tokens.hairline),
  }
}

/** What the functions got under the kernel of a row: 0 = as the scenario stands. */
export function rowOf(f: BudgetFrame, row: number) {
  const other = f.era === 'today' ? ('before' as const) : ('today' as const)
  return row === 0
    ? { era: f.era, kind: f.kind, taken: f.tceBytes, counts: f.counts, leftBytes: f.leftBytes }
    : { era: other, kind: f.otherKind, taken: f.otherTceBytes, counts: f.otherCounts, leftBytes: f.otherLeftBytes }
}

/**
 * Bytes at the top and at the bottom of the scale, powers of two: the top holds a direct window, and a window that takes
 * the least is a step high. The same twice when none takes anything.
 */
export function scaleOf(f: BudgetFrame): { readonly most: number; readonly least: number } {
  let [most, least] = [0, Number.POSITIVE_INFINITY]
  for (const taken of [f.tceBytes, f.otherTceBytes])
    for (const n of taken) {
      most = Math.max(most, n)
      if (n > 0) least = Math.min(least, n)
    }
  if (most === 0) return { most: 1, least: 1 }
  most = Math.max(most, f.directBytes)
  const [low = 1, high = 1] = scaleLog([least / 2, most], [0, 1])
    .base(2)
    .nice()
    .domain()
  return { most: high, least: low }
}

/** Bytes to the height of a bar in `room` px; nothing has none. */
export function heightScale({ most, least }: { readonly most: number; readonly least: number }, room: number) {
  return scaleLog([least, Math.max(2 * least, most)], [0, room])
    .base(2)
    .clamp(true)
}

/** Device px of a bar with its gap; below 1 several functions share one. */
function pitchOf(functions: number, box: Box): number {
  const pitch = Math.min(Math.round(MOST_WIDTH * box.dpr), Math.round(box.width * box.dpr) / Math.max(1, functions))
  return pitch >= 1 ? Math.floor(pitch) : pitch
}

/** The bars side by side, css px. */
export function acrossOf(functions: number, box: Box): Cells {
  return cells(functions, (pitchOf(functions, box) * functions) / box.dpr)
}

/** The two kernels, one below the other, css px. */
export const rowsDown = bands(ROWS, BUDGET_PITCH, BUDGET_PITCH - BUDGET_BARS)

/** A bar of a kind with its left lower corner at (x, bottom), device px. */
function paintBar(
  kind: number,
  x: number,
  bottom: number,
  w: number,
  h: number,
  ink: BudgetInk,
  dpr: number,
  out: Pixels,
) {
  if (kind === SHARE_DIRECT) {
    fillCell(ink.mapped, x, bottom - h, w, h, out)
    return
  }
  if (kind === SHARE_DEFAULT) {
    fillCell(ink.free, x, bottom - h, w, h, out)
    const dot = Math.max(1, Math.round(dpr))
    // Bars without room for a dot each share a row of them.
    const pitch = Math.round(HATCH * dpr)
    for (let i = 0; i < w; i++)
      if (w >= 3 * dot ? i >= (w - dot) >> 1 && i < ((w - dot) >> 1) + dot : (x + i) % pitch < dot)
        for (let j = 0; j < dot; j++) out.data[(bottom - ((h + dot) >> 1) + j) * out.width + x + i] = ink.reserved
    return
  }
  // On a grid of the picture, so that thin bars side by side are hatched together; the top edge is whole.
  const [pitch, thick] = [Math.round(HATCH * dpr), Math.max(1, Math.round(dpr))]
  for (let j = 0; j < h; j++)
    for (let i = 0; i < w; i++) {
      const on = j < thick || (x + i + bottom - h + j) % pitch < thick
      out.data[(bottom - h + j) * out.width + x + i] = on ? ink.mapped : ink.tint
    }
}

/** A sample of a kind. */
export function paintKind(kind: number, ink: BudgetInk, out: Pixels): void {
  const dpr = Math.max(1, Math.round(out.width / 12))
  paintBar(kind, 0, out.height, out.width, out.height, ink, dpr, out)
}

function cellText(f: BudgetFrame, cell: number): string {
  const n = cell % f.functions
  const row = Math.floor(cell / f.functions)
  if (!(n < f.functions) || row >= ROWS) return ''
  const { era, kind, taken } = rowOf(f, row)
  const bytesTaken = taken[n]!
  const takes = bytesTaken === 0 ? text.takesNothing : text.takes(bytes(bytesTaken))
  const size = row === 0 ? `, ${text.window(bytes(2 ** f.windowShift[n]!), bytes(2 ** f.pageShift[n]!))}` : ''
  const words = `${text.cell(n, text.eras[era], text.kinds[kind[n]!]!, takes)}${size}`
  return n === f.chosen ? `${words}; ${text.isChosen}` : words
}

export const budgetView: HeatmapView<'budget', BudgetInk> = {
  id: 'budget',
  title: text.title,
  probe: 'budget',
  paint(frame, ink, box, out) {
    const { dpr } = box
    const pitch = pitchOf(frame.functions, box)
    const room = Math.round(BUDGET_BARS * dpr)
    const height = heightScale(scaleOf(frame), room)
    const [, wide] = acrossOf(frame.functions, box).domain()
    const stub = Math.round(STUB * dpr)
    // Below a pixel each, functions share one: which ones do.
    const bars = pitch >= 1 ? frame.functions : Math.round(pitch * frame.functions)
    const shared = edgesOf(cells(bars, frame.functions), Math.floor)
    for (let row = 0; row < ROWS; row++) {
      const { kind, taken } = rowOf(frame, row)
      const bottom = Math.round((rowsDown(row)! + BUDGET_BARS) * dpr)
      for (let b = 0; b < bars; b++) {
        // Of functions that share a pixel the one that took most is seen.
        let n = shared[b]!
        for (let i = n + 1; i < shared[b + 1]!; i++) if (taken[i]! > taken[n]!) n = i
        const [x, w] = pitch >= 1 ? [b * pitch, pitch - (pitch >= GAP_FROM ? 1 : 0)] : [b, 1]
        const h = Math.max(stub, Math.round(height(taken[n]!)))
        paintBar(kind[n]!, x, bottom, w, h, ink, dpr, out)
      }
      const line = Math.max(1, Math.round(dpr))
      fillCell(ink.line, 0, bottom, Math.round(wide * dpr), line, out)
    }
  },
  grid: (frame) => ({ columns: frame.functions, rows: ROWS }),
  hitTest(frame, x, y, box) {
    const [row, n] = [bandIn(rowsDown, y), cellIn(acrossOf(frame.functions, box), x)]
    return row === null || n === null ? null : row * frame.functions + n
  },
  cellRect(frame, cell, box): Rect {
    const [from, to] = spanOf(acrossOf(frame.functions, box), cell % frame.functions)
    const width = Math.max(1, to - from - ((to - from) * box.dpr >= GAP_FROM ? 1 / box.dpr : 0))
    return { x: from, y: rowsDown(Math.floor(cell / frame.functions)) ?? 0, width, height: BUDGET_BARS }
  },
  cellText,
  describe(frame) {
    const [now, other] = [0, 1].map((row) => {
      const { era, counts, leftBytes } = rowOf(frame, row)
      return text.outcome(
        text.eras[era],
        count(counts.direct),
        count(counts.indirect),
        count(counts.kept),
        bytes(leftBytes),
      )
    })
    const { functions, budgetBytes, share } = frame
    const needs = text.needs(bytes(frame.directBytes))
    return text.describe(count(functions), bytes(budgetBytes), text.shares[share], needs, now!, other!)
  },
  table(frame) {
    const shown = Math.min(frame.functions, TWIN_ROWS)
    const rows = Array.from({ length: shown }, (_, n) => [
      String(n),
      text.kinds[frame.kind[n]!]!,
      bytes(2 ** frame.windowShift[n]!),
      bytes(2 ** frame.pageShift[n]!),
      bytes(frame.tceBytes[n]!),
      text.kinds[frame.otherKind[n]!]!,
      bytes(frame.otherTceBytes[n]!),
    ])
    return { columns: text.columns, rows, total: frame.functions }
  },
}
