// The cards of the gallery, and the way of the keys between them: one of all can be reached by Tab, arrows lead to the others.

import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { galleryText as t } from '../text/gallery.ts'
import { plainLines } from '../text/shelves.ts'
import { figureOf, PresetPicture } from '../views/pictures/index.ts'
import { walkTo } from './gallery-walk.ts'
import './gallery-cards.css'

export interface CardsProps {
  /** Rows of presets, each with what stands above it. */
  readonly groups: readonly { readonly key: string; readonly head: ReactNode; readonly ids: readonly string[] }[]
  /** The preset that is open in the lab. */
  readonly current: string
  /** Enter elsewhere opens the first. */
  readonly best: boolean
  readonly onOpen: (id: string) => void
  /** A letter was typed on a card: it is meant for the search. */
  readonly onType: () => void
}

const cardsIn = (root: Element) => Array.from(root.querySelectorAll<HTMLElement>('.g-card'))

export function Cards({ groups, current, best, onOpen, onType }: CardsProps) {
  const root = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(current)
  const all = groups.flatMap(({ ids }) => ids)
  const reached = [active, current].find((id) => all.includes(id)) ?? all[0]
  const walk = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !root.current) return
    if (event.key.length === 1 && !' ?'.includes(event.key)) return onType()
    const cards = cardsIn(root.current)
    const at = cards.indexOf(document.activeElement as HTMLElement)
    if (at < 0) return
    const to = walkTo(
      event.key,
      at,
      cards.map((card) => card.getBoundingClientRect()),
    )
    if (to === null) return
    event.preventDefault()
    cards[to]?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the cards in it have the focus, and their keys come up here
    <div ref={root} onKeyDown={walk}>
      {groups.map(({ key, head, ids }) => (
        <section key={key} className="g-shelf" aria-labelledby={`g-${key}`}>
          {head}
          {ids.length > 0 && (
            <ul className="g-grid">
              {ids.map((id) => (
                <li key={id}>
                  <Card
                    id={id}
                    current={id === current}
                    best={best && id === all[0]}
                    reached={id === reached}
                    onFocus={() => setActive(id)}
                    onOpen={() => onOpen(id)}
                  />
                </li>
              ))}
            </ul>
          )}
        </section>
      ))}
    </div>
  )
}

interface CardProps {
  readonly id: string
  readonly current: boolean
  readonly best: boolean
  readonly reached: boolean
  readonly onFocus: () => void
  readonly onOpen: () => void
}

function Card({ id, current, best, reached, onFocus, onOpen }: CardProps) {
  const figure = figureOf(id)
  return (
    <button
      type="button"
      className={best ? 'g-card g-best' : 'g-card'}
      data-testid={`card-${id}`}
      aria-current={current || undefined}
      tabIndex={reached ? 0 : -1}
      onFocus={onFocus}
      onClick={onOpen}
    >
      <span className="g-picture" aria-hidden="true">
        <PresetPicture id={id} />
      </span>
      <span className="g-words">
        <span className="g-head">
          <b className="u-mono">{id}</b>
          {figure && (
            <span className={figure.failing ? 'g-figure g-failing' : 'g-figure'}>
              {figure.failing && <span aria-hidden="true">✕ </span>}
              {figure.text}
            </span>
          )}
        </span>
        <span className="g-line">{plainLines[id]}</span>
        <span className="g-note">{current ? t.isOpen : <span aria-hidden="true">{t.open} ↵</span>}</span>
      </span>
    </button>
  )
}
