// What happens in a run between two positions, operation by operation, as typed records. It comes from playing that
// stretch again, event by event, and from no log: however long it is, nothing is missing, and a run of which nobody asks
// pays nothing.
//
// Within an event the accesses of devices come first, then operations, then the calls of the hypervisor and the
// invalidations that they took. A record says what a run is seen to do, not why: of what leads to the same operations
// nothing differs.
// Cost: a few times that of playing the stretch.

import { entryAt } from '../engine/log.ts'
import { ACCESS_FAULT, ACCESS_WALKED } from '../iotlb/iotlb.ts'
import { absOf } from '../iova/geometry.ts'
import * as ev from '../machine/events.ts'
import {
  type DmaTable,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  MAP_ADDRESS,
  MAP_BYTES,
  MAP_STRIDE,
  type MachineState,
  tableOf,
} from '../machine/state.ts'
import { lookOn } from '../machine/watched.ts'
import type { ParamValue } from '../params.ts'
import type { Position } from './journeys.ts'
import type { Run } from './run.ts'

/** Events between two looks up. */
const PIECE = 64

/** Why a request got nothing: no free run, or, in the order of MAP_REFUSALS, what else there may be. */
export const REFUSED_FOR = [
  'no-room',
  'no-table',
  'outside',
  'small-pieces',
  'no-memory',
  'too-large',
  'full',
  'scattered',
  'unreachable',
] as const

/** When, and by whom: simulated ns, CPU (0 where it was none), index of the device. */
interface Done {
  readonly ns: number
  readonly cpu: number
  readonly device: number
}

/** IOMMU pages of a window (slots of the bounce pool): the first, counted from bus address 0, and how many. */
interface Span {
  readonly page: number
  readonly npages: number
}

export type Step = Done &
  (
    | ({
        /** `list`: of a scatter-gather list, all its elements together; `address` and `bytes` are those of its first mapping. */
        readonly kind: 'map'
        readonly list: boolean
        readonly address: number
        readonly bytes: number
      } & Span)
    | ({ readonly kind: 'unmap'; readonly list: boolean } & Span)
    /** The device's buffer is for the CPU to see, and the device's again. */
    | ({ readonly kind: 'sync' } & Span)
    | {
        readonly kind: 'refusal'
        /** Real address of the buffer, and the pages that it needs. */
        readonly address: number
        readonly npages: number
        readonly why: (typeof REFUSED_FOR)[number]
        /** Searches that found no room. */
        readonly tries: number
      }
    | ({
        readonly kind: 'access'
        readonly write: boolean
        readonly found: 'cached' | 'walked' | 'nothing'
        /** Nothing was mapped there: it came late. */
        readonly late: boolean
      } & Span)
    /** `whole`: flushes of a whole IOTLB; `waits`: invalidations that an unmap waited for. */
    | { readonly kind: 'flush'; readonly whole: number; readonly waits: number }
    | { readonly kind: 'hypercall'; readonly calls: number; readonly tces: number }
    /** A setting took another value. */
    | { readonly kind: 'change'; readonly path: string; readonly value: ParamValue }
  )

/** Figures that only grow while a table stands. */
interface Counts {
  readonly table: DmaTable
  readonly flushes: number
  readonly invalidations: number
}

const countsOf = (s: MachineState): (Counts | null)[] =>
  s.tables.map((table) => table && { table, flushes: table.flushes, invalidations: table.invalidations })

const callsOf = ({ hcalls: { put, putIndirect, stuff } }: MachineState) => put + putIndirect + stuff
const tcesOf = ({ hcalls: { tcesPut, tcesStuffed } }: MachineState) => tcesPut + tcesStuffed

/**
 * The steps after `from` up to and with `to`, a piece at a time (a piece may be empty): leave off whenever you like. The
 * run is moved: first to `from`, then along, and stands behind the last event of the piece that was given last.
 */
export function* steps(run: Run, from: Position, to: Position): Generator<readonly Step[], void> {
  for (const journey = run.go({ kind: 'seek', to: from }); !journey.next().done; ) yield []
  const { state } = run.machine
  for (;;) {
    const piece: Step[] = []
    for (let i = 0; i < PIECE; i++) {
      if (state.events >= (to.events ?? Number.POSITIVE_INFINITY) || !oneEvent(run, to.ns, piece)) {
        yield piece
        return
      }
    }
    yield piece
  }
}

/** Plays an event, and the changes before it; false when there is none by `untilNs`. */
function oneEvent(run: Run, untilNs: number, out: Step[]): boolean {
  const { state: s } = run.machine
  const { inputs, ops } = s
  const { total } = ops
  const [calls, tces, counts] = [callsOf(s), tcesOf(s), countsOf(s)]
  const accesses: Step[] = []
  const played = lookOn(
    (device, entry, write, outcome, mapped) => {
      const found = outcome === ACCESS_FAULT ? 'nothing' : outcome === ACCESS_WALKED ? 'walked' : 'cached'
      const span = { page: pageOf(s, device, entry), npages: 1 }
      accesses.push({ kind: 'access', ns: s.nowNs, cpu: 0, device, ...span, write, found, late: !mapped })
    },
    () => run.advance(untilNs, 1) > 0,
  )
  const changed = run.scenario().inputs.slice(inputs, s.inputs)
  for (const { ns, path, value } of changed) out.push({ kind: 'change', ns, cpu: 0, device: 0, path, value })
  out.push(...accesses)
  let cpu = 0
  for (let n = total; n < ops.total; n++) {
    const step = stepOf(s, n)
    if (step) out.push(step)
    cpu = entryAt(ops, n).cpu
  }
  const at = { ns: s.nowNs, cpu }
  if (callsOf(s) > calls)
    out.push({ kind: 'hypercall', ...at, device: 0, calls: callsOf(s) - calls, tces: tcesOf(s) - tces })
  s.tables.forEach((table, device) => {
    if (!table) return
    const before = counts[device]?.table === table ? counts[device] : { flushes: 0, invalidations: 0 }
    const [whole, waits] = [table.flushes - before.flushes, table.invalidations - before.invalidations]
    if (whole + waits > 0) out.push({ kind: 'flush', ...at, device, whole, waits })
  })
  return played
}

/** Entry `n` of the log of operations as it was just written; null for what other records tell. */
function stepOf(s: MachineState, n: number): Step | null {
  const { ns, kind, cpu, device, a: first, b: npages } = entryAt(s.ops, n)
  const table = s.tables[tableOf(s, device)]!
  const done = { ns, cpu, device }
  if (kind === ev.STEP_REFUSED) {
    const { address, tries } = table.lastRefusal
    return { kind: 'refusal', ...done, address, npages, why: REFUSED_FOR[table.whyRefused]!, tries }
  }
  if (first < 0) return null
  const span = { page: pageOf(s, device, first), npages }
  switch (kind) {
    case ev.STEP_MAP:
    case ev.STEP_MAP_SG: {
      const at = (table.entries.data[first * ENTRY_STRIDE + ENTRY_MAPPING]! - 1) * MAP_STRIDE
      const { data } = table.mappings.records
      const [address, bytes] = at < 0 ? [0, 0] : [data[at + MAP_ADDRESS]!, data[at + MAP_BYTES]!]
      return { kind: 'map', ...done, ...span, list: kind === ev.STEP_MAP_SG, address, bytes }
    }
    case ev.STEP_UNMAP:
    case ev.STEP_UNMAP_SG:
      return { kind: 'unmap', ...done, ...span, list: kind === ev.STEP_UNMAP_SG }
    case ev.STEP_SYNC:
      return { kind: 'sync', ...done, ...span }
    default:
      return null
  }
}

/** Entry of a device's table, counted from bus address 0. */
function pageOf(s: MachineState, device: number, entry: number): number {
  return absOf(s.tables[tableOf(s, device)]!.geometry, entry)
}
