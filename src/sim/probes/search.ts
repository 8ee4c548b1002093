// What a person looks for in a table, in words of the page: an address, a CPU, a device, a generation, the refusals.
// Terms that stand side by side must all hold.

import { pow2 } from '../../lib/bits.ts'
import { type DmaDomain, offsetInMapping } from '../dma/dma-ops.ts'
import { entryOf } from '../iova/geometry.ts'
import {
  type DmaTable,
  ENTRY_GENERATION,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  MAP_ADDRESS,
  MAP_ENTRY,
  MAP_STRIDE,
  MAP_WHO,
} from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import type { SearchResult } from './cards.ts'
import type { IovaSpaceFrame } from './map-frame.ts'
import { TCES_PER_PAGE, writtenPages } from './map-layout.ts'
import { tableIndex } from './probe.ts'

type Term =
  /** A byte address of the device or a real one; with `#n` only the n-th life of the entry. */
  | { readonly kind: 'address'; readonly address: bigint; readonly generation: number | null }
  | { readonly kind: 'cpu' | 'device'; readonly number: number }
  | { readonly kind: 'generation'; readonly least: number; readonly most: number }
  | { readonly kind: 'fail' }

/** The names that a query may use. */
export interface SearchNames {
  readonly devices: readonly string[]
  readonly cpus: number
}

/** Linux's linear map on powerpc: a pointer that begins with c is a real address below it. */
const LINEAR_MAP = 0xc000n << 48n
const MAX_GENERATION = 0x7fffffff

/** The terms of a query, or in words what is allowed when there is none or one cannot be read. */
export function parseQuery(text: string, names: SearchNames): readonly Term[] | string {
  const terms: Term[] = []
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const term = parseTerm(word, names)
    if (!term) return allowedQuery(names)
    terms.push(term)
  }
  return terms.length > 0 ? terms : allowedQuery(names)
}

function allowedQuery({ devices, cpus }: SearchNames): string {
  const cpu = cpus > 1 ? `cpu:0 to cpu:${cpus - 1}` : 'cpu:0'
  return `0x… (DMA or real address), ${cpu}, ${devices.map((name) => `dev:${name}`).join(', ')}, gen:5, gen:>5, fail`
}

function parseTerm(word: string, { devices, cpus }: SearchNames): Term | null {
  if (word === 'fail') return { kind: 'fail' }
  const address = /^0x([0-9a-f_]{1,24})(?:#(\d{1,9}))?$/i.exec(word)
  if (address) {
    const digits = address[1]!.replaceAll('_', '')
    if (digits === '' || digits.length > 16) return null
    const generation = address[2] === undefined ? null : Number(address[2])
    return { kind: 'address', address: BigInt(`0x${digits}`), generation }
  }
  const [key, value = ''] = [word.slice(0, word.indexOf(':')), word.slice(word.indexOf(':') + 1)]
  if (key === 'cpu')
    return /^\d{1,3}$/.test(value) && Number(value) < cpus ? { kind: 'cpu', number: Number(value) } : null
  if (key === 'dev') return devices.includes(value) ? { kind: 'device', number: devices.indexOf(value) } : null
  const generation = key === 'gen' ? /^(>=?|<=?)?(\d{1,9})$/.exec(value) : null
  if (!generation) return null
  const [sign, n] = [generation[1] ?? '', Number(generation[2])]
  const least = sign === '>' ? n + 1 : sign === '>=' || sign === '' ? n : 1
  const most = sign === '<' ? n - 1 : sign === '<=' || sign === '' ? n : MAX_GENERATION
  // An entry that was never handed out has no generation.
  return { kind: 'generation', least: Math.max(1, least), most }
}

/** Entries that may match although they were never mapped: the ones that are named, and where the last refusal looked. */
function named(table: DmaTable, terms: readonly Term[]): number[] {
  const { geometry, lastRefusal: last } = table
  return terms.flatMap((term) => {
    if (term.kind === 'address') {
      const own = ownEntry(table, term.address)
      return own < 0 ? [] : [own]
    }
    if (term.kind !== 'fail' || table.refused === 0) return []
    return Array.from(last.limit.subarray(0, last.tries), (limit) => limit - 1).filter((e) => e < geometry.size)
  })
}

/** Entry that a DMA address names, or -1. */
function ownEntry({ geometry }: DmaTable, address: bigint): number {
  return entryOf(geometry, Number(address >> BigInt(geometry.pageShift)))
}

/** Says of an entry of the table whether all terms hold. */
function matcher(d: DmaDomain, table: DmaTable, terms: readonly Term[]): (e: number) => boolean {
  const { pageShift } = table.geometry
  const { data: entries } = table.entries
  const { data: records } = table.mappings.records
  const who = (e: number): number => {
    const id = entries[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    return id < 0 ? -1 : records[id * MAP_STRIDE + MAP_WHO]!
  }
  const tests = terms.map((term): ((e: number) => boolean) => {
    switch (term.kind) {
      case 'cpu':
        return (e) => who(e) >= 0 && (who(e) & 0xff) === term.number
      case 'device':
        return (e) => who(e) >= 0 && ((who(e) >> 8) & 0xff) === term.number
      case 'generation':
        return (e) => {
          const n = entries[e * ENTRY_STRIDE + ENTRY_GENERATION]!
          return n >= term.least && n <= term.most
        }
      case 'address': {
        const { address, generation } = term
        const own = ownEntry(table, address)
        // As a count of IOMMU pages, so that doubles stay exact.
        const realPage = Number((address >= LINEAR_MAP ? address - LINEAR_MAP : address) >> BigInt(pageShift))
        const io = pow2(pageShift)
        const holds = (e: number): boolean => {
          const id = entries[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
          if (id < 0) return false
          const at = id * MAP_STRIDE
          const start = records[at + MAP_ENTRY]!
          const buffer = records[at + MAP_ADDRESS]!
          return (buffer - offsetInMapping(d, start, buffer)) / io + e - start === realPage
        }
        return (e) =>
          (e === own || holds(e)) &&
          (generation === null || entries[e * ENTRY_STRIDE + ENTRY_GENERATION] === generation)
      }
      default: {
        const ends = new Set<number>()
        const last = table.lastRefusal
        for (let i = 0; table.refused > 0 && i < last.tries; i++) ends.add(last.limit[i]! - 1)
        return (e) => ends.has(e)
      }
    }
  })
  const [only] = tests
  return tests.length === 1 && only ? only : (e) => tests.every((test) => test(e))
}

function namesOf(m: Machine): SearchNames {
  return { devices: m.scenario.devices.map((device) => device.name), cpus: m.state.cpus.length }
}

/**
 * Counts what matches in a device's table and says where to go on from entry `from` (table-relative; null = nowhere).
 * Matching entries of one mapping are one match. Walks all of the table that was ever written.
 */
export function search(m: Machine, device: number, text: string, from: number | null): SearchResult {
  const none = { text, from, problem: null, count: 0, entries: 0, at: 0, next: null, previous: null, refused: null }
  const index = tableIndex(m, device)
  const table = m.state.tables[index]!
  const terms = parseQuery(text, namesOf(m))
  if (typeof terms === 'string') return { ...none, problem: terms }
  const d = m.domains[index]!
  const matches = matcher(d, table, terms)
  const { data } = table.entries
  const pages = writtenPages(d)
  for (const e of named(table, terms)) pages[Math.floor(e / TCES_PER_PAGE)] = 1
  const here = from ?? -1
  let [count, entries, at] = [0, 0, 0]
  let first: number | null = null
  let last: number | null = null
  let next: number | null = null
  // The last match that begins at or before `from`, and the one before that.
  let [upTo, before]: [number | null, number | null] = [null, null]
  for (let e = 0, inside = 0; e < table.geometry.size; e++) {
    if (e % TCES_PER_PAGE === 0 && pages[e / TCES_PER_PAGE] === 0) {
      e += TCES_PER_PAGE - 1
      inside = 0
      continue
    }
    const mark = data[e * ENTRY_STRIDE + ENTRY_MAPPING]!
    if (!matches(e)) {
      inside = 0
      continue
    }
    entries++
    if (mark <= 0 || mark !== inside) {
      count++
      first ??= e
      last = e
      if (e <= here) [upTo, before] = [e, upTo]
      else next ??= e
    }
    inside = mark
    if (e === here) at = count
  }
  const refused = terms.some((term) => term.kind === 'fail') ? table.refused : null
  const previous = (at > 0 ? before : upTo) ?? last
  return { text, from, problem: null, count, entries, at, next: next ?? first, previous, refused }
}

/** True for a query that says what to look for: one that cannot be read finds nothing and marks nothing. */
export function canFind(m: Machine, text: string | undefined): text is string {
  return text !== undefined && text !== '' && typeof parseQuery(text, namesOf(m)) !== 'string'
}

/** Fills `match`, [rows*columns]: 1 where any entry of the cell matches a query that can be read. */
export function markMatches(m: Machine, frame: IovaSpaceFrame, text: string, match: Uint8Array): void {
  const terms = parseQuery(text, namesOf(m))
  match.fill(0)
  if (typeof terms === 'string') return
  const matches = matcher(m.domains[frame.table]!, m.state.tables[frame.table]!, terms)
  const { columns, entriesPerCell } = frame
  for (const { row, rows, firstEntry } of frame.segments) {
    for (let k = 0; k < rows * columns; k++) {
      const end = Math.min(frame.size, firstEntry + (k + 1) * entriesPerCell)
      let e = firstEntry + k * entriesPerCell
      while (e < end && !matches(e)) e++
      if (e < end) match[row * columns + k] = 1
    }
  }
}
