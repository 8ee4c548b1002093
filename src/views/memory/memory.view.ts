// What a table of TCEs takes, without the page: a bar for each way to count it, on one logarithmic axis of bytes, so that
// what is allocated on demand and what one flat table would take stand in one picture.

import { range, scaleLog } from 'd3'
import { bytes, count } from '../../lib/format.ts'
import type { MemoryFrame, TableRefusal } from '../../sim/index.ts'
import { errnoName } from '../../text/errno.ts'
import { memoryText as text } from '../../text/memory.ts'
import { frameCell } from '../kit/cell-patterns.ts'
import { mix, type Palette, pack } from '../kit/palette.ts'
import { cells, gridCellIn } from '../kit/scales.ts'
import type { HeatmapView, Pixels } from '../view.ts'

/** css px: a bar; from bar to bar, with a line of text above each where the page is narrow; the axis below. */
const BAR = 13
const PITCH = 18
const PITCH_NARROW = 30
const AXIS = 16
/** A picture up to this width has its text above the bars. */
const NARROW = 500

/** The axis, log2 of bytes: no tree of 2^50 bytes of window takes more. */
const LEAST = 10
const MOST = 42
/** Octaves between labels, and where there is little room. */
const STEP = 5
const STEP_NARROW = 10

const BARS = ['flat', 'whole', 'hw', 'user', 'charged'] as const
type BarId = (typeof BARS)[number]

/** The mail's own figures: its formula for its machine, in MiB. */
const MAIL_MIB = 4656

export interface Bar {
  readonly id: BarId
  readonly bytes: number
  /** Why it cannot be had. */
  readonly refusal: TableRefusal | null
  /** Of what is charged: this table's part where more stays charged, else 0. */
  readonly own: number
}

export interface MemoryInk {
  readonly ground: number
  readonly whole: number
  readonly now: number
  readonly charged: number
  readonly failed: number
  readonly failedSoft: number
}

export function memoryInk({ tokens, states }: Palette): MemoryInk {
  const [ground, failed] = [pack(tokens.bg), pack(states.failed)]
  return {
    ground,
    whole: pack(states.slack),
    now: pack(states.mapped),
    charged: pack(tokens.quiet),
    failed,
    failedSoft: mix(ground, failed, 0.18),
  }
}

/** Whether there is a table of several levels, or would be were it not refused. */
export const hasTable = (frame: MemoryFrame): boolean => frame.flatBytes > 0 || frame.refusal !== null

/** The bars, top first. */
export function barsOf(frame: MemoryFrame): readonly Bar[] {
  const bar = (id: BarId, n: number, refusal: TableRefusal | null = null, own = 0): Bar => ({
    id,
    bytes: n,
    refusal,
    own,
  })
  const kept = frame.lockedBytes > frame.accountedBytes
  return [
    bar('flat', frame.flatBytes, frame.flatRefusal),
    bar('whole', frame.wholeBytes, frame.refusal),
    bar('hw', frame.hwBytes),
    bar('user', frame.userBytes),
    bar('charged', Math.max(frame.accountedBytes, frame.lockedBytes), null, kept ? frame.accountedBytes : 0),
  ]
}

/** What a bar is called: `charged so far` where more is charged than this table's part. */
export function barName({ id, own }: Bar, names: Readonly<Record<BarId | 'chargedSoFar', string>> = text.names) {
  return id === 'charged' && own > 0 ? names.chargedSoFar : names[id]
}

/** css px of the picture, its axis included. */
export function memoryHeight(width: number): number {
  return BARS.length * pitchOf(width) + AXIS
}

const isNarrow = (width: number) => width > 0 && width < NARROW
const pitchOf = (width: number) => (isNarrow(width) ? PITCH_NARROW : PITCH)

/** Where the i-th bar stands, css px; its text stands on the line `base`. */
export function barAt(i: number, width: number) {
  const pitch = pitchOf(width)
  const y = i * pitch + (isNarrow(width) ? pitch - BAR - 2 : 1)
  return { y, height: BAR, base: isNarrow(width) ? y - 4 : y + 10 }
}

/** Bytes to css px; what is less than the axis' begin stands there, what is more at its end. */
export function memoryX(width: number) {
  return scaleLog([2 ** LEAST, 2 ** MOST], [0, width])
    .base(2)
    .clamp(true)
}

/** Sizes that the axis names, bytes: powers of two. */
export function memoryTicks(width: number): number[] {
  return range(LEAST, MOST + 1, isNarrow(width) ? STEP_NARROW : STEP).map((octave) => 2 ** octave)
}

/** How many times as much the whole tree takes as is allocated: `1 928`; empty when nothing is. */
function timesOf({ wholeBytes, hwBytes, userBytes }: MemoryFrame): string {
  const now = hwBytes + userBytes
  if (now === 0 || wholeBytes === 0) return ''
  const times = wholeBytes / now
  return times >= 10 ? count(Math.floor(times)) : String(Number(times.toFixed(1)))
}

function levelTables(frame: MemoryFrame): string {
  const sum = frame.hwPerLevel.reduce((a, b) => a + b, 0)
  if (sum === 0) return text.noTables
  const list = (tables: readonly number[]) => tables.map((n) => count(n)).join(' + ')
  const user = frame.userPerLevel.some((n) => n > 0) ? list(frame.userPerLevel) : ''
  const times = timesOf(frame)
  const whole = times === '' ? '' : times === '1' ? text.wholeNow : text.shareOfWhole(times)
  const all = count(frame.hwBytes + frame.userBytes)
  return text.levelTables(text.trees(list(frame.hwPerLevel), user), bytes(frame.hwBytes / sum), all) + whole
}

/** A line below the bars; `refused` comes first, where something is. */
export interface MemoryNote {
  readonly refused: string
  readonly text: string
}

export function memoryNotes(frame: MemoryFrame): readonly MemoryNote[] {
  const { refusal, flatRefusal } = frame
  const extra = frame.lockedBytes - frame.accountedBytes
  const charged = extra > 0 ? text.stillCharged(bytes(extra)) : ''
  const why = refusal ?? flatRefusal
  const notes: MemoryNote[] = [{ refused: '', text: levelTables(frame) + (why ? '' : charged) }]
  if (why) {
    const refused = (refusal ? text.refusal : text.flatRefusal)(errnoName(why.errno))
    notes.push({ refused, text: why.why + charged })
  }
  if (frame.mailFlatMiB === MAIL_MIB) notes.push({ refused: '', text: text.mail(`${count(frame.mailNeededMiB)} MiB`) })
  return notes
}

const exactly = (n: number) => text.exactly(count(n))

function barText(bar: Bar): string {
  const words = bar.bytes === 0 ? `${barName(bar)}: ${text.nothing}` : sizeText(bar)
  const { refusal } = bar
  return refusal ? text.cellRefused(words, errnoName(refusal.errno), refusal.why) : words
}

const sizeText = (bar: Bar) => text.cell(barName(bar), exactly(bar.bytes), bytes(bar.bytes))

/** A bar that cannot be had is a frame with a rising hatch; what is only charged a dashed frame. */
function paintBar(
  kind: 'solid' | 'refused' | 'dashed',
  ink: MemoryInk,
  rect: readonly number[],
  dpr: number,
  out: Pixels,
) {
  const [left = 0, top = 0, w = 0, h = 0] = rect
  const { data, width } = out
  if (kind === 'solid') return
  const pitch = Math.round((kind === 'refused' ? 6 : 5) * dpr)
  if (kind === 'refused') {
    for (let j = 0; j < h; j++)
      for (let i = 0; i < w; i++)
        data[(top + j) * width + left + i] = (i + j) % pitch < dpr ? ink.failed : ink.failedSoft
    frameCell(ink.failed, left, top, w, h, out)
    return
  }
  const line = Math.max(1, Math.round(dpr))
  for (let j = 0; j < h; j++)
    for (let i = 0; i < w; i++) {
      const across = j < line || j >= h - line
      const along = i < line || i >= w - line
      const on = (across && i % pitch < (3 * pitch) / 5) || (along && j % pitch < (3 * pitch) / 5)
      if (on) data[(top + j) * width + left + i] = ink.charged
    }
}

export const memoryView: HeatmapView<'memory', MemoryInk> = {
  id: 'memory',
  title: text.title,
  probe: 'memory',
  paint(frame, ink, box, out) {
    const px = (css: number) => Math.round(css * box.dpr)
    const x = memoryX(box.width)
    barsOf(frame).forEach((bar, i) => {
      if (bar.bytes === 0) return
      const { y, height } = barAt(i, box.width)
      const w = Math.min(out.width, Math.max(2, px(x(bar.bytes))))
      const [top, h] = [px(y), px(y + height) - px(y)]
      const kind = bar.refusal ? 'refused' : bar.id === 'charged' ? 'dashed' : 'solid'
      paintBar(kind, ink, [0, top, w, h], box.dpr, out)
      if (kind === 'solid') {
        const pixel = bar.id === 'hw' || bar.id === 'user' ? ink.now : ink.whole
        for (let j = 0; j < h; j++) out.data.fill(pixel, (top + j) * out.width, (top + j) * out.width + w)
      }
      // This table's part of what is charged.
      const own = px(x(bar.own))
      if (bar.own > 0 && own < w)
        for (let j = 0; j < h; j++)
          out.data.fill(ink.charged, (top + j) * out.width + own, (top + j) * out.width + own + px(2))
    })
  },
  grid: () => ({ columns: 1, rows: BARS.length }),
  hitTest(_frame, x, y, box) {
    return gridCellIn(cells(1, box.width), cells(BARS.length, BARS.length * pitchOf(box.width)), x, y)
  },
  cellRect(frame, cell, box) {
    const { y, height } = barAt(cell, box.width)
    return { x: 0, y, width: Math.max(2, memoryX(box.width)(barsOf(frame)[cell]?.bytes ?? 0)), height }
  },
  cellText(frame, cell) {
    const bar = barsOf(frame)[cell]
    return bar && hasTable(frame) ? barText(bar) : ''
  },
  describe(frame) {
    if (!hasTable(frame)) return text.none
    const notes = memoryNotes(frame).map((note) => `${note.refused} ${note.text}`.trim())
    return text.describe(
      barsOf(frame)
        .map((bar) => barText(bar).replace(/\.$/, ''))
        .join('. '),
      notes.join(' '),
    )
  },
  table(frame) {
    const perLevel: Partial<Record<BarId, readonly number[]>> = { hw: frame.hwPerLevel, user: frame.userPerLevel }
    const rows = barsOf(frame).map((bar) => [
      barName(bar),
      count(bar.bytes),
      bytes(bar.bytes),
      bar.refusal ? errnoName(bar.refusal.errno) : '–',
      perLevel[bar.id]?.map((n) => count(n)).join(' + ') || '–',
    ])
    return { columns: text.columns, rows, total: rows.length }
  },
}
