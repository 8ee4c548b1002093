// Address × time without the page: rings are diagonals, leaks are streaks, batched frees are a comb.

import { bytes, hex, ms, percent } from '../../lib/format.ts'
import { type AddressSpace, type AddressTimeFrame, addressAt, addressBehind, type RegionInfo } from '../../sim/index.ts'
import { addressTimeText as text } from '../../text/history.ts'
import { type Cells, cells, edgesOf, gridCellIn, gridRectOf, type Linear, linearFrom } from '../kit/scales.ts'
import { columnPixels, paintDots, type TimeInk } from '../kit/time.ts'
import { type Box, type HeatmapView, type TableTwin, TWIN_ROWS } from '../view.ts'

/** What leads from the bands of a column to addresses. */
interface Measure {
  readonly space: AddressSpace & { readonly size: number }
  readonly first: number
  readonly entriesPerBand: number
}

/** The measures that a column was recorded with: those of the window that was there then. */
export function measureAt(frame: AddressTimeFrame, column: number): Measure {
  const { first, entriesPerBand } = frame
  return frame.former.find(({ until }) => column < until) ?? { space: frame, first, entriesPerBand }
}

/** First column of the window that is there now. */
export function begunAt({ former }: AddressTimeFrame): number {
  return former.at(-1)?.until ?? 0
}

/** Address at which a band begins; behind the last one (`band` = `bands`) the end of what they cover. */
export function bandAddress(
  frame: AddressTimeFrame,
  band: number,
  { space, first, entriesPerBand }: Measure = measureAt(frame, frame.filled),
): string {
  const entry = Math.min(space.size, first + band * entriesPerBand)
  return hex(band === frame.bands ? addressBehind(space, entry) : addressAt(space, entry))
}

/** A former window in words: `0x0000_0000 to 0x2444_0000_0000, 64 KiB pages`. */
export function formerText(frame: AddressTimeFrame, of: Measure): string {
  return text.former(bandAddress(frame, 0, of), bandAddress(frame, frame.bands, of), bytes(2 ** of.space.pageShift))
}

/**
 * Share of a region that is mapped in a column, 0 … 1, from its bands; what they do not cover was never mapped. Of the
 * last column it is exact where no band lies in two regions.
 */
export function regionShare(frame: AddressTimeFrame, { start, end }: RegionInfo, column: number): number {
  const { first, entriesPerBand, bands, mapped, now, size } = frame
  const isNow = column === frame.filled - 1
  let sum = 0
  const from = Math.max(0, Math.floor((start - first) / entriesPerBand))
  for (let band = from; band < bands; band++) {
    const at = first + band * entriesPerBand
    if (at >= end) break
    const inside = Math.min(end, at + entriesPerBand) - Math.max(start, at)
    const covers = isNow ? Math.min(entriesPerBand, size - at) : entriesPerBand
    sum += (isNow ? now[band]! / covers : mapped[column * bands + band]! / 255) * inside
  }
  return sum / Math.max(1, end - start)
}

function describe(frame: AddressTimeFrame): string {
  if (frame.absent) return text.none
  const now = Math.max(0, frame.filled - 1)
  const regions = frame.regions.map((r) => text.region(r.name, percent(regionShare(frame, r, now))))
  const before = frame.former.map((of) => text.describeFormer(ms(of.until * frame.columnNs), formerText(frame, of)))
  return (
    text.describe(
      bandAddress(frame, 0),
      bandAddress(frame, frame.bands),
      ms(frame.filled * frame.columnNs),
      regions.join(', '),
    ) + before.join('')
  )
}

/** A row per point in time, a column per region. */
function table(frame: AddressTimeFrame): TableTwin {
  const stride = Math.max(1, Math.ceil(frame.filled / TWIN_ROWS))
  const begun = begunAt(frame)
  const rows: string[][] = []
  for (let c = stride - 1; c < frame.filled; c += stride)
    rows.push([
      ms((c + 1) * frame.columnNs),
      // The regions are those of the window that is there now.
      ...frame.regions.map((r) => (c < begun ? '–' : percent(regionShare(frame, r, c)))),
    ])
  return { columns: text.columns(frame.regions.map((r) => r.name)), rows, total: rows.length }
}

/** Columns across and bands down. */
const scalesOf = (frame: AddressTimeFrame, box: Box): readonly [Cells, Cells] => [
  cells(frame.columns, box.width),
  cells(frame.bands, box.height),
]

/** The address axis: entries to css px. */
export function entryAxis({ first, bands, entriesPerBand }: AddressTimeFrame, height: number): Linear {
  return linearFrom(first, first + bands * entriesPerBand, 0, height)
}

export const addressTimeView: HeatmapView<'address-time', TimeInk> = {
  id: 'address-time',
  title: text.title,
  probe: 'address-time',
  paint(frame, ink, box, out) {
    const { columns, bands, mapped, fresh } = frame
    const { data, width, height } = out
    const { starts } = columnPixels(width, columns)
    const end = starts[frame.filled]!
    const edges = edgesOf(cells(bands, height), Math.ceil)
    for (let band = 0; band < bands; band++) {
      const line = edges[band]! * width
      // Where the picture is low, some have no line of their own.
      if (edges[band] === edges[band + 1]) continue
      for (let c = 0, i = band; c < frame.filled; c++, i += bands) {
        const isNew = fresh[i]!
        // Any new mapping keeps at least the lowest step.
        const step = isNew === 0 ? 0 : (isNew >> 2) | 1
        const pixel = ink.share[((mapped[i]! >> 2) << 6) | step]! | 0
        for (let x = starts[c]!; x < starts[c + 1]!; x++) data[line + x] = pixel
      }
      for (let y = edges[band]! + 1; y < edges[band + 1]!; y++) data.copyWithin(y * width, line, line + end)
    }
    paintDots(out, end, 0, out.height, ink.dot, box.dpr)
  },
  grid: (frame) => ({ columns: frame.columns, rows: frame.bands }),
  hitTest: (frame, x, y, box) => gridCellIn(...scalesOf(frame, box), x, y),
  cellRect(frame, cell, box) {
    const at = gridRectOf(...scalesOf(frame, box), cell)
    return { ...at, width: Math.max(3, at.width), height: Math.max(3, at.height) }
  },
  cellText(frame, cell) {
    const column = cell % frame.columns
    const band = Math.floor(cell / frame.columns)
    if (column >= frame.filled || frame.absent) return ''
    const share = frame.mapped[column * frame.bands + band]! / 255
    return text.cell(
      ms((column + 1) * frame.columnNs),
      bandAddress(frame, band, measureAt(frame, column)),
      percent(share),
    )
  },
  describe,
  table,
}

/** `2 MiB`: what one band of the picture stands for. */
export function bandBytes(frame: AddressTimeFrame): string {
  return bytes(frame.entriesPerBand * 2 ** frame.pageShift)
}
