// The bounce pool on the page: a lane for each area with its figures, and below them what was refused for which reason.

import { useMemo, useRef } from 'react'
import { count } from '../../lib/format.ts'
import { type Frame, SLOT_BOTH, SLOT_FROM_DEVICE, SLOT_TO_DEVICE } from '../../sim/index.ts'
import { useApp, useFigures } from '../../store/context.ts'
import { poolText as text } from '../../text/pool.ts'
import type { Explained } from '../../ui/says.tsx'
import { DockHead, FigureRow, type Figures, figuresWidth } from '../kit/dock-head.tsx'
import { FactStrip, STRIP_PITCH } from '../kit/fact-strip.tsx'
import { Chip, Sample } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { useDpr, usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import {
  groupsOf,
  type PoolInk,
  paintSlots,
  poolFacts,
  poolHeight,
  poolInk,
  poolSub,
  poolView,
  poolWidth,
} from './pool.view.ts'
import '../views.css'
import './pool.css'

const FIGURES: Figures = {
  heads: text.heads,
  says: ['pool.used', 'pool.run', 'pool.waits'],
  widths: [58, 74, 68],
}
/** css px between the lanes and what stands below them. */
const GAP = 2

/** What is written beside the cells; the arrays of a frame are given back when the next one comes. */
const shownOf = (frame: Frame) => {
  const f = frame.views.pool
  if (!f) return null
  const none = new Uint8Array(0)
  return { ...f, direction: none, used: none, waste: none, cpu: none }
}

export function Pool() {
  const root = useRef<HTMLElement>(null)
  const palette = usePalette()
  const dpr = useDpr()
  const ink = useMemo(() => poolInk(palette), [palette])
  const frame = useFigures(shownOf)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  if (!frame) return <section ref={root} className="v-dock" />
  const room = Math.max(1, ruler.plot - figuresWidth(ruler, FIGURES))
  const box = {
    width: poolWidth(frame, room, dpr),
    height: poolHeight(frame.areas.length),
    dpr,
  }
  const facts = poolFacts(frame)
  const columns = ruler.narrow ? [1] : ruler.close ? [1, 1] : facts.map(() => 1)
  return (
    <section ref={root} className="v-dock v-bouncing">
      <DockHead id="pool" title={text.title} ruler={ruler} sub={poolSub(frame)} figures={FIGURES}>
        <Key ink={ink} narrow={ruler.narrow} />
      </DockHead>
      {ruler.width > 0 && (
        <div
          className="v-view"
          style={{ height: box.height + GAP + Math.ceil(facts.length / columns.length) * STRIP_PITCH }}
        >
          <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
            <Heatmap view={poolView} ink={ink} width={box.width} height={box.height} tip>
              {groupsOf(frame, box).map((group, i) => (
                <g key={group.first}>
                  <text x={ruler.narrow ? -8 : -16} y={group.base} textAnchor="end" className="v-axis v-label">
                    {i === 0 && !ruler.narrow ? `${text.area} ` : ''}
                    {text.areas(group.first, group.last)}
                  </text>
                  {!ruler.narrow && (
                    <rect x={-10} y={group.top} width={4} height={group.bottom - group.top - 1} className="v-region" />
                  )}
                  {!ruler.narrow && (
                    <FigureRow
                      figures={FIGURES}
                      values={[count(group.used), count(group.longestRun), count(group.waits)]}
                      right={ruler.plot}
                      y={group.base}
                      tone={(column) => ([group.used, group.longestRun, group.waits][column] === 0 ? 'v-quiet' : '')}
                    />
                  )}
                </g>
              ))}
            </Heatmap>
          </div>
          <FactStrip
            facts={facts}
            left={ruler.narrow ? 16 : ruler.left}
            top={box.height + GAP}
            width={ruler.narrow ? ruler.width - 32 : ruler.plot}
            columns={columns}
          />
        </div>
      )}
    </section>
  )
}

/** By SLOT_*; what is free has no entry. */
const DIRECTIONS: readonly Explained[] = ['pool.used', 'pool.toDevice', 'pool.fromDevice', 'pool.both']

/** What the cells mean, each drawn as it is, and where the next search begins. */
function Key({ ink, narrow }: { ink: PoolInk; narrow: boolean }) {
  const dpr = useDpr()
  const names = narrow ? text.keyShort : text.key
  return (
    <span className="v-ramp">
      {[SLOT_TO_DEVICE, SLOT_FROM_DEVICE, SLOT_BOTH].map((direction) => (
        <Chip key={direction} id={DIRECTIONS[direction]!}>
          <Sample
            side={10}
            paint={(out) => paintSlots(ink, direction, 255, 0, [0, 0, out.width, out.height], dpr, out)}
          />
          {names[direction]}
        </Chip>
      ))}
      <Chip id="pool.slack">
        <Sample
          side={10}
          paint={(out) => paintSlots(ink, SLOT_TO_DEVICE, 255, 255, [0, 0, out.width, out.height], dpr, out)}
        />
        {text.slack}
      </Chip>
      <Chip id="pool.cursor">
        <svg width="8" height="10" aria-hidden="true">
          <path d="M0,2h8l-4,5z" className="v-hint" />
        </svg>
        {narrow ? text.cursorShort : text.cursor}
      </Chip>
    </span>
  )
}
