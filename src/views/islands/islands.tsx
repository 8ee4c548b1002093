// Where memory lies, on the page: blocks on one axis of addresses, with what is mapped of each; far memory and the sizes
// are moved by hand.

import { useMemo, useRef, useState } from 'react'
import { bytes, hex } from '../../lib/format.ts'
import { type Frame, fieldsOf, type MemoryFrame } from '../../sim/index.ts'
import { useApp, useFrame, useLab } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { islandsText as text } from '../../text/islands.ts'
import { DockHead } from '../kit/dock-head.tsx'
import { Chip } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { useTwin } from '../kit/twin.tsx'
import {
  addressLabels,
  BLOCK,
  BLOCK_TOP,
  farAtOf,
  ISLANDS_HEIGHT,
  type IslandFields,
  type IslandsLayout,
  islandFields,
  islandsInk,
  islandsLayout,
  islandsViewOf,
  type Move,
  moved,
  nearest,
  type Reach,
  reachOf,
  stopsOf,
  sumsOf,
  verdict,
} from './islands.view.ts'
import { AxisLabels, Gaps, Ghost, Names, WindowEnd } from './islands-marks.tsx'
import { IslandSlider, useSlide } from './islands-slider.tsx'
import '../views.css'
import '../memory/memory.css'
import './islands.css'

const GIB = 2 ** 30
/** An arrow key moves far memory by so many GiB, and with Shift. */
const STEP = 16
const FAR_STEP = 1024
/** What the button adds, bytes, and where where the old place is taken, GiB. */
const ADDED = 16 * GIB
const ADDED_AT = 37_120

const frameOf = (frame: Frame) => frame.views.memory ?? null
/** All that is drawn. */
const same = sameBy((f: MemoryFrame) => [f.table, f.windowBytes, f.islands])

export function Islands() {
  const root = useRef<HTMLElement>(null)
  const here = useApp((s) => s.here)
  const fields = useMemo(() => islandFields(fieldsOf(here)), [here])
  const frame = useFrame(frameOf, same)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const { narrow } = ruler
  const left = narrow ? 16 : ruler.left
  if (!frame || frame.islands.length === 0) return <section ref={root} className="v-dock" />
  return (
    <section ref={root} className="v-dock v-memory">
      <DockHead id="islands" title={text.title} ruler={ruler} sub={helpOf(frame, fields)}>
        <Key grows={!!fields.maxRam} narrow={narrow} />
      </DockHead>
      {ruler.width > 0 && (
        <Picture
          frame={frame}
          fields={fields}
          left={left}
          width={narrow ? Math.max(1, ruler.width - 32) : ruler.plot}
          narrow={narrow}
        />
      )}
    </section>
  )
}

/** What can be moved. */
function helpOf(frame: MemoryFrame, { maxRam }: IslandFields): string {
  const { help } = text
  return maxRam ? help.hotplug : sumsOf(frame).far > 0 ? help.both : help.ram
}

function Key({ grows, narrow }: { grows: boolean; narrow: boolean }) {
  const names = narrow ? text.keyShort : text.key
  const shown = grows ? (['mapped', 'free', 'outside', 'grow'] as const) : (['mapped', 'free', 'outside'] as const)
  return (
    <span className="v-ramp">
      {shown.map((kind) => (
        <Chip key={kind} id={`islands.${kind}`}>
          <i className={`v-isle-${kind}`} />
          {names[kind]}
        </Chip>
      ))}
    </span>
  )
}

interface PictureProps {
  readonly frame: MemoryFrame
  readonly fields: IslandFields
  readonly left: number
  readonly width: number
  readonly narrow: boolean
}

function Picture({ frame, fields, left, width, narrow }: PictureProps) {
  const palette = usePalette()
  const ink = useMemo(() => islandsInk(palette), [palette])
  const { endBytes, growBytes, farMostBytes } = reachOf(fields)
  const reach = useMemo<Reach>(() => ({ endBytes, growBytes, farMostBytes }), [endBytes, growBytes, farMostBytes])
  const view = useMemo(() => islandsViewOf(reach), [reach])
  const surface = useRef<HTMLDivElement>(null)
  const [move, setMove] = useState<Move | null>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const [twin] = useTwin('islands')
  const shown = move ? moved(frame, move) : frame
  const layout = islandsLayout(shown, reach, width)
  const still = islandsLayout(frame, reach, width)
  // A drag points at nothing, and what was pointed at before a change may be gone.
  const pointed = move || cursor === null || cursor >= still.parts.length ? null : cursor
  const onFar = pointed !== null && still.parts[pointed]!.island?.name === 'far'
  return (
    <>
      <div className="v-view" style={{ height: ISLANDS_HEIGHT }}>
        <div className={`v-plot ${onFar ? 'v-isle-on' : ''}`} style={{ left, width }}>
          <Heatmap
            view={view}
            ink={ink}
            width={width}
            height={ISLANDS_HEIGHT}
            surface={surface}
            tip={!move}
            cursor={pointed}
            onHover={setCursor}
          >
            <Gaps frame={frame} layout={still} reach={reach} width={width} />
            {frame.identity !== false && <WindowEnd frame={frame} layout={still} width={width} narrow={narrow} />}
            {!move && <Names frame={frame} layout={still} width={width} />}
            <AxisLabels labels={addressLabels(shown, layout, width)} left={narrow ? null : -16} />
            {move && <Ghost frame={shown} layout={layout} move={move} width={width} />}
          </Heatmap>
          {!twin && <Sliders {...{ frame, shown, fields, reach, layout, surface, setMove }} />}
        </div>
      </div>
      <Foot frame={frame} fields={fields} left={left} />
    </>
  )
}

interface SlidersProps {
  readonly frame: MemoryFrame
  /** With the move that is under way. */
  readonly shown: MemoryFrame
  readonly fields: IslandFields
  readonly reach: Reach
  readonly layout: IslandsLayout
  readonly surface: React.RefObject<HTMLDivElement | null>
  readonly setMove: (move: Move | null) => void
}

function Sliders({ frame, shown, fields, reach, layout, surface, setMove }: SlidersProps) {
  const { actions } = useLab()
  const pending = useApp((s) => s.pending)
  const far = shown.islands.find((island) => island.name === 'far' && island.bytes > 0)
  const ram = shown.islands.find((island) => island.name === 'ram')
  const ramEnd = ram ? ram.startBytes + ram.bytes : 0
  const farFrom = frame.islands.find((island) => island.name === 'far' && island.bytes > 0)?.startBytes
  const value = (path: string, settled: unknown) => Number(pending[path] ?? settled ?? 0)
  const at = value('m.farAt', fields.farAt?.value)
  const [min, max] = [Math.max(fields.farAt?.param.min ?? 0, Math.ceil(ramEnd / GIB)), fields.farAt?.param.max ?? 0]
  const farX = far ? layout.x(far.startBytes) : 0
  const farEnd = far ? farX + layout.farWidth(far.bytes) : 0
  const slide = {
    surface,
    valueAt: (x: number) => farAtOf(layout, x, min, max),
    preview: (gib: number | null) => setMove(gib === null ? null : { island: 'far', startBytes: gib * GIB }),
    set: (gib: number) => gib !== at && actions.setParam('m.farAt', gib),
  }
  useSlide(surface, { ...slide, grab: (x) => (far && x >= farX && x < farEnd ? farX : null) })
  const ramStops = stopsOf(
    fields.ram,
    Math.min(farFrom ?? Number.MAX_SAFE_INTEGER, reach.growBytes ?? Number.MAX_SAFE_INTEGER),
  )
  const farStops = stopsOf(fields.far, Number.MAX_SAFE_INTEGER)
  const sizes = [
    {
      name: 'ram',
      path: 'm.ram',
      stops: ramStops,
      from: 0,
      edge: (n: number) => layout.axis(n),
      island: ram,
      field: fields.ram,
    },
    {
      name: 'far',
      path: 'm.far',
      stops: farStops,
      from: farX,
      edge: (n: number) => farX + layout.farWidth(n),
      island: far,
      field: fields.far,
    },
  ] as const
  return (
    <>
      {far && (
        <IslandSlider
          {...slide}
          className="v-isle-move"
          style={{ left: (farX + farEnd) / 2, top: BLOCK_TOP }}
          label={text.move}
          value={at}
          min={min}
          max={max}
          text={text.at(hex(at * GIB), bytes(at * GIB))}
          step={STEP}
          shiftStep={FAR_STEP}
          grab={() => farX}
        />
      )}
      {sizes.map(({ name, path, stops, edge, island, field }) => {
        if (!island || stops.length < 2) return null
        const set = value(path, field?.value)
        const edges = stops.map(edge)
        const i = Math.max(0, stops.indexOf(set))
        return (
          <IslandSlider
            key={name}
            surface={surface}
            className="v-isle-size"
            style={{ left: edge(island.bytes), top: BLOCK_TOP + 12, height: BLOCK - 12 }}
            label={text.sizeOf[name]}
            value={i}
            min={0}
            max={stops.length - 1}
            text={set === 0 ? text.noFar : bytes(set)}
            step={1}
            shiftStep={1}
            grab={() => edge(island.bytes)}
            valueAt={(x) => nearest(edges, x)}
            preview={(to) => setMove(to === null ? null : { island: name, bytes: stops[to]! })}
            set={(to) => stops[to] !== set && actions.setParam(path, stops[to]!)}
          />
        )
      })}
    </>
  )
}

/** What is to be said, what can be done, and far memory where there is none. */
function Foot({ frame, fields, left }: { frame: MemoryFrame; fields: IslandFields; left: number }) {
  const { actions } = useLab()
  const stops = stopsOf(fields.far, Number.MAX_SAFE_INTEGER).filter((n) => n > 0)
  const offered = stops.find((n) => n >= ADDED) ?? stops.at(-1)
  const none = offered !== undefined && fields.far?.value === 0
  const ramEnd = Number(fields.ram?.value ?? 0)
  function add() {
    if (offered === undefined) return
    if (Number(fields.farAt?.value ?? 0) * GIB < ramEnd) actions.setParam('m.farAt', ADDED_AT)
    actions.setParam('m.far', offered)
  }
  return (
    <p className="v-notes" style={{ marginLeft: left, marginRight: 16 }}>
      {verdict(frame)}{' '}
      {none && (
        <button type="button" className="v-link v-isle-add" onClick={add}>
          {text.add(bytes(offered))}
        </button>
      )}
    </p>
  )
}
