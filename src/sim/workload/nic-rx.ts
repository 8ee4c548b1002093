// The receive side of a network card. Each queue has a ring of descriptors; the driver maps one buffer per
// descriptor, the card fills them in order, an interrupt (moderated) wakes the driver on the queue's CPU, which unmaps
// what arrived, hands it up and maps fresh buffers. A refused mapping leaves a hole in the ring: the driver keeps the
// buffer and tries again at its next turn. A frame that finds no mapped buffer is missed.
//
// Kernel: drivers/net/ethernet (the common shape of NAPI drivers: poll with a budget of 64, refill in batches of 16).
// Jumbo frames: a driver places each in a slot of 16 KiB (the next power of two, e1000e before page split) or in a CPU
//   page of its own; of a slot only the frame's own bytes are mapped.
// Recycling: the driver maps the whole place of a buffer once. What arrived is synced for the CPU, handed up, and the same
//   buffer is posted again: no unmap and no map (a page pool, or the page reuse of igb and ixgbe).
// Not modelled: header split, frames spread over several page-sized buffers, a recycled buffer that the stack still holds,
//   and the bus.
// Invariant: arrived + posted ≤ ring, per queue; the slots from `clean` on that arrived or are posted hold a mapping each.
// Cost: one packet of driver and stack work for each frame, besides map and unmap.

import { pow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import type { Rng } from '../../lib/rng.ts'
import { PRICES } from '../engine/cost.ts'
import type { ParamsOf } from '../params.ts'
import { drawGap } from './exponential.ts'
import { createRings, mapRing, queueRng, type Rings, ringDone, touched, untouched, WIRE_OVERHEAD } from './nic.ts'
import { nicRxParams as params } from './nic-rx-params.ts'
import {
  FROM_DEVICE,
  OP_COHERENT,
  OP_MAP,
  OP_SYNC,
  OP_UNMAP,
  type Op,
  RUN,
  type WorkloadEnv,
  type WorkloadInfo,
  withCode,
  YIELD,
} from './workload.ts'

const POLL_BUDGET = 64
const REFILL_BATCH = 16

const IDLE = 0
const FILL = 1
const POLL = 2

/** One receive queue. Ring positions are slots of its own ring, 0 … ring-1. */
interface Queue {
  readonly ring: number
  /** First slot of this queue in the card's slot array. */
  readonly firstSlot: number
  readonly startNs: number
  readonly rng: Rng
  phase: number
  /** Slot the driver handles next; `arrived` slots from here hold frames, the next `posted` ones empty buffers. */
  clean: number
  arrived: number
  posted: number
  nextArrivalPs: number
  lastPollNs: number
  /** Frames the driver still handles in this turn. */
  budget: number
  /** A mapping was refused in this turn: no more are tried. */
  refused: boolean
  /** Frames missed that `next` has not told of yet. */
  untold: number
}

export interface NicRx {
  readonly queues: readonly Queue[]
  readonly frameBytes: number
  readonly moderationNs: number
  /** Without traffic nothing interrupts; a driver with holes in its ring looks again after this. */
  readonly retryNs: number
  readonly rings: Rings
  /** Bytes from one buffer to the next. */
  readonly stride: number
  /** Buffers stay mapped, and are synced. */
  readonly recycles: boolean
  readonly base: number
  gapPs: number
  bps: number
  /** [2 * slots] mapping id and buffer number of each slot. */
  readonly slots: Chunked<Int32Array>
  /** First-in first-out ring of free buffers, as a slab hands them out: fresh ones in order of address. */
  readonly freeBuffers: Chunked<Int32Array>
  freeHead: number
  freeTail: number
}

/** What it is set to. */
type Settings = ParamsOf<typeof params>

function strideOf(placement: unknown, frameBytes: number, cpuPageShift: number): number {
  let slot = 2048
  while (slot < frameBytes) slot *= 2
  if (placement === 'packed') return Math.ceil(frameBytes / 512) * 512
  return placement === 'slot' ? slot : Math.max(slot, pow2(cpuPageShift))
}

function create(settings: Settings, env: WorkloadEnv): NicRx {
  const frameBytes = settings.mtu
  let slots = 0
  const queues = Array.from({ length: settings.queues }, (_, q): Queue => {
    const ring = settings.ring * (q === 0 ? settings.greedy : 1)
    slots += ring
    return {
      ring,
      firstSlot: slots - ring,
      startNs: env.nowNs + settings.start + q * settings.bringUp,
      rng: queueRng(env, q),
      phase: FILL,
      clean: 0,
      arrived: 0,
      posted: 0,
      nextArrivalPs: Number.POSITIVE_INFINITY,
      lastPollNs: 0,
      budget: 0,
      refused: false,
      untold: 0,
    }
  })
  const buffers = slots + queues.length * POLL_BUDGET
  const rings = createRings(
    settings.rings,
    env,
    queues.map((q) => q.ring),
  )
  const state: NicRx = {
    queues,
    frameBytes,
    moderationNs: settings.moderation,
    retryNs: settings.retry,
    rings,
    stride: strideOf(settings.placement, frameBytes, env.cpuPageShift),
    recycles: settings.recycle === 'on',
    base: rings.end,
    gapPs: 0,
    bps: 0,
    slots: chunked(new Int32Array(2 * slots)),
    freeBuffers: chunked(Int32Array.from({ length: buffers }, (_, i) => i)),
    freeHead: 0,
    freeTail: 0,
  }
  setLoad(state, settings)
  return state
}

function setLoad(s: NicRx, settings: Settings): void {
  const wireBits = (s.frameBytes + WIRE_OVERHEAD) * 8
  const linkBps = settings.rate * 1e9 * (settings.load / 100)
  s.gapPs = linkBps > 0 ? (wireBits * 1e12 * s.queues.length) / linkBps : Number.POSITIVE_INFINITY
  s.bps = (linkBps * s.frameBytes * 8) / wireBits
}

/** Frames that arrived up to now take the posted buffers in order; the rest are missed. */
function settleArrivals(s: NicRx, q: Queue, nowNs: number): void {
  const nowPs = nowNs * 1000
  while (q.nextArrivalPs <= nowPs) {
    if (q.posted > 0) {
      q.posted--
      q.arrived++
    } else q.untold++
    q.nextArrivalPs += drawGap(q.rng, s.gapPs)
  }
}

function next(s: NicRx, task: number, nowNs: number, op: Op): number {
  const q = s.queues[task]!
  op.missed = 0
  untouched(op)
  if (nowNs < q.startNs) return q.startNs
  if (q.nextArrivalPs <= nowNs * 1000) settleArrivals(s, q, nowNs)
  op.missed = q.untold
  q.untold = 0
  const ring = mapRing(s.rings, task, s.slots.data.length / 2 + task, op)
  if (ring !== 0) return ring
  if (q.phase === IDLE) {
    q.phase = POLL
    q.budget = POLL_BUDGET
    q.refused = false
    q.lastPollNs = nowNs
  }
  const empty = q.ring - q.posted - q.arrived
  if (q.arrived > 0 && q.budget > 0 && (empty < REFILL_BATCH || q.refused)) return takeNext(s, task, op)
  if (empty > 0 && !q.refused) return mapNext(s, q, op)
  if (q.phase === FILL) {
    q.phase = POLL
    q.nextArrivalPs = firstArrivalPs(s, q, nowNs)
  }
  if (q.arrived > 0) {
    q.budget = POLL_BUDGET
    q.refused = false
    return YIELD
  }
  q.phase = IDLE
  const interrupt = Math.max(Math.ceil(q.nextArrivalPs / 1000), q.lastPollNs + s.moderationNs, nowNs + 1)
  return empty > 0 ? Math.min(interrupt, nowNs + s.retryNs) : interrupt
}

function firstArrivalPs(s: NicRx, q: Queue, nowNs: number): number {
  return s.gapPs === Number.POSITIVE_INFINITY ? s.gapPs : nowNs * 1000 + drawGap(q.rng, s.gapPs)
}

/** The driver takes the frame of the next slot. */
function takeNext(s: NicRx, task: number, op: Op): number {
  const q = s.queues[task]!
  op.kind = s.recycles ? OP_SYNC : OP_UNMAP
  op.bytes = s.frameBytes
  touched(s.rings, task, q.clean, op)
  op.slot = q.firstSlot + q.clean
  op.mapping = s.slots.data[2 * op.slot]!
  op.workPs = PRICES.packet.ps
  op.delivered = s.frameBytes
  return RUN
}

/** The slot behind the last posted buffer. */
function firstEmpty(q: Queue): number {
  const at = q.clean + q.arrived + q.posted
  return q.firstSlot + (at >= q.ring ? at - q.ring : at)
}

function mapNext(s: NicRx, q: Queue, op: Op): number {
  op.kind = OP_MAP
  op.slot = firstEmpty(q)
  const buffer = s.freeBuffers.data[s.freeHead]!
  s.freeHead = s.freeHead + 1 === s.freeBuffers.data.length ? 0 : s.freeHead + 1
  s.slots.data[2 * op.slot + 1] = buffer
  touch(s.slots, 2 * op.slot)
  op.address = s.base + buffer * s.stride
  op.bytes = s.recycles ? s.stride : s.frameBytes
  op.direction = FROM_DEVICE
  op.workPs = 0
  op.delivered = 0
  return RUN
}

/** The buffer of a slot could not be mapped: it is the next one to be tried. */
function keepBuffer(s: NicRx, slot: number): void {
  s.freeHead = s.freeHead === 0 ? s.freeBuffers.data.length - 1 : s.freeHead - 1
  s.freeBuffers.data[s.freeHead] = s.slots.data[2 * slot + 1]!
  touch(s.freeBuffers, s.freeHead)
}

/** The buffer of a slot goes to the end of the free list. */
function freeBuffer(s: NicRx, slot: number): void {
  s.freeBuffers.data[s.freeTail] = s.slots.data[2 * slot + 1]!
  touch(s.freeBuffers, s.freeTail)
  s.freeTail = s.freeTail + 1 === s.freeBuffers.data.length ? 0 : s.freeTail + 1
}

/** The buffer of the slot that the driver has just looked at is the card's again, behind all others. */
function repost(s: NicRx, q: Queue, slot: number): void {
  const { data } = s.slots
  const to = firstEmpty(q)
  // A full ring has no other place than its own.
  data[2 * to] = data[2 * slot]!
  data[2 * to + 1] = data[2 * slot + 1]!
  touch(s.slots, 2 * to)
  q.posted++
}

function done(s: NicRx, task: number, op: Op): void {
  const q = s.queues[task]!
  if (op.kind === OP_COHERENT) ringDone(s.rings, task, op)
  else if (op.kind === OP_UNMAP || op.kind === OP_SYNC) {
    if (op.kind === OP_UNMAP) freeBuffer(s, op.slot)
    else repost(s, q, op.slot)
    q.clean = q.clean + 1 === q.ring ? 0 : q.clean + 1
    q.arrived--
    q.budget--
  } else if (op.mapping < 0) {
    keepBuffer(s, op.slot)
    q.refused = true
  } else {
    s.slots.data[2 * op.slot] = op.mapping
    touch(s.slots, 2 * op.slot)
    q.posted++
  }
}

function cancel(s: NicRx, _task: number, op: Op): void {
  if (op.kind === OP_MAP) keepBuffer(s, op.slot)
}

function retune(s: NicRx, settings: Settings, nowNs: number): void {
  for (const q of s.queues) settleArrivals(s, q, nowNs)
  setLoad(s, settings)
  for (const q of s.queues) if (q.phase !== FILL) q.nextArrivalPs = firstArrivalPs(s, q, nowNs)
}

export const nicRxInfo: WorkloadInfo<typeof params> = {
  id: 'nic-rx',
  label: 'Network card, receive',
  params,
}

export const nicRx = withCode<NicRx, typeof params>(nicRxInfo, {
  complaint: 'Rx DMA map failed',
  missing: 'no buffer posted',
  create,
  tasks: (s) => s.queues.length,
  firstWakeNs: (s, q) => s.queues[q]!.startNs,
  next,
  done,
  cancel,
  retune,
  offeredBps: (s) => s.bps,
  owner: (s, q, slot) =>
    `receive queue ${q}, ${slot < s.slots.data.length / 2 ? `slot ${slot - s.queues[q]!.firstSlot}` : 'descriptor ring'}`,
})
