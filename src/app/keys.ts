// Single keys, everywhere on the page except where a key already means something.

import { useEffect } from 'react'
import { nudgeOf } from '../controls/nudge.ts'
import { COLOURS_BY, fieldsOf } from '../sim/index.ts'
import { useLab } from '../store/context.ts'
import type { Lab } from '../store/state.ts'
import { text } from '../text/en.ts'
import { copyLink } from './copy.ts'
import { nextTheme } from './theme.ts'

/** Elements that use letters themselves. */
const TYPES =
  'input, textarea, select, [contenteditable], [role="combobox"], [role="menu"], [role="listbox"], [role="dialog"]'
/** Elements that Space presses. */
const PRESSED = 'button, a, summary, [role="radio"], [role="switch"], [role="tab"], [role="option"]'

export function useKeys(openHelp: () => void): void {
  const lab = useLab()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !(event.target instanceof Element)) return
      if (handleKey(lab, event, event.target, openHelp)) event.preventDefault()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [lab, openHelp])
}

/** Does what the key means; true when it meant something. */
function handleKey(lab: Lab, event: KeyboardEvent, target: Element, openHelp: () => void): boolean {
  const { actions } = lab
  if (target.closest(TYPES)) return false
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
    if (event.shiftKey) actions.redo()
    else actions.undo()
    return true
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const colour = COLOURS_BY[Number(event.key) - 1]
  if (colour) {
    actions.setView({ colourBy: colour })
    return true
  }
  switch (event.key) {
    case ' ':
      if (target.closest(PRESSED) || event.repeat) return false
      if (lab.getState().playing || lab.frames.latest()?.status.underway) actions.pause()
      else actions.play()
      return true
    case ',':
      actions.step(-1)
      return true
    case '.':
      actions.step(1)
      return true
    case '<':
      actions.step(-100)
      return true
    case '>':
      actions.step(100)
      return true
    case ']':
      actions.find('refusal', false)
      return true
    case 'r':
      actions.reset()
      return true
    case 'u':
      actions.undo()
      return true
    case 'n':
      return followNudge(lab)
    case 'c':
      void copyLink(lab)
      return true
    case 't': {
      const theme = nextTheme(lab.getState().theme)
      actions.setTheme(theme)
      actions.announce(text.top.theme[theme])
      return true
    }
    case '?':
      openHelp()
      return true
  }
  return false
}

/** Does what the preset suggests. */
function followNudge(lab: Lab): boolean {
  const { here } = lab.getState()
  const nudge = nudgeOf(here, fieldsOf(here))
  if (!nudge) return false
  lab.actions.setParam(nudge.path, nudge.value)
  return true
}
