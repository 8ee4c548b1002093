// The locks with their figures: how often each was taken, how often and how long CPUs waited for it.

import { useMemo, useRef } from 'react'
import type { Frame, LocksFrame } from '../../sim/index.ts'
import { useApp, useFrame } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { DockHead, FigureRow, type Figures, figuresWidth } from '../kit/dock-head.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { figuresOf, lanesOf, locksInk, locksView, shownLocks } from './locks.view.ts'
import { text } from './words.ts'
import '../views.css'

const FIGURES: Figures = {
  heads: text.heads,
  says: ['locks.taken', 'locks.contended', 'locks.share', 'locks.total', 'locks.mean', 'locks.line'],
  widths: [74, 68, 74, 74, 70, 74],
}
/** Room for the table twin's rows, css px. */
const LEAST_HEIGHT = 80

const frameOf = (frame: Frame) => frame.views.locks ?? null
/** The figures as they are shown, so that a change nobody sees renders nothing. */
const same = sameBy((f: LocksFrame) => shownLocks(f).map((lock) => [lock.name, ...figuresOf(lock)]))

export function Locks() {
  const root = useRef<HTMLElement>(null)
  const palette = usePalette()
  const ink = useMemo(() => locksInk(palette), [palette])
  const frame = useFrame(frameOf, same)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  if (!frame) return <section ref={root} className="v-dock" />
  const shown = shownLocks(frame)
  const width = Math.max(1, ruler.plot - figuresWidth(ruler, FIGURES))
  const lanes = lanesOf(frame)
  const more = frame.locks.length - shown.length
  return (
    <section ref={root} className="v-dock">
      <DockHead
        id="locks"
        title={text.title}
        ruler={ruler}
        sub={more > 0 ? `${text.sub} · ${text.more(more)}` : text.sub}
        figures={FIGURES}
      />
      {ruler.width > 0 && (
        <div className="v-view" style={{ height: LEAST_HEIGHT }}>
          <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
            <Heatmap view={locksView} ink={ink} width={width} height={LEAST_HEIGHT} tip>
              {shown.map((lock, row) => {
                const y = lanes(row)! + 8.5
                return (
                  <g key={lock.name}>
                    {ruler.narrow ? (
                      <text x={4} y={y} className="v-axis v-on-cells">
                        {lock.name}
                      </text>
                    ) : (
                      <text x={-16} y={y} textAnchor="end" className="v-axis v-label">
                        {lock.name}
                      </text>
                    )}
                    {!ruler.narrow && (
                      <FigureRow
                        figures={FIGURES}
                        values={figuresOf(lock)}
                        right={ruler.plot}
                        y={y}
                        tone={() => (lock.contended === 0 ? 'v-quiet' : '')}
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
