// The help of a term, beside its control.

import { Tooltip } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import type { TipState } from './tip-state.ts'

/** The library must not open it by its own clock too: opening an open tooltip closes it. */
const NEVER = 2 ** 30

/** Where the controls are as wide as the window, css px. */
const NO_ROOM_BESIDE = 900

/** Beside the whole line of `children`, or above it: never over what the control is moved with. */
export default function Tip({ tip, help, children }: { tip: TipState; help: ReactNode; children: ReactElement }) {
  return (
    <Tooltip.Provider delayDuration={NEVER}>
      <Tooltip.Root open={tip.open} onOpenChange={(open) => !open && tip.close()}>
        <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content
            className="c-tip"
            side={innerWidth < NO_ROOM_BESIDE ? 'top' : 'right'}
            align="start"
            sideOffset={12}
            collisionPadding={8}
          >
            {help}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  )
}
