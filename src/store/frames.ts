// The newest frame, outside React: canvases paint from here once per animation frame, React reads numbers from it.

import type { Frame } from '../sim/index.ts'

/** `whole` is false when only the map and the clock are newer than in the frame before. */
type Listener = (frame: Frame, whole: boolean) => void

export interface FrameHolder {
  latest(): Frame | null
  put(frame: Frame, whole: boolean): void
  /** Calls `listener` for every new frame; returns the way out. */
  subscribe(listener: Listener): () => void
  /** Lets those who read follow to the newest frame: all, or one of `of` shares of them. */
  tell(share?: number, of?: number): void
  /** Calls `listener` whenever it is time to read the newest frame; returns the way out. */
  follow(listener: () => void): () => void
}

export function createFrameHolder(): FrameHolder {
  let frame: Frame | null = null
  const listeners = new Set<Listener>()
  const readers = new Set<() => void>()
  return {
    latest: () => frame,
    put(next, whole) {
      frame = next
      for (const listener of listeners) listener(next, whole)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell(share = 0, of = 1) {
      let i = 0
      for (const reader of [...readers]) if (i++ % of === share) reader()
    },
    follow(reader) {
      readers.add(reader)
      return () => readers.delete(reader)
    },
  }
}

/** A frame that was asked for the map alone, with everything else as the frame before had it. */
export function completed(frame: Frame, before: Frame): Frame {
  const { card, log, filtered, search = null } = before
  return { ...frame, card, log, filtered, search, views: { ...before.views, ...frame.views } }
}
