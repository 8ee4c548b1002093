// The shell that every heatmap lives in: a canvas painted outside React, an SVG over it for what is not a cell,
// the keyboard's cell cursor, the words for who cannot see it, and the table twin.

import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { ProbeId, ProbeTypes } from '../../sim/index.ts'
import { useLab } from '../../store/context.ts'
import { viewText } from '../../text/views.ts'
import { CaptionLayer } from '../../ui/says.tsx'
import type { HeatmapView, Ink, Pixels, Rect } from '../view.ts'
import { useDpr, useFail } from './hooks.ts'
import { paintNever, paintSoon } from './paint-loop.ts'
import { Twin, useTwin } from './twin.tsx'

/** Spoken and tabular text follows the frames at most this often. */
const TEXT_EVERY_MS = 1000

export interface HeatmapProps<P extends ProbeId, I extends Ink> {
  readonly view: HeatmapView<P, I>
  readonly ink: I
  /** css px */
  readonly width: number
  /** css px */
  readonly height: number
  /** Cells ringed as selected; the pointer's or keyboard's own cell is ringed by the shell. */
  readonly selected?: number | null
  /** Cell under pointer or keyboard when the page keeps it; otherwise the shell does. */
  readonly cursor?: number | null
  readonly onHover?: (cell: number | null) => void
  readonly onPick?: (cell: number) => void
  /** `+`, `-` and `0`; the cell is the cursor's. */
  readonly onZoom?: (key: '+' | '-' | '0', cell: number | null) => void
  /** Shift and an arrow: the cells from where that began to where the cursor is now. */
  readonly onExtend?: (from: number, to: number) => void
  readonly surface?: RefObject<HTMLDivElement | null>
  /** Say the cell beside it; for views that no inspector speaks for. */
  readonly tip?: boolean
  /** SVG over the cells, css px from the plot's corner. */
  readonly children?: ReactNode
}

export function Heatmap<P extends ProbeId, I extends Ink>(props: HeatmapProps<P, I>) {
  const { view, ink, width, height, onHover, onPick, onZoom, onExtend, children } = props
  const lab = useLab()
  const dpr = useDpr()
  const id = useId()
  const own = useRef<HTMLDivElement>(null)
  const surface = props.surface ?? own
  const canvas = useRef<HTMLCanvasElement>(null)
  const box = useMemo(() => ({ width, height, dpr }), [width, height, dpr])
  const [ownCursor, setCursor] = useState<number | null>(null)
  const cursor = props.cursor === undefined ? ownCursor : props.cursor
  const anchor = useRef<number | null>(null)
  const [byKeyboard, setByKeyboard] = useState(false)
  const [twin] = useTwin(view.id)
  const fail = useFail()
  const [layer, setLayer] = useState<HTMLElement | null>(null)

  const newest = (): ProbeTypes[P]['frame'] | undefined => lab.frames.latest()?.views[view.probe]

  useEffect(() => {
    const context = canvas.current?.getContext('2d', { alpha: false })
    if (!context || twin || box.width === 0) return
    const image = context.createImageData(Math.round(box.width * box.dpr), Math.round(box.height * box.dpr))
    const out: Pixels = { data: new Uint32Array(image.data.buffer), width: image.width, height: image.height }
    context.canvas.width = image.width
    context.canvas.height = image.height
    let painted: ProbeTypes[P]['frame'] | undefined
    const paint = () => {
      const frame: ProbeTypes[P]['frame'] | undefined = lab.frames.latest()?.views[view.probe]
      if (!frame || frame === painted) return
      painted = frame
      out.data.fill(ink.ground)
      view.paint(frame, ink, box, out)
      context.putImageData(image, 0, 0)
    }
    const ask = () => paintSoon(paint, fail)
    ask()
    const leave = lab.frames.subscribe(ask)
    return () => {
      leave()
      paintNever(paint)
    }
  }, [lab, view, ink, box, twin, fail])

  const words = useText(() => {
    const frame = lab.frames.read()?.views[view.probe]
    return frame ? view.describe(frame) : viewText.waiting
  })

  function hitAt(event: PointerEvent): number | null {
    const frame = newest()
    const at = surface.current?.getBoundingClientRect()
    const cell = frame && at ? view.hitTest(frame, event.clientX - at.left, event.clientY - at.top, box) : null
    return frame && cell !== null && view.cellText(frame, cell) !== '' ? cell : null
  }

  function moveTo(cell: number | null, keyboard: boolean) {
    setByKeyboard(keyboard)
    if (cell === cursor) return
    setCursor(cell)
    onHover?.(cell)
  }

  function key(event: KeyboardEvent) {
    const frame = newest()
    if (!frame || event.ctrlKey || event.metaKey || event.altKey) return
    const { columns, rows } = view.grid(frame)
    const at = Math.min(cursor ?? props.selected ?? 0, columns * rows - 1)
    const next = step(event.key, at, columns, rows)
    if (next !== null) {
      if (view.cellText(frame, next) !== '') {
        anchor.current = event.shiftKey ? (anchor.current ?? at) : null
        if (anchor.current !== null) onExtend?.(anchor.current, next)
        moveTo(next, true)
      }
    } else if (event.key === 'Enter') onPick?.(at)
    else if (event.key === '+' || event.key === '=') onZoom?.('+', cursor)
    else if (event.key === '-') onZoom?.('-', cursor)
    else if (event.key === '0') onZoom?.('0', null)
    else if (event.key === 'Escape' && cursor !== null) moveTo(null, true)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const frame = newest()
  if (twin && frame) return <TwinOf view={view} height={height} />
  return (
    <>
      <div
        ref={surface}
        className="v-map"
        style={{ width, height }}
        role="application"
        aria-roledescription={viewText.heatmap}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard walks the cells of this one element
        tabIndex={0}
        aria-label={view.title}
        aria-describedby={`${id}-text ${id}-keys`}
        data-testid={`view-${view.id}`}
        onKeyDown={key}
        onPointerMove={(event) => moveTo(hitAt(event), false)}
        onPointerLeave={() => moveTo(null, false)}
        onBlur={() => moveTo(null, false)}
        onClick={(event) => {
          const cell = hitAt(event as unknown as PointerEvent)
          if (cell !== null) onPick?.(cell)
        }}
      >
        <canvas ref={canvas} style={{ width, height }} />
        <svg className="v-over" width={width} height={height} aria-hidden="true">
          <CaptionLayer value={layer}>{children}</CaptionLayer>
          {props.selected != null && frame && <Ring rect={view.cellRect(frame, props.selected, box)} />}
          {cursor !== null && cursor !== props.selected && frame && (
            <Ring rect={view.cellRect(frame, cursor, box)} faint={!byKeyboard} />
          )}
        </svg>
        {props.tip && cursor !== null && frame && (
          <Tip rect={view.cellRect(frame, cursor, box)} width={width} text={view.cellText(frame, cursor)} />
        )}
      </div>
      <div ref={setLayer} />
      <p id={`${id}-text`} className="v-sr">
        {words}
      </p>
      <p id={`${id}-keys`} className="v-sr">
        {viewText.heatmapKeys}
      </p>
      <p className="v-sr" aria-live="polite">
        {byKeyboard && cursor !== null && frame ? view.cellText(frame, cursor) : ''}
      </p>
    </>
  )
}

/** Where a key leads from a cell, or null when it is none of the cursor's keys. */
export function step(key: string, at: number, columns: number, rows: number): number | null {
  const column = at % columns
  const last = columns * rows - 1
  const page = columns * Math.max(1, Math.floor(rows / 4))
  if (key === 'ArrowRight') return Math.min(last, at + 1)
  if (key === 'ArrowLeft') return Math.max(0, at - 1)
  if (key === 'ArrowDown') return at + columns <= last ? at + columns : at
  if (key === 'ArrowUp') return at >= columns ? at - columns : at
  if (key === 'Home') return at - column
  if (key === 'End') return at - column + columns - 1
  if (key === 'PageDown') return at + page <= last ? at + page : last - columns + 1 + column
  if (key === 'PageUp') return at >= page ? at - page : column
  return null
}

/** A ring that shows on any state: 1.5 px over 4 px of the ground. */
export function Ring({ rect, faint = false }: { rect: Rect; faint?: boolean }) {
  const at = { x: rect.x - 2, y: rect.y - 2, width: rect.width + 4, height: rect.height + 4 }
  return (
    <g className="v-ring">
      {!faint && <rect {...at} className="v-ring-ground" />}
      <rect {...at} className="v-ring-line" />
    </g>
  )
}

function Tip({ rect, width, text }: { rect: Rect; width: number; text: string }) {
  const right = rect.x > width / 2
  return (
    <span
      className="v-tip"
      aria-hidden="true"
      style={{ top: rect.y - 30, ...(right ? { right: width - rect.x - rect.width } : { left: rect.x }) }}
    >
      {text}
    </span>
  )
}

/** Text made from the newest frame, renewed at most once a second. */
export function useText(make: () => string): string {
  const { frames } = useLab()
  const [, renew] = useState(0)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const leave = frames.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined
        renew((n) => n + 1)
      }, TEXT_EVERY_MS)
    })
    return () => {
      leave()
      clearTimeout(timer)
    }
  }, [frames])
  return make()
}

function TwinOf<P extends ProbeId, I extends Ink>({ view, height }: { view: HeatmapView<P, I>; height: number }) {
  const lab = useLab()
  const frame: ProbeTypes[P]['frame'] | undefined = lab.frames.latest()?.views[view.probe]
  useText(() => '')
  return frame ? <Twin title={view.title} table={view.table(frame)} height={height} /> : null
}
