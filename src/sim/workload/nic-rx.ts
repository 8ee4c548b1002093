// The receive side of a network card. Each queue has a ring of descriptors; the driver maps one buffer per
// descriptor, the card fills them in order, an interrupt (moderated) wakes the driver on the queue's CPU, which unmaps
// what arrived, hands it up and maps fresh buffers. A refused mapping leaves a hole in the ring: the driver drops it
// and tries again at its next turn. A frame that finds no mapped buffer is missed.
//
// Kernel: drivers/net/ethernet (the common shape of NAPI drivers: poll with a budget of 64, refill in batches of 16).
// Not modelled: transmit, header split, page recycling, the descriptor ring's own coherent mapping (so that the
//   numbers count buffers alone), and the bus.
// Invariant: clean ≤ hw ≤ post ≤ clean + ring, per queue; slots [clean, post) hold a mapping each.
// Cost: one packet of driver and stack work for each frame, besides map and unmap.

import { pow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import { createRng, deriveSeed, type Rng } from '../../lib/rng.ts'
import { PRICES } from '../engine/cost.ts'
import type { Param } from '../params.ts'
import type { Settings } from '../scenario/schema.ts'
import type { Bytes, RealAddr } from '../types.ts'
import { drawGap } from './exponential.ts'
import { FROM_DEVICE, OP_MAP, OP_UNMAP, type Op, RUN, type Workload, type WorkloadEnv, YIELD } from './workload.ts'

/** Ethernet header, checksum, preamble and gap around the payload. */
const WIRE_OVERHEAD = 38
const POLL_BUDGET = 64
const REFILL_BATCH = 16
/** Without traffic nothing interrupts; a driver with holes in its ring looks again after this. */
const RETRY_NS = 1_000_000

const IDLE = 0
const FILL = 1
const POLL = 2

export interface NicRx {
  readonly queues: number
  readonly frameBytes: number
  readonly moderationNs: number
  /** Bytes from one buffer to the next. */
  readonly stride: number
  readonly base: number
  gapPs: number
  bps: number
  /** All [queues]. Ring positions count up for ever; slot = position mod ring. */
  readonly ring: Int32Array
  readonly ringStart: Int32Array
  readonly startNs: Float64Array
  readonly phase: Uint8Array
  readonly clean: Float64Array
  readonly hw: Float64Array
  readonly post: Float64Array
  readonly nextArrivalPs: Float64Array
  readonly lastPollNs: Float64Array
  readonly budget: Int32Array
  readonly holes: Uint8Array
  readonly rngs: readonly Rng[]
  /** [sum of rings] mapping id and buffer number of each slot. */
  readonly mappingBySlot: Chunked<Int32Array>
  readonly bufferBySlot: Chunked<Int32Array>
  /** First-in first-out list of free buffers, as a slab hands them out: fresh ones in order of address. */
  readonly freeBuffers: Chunked<Int32Array>
  freeHead: number
  freeTail: number
  /** [queues] frames missed that `next` has not told of yet. */
  readonly untold: Float64Array
}

const kib = (n: number) => ({ value: n, key: String(n), label: String(n) })

const params: readonly Param[] = [
  {
    name: 'rate',
    label: 'Link',
    unit: 'bps',
    default: 10,
    effect: 'live',
    values: [1, 10, 40, 100].map((g) => ({ value: g, key: `${g}g`, label: `${g}`, help: `${g} Gbit/s` })),
    help: 'Speed of the link in Gbit/s. Frames arrive at this rate times the load.',
  },
  {
    name: 'load',
    label: 'Load',
    unit: 'percent',
    default: 100,
    min: 0,
    max: 100,
    effect: 'live',
    help: 'Share of the link that is filled with frames. At 0 the rings are filled and nothing arrives.',
  },
  {
    name: 'mtu',
    label: 'MTU',
    unit: 'bytes',
    default: 1500,
    effect: 'restart',
    values: [1500, 9000].map((n) => ({ value: n, key: String(n), label: String(n) })),
    help: 'Largest payload of a frame; each receive buffer holds one. 9000 are jumbo frames.',
  },
  {
    name: 'ring',
    label: 'Receive ring',
    unit: 'count',
    default: 512,
    effect: 'restart',
    values: [64, 128, 256, 512, 1024, 2048, 4096, 8192].map(kib),
    help: 'Descriptors per queue. The driver keeps a mapped buffer for each of them.',
  },
  {
    name: 'queues',
    label: 'Queues',
    unit: 'count',
    default: 8,
    effect: 'restart',
    values: [1, 2, 4, 8, 16].map(kib),
    help: 'Receive queues; queue n is served by CPU n modulo the number of CPUs.',
  },
  {
    name: 'placement',
    label: 'Buffers',
    unit: 'choice',
    default: 'page',
    effect: 'restart',
    advanced: true,
    values: [
      { value: 'page', key: 'page', label: 'a page each', help: 'Each buffer begins a CPU page of its own.' },
      { value: 'slot', key: 'slot', label: 'slots', help: 'Slots of the next power of two: 2 KiB for 1500 bytes.' },
      { value: 'packed', key: 'packed', label: 'packed', help: 'Every 1536 bytes: some buffers cross a 4K page.' },
    ],
    help: 'How the driver lays its buffers out in memory. A buffer that crosses an IOMMU page takes two entries.',
  },
  {
    name: 'bringUp',
    label: 'Queue start',
    unit: 'ns',
    default: 500_000,
    effect: 'restart',
    advanced: true,
    values: [
      { value: 0, key: '0', label: 'at once' },
      { value: 100_000, key: '100us', label: '0.1 ms' },
      { value: 500_000, key: '500us', label: '0.5 ms' },
      { value: 1_000_000, key: '1ms', label: '1 ms' },
    ],
    help: 'Time between the start of one queue and the next when the driver is loaded.',
  },
  {
    name: 'greedy',
    label: 'Ring of queue 0',
    unit: 'count',
    default: 1,
    effect: 'restart',
    advanced: true,
    values: [1, 4, 16].map((n) => ({ value: n, key: `x${n}`, label: n === 1 ? 'as the rest' : `× ${n}` })),
    help: 'Makes the first queue greedy: its ring is this many times larger than the others.',
  },
  {
    name: 'moderation',
    label: 'Interrupt every',
    unit: 'ns',
    default: 25_000,
    effect: 'restart',
    advanced: true,
    values: [5_000, 25_000, 100_000].map((n) => ({ value: n, key: `${n / 1000}us`, label: `${n / 1000} µs` })),
    help: 'Shortest time between two interrupts of a queue; frames that arrive meanwhile are handled together.',
  },
]

function strideOf(placement: unknown, frameBytes: number, cpuPageShift: number): number {
  let slot = 2048
  while (slot < frameBytes) slot *= 2
  if (placement === 'packed') return Math.ceil(frameBytes / 512) * 512
  return placement === 'slot' ? slot : Math.max(slot, pow2(cpuPageShift))
}

function create(settings: Settings, env: WorkloadEnv): NicRx {
  const queues = Number(settings.queues)
  const ring = new Int32Array(queues).fill(Number(settings.ring))
  ring[0] = ring[0]! * Number(settings.greedy)
  const ringStart = new Int32Array(queues)
  for (let q = 1; q < queues; q++) ringStart[q] = ringStart[q - 1]! + ring[q - 1]!
  const slots = ringStart[queues - 1]! + ring[queues - 1]!
  const frameBytes = Number(settings.mtu)
  const buffers = slots + queues * POLL_BUDGET
  const state: NicRx = {
    queues,
    frameBytes,
    moderationNs: Number(settings.moderation),
    stride: strideOf(settings.placement, frameBytes, env.cpuPageShift),
    base: env.base,
    gapPs: 0,
    bps: 0,
    ring,
    ringStart,
    startNs: Float64Array.from(ring, (_, q) => env.nowNs + q * Number(settings.bringUp)),
    phase: new Uint8Array(queues).fill(FILL),
    clean: new Float64Array(queues),
    hw: new Float64Array(queues),
    post: new Float64Array(queues),
    nextArrivalPs: new Float64Array(queues).fill(Number.POSITIVE_INFINITY),
    lastPollNs: new Float64Array(queues),
    budget: new Int32Array(queues),
    holes: new Uint8Array(queues),
    rngs: Array.from(ring, (_, q) => createRng(deriveSeed(env.seed, q))),
    mappingBySlot: chunked(new Int32Array(slots).fill(-1)),
    bufferBySlot: chunked(new Int32Array(slots)),
    freeBuffers: chunked(Int32Array.from({ length: buffers }, (_, i) => i)),
    freeHead: 0,
    freeTail: buffers,
    untold: new Float64Array(queues),
  }
  setLoad(state, settings)
  return state
}

function setLoad(s: NicRx, settings: Settings): void {
  const wireBits = (s.frameBytes + WIRE_OVERHEAD) * 8
  const linkBps = Number(settings.rate) * 1e9 * (Number(settings.load) / 100)
  s.gapPs = linkBps > 0 ? (wireBits * 1e12 * s.queues) / linkBps : Number.POSITIVE_INFINITY
  s.bps = (linkBps * s.frameBytes * 8) / wireBits
}

/** Frames that arrived up to now take the posted buffers in order; the rest are missed. Returns how many were. */
function settleArrivals(s: NicRx, q: number, nowNs: number): number {
  const nowPs = nowNs * 1000
  let at = s.nextArrivalPs[q]!
  if (at > nowPs) return 0
  const rng = s.rngs[q]!
  const post = s.post[q]!
  let hw = s.hw[q]!
  let missed = 0
  while (at <= nowPs) {
    if (hw < post) hw++
    else missed++
    at += drawGap(rng, s.gapPs)
  }
  s.hw[q] = hw
  s.nextArrivalPs[q] = at
  return missed
}

function next(s: NicRx, q: number, nowNs: number, op: Op): number {
  op.missed = s.untold[q]! + settleArrivals(s, q, nowNs)
  s.untold[q] = 0
  if (s.phase[q] === IDLE) {
    s.phase[q] = POLL
    s.budget[q] = POLL_BUDGET
    s.holes[q] = 0
    s.lastPollNs[q] = nowNs
  }
  const clean = s.clean[q]!
  const free = s.ring[q]! - (s.post[q]! - clean)
  const arrived = s.hw[q]! - clean
  if (arrived > 0 && s.budget[q]! > 0 && (free < REFILL_BATCH || s.holes[q] === 1)) return unmapNext(s, q, op)
  if (free > 0 && s.holes[q] === 0) return mapNext(s, q, op)
  if (s.phase[q] === FILL) {
    s.phase[q] = POLL
    if (s.gapPs < Number.POSITIVE_INFINITY) s.nextArrivalPs[q] = nowNs * 1000 + drawGap(s.rngs[q]!, s.gapPs)
  }
  if (arrived > 0) {
    s.budget[q] = POLL_BUDGET
    s.holes[q] = 0
    return YIELD
  }
  s.phase[q] = IDLE
  const interrupt = Math.max(Math.ceil(s.nextArrivalPs[q]! / 1000), s.lastPollNs[q]! + s.moderationNs, nowNs + 1)
  return free > 0 ? Math.min(interrupt, nowNs + RETRY_NS) : interrupt
}

function unmapNext(s: NicRx, q: number, op: Op): number {
  const slot = s.ringStart[q]! + (s.clean[q]! % s.ring[q]!)
  op.kind = OP_UNMAP
  op.slot = slot
  op.mapping = s.mappingBySlot.data[slot]!
  op.workPs = PRICES.packet.ps
  op.delivered = s.frameBytes
  return RUN
}

function mapNext(s: NicRx, q: number, op: Op): number {
  const buffer = s.freeBuffers.data[s.freeHead % s.freeBuffers.data.length]!
  op.kind = OP_MAP
  op.slot = s.ringStart[q]! + (s.post[q]! % s.ring[q]!)
  op.address = (s.base + buffer * s.stride) as RealAddr
  op.bytes = s.frameBytes as Bytes
  op.direction = FROM_DEVICE
  op.workPs = 0
  op.delivered = 0
  return RUN
}

function done(s: NicRx, q: number, op: Op): void {
  const { slot } = op
  if (op.kind === OP_UNMAP) {
    s.mappingBySlot.data[slot] = -1
    touch(s.mappingBySlot, slot)
    const tail = s.freeTail++ % s.freeBuffers.data.length
    s.freeBuffers.data[tail] = s.bufferBySlot.data[slot]!
    touch(s.freeBuffers, tail)
    s.clean[q] = s.clean[q]! + 1
    s.budget[q] = s.budget[q]! - 1
    return
  }
  if (op.mapping < 0) {
    s.holes[q] = 1
    return
  }
  s.mappingBySlot.data[slot] = op.mapping
  s.bufferBySlot.data[slot] = s.freeBuffers.data[s.freeHead++ % s.freeBuffers.data.length]!
  touch(s.mappingBySlot, slot)
  touch(s.bufferBySlot, slot)
  s.post[q] = s.post[q]! + 1
}

function retune(s: NicRx, settings: Settings, nowNs: number): void {
  setLoad(s, settings)
  for (let q = 0; q < s.queues; q++) {
    if (s.phase[q] === FILL) continue
    s.untold[q] = s.untold[q]! + settleArrivals(s, q, nowNs)
    const quiet = s.gapPs === Number.POSITIVE_INFINITY
    s.nextArrivalPs[q] = quiet ? Number.POSITIVE_INFINITY : nowNs * 1000 + drawGap(s.rngs[q]!, s.gapPs)
  }
}

export const nicRx: Workload<NicRx> = {
  id: 'nic-rx',
  label: 'Network card, receive',
  params,
  create,
  tasks: (s) => s.queues,
  firstWakeNs: (s, q) => s.startNs[q]!,
  next,
  done,
  retune,
  offeredBps: (s) => s.bps,
  owner: (s, q, slot) => `receive queue ${q}, slot ${slot - s.ringStart[q]!}`,
}
