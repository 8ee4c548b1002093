// What a log does not say of memory and hypervisor, and what must have been all the same.

import { log2Ceil, pow2 } from '../lib/bits.ts'
import type { DdwLog } from './ddw-log.ts'

/** log2 of the bytes that memory may have had, for the kernel to have made this window; null where nothing tells it. */
export function impliedMemoryShift({ create, direct, limitBytes }: DdwLog): number | null {
  if (limitBytes !== null) return log2Ceil(Math.min(limitBytes, Number.MAX_SAFE_INTEGER))
  // A window smaller than its pages was asked for by mistake.
  if (create === null || create.windowShift < create.pageShift) return null
  if (direct !== false || create.rc !== 0) return create.windowShift
  // An indirect window is as large as it can be made: memory is larger.
  return create.windowShift + 1
}

/** TCEs that there must have been for the window that was made; null where none was. */
export function impliedBlock({ create }: DdwLog): number | null {
  return create === null ? null : pow2(Math.max(0, create.windowShift - create.pageShift))
}
