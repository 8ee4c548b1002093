// Components that are fetched after the page stands. React's own lazy() shows what arrived in a retry, and retries have
// no deadline: while frames come sixty times a second they may wait for ever. A plain state change has one.

import { type ComponentType, createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from 'react'
import { missingText as t } from '../text/missing.ts'
import { askAgain, createPart, type Part } from './part.ts'

/** What the parts in it are called. */
export const PartName = createContext<string>(t.part)

/** How a component that did not come says so: a sentence in a box, a button beside what stands in for it, not at all
 *  where that does without; or as a function lays out the sentence. */
export type Room<P> = 'box' | 'button' | 'none' | ((props: P, missing: ReactNode) => ReactNode)

/**
 * The component that `load` brings; until it is there, what `meanwhile` makes of the same properties. It is asked for when
 * first rendered. When it does not come it says so in its place, with a button that asks again.
 */
export function loadable<P extends object>(
  load: () => Promise<ComponentType<P>>,
  meanwhile: (props: P) => ReactNode = () => null,
  room: Room<P> = 'box',
): ComponentType<P> {
  const part = createPart(load)
  return function Loadable(props: P) {
    const Component = useSyncExternalStore(part.subscribe, part.value)
    const failures = useSyncExternalStore(part.subscribe, part.failures)
    useEffect(part.ask, [])
    if (Component) return <Component {...props} />
    if (failures === 0 || room === 'none') return meanwhile(props)
    if (room === 'box') return <Missing part={part} />
    if (room !== 'button') return room(props, <Missing part={part} />)
    return (
      <>
        {meanwhile(props)}
        <AskAgain part={part} small />
      </>
    )
  }
}

function Missing<T>({ part }: { part: Part<T> }) {
  const name = useContext(PartName)
  return (
    <div className="a-missing" role="status" data-testid="not-loaded">
      <p>{navigator.onLine ? (part.failures() > 1 ? t.missingStill(name) : t.missing(name)) : t.offline(name)}</p>
      <AskAgain part={part} />
    </div>
  )
}

/** Whatever else did not come has the same reason: all of it is asked for. */
function AskAgain<T>({ part, small = false }: { part: Part<T>; small?: boolean }) {
  const loading = useSyncExternalStore(part.subscribe, part.loading)
  const words = loading ? t.asking : small ? t.missingAgain : t.again
  return (
    <button
      type="button"
      className={small ? 'u-icon u-ask' : 'u-button'}
      data-testid="ask-again"
      aria-label={small ? words : undefined}
      title={small ? words : undefined}
      aria-disabled={loading}
      onClick={() => loading || void fetchAgain()}
    >
      {small ? '↻' : words}
    </button>
  )
}

const lostStyles = new Set<HTMLLinkElement>()

/** Asks for everything that did not come, and for the style sheets of it, which the loader asks for only once. */
export async function fetchAgain(): Promise<void> {
  await Promise.all(
    [...lostStyles].map(
      (lost) =>
        new Promise<void>((done) => {
          const link = lost.cloneNode() as HTMLLinkElement
          link.onload = link.onerror = () => done()
          lostStyles.delete(lost)
          lost.replaceWith(link)
        }),
    ),
  )
  // A part without its style would be there and yet not be right.
  askAgain(lostStyles.size === 0)
}

/** What did not come is asked for whenever the browser is online again. */
export function watchConnection(): void {
  addEventListener('online', () => void fetchAgain())
  document.addEventListener(
    'error',
    ({ target }) => {
      if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') lostStyles.add(target)
    },
    true,
  )
}
