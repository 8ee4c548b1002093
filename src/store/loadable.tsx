// Components that are fetched after the page stands. React's own lazy() shows what arrived in a retry, and retries have
// no deadline: while frames come sixty times a second they may wait for ever. A plain state change has one.

import { type ComponentType, type ReactNode, useEffect, useState } from 'react'

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
      if (loaded === null) ask().then(() => arrive(true))
    }, [])
    const Component = loaded
    return Component ? <Component {...props} /> : meanwhile(props)
  }
}
