// The transmit side of a network card. The stack hands packets to a queue; the driver maps each for the card: the
// linear part with map page (dma_map_single), then every page fragment, one descriptor each. The card sends packets in
// order over the one wire; a completion interrupt (moderated) wakes the driver on the queue's CPU, which unmaps them. A
// refused mapping takes back what this packet had mapped, last first, and drops the packet.
//
// Kernel: drivers/net/ethernet (the common shape: a ring of descriptors; the queue is stopped while fewer are unused
//   than the largest packet needs, and woken at a completion; e1000e prints "Tx DMA map failed" for each drop).
// Packets: with segmentation offload (TSO) a packet carries up to 64 KiB less headers, in whole segments; its linear
//   part holds the headers alone. Without, a packet is a frame: headers and payload apart, or all in one linear buffer.
//   Payload is a stream, cut where its pages end: write() copies into blocks of 32 KiB (a compound page of a 4K kernel,
//   one page of a 64K kernel), sendfile() sends pages of the page cache. The stack hands over what the windows of its
//   sockets allow, waits for completions, and at full load always has the next packet ready.
// Not modelled: acknowledgements (a packet's memory is free once it was sent), retransmission, byte queue limits,
//   merging of fragments that lie side by side, checksums; which socket a packet is from.
// Invariant: `used` descriptors from `clean` on hold a mapping each; a packet's are all mapped before the card sees it.
// Cost: one packet of driver and stack work for each packet, however large, besides map and unmap.

import { pow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import type { Rng } from '../../lib/rng.ts'
import { PRICES } from '../engine/cost.ts'
import type { ParamsOf } from '../params.ts'
import { drawGap } from './exponential.ts'
import { createRings, mapRing, queueRng, type Rings, ringDone, touched, untouched, WIRE_OVERHEAD } from './nic.ts'
import { nicTxParams as params } from './nic-tx-params.ts'
import {
  OP_COHERENT,
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

/** IP and TCP headers with timestamps, and the Ethernet header before them. */
const TCP_IP_BYTES = 52
const HEADER_BYTES = 14 + TCP_IP_BYTES
/** A packet is at most 64 KiB with the room that TCP keeps for its headers (MAX_TCP_HEADER). */
const GSO_MAX_BYTES = 65_535 - 320
/** Room before the headers in the linear part. */
const HEADROOM = 64
/** Unused descriptors below which a queue is stopped: linear part, 17 fragments, 2 to keep apart; and woken again. */
const STOP_BELOW = 20
const WAKE_AT = 32
/** Packets handled before another task of the CPU has its turn. */
const BUDGET = 64
/** RAM of one queue: linear parts, then the stream of payload, which wraps. More than a full ring holds. */
const QUEUE_BYTES = pow2(30)
const STREAM_AT = pow2(28)
const STREAM_BYTES = pow2(28)

const IDLE = 0
const SEND = 1
const UNWIND = 2
const CLEAN = 3

/** Numbers per descriptor; all but the mapping stand at the first one of a packet. */
const STRIDE = 4
const MAPPING = 0
const PARTS = 1
const PAYLOAD = 2
/** When the packet has been sent, ns. */
const SENT = 3

interface Queue {
  readonly firstSlot: number
  readonly startNs: number
  readonly rng: Rng
  phase: number
  /** Descriptor cleaned next, and how many from there hold mappings. */
  clean: number
  used: number
  stopped: boolean
  /** Packets that wait in the stack, and payload that it handed over and that is not completed. */
  waiting: number
  inFlight: number
  nextPacketPs: number
  /** Descriptors that the packet in hand has mapped, or has still to give back. */
  part: number
  /** Payload that is still to be mapped, and where in the stream it begins. */
  left: number
  at: number
  /** In the middle of a completion interrupt; when the last one came. */
  cleaning: boolean
  lastCleanNs: number
  budget: number
  /** Packets dropped that `next` has not told of yet. */
  untold: number
}

export interface NicTx {
  readonly queues: readonly Queue[]
  readonly ring: number
  readonly payload: number
  /** Payload bytes of one frame on the wire. */
  readonly segment: number
  readonly linear: boolean
  readonly headStride: number
  readonly fragmentBytes: number
  readonly flightBytes: number
  readonly spacingNs: number
  readonly completionNs: number
  readonly rings: Rings
  readonly base: number
  wirePsPerBit: number
  /** When the wire has sent everything handed to it, ps. */
  wireFreePs: number
  gapPs: number
  bps: number
  /** [slots*STRIDE] */
  readonly slots: Chunked<Float64Array>
}

/** What it is set to. */
type Settings = ParamsOf<typeof params>

function create(settings: Settings, env: WorkloadEnv): NicTx {
  const mtu = settings.mtu
  const ring = settings.ring
  const tso = settings.tso === 'on'
  const segment = mtu - TCP_IP_BYTES
  const most = Math.min(GSO_MAX_BYTES, settings.packet)
  const linear = !tso && settings.frame === 'linear'
  const page = pow2(env.cpuPageShift)
  let headStride = 1024
  while (linear && headStride < HEADROOM + HEADER_BYTES + segment) headStride *= 2
  const queues = Array.from({ length: settings.queues }, (_, q): Queue => {
    const startNs = env.nowNs + settings.start
    return {
      firstSlot: q * ring,
      startNs,
      rng: queueRng(env, q),
      phase: IDLE,
      clean: 0,
      used: 0,
      stopped: false,
      waiting: 0,
      inFlight: 0,
      nextPacketPs: startNs * 1000,
      part: 0,
      left: 0,
      at: 0,
      cleaning: false,
      lastCleanNs: 0,
      budget: BUDGET,
      untold: 0,
    }
  })
  const rings = createRings(
    settings.rings,
    env,
    queues.map(() => ring),
  )
  const state: NicTx = {
    queues,
    ring,
    payload: tso ? Math.max(1, Math.floor(most / segment)) * segment : segment,
    segment,
    linear,
    headStride,
    fragmentBytes: settings.source === 'write' ? Math.max(32_768, page) : page,
    flightBytes: settings.flight,
    spacingNs: settings.spacing,
    completionNs: settings.completion,
    rings,
    base: rings.end,
    wirePsPerBit: 0,
    wireFreePs: 0,
    gapPs: 0,
    bps: 0,
    slots: chunked(new Float64Array(queues.length * ring * STRIDE)),
  }
  setLoad(state, settings)
  for (const q of queues) q.nextPacketPs += drawGap(q.rng, state.gapPs)
  return state
}

function wireBits(s: NicTx): number {
  return (s.payload + Math.ceil(s.payload / s.segment) * (TCP_IP_BYTES + WIRE_OVERHEAD)) * 8
}

function setLoad(s: NicTx, settings: Settings): void {
  const bps = settings.rate * 1e9
  const offered = bps * (settings.load / 100)
  s.wirePsPerBit = 1e12 / bps
  const gapPs =
    offered >= bps ? 0 : offered > 0 ? (wireBits(s) * 1e12 * s.queues.length) / offered : Number.POSITIVE_INFINITY
  s.gapPs = s.spacingNs > 0 ? s.spacingNs * 1000 * s.queues.length : gapPs
  s.bps = s.spacingNs > 0 ? (s.payload * 8 * 1e9) / s.spacingNs : (offered * s.payload * 8) / wireBits(s)
}

/** No further packet fits in what the stack may have in flight. */
function isFull(s: NicTx, q: Queue): boolean {
  return q.waiting * s.payload + q.inFlight + s.payload > s.flightBytes
}

/** Packets that the stack made up to now wait for the queue; while too much is in flight it makes none. */
function settlePackets(s: NicTx, q: Queue, nowPs: number): void {
  while (q.nextPacketPs <= nowPs) {
    if (isFull(s, q)) q.nextPacketPs = nowPs
    else q.waiting++
    q.nextPacketPs += drawGap(q.rng, s.gapPs)
  }
}

function descriptor(s: NicTx, at: number): number {
  return at >= s.ring ? at - s.ring : at
}

function next(s: NicTx, task: number, nowNs: number, op: Op): number {
  const q = s.queues[task]!
  op.missed = 0
  untouched(op)
  if (nowNs < q.startNs) return q.startNs
  op.missed = q.untold
  q.untold = 0
  op.workPs = 0
  op.delivered = 0
  const ring = mapRing(s.rings, task, s.queues.length * s.ring + task, op)
  if (ring !== 0) return ring
  if (q.phase === IDLE && !choose(s, q, nowNs)) {
    const due = q.used > 0 ? interruptNs(s, q) : Number.POSITIVE_INFINITY
    return q.waiting > 0 || isFull(s, q) ? due : Math.min(due, Math.ceil(q.nextPacketPs / 1000))
  }
  if (q.budget === 0) {
    q.budget = BUDGET
    return YIELD
  }
  if (q.phase === SEND) return mapPart(s, q, task, op)
  if (q.phase === UNWIND) return unmapPart(s, q, descriptor(s, q.clean + q.used - 1), op)
  touched(s.rings, task, q.clean, op)
  return unmapPart(s, q, q.clean, op)
}

/** When the card interrupts for what is or will be sent. */
function interruptNs(s: NicTx, q: Queue): number {
  return Math.max(sentNs(s, q), q.lastCleanNs + s.completionNs)
}

/** When the oldest packet of the ring has been sent. */
function sentNs(s: NicTx, q: Queue): number {
  return s.slots.data[(q.firstSlot + q.clean) * STRIDE + SENT]!
}

/** Takes up the next packet: to clean if an interrupt is due, else to send. False when there is nothing to do. */
function choose(s: NicTx, q: Queue, nowNs: number): boolean {
  settlePackets(s, q, nowNs * 1000)
  const cleans = q.used > 0 && (q.cleaning ? sentNs(s, q) : interruptNs(s, q)) <= nowNs
  if (cleans && !q.cleaning) q.lastCleanNs = nowNs
  q.cleaning = cleans
  if (cleans) {
    q.phase = CLEAN
    q.part = s.slots.data[(q.firstSlot + q.clean) * STRIDE + PARTS]!
    return true
  }
  if (q.waiting === 0 || q.stopped) return false
  q.waiting--
  q.inFlight += s.payload
  q.phase = SEND
  q.part = 0
  q.left = s.payload
  return true
}

/** Payload of the fragment that begins at the queue's place in the stream. */
function fragmentBytes(s: NicTx, q: Queue): number {
  return Math.min(q.left, s.fragmentBytes - (q.at % s.fragmentBytes))
}

function mapPart(s: NicTx, q: Queue, task: number, op: Op): number {
  const at = descriptor(s, q.clean + q.used)
  const ram = s.base + task * QUEUE_BYTES
  const fragment = q.part > 0
  op.kind = OP_MAP
  op.slot = q.firstSlot + at
  op.address = fragment ? ram + STREAM_AT + q.at : ram + at * s.headStride + HEADROOM
  op.bytes = fragment ? fragmentBytes(s, q) : HEADER_BYTES + (s.linear ? s.payload : 0)
  op.direction = TO_DEVICE
  const last = fragment ? op.bytes === q.left : s.linear
  if (last) op.workPs = PRICES.packet.ps
  return RUN
}

function unmapPart(s: NicTx, q: Queue, at: number, op: Op): number {
  op.kind = OP_UNMAP
  op.slot = q.firstSlot + at
  const record = op.slot * STRIDE
  op.mapping = s.slots.data[record + MAPPING]!
  if (q.phase === CLEAN && q.part === s.slots.data[record + PARTS]!) op.delivered = s.slots.data[record + PAYLOAD]!
  return RUN
}

function done(s: NicTx, task: number, op: Op, nowNs: number): void {
  const q = s.queues[task]!
  if (op.kind === OP_COHERENT) ringDone(s.rings, task, op)
  else if (op.kind === OP_MAP) partDone(s, q, op, nowNs)
  else {
    s.slots.data[op.slot * STRIDE + PARTS] = 0
    touch(s.slots, op.slot * STRIDE)
    q.used--
    q.part--
    if (q.phase === CLEAN) q.clean = descriptor(s, q.clean + 1)
    if (q.part > 0) return
    if (q.phase === UNWIND) dropPacket(s, q)
    else {
      q.inFlight -= s.payload
      if (s.ring - q.used >= WAKE_AT) q.stopped = false
      packetDone(q)
    }
  }
}

function dropPacket(s: NicTx, q: Queue): void {
  q.inFlight -= s.payload
  q.untold++
  packetDone(q)
}

function packetDone(q: Queue): void {
  q.phase = IDLE
  q.budget--
}

function partDone(s: NicTx, q: Queue, op: Op, nowNs: number): void {
  if (op.mapping < 0) {
    q.phase = UNWIND
    if (q.part === 0) dropPacket(s, q)
    return
  }
  const record = op.slot * STRIDE
  s.slots.data[record + MAPPING] = op.mapping
  touch(s.slots, record)
  if (q.part > 0 || s.linear) {
    const payload = s.linear ? s.payload : op.bytes
    q.left -= payload
    q.at = (q.at + payload) % STREAM_BYTES
  }
  q.used++
  q.part++
  if (q.left > 0) return
  sendPacket(s, q, nowNs)
  q.stopped = s.ring - q.used < STOP_BELOW
  packetDone(q)
}

/** The packet in hand is all mapped: the wire gets it. */
function sendPacket(s: NicTx, q: Queue, nowNs: number): void {
  s.wireFreePs = Math.max(s.wireFreePs, nowNs * 1000) + Math.round(wireBits(s) * s.wirePsPerBit)
  const first = descriptor(s, q.clean + q.used - q.part)
  const record = (q.firstSlot + first) * STRIDE
  s.slots.data[record + PARTS] = q.part
  s.slots.data[record + PAYLOAD] = s.payload
  s.slots.data[record + SENT] = Math.ceil(s.wireFreePs / 1000)
  touch(s.slots, record)
}

function retune(s: NicTx, settings: Settings, nowNs: number): void {
  for (const q of s.queues) settlePackets(s, q, nowNs * 1000)
  setLoad(s, settings)
  for (const q of s.queues) q.nextPacketPs = Math.max(nowNs, q.startNs) * 1000 + drawGap(q.rng, s.gapPs)
}

export const nicTxInfo: WorkloadInfo<typeof params> = {
  id: 'nic-tx',
  label: 'Network card, transmit',
  params,
}

export const nicTx = withCode<NicTx, typeof params>(nicTxInfo, {
  complaint: 'Tx DMA map failed',
  missing: 'packet not mapped',
  create,
  tasks: (s) => s.queues.length,
  firstWakeNs: (s, q) => s.queues[q]!.startNs,
  next,
  done,
  cancel: () => {},
  retune,
  offeredBps: (s) => s.bps,
  owner: (s, q, slot) =>
    `transmit queue ${q}, ${slot < s.queues.length * s.ring ? `descriptor ${slot % s.ring}` : 'descriptor ring'}`,
})
