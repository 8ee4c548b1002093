// The words of all stories: a sentence for each, the kernel's symbol, and a preset that shows it. Fetched with help.
// The kernel's words lead on to our code in GLOSSARY.md.

import { acronyms, acronymsIn } from './acronyms.ts'
import { bootTerms } from './terms-boot.ts'
import { deviceTerms } from './terms-devices.ts'
import { iotlbTerms } from './terms-iotlb.ts'
import { iovaTerms } from './terms-iova.ts'
import { powerTerms } from './terms-power.ts'
import { tceTerms } from './terms-tce.ts'

export interface Term {
  readonly term: string
  /** One sentence. */
  readonly says: string
  /** Symbols of the kernel, as GLOSSARY.md has them. */
  readonly kernel?: readonly string[]
  /** Id of one that shows it. */
  readonly preset: string
  /** Other words for it, which find it too. */
  readonly also?: string
}

export interface TermGroup {
  readonly id: string
  readonly title: string
  readonly terms: readonly Term[]
}

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

const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')

/** All that a term can be found by. */
const soughtIn = new Map(
  terms.map((t) => [t, plain([t.term, spelled(t), t.also, t.says, t.kernel?.join(' '), t.preset].join(' '))]),
)

/**
 * The groups with the terms that have every word of a query, or a word that begins like it; those first whose name it is.
 * All of them, as they stand, where it is empty.
 */
export function termsWith(query: string): readonly TermGroup[] {
  const sought = plain(query).trim()
  if (sought === '') return termGroups
  const has = (t: Term) => sought.split(' ').every((word) => ` ${soughtIn.get(t)}`.includes(` ${word}`))
  const rank = (t: Term) => [plain(t.term) === sought, ` ${plain(t.term)}`.includes(` ${sought}`), true].indexOf(true)
  const best = (group: TermGroup) => Math.min(...group.terms.map(rank))
  return termGroups
    .map((group) => ({ ...group, terms: group.terms.filter(has).sort((a, b) => rank(a) - rank(b)) }))
    .filter((group) => group.terms.length > 0)
    .sort((a, b) => best(a) - best(b))
}

/** The term that a word means: by its name, in the plural too, or by another name of it; null when there is none. */
export function termOf(word: string): Term | null {
  const one = plain(word).trim()
  const named = ({ term }: Term) =>
    [term, ...term.split(', ')].some((name) => [plain(name).trim(), `${plain(name).trim()}s`].includes(one))
  const alias = ({ also }: Term) => also?.split(', ').some((name) => plain(name).trim() === one)
  return terms.find(named) ?? terms.find(alias) ?? null
}
