// The frames of what CPUs have to themselves and of what they share: regions, caches, locks.

import type { AddressSpace, RegionInfo } from './frames.ts'

/** A region with who uses it. */
export interface RegionUse extends RegionInfo {
  readonly mapped: number
  readonly free: number
  /** Longest run of free entries. */
  readonly largestRun: number
  /** CPUs whose requests begin here (small requests), ascending. */
  readonly homeOf: readonly number[]
  /** Allocations so far that landed here although the request began in another region. */
  readonly spillsIn: number
  /** Lock of this region: acquisitions, those that had to wait, total wait. */
  readonly lockTaken: number
  readonly lockContended: number
  readonly lockWaitNs: number
}

/** Per-CPU regions: who allocates where. */
export interface RegionsFrame extends AddressSpace {
  readonly table: number
  readonly size: number
  readonly cpus: number
  readonly regions: readonly RegionUse[]
  /** [regions*cpus] live entries in region r that CPU c mapped. Row-major by region. */
  readonly owned: Uint32Array
  /** [cpus] index of the region where the CPU's small requests begin. */
  readonly home: Uint8Array
  /** [slices*regions] owner of the majority of each region's 128 equal slices: cpu number or 255. Row-major by region. */
  readonly slices: number
  readonly sliceOwner: Uint8Array
  /** [slices*regions] share of the slice that is mapped, 0…255. */
  readonly sliceUsed: Uint8Array
}

/** What the CPUs keep for themselves: magazines and their depot, or chunks of the window. */
export interface CachesFrame extends AddressSpace {
  readonly table: number
  readonly size: number
  readonly cpus: number
  /** Size classes: order o holds ranges of 2^o pages. 0 where the allocator has no magazines. */
  readonly orders: number
  /** Ranges that a magazine has room for. */
  readonly capacity: number
  /** [cpus*orders] ranges in the magazine in use, and in the one kept beside it. */
  readonly loaded: Uint8Array
  readonly previous: Uint8Array
  /** [orders] full magazines in the depot. */
  readonly depot: Uint32Array
  /** CPUs may own chunks. */
  readonly chunked: boolean
  /** Chunks that are owned, ascending, and the most that one CPU owns. */
  readonly chunks: number
  readonly mostChunks: number
  /** [chunks] owner, and which of its chunks it is, from 0. */
  readonly chunkOwner: Uint8Array
  readonly chunkSlot: Uint16Array
  /** [chunks] first entry, entries, mapped ones, and those of them that another CPU mapped. */
  readonly chunkFirst: Uint32Array
  readonly chunkPages: Uint32Array
  readonly chunkMapped: Uint32Array
  readonly chunkForeign: Uint32Array
}

/** One lock of a table's allocator. */
export interface LockUse {
  readonly name: string
  /** Acquisitions, those of them that had to wait, and how long all of them waited. */
  readonly taken: number
  readonly contended: number
  readonly waitNs: number
  /** CPUs that wait at this moment. */
  readonly waiting: number
}

/** The locks of a table. */
export interface LocksFrame {
  readonly table: number
  readonly locks: readonly LockUse[]
}
