// A range of addresses on the map: a drag with Shift, or in brush mode, or along the address axis.

import { type RefObject, useEffect, useRef } from 'react'
import { hex } from '../../lib/format.ts'
import { addressAt, type IovaSpaceFrame } from '../../sim/index.ts'
import { useApp, useLab } from '../../store/context.ts'
import { brushText as text } from '../../text/brush.ts'
import { says } from '../../ui/says.tsx'
import { iovaSpaceView } from '../iova-space/iova-space.view.ts'
import { brushCells, setBrush, useBrushMode } from '../kit/brush.ts'
import type { Ruler } from '../kit/layout.ts'
import { cellOfEntry, entryOfCell, rowLayout, rowTop } from '../kit/rows.ts'
import type { Box, Rect } from '../view.ts'
import { useDrag } from './drag.ts'
import { Handle } from './handle.tsx'
import './brush.css'

export interface MapBrushProps {
  readonly shape: IovaSpaceFrame
  readonly box: Box
  readonly ruler: Ruler
  readonly surface: RefObject<HTMLElement | null>
}

export function MapBrush({ shape, box, ruler, surface }: MapBrushProps) {
  const lab = useLab()
  const range = useApp((s) => s.view.brush?.entries ?? null)
  const mode = useBrushMode()
  const gutter = useRef<HTMLDivElement>(null)

  /** First entry of the cell under the pointer, or of the nearest one. */
  const entryAt = (event: PointerEvent) => {
    const at = surface.current?.getBoundingClientRect()
    if (!at) return null
    const right = iovaSpaceView.cellRect(shape, shape.columns - 1, box)
    const bottom = rowTop(shape, box, shape.rows)
    const x = Math.min(right.x + right.width - 0.5, Math.max(0, event.clientX - at.left))
    const y = Math.min(bottom - 0.5, Math.max(0, event.clientY - at.top))
    const cell = iovaSpaceView.hitTest(shape, x, y, box)
    return cell === null ? null : entryOfCell(shape, cell)
  }
  const row = rowLayout(shape, box).cellHeight / box.dpr
  const perRow = shape.columns * shape.entriesPerCell
  useDrag(surface, {
    press: (event) => (event.shiftKey || mode ? entryAt(event) : null),
    move: (event, from) => {
      const to = entryAt(event)
      if (to !== null) brushCells(lab, from, to)
    },
  })
  useDrag(gutter, {
    press: entryAt,
    move: (event, from) => {
      const to = entryAt(event)
      if (to === null) return
      const low = Math.min(from, to)
      brushCells(lab, low - (low % shape.entriesPerCell), Math.max(from, to) + perRow - shape.entriesPerCell)
    },
  })

  const set = range !== null
  useEffect(() => {
    const element = surface.current
    if (!element || !set) return
    const clear = () => setBrush(lab, { entries: null })
    element.addEventListener('dblclick', clear)
    return () => element.removeEventListener('dblclick', clear)
  }, [surface, lab, set])
  useEffect(() => {
    const clear = (event: KeyboardEvent) => {
      const { view } = lab.getState()
      if (event.key !== 'Escape' || event.defaultPrevented || !view.brush) return
      if (event.target instanceof Element && event.target.closest('[role="dialog"], [role="menu"], .a-drawer, input'))
        return
      lab.actions.setView({ brush: null })
      event.preventDefault()
    }
    document.addEventListener('keydown', clear)
    return () => document.removeEventListener('keydown', clear)
  }, [lab])
  useEffect(() => {
    const element = surface.current
    if (!element || !mode) return
    element.style.touchAction = 'none'
    return () => {
      element.style.touchAction = ''
    }
  }, [surface, mode])

  const end = range ? Math.min(shape.size, range.first + range.count) : 0
  const rects = range ? selected(shape, box, range.first, end) : []
  const [start] = rects
  const stop = rects.at(-1)
  const address = (entry: number) => hex(addressAt(shape, entry))
  const shared = {
    className: 'v-handle-map',
    step: perRow,
    shiftStep: 1,
    onClear: () => setBrush(lab, { entries: null }),
  }
  const put = (first: number, to: number) => setBrush(lab, { entries: { first, count: to - first } })
  return (
    <>
      <div
        ref={gutter}
        className="v-axis-brush"
        style={{ left: -ruler.left, width: ruler.left - 2, height: rowTop(shape, box, shape.rows) }}
        // For a pointer; keys mark by the button above the map.
        aria-hidden="true"
        {...says('brush.axis', text.axis)}
      />
      {range && (
        <svg className="v-over v-brush-map" width={box.width} height={box.height} aria-hidden="true">
          <path
            className="v-dimmed"
            fillRule="evenodd"
            d={[{ x: 0, y: 0, width: box.width, height: rowTop(shape, box, shape.rows) }, ...rects]
              .map(rectPath)
              .join('')}
          />
        </svg>
      )}
      {range && start && cellOfEntry(shape, range.first) !== null && (
        <Handle
          {...shared}
          label={text.from(text.entries)}
          value={range.first}
          min={0}
          max={end - 1}
          text={address(range.first)}
          style={{ left: start.x, top: start.y, height: row }}
          at={entryAt}
          onMove={(to) => put(Math.min(to, end - 1), end)}
        />
      )}
      {range && stop && cellOfEntry(shape, end - 1) !== null && (
        <Handle
          {...shared}
          label={text.to(text.entries)}
          value={end - 1}
          min={range.first}
          max={shape.size - 1}
          text={address(end - 1)}
          style={{
            left: stop.x + stop.width,
            top: stop.y + stop.height - row,
            height: row,
          }}
          at={(event) => {
            const entry = entryAt(event)
            return entry === null ? null : Math.min(shape.size, entry + shape.entriesPerCell) - 1
          }}
          onMove={(to) => put(range.first, Math.max(to, range.first) + 1)}
        />
      )}
    </>
  )
}

const rectPath = ({ x, y, width, height }: Rect) => `M${x},${y}h${width}v${height}h${-width}z`

/** What the entries [first, end) take of the picture, in the order of addresses: at most three boxes per run of rows. */
export function selected(shape: IovaSpaceFrame, box: Box, first: number, end: number): Rect[] {
  const { columns, entriesPerCell } = shape
  const layout = rowLayout(shape, box)
  const [width, height] = [layout.cellWidth / box.dpr, layout.cellHeight / box.dpr]
  return shape.segments.flatMap((s) => {
    const from = Math.max(0, Math.floor((first - s.firstEntry) / entriesPerCell))
    const to = Math.min(s.rows * columns, Math.ceil((end - s.firstEntry) / entriesPerCell))
    if (from >= to) return []
    const top = rowTop(shape, box, s.row)
    const [row, last] = [Math.floor(from / columns), Math.floor((to - 1) / columns)]
    const rect = (at: number, rows: number, a: number, b: number): Rect => ({
      ...{ x: a * width, y: top + at * height, width: (b - a) * width, height: rows * height },
    })
    const [a, b] = [from - row * columns, to - last * columns]
    if (row === last) return [rect(row, 1, a, b)]
    const whole = last - row - 1
    return [rect(row, 1, a, columns), ...(whole > 0 ? [rect(row + 1, whole, 0, columns)] : []), rect(last, 1, 0, b)]
  })
}
