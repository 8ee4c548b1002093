// Tables side by side, with the figures that tell them apart; picking one puts it on the map.

import { useMemo, useRef } from 'react'
import { bytes, count } from '../../lib/format.ts'
import type { Frame, TablesFrame } from '../../sim/index.ts'
import { useApp, useFrame, useLab } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { tablesText as text } from '../../text/dock.ts'
import { wholeOf } from '../iova-space/map-zoom.ts'
import { DockHead, FigureRow, type Figures, figuresWidth } from '../kit/dock-head.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { isPart, lanesOf, ownersOf, pagesOf, TABLE_PITCH, tablesInk, tablesView } from './tables.view.ts'
import '../views.css'

const frameOf = (frame: Frame) => frame.views.tables ?? null
const mapTable = (frame: Frame) => frame.views['iova-space']?.table ?? 0
/** The figures as they are shown, so that a change nobody sees renders nothing. */
const figuresOf = (t: TablesFrame['tables'][number]) => [
  pagesOf(t),
  bytes(t.windowBytes),
  bytes(t.mappedBytes),
  bytes(t.usefulBytes),
  count(t.tceWrites),
  count(t.refused),
]
const same = sameBy((f: TablesFrame) => f.tables.map((t) => [t.table, ownersOf(t), ...figuresOf(t)]))

/** Widths of the figures' columns beside the lanes, css px. */
const FIGURES: Figures = {
  heads: text.heads,
  says: ['tables.page', 'tables.window', 'tables.mapped', 'tables.data', 'tables.writes', 'tables.refused'],
  widths: [86, 62, 74, 74, 84, 68],
}

export function Tables() {
  const root = useRef<HTMLElement>(null)
  const lab = useLab()
  const palette = usePalette()
  const ink = useMemo(() => tablesInk(palette), [palette])
  const frame = useFrame(frameOf, same)
  const onMap = useFrame(mapTable)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  if (!frame) return <section ref={root} className="v-dock" />
  const beside = figuresWidth(ruler, FIGURES)
  const width = Math.max(1, Math.floor((ruler.plot - beside) / frame.bands)) * frame.bands
  const lanes = lanesOf(frame)
  // Room for the table twin's rows, however few tables there are.
  const height = Math.max(3, frame.tables.length) * TABLE_PITCH
  return (
    <section ref={root} className="v-dock">
      <DockHead
        id="tables"
        title={text.title}
        ruler={ruler}
        sub={frame.tables.some((t) => isPart(t, frame.bands)) ? text.subPart : text.sub}
        figures={FIGURES}
      />
      {ruler.width > 0 && (
        <div className="v-view" style={{ height }}>
          <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
            <Heatmap
              view={tablesView}
              ink={ink}
              width={width}
              height={height}
              tip
              onPick={(cell) => {
                const t = lab.frames.latest()?.views.tables?.tables[Math.floor(cell / frame.bands)]
                if (t) lab.actions.setView(wholeOf(t.table))
              }}
            >
              {frame.tables.map((t, row) => {
                const top = lanes(row)!
                const mid = top + lanes.step() / 2
                return (
                  <g key={t.table}>
                    <text x={-16} y={mid} textAnchor="end" className="v-axis v-label">
                      {ruler.narrow && t.devices.length > 1 ? text.andMore(t.devices) : ownersOf(t)}
                    </text>
                    {t.table === onMap && (
                      <path d={`M-10,${top}v${lanes.bandwidth()}`} className="v-on-map">
                        <title>{text.shown}</title>
                      </path>
                    )}
                    {!ruler.narrow && (
                      <FigureRow
                        figures={FIGURES}
                        values={figuresOf(t)}
                        right={ruler.plot}
                        y={mid}
                        tone={(i) => (i === 5 && t.refused > 0 ? 'v-fail' : '')}
                      />
                    )}
                  </g>
                )
              })}
            </Heatmap>
          </div>
        </div>
      )}
    </section>
  )
}
