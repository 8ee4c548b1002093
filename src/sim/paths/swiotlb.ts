// Slots of the bounce pool for a buffer: taken, filled, emptied, given back, and what that costs.
//
// Spec: spec/SWIOTLB-IOTLB.md A.3, A.6.
// What it does: the lock of an area is held for the search and for the bookkeeping, not for the copies. A slot set that another CPU
//   has touched last moves, a cache line at a time: 24 bytes are kept about a slot.

import type { BootOutcome } from '../boot/boot.ts'
import { PRICES } from '../engine/cost.ts'
import { type CostMeter, charge, dropLock } from '../engine/meter.ts'
import { addToColumn } from '../engine/recorder.ts'
import type { MachineState } from '../machine/state.ts'
import type { Settings } from '../params.ts'
import { readParams } from '../params.ts'
import { pcMemory } from '../platform/pc-memory.ts'
import { bootParams } from '../scenario/platform-boot.ts'
import { copiedOnMap, copiedOnUnmap, createSyncCopy, syncCopy } from '../swiotlb/bounce.ts'
import {
  allocSlots,
  createPool,
  createSlotResult,
  NO_BUFFER,
  releaseSlots,
  type SlotRequest,
  type SwiotlbPool,
} from '../swiotlb/pool.ts'
import { SET_SLOTS, SLOT_BYTES } from '../swiotlb/pool-size.ts'
import type { Bounce } from './path.ts'

/** Bytes that are kept about a slot, and of a cache line. */
const SLOT_RECORD = 24
const LINE = 64
/** In `lastCpu`: no CPU has touched the slot set. */
const NO_CPU = 255

const request: SlotRequest = {
  cpu: 0,
  bytes: 0,
  allocAlignMask: 0,
  minAlignMask: 0,
  orig: 0,
  owner: 0,
}
const result = createSlotResult()
const part = createSyncCopy()

/** What became of a buffer, in `Bounce.last.outcome`. */
export const WENT_DIRECT = 0
export const WENT_BOUNCED = 1
export const WENT_REFUSED = 2

/** Why a buffer was refused, by number in `Bounce.last.reason`. */
export const REASONS = ['too-large', 'full', 'scattered'] as const
export const REASON_NO_POOL = 3

/** The pool that a machine has, empty, with what goes through it and past it; where it has none, one of two slots. */
export function createBounce(settings: Settings, minAlignMask: Int32Array, pool: BootOutcome['pool']): Bounce {
  const slots = pool?.slots ?? 2
  return {
    pool: createPool({ slots, areas: pool?.areas ?? 1, startAddress: pool?.start ?? 0, boundaryMask: null }),
    isThere: pool !== null,
    force: readParams(bootParams, settings, 'm').force === 'force' && pool !== null,
    memory: pcMemory(settings),
    minAlignMask,
    lastCpu: new Uint8Array(Math.ceil(slots / SET_SLOTS)).fill(NO_CPU),
    ...{ direct: 0, bounced: 0, directBytes: 0, copiedInBytes: 0, copiedOutBytes: 0 },
    last: { device: -1, address: 0, bytes: 0, above: 0, outcome: 0, reason: 0, slots: 0, used: 0 },
  }
}

/** `bytes` went where they lie. */
export function noteDirect(s: MachineState, b: Bounce, bytes: number): void {
  b.directBytes += bytes
  addToColumn(s.recorder, s.recorder.uncopied, bytes)
}

/** Notes the buffer that is looked at: whose, where, how large, and whether it lies above what its device reaches. */
export function noteAsked({ last }: Bounce, device: number, real: number, bytes: number, above: boolean): void {
  last.device = device
  last.address = real
  last.bytes = bytes
  last.above = above ? 1 : 0
}

/** What drivers' calls do with a pool. */
export interface Bouncer {
  /**
   * Takes slots for `bytes` at `real` on CPU `c` and copies them in, whatever their direction. `allocAlignMask`: they begin and end
   * at multiples of it + 1. True when there were some: `last.slots` from the slot returned on; -1 when there were none, for the
   * reason in `last`.
   */
  take(c: number, device: number, real: number, bytes: number, allocAlignMask: number): number
  /** Gives the slots from `slot` on back, with `bytes` of `direction` copied out unless the device has not had them. */
  giveBack(c: number, device: number, slot: number, bytes: number, direction: number, isUsed: boolean): void
  /** Hands the first `bytes` of what lies in the slots from `slot` on to the CPU, then all to the device: a copy where one is
   *  needed. */
  sync(device: number, slot: number, bytes: number, direction: number): void
}

/** The pool of `b` in use; the locks of its areas are those of its table from `firstLock` on. */
export function createBouncer(s: MachineState, b: Bounce, meter: CostMeter, firstLock: number): Bouncer {
  const { last, pool } = b

  function chargeCopy(bytes: number): void {
    charge(meter, PRICES.copy, bytes)
    addToColumn(s.recorder, s.recorder.copied, bytes)
  }

  function copyIn(bytes: number): void {
    b.copiedInBytes += bytes
    chargeCopy(bytes)
  }

  function copyOut(bytes: number): void {
    b.copiedOutBytes += bytes
    chargeCopy(bytes)
  }

  return {
    take(c, device, real, bytes, allocAlignMask) {
      request.cpu = c
      request.bytes = bytes
      request.allocAlignMask = allocAlignMask
      request.minAlignMask = b.minAlignMask[device]!
      request.orig = real
      request.owner = c
      if (!b.isThere || !allocSlots(pool, request, result, meter, firstLock)) {
        last.outcome = WENT_REFUSED
        // Without a pool nobody was asked, and what the last answer was belongs to another machine.
        last.reason = b.isThere ? REASONS.indexOf(result.reason!) : REASON_NO_POOL
        last.slots = b.isThere ? result.slots : 0
        last.used = pool.usedSlots
        return -1
      }
      last.outcome = WENT_BOUNCED
      last.slots = result.slots
      chargeSlots(b, c, result.slot, result.slots, meter)
      dropLock(meter)
      copyIn(copiedOnMap(bytes))
      b.bounced++
      return result.slot
    },
    giveBack(c, device, slot, bytes, direction, isUsed) {
      if (isUsed) copyOut(copiedOnUnmap(bytes, direction))
      const minAlignMask = b.minAlignMask[device]!
      const slots = releaseSlots(pool, offsetOf(pool, slot, minAlignMask), minAlignMask, meter, firstLock)
      chargeSlots(b, c, slot, slots, meter)
    },
    sync(device, slot, bytes, direction) {
      const minAlignMask = b.minAlignMask[device]!
      const offset = offsetOf(pool, slot, minAlignMask)
      if (syncCopy(pool, offset, bytes, direction, false, minAlignMask, part)) copyOut(part.bytes)
      if (syncCopy(pool, offset, bytes, direction, true, minAlignMask, part)) copyIn(part.bytes)
    },
  }
}

/** Where the data of the mapping that begins at a slot begins, bytes from the start of the pool. */
export function offsetOf(pool: SwiotlbPool, slot: number, minAlignMask: number): number {
  let data = slot
  // Leading padding carries nothing.
  while (pool.orig.data[data] === NO_BUFFER) data++
  return data * SLOT_BYTES + (pool.orig.data[data]! & minAlignMask & (SLOT_BYTES - 1))
}

/** The bookkeeping of a run: each slot that is counted anew, and the cache lines that another CPU had. */
function chargeSlots(b: Bounce, c: number, slot: number, slots: number, meter: CostMeter): void {
  const { data } = b.pool.list
  let first = slot
  while (first % SET_SLOTS !== 0 && data[first - 1]! > 0) first--
  const touched = slot + slots - first
  charge(meter, PRICES.slotWrite, touched)
  const set = Math.floor(slot / SET_SLOTS)
  const last = b.lastCpu[set]!
  b.lastCpu[set] = c
  if (last !== c && last !== NO_CPU) charge(meter, PRICES.lineMove, Math.ceil((touched * SLOT_RECORD) / LINE))
}
