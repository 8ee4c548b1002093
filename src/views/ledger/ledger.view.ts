// What one map and unmap costs, without the page: a bar for each flush mode, cut into where the time goes. And the law that
// says beforehand what the modes cost: how long something stays reachable, and how many flushes that takes.

import { cumsum } from 'd3'
import { count } from '../../lib/format.ts'
import type { FlushMode, LedgerFrame, LedgerRow } from '../../sim/index.ts'
import { ledgerText as text } from '../../text/radix.ts'
import { mix, type Palette, pack } from '../kit/palette.ts'
import { bandIn, bands, type Linear, linear } from '../kit/scales.ts'
import type { Box, HeatmapView, Pixels } from '../view.ts'

/** css px: from bar to bar, the bar, and room for the figure behind the longest. */
export const LEDGER_PITCH = 20
const BAR = 15
const LEDGER_AXIS = 18
const AFTER = 64
export const LEDGER_HEIGHT = 3 * LEDGER_PITCH + LEDGER_AXIS

const INVALIDATION = 2
const LOCK = 3
/** What a bar of an earlier mode keeps of itself. */
const EARLIER = 0.45

export interface LedgerInk {
  readonly ground: number
  /** Of each part; then the softer tone of its pattern. */
  readonly part: readonly number[]
  readonly soft: readonly number[]
  /** The same in bars of modes that are over. */
  readonly partQuiet: readonly number[]
  readonly softQuiet: readonly number[]
}

export function ledgerInk({ tokens, states }: Palette): LedgerInk {
  const ground = pack(tokens.bg)
  const [free, queued] = [pack(states.free), pack(states.queued)]
  const part = [pack(tokens.label), pack(tokens.edge), queued, pack(tokens.quiet), pack(tokens.hairline)]
  const soft = part.map((pixel, i) => (i === INVALIDATION ? mix(free, queued, 0.18) : mix(ground, pixel, 0.45)))
  const quiet = (pixels: readonly number[]) => pixels.map((pixel) => mix(ground, pixel, EARLIER))
  return { ground, part, soft, partQuiet: quiet(part), softQuiet: quiet(soft) }
}

/** A row's parts in the order of `text.parts`, ps. */
export function partsOf(row: LedgerRow): number[] {
  return [row.allocatorPs, row.tablePs, row.invalidationPs, row.lockPs, row.restPs]
}

/** Mean time of a map and its unmap, ns. */
export function meanNs(row: LedgerRow): number {
  return partsOf(row).reduce((sum, ps) => sum + ps, 0) / 1000 / Math.max(1, row.pairs)
}

/** Whole percents that add up to 100 (all 0 where there is nothing): what is left after cutting goes to the largest remainders. */
export function wholePercents(parts: readonly number[]): number[] {
  const sum = parts.reduce((a, b) => a + b, 0)
  if (sum <= 0) return parts.map(() => 0)
  const exact = parts.map((part) => (100 * part) / sum)
  const cut = exact.map(Math.floor)
  const left = 100 - cut.reduce((a, b) => a + b, 0)
  const byRemainder = exact.map((_, i) => i).sort((a, b) => exact[b]! - cut[b]! - (exact[a]! - cut[a]!))
  for (const i of byRemainder.slice(0, left)) cut[i] = cut[i]! + 1
  return cut
}

const MODES: readonly FlushMode[] = ['strict', 'deferred', 'none']

/** The modes as they are listed: the present one first. */
export function modesOf({ mode }: LedgerFrame): FlushMode[] {
  return [mode, ...MODES.filter((other) => other !== mode)]
}

function rowOf(frame: LedgerFrame, i: number): LedgerRow | undefined {
  const mode = modesOf(frame)[i]
  return frame.rows.find((row) => row.mode === mode)
}

/** About how many ticks the time axis has. */
const TICKS = 4

/** The time axis: ns to css px in a picture of this width. */
export function ledgerX(frame: LedgerFrame, width: number): Linear {
  return linear(Math.max(1, ...frame.rows.map(meanNs)), 0, Math.max(1, width - AFTER))
}

/** Its ticks, ns. */
export function ledgerTicks(frame: LedgerFrame): readonly number[] {
  return ledgerX(frame, 1).ticks(TICKS)
}

const lanes = bands(MODES.length, LEDGER_PITCH, LEDGER_PITCH - BAR)

/** The parts of the i-th bar: where each begins and ends, css px. Null where the mode was not run. */
export function segmentsOf(frame: LedgerFrame, i: number, width: number) {
  const row = rowOf(frame, i)
  if (!row) return null
  const x = ledgerX(frame, width)
  const ends = cumsum(partsOf(row), (ps) => ps / 1000 / Math.max(1, row.pairs))
  return Array.from(ends, (ns, part) => ({ x: x(ends[part - 1] ?? 0), end: x(ns) }))
}

/** Invalidation is hatched as what waits for a flush, waiting for locks is striped: no part is told by its grey alone. */
function paintPart(
  out: Pixels,
  part: number,
  strong: number,
  soft: number,
  rect: readonly number[],
  dpr: number,
): void {
  const [left = 0, right = 0, top = 0, bottom = 0] = rect
  const pitch = Math.round(4 * dpr)
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const on = part === INVALIDATION ? (x + y) % pitch < pitch / 2 : part === LOCK ? x % pitch < pitch / 2 : true
      out.data[y * out.width + x] = on ? strong : soft
    }
}

export const ledgerView: HeatmapView<'ledger', LedgerInk> = {
  id: 'ledger',
  title: text.title,
  probe: 'ledger',
  paint(frame, ink, box, out) {
    const px = (css: number) => Math.round(css * box.dpr)
    modesOf(frame).forEach((mode, i) => {
      const now = mode === frame.mode
      segmentsOf(frame, i, box.width)?.forEach(({ x, end }, part) => {
        if (end <= x) return
        // A part must not vanish, and a gap keeps it from its neighbour.
        const right = Math.min(out.width, Math.max(px(x) + 1, px(end) - (px(end) - px(x) > 2 ? 1 : 0)))
        const rect = [px(x), right, px(lanes(i)!), Math.min(out.height, px(lanes(i)! + lanes.bandwidth()))]
        const [strong, soft] = now ? [ink.part, ink.soft] : [ink.partQuiet, ink.softQuiet]
        paintPart(out, part, strong[part]!, soft[part]!, rect, box.dpr)
      })
    })
  },
  grid: () => ({ columns: text.parts.length, rows: MODES.length }),
  hitTest(frame, x, y, box) {
    const row = bandIn(lanes, y)
    const part = row === null ? null : segmentsOf(frame, row, box.width)?.findIndex((s) => x >= s.x && x < s.end)
    return row === null || part == null || part < 0 ? null : row * text.parts.length + part
  },
  cellRect(frame, cell, box: Box) {
    const row = Math.floor(cell / text.parts.length)
    const segment = segmentsOf(frame, row, box.width)?.[cell % text.parts.length]
    const { x, end } = segment ?? { x: 0, end: 1 }
    return { x, y: lanes(row) ?? 0, width: Math.max(1, end - x), height: lanes.bandwidth() }
  },
  cellText(frame, cell) {
    const row = rowOf(frame, Math.floor(cell / text.parts.length))
    const part = cell % text.parts.length
    if (!row) return ''
    const parts = partsOf(row)
    const ns = parts[part]! / 1000 / Math.max(1, row.pairs)
    const shares = wholePercents(parts)
    return text.cell(text.modes[row.mode], text.parts[part]!, count(ns), count(meanNs(row)), shares[part]!)
  },
  describe(frame) {
    const rows = modesOf(frame).flatMap((_, i) => {
      const row = rowOf(frame, i)
      if (!row) return []
      const parts = wholePercents(partsOf(row)).map((share, part) => text.part(text.parts[part]!, share))
      return [text.row(text.modes[row.mode], count(meanNs(row)), parts.join(', '))]
    })
    return text.describe(rows.length === 0 ? text.nothing : rows.join(' '))
  },
  table(frame) {
    const rows = frame.rows.map((row) => [
      text.modes[row.mode],
      count(row.pairs),
      count(meanNs(row)),
      ...wholePercents(partsOf(row)).map(String),
    ])
    return { columns: text.columns(text.parts), rows, total: rows.length }
  },
}

/** A flush queue: ranges that it holds, and the longest that it waits, ns. */
export interface QueueLaw {
  readonly holds: number
  readonly timeoutNs: number
}

/** One ring for each CPU, or one for all (where the hypervisor must hear of every change). */
export const PER_CPU_QUEUE: QueueLaw = { holds: 255, timeoutNs: 10_000_000 }
export const SINGLE_QUEUE: QueueLaw = { holds: 32_767, timeoutNs: 1_000_000_000 }

/** What a flush mode costs by its law. */
export interface Answer {
  /** The longest that something unmapped stays reachable, ns; Infinity: nothing ends it. */
  readonly worstNs: number
  /** Flushes for 1000 unmaps. */
  readonly flushes: number
}

/**
 * The answer of a mode where `perSecond` unmaps a second (more than 0) come to each of `queues` queues. A queue that fills
 * before its timer runs flushes each time it is full, for all of them, and the one timer does so all the same.
 */
export function answerOf(mode: FlushMode, perSecond: number, { holds, timeoutNs }: QueueLaw, queues = 1): Answer {
  if (mode === 'strict') return { worstNs: 0, flushes: 1000 }
  if (mode === 'none') return { worstNs: Number.POSITIVE_INFINITY, flushes: 0 }
  const n = Math.max(1, Math.ceil((perSecond * timeoutNs) / 1e9))
  return {
    worstNs: Math.min(timeoutNs, (holds * 1e9) / perSecond),
    flushes: (1000 * (1 + Math.floor((n - 1) / holds))) / n / queues,
  }
}
