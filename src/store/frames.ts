// The newest frame, outside React: canvases paint from here once per animation frame, React reads numbers from it.

import type { Frame } from '../sim/index.ts'

type Listener = (frame: Frame) => void

export interface FrameHolder {
  latest(): Frame | null
  put(frame: Frame): void
  /** Calls `listener` for every new frame; returns the way out. */
  subscribe(listener: Listener): () => void
}

export function createFrameHolder(): FrameHolder {
  let frame: Frame | null = null
  const listeners = new Set<Listener>()
  return {
    latest: () => frame,
    put(next) {
      frame = next
      for (const listener of listeners) listener(next)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
