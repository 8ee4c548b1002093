// A hypervisor maps the memory of a guest for a device that the guest was given, and moves memory between guests while
// the device works: through the IOMMU API, at addresses of its own choosing, without an allocator.
//
// Kernel: drivers/vfio/vfio_iommu_type1.c (iommu_map for each contiguous run of pinned pages, iommu_unmap); a balloon
//   driver is one reason for what happens later. The flush that was missing there: the list post of 10 November 2011.
// What it does: task 0 maps guest RAM block by block. From then on it takes a region away at each interval, hands the memory
//   to another guest, and later maps other memory there. Task 1 is the other guest: it maps what it is handed behind the
//   first one's RAM in the same address space, keeps two regions, and gives the oldest back to the host for reuse.
// The device, every few µs: 2 of 16 accesses go anywhere in RAM, the others to 8 pages each of two regions: the one that
//   is taken next (or is away), and the one before it.
// Not modelled: a table of the other guest's own, its device, pinning, and the guest itself.
// Invariant: every block of host memory is behind a block of one guest, in hand between the two, or spare.
// Cost: half a packet's worth of work for each call of the hypervisor; a region is one unmap and a map for each block.

import { alignUp, pow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import { createRng, nextU32, type Rng } from '../../lib/rng.ts'
import { PRICES } from '../engine/cost.ts'
import type { ParamsOf } from '../params.ts'
import { guestParams as params } from './guest-params.ts'
import { LOOK_NS, RETRY_NS } from './think.ts'
import {
  type DeviceDma,
  FROM_DEVICE,
  OP_IOMMU_MAP,
  OP_IOMMU_UNMAP,
  type Op,
  RUN,
  type WorkloadEnv,
  type WorkloadInfo,
  withCode,
} from './workload.ts'

const GIB = 1_073_741_824
/** Most bytes of one map where the block's pages cannot be large ones: one call must not take for ever. */
const CALL_BYTES = 16_777_216
/** Between the unmap of a region and the other guest's map of its memory, ns. */
const HAND_NS = 10_000
/** Regions that the other guest keeps. */
const KEPT = 2
/** Regions of the host's memory that nobody has at the start. */
const SPARE = KEPT + 2
const ACCESSES = 16
const HOT_PAGES = 8
/** Bytes that one access moves. */
const LINE = 64

export interface Guest {
  readonly pageBytes: number
  /** Pages of a block, blocks of a region, blocks of the guest's RAM that the window has room for (known when built). */
  readonly blockPages: number
  readonly regionBlocks: number
  blocks: number
  /** First page of the other guest's addresses: that behind the first one's RAM. */
  readonly otherPage: number
  /** Real address of the host's first block. */
  readonly base: number
  readonly startNs: number
  readonly rng: Rng
  /** Blocks of the guest mapped so far. */
  built: number
  /** [blocks] the host's block behind each of the guest's. */
  readonly behind: Chunked<Int32Array>
  /** The host's spare blocks: a ring, oldest first. */
  readonly spare: Chunked<Int32Array>
  spareHead: number
  spareCount: number
  /** Region whose turn it is; it is away from its unmap until `returned` is a whole region again. */
  region: number
  away: boolean
  returned: number
  takeNs: number
  returnNs: number
  /** [regionBlocks] taken from the guest; the last `inHand` are not yet the other guest's, who may map from `handNs` on. */
  readonly hand: Int32Array
  inHand: number
  handNs: number
  /** [(KEPT+1)*regionBlocks] the other guest's blocks by place, [KEPT+1] how many of each region it has mapped. */
  readonly other: Chunked<Int32Array>
  readonly otherBlocks: Int32Array
  /** Region of its addresses that it maps next, and regions that it holds. */
  otherPut: number
  otherHeld: number
  /** When the device acts next, ns. */
  actNs: number
  intervalNs: number
  awayNs: number
  misbehaves: boolean
  everyNs: number
}

/** What it is set to. */
type Settings = ParamsOf<typeof params>

function create(settings: Settings, env: WorkloadEnv): Guest {
  const pageBytes = pow2(env.iommuPageShift)
  const ram = settings.ram
  const shifted = settings.misalign === 'on'
  const block = Math.min(ram, settings.backing)
  const balloon = settings.balloon
  const blockBytes = Math.max(pageBytes, shifted ? Math.min(block, balloon, CALL_BYTES) : block)
  const regionBlocks = Math.max(1, Math.floor(balloon / blockBytes))
  const blocks = Math.floor(ram / blockBytes)
  const state: Guest = {
    pageBytes,
    blockPages: blockBytes / pageBytes,
    regionBlocks,
    blocks,
    otherPage: ram / pageBytes,
    base: alignUp(env.base, GIB) + (shifted ? pageBytes : 0),
    startNs: env.nowNs,
    rng: createRng(env.seed),
    built: 0,
    behind: chunked(new Int32Array(blocks)),
    // Room for what is in hand as well.
    spare: chunked(Int32Array.from({ length: (SPARE + 1) * regionBlocks }, (_, i) => blocks + i)),
    spareHead: 0,
    spareCount: SPARE * regionBlocks,
    region: 0,
    away: false,
    returned: 0,
    takeNs: 0,
    returnNs: 0,
    hand: new Int32Array(regionBlocks),
    inHand: 0,
    handNs: 0,
    other: chunked(new Int32Array((KEPT + 1) * regionBlocks)),
    otherBlocks: new Int32Array(KEPT + 1),
    otherPut: 0,
    otherHeld: 0,
    actNs: Number.POSITIVE_INFINITY,
    intervalNs: 0,
    awayNs: 0,
    misbehaves: false,
    everyNs: 0,
  }
  setLoad(state, settings)
  return state
}

function setLoad(s: Guest, settings: Settings): void {
  s.intervalNs = settings.interval
  s.awayNs = settings.away
  s.misbehaves = settings.misbehaves === 'on'
  s.everyNs = settings.every
}

const isBuilt = (s: Guest): boolean => s.built === s.blocks
const regions = (s: Guest): number => Math.floor(s.blocks / s.regionBlocks)
const regionPages = (s: Guest): number => s.regionBlocks * s.blockPages
/** First page of a region of the other guest. */
const otherStart = (s: Guest, region: number): number => s.otherPage + region * regionPages(s)

/** A map of the host's block `host` at `page` of the address space. */
function mapBlock(s: Guest, page: number, host: number, op: Op): number {
  const bytes = s.blockPages * s.pageBytes
  op.kind = OP_IOMMU_MAP
  op.slot = Math.floor(page / s.blockPages)
  op.sgAddress[0] = page
  op.sgAddress[1] = page
  op.sgBytes[0] = bytes
  op.elements = 0
  op.address = s.base + host * bytes
  op.bytes = bytes
  op.direction = FROM_DEVICE
  return RUN
}

function unmapPages(s: Guest, page: number, pages: number, op: Op): number {
  op.kind = OP_IOMMU_UNMAP
  op.slot = Math.floor(page / s.blockPages)
  op.sgAddress[0] = page
  op.sgBytes[0] = pages
  return RUN
}

function next(s: Guest, task: number, nowNs: number, op: Op): number {
  op.missed = 0
  op.used = 0
  op.descriptor = -1
  op.delivered = 0
  op.workPs = PRICES.packet.ps / 2
  return task === 0 ? hypervisor(s, nowNs, op) : otherGuest(s, nowNs, op)
}

function hypervisor(s: Guest, nowNs: number, op: Op): number {
  if (!isBuilt(s)) return mapBlock(s, s.built * s.blockPages, s.built, op)
  if (regions(s) === 0) return Number.POSITIVE_INFINITY
  const start = s.region * regionPages(s)
  if (!s.away) {
    if (nowNs < s.takeNs) return s.takeNs
    // The other guest has not taken up what it was handed last.
    return s.inHand > 0 ? nowNs + LOOK_NS : unmapPages(s, start, regionPages(s), op)
  }
  if (nowNs < s.returnNs) return s.returnNs
  if (s.spareCount === 0) return nowNs + LOOK_NS
  return mapBlock(s, start + s.returned * s.blockPages, s.spare.data[s.spareHead]!, op)
}

function otherGuest(s: Guest, nowNs: number, op: Op): number {
  if (s.inHand > 0) {
    if (nowNs < s.handNs) return s.handNs
    const at = s.regionBlocks - s.inHand
    return mapBlock(s, otherStart(s, s.otherPut) + at * s.blockPages, s.hand[at]!, op)
  }
  if (s.otherHeld <= KEPT) return Math.max(nowNs + LOOK_NS, isBuilt(s) ? s.takeNs : 0)
  const oldest = oldestRegion(s)
  if (s.otherBlocks[oldest]! > 0) {
    return unmapPages(s, otherStart(s, oldest), s.otherBlocks[oldest]! * s.blockPages, op)
  }
  s.otherHeld--
  return nowNs + LOOK_NS
}

/** The region that the other guest has held longest. */
function oldestRegion(s: Guest): number {
  return (s.otherPut - s.otherHeld + 2 * (KEPT + 1)) % (KEPT + 1)
}

function done(s: Guest, task: number, op: Op, nowNs: number): void {
  if (task === 1) otherDone(s, op)
  else if (op.kind === OP_IOMMU_UNMAP) takeRegion(s, nowNs)
  else if (!isBuilt(s)) blockDone(s, op, nowNs)
  else blockReturned(s, op, nowNs)
}

/** A block of RAM was mapped at the start; the guest has no more than the window has room for. */
function blockDone(s: Guest, op: Op, nowNs: number): void {
  if (op.entry < 0) s.blocks = s.built
  else {
    s.behind.data[s.built] = s.built
    touch(s.behind, s.built++)
  }
  if (!isBuilt(s)) return
  s.takeNs = nowNs + s.intervalNs
  s.actNs = s.built > 0 ? nowNs + s.everyNs : Number.POSITIVE_INFINITY
}

function takeRegion(s: Guest, nowNs: number): void {
  const first = s.region * s.regionBlocks
  for (let i = 0; i < s.regionBlocks; i++) s.hand[i] = s.behind.data[first + i]!
  s.inHand = s.regionBlocks
  s.handNs = nowNs + HAND_NS
  s.away = true
  s.returned = 0
  s.returnNs = nowNs + s.awayNs
  s.takeNs = nowNs + s.intervalNs
}

/** Other memory is mapped where a block was taken away. */
function blockReturned(s: Guest, op: Op, nowNs: number): void {
  if (op.entry < 0) {
    s.returnNs = nowNs + RETRY_NS
    return
  }
  const at = s.region * s.regionBlocks + s.returned
  s.behind.data[at] = s.spare.data[s.spareHead]!
  touch(s.behind, at)
  s.spareHead = (s.spareHead + 1) % s.spare.data.length
  s.spareCount--
  if (++s.returned < s.regionBlocks) return
  s.away = false
  s.region = (s.region + 1) % regions(s)
  if (s.takeNs <= nowNs) s.takeNs = nowNs + 1
}

function otherDone(s: Guest, op: Op): void {
  if (op.kind === OP_IOMMU_UNMAP) {
    const oldest = oldestRegion(s)
    for (let i = 0; i < s.otherBlocks[oldest]!; i++) giveSpare(s, s.other.data[oldest * s.regionBlocks + i]!)
    s.otherBlocks[oldest] = 0
    s.otherHeld--
    return
  }
  const host = s.hand[s.regionBlocks - s.inHand]!
  if (op.entry < 0) giveSpare(s, host)
  else {
    const at = s.otherPut * s.regionBlocks + s.otherBlocks[s.otherPut]!
    s.other.data[at] = host
    touch(s.other, at)
    s.otherBlocks[s.otherPut] = s.otherBlocks[s.otherPut]! + 1
  }
  if (--s.inHand > 0) return
  s.otherPut = (s.otherPut + 1) % (KEPT + 1)
  s.otherHeld++
}

function giveSpare(s: Guest, host: number): void {
  const at = (s.spareHead + s.spareCount++) % s.spare.data.length
  s.spare.data[at] = host
  touch(s.spare, at)
}

/** A burst of accesses of the guest's device at `nowNs`; none before RAM is mapped. */
function run(s: Guest, nowNs: number, dma: DeviceDma): number {
  if (nowNs < s.actNs) return s.actNs
  let moved = 0
  for (let i = 0; i < ACCESSES; i++) {
    const draw = nextU32(s.rng)
    const page = pageOf(s, i, draw)
    const region = Math.floor(page / regionPages(s))
    if (s.away && region === s.region && !s.misbehaves) continue
    if (dma.access(page, (draw & 1) === 1).outcome > 0) moved += LINE
  }
  if (moved > 0) dma.deliver(moved)
  s.actNs = nowNs + s.everyNs
  return s.actNs
}

/** The page of RAM that access `i` of a burst goes to. */
function pageOf(s: Guest, i: number, draw: number): number {
  const n = regions(s)
  // Of a guest with less room than a region nothing is ever taken.
  if (i < 2 || n === 0) return Math.floor((draw / 4_294_967_296) * s.blocks * s.blockPages)
  const region = i % 2 === 0 ? s.region : (s.region + n - 1) % n
  const hot = Math.min(HOT_PAGES, regionPages(s))
  return region * regionPages(s) + ((draw >>> 16) % hot)
}

export const guestInfo: WorkloadInfo<typeof params> = {
  id: 'guest',
  choosesAddresses: true,
  label: 'A hypervisor maps a guest',
  params,
}

export const guest = withCode<Guest, typeof params>(guestInfo, {
  create,
  tasks: () => 2,
  firstWakeNs: (s) => s.startNs,
  next,
  done,
  // `next` takes nothing that `done` does not.
  cancel: () => {},
  retune(s, settings, nowNs) {
    setLoad(s, settings)
    s.takeNs = Math.min(s.takeNs, nowNs + s.intervalNs)
    s.returnNs = Math.min(s.returnNs, nowNs + s.awayNs)
  },
  engine: { firstNs: (s) => s.actNs, run },
  offeredBps: () => 0,
  owner: (s, _task, slot) =>
    slot * s.blockPages < s.otherPage
      ? `guest, block ${slot}`
      : `another guest, block ${slot - Math.floor(s.otherPage / s.blockPages)}`,
})
