// Parts of a window's way that somebody draws or counts, whichever way it is: an IOMMU with its driver, a guest's window, a bounce
// pool. A window has any of them or none. Whoever acts calls the way itself (way.ts) and needs no part.

import type { IommuState } from '../dma/iommu-state.ts'
import { oldestStaleNs } from '../iotlb/exposure.ts'
import type { DmaTable, MachineState } from '../machine/state.ts'
import type { TceWindowState } from '../table/tce-window.ts'
import type { Bounce, MappingPath } from './path.ts'

/** What maps, or would: behind a direct way the window has a table all the same. */
export function mappingPath({ path }: DmaTable): MappingPath {
  return path.kind === 'direct' ? path.state.behind : path
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
  const path = mappingPath(table)
  return path.kind === 'pool' ? path.state : null
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
