// The time-line, out of the recorder. The column that is still growing is read from the
// state as it stands.

import { log2Ceil, pow2 } from '../../lib/bits.ts'
import { COLUMNS, share } from '../engine/recorder.ts'
import { exposedBytes } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { type TimeMark, timeMarks } from '../words/marks.ts'
import type { Arrays, Probe, Whole } from './probe.ts'

/** The time-line. Arrays are indexed by column, as in AddressTimeFrame. */
export interface TimelineFrame {
  readonly columns: number
  readonly filled: number
  readonly columnNs: number
  readonly horizonNs: number
  readonly windowBytes: number
  /** What the full height of the curves stands for. */
  readonly fullBytes: number
  /** [columns] bytes of IOMMU pages mapped at the column's end, all tables. */
  readonly mappedBytes: Float64Array
  /** [columns] bytes of buffers in them. */
  readonly usefulBytes: Float64Array
  /** [columns] refused allocations in the column. */
  readonly refused: Float32Array
  /** [columns] frames that found no posted buffer in the column. */
  readonly missed: Float32Array
  /** [columns] bytes that were unmapped and still reachable at the column's end, all IOTLBs; null where there is none. */
  readonly exposedBytes: Float64Array | null
  /** [columns] flushes of a whole domain in the column, and accesses that reached memory which had been unmapped. */
  readonly flushes: Float32Array
  readonly late: Float32Array
  readonly cpus: number
  /** [columns*cpus] share of the column that the CPU waited for a lock, 0…255. Column-major. */
  readonly lockWait: Uint8Array
  /** [cpus] share of the last full millisecond (or of the run, if shorter) spent waiting for a lock, 0…1. */
  readonly lockWaitNow: Float32Array
  readonly marks: readonly TimeMark[]
}

/** Windows of up to 4 GiB are drawn to their full height. */
const LARGEST_FULL = pow2(32)
/** Lock waiting "now" is an average over this. */
const RECENT_NS = 1_000_000

export const timelineProbe: Probe<'timeline', Whole, TimelineFrame> = {
  id: 'timeline',
  build(m, _request, arrays): TimelineFrame {
    const { state: s } = m
    const r = s.recorder
    const mappedBytes = arrays.f64(COLUMNS)
    const usefulBytes = arrays.f64(COLUMNS)
    mappedBytes.set(r.mappedBytes.data)
    usefulBytes.set(r.usefulBytes.data)
    const now = mappedNow(m)
    mappedBytes[r.column] = now.mappedBytes
    usefulBytes[r.column] = now.usefulBytes
    const refused = arrays.f32(COLUMNS)
    const missed = arrays.f32(COLUMNS)
    refused.set(r.refused.data)
    missed.set(r.missed.data)
    const flushes = arrays.f32(COLUMNS)
    const late = arrays.f32(COLUMNS)
    flushes.set(r.flushes.data)
    late.set(r.late.data)
    const lockWait = arrays.u8(COLUMNS * r.cpus)
    const waited = withWaiting(m)
    for (let i = 0; i < lockWait.length; i++) lockWait[i] = share(waited[i]!, r.columnNs)
    return {
      columns: COLUMNS,
      filled: r.column + 1,
      columnNs: r.columnNs,
      horizonNs: COLUMNS * r.columnNs,
      windowBytes: now.windowBytes,
      fullBytes: fullOf(now.windowBytes, mappedBytes),
      mappedBytes,
      usefulBytes,
      refused,
      missed,
      exposedBytes: exposedOverTime(m, arrays),
      flushes,
      late,
      cpus: r.cpus,
      lockWait,
      lockWaitNow: waitingNow(m, waited, arrays.f32(r.cpus)),
      marks: timeMarks(m),
    }
  },
}

/** Bytes that were unmapped and still reachable by column, or null where there is no IOTLB. */
function exposedOverTime({ state: s }: Machine, arrays: Arrays): Float64Array | null {
  if (s.iotlbs.length === 0) return null
  const out = arrays.f64(COLUMNS)
  out.set(s.recorder.exposedBytes.data)
  out[s.recorder.column] = exposedBytes(s)
  return out
}

/** The bytes at the top of the curves: the windows, what was mapped in larger ones before, or a power of two where what was
 *  mapped is lost in them. */
function fullOf(windowBytes: number, mappedBytes: Float64Array): number {
  const most = mappedBytes.reduce((max, b) => Math.max(max, b), 0)
  if (most === 0) return windowBytes
  return windowBytes > 64 * most && windowBytes > LARGEST_FULL ? pow2(log2Ceil(most)) : Math.max(windowBytes, most)
}

/** Bytes mapped and useful in all tables, and the windows' size. */
export function mappedNow(m: Machine): { mappedBytes: number; usefulBytes: number; windowBytes: number } {
  let mappedBytes = 0
  let usefulBytes = 0
  let windowBytes = 0
  for (const table of m.state.tables) {
    if (!table) continue
    mappedBytes += table.mapped * pow2(table.geometry.pageShift)
    usefulBytes += table.usefulBytes
    windowBytes += table.windowBytes
  }
  return { mappedBytes, usefulBytes, windowBytes }
}

/** Lock waiting by column and CPU, with what CPUs wait at this moment: it is written down only when it ends. */
function withWaiting(m: Machine): Float64Array {
  const { nowNs, recorder: r, tables, cpus } = m.state
  const waited = r.lockWaitNs.data.slice()
  for (const lock of tables.flatMap((table) => table?.locks ?? [])) {
    for (let i = 0; i < lock.waiting; i++) {
      const c = lock.queue[(lock.head + i) % lock.queue.length]!
      const since = cpus[c]!.requestNs
      for (let column = Math.floor(since / r.columnNs); column <= r.column; column++) {
        const from = Math.max(since, column * r.columnNs)
        const to = Math.min(nowNs, (column + 1) * r.columnNs)
        waited[column * r.cpus + c] = waited[column * r.cpus + c]! + Math.max(0, to - from)
      }
    }
  }
  return waited
}

/** Share of all CPUs' time in the last full millisecond (or of the run, if shorter) spent waiting for a lock, 0…1. */
export function waitingShare(m: Machine): number {
  const { nowNs, recorder: r, tables, cpus } = m.state
  const first = recentColumn(m)
  const { data } = r.lockWaitNs
  let waited = 0
  for (let i = first * r.cpus; i < (r.column + 1) * r.cpus; i++) waited += data[i]!
  for (const table of tables)
    for (const lock of table?.locks ?? [])
      for (let i = 0; i < lock.waiting; i++) {
        const since = cpus[lock.queue[(lock.head + i) % lock.queue.length]!]!.requestNs
        waited += nowNs - Math.max(since, first * r.columnNs)
      }
  return Math.min(1, waited / Math.max(1, nowNs - first * r.columnNs) / r.cpus)
}

/** First column of what counts as now. */
function recentColumn({ state: { nowNs, recorder: r } }: Machine): number {
  return Math.min(r.column, Math.max(0, Math.ceil((nowNs - RECENT_NS) / r.columnNs)))
}

function waitingNow(m: Machine, lockWaitNs: Float64Array, out: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const { nowNs, recorder: r } = m.state
  const first = recentColumn(m)
  const spanNs = Math.max(1, nowNs - first * r.columnNs)
  for (let c = 0; c < r.cpus; c++) {
    let waited = 0
    for (let column = first; column <= r.column; column++) waited += lockWaitNs[column * r.cpus + c]!
    out[c] = Math.min(1, waited / spanNs)
  }
  return out
}
