// How React reaches the store: the sessions of the page, the one that a part of it shows, its state and its frames.

import {
  createContext,
  createElement,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { Frame } from '../sim/index.ts'
import { sameFigures } from './same.ts'
import type { AppState, Lab, Sessions } from './state.ts'

const SessionsContext = createContext<Sessions | null>(null)
/** The session that a part of the page shows: another one may be given to any part. */
export const LabContext = createContext<Lab | null>(null)

/** Gives a page its sessions; what is in it shows the active one. */
export function LabProvider({ sessions, children }: { sessions: Sessions; children: ReactNode }) {
  const active = useSyncExternalStore(sessions.subscribe, sessions.active)
  return createElement(SessionsContext, { value: sessions }, createElement(LabContext, { value: active }, children))
}

export function useSessions(): Sessions {
  const sessions = useContext(SessionsContext)
  if (!sessions) throw new Error('no sessions above this component')
  return sessions
}

/** The lab as this part of the page has it. */
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

/**
 * A part of the newest whole frame, or null before the first; renders again only when `same` says that it changed. Both
 * must be stable: functions of the module, or memoised. Follows whole frames: at once when
 * the run stands, and while it plays as soon as the canvases show them, so that no animation frame does both.
 */
export function useFrame<T>(select: (frame: Frame) => T, same: (a: T, b: T) => boolean = Object.is): T | null {
  const { frames } = useLab()
  const [value, setValue] = useState<T | null>(() => {
    const frame = frames.read()
    return frame ? select(frame) : null
  })
  const held = useRef(value)
  useEffect(() => {
    const take = () => {
      const frame = frames.read()
      if (!frame) {
        // Of another session, of which nothing was shown yet.
        if (held.current !== null) setValue(null)
        held.current = null
        return
      }
      let next: T
      try {
        next = select(frame)
      } catch (error) {
        // Whoever reads it cannot be drawn; its boundary says so.
        setValue(() => {
          throw error
        })
        return
      }
      // React keeps every update of a component that it does not render: none may be made in vain.
      if (held.current !== null && same(held.current, next)) return
      held.current = next
      setValue(() => next)
    }
    take()
    return frames.follow(take)
  }, [frames, select, same])
  return value
}

/** Several figures of the newest whole frame, as a list or a record with arrays of its own; renders again only when one of
 *  them changes. `select` must be stable. */
export const useFigures = <T>(select: (frame: Frame) => T): T | null => useFrame(select, sameFigures)
