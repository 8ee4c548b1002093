// What a window keeps besides the books that all windows share: the way its buffers go to memory, as plain data.

import type { IommuState } from '../dma/iommu-state.ts'
import type { PcMemory } from '../platform/pc-memory.ts'
import type { SwiotlbPool } from '../swiotlb/pool.ts'
import type { RadixState } from '../table/radix.ts'
import type { TceWindowState } from '../table/tce-window.ts'

/** Who hands the entries out. */
export interface Allocated {
  readonly allocatorId: string
  readonly alloc: object
  /** Translations are written while the allocator's lock is held, as until 2012. */
  readonly writesUnderLock: boolean
}

/** The TCE code of a powerpc kernel writes a table of one level. */
export interface TceState extends Allocated {
  readonly tableId: string
  readonly tce: object
  readonly alignPages: boolean
  /** Hypercalls write several TCEs. */
  readonly multiTce: boolean
}

/** A guest's memory in a table of several levels, mapped by VFIO and KVM; and the host's own driver there. */
export interface GuestState extends Allocated {
  readonly window: TceWindowState
  readonly multiTce: boolean
  /** KVM answers hypercalls in real mode. */
  readonly realMode: boolean
}

/** The common layer (dma-iommu.c) over an IOMMU driver. */
export interface IommuPathState extends Allocated {
  readonly unit: IommuState
  readonly radix: RadixState
}

/** A machine without a working IOMMU: a buffer is used where it lies, copied through the bounce pool, or refused. */
export interface Bounce {
  readonly pool: SwiotlbPool
  /** There is a pool. Where none was made it has two slots that nobody gets. */
  readonly isThere: boolean
  /** Every buffer is copied, reached or not. */
  readonly force: boolean
  readonly memory: PcMemory
  /** [devices] bits of a buffer's address that its slot must share. */
  readonly minAlignMask: Int32Array
  /** [slot sets] CPU that touched it last, 255 = none. */
  readonly lastCpu: Uint8Array
  /** Mappings that needed no slot, and that took some. */
  direct: number
  bounced: number
  directBytes: number
  copiedInBytes: number
  copiedOutBytes: number
  /** The last buffer: whose, where, how large; whether it lies above its device's mask; what became of it (swiotlb.ts). */
  readonly last: {
    device: number
    address: number
    bytes: number
    above: number
    outcome: number
    reason: number
    slots: number
    /** Slots that were taken when it was refused. */
    used: number
  }
}

export interface IommuPath {
  readonly kind: 'iommu'
  readonly state: IommuPathState
}

/** An untrusted device behind an IOMMU: what does not fill its pages goes through the pool first. */
export interface BouncedState {
  readonly bounce: Bounce
  readonly behind: IommuPath
  /** Bytes of slots around buffers that were zeroed. */
  zeroedBytes: number
}

/** A way that maps. */
export type MappingPath =
  | { readonly kind: 'tce'; readonly state: TceState }
  | { readonly kind: 'guest'; readonly state: GuestState }
  | IommuPath
  | { readonly kind: 'bounced'; readonly state: BouncedState }
  | { readonly kind: 'pool'; readonly state: Bounce }

/** The way of a window's buffers. `direct`: the driver's calls map nothing; the window has what is behind all the same. */
export type Path = MappingPath | { readonly kind: 'direct'; readonly state: { readonly behind: MappingPath } }
