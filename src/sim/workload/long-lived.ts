// Buffers that a driver maps once and keeps: firmware queues, statistics, pinned memory of an adapter. Each lives for an
// exponentially distributed time and is then replaced by one that begins elsewhere, so that between the short-lived
// mappings of other drivers some stay where they are, and the window fragments.
//
// Kernel: dma_alloc_coherent (nvme: a submission and a completion queue each), or dma_map_page of memory that is kept.
// Not modelled: what the buffers are for. The device uses each of them once, at the end of its life.
// Invariant: a slot holds a mapping or is tried again, `retry` after its refusal.
// Cost: half a packet's worth of driver work per buffer. One search through the buffers for each that is replaced.

import { alignUp, pow2 } from '../../lib/bits.ts'
import { createRng, type Rng } from '../../lib/rng.ts'
import { PRICES } from '../engine/cost.ts'
import type { ParamsOf, ParamTable } from '../params.ts'
import { drawGap } from './exponential.ts'
import { count, startParam, time } from './nic.ts'
import {
  COHERENT,
  FROM_DEVICE,
  OP_COHERENT,
  OP_MAP,
  OP_UNMAP,
  type Op,
  RUN,
  type WorkloadEnv,
  type WorkloadInfo,
  withCode,
} from './workload.ts'

/** A driver that could not map a buffer tries again after this. */
const RETRY_NS = 1_000_000
const NONE = -1

export interface LongLived {
  readonly bytes: number
  readonly coherent: boolean
  /** Mean time that a buffer lives, ns; 0 = for ever. */
  readonly lifetimeNs: number
  readonly startNs: number
  readonly base: number
  readonly stride: number
  readonly rng: Rng
  /** [buffers] mapping held, or -1. */
  readonly mapping: Int32Array
  /** [buffers] when the buffer is replaced, or mapped if it is not, ns. */
  readonly dueNs: Float64Array
}

const KIB = 1024

const params = [
  {
    name: 'buffers',
    label: 'Long-lived buffers',
    unit: 'count',
    default: 64,
    effect: 'restart',
    values: [0, 6, 16, 64, 256, 1024].map(count),
    help: 'Buffers that the driver maps and keeps, beside the short-lived mappings of the packets.',
  },
  {
    name: 'size',
    label: 'Buffer size',
    unit: 'bytes',
    default: 64 * KIB,
    effect: 'restart',
    values: [4, 16, 64, 256, 1024, 4096].map((n) => ({ value: n * KIB, key: `${n}k`, label: `${n}K` })),
    help: 'Bytes of each long-lived buffer. One of 64 KiB or more is a large request in a window of 4K pages.',
  },
  {
    name: 'lifetime',
    label: 'Kept for',
    unit: 'ns',
    default: 10_000_000,
    effect: 'restart',
    values: [time(1), time(10), time(100), time(0, 'ever')],
    help: 'Mean time for which a buffer stays mapped before another one takes its place.',
  },
  {
    name: 'kind',
    label: 'Mapped as',
    unit: 'choice',
    default: 'streaming',
    effect: 'restart',
    advanced: true,
    values: [
      { value: 'streaming', key: 'streaming', label: 'streaming', help: 'Mapped like a packet, and kept.' },
      { value: 'coherent', key: 'coherent', label: 'coherent', help: 'Whole CPU pages, aligned to their own size.' },
    ],
    help: 'A streaming mapping takes the pages that the buffer touches; a coherent one whole CPU pages, aligned.',
  },
  startParam,
] as const satisfies ParamTable

/** What it is set to. */
type Settings = ParamsOf<typeof params>

function create(settings: Settings, env: WorkloadEnv): LongLived {
  const buffers = settings.buffers
  const bytes = settings.size
  const stride = alignUp(bytes, pow2(env.cpuPageShift))
  return {
    bytes,
    coherent: settings.kind === 'coherent',
    lifetimeNs: settings.lifetime,
    startNs: env.nowNs + settings.start,
    base: alignUp(env.base, stride),
    stride,
    rng: createRng(env.seed),
    mapping: new Int32Array(buffers).fill(NONE),
    dueNs: new Float64Array(buffers),
  }
}

function next(s: LongLived, _task: number, nowNs: number, op: Op): number {
  op.missed = 0
  op.used = 0
  op.descriptor = -1
  op.delivered = 0
  if (nowNs < s.startNs) return s.startNs
  let wake = Number.POSITIVE_INFINITY
  for (let slot = 0; slot < s.dueNs.length; slot++) {
    const due = s.dueNs[slot]!
    if (due > nowNs) {
      if (due < wake) wake = due
      continue
    }
    op.slot = slot
    op.workPs = PRICES.packet.ps / 2
    op.mapping = s.mapping[slot]!
    op.used = op.mapping !== NONE ? 1 : 0
    op.kind = op.mapping !== NONE ? OP_UNMAP : s.coherent ? OP_COHERENT : OP_MAP
    op.address = s.base + slot * s.stride
    op.bytes = s.bytes
    op.direction = s.coherent ? COHERENT : FROM_DEVICE
    return RUN
  }
  return wake
}

function done(s: LongLived, _task: number, op: Op, nowNs: number): void {
  const { slot } = op
  const unmapped = op.kind === OP_UNMAP
  s.mapping[slot] = unmapped ? NONE : op.mapping
  if (unmapped) s.dueNs[slot] = nowNs
  else if (op.mapping < 0) s.dueNs[slot] = nowNs + RETRY_NS
  else s.dueNs[slot] = s.lifetimeNs > 0 ? nowNs + drawGap(s.rng, s.lifetimeNs) : Number.POSITIVE_INFINITY
}

export const longLivedInfo: WorkloadInfo<typeof params> = {
  id: 'long-lived',
  label: 'Long-lived buffers',
  params,
}

export const longLived = withCode<LongLived, typeof params>(longLivedInfo, {
  create,
  tasks: () => 1,
  firstWakeNs: (s) => s.startNs,
  next,
  done,
  cancel: () => {},
  retune: () => {},
  offeredBps: () => 0,
  owner: (_s, _task, slot) => `long-lived buffer ${slot}`,
})
