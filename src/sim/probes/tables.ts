// Every table side by side: whose it is, its page size, how full each band of it is and what it has refused.

import { log2Floor, pow2 } from '../../lib/bits.ts'
import { BANDS } from '../engine/recorder.ts'
import { tableOf } from '../machine/state.ts'
import { MAX_GRANULE } from '../types.ts'
import type { TablesFrame, TableUse } from './frames.ts'
import type { Probe } from './probe.ts'
import { spaceOf } from './space.ts'

export const tables: Probe<'tables'> = {
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
