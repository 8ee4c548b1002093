// Addresses of entries, for everything that shows one.

import { pow2 } from '../../lib/bits.ts'
import { addressOf } from '../../lib/format.ts'
import type { Island } from '../iova/allocator.ts'
import { absOf, extentOf } from '../iova/geometry.ts'
import type { DmaTable } from '../machine/state.ts'

/** What leads from an entry of a table to its address. */
export interface AddressSpace {
  /** log2 of the IOMMU page size in bytes. */
  readonly pageShift: number
  /** Absolute entry of table-relative entry 0. */
  readonly offset: number
  /** Where the entries lie if not in one stretch from `offset`. */
  readonly islands?: readonly Island[]
  /** Pages of the window that no entry stands for, between islands and behind the last; absent = none. See `listingOf`. */
  readonly unlisted?: number
  /** There is no window at all, and what stands here stands for nothing. */
  readonly absent?: true
}

/** The part of a table that leads to addresses, and how much of its window has no entry. */
export function spaceOf({ geometry, windowBytes }: Pick<DmaTable, 'geometry' | 'windowBytes'>): AddressSpace {
  const { size: _, ...space } = extentOf(geometry, windowBytes)
  return { ...space, ...(windowBytes === 0 && { absent: true as const }) }
}

/** How much of a window stands entry by entry; nothing is placed in the rest. */
export interface Listing {
  readonly listedBytes: number
  readonly windowBytes: number
  /** Of the rest, what lies behind the last entry; the remainder lies between islands. */
  readonly behindBytes: number
}

/** What of a window of `size` entries is listed; null where all of it is. */
export function listingOf(space: AddressSpace & { readonly size: number }): Listing | null {
  const { pageShift, size, unlisted = 0, islands } = space
  if (unlisted === 0) return null
  const last = islands?.at(-1)
  // Islands are counted from the window's start, which is address 0.
  const behind = last ? size + unlisted - last.abs - last.pages : unlisted
  const pageBytes = pow2(pageShift)
  return {
    listedBytes: size * pageBytes,
    windowBytes: (size + unlisted) * pageBytes,
    behindBytes: behind * pageBytes,
  }
}

/** Byte address at which entry `e` (table-relative) begins. */
export function addressAt(space: AddressSpace, e: number): bigint {
  return addressOf(absOf(space, e), space.pageShift)
}

/** Byte address right behind the entries below `e`: where islands end it is not the address of `e`. */
export function addressBehind(space: AddressSpace, e: number): bigint {
  return e === 0 ? addressAt(space, 0) : addressOf(absOf(space, e - 1) + 1, space.pageShift)
}

const endOf = ({ islands }: AddressSpace) => islands?.at(-1)?.abs

/** True when two windows lead to the same addresses. */
export function sameSpace(a: AddressSpace, b: AddressSpace): boolean {
  return a.pageShift === b.pageShift && a.offset === b.offset && a.unlisted === b.unlisted && endOf(a) === endOf(b)
}
