// Components that are fetched after the page stands. React's own lazy() shows what arrived in a retry, and retries have
// no deadline: while frames come sixty times a second they may wait for ever. A plain state change has one.

import { type ComponentType, type ReactNode, useEffect, useState } from 'react'

let underWay = 0
const waiting: (() => void)[] = []

/** Resolves when every part that was asked for is on the screen. */
export function partsShown(): Promise<void> {
  return underWay === 0 ? Promise.resolve() : new Promise((done) => waiting.push(done))
}

/** One part less is under way, as soon as what it draws has been painted. */
function shown(): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (--underWay === 0) for (const done of waiting.splice(0)) done()
    }),
  )
}

/**
 * The component that `load` brings; until it is there, what `meanwhile` makes of the same properties. It is asked for
 * when first rendered, or at once when `load` is a promise already under way.
 */
export function loadable<P extends object>(
  load: Promise<ComponentType<P>> | (() => Promise<ComponentType<P>>),
  meanwhile: (props: P) => ReactNode = () => null,
): ComponentType<P> {
  let loaded: ComponentType<P> | null = null
  let asked: Promise<void> | null = null
  const ask = () => {
    asked ??= (typeof load === 'function' ? load() : load).then((component) => {
      loaded = component
    })
    return asked
  }
  return function Loadable(props: P) {
    const [, arrive] = useState(loaded !== null)
    useEffect(() => {
      if (loaded !== null) return
      underWay++
      ask()
        .then(() => arrive(true))
        .finally(shown)
    }, [])
    const Component = loaded
    return Component ? <Component {...props} /> : meanwhile(props)
  }
}
