// The IOTLB on the page: its slots, what they lead to, and how well it serves beside them.

import { range } from 'd3'
import { useCallback, useMemo, useRef } from 'react'
import { bytes, count, percent } from '../../lib/format.ts'
import { type Frame, type IotlbFrame, SLOT_EMPTY, SLOT_LIVE, SLOT_REUSED, SLOT_STALE } from '../../sim/index.ts'
import { useApp, useFigures, useFrame, useLab } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { iotlbText as text } from '../../text/iotlb.ts'
import { Caption } from '../../ui/says.tsx'
import { DockHead } from '../kit/dock-head.tsx'
import { Chip, type Fact, factsBeside, Pictured, pictureWidth, Sample } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { useRoom } from '../kit/room.ts'
import { bands, stepFor } from '../kit/scales.ts'
import type { Pixels } from '../view.ts'
import {
  entryOfCell,
  type IotlbInk,
  iotlbInk,
  iotlbView,
  paintSlot,
  SLOTS_HEIGHT,
  type SlotLayout,
  shapeOf,
  sizeLabel,
  slotLayout,
  slotRect,
  slotsHeight,
} from './iotlb.view.ts'
import '../views.css'

/** Room for the numbers of the sets under the cells, css px. */
const AXIS = 16
/** Least room for a page size in a cell, css px. */
const LABEL_WIDTH = 18
const LABEL_HEIGHT = 12

const frameOf = (frame: Frame) => frame.views.iotlb ?? null
const sameShape = sameBy((f: IotlbFrame) => [f.table, f.sets, f.ways, f.pageShift, f.shared])

const share = (part: number, of: number) => (of === 0 ? '–' : percent(part / of))

function factsOf(f: IotlbFrame): Fact[] {
  const { facts } = text
  const state = (n: number) => (n === 0 ? ('quiet' as const) : ('reachable' as const))
  return [
    { says: 'iotlb.hitNow', name: facts.hitNow, value: share(f.recentHits, f.recentLookups) },
    { says: 'iotlb.hits', name: facts.hits, value: share(f.hits, f.lookups) },
    { says: 'iotlb.reads', name: facts.reads, value: f.lookups === 0 ? '–' : (f.reads / f.lookups).toFixed(2) },
    { says: 'iotlb.reach', name: facts.reach, value: bytes(f.reachBytes) },
    { says: 'iotlb.staleCount', name: facts.stale, value: count(f.stale), tone: state(f.stale) },
    { says: 'iotlb.reusedCount', name: facts.reused, value: count(f.reused), tone: state(f.reused) },
    ...f.walkCaches.map(({ spanPages, used, room }) => ({
      says: 'iotlb.walk' as const,
      name: facts.walk(bytes(spanPages * 2 ** f.pageShift)),
      value: text.of(count(used), count(room)),
      share: used / room,
    })),
    ...(f.walkCaches.length === 0
      ? [{ says: 'iotlb.walk', name: facts.noWalk, value: '–', tone: 'quiet' } as const]
      : []),
  ]
}
const shownFacts = (frame: Frame) => frame.views.iotlb && factsOf(frame.views.iotlb)
/** State and order of what stands in the slots. */
const slotsOf = (frame: Frame) => {
  const f = frame.views.iotlb
  return f && { states: Array.from(f.state), orders: Array.from(f.order) }
}
/** How text stands out: on a hatch with a halo; in a hole of the ground it needs none. */
const ON_STATE = ['', 'v-on-mapped', 'v-on-cells', ''] as const

export function Iotlb() {
  const root = useRef<HTMLElement>(null)
  const lab = useLab()
  const palette = usePalette()
  const ink = useMemo(() => iotlbInk(palette), [palette])
  const shape = useFrame(frameOf, sameShape)
  const facts = useFigures(shownFacts) ?? []
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const high = useRoom(SLOTS_HEIGHT + AXIS, ruler)
  if (!shape || shape.sets === 0) return <section ref={root} className="v-dock v-tall v-iommu" />
  const beside = factsBeside(facts.length, high, ruler)
  const width = pictureWidth(ruler, beside)
  const layout = slotLayout(shape, width, high - AXIS)
  const height = slotsHeight(shape, width, high - AXIS)
  const below = height + AXIS
  return (
    <section ref={root} className="v-dock v-tall v-iommu">
      <DockHead id="iotlb" title={text.title} ruler={ruler} sub={shapeOf(shape)}>
        <Key ink={ink} shared={shape.shared} narrow={ruler.narrow} />
      </DockHead>
      <Pictured ruler={ruler} facts={facts} height={below} wide={high} beside={beside}>
        <Heatmap
          view={iotlbView}
          ink={ink}
          width={width}
          height={height}
          tip
          onPick={(cell) => {
            const frame = lab.frames.latest()?.views.iotlb
            const entry = frame ? entryOfCell(frame, cell) : null
            if (entry !== null) lab.actions.select(entry)
          }}
        >
          <Axes shape={shape} layout={layout} height={height} narrow={ruler.narrow} />
          {layout.cellWidth >= LABEL_WIDTH && layout.cellHeight >= LABEL_HEIGHT && (
            <Sizes shape={shape} layout={layout} />
          )}
        </Heatmap>
      </Pictured>
    </section>
  )
}

/** What the cells mean, each drawn as it is. */
function Key({ ink, shared, narrow }: { ink: IotlbInk; shared: boolean; narrow: boolean }) {
  const chips = [
    ['iotlb.live', SLOT_LIVE, false, text.live],
    ['iotlb.stale', SLOT_STALE, false, narrow ? text.staleShort : text.stale],
    ['iotlb.reused', SLOT_REUSED, false, narrow ? text.reusedShort : text.reused],
    ...(shared && !narrow ? [['iotlb.foreign', SLOT_LIVE, true, text.foreign] as const] : []),
  ] as const
  return (
    <span className="v-ramp">
      {chips.map(([id, state, foreign, name]) => (
        <Chip key={id} id={id}>
          <Slot ink={ink} state={state} foreign={foreign} />
          {name}
        </Chip>
      ))}
    </span>
  )
}

function Slot({ ink, state, foreign }: { ink: IotlbInk; state: number; foreign: boolean }) {
  const paint = useCallback(
    (out: Pixels) => paintSlot(state, foreign, ink, 0, 0, out.width, out.height, out),
    [ink, state, foreign],
  )
  return <Sample paint={paint} />
}

/** Numbers of sets and ways beside the cells: ways at the left where all sets stand in one row, else sets. */
function Axes(props: { shape: IotlbFrame; layout: SlotLayout; height: number; narrow: boolean }) {
  const { shape, layout: l, height, narrow } = props
  const ways = l.setRows === 1
  const rows = ways ? l.wayRows : l.setRows
  const down = ways ? bands(rows, l.cellHeight) : l.setsDown
  const pitch = down.step()
  const perRow = ways ? l.wayColumns : l.setColumns
  const every = stepFor(pitch, 1, 11)
  const everySet = stepFor(l.setsAcross.step(), 1, 18)
  const showSets = shape.sets > 1 && l.setColumns > 1
  return (
    <g>
      {!narrow && (
        <Caption id={ways ? 'iotlb.way' : 'iotlb.set'} x={-44} y={Math.min(height, pitch) / 2 + 3.5} textAnchor="end">
          {ways ? text.way : text.set}
        </Caption>
      )}
      {range(0, rows, every).map((row) => (
        <text key={row} x={-16} y={down(row)! + down.bandwidth() / 2 + 3.5} textAnchor="end" className="v-num v-label">
          {row * perRow}
        </text>
      ))}
      {showSets &&
        range(0, l.setColumns, everySet).map((column) => (
          <text
            key={column}
            x={l.setsAcross(column)! + l.setsAcross.bandwidth() / 2}
            y={height + 11}
            textAnchor="middle"
            className="v-num v-label"
          >
            {ways ? column : `+${column}`}
          </text>
        ))}
      {showSets && ways && (
        <Caption id="iotlb.set" x={-16} y={height + 11} textAnchor="end">
          {text.set}
        </Caption>
      )}
    </g>
  )
}

/** The page size in each cell that has room for it. */
function Sizes({ shape, layout: l }: { shape: IotlbFrame; layout: SlotLayout }) {
  const slots = useFigures(slotsOf)
  return slots?.states.map((state, slot) => {
    const { x, y, width, height } = slotRect(l, Math.floor(slot / shape.ways), slot % shape.ways)
    return (
      state !== SLOT_EMPTY && (
        <text
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the slot
          key={slot}
          x={x + width / 2}
          y={y + height / 2 + 3.5}
          textAnchor="middle"
          className={`v-num ${ON_STATE[state]}`}
        >
          {sizeLabel(shape, slots.orders[slot]!)}
        </text>
      )
    )
  })
}
