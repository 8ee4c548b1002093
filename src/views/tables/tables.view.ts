// Tables side by side: a lane each, of 64 bands, filled as far as they are mapped.

import { bytes, count, hex, ms, percent } from '../../lib/format.ts'
import { addressAt, type TablesFrame, type TableUse } from '../../sim/index.ts'
import { tablesText as text } from '../../text/dock.ts'
import { type Palette, pack } from '../kit/palette.ts'
import type { Box, HeatmapView } from '../view.ts'

/** Height of a lane with its gap, css px. */
export const TABLE_PITCH = 24

export interface TablesInk {
  readonly ground: number
  readonly free: number
  readonly mapped: number
}

export function tablesInk(palette: Palette): TablesInk {
  return { ground: pack(palette.tokens.bg), free: pack(palette.states.free), mapped: pack(palette.states.mapped) }
}

const bandWidth = (frame: TablesFrame, box: Box) =>
  Math.max(1, Math.floor(Math.round(box.width * box.dpr) / frame.bands))

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
    const w = bandWidth(frame, box)
    const pitch = Math.round(TABLE_PITCH * box.dpr)
    const height = pitch - Math.round(8 * box.dpr)
    frame.tables.forEach((t, row) => {
      for (let band = 0; band < bandsOf(t); band++) {
        const filled = Math.ceil((frame.used[row * frame.bands + band]! / 255) * height)
        for (let j = 0; j < height; j++) {
          const line = (row * pitch + j) * out.width + band * w
          out.data.fill(j >= height - filled ? ink.mapped : ink.free, line, line + w - (w >= 5 ? 1 : 0))
        }
      }
    })
  },
  grid: (frame) => ({ columns: frame.bands, rows: frame.tables.length }),
  hitTest(frame, x, y, box) {
    const band = Math.floor((x * box.dpr) / bandWidth(frame, box))
    const row = Math.floor(y / TABLE_PITCH)
    return band < 0 || row < 0 || band >= frame.bands || row >= frame.tables.length ? null : row * frame.bands + band
  },
  cellRect(frame, cell, box) {
    const w = bandWidth(frame, box) / box.dpr
    return {
      x: (cell % frame.bands) * w,
      y: Math.floor(cell / frame.bands) * TABLE_PITCH,
      width: w,
      height: TABLE_PITCH - 8,
    }
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
