// A radix table without the page: a strip of slots for each level, the top one first. Of the tables of a level it is the
// one on the path to the address that is looked at; where a page stands the path ends, and no strip follows.

import { bytes, count, hex } from '../../lib/format.ts'
import {
  addressAt,
  PTE_EMPTY,
  PTE_TO_LARGE,
  PTE_TO_PAGE,
  PTE_TO_TABLE,
  RADIX_CELLS,
  type RadixFrame,
  type RadixLevel,
  type RadixStep,
} from '../../sim/index.ts'
import { radixText as text } from '../../text/radix.ts'
import { type Palette, pack } from '../kit/palette.ts'
import { cells, edgesOf } from '../kit/scales.ts'
import { layStrips, type StripCell, stripCellAt } from '../kit/strips.ts'
import type { Box, HeatmapView } from '../view.ts'

/** css px: the whole picture, the line of text below the strips, a strip at most and what stands between two at least. */
export const RADIX_HEIGHT = 160
const FOOT = 16
const STRIP = 14
const LEAST_GAP = 14
const ENTRY_BYTES = 8

export interface RadixInk {
  readonly ground: number
  readonly free: number
  readonly table: number
  readonly page: number
}

export function radixInk(palette: Palette): RadixInk {
  const { tokens, states } = palette
  return { ground: pack(tokens.bg), free: pack(states.free), table: pack(tokens.quiet), page: pack(states.mapped) }
}

/** Where the strip of the i-th level stands, css px. */
export function stripAt(levels: number, i: number): { readonly y: number; readonly height: number } {
  const pitch = (RADIX_HEIGHT - FOOT) / Math.max(1, levels)
  const height = Math.max(6, Math.min(STRIP, Math.floor(pitch - LEAST_GAP)))
  return { y: Math.floor(i * pitch), height }
}

/** Cells of a table of the path: its slots, or shares of them. */
function cellsOf({ slots }: RadixLevel): number {
  return Math.min(RADIX_CELLS, slots)
}

/** Device px of the strip of `cells` cells: whole ones each where there is room, else several cells share one. */
function stripPixels(cells: number, box: Box): number {
  const room = Math.round(box.width * box.dpr)
  return room >= cells ? Math.floor(room / cells) * cells : room
}

/** The level of a step of the path, as an index into `levels`. */
export function levelOf(frame: RadixFrame, step: RadixStep): number {
  return frame.levels.findIndex((level) => level.height === step.height)
}

/** Cell in its strip of the slot that a step reads. */
function cellOfSlot(level: RadixLevel, slot: number): number {
  return cells(cellsOf(level), level.slots)(slot)
}

/** Where the slot that a step reads stands, css px. */
export function slotRect(frame: RadixFrame, step: RadixStep, box: Box) {
  const i = levelOf(frame, step)
  const level = frame.levels[i]!
  return rectOf(frame, i, cellOfSlot(level, step.slot), box)
}

/** The strip of each level, the walk opening one into the next. */
function rowsOf(frame: RadixFrame, box: Box): readonly (readonly StripCell[])[] {
  return layStrips(
    frame.levels.map((level, i) => {
      const step = frame.path.find(({ height }) => height === level.height)
      const cells = cellsOf(level)
      const opened = step ? cellOfSlot(level, step.slot) : 0
      return { ...stripAt(frame.levels.length, i), cells, opened, width: stripPixels(cells, box) }
    }),
  )
}

function rectOf(frame: RadixFrame, row: number, cell: number, box: Box) {
  const { x0, x1, y0, y1 } = rowsOf(frame, box)[row]![cell]!
  return { x: x0 / box.dpr, y: y0, width: Math.max(1, (x1 - x0) / box.dpr), height: y1 - y0 }
}

/** css px that the strip of a level takes. */
export function stripWidth(level: RadixLevel, box: Box): number {
  return stripPixels(cellsOf(level), box) / box.dpr
}

/** Bytes of the table pages of a level. */
export function levelBytes({ tables, slots }: RadixLevel): number {
  return tables * slots * ENTRY_BYTES
}

export function entrySize(frame: RadixFrame, level: RadixLevel): string {
  return bytes(level.spanPages * 2 ** frame.pageShift)
}

/** Address of a page counted from address 0. */
function addressOfPfn(frame: RadixFrame, pfn: number): string {
  return hex(BigInt(pfn) << BigInt(frame.pageShift))
}

export function pathAddress(frame: RadixFrame): string | null {
  return frame.entry === null ? null : hex(addressAt(frame, frame.entry))
}

/** Sizes that were mapped, smallest first, each with how often: `4 KiB × 12, 2 MiB × 3`; empty when none was. */
export function sizesOf(frame: RadixFrame): string {
  return frame.orders
    .flatMap((order, i) => {
      const n = frame.leavesByOrder[i]!
      return n === 0 ? [] : [text.size(bytes(2 ** (order + frame.pageShift)), count(n))]
    })
    .join(', ')
}

/** What the path ends with, in words. */
export function endOf(frame: RadixFrame): string {
  const last = frame.path.at(-1)
  if (!last || last.kind === PTE_EMPTY || last.kind === PTE_TO_TABLE) return text.empty
  const level = frame.levels[levelOf(frame, last)]!
  return last.kind === PTE_TO_LARGE ? text.ends(entrySize(frame, level)) : text.kinds[PTE_TO_PAGE]!
}

function cellText(frame: RadixFrame, cell: number): string {
  const row = Math.floor(cell / RADIX_CELLS)
  const at = cell % RADIX_CELLS
  const level = frame.levels[row]
  const i = frame.path.findIndex((step) => step.height === level?.height)
  if (!level || i < 0 || at >= cellsOf(level)) return ''
  const step = frame.path[i]!
  const per = level.slots / cellsOf(level)
  const first = at * per
  const words = text.cell(
    level.name,
    per === 1 ? String(first) : `${first} … ${first + per - 1}`,
    text.kinds[frame.cells[i * RADIX_CELLS + at]!]!,
    addressOfPfn(frame, step.firstPfn + first * level.spanPages),
    entrySize(frame, level),
  )
  return at === cellOfSlot(level, step.slot) ? `${words}; ${text.read}` : words
}

export const radixView: HeatmapView<'radix', RadixInk> = {
  id: 'radix',
  title: text.title,
  probe: 'radix',
  paint(frame, ink, box, out) {
    frame.path.forEach((step, i) => {
      const row = levelOf(frame, step)
      const n = cellsOf(frame.levels[row]!)
      const wide = Math.min(out.width, stripPixels(n, box))
      const starts = edgesOf(cells(wide, n), Math.floor)
      const { y, height } = stripAt(frame.levels.length, row)
      const [top, h] = [Math.round(y * box.dpr), Math.round(height * box.dpr)]
      for (let x = 0; x < wide; x++) {
        // Where several cells share a pixel a page shows before a table, and that before nothing.
        const end = Math.max(starts[x]! + 1, starts[x + 1]!)
        let kind = PTE_EMPTY
        for (let c = starts[x]!; c < end; c++) kind = Math.max(kind, frame.cells[i * RADIX_CELLS + c]!)
        // A pointer fills the lower half, so that tables and pages differ without their colours.
        const full = kind === PTE_TO_TABLE ? h >> 1 : h
        const pixel = kind === PTE_EMPTY ? ink.free : kind === PTE_TO_TABLE ? ink.table : ink.page
        for (let j = 0; j < h && top + j < out.height; j++)
          out.data[(top + j) * out.width + x] = j >= h - full ? pixel : ink.free
      }
    })
  },
  grid: (frame) => ({ columns: RADIX_CELLS, rows: Math.max(1, frame.levels.length) }),
  hitTest(frame, x, y, box) {
    const cell = stripCellAt(rowsOf(frame, box), x * box.dpr, y)
    return cell && cell.row * RADIX_CELLS + cell.at
  },
  cellRect: (frame, cell, box) =>
    rectOf(frame, Math.min(frame.levels.length - 1, Math.floor(cell / RADIX_CELLS)), cell % RADIX_CELLS, box),
  cellText,
  describe(frame) {
    if (frame.levels.length === 0) return text.none
    const address = pathAddress(frame)
    const steps = frame.path.map((step) => text.step(frame.levels[levelOf(frame, step)]!.name, step.slot)).join(', ')
    const path = address === null ? text.nothing : text.describePath(address, steps, endOf(frame))
    return text.describe(frame.format, frame.levels.length, bytes(frame.tableBytes), path)
  },
  table(frame) {
    const rows = frame.levels.map((level) => {
      const step = frame.path.find(({ height }) => height === level.height)
      return [
        level.name,
        entrySize(frame, level),
        count(level.tables),
        count(level.leaves),
        bytes(levelBytes(level)),
        step ? String(step.slot) : '–',
        step ? text.kinds[step.kind]! : '–',
        step ? count(step.used) : '–',
      ]
    })
    return { columns: text.columns, rows, total: rows.length }
  },
}
