// Every table side by side: whose it is, its page size, how full each band of it is and what it has refused.

import { log2Floor, pow2 } from '../../lib/bits.ts'
import { BANDS } from '../engine/recorder.ts'
import { tableOf } from '../machine/state.ts'
import { MAX_GRANULE } from '../types.ts'
import type { Summary } from './cards.ts'
import type { Probe, Whole } from './probe.ts'
import { type AddressSpace, spaceOf } from './space.ts'

/** A table with whose it is and what is in it. */
export interface TableUse extends AddressSpace {
  /** Index of the device that owns it. */
  readonly table: number
  /** Names of the devices that use it. */
  readonly devices: readonly string[]
  /** Of its larger pages; `pageShift` where all are alike. */
  readonly coarseShift: number
  readonly windowBytes: number
  readonly entriesPerBand: number
  /** First entry that the bands cover; not 0 only in a space too large to be shown whole. */
  readonly first: number
  readonly size: number
  readonly mappedBytes: number
  readonly usefulBytes: number
  readonly refused: number
  readonly firstRefusal: Summary['firstRefusal']
  /** TCEs set and cleared since it was built. */
  readonly tceWrites: number
}

/** All tables side by side. */
export interface TablesFrame {
  readonly bands: number
  readonly tables: readonly TableUse[]
  /** [tables * bands] share of a band's entries that are mapped, 0…255; at least 1 if any. */
  readonly used: Uint8Array
}

export const tablesProbe: Probe<'tables', Whole, TablesFrame> = {
  id: 'tables',
  build(m, _request, arrays): TablesFrame {
    const { state: s, scenario } = m
    const owners = scenario.devices.flatMap((_, i) => (s.tables[i] ? [i] : []))
    const used = arrays.u8(BANDS * owners.length)
    const list = owners.map((owner, row): TableUse => {
      const table = s.tables[owner]!
      const { geometry } = table
      const { level, entriesPerBand, first } = s.recorder.bands[owner]!
      for (let band = 0; band < BANDS; band++) {
        const entries = Math.min(entriesPerBand, geometry.size - first - band * entriesPerBand)
        const n = level[band]!
        used[row * BANDS + band] = entries <= 0 || n === 0 ? 0 : Math.max(1, Math.round((n * 255) / entries))
      }
      const d = m.domains[owner]!
      let tceWrites = 0
      d.table.forEachTable(d.tableState, (_first, _set, written) => {
        tceWrites += written
      })
      return {
        ...spaceOf(table),
        table: owner,
        devices: scenario.devices.filter((_, i) => tableOf(s, i) === owner).map((d) => d.name),
        coarseShift: geometry.pageShift + (d.mixed ? log2Floor(MAX_GRANULE) : 0),
        windowBytes: table.windowBytes,
        entriesPerBand,
        first,
        size: geometry.size,
        mappedBytes: table.mapped * pow2(geometry.pageShift),
        usefulBytes: table.usefulBytes,
        refused: table.refused,
        firstRefusal: table.firstRefusal && { ...table.firstRefusal },
        tceWrites,
      }
    })
    return { bands: BANDS, tables: list, used }
  },
}
