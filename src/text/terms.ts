// The words of all stories: a sentence for each, the kernel's symbol, and a preset that shows it. Fetched with help.
// The kernel's words lead on to our code in GLOSSARY.md.

import { folded } from '../lib/folded.ts'
import { acronyms, acronymsIn } from './acronyms.ts'
import type { Term, TermGroup } from './term.ts'
import { bootTerms } from './terms-boot.ts'
import { deviceTerms } from './terms-devices.ts'
import { iotlbTerms } from './terms-iotlb.ts'
import { iovaTerms } from './terms-iova.ts'
import { powerTerms } from './terms-power.ts'
import { tceTerms } from './terms-tce.ts'

export const termGroups: readonly TermGroup[] = [
  ...deviceTerms,
  { id: 'tce', title: 'Windows and their entries', terms: tceTerms },
  { id: 'boot', title: 'Boot and bounce buffers', terms: bootTerms },
  { id: 'iotlb', title: 'Forgetting what was mapped', terms: iotlbTerms },
  { id: 'iova', title: 'Handing out addresses', terms: iovaTerms },
  { id: 'power', title: 'Large tables, hypervisors and dynamic windows', terms: powerTerms },
]

export const terms: readonly Term[] = termGroups.flatMap((group) => group.terms)

/** What the acronyms in a term stand for that are no terms themselves. */
export function spelled({ term }: Term): string {
  const own = (acronym: string): boolean => acronym !== term && terms.some((other) => other.term === acronym)
  return acronymsIn(term)
    .filter((acronym) => !own(acronym))
    .map((acronym) => acronyms[acronym])
    .join(', ')
}

const plain = (text: string): string =>
  folded(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** All that a term can be found by. */
const soughtIn = new Map(
  terms.map((t) => [t, plain([t.term, spelled(t), t.also, t.says, t.kernel?.join(' '), t.preset].join(' '))]),
)

const namesOf = ({ term, also = '' }: Term): string[] => [term, ...also.split(', ')].map(plain).filter(Boolean)

/**
 * The terms that have every word of a query, or a word that begins like it: first those whose name, or other name, it
 * is or begins a word of, then those that say it. All of them, as they stand, where it is empty.
 */
export function termsWith(query: string): readonly TermGroup[] {
  if (query.trim() === '') return termGroups
  const sought = plain(query)
  // Signs alone are no word that anything could have.
  if (sought === '') return []
  const rank = (t: Term): number => {
    const names = namesOf(t)
    const [own = ''] = names
    const begins = (name: string) => ` ${name}`.includes(` ${sought}`)
    return [own === sought, names.includes(sought), begins(own), names.some(begins), true].indexOf(true)
  }
  const found = terms
    .filter((t) => sought.split(' ').every((word) => ` ${soughtIn.get(t)}`.includes(` ${word}`)))
    .sort((a, b) => rank(a) - rank(b))
  return [
    { id: 'named', title: 'By name', terms: found.filter((t) => rank(t) < SAID) },
    { id: 'said', title: 'Mentioned in', terms: found.filter((t) => rank(t) === SAID) },
  ].filter((group) => group.terms.length > 0)
}
/** The rank of what is not found by a name. */
const SAID = 4

/** Of two that have a name the first, and its own name before another's other name. */
const byName = new Map<string, Term>()
for (const names of [
  ({ term }: Term) => [term, ...term.split(', ')],
  ({ term }: Term) => [term, ...term.split(', ')].map((name) => `${name}s`),
  ({ also }: Term) => also?.split(', ') ?? [],
])
  for (const term of terms)
    for (const name of names(term).map(plain)) if (name && !byName.has(name)) byName.set(name, term)

/** The term that a word means: by its name, in the plural too, or by another name of it; null when there is none. */
export const termOf = (word: string): Term | null => byName.get(plain(word)) ?? null

/** The term that a question is about: named by half at least of the words in it that tell something. */
export function termIn(question: string, tells: (word: string) => boolean): Term | null {
  const words = plain(question).split(' ').slice(0, 12)
  const telling = (some: readonly string[]) => some.filter(tells).length
  for (let n = words.length; n > 0; n--)
    for (let at = 0; at + n <= words.length; at++) {
      const some = words.slice(at, at + n)
      const term = telling(some) * 2 >= Math.max(1, telling(words)) ? termOf(some.join(' ')) : null
      if (term) return term
    }
  return null
}
