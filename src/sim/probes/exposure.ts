// What was unmapped and what a device can still do with it: the figures beside the map, and those of one page.
//
// Not told apart: Σ bytes × time and the longest exposure are of the whole IOTLB, also where tables share it.

import { pow2 } from '../../lib/bits.ts'
import { SPENT_WORST_NS, spentAt } from '../dma/iommu-state.ts'
import { forEachStale, oldestStaleNs } from '../iotlb/exposure.ts'
import type { IotlbState } from '../iotlb/iotlb-state.ts'
import { absOf, entryOf } from '../iova/geometry.ts'
import { ENTRY_MAPPING, ENTRY_STRIDE, iotlbOf, type MachineState, tableOf } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { unitOf, worstReachNs } from '../paths/parts.ts'
import type { ExposureFigures, InspectCard } from './cards.ts'

/** The IOTLBs that devices with the table of device `index` look addresses up in, each once; none of a table of TCEs. */
export function iotlbsOf(s: MachineState, index: number): IotlbState[] {
  const all = new Set<IotlbState>()
  s.tables.forEach((_, device) => {
    const iotlb = tableOf(s, device) === index && unitOf(s.tables[index]!) ? iotlbOf(s, device) : null
    if (iotlb) all.add(iotlb)
  })
  return [...all]
}

/** Pages of the stale entries for the table of device `index` whose address is mapped by now, or still, where a part of a large
 *  page was unmapped: the map shows them as mapped. Of several entries for one address each counts. */
export function reachedBehindMapped(s: MachineState, index: number): number {
  const { geometry, entries } = s.tables[index]!
  let pages = 0
  for (const iotlb of iotlbsOf(s, index))
    forEachStale(iotlb, index, (pfn, npages) => {
      const first = entryOf(geometry, pfn)
      if (first < 0) return
      const end = Math.min(first + npages, geometry.size)
      for (let e = first; e < end; e++) if (entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! > 0) pages++
    })
  return pages
}

/** The figures of the table of device `index`, or null where no IOTLB translates for it. */
export function exposureOf(m: Machine, index: number): ExposureFigures | null {
  const { state: s } = m
  const table = s.tables[index]!
  const { flush } = table
  const iommu = unitOf(table)
  const iotlbs = iotlbsOf(s, index)
  if (!iommu || m.ways[index]!.isIdle || iotlbs.length === 0) return null
  const pageBytes = pow2(table.geometry.pageShift)
  let [pages, reused, pageNs, worstNs, lookups, hits, reads] = [0, 0, 0, 0, 0, 0, 0]
  let oldest = Number.POSITIVE_INFINITY
  for (const iotlb of iotlbs) {
    const { exposure } = iotlb
    forEachStale(iotlb, index, (_, n, _since, reusedNs) => {
      pages += n
      if (reusedNs !== -1) reused += n
    })
    oldest = Math.min(oldest, oldestStaleNs(iotlb, index))
    pageNs += exposure.pageNs + exposure.pages * (s.nowNs - exposure.sinceNs)
    worstNs = Math.max(worstNs, exposure.worstNs)
    lookups += iotlb.lookups
    hits += iotlb.hits
    reads += iotlb.reads
  }
  return {
    mode: iommu.mode,
    reachableBytes: pages * pageBytes,
    behindMappedBytes: pages > 0 ? reachedBehindMapped(s, index) * pageBytes : 0,
    oldestNs: pages > 0 ? oldest : null,
    reusedPages: reused,
    byteUs: (pageNs * pageBytes) / 1000,
    worstNs: pages > 0 ? Math.max(worstNs, s.nowNs - oldest) : worstNs,
    queueWorstNs: Math.max(iommu.spentPs[spentAt('deferred') + SPENT_WORST_NS]!, flush ? worstReachNs(s, table) : 0),
    unmaps: table.unmaps,
    flushes: table.flushes,
    commands: iommu.commands.total,
    waits: iommu.waits,
    lateTried: iommu.lateTried,
    lateReached: iommu.lateReached,
    lateNewOwner: iommu.lateNewOwner,
    faults: iommu.faults,
    wrongPage: iommu.wrongPage,
    ...{ lookups, hits, reads },
  }
}

/** How a device still reaches the entry `e`, which nobody has mapped, through an IOTLB; null: it does not. `queued`: it
 *  waits for a flush, which ends that. */
export function reachOf(s: MachineState, index: number, e: number, queued: boolean): InspectCard['reach'] {
  const { geometry, flush } = s.tables[index]!
  const abs = absOf(geometry, e)
  const untilNs = queued && flush && flush.dueNs < Number.POSITIVE_INFINITY ? flush.dueNs : null
  let found: InspectCard['reach'] = null
  for (const iotlb of iotlbsOf(s, index)) {
    forEachStale(iotlb, index, (pfn, npages, sinceNs, reusedNs, slot) => {
      if (abs < pfn || abs >= pfn + npages || (found && found.sinceNs <= sinceNs)) return
      found = {
        sinceNs,
        untilNs,
        reusedNs: reusedNs === -1 ? null : reusedNs,
        realAddr: (iotlb.page.data[slot]! + abs - pfn) * pow2(geometry.pageShift),
        set: Math.floor(slot / iotlb.ways),
        way: slot % iotlb.ways,
      }
    })
  }
  return found
}
