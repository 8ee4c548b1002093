// Tables side by side: a lane each, of 64 bands, filled as far as they are mapped.

import { bytes, count, hex, ms, percent } from '../../lib/format.ts'
import { addressAt, type TablesFrame, type TableUse } from '../../sim/index.ts'
import { tablesText as text } from '../../text/dock.ts'
import { type Palette, pack } from '../kit/palette.ts'
import { bands, cells, gridCellIn, gridRectOf, linear, wholeCells, widthOfCells } from '../kit/scales.ts'
import type { Box, HeatmapView } from '../view.ts'

/** Height of a lane with its gap, css px. */
export const TABLE_PITCH = 24
const TABLE_GAP = 8

export interface TablesInk {
  readonly ground: number
  readonly free: number
  readonly mapped: number
}

export function tablesInk(palette: Palette): TablesInk {
  return { ground: pack(palette.tokens.bg), free: pack(palette.states.free), mapped: pack(palette.states.mapped) }
}

/** Bands across, device px, and lanes down, css px. */
const bandsIn = (frame: TablesFrame, box: Box) => wholeCells(frame.bands, Math.round(box.width * box.dpr))
export const lanesOf = (frame: TablesFrame) => bands(frame.tables.length, TABLE_PITCH, TABLE_GAP)
const rowsOf = (frame: TablesFrame) => cells(frame.tables.length, frame.tables.length * TABLE_PITCH)

export const pagesOf = (t: TableUse) => text.pages(bytes(2 ** t.pageShift), bytes(2 ** t.coarseShift))
export const ownersOf = (t: TableUse) => t.devices.join(', ')

/** True where the lane of a table is not its whole window but the part in use. */
export const isPart = (t: TableUse, bands: number) => t.unlisted !== undefined || t.size > bands * t.entriesPerBand

/** Bands that lie in the window of a table; the rest of its lane is empty. */
const bandsOf = (t: TableUse) => Math.ceil((t.size - t.first) / t.entriesPerBand)

export const tablesView: HeatmapView<'tables', TablesInk> = {
  id: 'tables',
  title: text.title,
  probe: 'tables',
  paint(frame, ink, box, out) {
    const w = widthOfCells(bandsIn(frame, box))
    const pitch = Math.round(TABLE_PITCH * box.dpr)
    const height = pitch - Math.round(TABLE_GAP * box.dpr)
    const level = linear(255, 0, height)
    frame.tables.forEach((t, row) => {
      for (let band = 0; band < bandsOf(t); band++) {
        const filled = Math.ceil(level(frame.used[row * frame.bands + band]!))
        for (let j = 0; j < height; j++) {
          const line = (row * pitch + j) * out.width + band * w
          out.data.fill(j >= height - filled ? ink.mapped : ink.free, line, line + w - (w >= 5 ? 1 : 0))
        }
      }
    })
  },
  grid: (frame) => ({ columns: frame.bands, rows: frame.tables.length }),
  hitTest: (frame, x, y, box) => gridCellIn(bandsIn(frame, box), rowsOf(frame), x * box.dpr, y),
  cellRect(frame, cell, box) {
    const { x, y, width } = gridRectOf(bandsIn(frame, box), rowsOf(frame), cell)
    return { x: x / box.dpr, y, width: width / box.dpr, height: lanesOf(frame).bandwidth() }
  },
  cellText(frame, cell) {
    const t = frame.tables[Math.floor(cell / frame.bands)]
    const band = cell % frame.bands
    if (!t || band >= bandsOf(t)) return ''
    const address = hex(addressAt(t, t.first + band * t.entriesPerBand))
    return text.cell(ownersOf(t), address, percent(frame.used[cell]! / 255))
  },
  describe: (frame) =>
    text.describe(
      frame.tables
        .map((t) => text.one(ownersOf(t), pagesOf(t), bytes(t.mappedBytes), bytes(t.usefulBytes), count(t.refused)))
        .join('; '),
    ),
  table(frame) {
    const rows = frame.tables.map((t) => [
      ownersOf(t),
      pagesOf(t),
      bytes(t.windowBytes),
      bytes(t.mappedBytes),
      bytes(t.usefulBytes),
      bytes(t.mappedBytes - t.usefulBytes),
      count(t.tceWrites),
      count(t.refused),
      t.firstRefusal ? ms(t.firstRefusal.ns) : '',
      t.firstRefusal ? String(t.firstRefusal.npages) : '',
    ])
    return { columns: text.columns, rows, total: rows.length }
  },
}
