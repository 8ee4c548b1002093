import { useEffect, useRef } from 'react'
import { isOpen } from '../controls/key-target.ts'

/** What Escape closes, in the order in which it was opened. */
const open: (() => void)[] = []

function press(event: KeyboardEvent) {
  if (event.key !== 'Escape' || event.defaultPrevented) return
  if (event.target instanceof Element && isOpen(event.target)) return
  const last = open.at(-1)
  if (!last) return
  event.preventDefault()
  last()
}

/** Escape, where nobody else has use for it: one press, one thing that goes, the last that came first. */
export function useEscape(act: (() => void) | undefined): void {
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  const has = act !== undefined
  // Another act in its place is no newer.
  useEffect(() => {
    if (!has) return
    const close = () => latest.current?.()
    if (open.push(close) === 1) document.addEventListener('keydown', press)
    return () => {
      open.splice(open.indexOf(close), 1)
      if (open.length === 0) document.removeEventListener('keydown', press)
    }
  }, [has])
}
