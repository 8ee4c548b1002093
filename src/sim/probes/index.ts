// The probes there are, one line each, and the frame that is made of them.

import { lastStep, logLines, logLinesIn } from '../machine/log-text.ts'
import type { Machine } from '../machine/wiring.ts'
import { bootProbe } from './boot.ts'
import { bounceProbe, pool } from './bounce.ts'
import { caches } from './caches.ts'
import type { Brush, Summary } from './cards.ts'
import { classes } from './classes.ts'
import { commands } from './commands.ts'
import { inspect, lastRefusal, summarise } from './figures.ts'
import { filtered } from './filtered.ts'
import type { Frame, FramePart, ProbeFrames, ProbeId, ProbeRequests, RunStatus } from './frames.ts'
import { hcalls } from './hcalls.ts'
import { iotlb } from './iotlb.ts'
import { iovaSpace } from './iova-space.ts'
import { ledger } from './ledger.ts'
import { levels } from './levels.ts'
import { locks } from './locks.ts'
import { memory } from './memory.ts'
import { minimap } from './minimap.ts'
import type { Arrays } from './probe.ts'
import { queues } from './queues.ts'
import { radix } from './radix.ts'
import { regions } from './regions.ts'
import { search } from './search.ts'
import { tables } from './tables.ts'
import { tcePages } from './tce-pages.ts'
import { addressTime, timeline } from './time.ts'
import { budget, ddw, windows } from './windows.ts'

export const probes = [
  iovaSpace,
  addressTime,
  timeline,
  tcePages,
  regions,
  tables,
  minimap,
  classes,
  caches,
  locks,
  iotlb,
  queues,
  commands,
  radix,
  ledger,
  levels,
  memory,
  ddw,
  windows,
  hcalls,
  budget,
  bootProbe,
  pool,
  bounceProbe,
]

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
  all: readonly { readonly id: ProbeId; build(m: Machine, request: never, arrays: Arrays): object | null }[] = probes,
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
  for (const probe of all) {
    const request = wish.probes[probe.id]
    const view = request && part(probe.id, () => probe.build(m, request as never, arrays), null)
    // A machine may have nothing of what a view shows.
    if (view) views[probe.id] = view
  }
  const { inspect: at, search: sought, filter } = wish
  const step = part('log', () => lastStep(m), '')
  const nextNs = s.heap.size > 0 ? s.heap.times[0]! : null
  return {
    ...ids,
    status: { ns: s.nowNs, events: s.events, steps: s.steps, inputs: s.inputs, nextNs, ...mode, lastStep: step },
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
