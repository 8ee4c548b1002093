// The per-CPU caches on the page: lanes, the sizes on the left, what is kept of each on the right.

import { useMemo, useRef } from 'react'
import { bytes, count } from '../../lib/format.ts'
import type { CachesFrame, Frame } from '../../sim/index.ts'
import { useApp, useFigures, useFrame, useLab } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { cachesText as text } from '../../text/caches.ts'
import { Caption, type Explained } from '../../ui/says.tsx'
import { DockHead } from '../kit/dock-head.tsx'
import { Chip } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { cpuColour, mix, type Palette, pack, unpack } from '../kit/palette.ts'
import { cachesInk, cachesView, entryOfChunk, modeOf, rangesOf } from './caches.view.ts'
import { BLOCK, blocksOf, cachesHeight, type LaneLayout, laneLayout, slotRect } from './caches-layout.ts'
import '../views.css'

const frameOf = (frame: Frame) => frame.views.caches ?? null
const sameShape = sameBy((f: CachesFrame) => [
  ...[f.table, f.cpus, f.orders, f.capacity],
  ...[f.pageShift, f.chunked, f.mostChunks],
])
/** Ranges kept by order, and full magazines by order. */
const keptOf = (frame: Frame) => {
  const f = frame.views.caches
  return f && Array.from({ length: f.orders }, (_, o) => rangesOf(f, o))
}
/** Owner, which of its chunks, whole percent mapped. */
const chunksOf = (frame: Frame) => {
  const f = frame.views.caches
  if (!f || f.orders > 0) return null
  const one = (_: unknown, i: number) =>
    [f.chunkOwner[i]!, f.chunkSlot[i]!, Math.floor((100 * f.chunkMapped[i]!) / f.chunkPages[i]!)] as const
  return Array.from({ length: f.chunks }, one)
}
const depotOf = (frame: Frame) => {
  const f = frame.views.caches
  return f && Array.from(f.depot.subarray(0, f.orders))
}

export function Caches() {
  const root = useRef<HTMLElement>(null)
  const lab = useLab()
  const palette = usePalette()
  const ink = useMemo(() => cachesInk(palette), [palette])
  const shape = useFrame(frameOf, sameShape)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  if (!shape) return <section ref={root} className="v-dock" />
  const mode = modeOf(shape)
  if (mode === 'none') return <section ref={root} className="v-dock" />
  const height = cachesHeight(shape, ruler.plot)
  const sub = mode === 'magazines' ? text.subMagazines(shape.capacity) : text.subChunks
  return (
    <section ref={root} className="v-dock">
      <DockHead id="caches" title={text.title} ruler={ruler} sub={sub}>
        <Key mode={mode} palette={palette} />
      </DockHead>
      {ruler.width > 0 && (
        <div className="v-view" style={{ height }}>
          <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
            <Heatmap
              view={cachesView}
              ink={ink}
              width={ruler.plot}
              height={height}
              tip
              onPick={(cell) => {
                const frame = lab.frames.latest()?.views.caches
                const entry = frame ? entryOfChunk(frame, cell) : null
                if (entry !== null) lab.actions.select(entry)
              }}
            >
              <Lanes shape={shape} layout={laneLayout(shape, ruler.plot)} palette={palette} />
              {mode === 'chunks' && <ChunkFigures layout={laneLayout(shape, ruler.plot)} />}
              {mode === 'magazines' && (
                <Sizes shape={shape} layout={laneLayout(shape, ruler.plot)} plot={ruler.plot} narrow={ruler.narrow} />
              )}
            </Heatmap>
          </div>
        </div>
      )}
    </section>
  )
}

function Key({ mode, palette }: { mode: string; palette: Palette }) {
  const { states } = palette
  const soft = unpack(mix(pack(states.free), pack(states.cached), 0.5))
  const chips: readonly (readonly [id: Explained, colour: string, name: string])[] =
    mode === 'magazines'
      ? [
          ['caches.loaded', states.cached, text.loaded],
          ['caches.prev', soft, text.prev],
        ]
      : mode === 'chunks'
        ? [
            ['caches.own', states.mapped, text.own],
            ['caches.foreign', states.useful, text.foreign],
          ]
        : []
  return (
    <span className="v-ramp">
      {chips.map(([id, background, name]) => (
        <Chip key={id} id={id}>
          <i style={{ background }} />
          {name}
        </Chip>
      ))}
    </span>
  )
}

/** The number and colour of each CPU above its lane; where lanes are close, every second or fourth number. */
function Lanes({ shape, layout: l, palette }: { shape: CachesFrame; layout: LaneLayout; palette: Palette }) {
  const every = [1, 2, 4, 8].find((n) => n * l.lane >= 16) ?? 16
  return (
    <g>
      <Caption id="caches.cpu" x={-16} y={9} textAnchor="end">
        {text.cpu}
      </Caption>
      {Array.from({ length: shape.cpus }, (_, cpu) => {
        const { x, y } = slotRect(l, cpu, 0, 0)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the CPU
          <g key={cpu}>
            <rect
              x={x}
              y={y - 3}
              width={l.lanesAcross.bandwidth() - 1}
              height={2}
              fill={cpuColour(palette, cpu, shape.cpus)}
            />
            {cpu % every === 0 && (
              <text x={x} y={y - 5} className="v-num v-label">
                {cpu}
              </text>
            )}
          </g>
        )
      })}
    </g>
  )
}

/** How far each chunk is mapped, where there is room to say so. */
function ChunkFigures({ layout: l }: { layout: LaneLayout }) {
  const chunks = useFigures(chunksOf)
  const { width, height } = slotRect(l, 0, 0, 0)
  if (!chunks || width < 36 || height < 12) return null
  return chunks.map(([owner, slot, share]) => {
    const { x, y } = slotRect(l, owner, slot % l.columns, Math.floor(slot / l.columns))
    return (
      <text key={`${owner}.${slot}`} x={x + 4} y={y + height / 2 + 4} className="v-num v-on-cells">
        {share < 100 ? `${share} %` : text.full}
      </text>
    )
  })
}

/** Per size: what it is, the full magazines in the depot, and the ranges that all keep together. */
function Sizes(props: { shape: CachesFrame; layout: LaneLayout; plot: number; narrow: boolean }) {
  const { shape, layout: l, plot, narrow } = props
  const ranges = useFigures(keptOf) ?? []
  const depot = useFigures(depotOf) ?? []
  return (
    <g>
      <Caption id="caches.depot" x={l.depotX} y={9}>
        {text.depot}
      </Caption>
      {!narrow && (
        <Caption id="caches.ranges" x={plot + 8} y={9}>
          {text.ranges}
        </Caption>
      )}
      {Array.from({ length: shape.orders }, (_, o) => {
        const { y, height } = slotRect(l, 0, 0, o)
        const base = y + height / 2 + 3.5
        const full = depot[o] ?? 0
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the order
          <g key={o}>
            <text x={narrow ? -11 : -16} y={base} textAnchor="end" className="v-num v-label">
              {bytes(2 ** (o + shape.pageShift))}
            </text>
            <text
              x={l.depotX + (full > 0 ? blocksOf(l, full) * BLOCK + 4 : 0)}
              y={base}
              className={`v-num ${full === 0 ? 'v-quiet' : ''}`}
            >
              {count(full)}
            </text>
            {!narrow && (
              <text x={plot + 8} y={base} className={`v-num ${ranges[o] ? '' : 'v-quiet'}`}>
                {count(ranges[o] ?? 0)}
              </text>
            )}
          </g>
        )
      })}
    </g>
  )
}
