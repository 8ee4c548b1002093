// All that one paint needs of a machine, built out of the probes that are asked for. What a probe is asked for and what
// it answers follow from the probes that there are: a new one is a line in index.ts.

import { type Standing, standingOf } from '../machine/standing.ts'
import type { Machine } from '../machine/wiring.ts'
import type { HappeningId } from '../scenario/schema.ts'
import { type LogLine, lastStep, logLines, logLinesIn } from '../words/log.ts'
import type { Brush, Filtered, InspectCard, Refusal, SearchResult, Since, Summary } from './cards.ts'
import { inspect, lastRefusal, summarise } from './figures.ts'
import { filtered } from './filtered.ts'
import * as all from './index.ts'
import type { Arrays, Probe } from './probe.ts'
import { search } from './search.ts'

type AnyProbe = (typeof all)[keyof typeof all]

/** Request and answer of every probe, by its id. */
export type ProbeTypes = {
  readonly [P in AnyProbe as P['id']]: {
    readonly request: Parameters<P['build']>[1]
    readonly frame: NonNullable<ReturnType<P['build']>>
  }
}
export type ProbeId = keyof ProbeTypes
export type ProbeRequests = { readonly [K in ProbeId]?: ProbeTypes[K]['request'] }
export type ProbeFrames = { readonly [K in ProbeId]?: ProbeTypes[K]['frame'] }

export const probes: readonly AnyProbe[] = Object.values(all)

/** What a run does until it is there, and how far it is. */
export interface Underway {
  readonly kind: 'seek' | 'step' | 'find'
  /** Of a search. */
  readonly what?: HappeningId
  readonly back?: boolean
  /** Events done; and to be done: an estimate when the target is a time, the most of them where it is not known. */
  readonly done: number
  readonly of: number
  /** Of a seek, while changes are what is made: those made so far, and those of the run up to where it goes. */
  readonly changes?: { readonly done: number; readonly of: number }
  /** How much longer it may take as fast as it went so far, in ms of wall time. */
  readonly leftMs: number
}

/** Where a run is. */
export interface RunStatus extends Standing {
  readonly mode: 'paused' | 'playing' | 'seeking'
  /** While seeking, which a step and a search are, too. */
  readonly underway: Underway | null
  /** The last visible operation, in words. */
  readonly lastStep: string
}

/** What of a frame can fail by itself. */
export type FramePart = ProbeId | 'filtered' | 'refusal' | 'card' | 'search' | 'log'

/** All that one paint needs. */
export interface Frame {
  readonly source: number
  readonly request: number
  /** Counts scenario changes: settings, inputs, undo. */
  readonly revision: number
  readonly status: RunStatus
  readonly summary: Summary
  /** Of the last change that has taken effect; null or absent when nothing is kept of one. */
  readonly since?: Since | null
  /** The brushed ranges' figures; null when none were asked for. */
  readonly filtered: Filtered | null
  readonly refusal: Refusal | null
  readonly card: InspectCard | null
  /** What the query finds; null or absent when none was asked. */
  readonly search?: SearchResult | null
  /** `total` lines so far (in the brushed time, if any), the newest of them in `lines`; `suppressed` more messages the rate limit holds back now. */
  readonly log: { readonly total: number; readonly suppressed: number; readonly lines: readonly LogLine[] }
  readonly views: ProbeFrames
  /** Why parts that were asked for are missing; absent = none is. */
  readonly failed?: { readonly [K in FramePart]?: string }
}

/** What a frame is asked to hold. */
export interface FrameWish {
  readonly probes: ProbeRequests
  /** Device whose table the figures speak of. */
  readonly table: number
  readonly inspect: { readonly table: number; readonly entry: number } | null
  readonly logLines: number
  /** False: those of the frame before will do. */
  readonly figures?: boolean
  /** What to look for in the table, and the entry to go on from. */
  readonly search?: { readonly text: string; readonly from: number | null } | null
  /** Ranges whose figures, and whose lines of the log, are wanted. */
  readonly filter?: Brush | null
}

/** Where the run is, as far as the machine knows. */
export type RunMode = Pick<RunStatus, 'mode' | 'underway'>

/** The figures told last of each machine, and of which table. */
const told = new WeakMap<Machine, { readonly table: number; readonly summary: Summary }>()

/** The figures of the table that is asked for; where older ones will do, those. */
function summaryOf(m: Machine, { table, figures }: FrameWish): Summary {
  const before = told.get(m)
  if (figures === false && before?.table === table) return before.summary
  const summary = summarise(m, table)
  told.set(m, { table, summary })
  return summary
}

/**
 * Builds everything that one paint needs; changes nothing. A part that cannot be built is left out, and `failed` says
 * why; only without the figures there is no frame.
 */
export function buildFrame(
  m: Machine,
  wish: FrameWish,
  mode: RunMode,
  ids: { readonly source: number; readonly request: number; readonly revision: number },
  arrays: Arrays,
  asked: readonly Probe<ProbeId, never, object | null>[] = probes,
): Frame {
  const { state: s } = m
  const failed: Record<string, string> = {}
  function part<T>(id: FramePart, build: () => T, instead: T): T {
    try {
      return build()
    } catch (error) {
      failed[id] = error instanceof Error ? error.message : String(error)
      return instead
    }
  }
  const views: Record<string, unknown> = {}
  for (const probe of asked) {
    const request = wish.probes[probe.id]
    const view = request && part(probe.id, () => probe.build(m, request as never, arrays), null)
    // A machine may have nothing of what a view shows.
    if (view) views[probe.id] = view
  }
  const { inspect: at, search: sought, filter } = wish
  const step = part('log', () => lastStep(m), '')
  return {
    ...ids,
    status: { ...standingOf(s), ...mode, lastStep: step },
    summary: summaryOf(m, wish),
    filtered: filter ? part('filtered', () => filtered(m, wish.table, filter), null) : null,
    refusal: part('refusal', () => lastRefusal(m, wish.table), null),
    card: at && part('card', () => inspect(m, at.table, at.entry), null),
    search: sought ? part('search', () => search(m, wish.table, sought.text, sought.from), null) : null,
    log: part('log', () => logOf(m, wish), NO_LOG),
    views: views as ProbeFrames,
    ...(Object.keys(failed).length > 0 ? { failed } : {}),
  }
}

const NO_LOG: Frame['log'] = { total: 0, suppressed: 0, lines: [] }

function logOf(m: Machine, { filter, logLines: most }: FrameWish): Frame['log'] {
  const { log, ratelimit } = m.state
  if (filter?.time) return { ...logLinesIn(m, filter.time.fromNs, filter.time.toNs, most), suppressed: 0 }
  return { total: log.total, suppressed: ratelimit.suppressed, lines: logLines(m, log.total - most) }
}

/** The buffers of a frame, to be transferred. */
export function buffersOf(frame: Frame): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = []
  for (const view of Object.values(frame.views)) {
    for (const value of Object.values(view as object))
      if (ArrayBuffer.isView(value)) buffers.push(value.buffer as ArrayBuffer)
  }
  return buffers
}
