// The newest frame of a session, outside React: canvases paint from here once per animation frame, React reads numbers from it.

import type { Frame } from '../sim/index.ts'

/** `whole` is false when only the map and the clock are newer than in the frame before. */
type Listener = (frame: Frame, whole: boolean) => void

export interface FrameHolder {
  /** What canvases paint: of a playing run the map is newer than the rest. */
  latest(): Frame | null
  /**
   * What is read: the whole frame that those who follow were told of last, so that all figures are of one moment. The
   * arrays of its map are there while they are told, and may be given back (empty) once newer maps have come.
   */
  read(): Frame | null
  put(frame: Frame, whole: boolean): void
  /** Calls `listener` for every new frame; returns the way out. */
  subscribe(listener: Listener): () => void
  /** Lets those who read follow to the newest whole frame, all at once. */
  tell(): void
  /** Calls `listener` whenever it is time to read the newest frame; returns the way out. */
  follow(listener: () => void): () => void
}

/** One who draws or reads may fail; the others go on. The browser's console tells of it. */
export function createFrameHolder(report: (error: unknown) => void = (error) => reportError(error)): FrameHolder {
  const guarded = (act: () => void) => {
    try {
      act()
    } catch (error) {
      report(error)
    }
  }
  let frame: Frame | null = null
  let wholeFrame: Frame | null = null
  let told: Frame | null = null
  const listeners = new Set<Listener>()
  const readers = new Set<() => void>()
  return {
    latest: () => frame,
    read: () => told,
    put(next, whole) {
      frame = next
      if (whole) wholeFrame = next
      for (const listener of listeners) guarded(() => listener(next, whole))
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell() {
      told = wholeFrame
      for (const reader of [...readers]) guarded(reader)
    },
    follow(reader) {
      readers.add(reader)
      return () => readers.delete(reader)
    },
  }
}

/** A frame that was asked for the map alone, with everything else as the frame before had it. */
export function completed(frame: Frame, before: Frame): Frame {
  const { card, log, filtered, search = null, since = null } = before
  const views = { ...before.views, ...frame.views }
  const failed = { ...before.failed, ...frame.failed }
  // What it was asked for again speaks for itself.
  for (const id of Object.keys(frame.views)) delete failed[id as keyof typeof failed]
  for (const id of Object.keys(frame.failed ?? {})) delete views[id as keyof typeof views]
  return { ...frame, card, log, filtered, search, since, views, ...(Object.keys(failed).length > 0 ? { failed } : {}) }
}
