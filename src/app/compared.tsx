// What was before a change, beside what is now: which change, since when, and the words for each figure. Fetched when a
// setting is changed.

import { X } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { stopText } from '../controls/param-text.ts'
import { ms } from '../lib/format.ts'
import { type Field, type Frame, fieldAt, formatParam, type ParamValue } from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import type { Compared } from '../store/session/state.ts'
import { comparedText as t } from '../text/compared.ts'
import { type Beside, beside, measuresOf } from './compare.ts'
import { useEscape } from './escape.ts'
import { NOTHING_WAS, type WasWords } from './figure.tsx'

const whole = (frame: Frame) => frame

interface Props {
  readonly compact: boolean
  /** Takes the words by the figures' ids. */
  readonly onWas: (was: ReadonlyMap<string, WasWords>) => void
}

export function Since(props: Props) {
  const compared = useApp((s) => s.compared)
  return compared && <Caption {...props} compared={compared} />
}

function Caption({ compared, compact, onWas }: Props & { compared: Compared }) {
  const { actions } = useLab()
  const frame = useFrame(whole)
  const was = useMemo(() => (frame ? wordsOf(frame, compact) : NOTHING_WAS), [frame, compact])
  useEffect(() => onWas(was), [onWas, was])
  useEffect(() => () => onWas(NOTHING_WAS), [onWas])
  const dismiss = useCallback(() => actions.dismissCompared(), [actions])
  useEscape(dismiss)
  const caption = useMemo(() => captionOf(compared), [compared])
  const row = useRef<HTMLDivElement>(null)
  // Said once, with the figures that are shown.
  const said = useRef<Compared | null>(null)
  useEffect(() => {
    if (said.current === compared || was.size === 0) return
    said.current = compared
    const shown = row.current?.nextElementSibling?.querySelectorAll<HTMLElement>('[data-testid^="figure-"]') ?? []
    const figures = Array.from(shown).flatMap(({ dataset: { testid = '' } }) => was.get(testid)?.said ?? [])
    actions.announce(t.said(caption, figures.join(', ')))
  }, [actions, caption, compared, was])
  return (
    <div ref={row} className="a-since" data-testid="since">
      <span>{caption}</span>
      <button type="button" aria-label={t.dismiss} title={`${t.dismiss} (Esc)`} onClick={dismiss}>
        <X size={12} strokeWidth={2} aria-hidden="true" />
      </button>
    </div>
  )
}

function wordsOf({ since, summary, status }: Frame, compact: boolean): ReadonlyMap<string, WasWords> {
  if (!since) return NOTHING_WAS
  const [before, after, now] = [
    measuresOf(since.before, since.ns),
    measuresOf(since.after, since.ns),
    measuresOf(summary, status.ns),
  ]
  return new Map(
    Object.keys(now).flatMap((id): [string, WasWords][] => {
      const [b, a, n] = [before[id], after[id], now[id]]
      const words = b && a && n && beside(b, a, n)
      const label = t.short[id] ?? ''
      if (!words) return []
      const { before: was, since: value, none, inBytes } = words
      const unit = inBytes ? label : t.other[id]
      return [
        [
          id,
          {
            line: lineOf(id, words, compact),
            said: `${was} ${label}`,
            ...(compact && { label }),
            ...(value !== undefined && { value }),
            ...(value !== undefined && unit !== undefined && { unit }),
            ...(none && { none }),
          },
        ],
      ]
    }),
  )
}

function lineOf(id: string, { before, since, also }: Beside, compact: boolean): string {
  if (since !== undefined && !compact) return t.since(before)
  if (!also || compact) return t.before(before)
  return (id === 'figure-delivered' ? t.waiting : t.also)(before, ...also)
}

function captionOf({ path, from, to, ns, scenario }: Compared): string {
  if (from === to) return t.reloaded(ms(ns, 1))
  const field = fieldAt(scenario, path)
  if (!field) return t.caption(path, String(from), String(to), ms(ns))
  const owner = scenario.devices.length > 1 && field.owner ? `${field.owner}: ` : ''
  return t.caption(owner + field.param.label, nameOf(field, from), nameOf(field, to), ms(ns, 1))
}

function nameOf({ param }: Field, value: ParamValue): string {
  const option = param.values?.find((o) => o.value === value)
  return option ? stopText(option) : formatParam(param, value)
}
