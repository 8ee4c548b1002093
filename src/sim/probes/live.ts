// The live mappings of a table, found without walking its entries.

import { type DmaTable, ENTRY_MAPPING, ENTRY_STRIDE, MAP_ENTRY, MAP_NPAGES, MAP_STRIDE } from '../machine/state.ts'

/**
 * Calls back with every live mapping: its id and where its record begins in `table.mappings.records.data`. A record
 * is live exactly when its first entry names it. Costs a look per record ever used at the same time.
 */
export function forEachLive(table: DmaTable, visit: (id: number, at: number) => void): void {
  const { data: records } = table.mappings.records
  const { data: entries } = table.entries
  const capacity = records.length / MAP_STRIDE
  for (let id = 0, at = 0; id < capacity; id++, at += MAP_STRIDE) {
    if (entries[records[at + MAP_ENTRY]! * ENTRY_STRIDE + ENTRY_MAPPING] === id + 1) visit(id, at)
  }
}

/**
 * Mapped entries of [from, to). Jumps from mapping to mapping; free entries are looked at one by one, but not in a table
 * without any mapping.
 */
export function mappedIn(table: DmaTable, from: number, to: number): number {
  const { data: records } = table.mappings.records
  const { data: entries } = table.entries
  const end = Math.min(to, table.geometry.size)
  let mapped = 0
  if (table.mapped === 0) return 0
  if (table.mapped === table.geometry.size) return Math.max(0, end - from)
  for (let e = from; e < end; ) {
    const id = entries[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    if (id < 0) {
      e++
      continue
    }
    const at = id * MAP_STRIDE
    const next = Math.min(end, records[at + MAP_ENTRY]! + records[at + MAP_NPAGES]!)
    mapped += next - e
    e = next
  }
  return mapped
}

/** Entries of [from, to) that were set aside and are not mapped: who chooses addresses maps those too. */
export function reservedIn(table: DmaTable, from: number, to: number): number {
  let n = 0
  for (const { start, end } of table.reserved) {
    const [first, last] = [Math.max(from, start), Math.min(to, end)]
    if (first < last) n += last - first - mappedIn(table, first, last)
  }
  return n
}
