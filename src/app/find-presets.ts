// Which presets a person means by words, by a question or by lines of a kernel's log. Fetched with the gallery.

import MiniSearch from 'minisearch'
import { presets } from '../sim/index.ts'
import { stories } from '../sim/scenario/stories.ts'
import { asked, STOP_WORDS } from '../text/asked.ts'
import { announcements, type Message, messages } from '../text/messages.ts'
import { plainLines, shelves } from '../text/shelves.ts'

/** Ids of presets, best first; none when nothing is known of the words. */
export function findPresets(query: string): readonly string[] {
  const said = query.toLowerCase().replace(/[^\S\n]+/g, ' ')
  const phrase = mended(wholesOf(said)).join(' ')
  const shown = named.get(phrase) ?? shownIn(said, complaints) ?? shownIn(said, news) ?? meantIn(phrase)
  const found = searched(mended(wordsOf(said)))
  return shown === undefined ? found : [shown, ...found.filter((id) => id !== shown)]
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
const complaints = messages.map(pattern)
const news = announcements.map(pattern)

/** The preset of the message that stands first; of two at one place, the one listed first. */
function shownIn(said: string, patterns: readonly Pattern[]): string | undefined {
  let first: RegExpExecArray | null = null
  let shows: Message['shows'] = ''
  for (const p of patterns) {
    const match = p.form.exec(said)
    if (match && (!first || match.index < first.index)) [first, shows] = [match, p.shows]
  }
  if (!first) return undefined
  const device = /[\da-z]+[:.]\S*\d: $/.test(said.slice(0, first.index))
  return typeof shows === 'string' ? shows : shows(first.slice(1), device)
}

/** Endings that make no other word of one: flush, flushes, flushed, flushing. */
function stem(word: string): string {
  if (word.length < 5 || /\d/.test(word)) return word
  const root = word.replace(/(?:ing|ed|es|s)$/, '')
  return root.length < 3 ? word : root.replace(/([^aeiou])\1$/, '$1').replace(/e$/, '')
}

/** Words as they stand; 64 KiB, 64 kB and 64K are one. */
const written = (text: string): string[] =>
  text
    .toLowerCase()
    .replace(/\b(\d+)\s?([kmgt])(?:i?b)?\b/g, '$1$2')
    .match(/[\p{L}\p{N}]+(?:[-_’'][\p{L}\p{N}]+)*/gu) ?? []
const JOINTS = /[-_’']/

/** Each word once, whatever joins its parts. */
const wholesOf = (text: string): string[] => written(text).map((word) => stem(word.split(JOINTS).join('')))

/** A word with a hyphen or an underscore is itself and its parts. */
const wordsOf = (text: string): string[] =>
  written(text)
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
  tokenize: (text) => wordsOf(text).filter(tells),
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
    return [id, ...first, ...asks].map((phrase) => [wholesOf(phrase).join(' '), id] as const)
  }),
)
/** Those that mean it among other words, too; the longest first. */
const telltale = [...named].filter(([phrase]) => phrase.split(' ').length > 3).sort(([a], [b]) => b.length - a.length)

const meantIn = (said: string): string | undefined =>
  telltale.find(([phrase]) => ` ${said} `.includes(` ${phrase} `))?.[1]

const asIs = { tokenize: (word: string) => [word] }
const known = (word: string): boolean => !tells(word) || index.search(word, { ...asIs, prefix: true }).length > 0

/** The words, those that stand nowhere as one that differs in a letter; none where all of several stand nowhere. */
function mended(words: readonly string[]): readonly string[] {
  const strange = new Set(words.filter((word) => !known(word)))
  if (strange.size > 1 && !words.some((word) => tells(word) && !strange.has(word))) return []
  return words.map((word) => {
    if (word.length < 4 || !strange.has(word)) return word
    return index.search(word, { ...asIs, fuzzy: word.length > 6 ? 2 : 1 })[0]?.terms[0] ?? word
  })
}

function searched(words: readonly string[]): string[] {
  const telling = words.filter(tells)
  const prefix = (word: string) => word.length > 1 && !/^\d+$/.test(word)
  return index
    .search(telling.join(' '), { boost: BOOST, prefix, tokenize: (text) => text.split(' ') })
    .map(({ id }) => String(id))
}
