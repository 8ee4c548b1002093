// One end of a brushed range: dragged, or moved by keys.

import { type CSSProperties, type KeyboardEvent, useRef } from 'react'
import { useDrag } from './drag.ts'

export interface HandleProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly text: string
  /** What an arrow key adds, and what it adds with Shift. */
  readonly coarse: number
  readonly fine: number
  readonly className: string
  readonly style: CSSProperties
  readonly onMove: (value: number) => void
  /** The value under the pointer. */
  readonly at: (event: PointerEvent) => number | null
  readonly onClear: () => void
}

export function Handle(props: HandleProps) {
  const { value, min, max, coarse, fine, onMove, onClear } = props
  const element = useRef<HTMLDivElement>(null)
  useDrag(element, {
    press: (event) => {
      event.stopPropagation()
      return value
    },
    move: (event) => {
      const to = props.at(event)
      if (to !== null) onMove(to)
    },
  })

  function key(event: KeyboardEvent) {
    const step = event.shiftKey ? fine : coarse
    const keys: Readonly<Record<string, number>> = {
      ...{ ArrowRight: value + step, ArrowDown: value + step, ArrowLeft: value - step, ArrowUp: value - step },
      ...{ PageDown: value + 10 * coarse, PageUp: value - 10 * coarse, Home: min, End: max },
    }
    const to = keys[event.key]
    if (to !== undefined) onMove(Math.min(max, Math.max(min, to)))
    else if (event.key === 'Escape' || event.key === 'Delete') onClear()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div
      ref={element}
      className={`v-handle ${props.className}`}
      style={props.style}
      role="slider"
      tabIndex={0}
      aria-label={props.label}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={value}
      aria-valuetext={props.text}
      onKeyDown={key}
      onClick={(event) => event.stopPropagation()}
    />
  )
}
