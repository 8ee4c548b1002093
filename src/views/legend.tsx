// The legend under the map, in the order of a page's life. Its swatches are cells, drawn by the cell painter; its
// numbers are live; a state that nobody is in stays listed, quiet, so that it is noticed when it wakes up.

import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { count } from '../lib/format.ts'
import {
  CELL_CACHED,
  CELL_FAILED,
  CELL_FREE,
  CELL_MAPPED,
  CELL_QUEUED,
  CELL_REACHABLE,
  CELL_RESERVED,
  type CellState,
  type ColourBy,
  type Frame,
  type StateCounts,
} from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import { viewText } from '../text/views.ts'
import { classColours } from './iova-space.view.ts'
import { cellInk, paintCell } from './kit/cells.ts'
import { useDpr, usePalette, useWidth } from './kit/hooks.ts'
import { rulerOf } from './kit/layout.ts'
import { cpuColour, type Palette } from './kit/palette.ts'
import './views.css'

const text = viewText.map

const ORDER: readonly (readonly [state: CellState, count: keyof StateCounts])[] = [
  [CELL_MAPPED, 'mapped'],
  [CELL_FREE, 'free'],
  [CELL_RESERVED, 'reserved'],
  [CELL_CACHED, 'cached'],
  [CELL_QUEUED, 'queued'],
  [CELL_REACHABLE, 'reachable'],
  [CELL_FAILED, 'refused'],
]

const countsKey = (frame: Frame) => {
  const counts = frame.views['iova-space']?.counts
  return counts ? ORDER.map(([, name]) => counts[name]).join() : ''
}
const cpusOf = (frame: Frame) => frame.views.timeline?.cpus ?? 8

/** Swatch size, css px. */
const SWATCH = 14

function Swatch({ state, palette }: { state: CellState; palette: Palette }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const dpr = useDpr()
  const side = Math.round(SWATCH * dpr)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const image = context.createImageData(side, side)
    const out = { data: new Uint32Array(image.data.buffer), width: side, height: side }
    const ink = cellInk(palette, null, null)
    out.data.fill(ink.free)
    const mapped = state === CELL_MAPPED
    // Half of it data, so that the swatch shows both tones.
    const values = { state, used: mapped ? 255 : 0, useful: mapped ? 22000 : 0, fresh: 0, freeRun: 0, value: 255 }
    paintCell({ ...values, many: false }, ink, 0, 0, side, side, out)
    context.putImageData(image, 0, 0)
  }, [state, palette, side])
  return <canvas ref={canvas} width={side} height={side} style={{ width: SWATCH, height: SWATCH }} />
}

export function Legend() {
  const root = useRef<HTMLDivElement>(null)
  const lab = useLab()
  const columns = useApp((s) => s.mapColumns)
  const isolated = useApp((s) => s.isolated)
  const colourBy = useApp((s) => s.view.colourBy)
  const palette = usePalette()
  const ruler = rulerOf(useWidth(root), columns)
  const counts = (useFrame(countsKey) ?? '').split(',').map(Number)
  const [kept, setKept] = useState<CellState | null>(null)
  const [focus, setFocus] = useState(0)

  // Somebody else may lift the isolation.
  useEffect(() => {
    if (isolated === null) setKept(null)
  }, [isolated])

  function toggle(state: CellState) {
    const next = kept === state ? null : state
    setKept(next)
    lab.actions.isolate(next)
  }

  function walk(event: KeyboardEvent) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (!by) return
    const next = (focus + by + ORDER.length) % ORDER.length
    setFocus(next)
    root.current?.querySelectorAll('button')[next]?.focus()
    event.preventDefault()
  }

  return (
    <div ref={root} className="v-legend">
      <div
        className="v-legend-in"
        role="toolbar"
        aria-label={text.legend}
        style={{ marginLeft: ruler.narrow ? ruler.left - 4 : ruler.left }}
        onKeyDown={walk}
      >
        {colourBy !== 'state' && <Ramp colourBy={colourBy} palette={palette} />}
        {ORDER.map(([state], i) => {
          const n = counts[i] ?? 0
          // With a ramp in front there is no room for states that nobody is in.
          if (colourBy !== 'state' && n === 0) return null
          return (
            <button
              key={state}
              type="button"
              tabIndex={i === focus ? 0 : -1}
              aria-pressed={kept === state}
              className={n === 0 ? 'v-zero' : undefined}
              onPointerEnter={() => lab.actions.isolate(state)}
              onPointerLeave={() => lab.actions.isolate(kept)}
              onFocus={() => setFocus(i)}
              onClick={() => toggle(state)}
            >
              {(colourBy === 'state' || state !== CELL_MAPPED) && <Swatch state={state} palette={palette} />}
              <span>{viewText.stateNames[state]}</span>
              <b data-testid={`count-${state}`}>{count(n)}</b>
            </button>
          )
        })}
      </div>
    </div>
  )
}

/** What the colours mean when they are not states. */
function Ramp({ colourBy, palette }: { colourBy: Exclude<ColourBy, 'state'>; palette: Palette }) {
  const cpus = useFrame(cpusOf) ?? 8
  const { devices } = useApp((s) => s.scenario)
  const classes = useMemo(() => classColours(palette, colourBy, cpus), [palette, colourBy, cpus])
  if (!classes) return null
  if (colourBy === 'cpu' || colourBy === 'device') {
    const names =
      colourBy === 'cpu'
        ? Array.from({ length: Math.min(8, cpus) }, (_, i) => blockName(i, cpus))
        : devices.map((device) => device.name)
    return (
      <span className="v-ramp">
        <span>{colourBy === 'cpu' ? text.rampCpu : text.rampDevice}</span>
        {names.map((name, i) => (
          <span key={name} className="v-chip">
            <i style={{ background: cpuColour(palette, i, 8) }} />
            {name}
          </span>
        ))}
      </span>
    )
  }
  const stops = [0, 0.25, 0.5, 0.75, 1].map((t) => palette.ordered(colourBy === 'age' ? 1 - t : t)).join(', ')
  return (
    <span className="v-ramp">
      <span>{colourBy === 'age' ? text.rampAge : text.rampSize}</span>
      <span>{colourBy === 'age' ? text.rampAgeNew : '1'}</span>
      <i className="v-gradient" style={{ background: `linear-gradient(to right, ${stops})` }} />
      <span>{colourBy === 'age' ? text.rampAgeOld : '256'}</span>
    </span>
  )
}

/** `3`, or `6–7` where neighbours share a hue. */
function blockName(slot: number, cpus: number): string {
  if (cpus <= 8) return String(slot)
  const first = Math.ceil((slot * cpus) / 8)
  const last = Math.ceil(((slot + 1) * cpus) / 8) - 1
  return first === last ? String(first) : `${first}–${last}`
}
