// When a mapping bounces, and which bytes are then copied.
//
// Kernel: kernel/dma/direct.h, dma_direct_map_page; drivers/iommu/dma-iommu.c, iommu_dma_map_page; kernel/dma/swiotlb.c,
//   swiotlb_bounce, swiotlb_tbl_map_single, swiotlb_tbl_unmap_single, swiotlb_sync_single_for_device and _for_cpu.
//   Spec: spec/SWIOTLB-IOTLB.md A.3, A.7 and A.8; what a sync copies is from the source of 6.12.
// Not modelled: mappings that skip the copy (DMA_ATTR_SKIP_CPU_SYNC), a pool that lies above the device's reach.

import { modPow2 } from '../../lib/bits.ts'
import { type RealAddr, realAddr } from '../types.ts'
import { NO_BUFFER, type SwiotlbPool } from './pool.ts'
import { SLOT_BYTES } from './pool-size.ts'

/** Bits of a direction, as workloads give them: the device reads memory, the device writes it. */
export const DEVICE_READS = 1
export const DEVICE_WRITES = 2

/**
 * Why a mapping bounces, if it does.
 * - `forced`: everything bounces.
 * - `above-mask`: the buffer ends above what the device can address.
 * - `untrusted`: the device must not see what else lies in the buffer's pages.
 * - `kmalloc`: a small buffer shares its cache lines with others, and the device is not coherent.
 * - `none`: it does not.
 * - `refused`: it would have to, but there is no pool: a mapping error.
 */
export type Bounce = 'none' | 'forced' | 'above-mask' | 'untrusted' | 'kmalloc' | 'refused'

/** A device without an IOMMU. */
export interface DirectDevice {
  readonly forced: boolean
  /** There is a pool. */
  readonly pool: boolean
  /** Last byte that the device can address: the lower of its mask and the limit of its bus. Infinity = all. */
  readonly reach: number
}

/** A device behind an IOMMU. */
export interface TranslatedDevice {
  readonly untrusted: boolean
  /** The buffer is a small one from kmalloc, and the device is not coherent. */
  readonly sharesLines: boolean
  readonly pool: boolean
  /** Smallest page of the IOMMU, bytes: a power of two. */
  readonly granule: number
}

/** Whether a buffer of 1 … bytes at `orig` bounces without an IOMMU (A.8). */
export function bounceDirect(d: DirectDevice, orig: RealAddr, bytes: number): Bounce {
  const why = d.forced ? 'forced' : orig + bytes - 1 > d.reach ? 'above-mask' : 'none'
  return why === 'none' || d.pool ? why : 'refused'
}

/** Whether a buffer of 1 … bytes at `orig` bounces behind an IOMMU, which can only expose whole pages (A.7). */
export function bounceTranslated(d: TranslatedDevice, orig: RealAddr, bytes: number): Bounce {
  const wholePages = modPow2(orig, d.granule) === 0 && modPow2(bytes, d.granule) === 0
  if (wholePages || !(d.untrusted || d.sharesLines)) return 'none'
  if (!d.pool) return 'refused'
  return d.untrusted ? 'untrusted' : 'kmalloc'
}

/** alloc_align_mask of a mapping that bounces: behind an IOMMU its pages are its own. `granule` null = no IOMMU. */
export function allocAlignOf(granule: number | null): number {
  return granule === null ? 0 : granule - 1
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

/** Bytes around a mapping that are zeroed for an untrusted device, before and behind it in its pages. */
export interface ZeroedBytes {
  before: number
  behind: number
}

/** Fills `out` for a mapping of `bytes` whose data begins `byteOffset` bytes into the pool. */
export function zeroedAround(
  pool: SwiotlbPool,
  byteOffset: number,
  bytes: number,
  granule: number,
  out: ZeroedBytes,
): void {
  const address = pool.geometry.startAddress + byteOffset
  out.before = modPow2(address, granule)
  out.behind = modPow2(granule - modPow2(address + bytes, granule), granule)
}

/** What a sync of a part of a mapping copies; reused from call to call. */
export interface SyncCopy {
  /** Address in memory of the first byte, on the other side of the pool. */
  orig: RealAddr
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
  out.orig = realAddr(orig + within)
  out.bytes = Math.min(bytes, left)
  out.clipped = bytes > left
  return true
}
