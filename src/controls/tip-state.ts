// When the help of a term shows: on hover of its name, and when the keyboard comes to its control.

import { type FocusEvent, useEffect, useRef, useState } from 'react'

const HOVER_MS = 350
const FOCUS_MS = 700

export interface TipState {
  readonly open: boolean
  later(ms: number): void
  close(): void
}

export function useTip(): TipState {
  const [open, setOpen] = useState(false)
  const timer = useRef(0)
  useEffect(() => () => clearTimeout(timer.current), [])
  return {
    open,
    later(ms) {
      clearTimeout(timer.current)
      timer.current = window.setTimeout(() => setOpen(true), ms)
    },
    close() {
      clearTimeout(timer.current)
      setOpen(false)
    },
  }
}

/** Handlers for the name. */
export function tipOnHover(tip: TipState) {
  return { onPointerEnter: () => tip.later(HOVER_MS), onPointerLeave: tip.close }
}

/** Handlers for the element around a control: the tip follows keyboard focus, and goes as soon as a key acts. */
export function tipOnFocus(tip: TipState) {
  return {
    onFocus: (event: FocusEvent) => {
      if (event.target.matches(':focus-visible')) tip.later(FOCUS_MS)
    },
    onBlur: tip.close,
    onKeyDown: tip.close,
  }
}
