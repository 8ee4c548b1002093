// What virtual functions got from a budget of TCEs, without the page: a bar for each function, as high as the logarithm of
// the TCE bytes that its window took; one row for the kernel of the scenario, one for the other.

import { bytes, count } from '../../lib/format.ts'
import { type BudgetFrame, SHARE_DEFAULT, SHARE_DIRECT } from '../../sim/index.ts'
import { budgetText as text } from '../../text/windows.ts'
import { fillCell } from '../kit/cell-patterns.ts'
import { mix, type Palette, pack } from '../kit/palette.ts'
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
  return { most: 2 ** Math.ceil(Math.log2(most)), least: 2 ** (Math.floor(Math.log2(least)) - 1) }
}

/** Share of the height that a number of bytes has. */
export function shareOfBytes(n: number, { most, least }: { readonly most: number; readonly least: number }): number {
  return n === 0 ? 0 : Math.min(1, Math.log2(n / least) / Math.max(1, Math.log2(most / least)))
}

/** Device px of a bar with its gap; below 1 several functions share one. */
function pitchOf(functions: number, box: Box): number {
  const pitch = Math.min(Math.round(MOST_WIDTH * box.dpr), Math.round(box.width * box.dpr) / Math.max(1, functions))
  return pitch >= 1 ? Math.floor(pitch) : pitch
}

/** css px that all bars take. */
export function barsWidth(functions: number, box: Box): number {
  return (pitchOf(functions, box) * functions) / box.dpr
}

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
    const scale = scaleOf(frame)
    const room = Math.round(BUDGET_BARS * dpr)
    const stub = Math.round(STUB * dpr)
    const bars = pitch >= 1 ? frame.functions : Math.round(pitch * frame.functions)
    for (let row = 0; row < ROWS; row++) {
      const { kind, taken } = rowOf(frame, row)
      const bottom = Math.round((row * BUDGET_PITCH + BUDGET_BARS) * dpr)
      for (let b = 0; b < bars; b++) {
        // Of functions that share a pixel the one that took most is seen.
        let n = pitch >= 1 ? b : Math.floor(b / pitch)
        const end = Math.min(frame.functions, pitch >= 1 ? n + 1 : Math.floor((b + 1) / pitch))
        for (let i = n + 1; i < end; i++) if (taken[i]! > taken[n]!) n = i
        const [x, w] = pitch >= 1 ? [b * pitch, pitch - (pitch >= GAP_FROM ? 1 : 0)] : [b, 1]
        const h = Math.max(stub, Math.round(shareOfBytes(taken[n]!, scale) * room))
        paintBar(kind[n]!, x, bottom, w, h, ink, dpr, out)
      }
      const line = Math.max(1, Math.round(dpr))
      fillCell(ink.line, 0, bottom, Math.round(barsWidth(frame.functions, box) * dpr), line, out)
    }
  },
  grid: (frame) => ({ columns: frame.functions, rows: ROWS }),
  hitTest(frame, x, y, box) {
    const row = Math.floor(y / BUDGET_PITCH)
    const n = Math.floor((x * box.dpr) / pitchOf(frame.functions, box))
    if (y < 0 || row >= ROWS || y - row * BUDGET_PITCH > BUDGET_BARS || n < 0 || n >= frame.functions) return null
    return row * frame.functions + n
  },
  cellRect(frame, cell, box): Rect {
    const pitch = pitchOf(frame.functions, box) / box.dpr
    const row = Math.floor(cell / frame.functions)
    const width = Math.max(1, pitch - (pitch * box.dpr >= GAP_FROM ? 1 / box.dpr : 0))
    return { x: (cell % frame.functions) * pitch, y: row * BUDGET_PITCH, width, height: BUDGET_BARS }
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
