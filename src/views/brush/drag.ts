// A drag that begins only after a few px, so that a click stays a click.

import { type RefObject, useEffect, useRef } from 'react'

const BEGINS_PX = 4

export interface Drag<T> {
  /** Where the drag would begin, or null when this press is not for it. */
  readonly press: (event: PointerEvent) => T | null
  readonly move: (event: PointerEvent, from: T) => void
  /** The end of a drag; `kept` is false when the system took the pointer away. */
  readonly drop?: (kept: boolean) => void
}

export function useDrag<T>(ref: RefObject<HTMLElement | null>, drag: Drag<T>, active = true): void {
  const current = useRef(drag)
  current.current = drag
  useEffect(() => {
    const element = ref.current
    if (!element || !active) return
    let pressed: { from: T; x: number; y: number; id: number } | null = null
    let dragging = false
    const noClick = (event: Event) => {
      event.stopPropagation()
      event.preventDefault()
    }
    const down = (event: PointerEvent) => {
      if (event.button !== 0 || !event.isPrimary) return
      const from = current.current.press(event)
      pressed = from === null ? null : { from, x: event.clientX, y: event.clientY, id: event.pointerId }
      dragging = false
      if (!pressed) return
      // A handle is narrow: the first move may already be beside it.
      document.addEventListener('pointermove', move)
      document.addEventListener('pointerup', up)
      document.addEventListener('pointercancel', up)
    }
    const move = (event: PointerEvent) => {
      if (!pressed || event.pointerId !== pressed.id) return
      if (!dragging) {
        if (Math.abs(event.clientX - pressed.x) + Math.abs(event.clientY - pressed.y) < BEGINS_PX) return
        dragging = true
        element.setPointerCapture(pressed.id)
      }
      current.current.move(event, pressed.from)
    }
    const up = (event: PointerEvent) => {
      if (event.pointerId !== pressed?.id) return
      if (dragging) {
        element.addEventListener('click', noClick, { capture: true, once: true })
        setTimeout(() => element.removeEventListener('click', noClick, true))
        current.current.drop?.(event.type === 'pointerup')
      }
      pressed = null
      dragging = false
      forget()
    }
    const forget = () => {
      document.removeEventListener('pointermove', move)
      document.removeEventListener('pointerup', up)
      document.removeEventListener('pointercancel', up)
    }
    element.addEventListener('pointerdown', down)
    return () => {
      element.removeEventListener('pointerdown', down)
      forget()
    }
  }, [ref, active])
}

/** Places of a press and of the pointer now, in the order of the axis. */
export const ordered = (a: number, b: number): readonly [number, number] => (a < b ? [a, b] : [b, a])
