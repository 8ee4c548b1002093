// How many mapped entries of the table each class of the map's colour has: what the legend counts.

import { ENTRY_GENERATION, ENTRY_STRIDE, MAP_ENTRY, MAP_NPAGES, MAP_NS } from '../machine/state.ts'
import type { ColourBy } from './cells.ts'
import { classOf } from './iova-space.ts'
import { forEachLive } from './live.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'

export interface ClassesRequest extends OfTable {
  readonly colourBy: ColourBy
}

/** Mapped entries of the whole table by class under `colourBy`, the classes of IovaSpaceFrame.value. */
export interface ClassesFrame {
  readonly table: number
  readonly colourBy: ColourBy
  /** [256] */
  readonly counts: Uint32Array
}

export const classesProbe: Probe<'classes', ClassesRequest, ClassesFrame> = {
  id: 'classes',
  build(m, { table: device, colourBy }, arrays) {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    const counts = arrays.u32(256).fill(0)
    const { data: records } = table.mappings.records
    const { data: entries } = table.entries
    forEachLive(table, (_, at) => {
      const first = records[at + MAP_ENTRY]!
      const npages = records[at + MAP_NPAGES]!
      const age = m.state.nowNs - records[at + MAP_NS]!
      // The entries of a mapping share every class but their generation.
      const each = colourBy === 'generation' ? 1 : npages
      for (let e = first; e < first + npages; e += each) {
        const value = classOf(colourBy, records, at, age, entries[e * ENTRY_STRIDE + ENTRY_GENERATION]!)
        counts[value] = counts[value]! + each
      }
    })
    return { table: index, colourBy, counts }
  },
}
