// Addresses of entries, for everything that shows one.

import { addressOf } from '../../lib/format.ts'
import type { WindowGeometry } from '../iova/allocator.ts'
import { absOf } from '../iova/geometry.ts'
import type { AddressSpace } from './frames.ts'

/** The part of a window that leads to addresses. */
export function spaceOf({ pageShift, offset, islands }: WindowGeometry): AddressSpace {
  return { pageShift, offset, ...(islands && { islands }) }
}

/** Byte address at which entry `e` (table-relative) begins. */
export function addressAt(space: AddressSpace, e: number): bigint {
  return addressOf(absOf(space, e), space.pageShift)
}

/** Byte address right behind the entries below `e`: where islands end it is not the address of `e`. */
export function addressBehind(space: AddressSpace, e: number): bigint {
  return e === 0 ? addressAt(space, 0) : addressOf(absOf(space, e - 1) + 1, space.pageShift)
}

/** True when two windows lead to the same addresses. */
export function sameSpace(a: AddressSpace, b: AddressSpace): boolean {
  return a.pageShift === b.pageShift && a.offset === b.offset && a.islands?.at(-1)?.abs === b.islands?.at(-1)?.abs
}
