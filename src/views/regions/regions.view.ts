// The regions of an allocator as lanes: 128 slices each, filled as far as they are mapped, in the colour of the
// CPU that mapped most of them.

import { count, duration, hex, percent } from '../../lib/format.ts'
import { addressAt, addressBehind, type RegionsFrame } from '../../sim/index.ts'
import { regionsText as text } from '../../text/dock.ts'
import { cpuColour, type Palette, pack } from '../kit/palette.ts'
import { type Cells, gridCellIn, gridRectOf, linear, wholeCells, widthOfCells } from '../kit/scales.ts'
import { listedSentence } from '../listed.ts'
import type { Box, HeatmapView } from '../view.ts'

/** Height that the lanes share, css px. */
export const REGIONS_HEIGHT = 80
const MOST_PITCH = 20

export function regionPitch(regions: number): number {
  return Math.max(4, Math.min(MOST_PITCH, Math.floor(REGIONS_HEIGHT / Math.max(1, regions))))
}

export interface RegionsInk {
  readonly ground: number
  readonly free: number
  /** Mapped by nobody in particular. */
  readonly mixed: number
  /** [256] by CPU. */
  readonly cpus: Uint32Array
}

export function regionsInk(palette: Palette, cpus: number): RegionsInk {
  return {
    ground: pack(palette.tokens.bg),
    free: pack(palette.states.free),
    mixed: pack(palette.states.reserved),
    cpus: Uint32Array.from({ length: 256 }, (_, cpu) => pack(cpuColour(palette, cpu, cpus))),
  }
}

/** Slices across and regions down, device px. */
const scalesOf = (frame: RegionsFrame, box: Box): readonly [Cells, Cells] => [
  wholeCells(frame.slices, Math.round(box.width * box.dpr)),
  wholeCells(frame.regions.length, Math.round(box.height * box.dpr), 2),
]

function sliceAddress(frame: RegionsFrame, cell: number): string {
  const entry = entryOfSlice(frame, cell)
  return entry === null ? '' : hex(addressAt(frame, entry))
}

function shareNow(frame: RegionsFrame, index: number): number {
  const region = frame.regions[index]
  return region ? region.mapped / Math.max(1, region.end - region.start) : 0
}

export const regionsView: HeatmapView<'regions', RegionsInk> = {
  id: 'regions',
  title: text.title,
  probe: 'regions',
  paint(frame, ink, box, out) {
    const [w, h] = scalesOf(frame, box).map(widthOfCells) as [number, number]
    const gap = h >= 5 ? Math.max(1, Math.round(2 * box.dpr)) : 0
    const between = w >= 5 ? 1 : 0
    const level = linear(255, 0, h - gap)
    for (let r = 0; r < frame.regions.length && (r + 1) * h <= out.height; r++)
      for (let slice = 0; slice < frame.slices; slice++) {
        const i = r * frame.slices + slice
        const used = frame.sliceUsed[i]!
        const owner = frame.sliceOwner[i]!
        const filled = used === 0 ? 0 : Math.max(1, Math.round(level(used)))
        const pixel = owner === 255 ? ink.mixed : ink.cpus[owner]!
        for (let j = 0; j < h - gap; j++) {
          const line = (r * h + j) * out.width + slice * w
          out.data.fill(j >= h - gap - filled ? pixel : ink.free, line, line + w - between)
        }
      }
  },
  grid: (frame) => ({ columns: frame.slices, rows: frame.regions.length }),
  hitTest(frame, x, y, box) {
    const cell = gridCellIn(...scalesOf(frame, box), x * box.dpr, y * box.dpr)
    return cell !== null && cell < frame.slices * frame.regions.length ? cell : null
  },
  cellRect(frame, cell, box) {
    const { x, y, width, height } = gridRectOf(...scalesOf(frame, box), cell)
    const { dpr } = box
    return { x: x / dpr, y: y / dpr, width: width / dpr, height: height / dpr - 2 }
  },
  cellText(frame, cell) {
    const region = frame.regions[Math.floor(cell / frame.slices)]
    if (!region) return ''
    const owner = frame.sliceOwner[cell]!
    return text.cell(
      region.name,
      sliceAddress(frame, cell),
      percent(frame.sliceUsed[cell]! / 255),
      owner === 255 ? text.mixed : text.cpu(owner),
    )
  },
  describe: (frame) =>
    text.describe(
      frame.regions.map((r, i) => text.one(r.name, percent(shareNow(frame, i)), count(r.spillsIn))).join('; '),
    ) + listedSentence(frame),
  table(frame) {
    const at = (entry: number) => hex(addressAt(frame, entry))
    const rows = frame.regions.map((r) => [
      r.name,
      at(r.start),
      hex(addressBehind(frame, r.end)),
      count(r.mapped),
      count(r.free),
      count(r.largestRun),
      count(r.spillsIn),
      `${count(r.lockContended)} / ${count(r.lockTaken)}`,
      duration(r.lockWaitNs),
      r.homeOf.join(', '),
    ])
    return { columns: text.columns, rows, total: rows.length }
  },
}

/** Slices of a region to entries. */
const sliceScale = ({ start, end }: { readonly start: number; readonly end: number }, slices: number) =>
  linear(slices, start, end)

/** First entry of a slice. */
export function entryOfSlice(frame: RegionsFrame, cell: number): number | null {
  const region = frame.regions[Math.floor(cell / frame.slices)]
  if (!region) return null
  return Math.floor(sliceScale(region, frame.slices)(cell % frame.slices))
}
