// How React reaches the lab: one context, one hook for state, one for frames.

import { createContext, useContext, useEffect, useState } from 'react'
import { useStore } from 'zustand'
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
  return useStore(lab as unknown as Parameters<typeof useStore>[0], select as never) as T
}

/** A part of the newest frame, or null before the first; renders again only when `select` gives something new. */
export function useFrame<T>(select: (frame: Frame) => T): T | null {
  const { frames } = useLab()
  const [value, setValue] = useState<T | null>(() => {
    const frame = frames.latest()
    return frame ? select(frame) : null
  })
  useEffect(() => frames.subscribe((frame) => setValue(() => select(frame))), [frames, select])
  return value
}
