// The pictures of a run: which frame is asked for when, and what is done with the one that has come.

import type { Frame, FrameWish } from '../../sim/index.ts'
import type { SimSource } from '../../worker/client.ts'
import { completed, createFrameHolder, type FrameHolder } from '../frames.ts'
import type { StatsCollector } from '../stats.ts'
import { createFrameLoop } from './loop.ts'

/** While a run plays, everything but the map follows this often. */
const WHOLE_EVERY_MS = 125

export interface PicturesHost {
  readonly source: Pick<SimSource, 'busy' | 'requestFrame'>
  readonly now: () => number
  readonly animate: (callback: () => void) => void
  readonly afterPaint: (callback: () => void) => void
  /** How fast the page is, where that is measured of this run. */
  readonly stats: () => StatsCollector | undefined
  readonly dead: () => boolean
  readonly playing: () => boolean
  readonly wish: (whole: boolean) => FrameWish
  /** A frame is on the screen. */
  readonly painted: (frame: Frame) => void
  /** Frames painted again after the first. */
  readonly warmUp: number
}

export interface Pictures {
  readonly frames: FrameHolder
  /** What the newest says that the run is about; undefined before the first. */
  mode(): Frame['status']['mode'] | undefined
  /** One more frame is needed, a whole one. */
  wake(): void
  /** The same, and a person waits for it. */
  urge(): void
  /** The run begins to play, and the page has that to show first: figures follow a moment later. */
  plays(): void
  /** Takes a frame that has come; it is shown as soon as the answer is called. */
  took(frame: Frame): () => void
  /** Frames asked for so far. */
  asked(): number
  /** Nothing asked, under way or unpainted. */
  settled(): boolean
  /** Those who read have been told of the newest whole frame. */
  told(): boolean
}

export function createPictures(host: PicturesHost): Pictures {
  const { source, now, stats, playing } = host
  const frames = createFrameHolder()
  let asked = 0
  /** The frame asked for last is a whole one, asked for at `wholeAt`; the next has to be. */
  let whole = true
  let wholeAt = 0
  let wholeDue = true
  let warmUp = host.warmUp
  /** Those who read have not been told of the newest whole frame yet. */
  let untold = false
  let arrived: { readonly frame: Frame; readonly whole: boolean } | null = null
  const mode = () => frames.latest()?.status.mode

  const loop = createFrameLoop({
    animate: host.animate,
    afterPaint: host.afterPaint,
    busy: source.busy,
    running: () => !host.dead() && (playing() || (mode() !== undefined && mode() !== 'paused')),
    ask() {
      asked++
      const at = now()
      whole = wholeDue || !playing() || at - wholeAt >= WHOLE_EVERY_MS
      if (whole) {
        wholeDue = false
        wholeAt = at
      }
      source.requestFrame(host.wish(whole))
    },
    deliver() {
      if (!arrived) return
      frames.put(arrived.frame, arrived.whole)
      if (!arrived.whole) return
      // While a run plays, what is read follows after the paint.
      untold = playing()
      if (!untold) frames.tell()
    },
    paintBegins: () => stats()?.paintBegins(),
    paintEnds: () => stats()?.paintEnds(),
    visible() {
      const frame = frames.latest()
      if (!frame) return
      stats()?.visible(frame.revision)
      if (untold) {
        untold = false
        frames.tell()
      }
      if (warmUp > 0) {
        warmUp--
        wake()
      }
      host.painted(frame)
    },
  })

  function wake() {
    wholeDue = true
    loop.wake()
  }

  return {
    frames,
    mode,
    wake,
    urge: loop.urge,
    plays() {
      wholeAt = now()
      loop.wake()
    },
    took(frame) {
      const before = frames.latest()
      arrived = { frame: whole || !before ? frame : completed(frame, before), whole }
      // The map shows a change first, the rest follows at once.
      if (frame.revision !== before?.revision) wholeDue = true
      return loop.arrived
    },
    asked: () => asked,
    settled: loop.settled,
    told: () => !untold,
  }
}
