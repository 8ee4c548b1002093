// Which keys an element uses itself. Whatever it does not use acts on the page.

import { useRef } from 'react'

/** Fields that letters and blanks are typed into. */
const WRITING =
  'input:not([type="radio"], [type="checkbox"], [type="range"], [type="button"], [type="file"]), textarea, [contenteditable]'
/** What is open over the page and walked by keys until it is closed. */
const OPEN = '[role="menu"], [role="listbox"], [role="dialog"]'
/** Elements that leave the arrows to the page: a bare one, and what is only pressed. */
const LEAVES_ARROWS = 'body, main, button:not([role]), button[role="switch"], a, summary'

export const isWriting = (target: Element): boolean => target.closest(WRITING) !== null
export const isOpen = (target: Element): boolean => target.closest(OPEN) !== null
export const leavesArrows = (target: Element): boolean => target.matches(LEAVES_ARROWS)

/** What Enter does not press in a browser; where Space plays, it must. */
export const isUnchecked = (target: Element): target is HTMLElement =>
  target.matches('[role="radio"][aria-checked="false"], input[type="radio"]:not(:checked), input[type="checkbox"]')

/** Where the focus goes when a menu closes: after a choice to the page, whose keys are meant next; otherwise back. */
export function useChoice() {
  const chosen = useRef(false)
  return {
    chose: () => {
      chosen.current = true
    },
    onCloseAutoFocus: (event: Event) => {
      if (!chosen.current) return
      chosen.current = false
      event.preventDefault()
      document.getElementById('map')?.focus({ preventScroll: true })
    },
  }
}
