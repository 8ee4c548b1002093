// A storage adapter that reads with scatter-gather lists. Each queue keeps a number of commands in flight; a command
// maps its list, the device serves it after an exponentially distributed time, the interrupt unmaps it and the
// next command follows. A refused list is put back by the block layer and tried again later.
//
// Kernel: drivers/scsi, drivers/nvme (the common shape: dma_map_sg at submission, dma_unmap_sg at completion).
// Not modelled: merging of elements before the DMA layer, the command block's own mapping, writes.
// Invariant: a slot holds mappings only while its command is in flight; then it does, unless nothing is ever mapped.
// Cost: half a packet's worth of driver work per command.

import { type Chunked, chunked, touchRange } from '../../lib/chunked.ts'
import { createRng, deriveSeed, type Rng } from '../../lib/rng.ts'
import { PRICES } from '../engine/cost.ts'
import type { ParamsOf, ParamTable } from '../params.ts'
import { drawGap } from './exponential.ts'
import {
  FROM_DEVICE,
  MAX_SG,
  OP_MAP_SG,
  OP_UNMAP_SG,
  type Op,
  RUN,
  type WorkloadEnv,
  type WorkloadInfo,
  withCode,
} from './workload.ts'

/** The block layer requeues a command that could not be mapped after this. */
const REQUEUE_NS = 100_000

export interface DiskSg {
  readonly queues: number
  readonly depth: number
  readonly elementBytes: number
  readonly elements: number
  readonly serviceNs: number
  readonly base: number
  readonly startNs: number
  readonly rngs: readonly Rng[]
  /** [queues*depth] when the command completes, ns; Infinity while its slot is empty. */
  readonly doneNs: Float64Array
  /** [queues*depth] mappings held; 0 in an empty slot, and in all where nothing is mapped. */
  readonly held: Int32Array
  /** [queues] no new command before this, ns. */
  readonly retryNs: Float64Array
  /** [queues*depth*MAX_SG] */
  readonly mappings: Chunked<Int32Array>
}

const params = [
  {
    name: 'io',
    label: 'Request size',
    unit: 'bytes',
    default: 262_144,
    effect: 'restart',
    values: [65_536, 262_144, 1_048_576].map((n) => ({ value: n, key: `${n / 1024}k`, label: `${n / 1024}K` })),
    help: 'Bytes per command; each is a list of 64 KiB pieces. 64 KiB are 16 IOMMU pages of 4K: a large request.',
  },
  {
    name: 'depth',
    label: 'Queue depth',
    unit: 'count',
    default: 32,
    effect: 'restart',
    values: [1, 8, 32, 128].map((n) => ({ value: n, key: String(n), label: String(n) })),
    help: 'Commands in flight per queue.',
  },
  {
    name: 'service',
    label: 'Disk answers in',
    unit: 'ns',
    default: 2_000_000,
    effect: 'restart',
    advanced: true,
    values: [
      { value: 200_000, key: '200us', label: '0.2 ms' },
      { value: 2_000_000, key: '2ms', label: '2 ms' },
      { value: 20_000_000, key: '20ms', label: '20 ms' },
    ],
    help: 'Mean time from submission to completion; a command holds its mappings that long.',
  },
  {
    name: 'queues',
    label: 'Disk queues',
    unit: 'count',
    default: 2,
    effect: 'restart',
    advanced: true,
    values: [1, 2, 4, 8].map((n) => ({ value: n, key: String(n), label: String(n) })),
    help: 'Submission queues; queue n is served by CPU n modulo the number of CPUs.',
  },
] as const satisfies ParamTable

/** What it is set to. */
type Settings = ParamsOf<typeof params>

function create(settings: Settings, env: WorkloadEnv): DiskSg {
  const queues = settings.queues
  const depth = settings.depth
  const elementBytes = 65_536
  return {
    queues,
    depth,
    elementBytes,
    elements: Math.min(MAX_SG, settings.io / elementBytes),
    serviceNs: settings.service,
    base: env.base,
    startNs: env.nowNs,
    rngs: Array.from({ length: queues }, (_, q) => createRng(deriveSeed(env.seed, q))),
    doneNs: new Float64Array(queues * depth).fill(Number.POSITIVE_INFINITY),
    held: new Int32Array(queues * depth),
    retryNs: new Float64Array(queues),
    mappings: chunked(new Int32Array(queues * depth * MAX_SG)),
  }
}

function next(s: DiskSg, q: number, nowNs: number, op: Op): number {
  op.missed = 0
  op.used = 0
  op.descriptor = -1
  op.delivered = 0
  op.workPs = PRICES.packet.ps / 2
  let wake = Number.POSITIVE_INFINITY
  let empty = -1
  for (let slot = q * s.depth; slot < (q + 1) * s.depth; slot++) {
    // What is in flight holds no mappings where nothing is mapped: the time tells.
    if (s.doneNs[slot] === Number.POSITIVE_INFINITY) {
      if (empty < 0) empty = slot
    } else if (s.doneNs[slot]! <= nowNs) return unmapCommand(s, slot, op)
    else wake = Math.min(wake, s.doneNs[slot]!)
  }
  if (empty < 0) return wake
  if (s.retryNs[q]! > nowNs) return Math.min(wake, s.retryNs[q]!)
  return mapCommand(s, empty, op)
}

function unmapCommand(s: DiskSg, slot: number, op: Op): number {
  op.kind = OP_UNMAP_SG
  op.used = 1
  op.slot = slot
  op.segments = s.held[slot]!
  for (let i = 0; i < op.segments; i++) op.sgMapping[i] = s.mappings.data[slot * MAX_SG + i]!
  op.delivered = s.elements * s.elementBytes
  return RUN
}

function mapCommand(s: DiskSg, slot: number, op: Op): number {
  op.kind = OP_MAP_SG
  op.slot = slot
  op.direction = FROM_DEVICE
  op.elements = s.elements
  for (let i = 0; i < s.elements; i++) {
    // Every other 64 KiB of RAM: pieces are never neighbours, as in a page cache.
    op.sgAddress[i] = s.base + (slot * s.elements + i) * 2 * s.elementBytes
    op.sgBytes[i] = s.elementBytes
  }
  return RUN
}

function done(s: DiskSg, q: number, op: Op, nowNs: number): void {
  const { slot } = op
  if (op.kind === OP_UNMAP_SG) {
    s.held[slot] = 0
    s.doneNs[slot] = Number.POSITIVE_INFINITY
    return
  }
  if (op.segments < 0) {
    s.retryNs[q] = nowNs + REQUEUE_NS
    return
  }
  s.held[slot] = op.segments
  for (let i = 0; i < op.segments; i++) s.mappings.data[slot * MAX_SG + i] = op.sgMapping[i]!
  touchRange(s.mappings, slot * MAX_SG, slot * MAX_SG + op.segments)
  s.doneNs[slot] = nowNs + drawGap(s.rngs[q]!, s.serviceNs)
}

export const diskSgInfo: WorkloadInfo<typeof params> = {
  id: 'disk-sg',
  label: 'Storage adapter, reads by scatter-gather',
  params,
}

export const diskSg = withCode<DiskSg, typeof params>(diskSgInfo, {
  create,
  tasks: (s) => s.queues,
  firstWakeNs: (s) => s.startNs,
  next,
  done,
  cancel: () => {},
  retune: () => {},
  offeredBps: () => 0,
  owner: (s, q, slot) => `disk queue ${q}, command ${slot - q * s.depth}`,
})
