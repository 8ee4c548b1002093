// What an IOTLB holds, slot by slot, and how well it serves.

import { pow2 } from '../../lib/bits.ts'
import { type IotlbState, NO_DOMAIN, RECENT_NS } from '../iotlb/iotlb-state.ts'
import { iotlbOf } from '../machine/state.ts'
import { unitOf } from '../paths/parts.ts'
import type { PageTableState } from '../table/page-table.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'
import { type AddressSpace, spaceOf } from './space.ts'

/** A slot of an IOTLB: nothing in it, a translation that holds, one of memory that was unmapped (the device still reaches
 *  it), and one of such memory that somebody else has got since. */
export const SLOT_EMPTY = 0
export const SLOT_LIVE = 1
export const SLOT_STALE = 2
export const SLOT_REUSED = 3

/** The caches of table pointers of one level. */
export interface WalkCacheUse {
  /** Height of the tables pointed to: 0 = those of the smallest pages. */
  readonly height: number
  /** Pages that one pointer covers. */
  readonly spanPages: number
  readonly used: number
  readonly room: number
}

/** The IOTLB that the table's devices use, slot by slot: index = set * ways + way. */
export interface IotlbFrame extends AddressSpace {
  readonly table: number
  readonly sets: number
  readonly ways: number
  /** Translations of other tables stand in it too. */
  readonly shared: boolean
  /** [sets*ways] SLOT_EMPTY … SLOT_REUSED */
  readonly state: Uint8Array
  /** [sets*ways] table that the translation is of, 255 = none. */
  readonly owner: Uint8Array
  /** [sets*ways] first page, counted from address 0; log2 of the pages covered. */
  readonly pfn: Float64Array
  readonly order: Uint8Array
  /** [sets*ways] how long it has been stale, ns; 0 = it is not. */
  readonly staleForNs: Float64Array
  /** Entries in use, stale ones, and stale ones whose memory was given away. */
  readonly used: number
  readonly stale: number
  readonly reused: number
  /** Bytes that the entries in use lead to. */
  readonly reachBytes: number
  /** So far: lookups, hits, table entries read, entries that made room for others; in the last full millisecond: lookups, hits. */
  readonly lookups: number
  readonly hits: number
  readonly reads: number
  readonly evicted: number
  readonly recentLookups: number
  readonly recentHits: number
  readonly walkCaches: readonly WalkCacheUse[]
}

/** How the caches of table pointers are used, from the leaf tables up; the top table needs none. */
function walkCachesOf(iotlb: IotlbState, page: PageTableState): WalkCacheUse[] {
  const room = iotlb.walkEntries
  const heights = room === 0 ? 0 : page.levels - 1
  return Array.from({ length: heights }, (_, height) => {
    let used = 0
    for (let at = height * room; at < (height + 1) * room; at++) if (iotlb.walkDomain[at] !== NO_DOMAIN) used++
    return { height, spanPages: pow2(page.bits * (height + 1)), used, room }
  })
}

/** Lookups and hits in the last full millisecond. */
function recentOf(iotlb: IotlbState | null, nowNs: number): Pick<IotlbFrame, 'recentLookups' | 'recentHits'> {
  if (!iotlb || nowNs >= iotlb.recent.endNs + RECENT_NS) return { recentLookups: 0, recentHits: 0 }
  const { recent, lookups, hits } = iotlb
  return nowNs >= recent.endNs
    ? { recentLookups: lookups - recent.fromLookups, recentHits: hits - recent.fromHits }
    : { recentLookups: recent.lookups, recentHits: recent.hits }
}

function slotState(iotlb: IotlbState, slot: number): number {
  if (iotlb.domain[slot] === NO_DOMAIN) return SLOT_EMPTY
  if (iotlb.staleNs[slot] === -1) return SLOT_LIVE
  return iotlb.reusedNs[slot] === -1 ? SLOT_STALE : SLOT_REUSED
}

export const iotlbProbe: Probe<'iotlb', OfTable, IotlbFrame> = {
  id: 'iotlb',
  build(m, request, arrays): IotlbFrame {
    const { state: s } = m
    const index = tableIndex(m, request.table)
    const { geometry } = s.tables[index]!
    const iommu = unitOf(s.tables[index]!)
    // The device that is asked for may have an IOTLB of its own and share the table.
    const from = iommu ? iotlbOf(s, s.tables[request.table] === null ? request.table : index) : null
    const entries = from?.entries ?? 0
    const state = arrays.u8(entries)
    const owner = arrays.u8(entries)
    const pfn = arrays.f64(entries)
    const order = arrays.u8(entries)
    const staleForNs = arrays.f64(entries)
    let [used, stale, reused, reachBytes, shared] = [0, 0, 0, 0, false]
    if (from) {
      owner.set(from.domain)
      pfn.set(from.pfn.data)
      order.set(from.order)
      for (let slot = 0; slot < entries; slot++) {
        const is = slotState(from, slot)
        state[slot] = is
        staleForNs[slot] = is >= SLOT_STALE ? s.nowNs - from.staleNs[slot]! : 0
        if (is === SLOT_EMPTY) continue
        const { pageShift } = s.tables[from.domain[slot]!]!.geometry
        used++
        reachBytes += pow2(from.order[slot]! + pageShift)
        if (is >= SLOT_STALE) stale++
        if (is === SLOT_REUSED) reused++
        if (from.domain[slot] === index) continue
        shared = true
        // Another table may count in pages of another size.
        if (pageShift === geometry.pageShift) continue
        pfn[slot] = Math.floor((pfn[slot]! * pow2(pageShift)) / pow2(geometry.pageShift))
        order[slot] = Math.max(0, order[slot]! + pageShift - geometry.pageShift)
      }
    }
    return {
      ...spaceOf(s.tables[index]!),
      table: index,
      sets: from?.sets ?? 0,
      ways: from?.ways ?? 0,
      shared,
      ...{ state, owner, pfn, order, staleForNs, used, stale, reused },
      reachBytes,
      lookups: from?.lookups ?? 0,
      hits: from?.hits ?? 0,
      reads: from?.reads ?? 0,
      evicted: from?.evicted ?? 0,
      ...recentOf(from, s.nowNs),
      walkCaches: from && iommu ? walkCachesOf(from, iommu.page) : [],
    }
  },
}
