// The locks of a table without the page: a bar each, as long as its share of all the waiting.

import { count, duration, percent } from '../../lib/format.ts'
import type { LocksFrame, LockUse } from '../../sim/index.ts'
import { type Palette, pack } from '../kit/palette.ts'
import { bands, cells, gridCellIn, linear } from '../kit/scales.ts'
import type { HeatmapView } from '../view.ts'
import { text } from './words.ts'

/** Distance of two bars, css px, and the most that are shown: those that CPUs waited for most. */
export const LOCK_PITCH = 13
const LOCK_GAP = 3
export const MOST_LOCKS = 6

export interface LocksInk {
  readonly ground: number
  readonly free: number
  readonly bar: number
}

export function locksInk(palette: Palette): LocksInk {
  return { ground: pack(palette.tokens.bg), free: pack(palette.states.free), bar: pack(palette.waiting(0.6)) }
}

/** Those that are shown, in the order of their numbers. */
export function shownLocks({ locks }: LocksFrame): LockUse[] {
  if (locks.length <= MOST_LOCKS) return [...locks]
  const most = locks.toSorted((a, b) => b.waitNs - a.waitNs || b.taken - a.taken).slice(0, MOST_LOCKS)
  return locks.filter((lock) => most.includes(lock))
}

const allWaiting = ({ locks }: LocksFrame) => locks.reduce((sum, lock) => sum + lock.waitNs, 0)
const shareOf = (frame: LocksFrame, lock: LockUse) => lock.waitNs / Math.max(1, allWaiting(frame))

/** A lock's figures as they are shown, under `text.heads`. */
export function figuresOf(lock: LockUse): string[] {
  return [
    count(lock.taken),
    count(lock.contended),
    percent(lock.contended / Math.max(1, lock.taken)),
    duration(lock.waitNs),
    lock.contended === 0 ? '–' : duration(lock.waitNs / lock.contended),
    count(lock.waiting),
  ]
}

/** A lane for each that is shown, css px. */
export const lanesOf = (frame: LocksFrame) => bands(shownLocks(frame).length, LOCK_PITCH, LOCK_GAP)

export const locksView: HeatmapView<'locks', LocksInk> = {
  id: 'locks',
  title: text.title,
  probe: 'locks',
  paint(frame, ink, box, out) {
    const pitch = Math.round(LOCK_PITCH * box.dpr)
    const gap = Math.round(LOCK_GAP * box.dpr)
    const waited = linear(allWaiting(frame), 0, out.width)
    shownLocks(frame).forEach((lock, row) => {
      const filled = lock.waitNs === 0 ? 0 : Math.max(1, Math.round(waited(lock.waitNs)))
      for (let y = row * pitch; y < (row + 1) * pitch - gap; y++) {
        out.data.fill(ink.free, y * out.width, (y + 1) * out.width)
        out.data.fill(ink.bar, y * out.width, y * out.width + filled)
      }
    })
  },
  grid: (frame) => ({ columns: 1, rows: shownLocks(frame).length }),
  hitTest(frame, x, y, box) {
    const rows = shownLocks(frame).length
    return rows === 0 ? null : gridCellIn(cells(1, box.width), cells(rows, rows * LOCK_PITCH), x, y)
  },
  cellRect(frame, cell, box) {
    const y = lanesOf(frame)
    return { x: 0, y: y(cell) ?? 0, width: box.width, height: y.bandwidth() }
  },
  cellText(frame, cell) {
    const lock = shownLocks(frame)[cell]
    if (!lock) return ''
    const [taken = '', contended = '', , waited = ''] = figuresOf(lock)
    return text.cell(lock.name, taken, contended, waited, percent(shareOf(frame, lock)))
  },
  describe(frame) {
    const worst = frame.locks.reduce((a, b) => (b.waitNs > a.waitNs ? b : a))
    if (worst.waitNs === 0) return text.describeNone(frame.locks.length)
    return text.describe(frame.locks.length, worst.name, duration(worst.waitNs), percent(shareOf(frame, worst)))
  },
  table(frame) {
    const rows = frame.locks.map((lock) => [lock.name, ...figuresOf(lock), percent(shareOf(frame, lock))])
    return { columns: text.columns, rows, total: rows.length }
  },
}
