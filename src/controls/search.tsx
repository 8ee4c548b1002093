// The search: one field, what it finds, and the way from match to match. The map dims what does not match. The run
// itself looks (it knows every entry); here stand only words and keys.

import { ChevronDown, ChevronUp, Search as Glass, X } from 'lucide-react'
import { type FormEvent, type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react'
import { count, hex } from '../lib/format.ts'
import { addressAt, type Frame, type IovaSpaceFrame, type SearchResult } from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import type { Lab } from '../store/state.ts'
import { refusalText, searchText } from '../text/inspector.ts'
import { says } from '../ui/says.tsx'
import { isOpen, isWriting } from './key-target.ts'

const t = searchText
const icon = { size: 14, strokeWidth: 1.75, 'aria-hidden': true } as const

const resultOf = (frame: Frame) => frame.search ?? null
const sameResult = (a: SearchResult | null, b: SearchResult | null) =>
  a === b ||
  (!!a &&
    !!b &&
    (['text', 'from', 'problem', 'count', 'entries', 'at', 'refused'] as const).every((key) => a[key] === b[key]))

/** `field`: room for the field at all times; otherwise it unfolds from a button. */
export function Search({ field }: { field: boolean }) {
  const [open, setOpen] = useState(false)
  const query = useApp((s) => s.view.query) ?? ''
  const box = useRef<HTMLInputElement>(null)
  const [due, setDue] = useState(false)
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      if (event.key !== '/' || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.target instanceof Element && (isWriting(event.target) || isOpen(event.target))) return
      event.preventDefault()
      setOpen(true)
      setDue(true)
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
  useEffect(() => {
    if (!due) return
    box.current?.focus()
    box.current?.select()
    setDue(false)
  }, [due])
  const shown = field || open || query !== ''
  if (!shown)
    return (
      <button
        type="button"
        className="u-icon"
        aria-label={t.open}
        {...says('top.search', `${t.open} (/)`)}
        onClick={() => {
          setOpen(true)
          setDue(true)
        }}
      >
        <Glass size={16} strokeWidth={1.75} aria-hidden="true" />
      </button>
    )
  return <Field box={box} over={!field} onLeave={() => setOpen(false)} />
}

interface FieldProps {
  readonly box: RefObject<HTMLInputElement | null>
  /** Lies over the bar instead of standing in it. */
  readonly over: boolean
  readonly onLeave: () => void
}

function Field({ box, over, onLeave }: FieldProps) {
  const lab = useLab()
  const query = useApp((s) => s.view.query) ?? ''
  const result = useFrame(resultOf, sameResult)
  const note = useId()
  const [draft, setDraft] = useState(query)
  // Another link was opened, or the search was cleared. Blanks alone stand in the field only.
  useEffect(() => setDraft((now) => (now.trim() === '' && query === '' ? now : query)), [query])
  const answer = result?.text === query ? result : null
  const selected = useApp((s) => s.view.selected)
  /** The answer says where to go on from here. */
  const ready = answer !== null && answer.from === selected
  /** Steps asked for while the answer was still to come; below 0 = back. */
  const due = useRef(0)
  const said = useRef(query)

  // Spoken once per query, not with every frame.
  useEffect(() => {
    if (!answer || said.current === query) return
    said.current = query
    lab.actions.announce(answer.problem ? t.allowed(answer.problem) : wordsOf(answer))
  }, [lab, answer, query])

  function step() {
    if (!answer || due.current === 0) return
    const by = due.current > 0 ? 1 : -1
    due.current -= by
    jump(lab, answer, by)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: a step is due when an answer comes, not when the page is drawn
  useEffect(() => {
    if (ready) step()
  }, [ready, answer])

  const set = (next: string) => {
    due.current = 0
    lab.actions.setView({ query: next.trim() === '' ? '' : next })
  }
  const leave = () => {
    setDraft('')
    set('')
    box.current?.blur()
    onLeave()
  }
  const go = (by: number) => {
    due.current += by
    if (ready) step()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    go(1)
  }
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Escape') leave()
    else if (event.key === 'Enter' && event.shiftKey) go(-1)
    else return
    event.preventDefault()
  }
  const none = !answer || answer.count === 0
  return (
    <search className={over ? 'c-search-over' : undefined}>
      <form className="u-search" onSubmit={submit}>
        <Glass {...icon} />
        <input
          ref={box}
          type="text"
          value={draft}
          maxLength={100}
          aria-label={t.label}
          aria-describedby={note}
          aria-invalid={answer?.problem ? true : undefined}
          placeholder={t.hint}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          enterKeyHint="search"
          data-testid="search"
          {...says('top.search')}
          onChange={(event) => {
            setDraft(event.target.value)
            set(event.target.value)
          }}
          onKeyDown={key}
        />
        {query !== '' && (
          <>
            <span id={note} className="c-found" data-testid="search-count">
              {answer && !answer.problem && <Count result={answer} />}
            </span>
            <button
              type="button"
              className="u-icon"
              aria-label={t.previous}
              {...says('search.previous', t.previous)}
              aria-disabled={none}
              onClick={() => go(-1)}
            >
              <ChevronUp {...icon} />
            </button>
            <button
              type="button"
              className="u-icon"
              aria-label={t.next}
              {...says('search.next', t.next)}
              aria-disabled={none}
              onClick={() => go(1)}
            >
              <ChevronDown {...icon} />
            </button>
          </>
        )}
        {(query !== '' || over) && (
          <button
            type="button"
            className="u-icon"
            aria-label={t.clear}
            {...says('search.clear', t.clear)}
            onClick={leave}
          >
            <X {...icon} />
          </button>
        )}
        {answer && (answer.problem !== null || answer.refused !== null) && (
          <p className="c-search-note" data-testid="search-note">
            {answer.problem !== null ? t.allowed(answer.problem) : wordsOf(answer)}
          </p>
        )}
      </form>
    </search>
  )
}

function Count({ result }: { result: SearchResult }) {
  const { at, entries } = result
  if (result.count === 0) return <>{t.none}</>
  return (
    <>
      {at > 0 ? t.place(count(at), count(result.count)) : t.count(count(result.count), result.count === 1)}
      {entries !== result.count && <span className="u-quiet"> {t.entries(count(entries))}</span>}
    </>
  )
}

function wordsOf({ count: n, refused }: SearchResult): string {
  if (refused !== null) return refused === 0 ? refusalText.none : t.refused(t.places(n), count(refused))
  return n === 0 ? t.none : t.count(count(n), n === 1)
}

/** Selects the match after or before the selected entry, and moves the map there when it shows another part. */
function jump(lab: Lab, result: SearchResult, by: 1 | -1): void {
  const map = lab.frames.latest()?.views['iova-space']
  const to = by === 1 ? result.next : result.previous
  if (!map || to === null) return
  lab.actions.select(to)
  if (!isShown(map, to)) lab.actions.setView(rangeAround(map, lab.getState().view.count, to))
  const place = result.at === 0 ? null : ((result.at - 1 + by + result.count) % result.count) + 1
  const address = hex(addressAt(map, to))
  lab.actions.announce(place === null ? address : t.at(address, count(place), count(result.count)))
}

function isShown(map: IovaSpaceFrame, entry: number): boolean {
  return map.segments.some((s) => {
    const inside = entry - s.firstEntry
    return inside >= 0 && inside < s.rows * map.columns * map.entriesPerCell
  })
}

/** As many entries as are shown now (a screen of single ones, where all are), with `entry` in the middle; whole rows. */
function rangeAround(map: IovaSpaceFrame, shown: number, entry: number): { first: number; count: number } {
  const length = Math.min(map.size, shown > 0 ? shown : 32 * map.columns)
  const row = map.columns * (shown > 0 ? map.entriesPerCell : 1)
  const first = Math.floor((entry - length / 2) / row) * row
  return { first: Math.max(0, Math.min(first, map.size - length)), count: length }
}
