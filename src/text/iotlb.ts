// Words of the views of the IOTLB, of the flush queues and of invalidation commands, which are fetched when they are shown.

import { needsText, unmetText } from './needs.ts'
import { viewText } from './views.ts'

const plural = (n: string, one: string, many: string) => `${n} ${n === '1' ? one : many}`

export const iotlbText = {
  title: viewText.iotlb.title,
  none: needsText.iotlb.says,
  sub: (sets: string, ways: string) => `${plural(sets, 'set', 'sets')} × ${plural(ways, 'way', 'ways')}`,
  set: 'set',
  way: 'way',
  live: 'mapped',
  stale: 'unmapped, still reachable',
  staleShort: 'reachable',
  reused: 'and its memory given away',
  reusedShort: 'given away',
  foreign: 'another table',
  empty: 'empty',
  facts: {
    hitNow: 'hits in the last ms',
    hits: 'hits so far',
    reads: 'table reads per lookup',
    reach: 'entries lead to',
    stale: 'unmapped, still reachable',
    reused: 'of them, memory given away',
    walk: (span: string) => `walk cache, ${span} each`,
    noWalk: 'walk caches',
  },
  of: (n: string, all: string) => `${n} of ${all}`,
  cell: (set: number, way: number, what: string) => `set ${set}, way ${way}: ${what}`,
  entry: (address: string, size: string, device: number) => `${address}, ${size}, device ${device}`,
  staleFor: (duration: string) => `unmapped ${duration} ago, still reachable`,
  givenAway: 'its memory given away',
  describe: (shape: string, used: string, entries: string, stale: string, reused: string, rate: string) =>
    `IOTLB of ${shape}: ${used} of ${entries} entries in use, ${stale} of them of memory that was unmapped and is still reachable, ${reused} of memory that was given away since; ${rate}.`,
  rate: (share: string, lookups: string) => `${share} of ${lookups} lookups hit`,
  noLookups: 'nothing was looked up yet',
  columns: ['set, way', 'state', 'address', 'size', 'device', 'stale for'],
  states: ['empty', 'mapped', 'still reachable', 'still reachable, memory given away'],
} as const

export const queuesText = {
  title: viewText.queues.title,
  nothing: unmetText.queueless,
  sub: (rings: string, room: string, timeout: string) =>
    rings === '1' ? `one ring of ${room}, timer ${timeout}` : `${rings} rings of ${room}, timer ${timeout}`,
  queued: 'queued for flush',
  queuedShort: 'queued',
  reachable: 'unmapped, still reachable',
  reachableShort: 'reachable',
  timerArc: 'timer',
  filledNext: 'filled next',
  leavesNext: 'leaves next',
  cpu: 'CPU',
  all: 'all CPUs',
  facts: {
    waiting: 'ranges that wait',
    reachable: 'of them still reachable',
    oldest: 'oldest',
    worst: 'longest wait so far',
    full: 'flushes, ring full',
    timer: 'flushes, timer',
    due: 'timer',
  },
  off: 'not armed',
  due: (left: string, cpu: number) => `in ${left}, CPU ${cpu}`,
  ring: (name: string, n: string, room: string) => `${name}: ${n} of ${room} ranges wait`,
  ringReach: (n: string) => `${n} of them still reachable`,
  ringAge: (age: string) => `oldest ${age}`,
  slots: (head: number, tail: number) => `slots ${head} to ${tail}`,
  describe: (waiting: string, rings: string, fullest: string, reachable: string, flushes: string) =>
    `${waiting} ranges wait in ${plural(rings, 'ring', 'rings')}${fullest}; ${reachable} of them are still reachable. ${flushes}`,
  fullest: (name: string, n: string) => `, most of them at ${name}: ${n}`,
  flushes: (full: string, timer: string) => `Flushes so far: ${full} because a ring was full, ${timer} by the timer.`,
  columns: ['ring', 'ranges', 'still reachable', 'oldest', 'leaves next', 'filled next'],
} as const

export const commandsText = {
  title: viewText.commands.title,
  noneYet: 'No command yet',
  sub: (shown: string) => `newest ${shown}; height: pages named, log₂`,
  whole: 'all',
  wholeLong: 'whole domain',
  range: 'a range',
  tables: 'tick: walk caches too',
  cpu: 'CPU',
  facts: {
    total: 'commands',
    waits: 'waits for them',
    asked: 'pages asked',
    named: 'pages named',
    over: 'named for each asked',
    dropped: 'entries dropped',
    live: 'of them still mapped',
  },
  /** By kind, CMD_PSI … of iotlb/command.ts. */
  kinds: [
    '',
    'PSI',
    'PPSI',
    'DSI',
    'TLBI range',
    'TLBI page',
    'TLBI all',
    'ATC_INV',
    'INVALIDATE pages',
    'INVALIDATE all',
    'INVALIDATE_DEVTAB_ENTRY',
    'FLUSH page',
  ],
  pages: (n: string) => plural(n, 'page', 'pages'),
  cell: (nth: string, at: string, cpu: number, command: string, amount: string, leaf: boolean) =>
    `command ${nth} at ${at} ms, CPU ${cpu}: ${command}, ${amount}${leaf ? '' : ', walk caches too'}`,
  describe: (total: string, waits: string, newest: string, dropped: string, live: string, over: string) =>
    `${total} invalidation commands so far, ${waits} waits for them${newest}. ${dropped} entries dropped, ${live} of them still mapped${over}.`,
  newest: (command: string) => `; the newest is ${command}`,
  over: (times: string) => `; range commands named ${times} pages for each page that was asked`,
  columns: ['command', 'ms', 'CPU', 'in words', 'pages named', 'walk caches'],
  dropped: 'dropped',
  kept: 'kept',
} as const
