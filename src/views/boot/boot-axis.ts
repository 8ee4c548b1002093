// Where memory stands in the picture of a boot: one axis of addresses in stretches, each on a scale of its own, so that
// 64 MiB beside 16 GiB can be seen; and a row for each step, time downwards. css px unless it says otherwise.

import type { BootBlock, BootFrame, Holder } from '../../sim/index.ts'
import { broken, type Linear, linear } from '../kit/scales.ts'

/** The bar of all memory to scale, the lines that open it out below, and the addresses under the rows. */
const LABELS = 12
export const BAR = { y: LABELS + 1, height: 7 } as const
const FAN = 12
export const ROWS_TOP = BAR.y + BAR.height + FAN
const FOOT = 16
/** Where the page is narrow, a line of text stands above each row. */
const NARROW_TITLE = 26
const NARROW_ROW = 14

export type StretchKind = 'low' | 'opened' | 'hole' | 'high'

/** A stretch of addresses on a scale of its own. */
export interface Stretch {
  readonly kind: StretchKind
  readonly from: number
  readonly to: number
  readonly x: number
  readonly width: number
}

/** How the width is shared out among the stretches that there are. */
const SHARE: Readonly<Record<StretchKind, number>> = { low: 15, opened: 46, hole: 8, high: 16 }

/** What was set aside for bouncing, whatever became of it. */
const SET_ASIDE: ReadonlySet<Holder> = new Set<Holder>(['reserved', 'pool', 'given-back', 'leaked'])

export const isSetAside = ({ holder }: BootBlock): boolean => SET_ASIDE.has(holder)

/** Addresses below 4 GiB at which registers answer and RAM goes on behind; null where all RAM lies below. */
export const holeOf = ({ blocks }: BootFrame): BootBlock | null => blocks.find((b) => b.holder === 'hole') ?? null

/** True when some of the memory lies above 4 GiB. */
export const hasHigh = (frame: BootFrame): boolean => holeOf(frame) !== null

/** Where memory ends, bytes. */
export const endOf = ({ blocks, ramBytes }: BootFrame): number =>
  blocks.length === 0 ? ramBytes : Math.max(...blocks.map((b) => b.endBytes))

/** Where the memory below the hole ends, or all of it. */
const lowEnd = (frame: BootFrame) => holeOf(frame)?.startBytes ?? endOf(frame)

/** What is opened out, bytes: all that was set aside and a quarter as much around it; null when nothing was. */
export function openedOf(frame: BootFrame): { readonly from: number; readonly to: number } | null {
  const aside = frame.blocks.filter(isSetAside)
  if (aside.length === 0) return null
  const from = Math.min(...aside.map((b) => b.startBytes))
  const to = Math.max(...aside.map((b) => b.endBytes))
  const around = (to - from) / 4
  const hole = holeOf(frame)
  const [least, most] = hole && from >= hole.endBytes ? [hole.endBytes, endOf(frame)] : [0, lowEnd(frame)]
  // No sliver is left over beside it.
  return {
    from: from - 2 * around <= least ? least : from - around,
    to: to + 2 * around >= most ? most : to + around,
  }
}

/** The stretches from address 0 to the end of memory, in whole css px that add up to `width`. */
export function stretchesOf(frame: BootFrame, width: number): readonly Stretch[] {
  const opened = openedOf(frame)
  const parts: (readonly [StretchKind, number, number])[] = []
  const memory = (kind: StretchKind, from: number, to: number) => {
    const cuts = opened && opened.from >= from && opened.to <= to ? [from, opened.from, opened.to, to] : [from, to]
    for (let i = 0; i + 1 < cuts.length; i++)
      if (cuts[i + 1]! > cuts[i]!) parts.push([cuts.length > 2 && i === 1 ? 'opened' : kind, cuts[i]!, cuts[i + 1]!])
  }
  const hole = holeOf(frame)
  memory('low', 0, lowEnd(frame))
  if (hole) {
    parts.push(['hole', hole.startBytes, hole.endBytes])
    memory('high', hole.endBytes, endOf(frame))
  }
  const shares = parts.reduce((sum, [kind]) => sum + SHARE[kind], 0)
  let before = 0
  return parts.map(([kind, from, to]) => {
    const x = Math.round((width * before) / shares)
    before += SHARE[kind]
    return { kind, from, to, x, width: Math.round((width * before) / shares) - x }
  })
}

/** The axis of the rows: addresses to css px, each stretch on its own part; what lies outside of memory stands at its end. */
export function rowScale(stretches: readonly Stretch[]): Linear {
  const last = stretches.at(-1)
  if (!last) return linear(0, 0, 0)
  return broken([...stretches.map(({ from }) => from), last.to], [...stretches.map(({ x }) => x), last.x + last.width])
}

/** The address that stands at x in the rows, or null beside them. */
export function addressAt(stretches: readonly Stretch[], x: number): number | null {
  const scale = rowScale(stretches)
  return x >= scale.range()[0]! && x < scale.range().at(-1)! ? scale.invert(x) : null
}

/** The axis of the bar that is to scale. */
export const barScale = (frame: BootFrame, width: number): Linear => linear(endOf(frame), 0, width)

/** What the rows share, as far as each is neither too low for its title nor higher than it needs to be. */
const ROWS = 72
const ROW_LEAST = 13
const ROW_MOST = 18

/** From row to row. */
const pitchOf = (steps: number, narrow: boolean) =>
  narrow ? NARROW_TITLE + NARROW_ROW : Math.max(ROW_LEAST, Math.min(ROW_MOST, Math.floor(ROWS / Math.max(1, steps))))

/** The i-th step's row, and where its title stands. */
export function rowAt(i: number, steps: number, narrow: boolean) {
  const pitch = pitchOf(steps, narrow)
  const top = ROWS_TOP + i * pitch
  return narrow
    ? { top, y: top + NARROW_TITLE - 2, height: NARROW_ROW, pitch, title: NARROW_TITLE - 3 }
    : { top, y: top, height: pitch - 2, pitch, title: pitch - 2 }
}

/** Where the rows of so many steps end; where their picture does, with the addresses under it. */
export const rowsEnd = (steps: number, narrow: boolean): number =>
  ROWS_TOP + steps * pitchOf(steps, narrow) + (narrow ? 2 : 0)
export const bootHeight = (steps: number, narrow: boolean): number => rowsEnd(steps, narrow) + FOOT

/** Words at a place of the axis, and where they stand so that they do not leave it. */
export interface AxisLabel {
  readonly x: number
  readonly words: string
  readonly anchor: 'start' | 'middle' | 'end'
}

/** css px of a character of an address, and the least between two labels. */
const CHARACTER = 6
const APART = 8

/** Those of the labels that keep clear of the ones before them in the list: what matters most comes first. */
export function fitting(
  labels: readonly { readonly x: number; readonly words: string }[],
  width: number,
): readonly AxisLabel[] {
  const taken: { readonly left: number; readonly right: number }[] = []
  return labels.flatMap(({ x, words }): AxisLabel[] => {
    const long = words.length * CHARACTER
    const left = Math.min(width - long, Math.max(0, x - long / 2))
    if (taken.some((t) => left < t.right + APART && left + long > t.left - APART)) return []
    taken.push({ left, right: left + long })
    const anchor = left === 0 ? 'start' : left === width - long ? 'end' : 'middle'
    return [{ x: anchor === 'start' ? 0 : anchor === 'end' ? width : x, words, anchor }]
  })
}
