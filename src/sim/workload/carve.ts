// A hypervisor maps blocks of memory for a device, in pages as large as they can be, and then takes a small piece back
// from each block: what becomes of the rest of the large page is where the drivers of the IOMMUs differ.
//
// Kernel: the IOMMU API (iommu_map, iommu_unmap) as a hypervisor calls it. Spec: spec/SWIOTLB-IOTLB.md B.5, B.6.
// What it does: task 0 maps the blocks from entry 0 on, a call for each. At each interval the next block in turn loses a
//   piece. When every block has lost one, all that is left is taken back, from the last block to the first, and the
//   blocks are mapped anew. It knows only what it asked for: whether more or less than the piece has gone, it never asks.
// How a block is taken back: before the piece, behind it to the end of its large page, then the rest of the block. VT-d
//   may find a hole there and clear as much as the hole spans; hence no part that begins in a hole goes past a large page,
//   and a block that lies behind is gone already.
// The device reads 16 places of the blocks at random every 5 µs.
// Not modelled: why the piece is wanted, pinning, and who gets its memory; a block always comes back to the same memory.
// Invariant: a piece lies at a multiple of its size, so that it is within one large page or consists of whole ones; it is
//   never the whole block.
// Cost: half a packet's worth of work for each call of the hypervisor; a block is mapped in one and taken back in three
//   at most.

import { alignUp, pow2 } from '../../lib/bits.ts'
import { createRng, nextU32, type Rng } from '../../lib/rng.ts'
import { PRICES } from '../engine/cost.ts'
import type { ParamsOf } from '../params.ts'
import { carveParams as params } from './carve-params.ts'
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

/** Calls that take back what a piece has left of a block; some are of no pages and not made. */
const PARTS = 3
const EVERY_NS = 5_000
const ACCESSES = 16
/** Bytes that one access moves. */
const LINE = 64

export interface Carve {
  readonly pageBytes: number
  readonly blockPages: number
  /** Pages of the smallest large page: a table page has an entry for each. */
  readonly largePages: number
  /** Blocks that the window has room for; known when all are mapped. */
  blocks: number
  /** Real address of the first block. */
  readonly base: number
  readonly startNs: number
  readonly rng: Rng
  /** The blocks before this one are mapped, apart from their pieces. */
  built: number
  /** [blocks] first page in its block of the piece that was taken, and its pages; 0: none was. */
  readonly at: Int32Array
  readonly taken: Int32Array
  /** What comes next once all is mapped: the piece of a block, below `blocks`; then the parts of the blocks in reverse. */
  step: number
  takeNs: number
  /** When the device reads next, ns. */
  readNs: number
  intervalNs: number
  /** Pages of a piece, and the first one of its block. */
  piecePages: number
  pieceAt: number
  misbehaves: boolean
}

/** What it is set to. */
type Settings = ParamsOf<typeof params>

function create(settings: Settings, env: WorkloadEnv): Carve {
  const pageBytes = pow2(env.iommuPageShift)
  const blockBytes = Math.max(settings.block, 2 * pageBytes)
  const blocks = settings.blocks
  const state: Carve = {
    pageBytes,
    blockPages: blockBytes / pageBytes,
    largePages: pow2(env.iommuPageShift - 3),
    blocks,
    base: alignUp(env.base, blockBytes),
    startNs: env.nowNs,
    rng: createRng(env.seed),
    built: 0,
    at: new Int32Array(blocks),
    taken: new Int32Array(blocks),
    step: 0,
    takeNs: 0,
    readNs: Number.POSITIVE_INFINITY,
    intervalNs: 0,
    piecePages: 0,
    pieceAt: 0,
    misbehaves: false,
  }
  tune(state, settings)
  return state
}

function tune(s: Carve, settings: Settings): void {
  const pages = Math.max(1, Math.min(Math.floor(settings.piece / s.pageBytes), s.blockPages / 2))
  const behind = s.blockPages - pages
  // Of two halves the second one is as near the middle as the first, and does not begin where the block does.
  const middle = Math.max(pages, Math.floor(behind / 2 / pages) * pages)
  s.piecePages = pages
  s.pieceAt = settings.where === 'start' ? 0 : settings.where === 'end' ? behind : middle
  s.intervalNs = settings.interval
  s.misbehaves = settings.misbehaves === 'on'
}

/** The block that a step takes a part of, and which part: before the piece, behind it, the rest; steps from `blocks` on. */
const blockOf = (s: Carve, step: number): number => s.blocks - 1 - Math.floor((step - s.blocks) / PARTS)
const partOf = (s: Carve, step: number): number => (step - s.blocks) % PARTS

/** Where a part of what is left of a block begins, and where it ends: pages of the block. */
function partStart(s: Carve, block: number, part: number): number {
  return part === 0 ? 0 : part === 1 ? s.at[block]! + s.taken[block]! : partEnd(s, block, 1)
}

function partEnd(s: Carve, block: number, part: number): number {
  if (part === 0) return s.at[block]!
  return part === 1 ? Math.min(s.blockPages, alignUp(partStart(s, block, 1), s.largePages)) : s.blockPages
}

function next(s: Carve, _task: number, nowNs: number, op: Op): number {
  if (s.blocks === 0) return Number.POSITIVE_INFINITY
  op.missed = 0
  op.used = 0
  op.descriptor = -1
  op.delivered = 0
  op.workPs = PRICES.packet.ps / 2
  if (s.step < s.blocks && s.built < s.blocks) return mapBlock(s, op)
  if (nowNs < s.takeNs) return s.takeNs
  if (s.step < s.blocks) return unmapPages(s, s.step, s.pieceAt, s.pieceAt + s.piecePages, op)
  const block = blockOf(s, s.step)
  const part = partOf(s, s.step)
  return unmapPages(s, block, partStart(s, block, part), partEnd(s, block, part), op)
}

function mapBlock(s: Carve, op: Op): number {
  const bytes = s.blockPages * s.pageBytes
  op.kind = OP_IOMMU_MAP
  op.slot = s.built
  op.sgAddress[0] = s.built * s.blockPages
  op.sgAddress[1] = s.built * s.blockPages
  op.sgBytes[0] = bytes
  op.elements = 0
  op.address = s.base + s.built * bytes
  op.bytes = bytes
  op.direction = FROM_DEVICE
  return RUN
}

/** An unmap of pages [from, to) of a block. */
function unmapPages(s: Carve, block: number, from: number, to: number, op: Op): number {
  op.kind = OP_IOMMU_UNMAP
  op.slot = block
  op.sgAddress[0] = block * s.blockPages + from
  op.sgBytes[0] = to - from
  return RUN
}

function done(s: Carve, _task: number, op: Op, nowNs: number): void {
  if (op.kind === OP_IOMMU_MAP) blockDone(s, op, nowNs)
  else if (s.step < s.blocks) pieceDone(s, op, nowNs)
  else {
    s.built = blockOf(s, s.step++)
    skipEmpty(s)
  }
}

/** A block was mapped, or there was no room: then these are all. */
function blockDone(s: Carve, op: Op, nowNs: number): void {
  if (op.entry < 0) s.blocks = s.built
  else s.taken[s.built++] = 0
  if (s.built < s.blocks) return
  s.takeNs = nowNs + s.intervalNs
  if (s.blocks > 0 && s.readNs === Number.POSITIVE_INFINITY) s.readNs = nowNs + EVERY_NS
}

function pieceDone(s: Carve, op: Op, nowNs: number): void {
  // Where it lies may have been changed since it was asked for.
  s.at[s.step] = op.sgAddress[0]! - s.step * s.blockPages
  s.taken[s.step] = op.sgBytes[0]!
  s.takeNs = nowNs + s.intervalNs
  s.step++
  skipEmpty(s)
}

/** Goes past parts of no pages; behind the last one it begins anew. */
function skipEmpty(s: Carve): void {
  const end = s.blocks * (1 + PARTS)
  for (; s.step >= s.blocks && s.step < end; s.step++) {
    const block = blockOf(s, s.step)
    const part = partOf(s, s.step)
    if (partStart(s, block, part) < partEnd(s, block, part)) return
  }
  if (s.step === end) s.step = 0
}

/** A burst of reads at `nowNs`; none before the blocks are mapped for the first time. Returns when the next one is due. */
function run(s: Carve, nowNs: number, dma: DeviceDma): number {
  if (nowNs < s.readNs) return s.readNs
  let moved = 0
  for (let i = 0; i < ACCESSES; i++) {
    const page = Math.floor((nextU32(s.rng) / 4_294_967_296) * s.blocks * s.blockPages)
    if (!s.misbehaves && isTaken(s, page)) continue
    if (dma.access(page, false).outcome > 0) moved += LINE
  }
  if (moved > 0) dma.deliver(moved)
  s.readNs = nowNs + EVERY_NS
  return s.readNs
}

/** The hypervisor has taken this page of the blocks back. */
function isTaken(s: Carve, page: number): boolean {
  const block = Math.floor(page / s.blockPages)
  if (block >= s.built) return true
  const inside = page - block * s.blockPages - s.at[block]!
  return inside >= 0 && inside < s.taken[block]!
}

export const carveInfo: WorkloadInfo<typeof params> = {
  id: 'carve',
  choosesAddresses: true,
  label: 'Part of a large page is taken back',
  params,
}

export const carve = withCode<Carve, typeof params>(carveInfo, {
  create,
  tasks: () => 1,
  firstWakeNs: (s) => s.startNs,
  next,
  done,
  // `next` takes nothing that `done` does not.
  cancel: () => {},
  retune(s, settings, nowNs) {
    tune(s, settings)
    s.takeNs = Math.min(s.takeNs, nowNs + s.intervalNs)
  },
  engine: { firstNs: (s) => s.readNs, run },
  offeredBps: () => 0,
  owner: (_s, _task, slot) => `hypervisor, block ${slot}`,
})
