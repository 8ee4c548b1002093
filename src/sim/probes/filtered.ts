// The figures of a brushed range: of addresses as they stand now, of time as the recorder kept it.

import { pow2 } from '../../lib/bits.ts'
import { ENTRY_MAPPING, ENTRY_STRIDE, MAP_ENTRY, MAP_STRIDE } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import type { Brush, EntryFigures, Filtered, TimeFigures } from './cards.ts'
import { freeIn } from './free.ts'
import { usefulIn } from './iova-space.ts'
import { reservedIn } from './live.ts'
import { tableIndex } from './probe.ts'
import { mappedNow } from './timeline.ts'

/** Figures of the ranges that are set. `device`: whose table the entries are of. */
export function filtered(m: Machine, device: number, brush: Brush): Filtered {
  const { time, entries } = brush
  return {
    time: time && timeFigures(m, time.fromNs, time.toNs),
    entries: entries && entryFigures(m, tableIndex(m, device), entries.first, entries.count),
  }
}

/** Sums, means and maxima over the columns that [fromNs, toNs) touches and that have begun; at least one is touched. */
export function timeFigures(m: Machine, fromNs: number, toNs: number): TimeFigures {
  const { nowNs, recorder: r } = m.state
  const first = Math.max(0, Math.floor(fromNs / r.columnNs))
  const end = Math.min(r.column + 1, Math.max(first + 1, Math.ceil(toNs / r.columnNs)))
  const columns = Math.max(0, end - first)
  const now = mappedNow(m)
  const sum = { refused: 0, missed: 0, delivered: 0, mapped: 0, useful: 0 }
  let maxMappedBytes = 0
  let maxUsefulBytes = 0
  for (let c = first; c < end; c++) {
    // The column that grows is written down only when it ends.
    const mapped = c === r.column ? now.mappedBytes : r.mappedBytes.data[c]!
    const useful = c === r.column ? now.usefulBytes : r.usefulBytes.data[c]!
    sum.refused += r.refused.data[c]!
    sum.missed += r.missed.data[c]!
    sum.delivered += r.delivered.data[c]!
    sum.mapped += mapped
    sum.useful += useful
    maxMappedBytes = Math.max(maxMappedBytes, mapped)
    maxUsefulBytes = Math.max(maxUsefulBytes, useful)
  }
  const from = first * r.columnNs
  const to = columns === 0 ? from : Math.min(nowNs, end * r.columnNs)
  return {
    fromNs: from,
    toNs: to,
    columns,
    refused: sum.refused,
    missed: sum.missed,
    deliveredBps: to > from ? (sum.delivered * 8e9) / (to - from) : 0,
    meanMappedBytes: columns === 0 ? 0 : sum.mapped / columns,
    maxMappedBytes,
    meanUsefulBytes: columns === 0 ? 0 : sum.useful / columns,
    maxUsefulBytes,
  }
}

/** Counts the entries of [first, first+count), clipped to the table. */
export function entryFigures(m: Machine, index: number, first: number, count: number): EntryFigures {
  const table = m.state.tables[index]!
  const d = m.domains[index]!
  const { size, pageShift } = table.geometry
  const from = Math.max(0, Math.min(first, size))
  const end = Math.max(from, Math.min(size, first + count))
  const io = pow2(pageShift)
  const { data: entries } = table.entries
  const { data: records } = table.mappings.records
  let mapped = 0
  let usefulBytes = 0
  let liveMappings = 0
  for (let e = from; e < end; e++) {
    const id = entries[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    if (id < 0) continue
    const at = id * MAP_STRIDE
    mapped++
    usefulBytes += usefulIn(d, records, at, e, io)
    if (e === from || e === records[at + MAP_ENTRY]) liveMappings++
  }
  const { free, longestRun } = freeIn(m, index, from, end)
  return {
    first: from,
    count: end - from,
    mapped,
    reserved: reservedIn(table, from, end),
    free,
    largestFreeRun: longestRun,
    mappedBytes: mapped * io,
    usefulBytes,
    liveMappings,
  }
}
