// The presets, by shelf, with a picture of each and a search that takes a question; for a new visitor also the first page.
// Loaded when the page stands.

import { ChevronDown, FileUp, Play, Search, X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { type ChangeEvent, type ClipboardEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { isWriting } from '../controls/key-target.ts'
import { presets } from '../sim/index.ts'
import { useApp, useLab } from '../store/context.ts'
import { loadable } from '../store/loadable.tsx'
import { galleryText as t } from '../text/gallery.ts'
import { type Shelf, shelves } from '../text/shelves.ts'
import { PresetPicture } from '../views/pictures/index.ts'
import { lookFor } from './find-presets.ts'
import { rememberVisit } from './first-visit.ts'
import { useFocusBack } from './focus.ts'
import { Cards } from './gallery-cards.tsx'
import { Logo } from './logo.tsx'
import { openable } from './read-file.ts'
import { useMedia } from './theme.ts'
import '../ui/segments.css'
import './gallery.css'
import './gallery-first.css'

declare global {
  interface Window {
    readonly CloseWatcher?: new () => { onclose: (() => void) | null; destroy(): void }
  }
}

/** It waits for nothing, and nothing waits for it. */
const Defined = loadable(
  () => import('./gallery-term.tsx').then((m) => m.GalleryTerm),
  () => null,
  'none',
)

const icon = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const
/** No message of a kernel is longer: of more the field shows so much. */
const LONGEST = 1000
const inField = (sought: string) => sought.replace(/\s*[\r\n]\s*/g, ' ').slice(0, LONGEST)

export interface GalleryProps {
  /** What is looked for when it opens. */
  readonly query: string
  /** As the first page of a new visitor. */
  readonly first: boolean
  readonly onClose: () => void
}

export default function Gallery({ query: asked, first, onClose }: GalleryProps) {
  const { actions } = useLab()
  const current = useApp((s) => s.scenario.preset)
  const [sought, setSought] = useState(asked)
  const [shelf, setShelf] = useState<string | null>(null)
  const chosen = useRef(false)
  const page = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const watch = useRef<HTMLButtonElement>(null)
  const narrow = useMedia('(max-width: 559px)')
  useFocusBack(chosen)
  useWayBack(onClose)
  useEffect(() => setSought(asked), [asked])

  const query = inField(sought)
  const found = useMemo(() => (sought.trim() === '' ? null : lookFor(sought)), [sought])
  /** The words of which the less likely are shown, too. */
  const [wide, setWide] = useState<string | null>(null)
  const choose = (act: () => void) => {
    chosen.current = true
    rememberVisit()
    act()
  }
  const see = () => choose(() => actions.watch())
  const open = (id: string) => choose(() => actions.openPreset(id))
  const look = (next: string) => {
    setSought(next)
    page.current?.scrollTo({ top: 0 })
  }
  const clear = () => {
    look('')
    field.current?.focus()
  }
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && found?.ids[0]) open(found.ids[0])
    else if (event.key === 'ArrowDown') page.current?.querySelector<HTMLElement>('.g-card')?.focus()
    else return
    event.preventDefault()
  }
  /** A field of one line would leave out the ends of lines, and what is beyond its length. */
  const paste = (event: ClipboardEvent<HTMLInputElement>) => {
    const pasted = event.clipboardData.getData('text')
    if (!/[\r\n]/.test(pasted) && pasted.length < LONGEST) return
    event.preventDefault()
    const { selectionStart, selectionEnd } = event.currentTarget
    const { length } = query
    const kept = query.slice(0, selectionStart ?? length)
    look(`${kept}${pasted.trim()}${query.slice(selectionEnd ?? length)}`)
  }

  const shown = shelf === null ? shelves : shelves.filter(({ id }) => id === shelf)
  const more = found ? found.ids.length - found.near : 0
  const groups = found
    ? [
        { key: 'found', head: <Found n={found.near} />, ids: found.ids.slice(0, found.near) },
        {
          key: 'more',
          head: <More n={more} open={wide === sought} onOpen={(is) => setWide(is ? sought : null)} />,
          ids: wide === sought ? found.ids.slice(found.near) : [],
        },
      ].slice(0, more > 0 ? 2 : 1)
    : shown.map((of) => ({ key: of.id, head: <ShelfHead shelf={of} />, ids: Object.keys(of.presets) }))
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Content
          ref={page}
          className="g-page"
          aria-describedby="g-about"
          data-testid="gallery"
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            // Where letters are typed on the screen they would cover what is to be seen.
            const typed = !matchMedia('(pointer: coarse)').matches
            ;(first && asked === '' ? watch : typed ? field : page).current?.focus({ preventScroll: true })
          }}
          // It has no trigger that the library could give the focus back to.
          onCloseAutoFocus={(event) => event.preventDefault()}
          // The page's own keys rest while something is open over it.
          onKeyDown={(event) => {
            if (event.key !== '?' || event.ctrlKey || event.metaKey || isWriting(event.target as Element)) return
            event.preventDefault()
            actions.openHelp()
          }}
          onEscapeKeyDown={(event) => {
            if (query === '') return
            event.preventDefault()
            clear()
          }}
        >
          <div className="g-bar">
            <span className="g-brand" aria-hidden="true">
              <Logo />
              <b>dmascope</b>
            </span>
            <search className="u-search">
              <Search {...icon} />
              <input
                ref={field}
                type="text"
                value={query}
                maxLength={LONGEST}
                aria-label={t.search.label}
                placeholder={narrow ? t.search.hintShort : t.search.hint}
                spellCheck={false}
                autoComplete="off"
                autoCapitalize="off"
                enterKeyHint="search"
                data-testid="gallery-search"
                onChange={(event) => look(event.target.value)}
                onPaste={paste}
                onKeyDown={key}
              />
              {query !== '' && (
                <button
                  type="button"
                  className="u-icon"
                  aria-label={t.search.clear}
                  title={t.search.clear}
                  onClick={clear}
                >
                  <X {...icon} />
                </button>
              )}
            </search>
            <OpenFile choose={choose} />
            <Dialog.Close className="u-icon g-close" aria-label={t.close} title={`${t.close} (Esc)`}>
              <X {...icon} />
            </Dialog.Close>
          </div>
          <div className={found ? 'g-body g-found' : 'g-body'}>
            {first && (
              <div className="g-hero" hidden={found !== null}>
                <div>
                  <Dialog.Title asChild>
                    <h1>{t.welcome.title}</h1>
                  </Dialog.Title>
                  <p id="g-about">{t.welcome.about}</p>
                  <div className="g-acts">
                    <button
                      ref={watch}
                      type="button"
                      className="u-button u-filled g-watch"
                      data-testid="watch"
                      onClick={see}
                    >
                      <Play {...icon} fill="currentColor" /> {t.welcome.watch}
                    </button>
                    <button type="button" className="u-button u-bare" onClick={() => choose(onClose)}>
                      {t.welcome.lab}
                    </button>
                  </div>
                </div>
                <span className="g-hero-picture" aria-hidden="true">
                  <PresetPicture id={presets[0]?.id ?? ''} />
                </span>
              </div>
            )}
            <div className={found ? 'v-sr' : 'g-title'}>
              {first ? (
                <p className="g-or">{t.welcome.or}</p>
              ) : (
                <div>
                  <Dialog.Title asChild>
                    <h1>{t.title}</h1>
                  </Dialog.Title>
                  <p id="g-about">{t.about}</p>
                  {!found && (
                    <button type="button" className="u-button u-bare g-again" data-testid="watch-again" onClick={see}>
                      <Play {...icon} /> {t.welcome.watch}
                    </button>
                  )}
                </div>
              )}
              {!found && <Filter shelf={shelf} onShelf={setShelf} />}
            </div>
            <p className="v-sr" role="status">
              {found && (found.near === 0 ? t.search.none : t.search.found(found.near))}
              {more > 0 && `, ${t.search.more(more)}`}
            </p>
            {found && <Defined query={query} />}
            {found?.near === 0 ? (
              <Nothing onTry={look} onAll={clear} />
            ) : (
              <Cards
                groups={groups}
                current={current}
                best={found !== null}
                onOpen={open}
                onType={() => field.current?.focus()}
              />
            )}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** Where a browser has a way back of its own, as phones do, it closes what is open over a page. */
function useWayBack(close: () => void): void {
  useEffect(() => {
    const watcher = window.CloseWatcher && new window.CloseWatcher()
    if (!watcher) return
    watcher.onclose = close
    return () => watcher.destroy()
  }, [close])
}

function ShelfHead({ shelf }: { shelf: Shelf }) {
  return (
    <div className="g-shelf-head">
      <h2 id={`g-${shelf.id}`}>
        {shelf.years && <span className="g-year">{shelf.years}</span>} {shelf.title}
      </h2>
      <p>{shelf.question}</p>
    </div>
  )
}

function Found({ n }: { n: number }) {
  return (
    <div className="g-shelf-head">
      <h2 id="g-found">{t.search.found(n)}</h2>
      <p className="g-keys">{t.search.best}</p>
    </div>
  )
}

/** What is less likely meant is a press away. */
function More({ n, open, onOpen }: { n: number; open: boolean; onOpen: (open: boolean) => void }) {
  return (
    <h2 id="g-more" className="g-more">
      <button
        type="button"
        className="u-button u-bare"
        aria-expanded={open}
        data-testid="gallery-more"
        onClick={() => onOpen(!open)}
      >
        <ChevronDown {...icon} /> {t.search.more(n)}
      </button>
    </h2>
  )
}

/** Nobody is left with an empty page. */
function Nothing({ onTry, onAll }: { onTry: (query: string) => void; onAll: () => void }) {
  return (
    <section className="g-none" data-testid="gallery-none">
      <h2>{t.search.none}</h2>
      <p>{t.search.noneHelp}</p>
      <div className="g-examples">
        {t.search.examples.map((example) => (
          <button key={example} type="button" className="u-button" onClick={() => onTry(example)}>
            {example}
          </button>
        ))}
      </div>
      <button type="button" className="u-button u-filled" onClick={onAll}>
        {t.search.all(presets.length)}
      </button>
    </section>
  )
}

function Filter({ shelf, onShelf }: { shelf: string | null; onShelf: (id: string | null) => void }) {
  const options = [
    { id: null, short: `${t.filter.all} ${presets.length}`, whole: `${t.filter.all} ${presets.length}` },
    ...shelves.map(({ id, short, years, title }) => ({ id, short, whole: t.filter.whole(years, title) })),
  ]
  return (
    <fieldset className="g-filter u-segments">
      <legend className="v-sr">{t.filter.label}</legend>
      {options.map(({ id, short, whole }) => (
        <label key={id} title={whole}>
          <input
            type="radio"
            className="v-sr"
            name="shelf"
            aria-label={whole}
            checked={shelf === id}
            onChange={() => onShelf(id)}
          />
          <span>{short}</span>
        </label>
      ))}
    </fieldset>
  )
}

function OpenFile({ choose }: { choose: (act: () => void) => void }) {
  const { actions } = useLab()
  const input = useRef<HTMLInputElement>(null)
  const take = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    // The same file may be chosen again.
    event.target.value = ''
    if (file) choose(() => actions.openFile(file.name, () => openable(file)))
  }
  return (
    <>
      <input ref={input} type="file" hidden aria-label={t.file} data-testid="trace-file" onChange={take} />
      <button
        type="button"
        className="u-button g-file"
        aria-label={t.file}
        title={t.fileHelp}
        onClick={() => input.current?.click()}
      >
        <FileUp {...icon} /> <span>{t.file}</span>
      </button>
    </>
  )
}
