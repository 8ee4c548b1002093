// How React reaches the lab: one context, one hook for state, one for frames.

import { createContext, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Frame } from '../sim/index.ts'
import type { AppState, Lab } from './state.ts'

export const LabContext = createContext<Lab | null>(null)

export function useLab(): Lab {
  const lab = useContext(LabContext)
  if (!lab) throw new Error('no lab above this component')
  return lab
}

/** A part of the state; the component renders again when that part changes (compared with Object.is). */
export function useApp<T>(select: (state: AppState) => T): T {
  const lab = useLab()
  return useSyncExternalStore(lab.subscribe, () => select(lab.getState()))
}

/** While a run plays, numbers and axes follow the frames at most this often; the canvases follow every one. */
const RENDER_EVERY_MS = 80
/** After a changed setting they follow this soon: the canvases first, which show the effect. */
const AFTER_CHANGE_MS = 20

const behind = new Set<() => void>()
let lastRender = 0
let lastRevision = -1
let timer: ReturnType<typeof setTimeout> | undefined

/** Renders all who are behind together. */
function catchUp(): void {
  clearTimeout(timer)
  timer = undefined
  lastRender = performance.now()
  const now = [...behind]
  behind.clear()
  for (const take of now) take()
  for (const done of waiting.splice(0)) done()
}

const waiting: (() => void)[] = []

/** Resolves when every number on the page is that of the newest frame. */
export function numbersShown(): Promise<void> {
  return behind.size === 0 ? Promise.resolve() : new Promise((done) => waiting.push(done))
}

/** Tells `take` of a frame: at once when the run stands still, otherwise soon. */
function follow(frame: Frame, take: () => void): void {
  if (frame.status.mode !== 'playing') {
    behind.delete(take)
    take()
    if (behind.size === 0) catchUp()
    return
  }
  behind.add(take)
  if (frame.revision !== lastRevision) {
    lastRevision = frame.revision
    clearTimeout(timer)
    timer = setTimeout(catchUp, AFTER_CHANGE_MS)
  }
  timer ??= setTimeout(catchUp, Math.max(0, lastRender + RENDER_EVERY_MS - performance.now()))
}

/**
 * A part of the newest frame, or null before the first; renders again only when `same` says that it changed. Both
 * must be stable: functions of the module, or memoised. When the run stands still the value is never behind.
 */
export function useFrame<T>(select: (frame: Frame) => T, same: (a: T, b: T) => boolean = Object.is): T | null {
  const { frames } = useLab()
  const [value, setValue] = useState<T | null>(() => {
    const frame = frames.latest()
    return frame ? select(frame) : null
  })
  const held = useRef(value)
  useEffect(() => {
    const take = () => {
      const frame = frames.latest()
      if (!frame) return
      const next = select(frame)
      // React keeps every update of a component that it does not render: none may be made in vain.
      if (held.current !== null && same(held.current, next)) return
      held.current = next
      setValue(() => next)
    }
    take()
    const leave = frames.subscribe((frame) => follow(frame, take))
    return () => {
      leave()
      behind.delete(take)
    }
  }, [frames, select, same])
  return value
}
