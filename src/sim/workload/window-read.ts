// A device that reads small pieces of a window of memory, as fast as it can: how far an IOTLB reaches, and what it costs
// beyond that. The driver maps the window once; then only the device acts.
//
// The experiment of pcie-bench (Neugebauer et al., SIGCOMM 2018); no driver of the kernel does this.
// Not modelled: a walk is felt by the transactions of its batch alike, not by the one that missed; faults are not repeated.
// Invariant: the device rests until every unit of the window has a mapping. What was mapped once stays mapped, so that a
//   smaller window is the beginning of a larger one.
// Cost: one event for 16 transactions, no work of a CPU after the start. Misses are those of the IOTLB, never assumed.

import { alignUp, pow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import { createRng, nextU32, type Rng } from '../../lib/rng.ts'
import type { ParamsOf } from '../params.ts'
import { transactionPs } from './data-path.ts'
import { RETRY_NS, TURN } from './think.ts'
import { SPANS, windowReadParams } from './window-read-params.ts'
import {
  type DeviceDma,
  FROM_DEVICE,
  OP_MAP,
  type Op,
  RUN,
  TO_DEVICE,
  type WorkloadEnv,
  type WorkloadInfo,
  withCode,
  YIELD,
} from './workload.ts'

/** Transactions of one event. */
const BATCH = 16

export interface WindowRead {
  /** Bytes of a mapping, and of what an entry of the device's window stands for. */
  readonly unitBytes: number
  readonly pageBytes: number
  readonly base: number
  readonly rng: Rng
  /** Bytes of the window, and of a transaction. */
  spanBytes: number
  bytes: number
  random: boolean
  write: boolean
  /** Units mapped so far, from the start of the window; operations left in this turn of the driver. */
  mapped: number
  left: number
  /** A refused mapping is not tried again before this, ns. */
  retryNs: number
  /** Where in the window the next transaction in sequence begins, bytes. */
  at: number
  /** Part of a nanosecond that the batches so far have taken beyond whole ones, ps. */
  restPs: number
  /** [units of the largest window] first entry of each mapping (table-relative). */
  readonly entry: Chunked<Float64Array>
}

/** What it is set to. */
type Settings = ParamsOf<typeof windowReadParams>

function create(settings: Settings, env: WorkloadEnv): WindowRead {
  const unitBytes = settings.unit
  const state: WindowRead = {
    unitBytes,
    pageBytes: pow2(env.iommuPageShift),
    base: alignUp(env.base, unitBytes),
    rng: createRng(env.seed),
    ...{ spanBytes: 0, bytes: 0, random: true, write: false },
    ...{ mapped: 0, left: TURN, retryNs: env.nowNs, at: 0, restPs: 0 },
    entry: chunked(new Float64Array(SPANS.at(-1)! / unitBytes)),
  }
  tune(state, settings)
  return state
}

function tune(s: WindowRead, settings: Settings): void {
  s.spanBytes = settings.span
  s.bytes = settings.size
  s.random = settings.pattern !== 'linear'
  s.write = settings.op === 'write'
  s.at = 0
}

/** Every unit that the window reaches into is mapped. */
function isMapped(s: WindowRead): boolean {
  return s.mapped * s.unitBytes >= s.spanBytes
}

function next(s: WindowRead, _task: number, nowNs: number, op: Op): number {
  if (isMapped(s)) return Number.POSITIVE_INFINITY
  if (s.retryNs > nowNs) return s.retryNs
  if (s.left === 0) {
    s.left = TURN
    return YIELD
  }
  op.kind = OP_MAP
  op.slot = s.mapped
  op.address = s.base + s.mapped * s.unitBytes
  op.bytes = s.unitBytes
  op.direction = TO_DEVICE | FROM_DEVICE
  op.workPs = 0
  op.missed = 0
  op.delivered = 0
  return RUN
}

function done(s: WindowRead, _task: number, op: Op, nowNs: number): void {
  s.left--
  if (op.mapping < 0) {
    s.retryNs = nowNs + RETRY_NS
    return
  }
  s.entry.data[s.mapped] = op.entry
  touch(s.entry, s.mapped)
  s.mapped++
}

/** One batch of the device. Returns when the next one is due, ns; Infinity while the window is not mapped. */
function run(s: WindowRead, nowNs: number, dma: DeviceDma): number {
  if (!isMapped(s)) return Number.POSITIVE_INFINITY
  const places = s.spanBytes / s.bytes
  let walks = 0
  let arrived = 0
  for (let i = 0; i < BATCH; i++) {
    const at = s.random ? (nextU32(s.rng) % places) * s.bytes : s.at
    s.at = at + s.bytes === s.spanBytes ? 0 : at + s.bytes
    const unit = Math.floor(at / s.unitBytes)
    const page = Math.floor((at - unit * s.unitBytes) / s.pageBytes)
    const { outcome, reads } = dma.access(s.entry.data[unit]! + page, s.write)
    if (reads > 0) walks++
    if (outcome !== 0) arrived++
  }
  dma.deliver(arrived * s.bytes)
  s.restPs += BATCH * transactionPs(s.bytes, s.write, walks, BATCH)
  const ns = Math.floor(s.restPs / 1000)
  s.restPs -= ns * 1000
  return nowNs + ns
}

export const windowReadInfo: WorkloadInfo<typeof windowReadParams> = {
  id: 'window-read',
  label: 'Device reads in a window',
  params: windowReadParams,
}

export const windowRead = withCode<WindowRead, typeof windowReadParams>(windowReadInfo, {
  create,
  tasks: () => 1,
  firstWakeNs: (s) => s.retryNs,
  next,
  done,
  // `next` takes nothing that `done` does not.
  cancel: () => {},
  retune: (s, settings) => tune(s, settings),
  engine: { firstNs: () => Number.POSITIVE_INFINITY, run },
  // What the device would move if nothing missed.
  offeredBps: (s) => (s.bytes * 8e12) / transactionPs(s.bytes, s.write, 0, BATCH),
  owner: (_s, _task, slot) => `window of the device, mapping ${slot}`,
})
