// The live mappings of a table, found without walking its entries.

import { type DmaTable, ENTRY_MAPPING, ENTRY_STRIDE, MAP_ENTRY, MAP_STRIDE } from '../state.ts'

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
