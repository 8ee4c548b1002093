// The TCE table by table page: 512 TCEs are 4 KiB of table. How many are set in each, and how often each was
// written: a ring writes its few pages over and over, a leak fills one after the other.

import { range } from 'd3'
import { useMemo, useRef } from 'react'
import { bytes, count, hex } from '../../lib/format.ts'
import { addressAt, type Frame, type TcePagesFrame } from '../../sim/index.ts'
import { useApp, useFigures, useFrame, useLab } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { pagesText as text } from '../../text/dock.ts'
import { AddressAxis, gutterAddress } from '../kit/axis.tsx'
import { Cut } from '../kit/cut.tsx'
import { Title } from '../kit/dock-head.tsx'
import { Chip } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { type Palette, pack } from '../kit/palette.ts'
import { RampKey } from '../kit/ramp.tsx'
import {
  bands,
  type Cells,
  gridCellIn,
  gridRectOf,
  linear,
  linearFrom,
  stepFor,
  wholeCells,
  widthOfCells,
} from '../kit/scales.ts'
import { TwinButton } from '../kit/twin.tsx'
import { listedNote, listedSentence } from '../listed.ts'
import { type Box, type HeatmapView, TWIN_ROWS } from '../view.ts'
import '../views.css'

/** Height of the picture, css px. */
export const PAGES_HEIGHT = 80
const MOST_COLUMNS = 128
/** Height of the strip that shows writes, as a share of the cell. */
const STRIP = 0.28
/** A cell at least this high, css px, shows writes as a bar from zero; a lower one by how bright its strip is. */
const BAR_FROM = 36

export interface PagesInk {
  readonly ground: number
  readonly free: number
  readonly set: number
  readonly bar: number
  /** [256] by the share of the busiest page's writes. */
  readonly writes: Uint32Array
}

export function pagesInk(palette: Palette): PagesInk {
  const free = pack(palette.states.free)
  return {
    ground: pack(palette.tokens.bg),
    free,
    set: pack(palette.states.mapped),
    bar: pack(palette.tokens.quiet),
    writes: Uint32Array.from({ length: 256 }, (_, v) => (v === 0 ? free : pack(palette.waiting(v / 255)))),
  }
}

/** Columns and rows for a number of pages: about eight columns to a row, a power of two, at most 128. */
export function pageGrid(pages: number): { columns: number; rows: number } {
  let columns = 8
  while (columns < MOST_COLUMNS && columns * columns < pages * 8) columns *= 2
  return { columns, rows: Math.max(1, Math.ceil(pages / columns)) }
}

/** Pages across and down, device px. */
function scalesOf(frame: TcePagesFrame, box: Box): readonly [Cells, Cells] {
  const { columns, rows } = pageGrid(frame.pages)
  return [wholeCells(columns, Math.round(box.width * box.dpr)), wholeCells(rows, Math.round(box.height * box.dpr))]
}

const firstEntryOf = (frame: TcePagesFrame, page: number) => frame.firstEntry?.[page] ?? page * frame.tcesPerPage

function pageAddress(frame: TcePagesFrame, page: number): string {
  return hex(addressAt(frame, firstEntryOf(frame, page)))
}

function busiest(frame: TcePagesFrame): number {
  let at = 0
  for (let page = 1; page < frame.pages; page++) if (frame.writes[page]! > frame.writes[at]!) at = page
  return at
}

/** Bytes that a table page can lead to, each amount once. */
function spans(frame: TcePagesFrame): number[] {
  const entries = frame.firstEntry?.map((first, page, all) => (all[page + 1] ?? frame.size) - first) ?? [
    frame.tcesPerPage,
  ]
  return [...new Set(entries)].map((n) => n * 2 ** frame.pageShift)
}

export const tcePagesView: HeatmapView<'tce-pages', PagesInk> = {
  id: 'tce-pages',
  title: text.title,
  probe: 'tce-pages',
  paint(frame, ink, box, out) {
    const { columns } = pageGrid(frame.pages)
    const [w, h] = scalesOf(frame, box).map(widthOfCells) as [number, number]
    const gap = Math.min(w, h) >= 5 ? 1 : 0
    const strip = h < 8 ? 0 : Math.max(2, Math.round(h * STRIP))
    const tall = h >= BAR_FROM * box.dpr
    const fillable = h - gap - strip - (strip > 0 ? gap : 0)
    const level = linear(frame.tcesPerPage, 0, fillable)
    const busy = linear(frame.writes[busiest(frame)]!, 0, tall ? strip : 255)
    for (let page = 0; page < frame.pages; page++) {
      const x = (page % columns) * w
      const y = Math.floor(page / columns) * h
      if (y + h > out.height) break
      const set = frame.set[page]!
      const filled = set === 0 ? 0 : Math.max(1, Math.round(level(set)))
      for (let j = 0; j < fillable; j++) {
        const line = (y + j) * out.width + x
        out.data.fill(j >= fillable - filled ? ink.set : ink.free, line, line + w - gap)
      }
      const writes = busy(frame.writes[page]!)
      const bar = tall ? Math.ceil(writes) : strip
      const pixel = tall ? ink.bar : ink.writes[Math.round(writes)]!
      for (let j = h - gap - strip; j < h - gap; j++) {
        const line = (y + j) * out.width + x
        out.data.fill(j >= h - gap - bar ? pixel : ink.free, line, line + w - gap)
      }
    }
  },
  grid: (frame) => pageGrid(frame.pages),
  hitTest(frame, x, y, box) {
    const page = gridCellIn(...scalesOf(frame, box), x * box.dpr, y * box.dpr)
    return page === null || page >= frame.pages ? null : page
  },
  cellRect(frame, page, box) {
    const { x, y, width, height } = gridRectOf(...scalesOf(frame, box), page)
    const { dpr } = box
    return { x: x / dpr, y: y / dpr, width: (width - 1) / dpr, height: (height - 1) / dpr }
  },
  cellText: (frame, page) =>
    page >= frame.pages
      ? ''
      : text.cell(page, pageAddress(frame, page), count(frame.set[page]!), count(frame.writes[page]!)),
  describe(frame) {
    let set = 0
    for (let page = 0; page < frame.pages; page++) set += frame.set[page]!
    const at = busiest(frame)
    const writes = frame.writes[at] ?? 0
    const words = text.describe(
      count(frame.pages),
      bytes(frame.tableBytes),
      count(set),
      writes === 0 ? text.idle : text.busiest(pageAddress(frame, at), count(writes)),
    )
    return words + listedSentence(frame)
  },
  table(frame) {
    const rows = Array.from({ length: Math.min(frame.pages, TWIN_ROWS) }, (_, page) => [
      String(page),
      pageAddress(frame, page),
      count(frame.set[page]!),
      count(frame.writes[page]!),
    ])
    return { columns: text.columns, rows, total: frame.pages }
  },
}

const frameOf = (frame: Frame) => frame.views['tce-pages'] ?? null
const sameShape = sameBy((f: TcePagesFrame) => [f.pages, f.tcesPerPage, f.pageShift, f.offset, f.size, f.firstEntry])
const mostOf = (frame: Frame) => {
  const f = frame.views['tce-pages']
  return f && f.pages > 0 ? f.writes[busiest(f)]! : 0
}
/** Figures for the cells, where they are large enough to hold one. */
const setOf = (frame: Frame) => {
  const f = frame.views['tce-pages']
  return f && f.pages <= 32 ? Array.from(f.set.subarray(0, f.pages)) : null
}

export function TcePages() {
  const root = useRef<HTMLElement>(null)
  const lab = useLab()
  const palette = usePalette()
  const ink = useMemo(() => pagesInk(palette), [palette])
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const shape = useFrame(frameOf, sameShape)
  const figures = useFigures(setOf) ?? []
  const most = useFrame(mostOf) ?? 0
  const { columns, rows } = pageGrid(shape?.pages ?? 1)
  const height = PAGES_HEIGHT
  const x = bands(columns, Math.floor(ruler.plot / columns))
  const y = bands(rows, Math.floor(height / rows))
  const cell = { w: x.bandwidth(), h: y.bandwidth() }
  // An address stands at the top of its row; that of a single one at its middle.
  const down = linearFrom(0, rows, rows === 1 ? height / 2 : 4, rows * cell.h + 4)
  const step = stepFor(cell.h, 1, 18)
  return (
    <section ref={root} className="v-dock">
      <div
        className="v-head v-head-small"
        style={{ paddingLeft: ruler.narrow ? 16 : ruler.left, paddingRight: ruler.narrow ? 16 : ruler.right }}
      >
        <Title id="tce-pages" title={text.title} />
        {shape && !ruler.narrow && (
          <Cut className="v-sub">
            {text.sub(count(shape.tcesPerPage), bytes(shape.tcesPerPage * 8), spans(shape).map(bytes).join(text.or))}
            {listedNote(shape) && ` · ${listedNote(shape)}`}
          </Cut>
        )}
        <span className="v-grow" />
        <span className="v-ramp">
          <Chip id="tce-pages.set">
            <i style={{ background: palette.states.mapped }} />
            {text.set}
          </Chip>
          {cell.h >= BAR_FROM ? (
            <Chip id="tce-pages.writes">
              <i style={{ background: palette.tokens.quiet }} />
              {text.writesMost(count(most))}
            </Chip>
          ) : (
            <Chip id="tce-pages.writes">
              <span>{text.writes}</span>
              <span>0</span>
              <RampKey ramp={palette.waiting} />
              <span>{count(most)}</span>
            </Chip>
          )}
        </span>
        <TwinButton id={tcePagesView.id} title={text.title} />
      </div>
      {ruler.width > 0 && (
        <div className="v-view" style={{ height }}>
          <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
            <Heatmap
              view={tcePagesView}
              ink={ink}
              width={ruler.plot}
              height={height}
              tip
              onPick={(page) => shape && lab.actions.select(firstEntryOf(shape, page))}
            >
              {shape && (
                <AddressAxis
                  narrow={ruler.narrow}
                  scale={down}
                  ticks={range(0, rows, step).map((row, i) => ({
                    at: row,
                    text: gutterAddress(addressAt(shape, firstEntryOf(shape, row * columns)), ruler.narrow),
                    quiet: i % 2 === 1,
                  }))}
                />
              )}
              {cell.w >= 24 &&
                cell.h >= 16 &&
                figures.length === shape?.pages &&
                figures.map((figure, page) => (
                  <text
                    // biome-ignore lint/suspicious/noArrayIndexKey: the index is the table page
                    key={page}
                    x={x(page % columns)! + cell.w / 2}
                    y={y(Math.floor(page / columns))! + cell.h * (1 - STRIP) - 8}
                    textAnchor="middle"
                    className={`v-in-cell ${Number(figure) * 3 > shape.tcesPerPage ? 'v-on-mapped' : ''}`}
                  >
                    {figure}
                  </text>
                ))}
            </Heatmap>
          </div>
        </div>
      )}
    </section>
  )
}
