// The frames of how a machine came up and of its bounce pool.

import type { FailureId, StepId } from '../boot/boot-text.ts'

/** What holds a stretch of physical memory. */
export type Holder =
  | 'kernel'
  | 'hole'
  | 'boot-allocator'
  | 'page-allocator'
  | 'reserved'
  | 'pool'
  | 'given-back'
  | 'leaked'

/** A stretch of physical memory in the hands of one holder from the end of step `from` up to that of step `to` (exclusive). */
export interface BootBlock {
  readonly holder: Holder
  readonly startBytes: number
  readonly endBytes: number
  readonly from: number
  readonly to: number
}

/** One step of the boot. */
export interface BootStepFrame {
  readonly phase: 'early' | 'mid' | 'late'
  /** Its words stand in BOOT_STEP_TEXT. */
  readonly id: StepId
  /** Bytes of the block that it is about, 0 if it is about none; why the IOMMU fails, in FAILURE_TEXT. */
  readonly triedBytes: number
  readonly cause: FailureId | null
  /** Memory for bouncing after this step, bytes: held, given back so far, lost so far. */
  readonly heldBytes: number
  readonly freedBytes: number
  readonly leakedBytes: number
  readonly failed: boolean
}

export interface BootFrame {
  /** Which kernel, in words; what the IOMMU does at boot. */
  readonly kernel: string
  readonly hardware: 'works' | 'absent' | 'fails'
  readonly ramBytes: number
  /** Size of the hole below 4 GiB in which registers answer; what would lie there lies above. 0 = no RAM reaches it. */
  readonly holeBytes: number
  /** The kernel command line that the settings stand for. */
  readonly commandLine: string
  readonly steps: readonly BootStepFrame[]
  readonly blocks: readonly BootBlock[]
  readonly backend: 'iommu' | 'swiotlb' | 'direct' | 'panic'
  /** A device reaches only what is mapped for it. */
  readonly isolation: boolean
  readonly poolBytes: number
  readonly slots: number
  readonly areas: number
  /** Reserved and of no use to plain bouncing; lost. */
  readonly idleBytes: number
  readonly leakedBytes: number
  /** What becomes of a buffer below and above 4 GiB for a device of 32 bits. */
  readonly lowBuffer: string
  readonly highBuffer: string
}

/** Cells of the pool at most: a power of two. */
export const POOL_CELLS = 4096
export const SLOT_FREE = 0
export const SLOT_TO_DEVICE = 1
export const SLOT_FROM_DEVICE = 2
export const SLOT_BOTH = 3

/** An area of the pool: slots with a lock of their own. */
export interface PoolArea {
  readonly first: number
  readonly slots: number
  readonly used: number
  /** Slot, counted from the start of the pool, where the next search begins. */
  readonly cursor: number
  readonly longestRun: number
  /** Of its lock: acquisitions, those that waited, how long, ns. */
  readonly taken: number
  readonly contended: number
  readonly waitNs: number
}

export interface PoolFrame {
  readonly table: number
  readonly slots: number
  readonly slotBytes: number
  /** A run never crosses a multiple of so many slots. */
  readonly setSlots: number
  readonly areas: readonly PoolArea[]
  /** Cells are `slotsPerCell` slots each, in the order of slots. */
  readonly slotsPerCell: number
  readonly cells: number
  /** [cells] the direction of the newest mapping in it, SLOT_*. */
  readonly direction: Uint8Array
  /** [cells] share of its slots in use, and share of all its bytes that are in use but no buffer's, 0…255. */
  readonly used: Uint8Array
  readonly waste: Uint8Array
  /** [cells] CPU that mapped the newest of it, 255 = none. */
  readonly cpu: Uint8Array
  readonly usedSlots: number
  readonly wasteBytes: number
  /** Largest single mapping of this device, bytes. */
  readonly largestBytes: number
  /** Refused so far: larger than a slot set can hold; nothing free; enough free, but no run of it. */
  readonly tooLarge: number
  readonly full: number
  readonly scattered: number
}

/** A live mapping that bounces. */
export interface BounceArc {
  readonly realAddr: number
  readonly bytes: number
  readonly slot: number
  readonly slots: number
  readonly direction: 'to device' | 'from device' | 'bidirectional'
  readonly cpu: number
  readonly ageNs: number
}

export interface BounceFrame {
  readonly table: number
  readonly ramBytes: number
  /** Registers answer from `holeStart` up to 4 GiB; RAM goes on behind. */
  readonly holeStart: number
  readonly endBytes: number
  readonly poolStart: number
  readonly poolBytes: number
  readonly maskBits: number
  /** The newest live ones, at most 48. */
  readonly arcs: readonly BounceArc[]
  /** How the last mapping went, question by question. */
  readonly last: {
    readonly device: string
    readonly realAddr: number
    readonly bytes: number
    readonly outcome: 'direct' | 'bounced' | 'translated' | 'refused'
    readonly path: readonly { readonly asked: string; readonly answered: string }[]
  } | null
  /** Mappings and bytes so far. */
  readonly direct: number
  readonly bounced: number
  readonly refused: number
  readonly directBytes: number
  readonly copiedInBytes: number
  readonly copiedOutBytes: number
  /** ns that copying took. */
  readonly copyNs: number
  /** The columns of the time-line: bytes copied, and bytes that went without. */
  readonly columnNs: number
  readonly columns: number
  readonly filled: number
  readonly copied: Float32Array
  readonly uncopied: Float32Array
}
