// The DMA windows of a device on the page: one axis of bus addresses, broken where nothing is mapped.

import { useCallback, useMemo, useRef } from 'react'
import { bytes, count } from '../../lib/format.ts'
import type { Frame, WindowInfo, WindowsFrame } from '../../sim/index.ts'
import { useApp, useFrame } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { windowsText as text } from '../../text/windows.ts'
import { DockHead } from '../kit/dock-head.tsx'
import { Chip, Sample } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { useDpr, usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import type { Pixels } from '../view.ts'
import {
  frameAddress,
  frameBytes,
  hasRegisters,
  isFilled,
  mappedText,
  maskEnd,
  NARROW,
  type Piece,
  paintKey,
  piecesOf,
  STRIP,
  STRIP_TOP,
  WINDOWS_HEIGHT,
  WINDOWS_NARROW,
  type WindowsInk,
  windowsInk,
  windowsView,
  xOfFrame,
} from './windows.view.ts'
import '../views.css'
import './windows.css'

/** css px: width of a character of the two faces, and what stays clear between two texts. */
const MONO = 6.05
const SANS = 5.2
const CLEAR = 12
/** Baselines below the strip. */
const ADDRESS_LINE = STRIP_TOP + STRIP + 12
const LINE = 14

const frameOf = (frame: Frame) => frame.views.windows ?? null
/** All that is written beside the cells. */
const same = sameBy((f: WindowsFrame) => [f.table, f.bands, f.maskBits, f.mmio, f.windows])

export function Windows() {
  const root = useRef<HTMLElement>(null)
  const palette = usePalette()
  const dpr = useDpr()
  const ink = useMemo(() => windowsInk(palette), [palette])
  const frame = useFrame(frameOf, same)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const { narrow } = ruler
  if (!frame) return <section ref={root} className="v-dock" />
  // Nothing stands in the gutters of this axis, so where room is short it takes the left one too.
  const left = narrow ? 16 : ruler.left
  const width = Math.max(1, ruler.plot + (narrow ? ruler.left - left : 0))
  const height = narrow ? WINDOWS_NARROW : WINDOWS_HEIGHT
  const pieces = piecesOf(frame, { width, height, dpr })
  return (
    <section ref={root} className="v-dock v-iommu v-windows">
      <DockHead id="windows" title={text.title} ruler={ruler} sub={text.sub}>
        <Key ink={ink} reserved={hasRegisters(frame)} />
      </DockHead>
      {ruler.width > 0 && (
        <div className="v-view" style={{ height }}>
          <div className="v-plot" style={{ left, width }}>
            <Heatmap view={windowsView} ink={ink} width={width} height={height} tip>
              {pieces.map((piece) =>
                piece.window ? (
                  <Stretch key={piece.base} piece={piece} window={piece.window} narrow={narrow} />
                ) : (
                  <Break key={piece.base} piece={piece} narrow={width < NARROW} />
                ),
              )}
              <Mask frame={frame} pieces={pieces} />
            </Heatmap>
          </div>
        </div>
      )}
    </section>
  )
}

/** What the cells mean, each drawn as it is. */
function Key({ ink, reserved }: { ink: WindowsInk; reserved: boolean }) {
  const { mapped, free, reserved: registers } = text.legend
  const chips = [['mapped', mapped] as const, ['free', free] as const]
  return (
    <span className="v-ramp">
      {[...chips, ...(reserved ? [['reserved', registers] as const] : [])].map(([kind, name]) => (
        <Chip key={kind} id={`windows.${kind}`}>
          <Swatch ink={ink} kind={kind} />
          {name}
        </Chip>
      ))}
    </span>
  )
}

function Swatch({ ink, kind }: { ink: WindowsInk; kind: 'mapped' | 'free' | 'reserved' }) {
  const paint = useCallback((out: Pixels) => paintKey(kind, ink, out), [ink, kind])
  return <Sample paint={paint} />
}

/** The first of the texts that has room, or none. */
const fitting = (texts: readonly string[], room: number) => texts.find((t) => t.length * SANS <= room) ?? ''

/** A window's name and state above its strip; addresses, scale and what is mapped below. */
function Stretch({ piece, window, narrow }: { piece: Piece; window: WindowInfo; narrow: boolean }) {
  const { x, width } = piece
  const end = x + width
  const [size, page, tces] = [frameBytes(window.frames), bytes(2 ** window.pageShift), text.tces(count(window.tces))]
  const mapped = mappedText(window)
  const [from, to] = [frameAddress(window.base), frameAddress(window.base + window.frames)]
  const name = fitting([text.names[window.name], text.short[window.name]], width)
  const state = text.states[window.state]
  const scale = text.size(size, page)
  const beside = narrow ? 0 : mapped.length * SANS + CLEAR
  const gone = window.state === 'removed'
  return (
    <g>
      <text x={x} y={13} className={`v-axis v-name ${gone ? 'v-quiet' : ''}`}>
        {name}
      </text>
      <text x={end} y={13} textAnchor="end" className="v-axis v-quiet">
        {gone ? '' : fitting([state], width - name.length * SANS - CLEAR)}
      </text>
      {!isFilled(window) && (
        <>
          <rect
            x={x + 0.5}
            y={STRIP_TOP + 0.5}
            width={width - 1}
            height={STRIP - 1}
            className={gone ? 'v-dashed' : 'v-edge'}
          />
          {gone && (
            <text x={x + width / 2} y={STRIP_TOP + STRIP / 2 + 4} textAnchor="middle" className="v-axis v-quiet">
              {text.states.removed}
            </text>
          )}
        </>
      )}
      <text x={x} y={ADDRESS_LINE} className="v-num v-label">
        {from.length * MONO <= width ? from : `${from.slice(0, 11)}…`}
      </text>
      {(from.length + to.length) * MONO + CLEAR <= width && (
        <text x={end} y={ADDRESS_LINE} textAnchor="end" className="v-num v-quiet">
          {to}
        </text>
      )}
      <text x={x} y={ADDRESS_LINE + LINE} className="v-axis v-label">
        {fitting([`${scale}, ${tces}`, scale, `${size} / ${page}`], width - beside)}
      </text>
      <text
        x={narrow ? x : end}
        y={ADDRESS_LINE + LINE * (narrow ? 2 : 1)}
        textAnchor={narrow ? 'start' : 'end'}
        className="v-axis"
      >
        {mapped}
      </text>
    </g>
  )
}

/** What no window maps: between two zigzags its size in words. */
function Break({ piece: { x, width, frames }, narrow }: { piece: Piece; narrow: boolean }) {
  const teeth = Math.floor(STRIP / 8)
  const zigzag = `v2${'l5,4l-5,4'.repeat(teeth)}v2`
  const [size, words] = text.gap(frameBytes(frames), narrow)
  return (
    <g>
      <path d={`M${x + 5},${STRIP_TOP}${zigzag}M${x + width - 10},${STRIP_TOP}${zigzag}`} className="v-edge" />
      <text textAnchor="middle" className="v-axis v-label">
        <tspan x={x + width / 2} y={STRIP_TOP + 11}>
          {size}
        </tspan>
        <tspan x={x + width / 2} dy={13}>
          {words}
        </tspan>
      </text>
    </g>
  )
}

/** Where the device's mask ends: a dotted line, and how many bits it has. */
function Mask({ frame, pieces }: { frame: WindowsFrame; pieces: readonly Piece[] }) {
  const at = xOfFrame(pieces, maskEnd(frame))
  const x = Math.round(at) - 0.5
  const last = pieces.at(-1)
  const atEnd = last !== undefined && at >= last.x + last.width
  const inBreak = pieces.some((p) => !p.window && at >= p.x && at <= p.x + p.width)
  // The words of a break stand in its middle.
  const over = pieces.some((p) => !p.window && at > p.x && at < p.x + p.width)
  const [top, bottom] = [STRIP_TOP, STRIP_TOP + STRIP]
  return (
    <g>
      <path
        d={over ? `M${x},${top - 8}V${top}M${x},${bottom}v4` : `M${x},${top - 4}V${bottom + 4}`}
        className="v-limit"
      />
      <text
        x={x}
        y={inBreak ? ADDRESS_LINE + 2 : top - 5}
        textAnchor={atEnd ? 'end' : 'middle'}
        className="v-axis v-on-cells"
      >
        {text.mask(frame.maskBits)}
      </text>
    </g>
  )
}
