// When a mapping bounces, and which bytes are then copied.
//
// Kernel: kernel/dma/direct.h, dma_direct_map_page; kernel/dma/swiotlb.c, swiotlb_bounce, swiotlb_tbl_map_single,
//   swiotlb_tbl_unmap_single, swiotlb_sync_single_for_device and _for_cpu.
//   Spec: spec/SWIOTLB-IOTLB.md A.3 and A.8; what a sync copies is from the source of 6.12.
// Which buffers bounce behind an IOMMU that works (A.7), paths/bounced.ts says.
// Not modelled: mappings that skip the copy (DMA_ATTR_SKIP_CPU_SYNC), a pool that lies above the device's reach.

import { modPow2 } from '../../lib/bits.ts'
import { NO_BUFFER, type SwiotlbPool } from './pool.ts'
import { SLOT_BYTES } from './pool-size.ts'

/** Bits of a direction, as workloads give them: the device reads memory, the device writes it. */
export const DEVICE_READS = 1
export const DEVICE_WRITES = 2

/**
 * Why a mapping bounces, if it does.
 * - `forced`: everything bounces.
 * - `above-mask`: the buffer ends above what the device can address.
 * - `none`: it does not.
 * - `refused`: it would have to, but there is no pool: a mapping error.
 */
export type Bounce = 'none' | 'forced' | 'above-mask' | 'refused'

/**
 * Whether a buffer of 1 … bytes at `orig` bounces without an IOMMU (A.8). `reach`: last byte that the device can address, the
 * lower of its mask and the limit of its bus; Infinity = all.
 */
export function bounceDirect(isForced: boolean, hasPool: boolean, reach: number, orig: number, bytes: number): Bounce {
  const why = isForced ? 'forced' : orig + bytes - 1 > reach ? 'above-mask' : 'none'
  return why === 'none' || hasPool ? why : 'refused'
}

/**
 * Bytes copied into the slots when a mapping is made: all, in every direction. The device may write only a part, and what
 * it leaves must come back as it was.
 */
export function copiedOnMap(bytes: number): number {
  return bytes
}

/** Bytes copied back to the buffer when a mapping ends: all if the device may have written, else none. */
export function copiedOnUnmap(bytes: number, direction: number): number {
  return (direction & DEVICE_WRITES) !== 0 ? bytes : 0
}

/** What a sync of a part of a mapping copies; reused from call to call. */
export interface SyncCopy {
  /** Address in memory of the first byte, on the other side of the pool. */
  orig: number
  bytes: number
  /** More was asked for than the mapping has left: the kernel warns and copies only that. */
  clipped: boolean
}

export function createSyncCopy(): SyncCopy {
  return { orig: NO_BUFFER, bytes: 0, clipped: false }
}

/**
 * What `bytes` from `byteOffset` into the pool are copied to or from when a mapping is handed to the device or the CPU.
 * `direction` is that of the mapping, `minAlignMask` the device's. False, and `out` empty, when nothing is copied: the
 * side that is handed the memory is not told anything new, or no buffer lies there.
 */
export function syncCopy(
  pool: SwiotlbPool,
  byteOffset: number,
  bytes: number,
  direction: number,
  toDevice: boolean,
  minAlignMask: number,
  out: SyncCopy,
): boolean {
  const slot = Math.floor(byteOffset / SLOT_BYTES)
  const orig = pool.orig.data[slot] ?? NO_BUFFER
  out.orig = NO_BUFFER
  out.bytes = 0
  out.clipped = false
  if ((direction & (toDevice ? DEVICE_READS : DEVICE_WRITES)) === 0 || orig === NO_BUFFER) return false
  // Negative in a later slot, which belongs to a byte of the buffer that the first slot's offset pushed behind it.
  const within = modPow2(byteOffset, SLOT_BYTES) - (orig & minAlignMask & (SLOT_BYTES - 1))
  const left = pool.bytes.data[slot]! - within
  out.orig = orig + within
  out.bytes = Math.min(bytes, left)
  out.clipped = bytes > left
  return true
}
