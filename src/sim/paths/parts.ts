// Parts of a window's way that somebody draws or counts, whichever way it is: an IOMMU with its driver, a guest's window, a bounce
// pool. A window has any of them or none. Whoever acts calls the way itself (way.ts) and needs no part.

import type { IommuState } from '../dma/iommu-state.ts'
import { oldestStaleNs } from '../iotlb/exposure.ts'
import { type DmaTable, MAP_ADDRESS, MAP_ENTRY, MAP_NPAGES, type MachineState } from '../machine/state.ts'
import { NO_BUFFER } from '../swiotlb/pool.ts'
import { SLOT_BYTES } from '../swiotlb/pool-size.ts'
import type { TceWindowState } from '../table/tce-window.ts'
import type { Bounce, BouncedState, MappingPath } from './path.ts'

/** What goes on behind a direct way, where the window has a table all the same. */
function behindDirect({ path }: DmaTable): MappingPath {
  return path.kind === 'direct' ? path.state.behind : path
}

/** What maps, or would. */
export function mappingPath(table: DmaTable): Exclude<MappingPath, { readonly kind: 'bounced' }> {
  const path = behindDirect(table)
  return path.kind === 'bounced' ? path.state.behind : path
}

/** The IOMMU with its driver, or null. */
export function unitOf(table: DmaTable): IommuState | null {
  const path = mappingPath(table)
  return path.kind === 'iommu' ? path.state.unit : null
}

/** The window in a table of several levels, or null. */
export function levelsOf(table: DmaTable): TceWindowState | null {
  const path = mappingPath(table)
  return path.kind === 'guest' ? path.state.window : null
}

/** The bounce pool with what went through it and past it, or null. */
export function bounceOf(table: DmaTable): Bounce | null {
  const path = behindDirect(table)
  return path.kind === 'pool' ? path.state : path.kind === 'bounced' ? path.state.bounce : null
}

/** What goes through the pool of a table for its device is not trusted: see BouncedState; or null. */
export function untrustedOf(table: DmaTable): BouncedState | null {
  const path = behindDirect(table)
  return path.kind === 'bounced' ? path.state : null
}

/** Lock of the pool's first area, an index into those of its table. They stand behind the allocator's, before the IOMMU's own. */
export function firstArea(table: DmaTable, { pool }: Bounce): number {
  return behindDirect(table).kind === 'bounced' ? table.locks.length - 1 - pool.geometry.areas : 0
}

/** What a mapping holds of the pool: its first slot, padding included, how many, and where its buffer lies. */
export interface Held {
  slot: number
  slots: number
  address: number
}

/** Fills `out` for the live mapping whose record begins at `at`. False, and nothing filled, where it holds no slots. */
export function heldAt(table: DmaTable, at: number, out: Held): boolean {
  const { data } = table.mappings.records
  const path = behindDirect(table)
  if (path.kind === 'pool') {
    out.slot = data[at + MAP_ENTRY]!
    out.slots = data[at + MAP_NPAGES]!
    out.address = data[at + MAP_ADDRESS]!
    return true
  }
  if (path.kind !== 'bounced' || !path.state.bounce.isThere) return false
  const { pool } = path.state.bounce
  const offset = data[at + MAP_ADDRESS]! - pool.geometry.startAddress
  if (!(offset >= 0 && offset < pool.geometry.slots * SLOT_BYTES)) return false
  const first = Math.floor(offset / SLOT_BYTES)
  if (pool.orig.data[first] === NO_BUFFER) return false
  out.slot = first - pool.pad.data[first]!
  out.slots = first - out.slot + Math.ceil((pool.bytes.data[first]! + (offset % SLOT_BYTES)) / SLOT_BYTES)
  out.address = pool.orig.data[first]!
  return true
}

/** Id of the allocator that hands its entries out. */
export function allocatorOf(table: DmaTable): string {
  const path = mappingPath(table)
  return path.kind === 'pool' ? 'swiotlb' : path.state.allocatorId
}

/**
 * The longest so far that something of a table was reached after its unmap (no flush at all), or could have been: it
 * waited for a flush that long. ns; 0 in strict mode.
 */
export function worstReachNs(s: MachineState, table: DmaTable): number {
  if (table.flush) return Math.max(table.flush.worstNs, s.nowNs - Math.min(s.nowNs, table.flush.oldestNs))
  if (unitOf(table)?.mode !== 'none') return 0
  let worst = 0
  for (const iotlb of s.iotlbs)
    worst = Math.max(worst, iotlb.exposure.worstNs, s.nowNs - Math.min(s.nowNs, oldestStaleNs(iotlb, table.owner)))
  return worst
}
