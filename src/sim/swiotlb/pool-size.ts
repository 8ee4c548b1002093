// How large the pool of bounce buffers becomes: what the command line asks for, what the number of CPUs makes of it, and
// what the allocator of the day can give.
//
// Kernel: kernel/dma/swiotlb.c, setup_io_tlb_npages, swiotlb_adjust_size, swiotlb_init_remap, swiotlb_init_late.
//   Spec: spec/SWIOTLB-IOTLB.md A.9 and A.10.
// Not modelled: pools below an address limit of the caller, highest-address placement, pages other than 4 KiB.

import { alignUp, log2Ceil, pow2 } from '../../lib/bits.ts'

/** IO_TLB_SIZE: bytes of a slot. */
export const SLOT_BYTES = 2048
/** IO_TLB_SEGSIZE: slots of a slot set. No run crosses its end, so this is also the longest run. */
export const SET_SLOTS = 128
/** IO_TLB_DEFAULT_SIZE in slots: 64 MiB. */
export const DEFAULT_SLOTS = 32768
/** IO_TLB_MIN_SLABS: the smallest pool worth having, 1 MiB. */
export const MIN_SLOTS = 512

const PAGE_BYTES = 4096
const SLOTS_PER_PAGE = PAGE_BYTES / SLOT_BYTES
const ENOMEM = -12

/** What stands behind `swiotlb=`. */
export interface SwiotlbOption {
  /** Slots asked for, a multiple of 128; null = not said. */
  readonly slots: number | null
  /** Areas asked for, a power of two; null = not said. */
  readonly areas: number | null
  /** Everything bounces. */
  readonly force: boolean
  /** No pool. */
  readonly noforce: boolean
  /** What is left over and ignored, as text; '' = all was understood. */
  readonly ignored: string
}

/** Slots and areas of a pool; all 0 where there is none. */
export interface PoolSize {
  readonly slots: number
  readonly areas: number
  /** floor(slots / areas) */
  readonly areaSlots: number
}

/** One request to an allocator, in order. */
export interface PoolTry {
  readonly bytes: number
  /** Order of the page allocator: 2^order pages. Null for the boot allocator, which knows none. */
  readonly order: number | null
  readonly ok: boolean
}

export interface PoolSizing extends PoolSize {
  /** 0, or -12 (ENOMEM) where the late path finds nothing. The early path has no result to return: always 0. */
  readonly rc: number
  /** Everything bounces, whatever the device can address: asked for by the command line. */
  readonly force: boolean
  /** Slots that were wanted before the first try; 0 where no pool was. */
  readonly wantedSlots: number
  readonly tries: readonly PoolTry[]
}

/** Slots and areas as boot changes them. */
interface Wanted {
  slots: number
  /** 0 = not known yet. */
  areas: number
}

const NO_POOL: PoolSize = { slots: 0, areas: 0, areaSlots: 0 }

/**
 * Reads the text behind `swiotlb=`: `[slots][,areas][,force|noforce]`, numbers decimal, hexadecimal or octal as in C.
 * Whatever does not fit there is ignored, as the kernel does: nothing is refused. '' = the option is not given.
 */
export function parseSwiotlb(text: string): SwiotlbOption {
  const number = '0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*'
  const [, slots, areas, rest = ''] = new RegExp(`^(${number})?,?(${number})?,?(.*)$`, 'is').exec(text) ?? []
  const isWord = rest === 'force' || rest === 'noforce'
  return {
    slots: slots === undefined ? null : alignUp(cNumber(slots), SET_SLOTS),
    areas: areas === undefined ? null : pow2Up(cNumber(areas)),
    force: rest === 'force',
    noforce: rest === 'noforce',
    ignored: isWord ? '' : rest,
  }
}

/**
 * The pool that boot reserves while its own allocator serves, spec A.9.
 *
 * `cmdline`: what stands behind `swiotlb=`, '' for nothing. `adjustBytes`: the size that an architecture asks for, which
 * counts only while the size still is the default; 0 = it asks for none. `cpus`: possible CPUs, 1 …. `limited`: some
 * memory lies above what 32-bit devices reach; without it there is a pool only by `force`. `largestBootBlock`: the
 * longest low run of bytes that is free; 0 = any length is to be had.
 *
 * Without a pool slots, areas and areaSlots are 0.
 */
export function sizeEarly(
  cmdline: string,
  adjustBytes: number,
  cpus: number,
  limited: boolean,
  largestBootBlock: number,
): PoolSizing {
  const option = parseSwiotlb(cmdline)
  const wanted = wantedBy(option)
  if (adjustBytes > 0 && wanted.slots === DEFAULT_SLOTS) {
    wanted.slots = alignUp(Math.ceil(adjustBytes / SLOT_BYTES), SET_SLOTS)
    roundForAreas(wanted)
  }
  const tries: PoolTry[] = []
  if ((!limited && !option.force) || option.noforce) return sizing(NO_POOL, 0, option, 0, tries)
  settleAreas(wanted, cpus)
  let { slots, areas } = wanted
  for (;;) {
    areas = areasFor(areas, slots)
    const bytes = slots * SLOT_BYTES
    const ok = largestBootBlock === 0 || bytes <= largestBootBlock
    tries.push({ bytes, order: null, ok })
    if (ok) return sizing(sizeOf(slots, areas), 0, option, wanted.slots, tries)
    if (slots <= MIN_SLOTS) return sizing(NO_POOL, 0, option, wanted.slots, tries)
    slots = alignUp(Math.floor(slots / 2), SET_SLOTS)
  }
}

/**
 * The pool that is asked of the page allocator after boot, spec A.10. Its blocks are powers of two up to 2^`maxOrder`
 * pages, and `largestOrder` is the largest that is free: -1 = not even a page.
 *
 * `cmdline`, `cpus`: as in sizeEarly. `bytes`: the size asked for; 0 = what the command line says, else 64 MiB. Orders are
 * tried downwards while they make more than 512 slots, so the smallest pool has 2 MiB. Without a pool slots, areas and
 * areaSlots are 0 and `rc` is -12; with `noforce` `rc` is 0, for nothing was asked.
 */
export function sizeLate(
  cmdline: string,
  bytes: number,
  cpus: number,
  maxOrder: number,
  largestOrder: number,
): PoolSizing {
  const option = parseSwiotlb(cmdline)
  const wanted = wantedBy(option)
  const tries: PoolTry[] = []
  if (option.noforce) return sizing(NO_POOL, 0, option, 0, tries)
  const slots = bytes > 0 ? alignUp(Math.floor(bytes / SLOT_BYTES), SET_SLOTS) : wanted.slots
  // The number of areas may enlarge the default, but no longer what was asked for here.
  settleAreas(wanted, cpus)
  let order = log2Ceil((slots * SLOT_BYTES) / PAGE_BYTES)
  while (SLOTS_PER_PAGE * pow2(order) > MIN_SLOTS) {
    const ok = order <= maxOrder && order <= largestOrder
    tries.push({ bytes: PAGE_BYTES * pow2(order), order, ok })
    const found = SLOTS_PER_PAGE * pow2(order)
    if (ok) return sizing(sizeOf(found, areasFor(wanted.areas, found)), 0, option, slots, tries)
    order--
  }
  return sizing(NO_POOL, ENOMEM, option, slots, tries)
}

/** Slots and areas after the command line: unsaid slots are the default, unsaid areas 0. */
function wantedBy(option: SwiotlbOption): Wanted {
  const wanted = { slots: option.slots ?? DEFAULT_SLOTS, areas: option.areas ?? 0 }
  roundForAreas(wanted)
  return wanted
}

/** An area per CPU, rounded up to a power of two, unless the number of areas is known. */
function settleAreas(wanted: Wanted, cpus: number): void {
  if (wanted.areas !== 0) return
  wanted.areas = pow2Up(cpus)
  roundForAreas(wanted)
}

/** A.9 c: known areas want a slot set each, and a power of two of slots in all. */
function roundForAreas(wanted: Wanted): void {
  if (wanted.areas === 0) return
  wanted.slots = pow2Up(Math.max(wanted.slots, SET_SLOTS * wanted.areas))
}

/** A.9 e: areas of at least one slot set. */
function areasFor(areas: number, slots: number): number {
  return slots < SET_SLOTS * areas ? Math.floor(slots / SET_SLOTS) : areas
}

function sizeOf(slots: number, areas: number): PoolSize {
  return { slots, areas, areaSlots: Math.floor(slots / areas) }
}

function sizing(
  size: PoolSize,
  rc: number,
  { force }: SwiotlbOption,
  wantedSlots: number,
  tries: readonly PoolTry[],
): PoolSizing {
  return { ...size, rc, force, wantedSlots, tries }
}

/** Smallest power of two that is at least `n`; 1 for 0. */
function pow2Up(n: number): number {
  return pow2(log2Ceil(n))
}

/** A number as C reads it without being told a base. */
function cNumber(text: string): number {
  return /^0[0-7]/.test(text) ? Number.parseInt(text, 8) : Number(text)
}
