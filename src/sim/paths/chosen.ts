// Maps and unmaps at addresses of the caller's choosing: what they may name, why they get nothing, and what the books forget.

import type { DmaDomain } from '../dma/dma-ops.ts'
import { logEvent } from '../engine/log.ts'
import * as ev from '../machine/events.ts'
import { forgetPart } from '../machine/ledger.ts'
import {
  type DmaTable,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  MAP_ENTRY,
  MAP_NPAGES,
  MAP_STRIDE,
  type MachineState,
} from '../machine/state.ts'
import type { Op } from '../workload/workload.ts'
import type { Ground } from './way.ts'

/** Some of entries [first, first+npages) are none of a window of `size` entries. */
export function isOutside(size: number, first: number, npages: number): boolean {
  return first < 0 || first + npages > size
}

/** Keeps why a map at a chosen address got nothing, by its number in state.ts; the first of a table has a line in the log. */
export function noteChosen(
  { state: s }: Ground,
  table: DmaTable,
  device: number,
  op: Op,
  npages: number,
  why: number,
): void {
  table.whyRefused = why
  if (s.refusedTotal > 0 && table.refused > 0) return
  logEvent(s.log, s.nowNs, ev.LOG_OUTSIDE, 0, device, op.sgAddress[1]!, npages * ev.OUTSIDE_WHYS + why)
}

/** The entry behind the last one of a mapping. */
function mappingEnd(table: DmaTable, id: number): number {
  const { data } = table.mappings.records
  return data[id * MAP_STRIDE + MAP_ENTRY]! + data[id * MAP_STRIDE + MAP_NPAGES]!
}

/** Of the mappings that have an entry of [first, first+npages), strikes out whatever their table does not lead to any more. */
export function forgetUnmapped(s: MachineState, table: DmaTable, d: DmaDomain, first: number, npages: number): void {
  for (let e = first; e < first + npages; ) {
    const id = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    e = id < 0 ? e + 1 : mappingEnd(table, id)
    if (id >= 0) forgetOf(s, table, d, id)
  }
}

/** Strikes out of a mapping whatever its table does not lead to any more, from the end on. */
function forgetOf(s: MachineState, table: DmaTable, d: DmaDomain, id: number): void {
  const start = table.mappings.records.data[id * MAP_STRIDE + MAP_ENTRY]!
  const isMapped = (e: number) => d.table.walk(d.tableState, e) !== 0
  for (let end = mappingEnd(table, id); end > start; ) {
    let first = end
    while (first > start && !isMapped(first - 1)) first--
    if (first < end) forgetPart(s, table, id, first, end)
    end = first
    while (end > start && isMapped(end - 1)) end--
  }
}
