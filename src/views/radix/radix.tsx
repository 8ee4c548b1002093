// The radix table on the page: the tables that a walk to the address under the pointer reads, one strip of slots below the
// other, with the slot that is read opened out into the table that it leads to; and what each level holds.

import { useMemo, useRef } from 'react'
import { bytes, count } from '../../lib/format.ts'
import { type Frame, PTE_TO_LARGE, PTE_TO_TABLE, type RadixFrame } from '../../sim/index.ts'
import { useApp, useFrame } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { radixText as text } from '../../text/radix.ts'
import { DockHead, FigureRow, type Figures, figuresWidth } from '../kit/dock-head.tsx'
import { Chip } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { useDpr, usePalette, useWidth } from '../kit/hooks.ts'
import { type Ruler, rulerOf } from '../kit/layout.ts'
import type { Palette } from '../kit/palette.ts'
import type { Box } from '../view.ts'
import {
  entrySize,
  levelBytes,
  levelOf,
  pathAddress,
  RADIX_HEIGHT,
  radixInk,
  radixView,
  sizesOf,
  slotRect,
  stripAt,
  stripWidth,
} from './radix.view.ts'
import '../views.css'
import './radix.css'

const FIGURES: Figures = {
  heads: text.heads,
  says: ['radix.span', 'radix.tables', 'radix.leaves', 'radix.bytes'],
  widths: [58, 58, 66, 74],
}

const frameOf = (frame: Frame) => frame.views.radix ?? null
/** All that is written beside the cells. */
const same = sameBy((f: RadixFrame) => [
  [f.table, f.format, f.pending, f.tableBytes, f.entry, f.leavesByOrder],
  f.levels.map((l) => [l.tables, l.leaves, l.slots]),
  f.path.map((s) => [s.node, s.slot, s.kind]),
])

export function Radix() {
  const root = useRef<HTMLElement>(null)
  const palette = usePalette()
  const dpr = useDpr()
  const ink = useMemo(() => radixInk(palette), [palette])
  const frame = useFrame(frameOf, same)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  if (!frame || frame.levels.length === 0) return <section ref={root} className="v-dock" />
  const box = { width: Math.max(1, ruler.plot - figuresWidth(ruler, FIGURES)), height: RADIX_HEIGHT, dpr }
  return (
    <section ref={root} className="v-dock">
      <DockHead
        id="radix"
        title={text.title}
        ruler={ruler}
        sub={text.sub(frame.format, frame.levels.length, pathAddress(frame))}
        figures={FIGURES}
      >
        <Key palette={palette} />
      </DockHead>
      {ruler.width > 0 && (
        <div className="v-view" style={{ height: RADIX_HEIGHT }}>
          <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
            <Heatmap view={radixView} ink={ink} width={box.width} height={RADIX_HEIGHT} tip>
              <Path frame={frame} box={box} />
              <Levels frame={frame} ruler={ruler} />
              <Foot frame={frame} narrow={ruler.narrow} />
            </Heatmap>
          </div>
        </div>
      )}
    </section>
  )
}

function Key({ palette }: { palette: Palette }) {
  return (
    <span className="v-ramp">
      {(
        [
          ['radix.toTable', palette.tokens.quiet, text.toTable, 6],
          ['radix.toPage', palette.states.mapped, text.toPage, 12],
        ] as const
      ).map(([id, background, name, height]) => (
        <Chip key={id} id={id}>
          <i style={{ background, height, marginTop: 12 - height }} />
          {name}
        </Chip>
      ))}
    </span>
  )
}

/** The slots that the walk reads, each opened out into the table below it; what ends the path stands in its place. */
function Path({ frame, box }: { frame: RadixFrame; box: Box }) {
  return (
    <g>
      {frame.path.map((step) => {
        const row = levelOf(frame, step)
        const slot = slotRect(frame, step, box)
        const bottom = slot.y + slot.height
        const below = frame.levels[row + 1]
        const next = below && stripAt(frame.levels.length, row + 1)
        const wide = below ? stripWidth(below, box) : 0
        const right = slot.x > box.width / 2
        const end = slot.x + slot.width
        return (
          <g key={step.height}>
            {next && step.kind === PTE_TO_TABLE && (
              <path d={`M${slot.x},${bottom}L0,${next.y}M${end},${bottom}L${wide},${next.y}`} className="v-edge" />
            )}
            {next && step.kind === PTE_TO_LARGE && (
              <>
                <path
                  d={`M${slot.x},${bottom}L0,${next.y}H${wide}L${end},${bottom}z`}
                  className="v-mapped"
                  opacity={0.35}
                />
                <rect y={next.y} width={wide} height={next.height} className="v-mapped" />
                <text x={wide / 2} y={next.y + next.height - 3} textAnchor="middle" className="v-num v-on-mapped">
                  {text.ends(entrySize(frame, frame.levels[row]!))}
                </text>
              </>
            )}
            {next && step.kind < PTE_TO_TABLE && (
              <>
                <rect x={0.5} y={next.y + 0.5} width={wide - 1} height={next.height - 1} className="v-dashed" />
                <text x={wide / 2} y={next.y + next.height - 3} textAnchor="middle" className="v-num v-quiet">
                  {text.empty}
                </text>
              </>
            )}
            <rect
              x={slot.x - 1.5}
              y={slot.y - 1.5}
              width={slot.width + 3}
              height={slot.height + 3}
              className="v-slot"
            />
            <text
              x={right ? end - 2 : slot.x + 2}
              y={bottom + 11}
              textAnchor={right ? 'end' : 'start'}
              className="v-num v-on-cells"
            >
              {text.slot(step.slot)}
            </text>
          </g>
        )
      })}
    </g>
  )
}

/** What each level is called and holds. */
function Levels({ frame, ruler }: { frame: RadixFrame; ruler: Ruler }) {
  return (
    <g>
      {frame.levels.map((level, i) => {
        const { y, height } = stripAt(frame.levels.length, i)
        const base = y + height / 2 + 4
        return (
          <g key={level.height}>
            <text x={ruler.narrow ? -8 : -16} y={base} textAnchor="end" className="v-axis v-label">
              {level.name}
            </text>
            {!ruler.narrow && (
              <FigureRow
                figures={FIGURES}
                values={[entrySize(frame, level), count(level.tables), count(level.leaves), bytes(levelBytes(level))]}
                right={ruler.plot}
                y={base}
                tone={() => (level.tables === 0 ? 'v-quiet' : '')}
              />
            )}
          </g>
        )
      })}
    </g>
  )
}

/** How mappings were cut into pages, and tables that wait. */
function Foot({ frame, narrow }: { frame: RadixFrame; narrow: boolean }) {
  const sizes = sizesOf(frame)
  return (
    <text y={RADIX_HEIGHT - 3} className="v-axis v-label">
      {sizes === '' ? text.nothing : text.split(sizes)}
      {frame.pending > 0 && ` · ${narrow ? text.pendingShort(frame.pending) : text.pending(frame.pending)}`}
    </text>
  )
}
