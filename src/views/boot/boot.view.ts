// How a machine comes up, without the page: who holds which memory after each step, painted row by row on the axis of
// boot-axis.ts; what it all came to; and the words.

import { bytes, count, hex } from '../../lib/format.ts'
import {
  BOOT_STEP_TEXT,
  type BootBlock,
  type BootFrame,
  type BootStepFrame,
  type Holder,
  type ParamValue,
} from '../../sim/index.ts'
import { bootText as text } from '../../text/boot.ts'
import { fillCell, frameCell } from '../kit/cell-patterns.ts'
import { mix, type Palette, pack } from '../kit/palette.ts'
import { behind, cellIn, cells } from '../kit/scales.ts'
import type { Box, HeatmapView, Pixels, TableTwin } from '../view.ts'
import {
  addressAt,
  BAR,
  barScale,
  bootHeight,
  endOf,
  hasHigh,
  holeOf,
  isSetAside,
  openedOf,
  ROWS_TOP,
  rowAt,
  rowScale,
  type Stretch,
  stretchesOf,
} from './boot-axis.ts'
import { happenedIn, titleOf } from './boot-words.ts'

/** What a stretch is drawn as: its holder, and a pool that nothing goes through. */
export type Drawn = Holder | 'idle'

export interface BootInk {
  readonly ground: number
  readonly free: number
  readonly frame: number
  readonly edge: number
  readonly reserved: number
  readonly pool: number
  readonly idle: number
  readonly lost: number
  readonly lostSoft: number
  readonly here: number
}

export function bootInk({ tokens, states }: Palette): BootInk {
  const [ground, free, lost] = [pack(tokens.bg), pack(states.free), pack(states.queued)]
  return {
    ground,
    free,
    frame: mix(free, pack(tokens.edge), 0.6),
    edge: pack(tokens.edge),
    reserved: pack(states.reserved),
    pool: pack(states.mapped),
    idle: pack(states.slack),
    lost,
    lostSoft: mix(free, lost, 0.3),
    here: pack(tokens.text),
  }
}

/** What comes last is painted last: a reservation lies on top of the memory that it was taken from. */
const ORDER: readonly Holder[] = [
  'hole',
  'boot-allocator',
  'page-allocator',
  'kernel',
  'given-back',
  'leaked',
  'reserved',
  'pool',
]

/** What holds memory after step `at`, the topmost last; neighbours in the same hands are one. */
export function blocksAfter(frame: BootFrame, at: number): readonly BootBlock[] {
  const there = frame.blocks.filter((b) => b.from <= at && at < b.to).sort((a, b) => a.startBytes - b.startBytes)
  const joined: BootBlock[] = []
  for (const block of there) {
    const before = joined.at(-1)
    const touches = before?.holder === block.holder && before.endBytes === block.startBytes && !isSetAside(block)
    if (touches) joined[joined.length - 1] = { ...before, endBytes: block.endBytes }
    else joined.push(block)
  }
  return joined.sort((a, b) => ORDER.indexOf(a.holder) - ORDER.indexOf(b.holder))
}

/** A pool is idle once the boot has ended with something else in its place. */
export function drawnAs(frame: BootFrame, { holder }: BootBlock, at: number): Drawn {
  return holder === 'pool' && frame.idleBytes > 0 && at === frame.steps.length - 1 ? 'idle' : holder
}

/** Which of them there are, for the legend, in the order of a block's life. */
export function drawnIn(frame: BootFrame): readonly Drawn[] {
  const order: readonly Drawn[] = [
    ...(['kernel', 'boot-allocator', 'page-allocator', 'hole', 'reserved', 'pool'] as const),
    ...(['idle', 'given-back', 'leaked'] as const),
  ]
  const there = new Set(frame.steps.flatMap((_, at) => blocksAfter(frame, at).map((b) => drawnAs(frame, b, at))))
  return order.filter((drawn) => there.has(drawn))
}

/** Paints a stretch of memory in the hands of somebody; device px. */
export function paintDrawn(
  drawn: Drawn,
  ink: BootInk,
  dpr: number,
  rect: readonly [x: number, y: number, width: number, height: number],
  out: Pixels,
): void {
  const [x, y, w, h] = rect
  if (w <= 0 || h <= 0) return
  const pixel = patternOf(drawn, ink, w, h, (css) => Math.max(1, Math.round(css * dpr)))
  for (let j = 0; j < h; j++) for (let i = 0; i < w; i++) out.data[(y + j) * out.width + x + i] = pixel(i, j)
  const edge = { 'boot-allocator': ink.frame, reserved: ink.reserved, idle: ink.pool, leaked: ink.lost }[
    drawn as string
  ]
  if (edge !== undefined) frameCell(edge, x, y, w, h, out)
}

/** The pixel at a place of a stretch of w × h device px. */
function patternOf(
  drawn: Drawn,
  ink: BootInk,
  w: number,
  h: number,
  px: (css: number) => number,
): (i: number, j: number) => number {
  const pages = (i: number) => (i % px(6) >= px(5) ? ink.ground : ink.free)
  switch (drawn) {
    case 'hole':
      return (i, j) => ((i + j) % px(5) < px(1) ? ink.frame : ink.ground)
    case 'boot-allocator':
      return () => ink.free
    case 'page-allocator':
      return pages
    case 'kernel':
      return () => ink.edge
    case 'reserved': {
      const [from, dot, top] = [px(3), px(1.5), (h - px(1.5)) >> 1]
      return (i, j) => {
        const on = i % px(6) >= from && i % px(6) < from + dot && j >= top && j < top + dot
        return on ? ink.reserved : ink.free
      }
    }
    case 'pool':
      return () => ink.pool
    case 'idle':
      return () => ink.idle
    case 'given-back':
      // What was one piece goes back page by page: fewer and fewer dots, until it is memory as any other.
      return (i, j) => {
        const [column, row] = [Math.floor(i / px(2)), Math.floor(j / px(2))]
        const share = ((column * 5 + row * 3) % 8) / 8
        return (column + row) % 2 === 0 && share >= i / w ? ink.reserved : pages(i)
      }
    case 'leaked':
      return (i, j) => ((i + j) % px(4) < px(1) ? ink.lost : ink.lostSoft)
  }
}

const isNarrow = (frame: BootFrame, box: Pick<Box, 'height'>) => box.height === bootHeight(frame.steps.length, true)

/** A block's place in the rows, css px: as narrow as it is, but never so narrow that it cannot be seen. */
export function blockSpan(
  stretches: readonly Stretch[],
  { startBytes, endBytes }: BootBlock,
): readonly [number, number] {
  const x = rowScale(stretches)
  const from = x(startBytes)
  return [from, Math.max(from + 2, x(endBytes))]
}

/** The addresses between which nothing changes hands, ascending. */
function cutsOf(frame: BootFrame): readonly number[] {
  const end = endOf(frame)
  const ends = frame.blocks.flatMap((b) => [b.startBytes, b.endBytes])
  const all = [0, end, ...ends].sort((a, b) => a - b)
  return all.filter((n, i) => n !== all[i - 1])
}

/** Who holds the memory from `address` after step `at`: the topmost, or null. */
const heldAt = (frame: BootFrame, at: number, address: number): BootBlock | null =>
  blocksAfter(frame, at).findLast((b) => b.startBytes <= address && address < b.endBytes) ?? null

/** `reserved for bouncing, not in use yet` */
const whose = (drawn: Drawn) => (drawn === 'idle' ? text.idle : text.holders[drawn])

/** A block as a sentence's end: `64 MiB from 0xb000_0000: the pool of bounce buffers`. */
export function blockText(frame: BootFrame, block: BootBlock, at: number): string {
  return text.block(bytes(block.endBytes - block.startBytes), hex(block.startBytes), whose(drawnAs(frame, block, at)))
}

/** What is written on a block that was set aside, and in which row: where it becomes what it is. */
export interface BlockLabel {
  readonly at: number
  readonly block: BootBlock
  readonly drawn: Drawn
  /** `64 MiB pool` */
  readonly words: string
}

export function labelsIn(frame: BootFrame): readonly BlockLabel[] {
  return frame.steps.flatMap((_, at) =>
    blocksAfter(frame, at).flatMap((block): BlockLabel[] => {
      const drawn = drawnAs(frame, block, at)
      if (!isSetAside(block) || (block.from !== at && drawn !== 'idle')) return []
      const size = bytes(block.endBytes - block.startBytes)
      return [{ at, block, drawn, words: text.sized(size, text.key[drawn]) }]
    }),
  )
}

/** True where devices may not reach their buffers, or nothing runs at all. */
export const isWarning = (frame: BootFrame): boolean =>
  frame.backend === 'panic' || (frame.backend === 'direct' && hasHigh(frame))

/** What it all came to, in words. */
export function resultOf(frame: BootFrame): string {
  const { badge } = text
  const isolation = frame.isolation ? badge.isolation : badge.noIsolation
  const left =
    (frame.leakedBytes > 0 ? badge.lost(bytes(frame.leakedBytes)) : '') +
    (frame.idleBytes > frame.leakedBytes ? badge.idle(bytes(frame.idleBytes - frame.leakedBytes)) : '')
  switch (frame.backend) {
    case 'swiotlb': {
      const pool = badge.pool(bytes(frame.poolBytes), count(frame.slots), badge.areas(count(frame.areas)))
      return badge.swiotlb(pool, isolation) + left
    }
    case 'iommu':
      return badge.iommu(isolation) + left
    case 'direct':
      return (hasHigh(frame) ? badge.direct : badge.directLow) + left
    case 'panic':
      return badge.panic
  }
}

/** The step to open first: the one that failed, else the last. */
export function decisive({ steps }: BootFrame): number {
  const failed = steps.findIndex((s) => s.failed)
  return failed >= 0 ? failed : steps.length - 1
}

/** Steps at which a phase begins. */
export function phasesOf({
  steps,
}: BootFrame): readonly { readonly at: number; readonly phase: BootStepFrame['phase'] }[] {
  return steps.flatMap(({ phase }, at) => (steps[at - 1]?.phase === phase ? [] : [{ at, phase }]))
}

/** Values of settings by path. */
export type Settings = Readonly<Record<string, ParamValue>>

/**
 * What a typed line changes: where it means something else than the line before it. `expected`: what the settings are
 * when that is done.
 */
export function changesOf(
  typed: Settings,
  before: Settings,
  current: (path: string) => ParamValue | null,
): { readonly changes: Settings; readonly expected: Record<string, ParamValue> } {
  const changes: Record<string, ParamValue> = {}
  const expected: Record<string, ParamValue> = {}
  for (const path of Object.keys({ ...before, ...typed })) {
    const value = typed[path]
    const now = current(path)
    if (value !== undefined && value !== before[path]) expected[path] = changes[path] = value
    else if (now !== null) expected[path] = now
  }
  return { changes, expected }
}

/** True while the settings are as expected. */
export function stillHolds(expected: Settings, current: (path: string) => ParamValue | null): boolean {
  return Object.entries(expected).every(([path, value]) => current(path) === value)
}

const inMachine = (frame: BootFrame) => text.hardware[frame.hardware]

export function subOf(frame: BootFrame): string {
  return text.sub(frame.kernel, bytes(frame.ramBytes), inMachine(frame))
}

export const bootView: HeatmapView<'boot', BootInk> = {
  id: 'boot',
  title: text.title,
  probe: 'boot',
  paint(frame, ink, box, out) {
    const px = (css: number) => Math.round(css * box.dpr)
    const stretches = stretchesOf(frame, box.width)
    // All of the memory, to scale.
    const bar = barScale(frame, box.width)
    const scaled = (n: number) => px(bar(n))
    const [top, height] = [px(BAR.y), px(BAR.height)]
    paintDrawn('boot-allocator', ink, box.dpr, [0, top, out.width, height], out)
    const hole = holeOf(frame)
    if (hole) {
      const [from, to] = [scaled(hole.startBytes), scaled(hole.endBytes)]
      paintDrawn('hole', ink, box.dpr, [from, top, Math.max(1, to - from), height], out)
    }
    const opened = openedOf(frame)
    if (opened) {
      const [from, to] = [scaled(opened.from), scaled(opened.to)]
      fillCell(ink.here, Math.min(from, out.width - 2), top, Math.max(2, to - from), height, out)
    }
    const narrow = isNarrow(frame, box)
    frame.steps.forEach((_, at) => {
      const row = rowAt(at, frame.steps.length, narrow)
      const [y, h] = [px(row.y), px(row.y + row.height) - px(row.y)]
      for (const block of blocksAfter(frame, at)) {
        const [from, to] = blockSpan(stretches, block)
        const left = px(from)
        const drawn = drawnAs(frame, block, at)
        paintDrawn(drawn, ink, box.dpr, [left, y, Math.min(out.width, px(to)) - left, h], out)
      }
    })
  },
  grid: (frame) => ({ columns: cutsOf(frame).length - 1, rows: frame.steps.length }),
  hitTest(frame, x, y, box) {
    const { length } = frame.steps
    const at = cellIn(cells(length, length * rowAt(0, length, isNarrow(frame, box)).pitch), y - ROWS_TOP)
    const address = addressAt(stretchesOf(frame, box.width), x)
    if (address === null || at === null) return null
    const cuts = cutsOf(frame)
    return at * (cuts.length - 1) + Math.max(0, behind(cuts, address))
  },
  cellRect(frame, cell, box) {
    const cuts = cutsOf(frame)
    const columns = cuts.length - 1
    const at = Math.floor(cell / columns)
    const { y, height } = rowAt(at, frame.steps.length, isNarrow(frame, box))
    const [startBytes, endBytes] = [cuts[cell % columns]!, cuts[(cell % columns) + 1]!]
    const [x, end] = blockSpan(stretchesOf(frame, box.width), {
      holder: 'kernel',
      startBytes,
      endBytes,
      from: 0,
      to: 0,
    })
    return { x, y, width: end - x, height }
  },
  cellText(frame, cell) {
    const cuts = cutsOf(frame)
    const columns = cuts.length - 1
    const at = Math.floor(cell / columns)
    const from = cuts[cell % columns]!
    if (at >= frame.steps.length) return ''
    const held = heldAt(frame, at, from)
    return held ? text.cell(at + 1, blockText(frame, held, at)) : ''
  },
  describe(frame) {
    const steps = phasesOf(frame).map(({ at, phase }, i, all) => {
      const titles = frame.steps.slice(at, all[i + 1]?.at).map(titleOf)
      return text.phaseSteps(text.phases[phase], titles.join(', '))
    })
    return text.describe(
      frame.kernel,
      bytes(frame.ramBytes),
      inMachine(frame),
      steps.join('; '),
      resultOf(frame),
      frame.lowBuffer,
      frame.highBuffer,
      frame.commandLine || text.emptyLine,
    )
  },
  table: bootTable,
}

/** The steps as rows of text. */
function bootTable(frame: BootFrame): TableTwin {
  const size = (n: number) => (n > 0 ? bytes(n) : text.nothing)
  const rows = frame.steps.map((step, i) => [
    `${i + 1} ${titleOf(step)}`,
    text.phases[step.phase],
    `${BOOT_STEP_TEXT[step.id].asked} ${happenedIn(step)}`,
    BOOT_STEP_TEXT[step.id].why,
    size(step.heldBytes),
    size(step.freedBytes),
    size(step.leakedBytes),
  ])
  return { columns: text.columns, rows, total: rows.length }
}
