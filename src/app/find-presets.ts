// Which presets a person means by words, by a question or by lines of a kernel's log. Fetched with the gallery.

import MiniSearch, { type SearchOptions } from 'minisearch'
import { folded } from '../lib/folded.ts'
import { presets } from '../sim/index.ts'
import { stories } from '../sim/scenario/stories.ts'
import type { Explained } from '../store/file-content.ts'
import { asked, STOP_WORDS } from '../text/asked.ts'
import { type Message, messages } from '../text/messages.ts'
import { plainLines, shelves } from '../text/shelves.ts'

/** A whole log may be pasted: characters that are read, and words that are looked for. */
const LONGEST = 200_000
const MOST_WORDS = 48

/** As messages are looked for: lines stay apart. */
const plain = (text: string): string => folded(text).replace(/[^\S\n]+/g, ' ')

export interface Found {
  /** Ids of presets, best first; none when nothing is known of the words. */
  readonly ids: readonly string[]
  /** So many of the first are near the best; the others have some of the words. */
  readonly near: number
}

/** A few are looked through at a glance; what has less than this part of the best score shares words in passing. */
const MOST_NEAR = 6
const NEAR = 0.4

/** Ids of presets, best first; none when nothing is known of the words. */
export const findPresets = (query: string): readonly string[] => lookFor(query).ids

export function lookFor(query: string): Found {
  const said = plain(query.slice(0, LONGEST))
  const written = writtenIn(said)
  const phrase = mended(wholes(written)).join(' ')
  const name = named.get(phrase)
  const messages = name === undefined ? allShownIn(said) : []
  const shown = name === undefined && messages.length === 0 ? meantIn(phrase) : name
  const found = searched(mended(withParts(written)))
  // A message means what it says: that others have its words says nothing.
  const likely = messages.length > 0 ? [] : found.filter(({ score }) => score >= NEAR * (found[0]?.score ?? 0))
  const first = new Set([...(shown === undefined ? [] : [shown]), ...messages, ...likely.map(({ id }) => id)])
  return { ids: [...new Set([...first, ...found.map(({ id }) => id)])], near: Math.min(first.size, MOST_NEAR) }
}

/** The line of a text that a preset shows the meaning of. */
export function explainedIn(text: string): Explained | null {
  const said = plain(text)
  const shown = shownIn(said)
  if (!shown) return null
  const line = said.slice(0, shown.at).split('\n').length
  return { line, said: text.split('\n')[line - 1] ?? '', preset: shown.preset }
}

interface Pattern {
  readonly form: RegExp
  readonly shows: Message['shows']
}

/** What stands for `…` is on the same line, if lines are still told apart. */
const pattern = ({ says, shows }: Message): Pattern => {
  const form = says
    .toLowerCase()
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/…$/, '(-?\\w+)')
    .replaceAll('…', '(.{1,99}?)')
  return { form: new RegExp(form), shows }
}
const patterns = messages.map((list) => list.map(pattern))

interface Shown {
  readonly preset: string
  readonly at: number
}

/** For each weight, the heaviest first, what its first message shows; of two at one place, the one listed first. */
function* messagesIn(said: string): Generator<Shown> {
  for (const list of patterns) {
    let first: RegExpExecArray | null = null
    let shows: Message['shows'] = ''
    for (const p of list) {
      const match = p.form.exec(said)
      if (match && (!first || match.index < first.index)) [first, shows] = [match, p.shows]
    }
    if (!first) continue
    const device = /[\da-z]+[:.]\S*\d: $/.test(said.slice(0, first.index))
    yield { preset: typeof shows === 'string' ? shows : shows(first.slice(1), device), at: first.index }
  }
}
const shownIn = (said: string): Shown | undefined => messagesIn(said).next().value ?? undefined
const allShownIn = (said: string): string[] => Array.from(messagesIn(said), ({ preset }) => preset)

/** Endings that make no other word of one: flush, flushes, flushed, flushing. */
function stem(word: string): string {
  if (word.length < 5 || /\d/.test(word)) return word
  const root = word.replace(/(?:ing|ed|es|s)$/, '')
  return root.length < 3 ? word : root.replace(/([^aeiou])\1$/, '$1').replace(/e$/, '')
}

/** Words as they stand; 64 KiB, 64 kB and 64K are one. */
function writtenIn(text: string): string[] {
  const sizes = folded(text).replace(/\b(\d+)\s?([kmgt])(?:i?b)?\b/g, '$1$2')
  return sizes.match(/[\p{L}\p{N}]+(?:[-_’'][\p{L}\p{N}]+)*/gu)?.slice(0, MOST_WORDS) ?? []
}
const JOINTS = /[-_’']/

/** Each word once, whatever joins its parts. */
const wholes = (written: readonly string[]): string[] => written.map((word) => stem(word.split(JOINTS).join('')))

/** A word with a hyphen or an underscore is itself and its parts. */
const withParts = (written: readonly string[]): string[] =>
  written
    .flatMap((word) => (JOINTS.test(word) ? [word.split(JOINTS).join(''), ...word.split(JOINTS)] : [word]))
    .map(stem)

const STOP_STEMS = new Set([...STOP_WORDS].map(stem))
/** Neither the addresses and times of a log, nor what stands in every question. */
const tells = (word: string): boolean => !STOP_STEMS.has(word) && !/^(?:\d{5,}|0x.*|(?=.*\d)[\da-f]{8,})$/.test(word)

/** What a word of its own is worth, by where it stands. */
const BOOST = { id: 5, first: 6, asks: 3, title: 3, plain: 2, also: 2, story: 1, shelf: 0.5 } as const

const shelfOf = (id: string): string => {
  const shelf = shelves.find((s) => id in s.presets)
  return shelf ? `${shelf.title} ${shelf.years} ${shelf.question}` : ''
}

const index = new MiniSearch({
  fields: Object.keys(BOOST),
  tokenize: (text) => withParts(writtenIn(text)).filter(tells),
  processTerm: (term) => term,
})
index.addAll(
  presets.map(({ id, title }) => {
    const { first = [], asks = [], also = '' } = asked[id] ?? {}
    const { says = '', tryThis = '' } = stories[id] ?? {}
    const lines = { first: first.join(' '), asks: asks.join(' '), story: `${says} ${tryThis}` }
    return { id, title, also, plain: plainLines[id] ?? '', shelf: shelfOf(id), ...lines }
  }),
)

/** Phrases and questions that mean one preset, whatever else has their words. */
const named = new Map(
  presets.flatMap(({ id }) => {
    const { first = [], asks = [] } = asked[id] ?? {}
    return [id, ...first, ...asks].map((phrase) => [wholes(writtenIn(phrase)).join(' '), id] as const)
  }),
)
/** Those that mean it among other words, too; the longest first. */
const telltale = [...named].filter(([phrase]) => phrase.split(' ').length > 3).sort(([a], [b]) => b.length - a.length)

const meantIn = (said: string): string | undefined =>
  telltale.find(([phrase]) => ` ${said} `.includes(` ${phrase} `))?.[1]

const asIs = { tokenize: (word: string) => [word] }
const known = (word: string): boolean => !tells(word) || index.search(word, { ...asIs, prefix: true }).length > 0

/** What a strange word may have been meant for: a short one only a word that a preset is known by. */
const MENDED: readonly [atLeast: number, mending: SearchOptions][] = [
  [7, { ...asIs, fuzzy: 2 }],
  [6, { ...asIs, fuzzy: 1 }],
  [4, { ...asIs, fuzzy: 1, fields: ['id', 'first'] }],
]

/** The words, those that stand nowhere as one that differs in a letter; none where all of several stand nowhere. */
function mended(words: readonly string[]): readonly string[] {
  const strange = new Set(words.filter((word) => !known(word)))
  if (strange.size > 1 && !words.some((word) => tells(word) && !strange.has(word))) return []
  return words.map((word) => {
    const [, mending] = (strange.has(word) && MENDED.find(([atLeast]) => word.length >= atLeast)) || []
    return (mending && index.search(word, mending)[0]?.terms[0]) ?? word
  })
}

function searched(words: readonly string[]): { readonly id: string; readonly score: number }[] {
  const telling = words.filter(tells)
  const prefix = (word: string) => word.length > 1 && !/^\d+$/.test(word)
  return index
    .search(telling.join(' '), { boost: BOOST, prefix, tokenize: (text) => text.split(' ') })
    .map(({ id, score }) => ({ id: String(id), score }))
}
