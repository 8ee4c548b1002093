// The parts of a link that need no simulation to be read or written: pairs, numbers, times, the view. Reading
// never throws; what cannot be used is added to the problems and null or the standard comes back.

import { COLOURS_BY, MAX_NS, type Position, type Preset, type Problem, type Speed } from '../sim/index.ts'
import { LINK_VERSION, type RawLink, upgradeLink } from './versions.ts'
import { MAX_DOCK, type ViewState, viewOf } from './view-state.ts'

const MAX_QUERY = 100
const MAX_OFF = 64
/** A state, or a class under a colour with its number. */
const SHOWN_KEY = /^(mapped|free|reserved|cached|queued|reachable|failed|(cpu|device|size|age|generation)\.\d{1,3})$/
const MAX_LENGTH = 262_144
const MAX_PAIRS = 1024
const MAX_PROBLEMS = 40
const MAX_EVENTS = 1_000_000_000_000
/** Events that a run can have at one moment: every descriptor of every ring handed over for nothing; and those of every
 *  nanosecond after it: an operation takes a CPU tens of them, and there are 64 CPUs. */
const EVENTS_AT_ONCE = 67_108_864
const EVENTS_PER_NS = 16
const MAX_ENTRY = 0xffff_ffff
const MIN_SPEED = 1e-9
const MAX_SPEED = 1000

/** Collects what could not be used, each value cut to a readable length, the list to a readable number. */
export class Problems {
  private readonly kept: Problem[] = []
  private dropped = 0

  add(field: string, given: string, allowed: string): void {
    if (this.kept.length < MAX_PROBLEMS) this.kept.push({ field: readable(field), given: readable(given), allowed })
    else this.dropped++
  }

  /** A key that has its value already. */
  again(field: string, given: string): void {
    const { length } = this.kept
    this.add(field, given, 'one value: the first one counts')
    if (this.kept.length > length) this.kept.push({ ...this.kept.pop()!, repeated: true })
  }

  list(): readonly Problem[] {
    if (this.dropped === 0) return this.kept
    return [
      ...this.kept,
      { field: 'link', given: `${this.dropped} more problems`, allowed: 'a link made by this page' },
    ]
  }
}

function readable(text: string): string {
  const clean = text.slice(0, 80).replace(/\p{C}/gu, '\ufffd')
  return text.length > 80 ? `${clean}…` : clean
}

export function splitPairs(text: string, problems: Problems): RawLink {
  let fragment = text.slice(text.indexOf('#') + 1)
  if (fragment.length > MAX_LENGTH) {
    problems.add('link', `${fragment.length} characters`, `at most ${MAX_LENGTH}; the end was left out`)
    fragment = fragment.slice(0, MAX_LENGTH)
  }
  const parts = fragment.split('&').filter((part) => part !== '')
  if (parts.length > MAX_PAIRS) problems.add('link', `${parts.length} keys`, `at most ${MAX_PAIRS}`)
  return parts.slice(0, MAX_PAIRS).map((part) => {
    const at = part.indexOf('=')
    return at < 0 ? [decoded(part), ''] : [decoded(part.slice(0, at)), decoded(part.slice(at + 1))]
  })
}

/** Undoes the percent signs that a mail or chat program put in; a broken one stays as it is and is reported later. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function readVersion(raw: RawLink, problems: Problems): RawLink {
  const [given, ...others] = raw.flatMap(([key, value]) => (key === 'v' ? [value] : []))
  for (const other of others) problems.again('v', other)
  const rest = raw.filter(([key]) => key !== 'v')
  if (given === undefined) return rest
  const version = parseWhole(given, Number.MAX_SAFE_INTEGER)
  if (version === null || version < 1) {
    problems.add('v', given, `1 to ${LINK_VERSION}`)
    return rest
  }
  if (version > LINK_VERSION) {
    problems.add('v', given, `up to ${LINK_VERSION}: the link was made by a newer lab; what this one knows was loaded`)
    return rest
  }
  return upgradeLink(rest, version)
}

/** A whole number without sign, exponent or point, or null. */
function parseWhole(text: string, max: number): number | null {
  if (!/^\d{1,16}$/.test(text)) return null
  const value = Number(text)
  return value <= max ? value : null
}

export function encodePosition({ ns, events }: Position): string {
  return events === undefined ? String(ns) : `${ns}.${events}`
}

/** The most events that a run can have behind it at a moment. */
export function mostEvents(ns: number): number {
  return Math.min(MAX_EVENTS, EVENTS_AT_ONCE + EVENTS_PER_NS * ns)
}

/** What is wrong with a position, as what would be allowed; null for one that a run can be at. */
export function positionProblem({ ns, events = 0 }: Position): string | null {
  if (ns > MAX_NS) return `at most ${MAX_NS} ns`
  return events > mostEvents(ns) ? `at most ${mostEvents(ns)} events at ${ns} ns: no run has more` : null
}

/** A position as it is written, whether a run can be there or not; null when the text is none. */
export function parsePosition(text: string): Position | null {
  const [nsText = '', eventsText, ...more] = text.split('.')
  const ns = parseWhole(nsText, Number.MAX_SAFE_INTEGER)
  if (ns === null || more.length > 0) return null
  if (eventsText === undefined) return { ns }
  const events = parseWhole(eventsText, Number.MAX_SAFE_INTEGER)
  return events === null ? null : { ns, events }
}

export function readPosition(text: string | undefined, problems: Problems): Position | null {
  if (text === undefined) return null
  const position = parsePosition(text)
  const problem = position ? positionProblem(position) : `<ns> or <ns>.<events>, at most ${MAX_NS} ns`
  if (problem !== null) problems.add('at', text, problem)
  return problem === null ? position : null
}

export function readSeed(text: string | undefined, problems: Problems): number | null {
  if (text === undefined) return null
  const seed = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : Number.NaN
  if (seed <= 0xffff_ffff) return seed
  problems.add('seed', text, '0x0 to 0xffffffff')
  return null
}

export function readSpeed(text: string | undefined, problems: Problems): Speed | null {
  if (text === undefined) return null
  if (text === 'max') return 'max'
  const speed = /^\d{1,16}(\.\d{1,24})?(e-\d{1,2})?$/.test(text) ? Number(text) : Number.NaN
  if (speed >= MIN_SPEED && speed <= MAX_SPEED) return speed
  problems.add('speed', text, `max, or ${MIN_SPEED} to ${MAX_SPEED}`)
  return null
}

export function viewPairs(view: ViewState, standard: ViewState): [string, string][] {
  const pairs: [string, string][] = []
  if (view.table !== standard.table) pairs.push(['table', String(view.table)])
  if (view.first !== standard.first || view.count !== standard.count)
    pairs.push(['zoom', view.count === 0 ? 'all' : `${view.first}.${view.count}`])
  if (view.colourBy !== standard.colourBy) pairs.push(['colour', view.colourBy])
  if (view.breaks !== standard.breaks) pairs.push(['breaks', view.breaks ? 'on' : 'off'])
  if (view.dock.join('~') !== standard.dock.join('~')) pairs.push(['dock', view.dock.join('~') || 'none'])
  if (view.selected !== null) pairs.push(['sel', String(view.selected)])
  const { time, entries } = view.brush ?? {}
  if (time) pairs.push(['bt', `${time.fromNs}.${time.toNs}`])
  if (entries) pairs.push(['ba', `${entries.first}.${entries.count}`])
  if (view.query) pairs.push(['q', encodeWords(view.query)])
  if (view.off?.length) pairs.push(['off', view.off.join('~')])
  return pairs
}

export function readView(
  take: (key: string) => string | undefined,
  preset: Preset,
  dockViews: readonly string[] | undefined,
  problems: Problems,
): ViewState {
  const standard = viewOf(preset)
  /** The value that `read` makes of the text, or the standard, with a problem where it makes null. */
  function value<T>(key: string, otherwise: T, allowed: string, read: (text: string) => T | null): T {
    const text = take(key)
    if (text === undefined) return otherwise
    const got = read(text)
    if (got === null) problems.add(key, text, allowed)
    return got ?? otherwise
  }
  const tables = preset.scenario.devices.map((_, index) => index)
  const readTable = (text: string) => tables.find((index) => String(index) === text) ?? null
  const allowedDock = `none, or up to ${MAX_DOCK} of ${dockViews?.join(', ') ?? 'the views'}, joined by ~`
  /** Two whole numbers, joined by a dot. */
  const readPair = (text: string, most: number): [number, number] | null => {
    const [a, b, ...more] = text.split('.').map((part) => parseWhole(part, most))
    return typeof a === 'number' && typeof b === 'number' && more.length === 0 ? [a, b] : null
  }
  const zoom = value('zoom', standard, '<first entry>.<entries>, or all', (text) => {
    if (text === 'all') return { ...standard, first: 0, count: 0 }
    const pair = readPair(text, MAX_ENTRY)
    return pair?.[1] ? { ...standard, first: pair[0], count: pair[1] } : null
  })
  const time = value('bt', null, '<from ns>.<to ns>', (text) => {
    const pair = readPair(text, MAX_NS)
    return pair && pair[0] < pair[1] ? { fromNs: pair[0], toNs: pair[1] } : null
  })
  const entries = value('ba', null, '<first entry>.<entries>', (text) => {
    const pair = readPair(text, MAX_ENTRY)
    return pair && pair[1] > 0 ? { first: pair[0], count: pair[1] } : null
  })
  const query = value('q', '', `at most ${MAX_QUERY} characters`, (text) => {
    const words = readWords(text)
    return words.length <= MAX_QUERY ? words : null
  })
  const off = value('off', [], 'states, or classes like cpu.3, joined by ~', (text): readonly string[] | null => {
    const keys = text.split('~', MAX_OFF + 1)
    return keys.length <= MAX_OFF && keys.every((key) => SHOWN_KEY.test(key)) ? [...new Set(keys)] : null
  })
  return {
    table: value('table', standard.table, tables.join(', '), readTable),
    first: zoom.first,
    count: zoom.count,
    colourBy: value('colour', standard.colourBy, COLOURS_BY.join(', '), (t) => COLOURS_BY.find((c) => c === t) ?? null),
    breaks: value('breaks', standard.breaks, 'on, off', (text) =>
      text === 'on' ? true : text === 'off' ? false : null,
    ),
    dock: value('dock', standard.dock, allowedDock, (text) => readDock(text, dockViews)),
    selected: value('sel', standard.selected, `0 to ${MAX_ENTRY}`, (text) => parseWhole(text, MAX_ENTRY)),
    brush: time || entries ? { time, entries } : null,
    ...(query === '' ? {} : { query }),
    ...(off.length === 0 ? {} : { off }),
  }
}

/** A query in characters that no program escapes: `.` for a colon, `~20~` (its code point) for any other. */
export function encodeWords(query: string): string {
  return query.replace(/[^\w-]/gu, (c) => (c === ':' ? '.' : `~${c.codePointAt(0)?.toString(16)}~`))
}

export function readWords(text: string): string {
  return text.replace(/\.|~([0-9a-f]{1,5}|10[0-9a-f]{4})~/g, (_, code: string | undefined) =>
    code === undefined ? ':' : String.fromCodePoint(Number.parseInt(code, 16)),
  )
}

function readDock(text: string, dockViews: readonly string[] | undefined): readonly string[] | null {
  if (text === 'none') return []
  const ids = text.split('~', MAX_DOCK + 1)
  const fine = (id: string): boolean => (dockViews ? dockViews.includes(id) : /^[a-z][a-z0-9-]{0,31}$/.test(id))
  return ids.length <= MAX_DOCK && new Set(ids).size === ids.length && ids.every(fine) ? ids : null
}
