// The TCE table by table page: how full each one is and how often it was written.

import { TCES_PER_PAGE } from '../table/tce-single.ts'
import type { TcePagesFrame } from './frames.ts'
import { type Probe, tableIndex } from './probe.ts'

export const tcePages: Probe<'tce-pages'> = {
  id: 'tce-pages',
  build(m, request, arrays): TcePagesFrame {
    const index = tableIndex(m, request.table)
    const table = m.state.tables[index]!
    const d = m.domains[index]!
    const pages = Math.ceil(table.geometry.size / TCES_PER_PAGE)
    const set = arrays.u16(pages)
    const writes = arrays.u32(pages)
    d.table.forEachTable(d.tableState, 0, (first, entries, written) => {
      set[Math.floor(first / TCES_PER_PAGE)] = entries
      writes[Math.floor(first / TCES_PER_PAGE)] = written
    })
    return {
      table: index,
      tcesPerPage: TCES_PER_PAGE,
      pages,
      pageShift: table.geometry.pageShift,
      offset: table.geometry.offset,
      size: table.geometry.size,
      set,
      writes,
      tableBytes: d.table.bytesAllocated(d.tableState),
    }
  },
}
