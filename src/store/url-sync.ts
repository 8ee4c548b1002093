// Keeps the address bar and the run in step: what a person does becomes an entry of the history, playback only
// rewrites the newest one, and an address that comes from elsewhere (Back, a pasted link) is loaded.

export interface AddressBar {
  /** The fragment with its `#`, or an empty string. */
  read(): string
  /** Both may throw: a browser allows so many in a while, or none at all. */
  push(fragment: string): void
  replace(fragment: string): void
  later(callback: () => void, ms: number): void
  /** Calls when the address changed by other means than push and replace: by a walk in the browser's history, or else. */
  onChange(listener: (walk?: Walk) => void): void
}

/** The page's own can be left: nothing is written any more, and nobody is called. */
export interface BrowserAddressBar extends AddressBar {
  leave(): void
}
export type Walk = 'back' | 'forward'

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
  load: (fragment: string, walk?: Walk) => void,
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

  bar.onChange((walk) => {
    const fragment = bar.read()
    if (fragment === known) return
    known = fragment
    due = null
    load(fragment, walk)
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
  // Entries are numbered in their state; one that a pasted link makes comes without a number.
  const numberOf = (state: unknown) => (typeof state === 'number' ? state : null)
  let at = numberOf(history.state) ?? 0
  const mark = (fragment: string) => signal.aborted || history.replaceState(at, '', address(fragment))
  if (numberOf(history.state) === null) tryTo(() => mark(location.hash))
  return {
    read: () => location.hash,
    push(fragment) {
      if (signal.aborted) return
      history.pushState(at + 1, '', address(fragment))
      at++
    },
    replace: mark,
    later: (callback, ms) => setTimeout(callback, ms),
    onChange(listener) {
      const walked = ({ state }: PopStateEvent) => {
        const before = at
        const number = numberOf(state)
        at = number ?? at + 1
        if (number === null) tryTo(() => mark(location.hash))
        listener(at === before || number === null ? undefined : at < before ? 'back' : 'forward')
      }
      addEventListener('popstate', walked, { signal })
      addEventListener('hashchange', () => listener(), { signal })
    },
    leave: () => left.abort(),
  }
}

/** A browser may refuse to write its history. */
function tryTo(write: () => void): void {
  try {
    write()
  } catch {
    // The entry stays without a number, and counts as a link.
  }
}
