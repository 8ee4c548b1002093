// A thing on the axis of addresses that is dragged there, or moved by keys: its place is told while it is dragged and set
// when it is let go.

import { type RefObject, useRef } from 'react'
import { useDrag } from '../brush/drag.ts'
import { Thumb, type ThumbProps } from '../kit/thumb.tsx'
import '../brush/brush.css'

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

export function IslandSlider(props: Slide & ThumbProps) {
  const element = useRef<HTMLDivElement>(null)
  useSlide(element, props)
  return <Thumb {...props} element={element} down={-1} onMove={props.set} />
}
