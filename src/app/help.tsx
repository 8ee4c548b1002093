// What a person needs to begin, the keys, and the terms of all stories, searchable. Loaded when it is asked for.

import { ArrowRight, Search, X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { presetById } from '../sim/index.ts'
import { useApp, useLab } from '../store/context.ts'
import { text } from '../text/en.ts'
import { helpText } from '../text/help.ts'
import type { Term, TermGroup } from '../text/term.ts'
import { spelled, termOf, terms, termsWith } from '../text/terms.ts'
import { useFocusBack } from './focus.ts'
import './help.css'

const t = helpText
/** No name of anything is longer. */
const LONGEST = 200

export default function Help({ onClose }: { onClose: () => void }) {
  const chosen = useRef(false)
  useFocusBack(chosen)
  const wanted = useApp((s) => (s.over?.kind === 'help' ? s.over.term : null))
  const asked = wanted === null ? null : termOf(wanted)
  const begins = asked ? '' : (wanted ?? '').slice(0, LONGEST)
  const [query, setQuery] = useState(begins)
  const [shown, setShown] = useState(wanted)
  if (shown !== wanted) {
    setShown(wanted)
    setQuery(begins)
  }
  const body = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const found = termsWith(query)
  const keys = keysWith(query)
  const searching = query.trim() !== ''
  /** What is opened closes this page by itself. */
  const choose = (act: () => void) => {
    chosen.current = true
    act()
  }
  const search = (next: string) => {
    setQuery(next)
    body.current?.scrollTo({ top: 0 })
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="a-shade" />
        {/* It has no trigger that the library could give the focus back to. */}
        <Dialog.Content
          className="a-help"
          aria-describedby="help-about"
          onCloseAutoFocus={(event) => event.preventDefault()}
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            // Where one types on the glass a field with the focus would cover half of it.
            if (!asked) (matchMedia('(pointer: fine)').matches ? input : body).current?.focus()
          }}
          onEscapeKeyDown={(event) => {
            if (!searching || document.activeElement !== input.current) return
            event.preventDefault()
            search('')
          }}
        >
          <header className="a-help-head">
            <Dialog.Title asChild>
              <h1>{t.title}</h1>
            </Dialog.Title>
            <p id="help-about">{t.about}</p>
            <div className="u-search">
              <Search size={14} strokeWidth={1.75} aria-hidden="true" />
              <input
                ref={input}
                type="text"
                value={query}
                maxLength={LONGEST}
                aria-label={t.search}
                placeholder={t.search}
                autoComplete="off"
                spellCheck={false}
                data-testid="help-search"
                onChange={(event) => search(event.target.value)}
              />
              {searching && (
                <button
                  type="button"
                  className="u-icon"
                  aria-label={t.clear}
                  onClick={() => {
                    search('')
                    input.current?.focus()
                  }}
                >
                  <X size={14} strokeWidth={1.75} aria-hidden="true" />
                </button>
              )}
            </div>
            <span className="a-help-count" role="status" data-testid="help-count">
              {searching ? t.found(countOf(found), terms.length, keys.length) : t.terms(terms.length)}
            </span>
            <Dialog.Close className="u-icon a-help-close" aria-label={text.top.close}>
              <X size={16} strokeWidth={1.75} aria-hidden="true" />
            </Dialog.Close>
          </header>
          <Parts groups={found} keys={keys.length > 0} start={!searching} />
          <div className="a-help-body" ref={body} tabIndex={-1}>
            {!searching && <Start choose={choose} />}
            {!searching && <Keys keys={keys} />}
            {found.map((group) => (
              <Part key={group.id} id={group.id} title={group.title}>
                <dl className="a-terms">
                  {group.terms.map((term) => (
                    <TermRow key={term.term} term={term} marked={term === asked} choose={choose} />
                  ))}
                </dl>
              </Part>
            ))}
            {searching && keys.length > 0 && <Keys keys={keys} bare />}
            {found.length === 0 && keys.length === 0 && <Nothing query={query.trim()} onAll={() => search('')} />}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

const countOf = (groups: readonly TermGroup[]): number => groups.reduce((n, group) => n + group.terms.length, 0)

/** The keys with every word of a query in what they are or do. */
function keysWith(query: string): typeof t.keyList {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return t.keyList.filter(([key, what]) => words.every((word) => ` ${key} ${what}`.toLowerCase().includes(` ${word}`)))
}

/** `bare`: those that were looked for. */
function Keys({ keys, bare = false }: { keys: typeof t.keyList; bare?: boolean }) {
  return (
    <Part id="keys" title={t.keys}>
      {!bare && <p className="a-help-note">{t.singleKeys}</p>}
      <dl className="a-keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Part>
  )
}

interface PartsProps {
  readonly groups: readonly TermGroup[]
  readonly keys: boolean
  readonly start: boolean
}

type Row = readonly [id: string, title: string, count: number | null]

/** Leads to each part, with the number of terms in it. */
function Parts({ groups, keys, start }: PartsProps) {
  const go = (id: string) => {
    const heading = document.getElementById(`help-${id}`)
    heading?.scrollIntoView({ block: 'start' })
    heading?.focus({ preventScroll: true })
  }
  const ofKeys: Row[] = keys ? [['keys', t.keys, null]] : []
  const ofTerms = groups.map(({ id, title, terms: some }): Row => [id, title, some.length])
  const rows: Row[] = start ? [['start', t.start, null], ...ofKeys, ...ofTerms] : [...ofTerms, ...ofKeys]
  return (
    <nav className="a-help-parts" aria-label={t.parts}>
      {rows.map(([id, title, count]) => (
        <button key={id} type="button" onClick={() => go(id)}>
          <span>{title}</span>
          {count !== null && <span className="u-quiet">{count}</span>}
        </button>
      ))}
    </nav>
  )
}

function Part({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={`help-${id}`}>
      <h2 id={`help-${id}`} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </section>
  )
}

function Start({ choose }: { choose: (act: () => void) => void }) {
  const { actions } = useLab()
  return (
    <Part id="start" title={t.start}>
      <ol className="a-help-start">
        {t.sentences.map(([lead, rest]) => (
          <li key={lead}>
            <b>{lead}</b> {rest}
          </li>
        ))}
      </ol>
      <div className="a-help-buttons">
        <button type="button" className="u-button u-filled" onClick={() => choose(() => actions.watch())}>
          {t.watch}
        </button>
        <button type="button" className="u-button" onClick={() => actions.openGallery()}>
          {t.gallery}
        </button>
      </div>
    </Part>
  )
}

/** A term with its sentence, its symbols and the preset that shows it. */
function TermRow({ term, marked, choose }: { term: Term; marked: boolean; choose: (act: () => void) => void }) {
  const { actions } = useLab()
  const id = useId()
  const row = useRef<HTMLDivElement>(null)
  const preset = presetById(term.preset)
  const long = spelled(term)
  useEffect(() => {
    if (!marked) return
    row.current?.scrollIntoView({ block: 'center' })
    row.current?.focus({ preventScroll: true })
  }, [marked])
  return (
    <div ref={row} data-term={term.term} className={marked ? 'a-help-marked' : undefined} tabIndex={-1}>
      <dt id={id}>
        {term.term}
        {long && <span>{long}</span>}
      </dt>
      <dd>
        <p>{term.says}</p>
        {term.kernel && (
          <p className="a-help-kernel">
            {term.kernel.map((symbol) => (
              <code key={symbol}>{symbol}</code>
            ))}
          </p>
        )}
      </dd>
      <dd>
        <button
          type="button"
          className="u-button u-bare"
          aria-label={t.sees(term.preset, preset?.title ?? '', term.term)}
          title={preset?.title}
          onClick={() => choose(() => actions.openPreset(term.preset))}
        >
          {t.see} <span className="u-mono">{term.preset}</span>
          <ArrowRight size={14} strokeWidth={1.75} aria-hidden="true" />
        </button>
      </dd>
    </div>
  )
}

function Nothing({ query, onAll }: { query: string; onAll: () => void }) {
  const { actions } = useLab()
  return (
    <div className="a-help-nothing" data-testid="help-nothing">
      <p>{t.nothing(query)}</p>
      <p className="u-label">{t.nothingWhy}</p>
      <div className="a-help-buttons">
        <button type="button" className="u-button" onClick={() => actions.openGallery(query)}>
          {t.inGallery}
        </button>
        <button type="button" className="u-button" onClick={onAll}>
          {t.all}
        </button>
      </div>
    </div>
  )
}
