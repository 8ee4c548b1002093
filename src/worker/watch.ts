// Whether a worker still answers. Time is counted in the page's own ticks: a tab in the background and a machine that
// slept have few of them, however much time has passed.

/** Wall time between two ticks, ms. */
export const TICK_MS = 1000
/** Ticks without a word after which a worker is told of. */
const SILENT_TICKS = 5
/** And after which it is not waited for when another run is opened. */
const STUCK_TICKS = 1

export interface WatchHost {
  /** Something is under way that the worker answers. */
  readonly waits: () => boolean
  /** Asks the worker for a word. */
  readonly ping: () => void
  /** It has said nothing for so long, or says something again. */
  readonly silent: (silent: boolean) => void
}

export interface Watch {
  /** A second of the page has passed. */
  tick(): void
  /** The worker has said something. */
  heard(): void
  /** It is waited for twice as long before it is told of again. */
  wait(): void
  /** There is another worker. */
  renew(): void
  /** It was asked for a word, and owes it. */
  stuck(): boolean
}

export function createWatch(host: WatchHost): Watch {
  let asked = false
  let ticks = 0
  let most = SILENT_TICKS
  let told = false

  function tell(silent: boolean) {
    if (told === silent) return
    told = silent
    host.silent(silent)
  }

  function renew() {
    asked = false
    ticks = 0
    most = SILENT_TICKS
    tell(false)
  }

  return {
    tick() {
      if (asked) {
        if (++ticks >= most) tell(true)
      } else if (host.waits()) {
        asked = true
        host.ping()
      }
    },
    heard: renew,
    wait() {
      most = 2 * ticks
      tell(false)
    },
    renew,
    stuck: () => ticks >= STUCK_TICKS,
  }
}

/** The ticks of this page; returns the way out. */
export function everyTick(tick: () => void): () => void {
  const ticks = setInterval(tick, TICK_MS)
  return () => clearInterval(ticks)
}
