// What a dynamic DMA window is made of: the platform that is asked, and what a partitionable endpoint (PE) is left with.
//
// Addresses are frames of 4 KiB, the smallest IOMMU page: a window may begin at byte 2^59, and a table of 2^51 bytes of
// 4K pages has 2^39 entries. Sizes of windows are log2 of bytes. DMA masks are numbers of bits, as drivers set them.

import { log2Ceil, pow2 } from '../../lib/bits.ts'
import { FRAME_SHIFT, type MultiTce } from './hcalls.ts'

/** What the device tree calls a window: all RAM in it from the start, or entries set for each buffer. */
export type WindowKind = 'direct64' | 'dma64'

/** A window that the platform made for the PE. */
export interface DdwWindow {
  readonly kind: WindowKind
  /** First bus frame, 0 … 2^52. */
  readonly base: number
  /** log2 of the bytes of an IOMMU page, 12 … 34. */
  readonly pageShift: number
  /** log2 of the bytes of the window, 0 … 63; below `pageShift` it holds no page. */
  readonly windowShift: number
}

/** An allocator's table in a slot of the PE, with the geometry that an allocator is created from. */
export interface DdwTable {
  readonly of: 'default' | 'ddw'
  /** Absolute entry of its first one. */
  readonly offset: number
  /** Entries; 0 for a window smaller than its page. */
  readonly size: number
  readonly pageShift: number
  /** Entries between which CPUs do not share a cache line of TCEs. */
  readonly blockSize: number
  /** Absolute entries that creation asks to reserve, [resStart, resEnd); may lie outside the table. */
  readonly resStart: number
  readonly resEnd: number
}

/** What a PE with one function remembers between one DMA mask and the next; plain data. */
export interface PeState {
  /** A window was refused once: nothing is tried again. */
  readonly failed: boolean
  readonly window: DdwWindow | null
  /** The device tree has the default window, or the copy kept for when the dynamic one goes. */
  readonly defaultProp: boolean
  readonly defaultSaved: boolean
  readonly slots: readonly [DdwTable | null, DdwTable | null]
  /** Slot of the table that the device's buffers are mapped in. */
  readonly deviceSlot: 0 | 1
  /** Bus frame of real frame 0 in a direct window: the base of the window, 0 without one. */
  readonly dmaOffset: number
  /** Bus frame from which a direct window no longer leads to RAM; 0 for none. */
  readonly busDmaLimit: number
  /** Buffers are not mapped at all: the direct window holds all that the device may reach. */
  readonly bypass: boolean
  /** Times the platform was asked what windows it has. */
  readonly queries: number
}

/** Answer to ibm,query-pe-dma-windows. */
export interface QueryAnswer {
  /** 0, or a negative error. */
  readonly rc: number
  /** Windows that could still be made. */
  readonly windows: number
  /** Largest contiguous block of TCEs, 0 … 2^53-1. */
  readonly largestBlock: number
  /** Page sizes as bits, see page-size.ts. */
  readonly pageSizes: number
}

/** The partition's memory, and what its firmware answers. */
export interface DdwPlatform {
  /** System RAM as [first, end) in frames, ascending. */
  readonly ram: readonly (readonly [first: number, end: number])[]
  /** Frames below the highest address that memory may be plugged in at; 1 or more. */
  readonly maxHotplug: number
  /** A persistent-memory node exists: addresses up to 2^maxPhysmemBits may need DMA. */
  readonly pmem: boolean
  /** MAX_PHYSMEM_BITS, 51 or 46. */
  readonly maxPhysmemBits: number
  /** The device tree says that dynamic windows may be made. */
  readonly applicable: boolean
  /** ibm,ddw-extensions: the number of words after it, the reset call, 64-bit queries, limited addressing. */
  readonly extensions: readonly number[]
  /** Answers to the first query, the second …; the last stands for all that follow. One or more. */
  readonly answers: readonly QueryAnswer[]
  /** Answer to ibm,create-pe-dma-window: 0 or an error, and the bus frame of the window made. */
  readonly createRc: number
  readonly createBase: number
  /** Answer to ibm,reset-pe-dma-windows in limited mode. */
  readonly limitedRc: number
  /** An entry of the default table is in use. */
  readonly defaultInUse: boolean
  readonly multiTce: MultiTce
  /** First 32-bit memory range of the bridge in bytes, `last` inclusive; null for none. */
  readonly mmio32: { readonly first: number; readonly last: number } | null
  /** Hypervisor call, from 0, that answers `rc`; calls are counted anew after each window removed. Null for none. */
  readonly hcallFailure: { readonly call: number; readonly rc: number } | null
}

/** Frames of 2^shift bytes: a fraction below 2^12. `shift` is 0 … 63. */
export function framesOfShift(shift: number): number {
  return pow2(shift) / pow2(FRAME_SHIFT)
}

/** A PE as firmware hands it over: the default window, of 4K pages, with `defaultFrames` rounded up to a power of two. */
export function createPe(defaultFrames: number, defaultProp = true): PeState {
  const size = pow2(log2Ceil(defaultFrames))
  const table = {
    of: 'default',
    offset: 0,
    size,
    pageShift: FRAME_SHIFT,
    blockSize: 16,
    resStart: 0,
    resEnd: 0,
  } as const
  return {
    failed: false,
    window: null,
    defaultProp,
    defaultSaved: false,
    slots: [table, null],
    deviceSlot: 0,
    dmaOffset: 0,
    busDmaLimit: 0,
    bypass: false,
    queries: 0,
  }
}
