// A recording, played: every operation at its recorded time and place. The allocator's own choice is only foretold.
//
// Spec: spec/FORMATS.md section 8.
// Not modelled: CPUs that work at the same time: CPU 0 does everything, one operation after the other, and one that follows
// closer than its price comes as soon as CPU 0 is free. What is handed out and held goes by the CPU of the record.
// Invariant: `at` operations have been performed or passed over; `foretold[i]` is meaningful for the maps among them.
// Cost: none of its own; what the operations cost at the machine.

import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import {
  MISSES_KEPT,
  type PredictionFigures,
  pagesOfRun,
  REC_CLEAR,
  REC_MAP,
  REC_MORE,
  type RecordedOps,
} from '../scenario/recording.ts'
import {
  FROM_DEVICE,
  OP_MAP_AT,
  OP_UNMAP_AT,
  type Op,
  RUN,
  TO_DEVICE,
  type WorkloadEnv,
  type WorkloadInfo,
  withCode,
} from './workload.ts'

export interface Recorded {
  /** Next operation. */
  at: number
  readonly count: number
  /** [count] as in RecordedOps. */
  readonly kind: Chunked<Uint8Array>
  readonly ns: Chunked<Float64Array>
  readonly entry: Chunked<Float64Array>
  readonly npages: Chunked<Int32Array>
  readonly address: Chunked<Float64Array>
  readonly permission: Chunked<Uint8Array>
  readonly line: Chunked<Int32Array>
  /** [count] where the allocator would have put a map; -1: it would have refused. */
  readonly foretold: Chunked<Int32Array>
  /** Maps in the whole recording. */
  readonly total: number
  allocations: number
  predicted: number
  /** The first operations that were foretold wrongly. */
  readonly misses: Int32Array
}

const READ_ONLY = 1

function create(_settings: unknown, env: WorkloadEnv): Recorded {
  const ops = env.recording
  if (!ops) throw new RangeError('the recording is not loaded')
  let total = 0
  for (const kind of ops.kind) if (kind === REC_MAP) total++
  return {
    at: env.nowNs === 0 ? 0 : firstAfter(ops, env.nowNs),
    count: ops.count,
    kind: chunked(ops.kind.slice()),
    ns: chunked(ops.ns.slice()),
    entry: chunked(ops.entry.slice()),
    npages: chunked(ops.npages.slice()),
    address: chunked(ops.address.slice()),
    permission: chunked(ops.permission.slice()),
    line: chunked(ops.line.slice()),
    foretold: chunked(new Int32Array(ops.count)),
    total,
    allocations: 0,
    predicted: 0,
    misses: new Int32Array(MISSES_KEPT),
  }
}

/** The driver is loaded anew at `nowNs`: what was recorded until then is over. */
function firstAfter(ops: RecordedOps, nowNs: number): number {
  const i = ops.ns.findIndex((ns) => ns > nowNs)
  return i < 0 ? ops.count : i
}

function next(s: Recorded, _task: number, nowNs: number, op: Op): number {
  op.missed = 0
  op.delivered = 0
  op.workPs = 0
  const { at } = s
  if (at === s.count) return Number.POSITIVE_INFINITY
  const ns = s.ns.data[at]!
  if (ns > nowNs) return ns
  const kind = s.kind.data[at]!
  op.kind = kind === REC_MAP ? OP_MAP_AT : OP_UNMAP_AT
  op.slot = at
  op.sgAddress[0] = s.entry.data[at]!
  op.sgBytes[0] = pagesOfRun(s.kind.data, s.npages.data, at)
  op.address = Math.max(0, s.address.data[at]!)
  op.bytes = 0
  op.direction = s.permission.data[at] === READ_ONLY ? TO_DEVICE : FROM_DEVICE
  op.elements = 0
  if (kind === REC_CLEAR && s.kind.data[at + 1] !== REC_CLEAR) summariseClear(s, op)
  return RUN
}

/** What the clearing that ends here did in all: calls in `elements`, TCEs in `sgBytes[1]`. */
function summariseClear(s: Recorded, op: Op): void {
  let tces = 0
  let calls = 0
  for (let i = s.at; i >= 0 && s.kind.data[i] === REC_CLEAR; i--) {
    tces += s.npages.data[i]!
    calls++
  }
  op.elements = calls
  op.sgBytes[1] = tces
}

function done(s: Recorded, _task: number, op: Op): void {
  const { at } = s
  s.at++
  while (s.kind.data[s.at] === REC_MORE) s.at++
  if (op.kind !== OP_MAP_AT) return
  const foretold = op.sgMapping[0]!
  s.foretold.data[at] = foretold
  touch(s.foretold, at)
  if (foretold === s.entry.data[at]) s.predicted++
  else {
    const missed = s.allocations - s.predicted
    if (missed < MISSES_KEPT) s.misses[missed] = at
  }
  s.allocations++
}

/** How the allocator called `allocator` has done so far. */
export function predictionOf(s: Recorded, allocator: string): PredictionFigures {
  const corrected = s.allocations - s.predicted
  const misses = Array.from(s.misses.subarray(0, Math.min(corrected, MISSES_KEPT)), (i) => ({
    ns: s.ns.data[i]!,
    line: s.line.data[i]!,
    npages: pagesOfRun(s.kind.data, s.npages.data, i),
    recorded: s.entry.data[i]!,
    predicted: s.foretold.data[i]!,
  }))
  return { allocator, total: s.total, allocations: s.allocations, predicted: s.predicted, corrected, misses }
}

export const recordedInfo: WorkloadInfo<readonly []> = {
  id: 'recorded',
  label: 'A recording',
  params: [],
}

export const recorded = withCode<Recorded, readonly []>(recordedInfo, {
  create,
  tasks: () => 1,
  firstWakeNs: (s) => s.ns.data[s.at] ?? Number.POSITIVE_INFINITY,
  next,
  done,
  cancel: () => {},
  retune: () => {},
  offeredBps: () => 0,
  owner: (s, _task, slot) => `line ${s.line.data[slot]} of the recording`,
  prediction: predictionOf,
  rest: (s) => s.at < s.count,
  foretold: (s, slot) => s.foretold.data[slot]!,
})
