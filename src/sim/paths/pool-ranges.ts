// The bounce pool as the page's maps see it: slots are entries, areas are regions with a lock each.

import type { Ranges } from '../iova/allocator.ts'
import { homeArea, longestRun, type SwiotlbPool } from '../swiotlb/pool.ts'
import { SET_SLOTS } from '../swiotlb/pool-size.ts'
import type { TableReader } from '../table/table.ts'

/** Calls back with every run of taken slots of [from, to). */
function forEachTaken(s: SwiotlbPool, from: number, to: number, visit: (start: number, slots: number) => void): void {
  const { data } = s.list
  for (let slot = from; slot < to; ) {
    if (data[slot]! > 0) {
      slot += data[slot]!
      continue
    }
    const start = slot
    while (slot < to && data[slot] === 0) slot++
    visit(start, slot - start)
  }
}

export const poolRanges: Ranges<SwiotlbPool> = {
  locks: (s) => s.geometry.areas,
  lockName: (_, lock) => `area ${lock}`,
  regions: (s) =>
    Array.from({ length: s.geometry.areas }, (_, i) => ({
      name: `area ${i}`,
      start: i * s.areaSlots,
      end: (i + 1) * s.areaSlots,
      hint: i * s.areaSlots + s.next[i]!,
      lock: i,
    })),
  homeRegion: (s, cpu) => homeArea(s, cpu),
  usable: (s) => s.areaSlots * s.geometry.areas,
  freeCount(s, start, limit) {
    let taken = 0
    forEachTaken(s, start, limit, (_, slots) => {
      taken += slots
    })
    return Math.max(0, limit - start) - taken
  },
  freeIn(s, start, limit) {
    let [free, longest] = [0, 0]
    for (let area = Math.floor(start / s.areaSlots); area * s.areaSlots < limit && area < s.geometry.areas; area++) {
      const from = Math.max(start, area * s.areaSlots)
      const end = Math.min(limit, (area + 1) * s.areaSlots)
      free += end - from === s.areaSlots ? s.areaSlots - s.used[area]! : poolRanges.freeCount(s, from, end)
      longest = Math.max(longest, longestRun(s, from, end))
    }
    return { free, longestRun: longest }
  },
  forEachRange(s, visit) {
    forEachTaken(s, 0, s.areaSlots * s.geometry.areas, (start, slots) => visit(start, slots, 'used'))
  },
}

/** Bytes that the kernel keeps about a slot. */
const SLOT_RECORD = 24

/** What stands for a table: the buffer behind a slot. Slot sets take the place of table pages. */
export const poolReader: TableReader<SwiotlbPool> = {
  walk: (s, e) => Math.max(0, s.orig.data[e] ?? 0),
  place: (_, e) => ({ page: Math.floor(e / SET_SLOTS), slot: e % SET_SLOTS }),
  forEachTable(s, visit) {
    const { data } = s.list
    for (let first = 0; first < s.geometry.slots; first += SET_SLOTS) {
      const end = Math.min(s.geometry.slots, first + SET_SLOTS)
      let used = 0
      for (let slot = first; slot < end; slot++) if (data[slot] === 0) used++
      visit(first, used, 1, end - first)
    }
  },
  levels: () => 1,
  tablesAt: () => 0,
  bytesAllocated: (s) => s.geometry.slots * SLOT_RECORD,
  bytesAccounted: () => 0,
}
