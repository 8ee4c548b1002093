// Who waits until nothing is under way.

export interface IdleHost {
  /** Nothing will come of what was done: the worker is gone. */
  readonly dead: () => boolean
  /** Every change is confirmed, everything is loaded, the run is where it was sent. */
  readonly quiet: () => boolean
  readonly playing: () => boolean
  /** Paused, and the frame that shows it is painted. */
  readonly settled: () => boolean
  /** Frames asked for so far. */
  readonly asked: () => number
}

export interface Idle {
  wait(): Promise<void>
  /** Something may have come to rest. */
  check(): void
}

export function createIdle(host: IdleHost): Idle {
  let waiting: { readonly since: number; readonly done: () => void }[] = []
  return {
    wait: () =>
      new Promise((done) => {
        waiting.push({ since: host.asked(), done })
      }),
    check() {
      if (waiting.length === 0) return
      const quiet = host.quiet()
      // While it plays there is always a next frame: then one painted after the question is enough.
      waiting = waiting.filter(({ since, done }) => {
        const over = host.dead() || (quiet && (host.playing() ? host.asked() > since + 1 : host.settled()))
        if (over) done()
        return !over
      })
    },
  }
}
