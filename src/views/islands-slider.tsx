// A thing on the axis of addresses that is dragged there, or moved by keys: its place is told while it is dragged and set
// when it is let go.

import { type CSSProperties, type KeyboardEvent, type RefObject, useRef } from 'react'
import { useDrag } from './brush/drag.ts'
import './brush/brush.css'

export interface Slide {
  /** The element that css px are counted from. */
  readonly surface: RefObject<HTMLElement | null>
  /** Where the thing itself is when it is pressed at `x`, css px; null when that is not on it. */
  grab(x: number): number | null
  /** The value of the thing when it is at `x`. */
  valueAt(x: number): number
  /** null: no longer. */
  preview(value: number | null): void
  set(value: number): void
}

/** What is dragged keeps its distance from the pointer. */
export function useSlide(ref: RefObject<HTMLElement | null>, slide: Slide): void {
  const last = useRef<number | null>(null)
  const placeOf = (event: PointerEvent) => event.clientX - (slide.surface.current?.getBoundingClientRect().left ?? 0)
  useDrag(ref, {
    press: (event) => {
      last.current = null
      const x = placeOf(event)
      const at = slide.grab(x)
      return at === null ? null : x - at
    },
    move: (event, offset) => {
      last.current = slide.valueAt(placeOf(event) - offset)
      slide.preview(last.current)
    },
    drop: (kept) => {
      if (kept && last.current !== null) slide.set(last.current)
      slide.preview(null)
    },
  })
}

export interface IslandSliderProps extends Slide {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly text: string
  /** What an arrow key adds, and what it adds with Shift. */
  readonly step: number
  readonly shiftStep: number
  readonly className: string
  readonly style: CSSProperties
}

export function IslandSlider(props: IslandSliderProps) {
  const { value, min, max } = props
  const element = useRef<HTMLDivElement>(null)
  useSlide(element, props)

  function key(event: KeyboardEvent) {
    const step = event.shiftKey ? props.shiftStep : props.step
    const keys: Readonly<Record<string, number>> = {
      ...{ ArrowRight: value + step, ArrowUp: value + step, ArrowLeft: value - step, ArrowDown: value - step },
      ...{ PageUp: value + 10 * step, PageDown: value - 10 * step, Home: min, End: max },
    }
    const to = keys[event.key]
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    props.set(Math.min(max, Math.max(min, to)))
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
    />
  )
}
