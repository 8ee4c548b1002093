// NVMe drives: a submission queue per CPU, each with a number of requests in flight. A request maps all its pages as one
// range; a drive serves it, and on the CPU that takes the completion it is unmapped and its tag is free again.
//
// Kernel: drivers/nvme/host/pci.c (nvme_map_data: dma_map_sgtable at submission, unmapped at completion). Behind
//   dma-iommu a whole list becomes one range of addresses, so each request is one mapping here.
// A request takes a time with an exponential distribution, and no less than its turn on the drives' links, which carry
//   7 GB/s each. Where one CPU takes all completions it looks for them every 5 µs, or when the next one is due.
// Not modelled: lists of several elements, the queues' own memory, merging and splitting in the block layer, polling.
// Invariant: a tag is in `free`, in flight in `heap`, or with the CPU that submits or completes it.
// Cost: half a packet's worth of driver work per request at submission, and as much at completion.

import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import { createHeap, type Heap, heapPop, heapPush } from '../../lib/heap.ts'
import { createRng, deriveSeed, nextU32, type Rng } from '../../lib/rng.ts'
import { PRICES } from '../engine/cost.ts'
import type { ParamsOf } from '../params.ts'
import { drawGap } from './exponential.ts'
import { MIXES, nvmeParams as params } from './nvme-params.ts'
import { LOOK_NS, RETRY_NS, TURN } from './think.ts'
import {
  FROM_DEVICE,
  OP_MAP,
  OP_UNMAP,
  type Op,
  RUN,
  TO_DEVICE,
  type WorkloadEnv,
  type WorkloadInfo,
  withCode,
  YIELD,
} from './workload.ts'

/** Memory of each tag: the largest request. */
const TAG_BYTES = 1_048_576
const PS_PER_BYTE_AND_DRIVE = 1000 / 7

interface Queue {
  readonly rng: Rng
  /** Requests in flight: when each completes, its tag within the queue. */
  readonly heap: Heap
  /** [depth] tags within the queue that are free: the first `free` of them. */
  readonly tags: Uint8Array
  free: number
  /** Next request of an offered rate, and none before this after a refusal, ns. */
  arrivalNs: number
  retryNs: number
}

export interface Nvme {
  readonly queues: readonly Queue[]
  readonly depth: number
  /** One CPU takes all completions: task 0. */
  readonly one: boolean
  readonly startNs: number
  readonly base: number
  /** [256] bytes, each value as often as its share. */
  readonly sizes: Float64Array
  writes: number
  serviceNs: number
  psPerByte: number
  /** Mean time between the requests of a queue, ns; 0 = full. */
  gapNs: number
  /** The drives' links are busy up to here, ps. */
  linkPs: number
  /** Queue whose completions are looked at first. */
  cursor: number
  /** [tasks] operations left in this turn. */
  readonly left: Int32Array
  /** [queues*depth] mapping held by each tag, and its bytes. */
  readonly mapping: Chunked<Int32Array>
  readonly bytes: Chunked<Int32Array>
}

/** What it is set to. */
type Settings = ParamsOf<typeof params>

function create(settings: Settings, env: WorkloadEnv): Nvme {
  const one = settings.completeOn === 'one'
  const depth = settings.depth
  const n = settings.queues || Math.max(1, one ? env.cpus - 1 : env.cpus)
  const state: Nvme = {
    queues: Array.from({ length: n }, (_, q) => ({
      rng: createRng(deriveSeed(env.seed, q)),
      heap: createHeap(depth),
      // The lowest tag is taken first.
      tags: Uint8Array.from({ length: depth }, (_, i) => depth - 1 - i),
      free: depth,
      arrivalNs: env.nowNs,
      retryNs: 0,
    })),
    depth,
    one,
    startNs: env.nowNs,
    base: env.base,
    sizes: new Float64Array(256),
    writes: 0,
    serviceNs: 0,
    psPerByte: 0,
    gapNs: 0,
    linkPs: 0,
    cursor: 0,
    left: new Int32Array(n + 1).fill(TURN),
    mapping: chunked(new Int32Array(n * depth)),
    bytes: chunked(new Int32Array(n * depth)),
  }
  setLoad(state, settings)
  return state
}

function setLoad(s: Nvme, settings: Settings): void {
  const mix = MIXES.find((m) => m.key === settings.mix) ?? MIXES[0]!
  let at = 0
  for (const [bytes, of256] of mix.sizes) {
    s.sizes.fill(bytes, at, at + of256)
    at += of256
  }
  s.writes = settings.writes
  s.serviceNs = settings.service
  s.psPerByte = PS_PER_BYTE_AND_DRIVE / settings.drives
  s.gapNs = settings.iops > 0 ? (s.queues.length * 1e9) / settings.iops : 0
}

function next(s: Nvme, task: number, nowNs: number, op: Op): number {
  op.missed = 0
  op.used = 0
  op.descriptor = -1
  if (s.left[task] === 0) {
    s.left[task] = TURN
    return YIELD
  }
  op.workPs = PRICES.packet.ps / 2
  if (s.one) return task === 0 ? completeAny(s, nowNs, op) : submit(s, task - 1, nowNs, op)
  const { heap } = s.queues[task]!
  if (heap.size > 0 && heap.times[0]! <= nowNs) return complete(s, task, op)
  const answer = submit(s, task, nowNs, op)
  return answer === RUN || heap.size === 0 ? answer : Math.min(answer, heap.times[0]!)
}

function complete(s: Nvme, q: number, op: Op): number {
  const { heap } = s.queues[q]!
  const tag = q * s.depth + heap.payloads[0]!
  heapPop(heap)
  op.kind = OP_UNMAP
  op.used = 1
  op.slot = tag
  op.mapping = s.mapping.data[tag]!
  op.delivered = s.bytes.data[tag]!
  return RUN
}

function completeAny(s: Nvme, nowNs: number, op: Op): number {
  const n = s.queues.length
  let due = nowNs + LOOK_NS
  for (let i = 0; i < n; i++) {
    const q = s.cursor + i < n ? s.cursor + i : s.cursor + i - n
    const { heap } = s.queues[q]!
    if (heap.size === 0) continue
    if (heap.times[0]! <= nowNs) {
      s.cursor = q + 1 === n ? 0 : q + 1
      return complete(s, q, op)
    }
    if (heap.times[0]! < due) due = heap.times[0]!
  }
  return due
}

/** RUN with a request of queue `q`, or when there may be one: Infinity if only a completion can bring it. */
function submit(s: Nvme, q: number, nowNs: number, op: Op): number {
  const queue = s.queues[q]!
  if (queue.free === 0) return s.one ? nowNs + LOOK_NS : Number.POSITIVE_INFINITY
  const due = Math.max(queue.arrivalNs, queue.retryNs)
  if (due > nowNs) return due
  const tag = q * s.depth + queue.tags[--queue.free]!
  const draw = nextU32(queue.rng)
  op.kind = OP_MAP
  op.slot = tag
  op.address = s.base + tag * TAG_BYTES
  op.bytes = s.sizes[draw >>> 24]!
  op.direction = (draw & 0xffff) % 100 < s.writes ? TO_DEVICE : FROM_DEVICE
  op.delivered = 0
  return RUN
}

function giveTag(queue: Queue, tag: number): void {
  queue.tags[queue.free++] = tag
}

function done(s: Nvme, task: number, op: Op, nowNs: number): void {
  s.left[task] = s.left[task]! - 1
  const q = Math.floor(op.slot / s.depth)
  const queue = s.queues[q]!
  const tag = op.slot % s.depth
  if (op.kind === OP_UNMAP) giveTag(queue, tag)
  else if (op.mapping < 0) {
    giveTag(queue, tag)
    queue.retryNs = nowNs + RETRY_NS
  } else {
    s.mapping.data[op.slot] = op.mapping
    touch(s.mapping, op.slot)
    s.bytes.data[op.slot] = op.bytes
    touch(s.bytes, op.slot)
    s.linkPs = Math.max(s.linkPs, nowNs * 1000) + Math.round(op.bytes * s.psPerByte)
    heapPush(queue.heap, Math.max(nowNs + drawGap(queue.rng, s.serviceNs), Math.ceil(s.linkPs / 1000)), tag)
    if (s.gapNs > 0) queue.arrivalNs += drawGap(queue.rng, s.gapNs)
  }
}

function cancel(s: Nvme, _task: number, op: Op): void {
  const queue = s.queues[Math.floor(op.slot / s.depth)]!
  const tag = op.slot % s.depth
  if (op.kind === OP_MAP) giveTag(queue, tag)
  else heapPush(queue.heap, 0, tag)
}

export const nvmeInfo: WorkloadInfo<typeof params> = {
  minAlignMask: 4095,
  id: 'nvme',
  label: 'NVMe drives',
  params,
}

export const nvme = withCode<Nvme, typeof params>(nvmeInfo, {
  create,
  tasks: (s) => s.queues.length + (s.one ? 1 : 0),
  firstWakeNs: (s) => s.startNs,
  next,
  done,
  cancel,
  retune(s, settings, nowNs) {
    setLoad(s, settings)
    for (const q of s.queues) q.arrivalNs = nowNs
  },
  offeredBps(s) {
    const mean = s.sizes.reduce((sum, bytes) => sum + bytes, 0) / s.sizes.length
    return s.gapNs > 0 ? (s.queues.length * mean * 8 * 1e9) / s.gapNs : 0
  },
  owner: (s, _task, slot) => `queue ${Math.floor(slot / s.depth)}, request ${slot % s.depth}`,
})
