// The help of a term, beside its name.

import { Tooltip } from 'radix-ui'
import type { ReactNode } from 'react'
import type { TipState } from './tip-state.ts'

const HOVER_MS = 350
/** The library must not open it by its own clock too: opening an open tooltip closes it. */
const NEVER = 2 ** 30

/** The part that is pointed at. */
export default function Tip({ tip, help, children }: { tip: TipState; help: ReactNode; children: ReactNode }) {
  return (
    <Tooltip.Provider delayDuration={NEVER}>
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
