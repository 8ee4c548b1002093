// The whole window in small, with the part that the map shows framed: drag the frame, press beside it to jump.

import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react'
import { hex } from '../../lib/format.ts'
import { addressAt, addressBehind, CELL_FAILED, type Frame, type MinimapFrame, sameSpace } from '../../sim/index.ts'
import { useApp, useFigures, useFrame, useLab } from '../../store/context.ts'
import { brushText as text } from '../../text/brush.ts'
import { says } from '../../ui/says.tsx'
import { useDpr, usePalette } from '../kit/hooks.ts'
import { paintNever, paintSoon } from '../kit/paint-loop.ts'
import { mix, type Palette, pack } from '../kit/palette.ts'
import { cells as cellScale } from '../kit/scales.ts'
import { panRange } from '../kit/zoom.ts'
import { listedNote } from '../listed.ts'
import './brush.css'

const windowOf = (frame: Frame) => frame.views.minimap ?? null
const sameWindow = (a: MinimapFrame | null, b: MinimapFrame | null) => a === b || (!!a && !!b && sameSpace(a, b))
const shapeOf = (frame: Frame) => {
  const f = frame.views.minimap
  const map = frame.views['iova-space']
  return f && map ? [f.cells, f.entriesPerCell, f.size, map.columns * map.entriesPerCell] : null
}

export interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where a range of entries stands in the picture, in cells: whole rows as soon as it spans two of them. */
export function frameOf(first: number, count: number, entriesPerCell: number, columns: number): Place {
  const from = first / entriesPerCell
  const to = (first + count) / entriesPerCell
  const row = Math.floor(from / columns)
  const last = Math.max(row, Math.ceil(to / columns) - 1)
  if (last > row) return { x: 0, y: row, width: columns, height: last - row + 1 }
  return { x: from - row * columns, y: row, width: to - from, height: 1 }
}

/** [256] colours of use, then the one of a refusal; something mapped is always seen. */
function colours(palette: Palette): Uint32Array {
  const [free, mapped] = [pack(palette.states.free), pack(palette.states.mapped)]
  const ink = Uint32Array.from({ length: 257 }, (_, used) =>
    used === 0 ? free : mix(free, mapped, 0.3 + (0.7 * used) / 255),
  )
  ink[256] = pack(palette.states.failed)
  return ink
}

export interface MinimapProps {
  /** css px of a cell. */
  readonly cell: readonly [width: number, height: number]
  /** Cells in a row: a multiple of the probe's. */
  readonly columns: number
  readonly className: string
  readonly left?: number
}

export function Minimap({ cell: [width, height], columns, className, left = 0 }: MinimapProps) {
  const lab = useLab()
  const first = useApp((s) => s.view.first)
  const count = useApp((s) => s.view.count)
  const canvas = useRef<HTMLCanvasElement>(null)
  const grab = useRef<number | null>(null)
  const palette = usePalette()
  const dpr = useDpr()
  const ink = useMemo(() => colours(palette), [palette])
  const space = useFrame(windowOf, sameWindow)
  const [cells = 0, perCell = 1, size = 0, perRow = 1] = useFigures(shapeOf) ?? []
  const rows = Math.max(1, Math.ceil(cells / columns))

  useEffect(() => {
    const context = canvas.current?.getContext('2d', { alpha: false })
    if (!context || cells === 0) return
    // A page that is being resized may have no room for a moment.
    const [w, h] = [Math.max(1, Math.round(width * dpr)), Math.max(1, Math.round(height * dpr))]
    const image = context.createImageData(columns * w, rows * h)
    const out = new Uint32Array(image.data.buffer)
    context.canvas.width = image.width
    context.canvas.height = image.height
    let painted: MinimapFrame | undefined
    const paint = () => {
      const frame = lab.frames.latest()?.views.minimap
      if (!frame || frame === painted) return
      painted = frame
      out.fill(ink[0]!)
      for (let i = 0; i < frame.cells; i++) {
        const colour = ink[frame.state[i] === CELL_FAILED ? 256 : frame.used[i]!]!
        const at = Math.floor(i / columns) * h * image.width + (i % columns) * w
        for (let y = 0; y < h; y++) out.fill(colour, at + y * image.width, at + y * image.width + w)
      }
      context.putImageData(image, 0, 0)
    }
    const ask = () => paintSoon(paint)
    ask()
    const leave = lab.frames.subscribe(ask)
    return () => {
      leave()
      paintNever(paint)
    }
  }, [lab, ink, cells, columns, rows, width, height, dpr])

  // Nothing to frame while everything is in view; the first picture comes with the next frame.
  if (count === 0 || cells === 0 || !space) return null
  const address = (entry: number) => hex(addressAt(space, entry))
  const behind = (entry: number) => hex(addressBehind(space, Math.min(entry, size)))
  const shown = frameOf(first, Math.min(count, size - first), perCell, columns)
  const goTo = (entry: number) =>
    lab.actions.setView(panRange({ first, count }, size, (entry - first) / perRow, perRow))

  function entryAt(event: { clientX: number; clientY: number }): number {
    const at = canvas.current?.getBoundingClientRect()
    if (!at) return 0
    const column = cellScale(columns, columns * width)(event.clientX - at.left)
    const row = cellScale(rows, rows * height)(event.clientY - at.top)
    return (row * columns + column) * perCell
  }

  function key(event: KeyboardEvent) {
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowDown: perRow, ArrowRight: perRow, ArrowUp: -perRow, ArrowLeft: -perRow },
      ...{ PageDown: count, PageUp: -count, Home: -size, End: size },
    }
    const step = steps[event.key]
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    goTo(first + step)
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className={className} style={{ marginLeft: left }} data-testid="minimap">
      <span className="v-mini-end" aria-hidden="true">
        {address(0)}
      </span>
      <div
        className="v-mini"
        style={{ width: columns * width, height: rows * height }}
        role="slider"
        tabIndex={0}
        aria-label={text.minimap}
        aria-description={text.minimapKeys}
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, size - count)}
        aria-valuenow={Math.min(first, Math.max(0, size - count))}
        aria-valuetext={text.minimapValue(address(first), behind(first + count))}
        {...says('brush.minimap', [text.minimap, listedNote({ ...space, size })].filter(Boolean).join(' · '))}
        onKeyDown={key}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          const entry = entryAt(event)
          const inside = entry + perCell > first && entry < first + count
          grab.current = inside ? entry - first : Math.floor(count / 2)
          if (!inside) goTo(entry - grab.current)
        }}
        onPointerMove={(event) => {
          if (grab.current !== null) goTo(entryAt(event) - grab.current)
        }}
        onPointerUp={() => {
          grab.current = null
        }}
        onPointerCancel={() => {
          grab.current = null
        }}
      >
        <canvas ref={canvas} style={{ width: columns * width, height: rows * height }} />
        <i
          className="v-mini-frame"
          style={{
            left: shown.x * width,
            top: shown.y * height,
            width: Math.max(4, shown.width * width),
            height: Math.max(4, shown.height * height),
          }}
        />
      </div>
      <span className="v-mini-end" aria-hidden="true">
        {behind(size)}
      </span>
    </div>
  )
}
