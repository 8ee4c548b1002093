// The invalidation commands without the page: a bar each, newest at the right, as high as the logarithm of the pages that
// it names; one that names everything of the domain has the full height.

import { scaleLog } from 'd3'
import { count, ms } from '../../lib/format.ts'
import type { CommandLine, CommandsFrame } from '../../sim/index.ts'
import { commandsText as text } from '../../text/iotlb.ts'
import { type Palette, pack } from '../kit/palette.ts'
import { cellIn, cells, edgesOf, spanOf } from '../kit/scales.ts'
import { type HeatmapView, TWIN_ROWS } from '../view.ts'

/** css px: the lane, of it the strip that tells of walk caches with the gap above it. */
export const LANE_HEIGHT = 76
const STRIP = 3
const STRIP_GAP = 2
/** Bars that the lane has room for. */
export const BARS = 128
/** log2 of the pages that nearly the full height stands for; a single page has a bar of so many steps. */
const TOP_ORDER = 20
const ONE_PAGE = 4

/** Greys: a command is no state of a page. */
export interface CommandsInk {
  readonly ground: number
  readonly free: number
  readonly range: number
  readonly whole: number
  readonly tick: number
}

export function commandsInk(palette: Palette): CommandsInk {
  return {
    ground: pack(palette.tokens.bg),
    free: pack(palette.states.free),
    range: pack(palette.tokens.quiet),
    whole: pack(palette.tokens.text),
    tick: pack(palette.tokens.label),
  }
}

/** Height of the bars without the strip below, css px. */
export const BAR_HEIGHT = LANE_HEIGHT - STRIP - STRIP_GAP

/** Heights of bars by pages, px of `room`: logarithmic, and one page is as high as ONE_PAGE octaves. */
export function pagesScale(room: number) {
  const octave = room / (ONE_PAGE + TOP_ORDER + 6)
  return scaleLog([1, 2 ** TOP_ORDER], [ONE_PAGE * octave, (ONE_PAGE + TOP_ORDER) * octave])
    .base(2)
    .clamp(true)
}

/** Height of a command's bar: one that names no pages names everything. */
export const barOf = (scale: ReturnType<typeof pagesScale>, pages: number, room: number): number =>
  pages === 0 ? room : scale(pages)

/** The commands that are drawn, oldest first. */
export const shownLines = ({ lines }: CommandsFrame): readonly CommandLine[] => lines.slice(-BARS)

/** The command in a cell: the newest stands in the last one. */
function lineAt(frame: CommandsFrame, cell: number): CommandLine | undefined {
  const shown = shownLines(frame)
  return shown[cell - (BARS - shown.length)]
}

const across = (width: number) => cells(BARS, width)

/** Pages as they are told. */
export const amountOf = ({ pages }: Pick<CommandLine, 'pages'>) =>
  pages === 0 ? text.wholeLong : text.pages(count(pages))

/** Page that a cell's command begins with, counted from address 0; null: it names none. */
export function pageOfCell(frame: CommandsFrame, cell: number): number | null {
  const line = lineAt(frame, cell)
  return line && line.pages > 0 ? line.pfn : null
}

/** How many pages range commands named for each that was asked: `1.30`; null where they were not asked for all of them. */
export function overOf({ asked, named }: CommandsFrame): string | null {
  return asked === 0 || named < asked ? null : (named / asked).toFixed(2)
}

/** Kinds of commands that there were, with how many of each. */
export function kindsOf({ byKind }: CommandsFrame): { name: string; n: number }[] {
  return text.kinds.map((name, kind) => ({ name, n: byKind[kind] ?? 0 })).filter(({ n }) => n > 0)
}

export const commandsView: HeatmapView<'commands', CommandsInk> = {
  id: 'commands',
  title: text.title,
  probe: 'commands',
  paint(frame, ink, box, out) {
    const shown = shownLines(frame)
    const edges = edgesOf(across(box.width * box.dpr))
    const high = Math.round(BAR_HEIGHT * box.dpr)
    const height = pagesScale(high)
    const strip = Math.round((BAR_HEIGHT + STRIP_GAP) * box.dpr)
    const base = Math.min(out.height, Math.round(LANE_HEIGHT * box.dpr))
    for (let y = 0; y < Math.min(high, out.height); y++) out.data.fill(ink.free, y * out.width, (y + 1) * out.width)
    shown.forEach(({ pages, leaf }, i) => {
      const from = edges[BARS - shown.length + i]!
      const to = Math.min(out.width, Math.max(from + 1, edges[BARS - shown.length + i + 1]! - 1))
      const pixel = pages === 0 ? ink.whole : ink.range
      for (let y = high - Math.round(barOf(height, pages, high)); y < high; y++)
        out.data.fill(pixel, y * out.width + from, y * out.width + to)
      if (!leaf) for (let y = strip; y < base; y++) out.data.fill(ink.tick, y * out.width + from, y * out.width + to)
    })
  },
  grid: () => ({ columns: BARS, rows: 1 }),
  hitTest(frame, x, y, box) {
    const cell = cellIn(across(box.width), x)
    return y < 0 || y >= LANE_HEIGHT || cell === null || !lineAt(frame, cell) ? null : cell
  },
  cellRect(_, cell, box) {
    const [from, to] = spanOf(across(box.width), cell)
    return { x: from, y: 0, width: Math.max(1, to - from - 1), height: LANE_HEIGHT }
  },
  cellText(frame, cell) {
    const line = lineAt(frame, cell)
    if (!line) return ''
    return text.cell(count(line.nth + 1), ms(line.ns), line.cpu, line.text, amountOf(line), line.leaf)
  },
  describe(frame) {
    const newest = frame.lines.at(-1)
    const over = overOf(frame)
    return text.describe(
      count(frame.total),
      count(frame.waits),
      newest ? text.newest(newest.text) : '',
      count(frame.dropped),
      count(frame.droppedLive),
      over ? text.over(over) : '',
    )
  },
  table(frame) {
    const rows = frame.lines
      .slice(-TWIN_ROWS)
      .toReversed()
      .map((line) => [
        count(line.nth + 1),
        ms(line.ns),
        String(line.cpu),
        line.text,
        line.pages === 0 ? text.wholeLong : count(line.pages),
        line.leaf ? text.kept : text.dropped,
      ])
    return { columns: text.columns, rows, total: frame.total }
  },
}
