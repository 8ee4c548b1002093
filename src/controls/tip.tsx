// The help of a term: on hover of its name, and when the keyboard comes to its control.

import { Tooltip } from 'radix-ui'
import { type ReactNode, useEffect, useRef, useState } from 'react'

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

/** The part that is pointed at. */
export function Tip({ tip, help, children }: { tip: TipState; help: ReactNode; children: ReactNode }) {
  return (
    <Tooltip.Provider>
      <Tooltip.Root open={tip.open} onOpenChange={(open) => !open && tip.close()}>
        <Tooltip.Trigger asChild>
          <span onPointerEnter={() => tip.later(HOVER_MS)} onPointerLeave={tip.close}>
            {children}
          </span>
        </Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content className="c-tip" side="right" align="start" sideOffset={12} collisionPadding={8}>
            {help}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  )
}

/** Handlers for the element around a control: the tip follows keyboard focus, and goes as soon as a key acts. */
export function tipOnFocus(tip: TipState) {
  return {
    onFocus: (event: React.FocusEvent) => {
      if (event.target.matches(':focus-visible')) tip.later(FOCUS_MS)
    },
    onBlur: tip.close,
    onKeyDown: tip.close,
  }
}
