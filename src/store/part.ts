// A part of the program that is fetched when the page stands. It may not come: the browser is offline, or the page is older
// than what the server has now. Then it is asked for again: when a person says so, and when the browser is online again.

export interface Part<T> {
  /** What came; null until then. */
  value(): T | null
  /** How often in a row it did not come; 0 once it is there. */
  failures(): number
  /** Under way. */
  loading(): boolean
  /** Asks for it, unless it is there, under way, or did not come: `askAgain` asks for that. */
  ask(): void
  /** Calls when one of the above has changed; returns the way out. */
  subscribe(listener: () => void): () => void
  /** Calls with what came, at once or when it comes; returns the way out. */
  whenThere(use: (value: T) => void): () => void
}

/** Why something that has to be fetched did not come; a sentence. It may come when it is asked for again. */
export class Unreached extends Error {}

const missing = new Set<(reachable: boolean) => void>()
const watching = new Set<(more: boolean) => void>()
const shownWaiters: (() => void)[] = []
let underWay = 0

/** Asks again for everything that did not come. Not `reachable`: something it needs did not come again, and so it does not. */
export function askAgain(reachable = true): void {
  for (const ask of [...missing]) ask(reachable)
}

/** Parts that did not come and are not under way. */
export const missingParts = (): number => missing.size

/** Calls when something did not come (`more`), or is asked for again; returns the way out. */
export function watchMissing(listener: (more: boolean) => void): () => void {
  watching.add(listener)
  return () => watching.delete(listener)
}

function tellMissing(more: boolean): void {
  for (const listener of [...watching]) listener(more)
}

/** Resolves when every part that was asked for is on the screen, or did not come. */
export function partsShown(): Promise<void> {
  return underWay === 0 ? Promise.resolve() : new Promise((done) => shownWaiters.push(done))
}

/** As soon as what it draws has been painted. */
function shown(): void {
  const animate = globalThis.requestAnimationFrame ?? setTimeout
  animate(() =>
    animate(() => {
      if (--underWay === 0) for (const done of shownWaiters.splice(0)) done()
    }),
  )
}

/** A part that `load` brings; it is called anew each time that the part is asked for. */
export function createPart<T>(load: () => Promise<T>): Part<T> {
  let value: T | null = null
  let failures = 0
  let loading = false
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of [...listeners]) listener()
  }

  function begin(reachable = true) {
    if (loading || value !== null) return
    if (!reachable) {
      failures++
      tell()
      tellMissing(true)
      return
    }
    loading = true
    missing.delete(begin)
    underWay++
    load()
      .then(
        (came) => {
          value = came
          failures = 0
        },
        () => {
          failures++
          missing.add(begin)
        },
      )
      .then(() => {
        loading = false
        tell()
        if (failures > 0) tellMissing(true)
      })
      .finally(shown)
    if (failures === 0) return
    tell()
    tellMissing(false)
  }

  return {
    value: () => value,
    failures: () => failures,
    loading: () => loading,
    ask() {
      if (failures === 0) begin()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    whenThere(use) {
      if (value !== null) {
        use(value)
        return () => {}
      }
      const come = () => {
        if (value === null) return
        listeners.delete(come)
        use(value)
      }
      listeners.add(come)
      this.ask()
      return () => listeners.delete(come)
    },
  }
}

/** Begins to load at once; who calls first gets that, whoever calls later asks anew. */
export function soon<T>(load: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | null = load()
  // Who asks for it hears of it.
  begun.catch(() => {})
  return () => {
    const now = begun ?? load()
    begun = null
    return now
  }
}

/** What `load` brings; when it does not come, `sentence` says what is missing. */
export async function reached<T>(load: () => Promise<T>, sentence: string): Promise<T> {
  try {
    return await load()
  } catch {
    tellMissing(true)
    throw new Unreached(sentence)
  }
}
