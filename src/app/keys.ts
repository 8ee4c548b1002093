// Single keys, everywhere on the page except where something is written or open over it. They are heard before the element
// that has the focus: a button or a list that was clicked last must not take Space, or a letter, from the page.

import { useEffect } from 'react'
import { isOpen, isUnchecked, isWriting, leavesArrows } from '../controls/key-target.ts'
import { followNudge } from '../controls/nudge.ts'
import { COLOURS_BY, subjectOf } from '../sim/index.ts'
import { useLab } from '../store/context.ts'
import type { Lab } from '../store/state.ts'
import { text } from '../text/en.ts'
import { copyLink } from './copy.ts'
import { nextTheme } from './theme.ts'

type Act = (lab: Lab) => unknown

const step =
  (steps: number): Act =>
  ({ actions }) =>
    actions.step(steps)

const find =
  (back: boolean): Act =>
  ({ getState, actions }) =>
    actions.find(subjectOf(getState().here), back)

/** What a key means by itself. */
const KEYS: Readonly<Record<string, Act>> = {
  ' ': ({ getState, frames, actions }) =>
    getState().playing || frames.latest()?.status.underway ? actions.pause() : actions.play(),
  ',': step(-1),
  '.': step(1),
  '<': step(-100),
  '>': step(100),
  '[': find(true),
  ']': find(false),
  s: ({ actions }) => actions.skip(),
  w: ({ getState, actions }) => actions.playTo(subjectOf(getState().here)),
  r: ({ actions }) => actions.reset(),
  u: ({ actions }) => actions.undo(),
  n: followNudge,
  c: (lab) => copyLink(lab),
  t({ getState, actions }) {
    const theme = nextTheme(getState().theme)
    actions.setTheme(theme)
    actions.announce(text.top.theme[theme])
  },
  g: ({ actions }) => actions.openGallery(),
  '?': ({ actions }) => actions.openHelp(),
  ...Object.fromEntries(
    COLOURS_BY.map((colourBy, i): [string, Act] => [String(i + 1), ({ actions }) => actions.setView({ colourBy })]),
  ),
}
/** What holding a key down repeats. */
const REPEATED = new Set([',', '.', '<', '>'])
/** Where nothing else wants them. */
const ARROWS: Readonly<Record<string, Act>> = { ArrowLeft: step(-1), ArrowRight: step(1) }
/** With Ctrl or Cmd. */
const CHORDS: Readonly<Record<string, Act>> = {
  z: ({ actions }) => actions.undo(),
  'shift z': ({ actions }) => actions.redo(),
  y: ({ actions }) => actions.redo(),
}

export function useKeys(): void {
  const lab = useLab()
  useEffect(() => {
    /** Some browsers press a button when Space comes up, whatever became of its going down. */
    let spaceTaken = false
    const down = (event: KeyboardEvent) => {
      const act = meaningOf(event)
      if (event.key === ' ') spaceTaken = act !== undefined
      if (!act) return
      event.preventDefault()
      if (!event.repeat || REPEATED.has(event.key)) act(lab)
    }
    const up = (event: KeyboardEvent) => {
      if (event.key !== ' ' || !spaceTaken) return
      spaceTaken = false
      event.preventDefault()
    }
    /** After the element that has the focus, which may have used the arrow. */
    const after = (event: KeyboardEvent) => {
      const act = ARROWS[event.key]
      if (!act || event.defaultPrevented || isChord(event) || event.shiftKey) return
      if (!(event.target instanceof Element) || !leavesArrows(event.target) || isOpen(event.target)) return
      event.preventDefault()
      act(lab)
    }
    document.addEventListener('keydown', down, true)
    document.addEventListener('keyup', up, true)
    document.addEventListener('keydown', after)
    return () => {
      document.removeEventListener('keydown', down, true)
      document.removeEventListener('keyup', up, true)
      document.removeEventListener('keydown', after)
    }
  }, [lab])
}

const isChord = (event: KeyboardEvent): boolean => event.ctrlKey || event.metaKey || event.altKey

/** What a key means where it was pressed, or undefined: then it is the browser's, or the element's. */
function meaningOf(event: KeyboardEvent): Act | undefined {
  const { key, target, isComposing } = event
  if (event.defaultPrevented || isComposing || !(target instanceof Element) || isWriting(target)) return undefined
  // On many layouts brackets are typed with AltGr or Option, and a browser may tell AltGr as Ctrl with Alt.
  const typed = event.getModifierState('AltGraph') || (event.altKey && !event.ctrlKey && '[]'.includes(key))
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !typed)
    return target.closest('[role="dialog"]') ? undefined : CHORDS[(event.shiftKey ? 'shift ' : '') + key.toLowerCase()]
  if ((isChord(event) && !typed) || isOpen(target)) return undefined
  if (key === ' ' && event.shiftKey) return undefined
  if (key === 'Enter' && isUnchecked(target)) return () => target.click()
  // Caps Lock is no Shift.
  const letter = event.getModifierState('CapsLock') && !event.shiftKey ? key.toLowerCase() : key
  return Object.hasOwn(KEYS, letter) ? KEYS[letter] : undefined
}
