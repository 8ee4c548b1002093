// The pool of bounce buffers: slots of 2 KiB in areas, each area with a lock of its own.
//
// Kernel: kernel/dma/swiotlb.c, swiotlb_tbl_map_single, swiotlb_search_pool_area, swiotlb_release_slots.
//   Spec: spec/SWIOTLB-IOTLB.md A.1 to A.6.
// What it does: a buffer gets a run of slots within one slot set of 128. Each slot counts the free slots from itself to the
//   end of its run, so whether n slots are free here is one comparison. An area is searched from where its last run ended
//   (next fit), beginning with the area of the CPU; the first area with room wins.
// Not modelled: pools that grow (CONFIG_SWIOTLB_DYNAMIC) and pools of one device.
// Invariant: `list` of a slot is 0 when taken, else the free slots from it to the end of its run; no run leaves its set;
//   `used` of an area is the number of its taken slots, as long as areas are whole slot sets.
// Cost: one lock per area that is tried, one step per slot that is looked at, paid under the lock of its area; taking and
//   giving back is linear in the run.

import { and53, isPow2, modPow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch, touchRange } from '../../lib/chunked.ts'
import { PRICES } from '../engine/cost.ts'
import { type CostMeter, charge, FROM_HINT, noteTry, takeLock } from '../engine/meter.ts'
import { SET_SLOTS, SLOT_BYTES } from './pool-size.ts'

/** Instead of a slot: there is none. */
export const NO_SLOTS = -1
/** In `orig`: the slot carries nothing. */
export const NO_BUFFER = -1
/** In `owner`: the slot is free. */
export const NO_OWNER = -1

const SLOT_SHIFT = 11
const SLOT_MASK = SLOT_BYTES - 1
const PAGE_BYTES = 4096

/**
 * Why there are no slots.
 * - `too-large`: the request would not even fit into this pool if all of it were free: its run is longer than a slot set,
 *   an area or the segment boundary allows, or its alignment leaves no such run.
 * - `full`: every area has fewer free slots than the run needs.
 * - `scattered`: some area has enough free slots, but no run of them was met.
 */
export type SlotRefusal = 'too-large' | 'full' | 'scattered'

export interface PoolGeometry {
  /** Slots, 1 …. */
  readonly slots: number
  /** Areas, a power of two up to `slots`. */
  readonly areas: number
  /** Physical address of slot 0, bytes: a multiple of 2048. */
  readonly startAddress: number
  /** Addresses of a run differ only within this mask, 2^k - 1 with k from 11 to 53; null = no boundary. */
  readonly boundaryMask: number | null
}

export interface SwiotlbPool {
  readonly geometry: PoolGeometry
  /** Slots of an area; what the division leaves over belongs to none. */
  readonly areaSlots: number
  /** Slot number of slot 0 in the memory that the boundary mask sees, low bits: what alignment is judged by. */
  readonly firstNumber: number
  /** Slots between two boundaries; 0 = none. */
  readonly boundarySlots: number
  /** Slot 0 is this many slots behind a boundary. */
  readonly boundaryPhase: number
  /** [slots] free slots from here to the end of the free run; 0 = taken. */
  readonly list: Chunked<Uint8Array>
  /** [slots] address of the buffer behind the slot, NO_BUFFER for free slots and leading padding. */
  readonly orig: Chunked<Float64Array>
  /** [slots] bytes of the run from the buffer's first byte in this slot on; 0 when free. Negative in a last slot that only
   *  holds what the offset into the first pushes over. */
  readonly bytes: Chunked<Int32Array>
  /** [slots] in the first slot that carries data: leading padding slots before it. */
  readonly pad: Chunked<Uint8Array>
  /** [slots] mapping that holds the slot, as the request named it; NO_OWNER when free. */
  readonly owner: Chunked<Int32Array>
  /** [areas] slots taken. */
  readonly used: Int32Array
  /** [areas] where the next search begins, slots from the start of the area. */
  readonly next: Int32Array
  /** Slots taken in all, and the most there ever were. */
  usedSlots: number
  usedHigh: number
  /** Refusals since creation, by reason. */
  readonly refused: Record<SlotRefusal, number>
}

/** What is asked for; reused from call to call. */
export interface SlotRequest {
  /** Any number from 0: CPUs share the areas in turn. */
  cpu: number
  /** Bytes of the mapping, 1 …. */
  bytes: number
  /** alloc_align_mask: start and end of what is taken are multiples of this + 1. 2^k - 1, below 2^31; 0 = none. */
  allocAlignMask: number
  /** min_align_mask of the device: the address keeps these bits of the buffer's. 2^k - 1, below 2^31; 0 = none. */
  minAlignMask: number
  /** Address of the buffer. 0 is taken for no buffer: only its bits below 2048 would then be kept, and are 0. */
  orig: number
  /** Name of the mapping, for drawing. */
  owner: number
}

/** What came of it; reused from call to call. */
export interface SlotResult {
  /** First slot, leading padding included; NO_SLOTS = refused. */
  slot: number
  /** Slots taken, or needed where refused. */
  slots: number
  /** Where the data begins, bytes from the start of the pool; it may lie in a later slot than `slot`. -1 = refused. */
  offset: number
  /** Leading padding slots. */
  pad: number
  /** Area of the run, -1 = refused. */
  area: number
  /** Areas whose lock was taken. */
  areasTried: number
  /** Slots that the search stopped at. */
  slotsLooked: number
  /** Null unless refused. */
  reason: SlotRefusal | null
}

/** A pool with all slots free. Throws RangeError on a geometry that is none. */
export function createPool(geometry: PoolGeometry): SwiotlbPool {
  const { slots, areas, startAddress, boundaryMask } = geometry
  const problem = !(Number.isInteger(slots) && slots >= 1 && slots < 0x40000000)
    ? `${slots} slots: 1 to 1073741823`
    : !(isPow2(areas) && areas <= slots)
      ? `${areas} areas: a power of two up to the number of slots`
      : !(startAddress >= 0 && startAddress % SLOT_BYTES === 0 && Number.isSafeInteger(startAddress))
        ? `start ${startAddress}: a multiple of 2048`
        : !(boundaryMask === null || (boundaryMask >= SLOT_MASK && isBits(boundaryMask)))
          ? `boundary mask ${boundaryMask}: ones, at least 11 and at most 53`
          : null
  if (problem) throw new RangeError(problem)
  const boundarySlots = boundaryMask === null ? 0 : Math.floor(boundaryMask / SLOT_BYTES) + 1
  const first = (boundaryMask === null ? startAddress : and53(startAddress, boundaryMask)) / SLOT_BYTES
  const list = Uint8Array.from({ length: slots }, (_, i) => Math.min(SET_SLOTS - (i % SET_SLOTS), slots - i))
  return {
    geometry,
    areaSlots: Math.floor(slots / areas),
    firstNumber: modPow2(first, 0x40000000),
    boundarySlots,
    boundaryPhase: boundarySlots === 0 ? 0 : modPow2(first, boundarySlots),
    list: chunked(list),
    orig: chunked(new Float64Array(slots).fill(NO_BUFFER)),
    bytes: chunked(new Int32Array(slots)),
    pad: chunked(new Uint8Array(slots)),
    owner: chunked(new Int32Array(slots).fill(NO_OWNER)),
    used: new Int32Array(areas),
    next: new Int32Array(areas),
    usedSlots: 0,
    usedHigh: 0,
    refused: { 'too-large': 0, full: 0, scattered: 0 },
  }
}

export function createSlotResult(): SlotResult {
  return { slot: NO_SLOTS, slots: 0, offset: -1, pad: 0, area: -1, areasTried: 0, slotsLooked: 0, reason: null }
}

/** The area that a CPU tries first, whose lock it takes first. */
export function homeArea(pool: SwiotlbPool, cpu: number): number {
  return cpu & (pool.geometry.areas - 1)
}

/** The area of a slot, whose lock a release takes. */
export function areaOfSlot(pool: SwiotlbPool, slot: number): number {
  return Math.floor(slot / pool.areaSlots)
}

/** Largest mapping that drivers are promised, bytes: a slot set less what the offset of a buffer may take (A.5). */
export function largestMapping(minAlignMask: number): number {
  return (SET_SLOTS - Math.ceil(minAlignMask / SLOT_BYTES)) * SLOT_BYTES
}

/**
 * Takes slots for a mapping (A.3, A.4). True and `out` filled; or false, with the reason in `out` and nothing taken.
 * Reports a lock per area (they are numbered from `firstLock` on) and a try per area that has enough free slots, and charges its search; the pool knows the buffer from here on, but copies nothing.
 */
export function allocSlots(
  pool: SwiotlbPool,
  req: SlotRequest,
  out: SlotResult,
  meter: CostMeter,
  firstLock = 0,
): boolean {
  const { bytes, minAlignMask, orig } = req
  if (bytes < 1) throw new RangeError(`a mapping of ${bytes} bytes`)
  const { areas } = pool.geometry
  // `&` takes the low 32 bits of an address, exactly for every safe integer; masks lie below them.
  const shift = orig & minAlignMask & (req.allocAlignMask | SLOT_MASK)
  const unit = req.allocAlignMask + 1
  const total = Math.ceil((bytes + shift) / unit) * unit
  const slots = Math.ceil(total / SLOT_BYTES)
  // An old promise: without masks, what fills a page begins with one.
  const promised = req.allocAlignMask === 0 && minAlignMask === 0 && total >= PAGE_BYTES
  const align = (promised ? PAGE_BYTES - 1 : req.allocAlignMask) >>> SLOT_SHIFT
  const keep = (minAlignMask >>> SLOT_SHIFT) & ~align
  // Without a buffer there is nothing to be like.
  const like = orig === 0 ? NO_SLOTS : (orig >>> SLOT_SHIFT) & keep
  out.slots = slots
  out.slotsLooked = 0
  const home = homeArea(pool, req.cpu)
  for (let i = 0; i < areas; i++) {
    const area = (home + i) & (areas - 1)
    takeLock(meter, firstLock + area)
    if (slots > pool.areaSlots - pool.used[area]!) continue
    const start = area * pool.areaSlots
    noteTry(meter, area, FROM_HINT, start + pool.next[area]!, start + pool.areaSlots)
    const before = out.slotsLooked
    const cursor = searchArea(pool, area, slots, align, keep, like, out)
    charge(meter, PRICES.slotLook, out.slotsLooked - before)
    if (cursor === NO_SLOTS) continue
    out.slot = start + cursor
    out.pad = shift >>> SLOT_SHIFT
    out.offset = (out.slot + out.pad) * SLOT_BYTES + (shift & SLOT_MASK)
    out.area = area
    out.areasTried = i + 1
    out.reason = null
    take(pool, out, total, req)
    return true
  }
  out.slot = NO_SLOTS
  out.pad = 0
  out.offset = -1
  out.area = -1
  out.areasTried = areas
  out.reason = refusal(pool, slots, align, keep, like)
  pool.refused[out.reason]++
  return false
}

/** Index in the area of the first slot of a run (A.4), or NO_SLOTS. */
function searchArea(
  pool: SwiotlbPool,
  area: number,
  slots: number,
  align: number,
  keep: number,
  like: number,
  out: SlotResult,
): number {
  const { areaSlots } = pool
  const list = pool.list.data
  const start = area * areaSlots
  const stride = Math.max(align, keep) + 1
  let cursor = pool.next[area]!
  let looked = 0
  let found = NO_SLOTS
  for (let checked = 0; checked < areaSlots; ) {
    looked++
    const slot = start + cursor
    let step = 1
    if (isAligned(pool, slot, align, keep, like)) {
      if (list[slot]! >= slots && !crosses(pool, slot, slots)) {
        found = cursor
        break
      }
      step = stride
    }
    checked += step
    // What reaches past the end begins anew at the start: slots before the cursor may then be counted but not seen.
    cursor = cursor + step < areaSlots ? cursor + step : 0
  }
  out.slotsLooked += looked
  return found
}

/** Whether a run may begin here. `like` is negative where there is no buffer whose address it has to match. */
function isAligned(pool: SwiotlbPool, slot: number, align: number, keep: number, like: number): boolean {
  const number = pool.firstNumber + slot
  return (number & align) === 0 && (like < 0 || (number & keep) === like)
}

/** Whether a run of slots from here would cross the segment boundary. */
function crosses(pool: SwiotlbPool, slot: number, slots: number): boolean {
  const { boundarySlots, boundaryPhase } = pool
  return boundarySlots !== 0 && modPow2(boundaryPhase + slot, boundarySlots) + slots > boundarySlots
}

/** Takes the run of `out`: `total` bytes from its first slot on. */
function take(pool: SwiotlbPool, out: SlotResult, total: number, req: SlotRequest): void {
  const { list, orig, bytes, pad, owner } = pool
  const { slot, slots, area } = out
  const end = slot + slots
  const data = slot + out.pad
  const offset = req.orig & req.minAlignMask & SLOT_MASK
  list.data.fill(0, slot, end)
  owner.data.fill(req.owner, slot, end)
  const [lefts, origs] = [bytes.data, orig.data]
  for (let i = slot, left = total - offset; i < end; i++, left -= SLOT_BYTES) lefts[i] = left
  for (let i = data, at: number = req.orig; i < end; i++, at += SLOT_BYTES) origs[i] = at
  pad.data[data] = out.pad
  touchRange(list, countUp(pool, slot, 0), end)
  touchRange(orig, data, end)
  touchRange(bytes, slot, end)
  touchRange(owner, slot, end)
  touch(pad, data)
  const next = slot - area * pool.areaSlots + slots
  pool.next[area] = next < pool.areaSlots ? next : 0
  pool.used[area] = pool.used[area]! + slots
  pool.usedSlots += slots
  if (pool.usedSlots > pool.usedHigh) pool.usedHigh = pool.usedSlots
}

/** Counts the free slots before `slot` anew, `count` being those from it on. Returns the first slot of that free run. */
function countUp(pool: SwiotlbPool, slot: number, count: number): number {
  const list = pool.list.data
  const setStart = slot & ~(SET_SLOTS - 1)
  let i = slot - 1
  for (let n = count + 1; i >= setStart && list[i] !== 0; i--, n++) list[i] = n
  return i + 1
}

/** Why nothing was found. */
function refusal(pool: SwiotlbPool, slots: number, align: number, keep: number, like: number): SlotRefusal {
  if (!fitsEmpty(pool, slots, align, keep, like)) return 'too-large'
  return pool.used.every((used) => pool.areaSlots - used < slots) ? 'full' : 'scattered'
}

/** Whether the run would fit if every slot were free. */
function fitsEmpty(pool: SwiotlbPool, slots: number, align: number, keep: number, like: number): boolean {
  const { areaSlots, geometry } = pool
  if (slots > SET_SLOTS || slots > areaSlots) return false
  const end = areaSlots * geometry.areas
  for (let slot = 0; slot < end; slot++) {
    const run = Math.min(SET_SLOTS - (slot % SET_SLOTS), geometry.slots - slot)
    if (run >= slots && isAligned(pool, slot, align, keep, like) && !crosses(pool, slot, slots)) return true
  }
  return false
}

/**
 * Gives back the slots of the mapping whose data begins `byteOffset` bytes into the pool, with the device's mask of the
 * allocation (A.6). Returns how many; 0 when no buffer lies there, and then nothing happens. As in the kernel, an
 * offset inside a mapping is not told from its beginning: the slots from there on would be released.
 */
export function releaseSlots(
  pool: SwiotlbPool,
  byteOffset: number,
  minAlignMask: number,
  meter: CostMeter,
  firstLock = 0,
): number {
  const { list, orig, bytes, pad, owner } = pool
  const data = Math.floor(byteOffset / SLOT_BYTES)
  if (!(data >= 0 && data < pool.geometry.slots) || orig.data[data] === NO_BUFFER) return 0
  // The pool begins with a slot, so the low bits of its addresses are those of the offset.
  const offset = byteOffset & minAlignMask & SLOT_MASK
  const slot = data - pad.data[data]!
  const slots = Math.ceil((bytes.data[slot]! + offset) / SLOT_BYTES)
  const end = slot + slots
  const area = areaOfSlot(pool, slot)
  takeLock(meter, firstLock + area)
  const lists = list.data
  const after = end % SET_SLOTS !== 0 && end < pool.geometry.slots ? lists[end]! : 0
  for (let i = slot; i < end; i++) lists[i] = after + end - i
  orig.data.fill(NO_BUFFER, slot, end)
  bytes.data.fill(0, slot, end)
  pad.data[data] = 0
  owner.data.fill(NO_OWNER, slot, end)
  touchRange(list, countUp(pool, slot, after + slots), end)
  touchRange(orig, slot, end)
  touchRange(bytes, slot, end)
  touch(pad, data)
  touchRange(owner, slot, end)
  pool.used[area] = pool.used[area]! - slots
  pool.usedSlots -= slots
  return slots
}

/** Longest run of free slots in [from, end), which lie in one area: no request for more can be served there, whatever its
 *  alignment. */
export function longestRun(pool: SwiotlbPool, from: number, end: number): number {
  const list = pool.list.data
  let longest = 0
  for (let slot = from; slot < end; slot += Math.max(1, list[slot]!)) {
    longest = Math.max(longest, Math.min(list[slot]!, end - slot))
  }
  return longest
}

/** True for 1, 3, 7 … 2^53 - 1. */
function isBits(mask: number): boolean {
  return mask === Number.MAX_SAFE_INTEGER || isPow2(mask + 1)
}
