// A driver's buffer on a machine without a working IOMMU: used where it lies, copied through the pool, or refused.
//
// Spec: spec/SWIOTLB-IOTLB.md A.3, A.6 to A.8.
// What it does: a buffer that ends within the device's mask is used directly. Another one gets slots in the pool and is
//   copied there, whatever its direction; at the unmap it is copied back if the device may have written. The lock of an area
//   is held for the search and for the bookkeeping, not for the copies. A slot set that another CPU has touched last moves,
//   a cache line at a time: 24 bytes are kept about a slot. A mapping that stays is synced: the part that the device wrote is
//   copied back, and nothing goes in again.
// Memory that is coherent is taken to lie within the mask and never bounces, by force neither: the CPU and the device use it
//   at the same time.
// Not modelled: buffers that bounce behind an IOMMU that works (A.7).
// Invariant: a slot is taken exactly while a mapping record covers it.

import type { BootKernel } from '../boot/boot.ts'
import type { DmaDomain } from '../dma/dma-ops.ts'
import { PRICES } from '../engine/cost.ts'
import { logEvent } from '../engine/log.ts'
import { type CostMeter, charge, dropLock } from '../engine/meter.ts'
import { addToColumn } from '../engine/recorder.ts'
import * as ev from '../machine/events.ts'
import { forgetMapping, holderOn, mayPrint, recordMapping } from '../machine/ledger.ts'
import {
  type Bounce,
  type CpuState,
  DIRECT_MAPPING,
  type DmaTable,
  MAP_BYTES,
  MAP_ENTRY,
  MAP_STRIDE,
  MAP_WHO,
  type MachineState,
  NO_BOUNCE,
} from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { placeOf } from '../platform/pc-memory.ts'
import { bounceDirect, copiedOnMap, copiedOnUnmap, createSyncCopy, syncCopy } from '../swiotlb/bounce.ts'
import {
  allocSlots,
  createSlotResult,
  NO_BUFFER,
  releaseSlots,
  type SlotRequest,
  type SwiotlbPool,
} from '../swiotlb/pool.ts'
import { SET_SLOTS, SLOT_BYTES } from '../swiotlb/pool-size.ts'
import { type AbsEntry, cpu as asCpu, type Bytes, NO_ENTRY, realAddr } from '../types.ts'
import { OP_COHERENT } from '../workload/workload.ts'

/** Bytes that are kept about a slot, and of a cache line. */
const SLOT_RECORD = 24
const LINE = 64
/** In `lastCpu`: no CPU has touched the slot set. */
const NO_CPU = 255

const request: SlotRequest = {
  cpu: asCpu(0),
  bytes: 0 as Bytes,
  allocAlignMask: 0,
  minAlignMask: 0,
  orig: realAddr(0),
  owner: 0,
}
const result = createSlotResult()
const part = createSyncCopy()

/** The bounce pool, which stands for an allocator. */
export const poolOf = (table: DmaTable): SwiotlbPool => table.alloc as SwiotlbPool

/** What became of a buffer, in `Bounce.last.outcome`. */
export const WENT_DIRECT = 0
export const WENT_BOUNCED = 1
export const WENT_REFUSED = 2

/**
 * Maps one buffer of `bytes` at the workload's `address` for CPU `c`. Returns the mapping's id, DIRECT_MAPPING where none is
 * needed, -1 when it is refused.
 */
export function mapBuffer(
  m: Machine,
  c: number,
  table: DmaTable,
  d: DmaDomain,
  device: number,
  mask: AbsEntry,
  cpu: CpuState,
  address: number,
  bytes: number,
): number {
  const { state: s, meter } = m
  const b = table.bounce!
  const pool = poolOf(table)
  const { op } = cpu
  const coherent = op.kind === OP_COHERENT
  const real = coherent ? realAddr(0) : placeOf(b.memory, address)
  // Coherent memory lies where the device reaches it.
  const why = coherent ? 'none' : bounceDirect(b.force, b.isThere, (mask + 1) * d.pageBytes - 1, real, bytes)
  const { last } = b
  last.device = device
  last.address = real
  last.bytes = bytes
  last.above = why !== 'none' && !b.force ? 1 : 0
  op.entry = 0
  if (why === 'none') {
    last.outcome = WENT_DIRECT
    b.direct++
    noteDirect(s, b, bytes)
    return DIRECT_MAPPING
  }
  request.cpu = asCpu(c)
  request.bytes = bytes as Bytes
  request.minAlignMask = b.minAlignMask[device]!
  request.orig = real
  request.owner = c
  if (why === 'refused' || !allocSlots(pool, request, result, meter)) {
    last.outcome = WENT_REFUSED
    // Without a pool nobody was asked, and what the last answer was belongs to another machine.
    last.reason = why === 'refused' ? REASON_NO_POOL : REASONS.indexOf(result.reason!)
    last.slots = why === 'refused' ? 0 : result.slots
    last.used = pool.usedSlots
    table.whyRefused = NO_BOUNCE + last.reason
    op.entry = NO_ENTRY
    return -1
  }
  last.outcome = WENT_BOUNCED
  last.slots = result.slots
  chargeSlots(b, pool, c, result.slot, result.slots, meter)
  dropLock(meter)
  copyIn(s, b, copiedOnMap(bytes), meter)
  b.bounced++
  op.entry = result.slot
  const id = recordMapping(
    s,
    d,
    table,
    c,
    device,
    holderOn(m.bindings[cpu.task]!, cpu),
    op,
    result.slot,
    result.slots,
    real,
    bytes,
    meter,
  )
  logEvent(s.ops, s.nowNs, ev.STEP_MAP, c, device, result.slot, result.slots)
  return id
}

/** `bytes` went where they lie. */
export function noteDirect(s: MachineState, b: Bounce, bytes: number): void {
  b.directBytes += bytes
  addToColumn(s.recorder, s.recorder.uncopied, bytes)
}

/** Why a buffer was refused, by number in `Bounce.last.reason`. */
export const REASONS = ['too-large', 'full', 'scattered'] as const
export const REASON_NO_POOL = 3

/** Takes a mapping back. A direct one needs nothing. `isUsed` false: the device has not had it, so nothing is copied back. */
export function unmapBuffer(m: Machine, c: number, table: DmaTable, id: number, isUsed = true): void {
  if (id === DIRECT_MAPPING) return
  const { state: s, meter } = m
  const b = table.bounce!
  const { data } = table.mappings.records
  const at = id * MAP_STRIDE
  const slot = data[at + MAP_ENTRY]!
  const device = (data[at + MAP_WHO]! >> 8) & 0xff
  logEvent(s.ops, s.nowNs, ev.STEP_UNMAP, c, device, slot, data[at + MAP_ENTRY + 1]!)
  if (isUsed) copyOut(s, b, copiedOnUnmap(data[at + MAP_BYTES]!, data[at + MAP_WHO]! >> 16), meter)
  const pool = poolOf(table)
  const minAlignMask = b.minAlignMask[device]!
  const slots = releaseSlots(pool, offsetOf(pool, slot, minAlignMask), minAlignMask, meter)
  chargeSlots(b, pool, c, slot, slots, meter)
  forgetMapping(s, table, id)
}

/** Hands the first `bytes` of a bounced mapping to the CPU, then all of it to the device: a copy where one is needed. */
export function syncBuffer(m: Machine, table: DmaTable, id: number, bytes: number): void {
  const { state: s, meter } = m
  const { data } = table.mappings.records
  const at = id * MAP_STRIDE
  const who = data[at + MAP_WHO]!
  const pool = poolOf(table)
  const b = table.bounce!
  const minAlignMask = b.minAlignMask[(who >> 8) & 0xff]!
  const offset = offsetOf(pool, data[at + MAP_ENTRY]!, minAlignMask)
  if (syncCopy(pool, offset, bytes, who >> 16, false, minAlignMask, part)) copyOut(s, b, part.bytes, meter)
  if (syncCopy(pool, offset, bytes, who >> 16, true, minAlignMask, part)) copyIn(s, b, part.bytes, meter)
}

/** Where the data of the mapping that begins at a slot begins, bytes from the start of the pool. */
function offsetOf(pool: SwiotlbPool, slot: number, minAlignMask: number): number {
  let data = slot
  // Leading padding carries nothing.
  while (pool.orig.data[data] === NO_BUFFER) data++
  return data * SLOT_BYTES + (pool.orig.data[data]! & minAlignMask & (SLOT_BYTES - 1))
}

/** The bookkeeping of a run: each slot that is counted anew, and the cache lines that another CPU had. */
function chargeSlots(b: Bounce, pool: SwiotlbPool, c: number, slot: number, slots: number, meter: CostMeter): void {
  const { data } = pool.list
  let first = slot
  while (first % SET_SLOTS !== 0 && data[first - 1]! > 0) first--
  const touched = slot + slots - first
  charge(meter, PRICES.slotWrite, touched)
  const set = Math.floor(slot / SET_SLOTS)
  const last = b.lastCpu[set]!
  b.lastCpu[set] = c
  if (last !== c && last !== NO_CPU) charge(meter, PRICES.lineMove, Math.ceil((touched * SLOT_RECORD) / LINE))
}

function copyIn(s: MachineState, b: Bounce, bytes: number, meter: CostMeter): void {
  b.copiedInBytes += bytes
  chargeCopy(s, bytes, meter)
}

function copyOut(s: MachineState, b: Bounce, bytes: number, meter: CostMeter): void {
  b.copiedOutBytes += bytes
  chargeCopy(s, bytes, meter)
}

function chargeCopy(s: MachineState, bytes: number, meter: CostMeter): void {
  charge(meter, PRICES.copy, bytes)
  addToColumn(s.recorder, s.recorder.copied, bytes)
}

/** The kernel's line about a buffer that got no slots, as far as its rate limit lets it through. */
export function sayFull(m: Machine, table: DmaTable, b: Bounce, c: number, device: number): void {
  const { state: s } = m
  const kernel = s.settings['m.bootKernel'] as BootKernel
  // Without a pool today's kernel warns once in its life (dev_WARN_ONCE).
  const once = kernel === '6.12' && !b.isThere
  if (once ? table.refused > 1 : !mayPrint(s, s.nowNs, c, device, ev.SAYS_MAP_PAGE)) return
  const { address, bytes, used } = b.last
  const asked = b.isThere ? bytes + (address & b.minAlignMask[device]! & (SLOT_BYTES - 1)) : bytes
  logEvent(s.log, s.nowNs, ev.LOG_FULL, 0, device, address, asked * ev.FULL_SLOTS + used)
}
