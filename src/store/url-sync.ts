// Keeps the address bar and the run in step: what a person does becomes an entry of the history, playback only
// rewrites the newest one, and an address that comes from elsewhere (Back, a pasted link) is loaded.

export interface AddressBar {
  /** The fragment with its `#`, or an empty string. */
  read(): string
  /** Both may throw: a browser allows so many in a while, or none at all. */
  push(fragment: string): void
  replace(fragment: string): void
  later(callback: () => void, ms: number): void
  /** Calls when the address changed by other means than push and replace. */
  onChange(listener: () => void): void
}

/** The page's own can be left: nothing is written any more, and nobody is called. */
export interface BrowserAddressBar extends AddressBar {
  leave(): void
}

export type Intent = 'push' | 'replace'

export interface UrlSync {
  /** A person did something that a link should remember. */
  intend(how: Intent): void
  /** A frame is on the screen; `settled`: no change or seek is under way. */
  painted(settled: boolean, playing: boolean): void
}

const PLAYBACK_MS = 500
/** Pushes closer than this are one act. */
const ONE_ACT_MS = 800
/** A browser that has had too many writes takes them again after so long. */
const AGAIN_MS = 30_000

export function createUrlSync(
  bar: AddressBar,
  now: () => number,
  link: () => string,
  load: (fragment: string) => void,
  /** The address follows the run no longer, or again. */
  kept: (kept: boolean) => void,
): UrlSync {
  let due: Intent | null = null
  let known = bar.read()
  let lastPushMs = Number.NEGATIVE_INFINITY
  let lastWriteMs = Number.NEGATIVE_INFINITY
  let waiting = false
  /** Writes in a row that were refused. */
  let refused = 0

  bar.onChange(() => {
    const fragment = bar.read()
    if (fragment === known) return
    known = fragment
    due = null
    load(fragment)
  })

  function write(how: Intent) {
    const at = now()
    const fragment = link()
    due = null
    lastWriteMs = at
    if (fragment === known) return
    const push = how === 'push' && at - lastPushMs >= ONE_ACT_MS
    try {
      if (push) bar.push(fragment)
      else bar.replace(fragment)
    } catch {
      if (refused === 0) kept(false)
      if (refused++ === 0) bar.later(() => refused > 0 && write(how), AGAIN_MS)
      return
    }
    known = fragment
    if (push) lastPushMs = at
    if (refused > 0) kept(true)
    refused = 0
  }

  return {
    intend(how) {
      if (due !== 'push') due = how
    },
    painted(settled, playing) {
      if (!settled) return
      if (due === 'push') write('push')
      else if (due === 'replace' || playing) {
        const wait = lastWriteMs + PLAYBACK_MS - now()
        if (wait <= 0) write('replace')
        else if (!waiting) {
          waiting = true
          bar.later(() => {
            waiting = false
            if (due === 'replace') write('replace')
          }, wait)
        }
      }
    },
  }
}

/** The address bar of this page. */
export function browserAddressBar(): BrowserAddressBar {
  const left = new AbortController()
  const { signal } = left
  const address = (fragment: string) => location.pathname + location.search + fragment
  return {
    read: () => location.hash,
    push: (fragment) => signal.aborted || history.pushState(null, '', address(fragment)),
    replace: (fragment) => signal.aborted || history.replaceState(null, '', address(fragment)),
    later: (callback, ms) => setTimeout(callback, ms),
    onChange(listener) {
      addEventListener('popstate', listener, { signal })
      addEventListener('hashchange', listener, { signal })
    },
    leave: () => left.abort(),
  }
}
