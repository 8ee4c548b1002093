// Wheel, drag and pinch on an element. The device behind it is fetched beside the first picture, not before it.

import { type RefObject, useEffect, useRef } from 'react'
import { createPart } from '../../store/part.ts'

const device = createPart(() => import('./zoom-device.ts'))
device.ask()

export interface GestureHandlers {
  /** A step of a factor of two at a point, css px from the element's corner; in is +1. */
  readonly onStep: (steps: 1 | -1, x: number, y: number) => void
  /** Dragged down by `dy` css px since the last call that returned true; true when that was used. */
  readonly onDrag: (dy: number) => boolean
  /** A drag of one finger or the mouse moves the picture rather than the page. */
  readonly canDrag: () => boolean
}

export function useGestures(ref: RefObject<HTMLElement | null>, handlers: GestureHandlers, active = true): void {
  const current = useRef(handlers)
  current.current = handlers
  useEffect(() => {
    const element = ref.current
    if (!element || !active) return
    let leave: (() => void) | null = null
    const forget = device.whenThere(({ listen }) => {
      leave = listen(element, current)
    })
    return () => {
      forget()
      leave?.()
    }
  }, [ref, active])
}
