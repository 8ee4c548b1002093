// Words of what is fetched when it is shown: the radix table, what a map and unmap cost, and what devices still reach.

import type { FlushMode } from '../sim/index.ts'
import { needsText } from './needs.ts'
import { viewText } from './views.ts'

const FORMATS = { vtd: 'VT-d', arm: 'Arm', amd: 'AMD' } as const

export const radixText = {
  title: viewText.radix.title,
  sub: (format: keyof typeof FORMATS, levels: number, address: string | null) =>
    `${FORMATS[format]}, ${levels} levels${address === null ? '' : `, path of ${address}`}`,
  pending: (n: number) =>
    `${n === 1 ? '1 table' : `${n} tables`} taken out, kept until the flush: the hardware may still walk there`,
  pendingShort: (n: number) => `${n} kept until the flush`,
  toTable: 'table',
  toPage: 'page',
  heads: ['an entry', 'tables', 'leaves', 'table bytes'],
  slot: (n: number) => `slot ${n}`,
  ends: (size: string) => `one ${size} page: the path ends here`,
  empty: 'not set: the path ends here',
  split: (sizes: string) => `mapped so far as ${sizes}`,
  size: (size: string, n: string) => `${size} × ${n}`,
  nothing: 'Nothing has been mapped yet.',
  none: needsText.radix.says,
  kinds: ['not set', 'to a table', 'to a page', 'to a large page'] as readonly string[],
  cell: (name: string, slots: string, kind: string, address: string, size: string) =>
    `${name}, slot ${slots}: ${kind}, from ${address}, ${size} each`,
  read: 'read for this address',
  describe: (format: keyof typeof FORMATS, levels: number, bytes: string, path: string) =>
    `${FORMATS[format]} table of ${levels} levels, ${bytes} of tables. ${path}`,
  describePath: (address: string, steps: string, end: string) => `The path of ${address}: ${steps}, then ${end}.`,
  step: (name: string, slot: number) => `${name} slot ${slot}`,
  columns: ['level', 'an entry covers', 'tables', 'leaves', 'table bytes', 'slot on the path', 'which is', 'set there'],
} as const

export const ledgerText = {
  title: viewText.ledger.title,
  parts: ['allocator', 'table', 'invalidation', 'lock', 'rest'] as readonly string[],
  modes: { strict: 'strict', deferred: 'deferred', none: 'none' } as Readonly<Record<FlushMode, string>>,
  notRun: 'not in this run',
  nothing: 'nothing was unmapped yet',
  part: (name: string, share: number) => `${name} ${share} %`,
  ns: (ns: string) => `${ns} ns`,
  heads: ['worst reachable', 'flushes per 1\u2009000'],
  answers: 'The three answers: how long what was unmapped stays reachable, and flushes for 1\u2009000 unmaps',
  rate: (queues: number, rate: string) => `grey: by law, ${queues} × ${rate} unmaps/s`,
  ever: 'for ever',
  atMost: (time: string) => `≤ ${time}`,
  cell: (mode: string, part: string, ns: string, of: string, share: number) =>
    `${mode}, ${part}: ${ns} ns of ${of} ns, ${share} %`,
  describe: (rows: string) => `What one map and unmap costs. ${rows}`,
  row: (mode: string, ns: string, parts: string) => `${mode}: ${ns} ns, ${parts}.`,
  mode: 'mode',
  columns: (parts: readonly string[]) => ['mode', 'maps and unmaps', 'ns', ...parts.map((part) => `${part}, %`)],
} as const

const THOUSAND = '1\u2009000'

export const exposureText = {
  label: 'Figures',
  reachable: 'unmapped, device can still reach it',
  reachableShort: 'still reachable',
  behindMapped: (part: string | null) => `reachable · ${part ?? 'all'} behind mapped pages`,
  oldestShort: 'oldest',
  oldest: (worst: string) => `oldest reachable · worst so far ${worst}`,
  nothing: (worst: string) => `none reachable now · worst so far ${worst}`,
  never: 'nothing reachable so far',
  flushes: `flushes per ${THOUSAND} unmaps`,
  flushesOf: (flushes: string, unmaps: string) => `${flushes} for ${unmaps} unmaps`,
  flushesShort: `flushes per ${THOUSAND}`,
  landed: 'landed after unmap',
  landedIn: (others: string, old: string) => `${others} in others’ data · ${old} in old pages`,
  lateRefused: (tried: string) => `${tried} tried, all refused`,
  hits: 'found in the IOTLB',
  hitsOf: (lookups: string) => `of ${lookups} lookups`,
  reads: 'table reads a lookup',
  readsOf: (reads: string) => `${reads} table entries read`,
  mapped: 'mapped',
  mappedIn: (mappings: string) => `in ${mappings} mappings`,
  delivered: (unit: string) => `${unit} delivered`,
  last: 'in the last column of time',
  refused: 'refused',
  refusedFirst: (ms: string) => `first at ${ms} ms`,

  track: 'Reachable after unmap',
  gutter: 'reachable',
  flushTicks: 'domain flushes',
  lateMarks: 'flushes, × late',
  describe: (now: string, most: string, flushes: string, late: string) =>
    `${now} are unmapped and still reachable, at most ${most} so far; ${flushes} flushes of everything, ${late} late accesses reached memory.`,
  columns: ['ms', 'reachable after unmap', 'flushes', 'late accesses that reached memory'],
  cell: (ms: string, reachable: string, flushes: string, late: string) =>
    `${ms} ms, ${reachable} unmapped and reachable, ${flushes} flushes, ${late} late accesses`,

  since: 'since',
  unmappedAt: (ms: string) => `unmapped at ${ms}`,
  until: 'until',
  timer: (ms: string) => `a flush, at ${ms} by the timer`,
  ever: 'nothing ends it but another translation in its slot',
  page: 'page',
  kept: 'nobody has got it since',
  given: (ms: string) => `another owner’s since ${ms}`,
  through: 'through',
  slot: (set: number, way: number) => `IOTLB set ${set}, way ${way}`,
  mappedPart: 'mapped',
  now: 'now',
  flush: 'flush',
  lifeline: (since: string, reused: string | null, now: string, flush: string | null) =>
    `Unmapped at ${since} ms${reused ? `, reused at ${reused} ms` : ''}, now ${now} ms${flush ? `, flushed at ${flush} ms` : ''}.`,
} as const
