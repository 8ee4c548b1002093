// Sizes of multi-level TCE tables: how a window is split into levels, what is refused and why, what is charged.
//
// Kernel: arch/powerpc/platforms/powernv/pci-ioda-tce.c, see `tceMultiKernel` in tce-multi.ts. Spec: spec/POWERPC.md C.1,
//   C.4, C.5.
// What it does: a window of 2^n pages takes 2^n entries of 8 bytes. They are shared out over `levels` levels as evenly as
//   possible, all level tables of one size and none smaller than a kernel page; so a small window gets a table larger
//   than itself, and with 64K kernel pages three levels or more reach beyond the address bits that a bus address may have.
//   The memory charged to user space is twice the whole tree, whatever is allocated.
// Not modelled: the largest window that old kernels allowed (hot-plug memory), which node memory comes from.
// Invariant: none; nothing here has state. Byte counts are exact below 2^53, and powers of two beyond.
// Cost: a creation, not an operation.

import { alignUp, log2Floor, pow2 } from '../../lib/bits.ts'

const TCE_SHIFT = 3
const MAX_LEVELS = 5
/** Bits from here up are the host bridge's own. */
const BUS_ADDRESS_BITS = 55
const LEAST_CHARGE = 4096
const FOUR_GIB = 4294967296
const LARGEST_BLOCK = 16777216

/** Which kernel creates the table: before 4.19; 4.19 – 5.3; since then. */
export type TceEra = 'full' | '2018' | '6.12'

/** What is wanted of a table. */
export interface TceRequest {
  readonly era: TceEra
  /** A power of two up to 2^63, or a safe integer that is to be refused. */
  readonly windowBytes: number
  /** log2 of the bytes of an IOMMU page. */
  readonly pageShift: number
  readonly levels: number
  /** A second tree that keeps user-space addresses. */
  readonly userCopy: boolean
  /** Absolute entry of the window's first page. */
  readonly offset: number
  /** log2 of the bytes of a kernel page: 12 or 16. */
  readonly kernelPageShift: number
  /** log2 of the kernel pages of the largest block that the page allocator has: 8 (64K pages) or 12 (4K pages) = 16 MiB. */
  readonly maxPageOrder: number
  /** Bytes that may become level tables; MAX_SAFE_INTEGER where memory is no concern. */
  readonly memoryBytes: number
  /** Where the table's memory comes from: level tables, or the alternative of the 2018 discussion. */
  readonly backing: 'levels' | 'vmalloc'
  /** The mistake of the 2018 patch's first posting: what only clears allocates the levels on its way. */
  readonly clearAllocates: boolean
}

/** How a table is split. */
export interface TceShape {
  /** Entries that the kernel believes the table has; at least those of the window. */
  readonly itSize: number
  /** log2 of the bytes of a level table, and of its entries. */
  readonly levelShift: number
  readonly entryBits: number
  /** Levels above the leaf level, 0 … 4. */
  readonly indirectLevels: number
  /** [indirectLevels + 1] level tables of a tree at creation by height: 0 = leaf. */
  readonly atCreation: readonly number[]
}

/** Why a table is refused, in the order of the tests, with what the caller is told (a negative errno). */
export const TCE_REFUSALS = {
  'page-size': { errno: -22, why: 'The IOMMU group does not offer this page size.' },
  levels: { errno: -22, why: 'A table has 1 to 5 levels.' },
  window: { errno: -22, why: 'A window is a power of two bytes.' },
  page: { errno: -22, why: 'A window is at least one IOMMU page; the kernel does not check this and goes wrong.' },
  'top-bits': {
    errno: -22,
    why: 'The levels together reach address bit 55, and the bits above are the host bridge’s.',
  },
  'level-table': { errno: -12, why: 'A level table is larger than the largest block of the page allocator.' },
  memory: { errno: -12, why: 'There is not enough memory for the level tables.' },
} as const

export type TceRefusal = keyof typeof TCE_REFUSALS

/** What one entry per page would take in MiB for one tree that spans `bytes`: the formula of the 2018 mail. */
export function flatTableMiB(bytes: number, pageShift: number): number {
  return Math.floor((Math.floor(bytes / pow2(pageShift)) * pow2(TCE_SHIFT)) / 1048576)
}

/** log2 of a power of two from 1 to 2^1023, or -1 for any other number. */
function exactLog2(x: number): number {
  let shift = 0
  for (let rest = x; rest >= 2; rest /= 2) shift++
  return x >= 1 && pow2(shift) === x ? shift : -1
}

/** Bytes of a level table, as log2: the entries' share of each level, but at least a kernel page. */
function levelShiftOf(entriesShift: number, levels: number, kernelPageShift: number): number {
  return Math.max(Math.ceil(entriesShift / levels) + TCE_SHIFT, kernelPageShift)
}

/** A table by vmalloc() is one run of virtual addresses, so it has one level whatever was asked for. */
const levelsOf = (r: TceRequest) => (r.backing === 'vmalloc' ? 1 : r.levels)

const invalidLevels = (levels: number) => levels < 1 || levels > MAX_LEVELS

/** The split of a table, or why it is refused. Spec C.1. */
export function tceShape(r: TceRequest): TceShape | TceRefusal {
  const windowShift = exactLog2(r.windowBytes)
  if (invalidLevels(r.levels)) return 'levels'
  if (windowShift < 0) return 'window'
  const entriesShift = windowShift - r.pageShift
  if (entriesShift < 0) return 'page'
  const levels = levelsOf(r)
  const levelShift = levelShiftOf(entriesShift, levels, r.kernelPageShift)
  const entryBits = levelShift - TCE_SHIFT
  if (entryBits * levels + r.pageShift >= BUS_ADDRESS_BITS) return 'top-bits'
  if (r.backing === 'levels' && levelShift - r.kernelPageShift > r.maxPageOrder) return 'level-table'
  const tableShift = Math.max(entriesShift + TCE_SHIFT, r.kernelPageShift)
  const atCreation = tablesAtCreation(r, levels, entryBits, pow2(tableShift - levelShift))
  const trees = r.userCopy ? 2 : 1
  if (trees * atCreation.reduce((sum, n) => sum + n, 0) * pow2(levelShift) > r.memoryBytes) return 'memory'
  return { itSize: pow2(tableShift - TCE_SHIFT), levelShift, entryBits, indirectLevels: levels - 1, atCreation }
}

/** [levels] tables that one tree begins with: the top one alone, or all that lead to `leaves` leaf tables. */
function tablesAtCreation(r: TceRequest, levels: number, entryBits: number, leaves: number): number[] {
  const onDemand = r.era === '6.12' || (r.era === '2018' && r.userCopy && r.windowBytes > FOUR_GIB)
  const counts: number[] = []
  for (let height = 0, tables = leaves; height < levels; height++, tables = Math.ceil(tables / pow2(entryBits))) {
    counts.push(height === levels - 1 ? 1 : onDemand ? 0 : tables)
  }
  return counts
}

/**
 * Bytes that user space is charged for a table, allocated or not: twice the whole tree. 0 when there can be no such
 * table, which VFIO answers with EINVAL. Spec C.4.
 */
export function tceAccounted(r: TceRequest): number {
  const entriesShift = exactLog2(r.windowBytes) - r.pageShift
  if (invalidLevels(r.levels) || exactLog2(r.windowBytes) < 0 || entriesShift < 0) return 0
  const levels = levelsOf(r)
  const levelBytes = pow2(levelShiftOf(entriesShift, levels, r.kernelPageShift))
  let bytes = Math.max(pow2(entriesShift + TCE_SHIFT), LEAST_CHARGE)
  let sum = 0
  for (let level = 0; level < levels; level++) {
    sum += alignUp(bytes, levelBytes)
    bytes = Math.max(Math.floor(bytes / levelBytes) * pow2(TCE_SHIFT), levelBytes)
  }
  return 2 * sum
}

/** The window that a device has from boot on, without asking. */
export interface DefaultWindow {
  readonly windowBytes: number
  readonly pageShift: number
  readonly levels: number
  /** Entries [resStart, resEnd) are never handed out: device registers answer there, below 4 GiB. */
  readonly resStart: number
  readonly resEnd: number
}

/**
 * Default window of a powernv machine with pages of 2^kernelPageShift bytes whose memory can grow to `maxMemoryBytes`
 * (at least a page), and where the registers of devices begin at `mmioBase`, a bus address below 4 GiB. Spec C.5.
 */
export function defaultTceWindow(kernelPageShift: number, maxMemoryBytes: number, mmioBase: number): DefaultWindow {
  const page = pow2(kernelPageShift)
  const windowBytes = Math.min(8 * LARGEST_BLOCK * page, pow2(log2Floor(maxMemoryBytes)))
  const largestBits = log2Floor(LARGEST_BLOCK) - TCE_SHIFT
  return {
    windowBytes,
    pageShift: kernelPageShift,
    levels: Math.max(2, Math.ceil(log2Floor(windowBytes / page) / largestBits)),
    resStart: Math.floor(mmioBase / page),
    resEnd: Math.min(windowBytes, FOUR_GIB) / page,
  }
}
