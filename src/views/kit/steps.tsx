// Steps in a row, one of which is told: walked by click and keys as tabs.

import { type KeyboardEvent, type RefObject, useState } from 'react'

export interface Steps {
  /** The step that is told. */
  readonly at: number
  readonly pick: (at: number) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

/**
 * `list`: the element that holds the tabs; `decisive`: the step that is told until one is picked; `back` and `on`: the keys
 * that lead to the neighbours.
 */
export function useSteps(
  list: RefObject<HTMLElement | null>,
  steps: readonly { readonly id: string }[],
  decisive: number,
  back: string,
  on: string,
): Steps {
  const [picked, setPicked] = useState<{ readonly at: number; readonly id: string } | null>(null)
  // A step stays picked as long as the same one stands there.
  const at = picked !== null && steps[picked.at]?.id === picked.id ? picked.at : decisive
  const last = steps.length - 1

  function pick(next: number) {
    const step = steps[next]
    if (step) setPicked({ at: next, id: step.id })
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const next = { [back]: Math.max(0, at - 1), [on]: Math.min(last, at + 1), Home: 0, End: last }[event.key]
    if (next === undefined) return
    pick(next)
    const tab = list.current?.children[next]
    if (tab instanceof HTMLElement) tab.focus({ preventScroll: true })
    event.preventDefault()
    event.stopPropagation()
  }

  return { at, pick, onKeyDown }
}

/** A step that failed, for whoever does not see its colour. */
export function Cross({ label }: { label: string }) {
  return (
    <svg viewBox="0 0 8 8" width="8" height="8" role="img" aria-label={label}>
      <path d="M1 1l6 6M7 1l-6 6" />
    </svg>
  )
}
