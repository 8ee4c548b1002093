// The window that settings ask for where the platform itself decides nothing, and what every way is built from.

import { log2Floor, pow2 } from '../../lib/bits.ts'
import type { BootOutcome } from '../boot/boot.ts'
import type { FlushQueue } from '../flush/flush-queue.ts'
import type { Island, WindowGeometry } from '../iova/allocator.ts'
import type { Settings } from '../params.ts'
import { readParam, readParams } from '../params.ts'
import type { DdwRun } from '../platform/partition.ts'
import { allocatorParam, needsBitmap, powerParams } from '../scenario/platform.ts'
import { isRadix, radixDevice, SPACE_48 } from '../scenario/platform-iommu.ts'
import { platformParam } from '../scenario/platform-names.ts'
import type { DeviceSpec } from '../scenario/schema.ts'
import type { MappingPath } from './path.ts'

/** TCEs of one cache line (spec/POWERPC.md A.1). */
const BLOCK_SIZE = 16
/** Entries that a PCI device's mapping must not cross: its segment boundary of 4 GiB. */
const SEGMENT_BYTES = pow2(32)

/** What a window is built from. */
export interface Ask {
  readonly device: DeviceSpec
  readonly settings: Settings
  /** Settings of the device alone, without its id. */
  readonly own: Settings
  readonly boot: BootOutcome | null
  readonly cpus: number
  readonly devices: number
  /** [devices] bits of an address that each driver wants to keep in a bounce buffer. */
  readonly minAlignMask: Int32Array
}

/** A window, empty. */
export interface Built {
  readonly geometry: WindowGeometry
  readonly windowBytes: number
  /** Of a partition: how its device came by it. */
  readonly ddw: DdwRun | null
  readonly path: MappingPath
  /** Where that is not all that the allocator keeps back: what was set aside. */
  readonly reserved?: readonly { readonly start: number; readonly end: number }[]
  /** Where unmapped ranges wait for a flush. */
  readonly flush?: FlushQueue | null
  /** Locks besides the allocator's, behind them. */
  readonly ownLocks: number
}

/** The window that settings ask for. Of a space that is too large to be listed it has the first and the last 4 GiB. */
export function geometryOf(ask: Ask): WindowGeometry {
  const pageBytes = askedOf(ask).iommuPage
  const entries = spaceOf(ask) / pageBytes
  const island = SEGMENT_BYTES / pageBytes
  const parts =
    entries <= island ? [entries] : needsBitmap(readParam(allocatorParam, ask.own)) ? [island] : [island, island]
  return {
    size: parts.reduce((sum, n) => sum + n),
    offset: ask.device.offset ?? 0,
    pageShift: log2Floor(pageBytes),
    blockSize: BLOCK_SIZE,
    resStart: 0,
    resEnd: 0,
    boundary: island,
    ...(parts.length > 1 && {
      islands: [
        { entry: 0, abs: 0, pages: island },
        { entry: island, abs: entries - island, pages: island },
      ],
    }),
  }
}

/** Bytes of the space that settings ask for; the largest one is whatever the levels of the table translate. */
export function spaceOf(ask: Ask): number {
  const { window, levels } = askedOf(ask)
  return window < SPACE_48 ? window : pow2(12 + 9 * levels)
}

/** What a device's settings say of its window; without radix tables it is small, whatever their levels. */
function askedOf({ settings, own }: Ask) {
  const { levels, ...radix } = readParams(radixDevice, own)
  return { ...(isRadix(readParam(platformParam, settings, 'm')) ? radix : readParams(powerParams, own)), levels }
}

/** The stretches that a window lies in. */
export function islandsOf({ islands, offset, size }: WindowGeometry): readonly Island[] {
  return islands ?? [{ entry: 0, abs: offset, pages: size }]
}
