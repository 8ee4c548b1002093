// The surface of a plot of points: one element in the order of focus, whose cursor the pointer finds and the keys step.
// The plot is told whole in words, and the point under the cursor in a tip; aloud only where a key led to it.

import { type PointerEvent, type ReactNode, useId, useState } from 'react'
import { CaptionLayer } from '../../ui/says.tsx'

/** A point under the cursor: it gets a ring, and a tip on the side where there is room. */
export interface Marked {
  /** Apart from the other points under the same cursor. */
  readonly id: string
  /** css px from the corner of the surface. */
  readonly x: number
  readonly y: number
  readonly tip: string
  /** Whether the tip stands under the point, and whether it ends there instead of beginning. */
  readonly below: boolean
  readonly late: boolean
}

export interface ChartProps<Cursor> {
  readonly title: string
  readonly roledescription: string
  readonly testId: string
  /** css px. */
  readonly width: number
  readonly height: number
  /** The whole plot in words, and what the keys do. */
  readonly words: string
  readonly keys: string
  /** Where a key leads from a point (or from nowhere); null when the key is none of the plot's. */
  readonly step: (key: string, from: Cursor | null) => Cursor | null
  /** The point at a place, css px from the corner of the surface; null when none is near. */
  readonly find: (x: number, y: number) => Cursor | null
  /** What is under the cursor: in words, and on the plot; null when the plot no longer has it. */
  readonly show: (cursor: Cursor) => { readonly said: string; readonly marked: readonly Marked[] } | null
  /** The picture, SVG. */
  readonly children: ReactNode
}

export function Chart<Cursor extends object>(props: ChartProps<Cursor>) {
  const { title, roledescription, testId, width, height, words, keys, step, find, show, children } = props
  const id = useId()
  const [cursor, setCursor] = useState<Cursor | null>(null)
  const [byKeyboard, setByKeyboard] = useState(false)
  const shown = cursor && show(cursor)
  const [layer, setLayer] = useState<HTMLElement | null>(null)

  function point(event: PointerEvent) {
    const box = event.currentTarget.getBoundingClientRect()
    setByKeyboard(false)
    setCursor(find(event.clientX - box.left, event.clientY - box.top))
  }

  return (
    <>
      <div
        className="v-chart"
        style={{ width, height }}
        role="application"
        aria-roledescription={roledescription}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard walks the points of this one element
        tabIndex={0}
        aria-label={title}
        aria-describedby={`${id}-text ${id}-keys`}
        data-testid={testId}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return
          const next = event.key === 'Escape' ? null : step(event.key, cursor)
          if (!next && !(event.key === 'Escape' && cursor)) return
          setByKeyboard(true)
          setCursor(next)
          event.preventDefault()
          event.stopPropagation()
        }}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setCursor(null)}
        onBlur={() => setCursor(null)}
      >
        <svg className="v-over" width={width} height={height} aria-hidden="true">
          <CaptionLayer value={layer}>{children}</CaptionLayer>
          {shown?.marked.map((m) => (
            <circle key={m.id} cx={m.x} cy={m.y} r={7} className="v-ring-line v-no-fill" />
          ))}
        </svg>
        {shown?.marked.map(({ id: key, x, y, tip, below, late }) => (
          <span
            key={key}
            className="v-tip"
            aria-hidden="true"
            style={{ top: below ? y + 12 : y - 34, ...(late ? { right: width - x - 8 } : { left: x - 8 }) }}
          >
            {tip}
          </span>
        ))}
      </div>
      <div ref={setLayer} />
      <p id={`${id}-text`} className="v-sr">
        {words}
      </p>
      <p id={`${id}-keys`} className="v-sr">
        {keys}
      </p>
      <p className="v-sr" aria-live="polite">
        {byKeyboard && shown ? shown.said : ''}
      </p>
    </>
  )
}
