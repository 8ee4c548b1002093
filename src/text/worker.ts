// What the page says of a run that is on an errand, and of a worker that is slow or gone.

import { count, inSeconds, ms } from '../lib/format.ts'
import type { HappeningId, Underway } from '../sim/index.ts'
import type { Ended } from '../worker/protocol.ts'

/** A happening: as what it is, one of it, and what happened in a sentence. */
export const happeningText: Readonly<Record<HappeningId, { readonly one: string; readonly found: string }>> = {
  refusal: { one: 'refusal', found: 'A mapping is refused' },
  flush: { one: 'flush', found: 'An IOTLB is flushed' },
  late: { one: 'late access', found: 'A device uses an address that was unmapped' },
  bounce: { one: 'bounce', found: 'A buffer is bounced' },
  fallback: { one: 'fallback', found: 'A request falls back' },
}

const at = (ns: number) => (inSeconds(ns) ? `${Number((ns / 1e9).toFixed(3))} s` : `${ms(ns)} ms`)

/** What is under way, at `ns` of simulated time. */
export function underwayText(underway: Underway, ns: number): string {
  const { kind, what = 'refusal', back, done, of, changes } = underway
  if (changes) return `${count(changes.done)} of ${count(changes.of)} changes`
  if (kind === 'seek') return `replaying ${count(done)} of ${count(of)} events`
  if (kind === 'step') return `looking for the next operation: ${at(ns)} …`
  return `looking for the ${back ? 'last' : 'next'} ${happeningText[what].one}: ${at(ns)} …`
}

const HOUR = 3_600_000

/** How much longer it may take; empty where that is soon. */
export function leftText(leftMs: number): string {
  if (leftMs < 5000) return ''
  if (leftMs < 120_000) return `about ${Math.round(leftMs / 1000)} s more`
  if (leftMs < 2 * HOUR) return `about ${Math.round(leftMs / 60_000)} min more`
  return leftMs < 48 * HOUR
    ? `about ${Math.round(leftMs / HOUR)} h more`
    : `about ${count(Math.round(leftMs / 24 / HOUR))} days more`
}

export function endedText({ kind, how, what = 'refusal', back, ns, events, looked, end }: Ended): string {
  if (how === 'stopped') return `Stopped at ${at(ns)}`
  const { one, found } = happeningText[what]
  if (how === 'there' && kind !== 'step' && kind !== 'seek') return `${found} at ${at(ns)}`
  if (kind === 'find' && back) return `No ${one} before this`
  const all = how === 'over' ? 'nothing is left to happen' : `${count(looked)} events looked at`
  if (kind === 'play' && how === 'none') return `No ${one} so far: played on to ${at(ns)}, ${all}`
  if (kind === 'find') return `No ${one} up to ${at(ns)}: ${all}`
  if (kind === 'step')
    return how === 'over' ? 'Nothing more happens' : `Nothing visible happens up to ${at(ns)}: ${all}`
  if (end === 'recording') return `The recording ends at ${at(ns)}`
  if (end === 'limit') return `The run ends at ${at(ns)}: it can be no longer`
  if (kind === 'play') return `Nothing is left to happen after ${at(ns)}`
  return `There are only ${count(events)} events up to ${at(ns)}`
}

/** A worker that is slow, gone or was never there; a part of the page that cannot be shown. */
export const workerText = {
  silent: 'The simulation does not answer',
  silentHint:
    'It may be in the midst of something long, or never come back. Restart brings the run back to where it stood.',
  wait: 'Wait',
  restart: 'Restart',
  died: 'The simulation has stopped',
  never: 'The simulation could not be started',
  could: 'The simulation could not do that',
  restartHint: 'The picture is the last one. Restart brings the run back to where it stood.',
  neverHint:
    'Workers of this page are blocked, or a part of it did not arrive. Restart tries again; so does loading the page anew.',
  missing: (title: string) => `${title} cannot be shown`,
  missingHint: 'The rest goes on.',
  again: 'Try again',
  bar: 'The bar at the top',
  figures: 'The row of figures',
  map: 'The map',
  legend: 'The legend',
  history: 'The history',
  time: 'The clock',
  story: 'The story',
  prediction: 'The prediction',
  files: 'What opens files',
  parts: {
    card: 'What is known of the selected page',
    log: 'The log',
    search: 'What the search finds',
    filtered: 'The figures of the brushed ranges',
    refusal: 'What the last refusal tried',
    minimap: 'The overview',
    classes: 'The classes of the colours',
    'address-time': 'The picture of address and time',
  },
} as const
