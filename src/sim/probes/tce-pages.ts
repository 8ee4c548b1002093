// The TCE table by table page: how full each one is and how often it was written.

import { levelsOf } from '../paths/parts.ts'
import { TCES_PER_PAGE } from '../table/tce-single.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'
import { type AddressSpace, spaceOf } from './space.ts'

/** The TCE table by table page: 512 TCEs = 4 KiB of table each. */
export interface TcePagesFrame extends AddressSpace {
  readonly table: number
  readonly tcesPerPage: number
  /** [pages] first entry of each table page where pages of two sizes share the window; null = page × tcesPerPage. */
  readonly firstEntry: readonly number[] | null
  readonly pages: number
  readonly size: number
  /** [pages] TCEs set. */
  readonly set: Uint16Array
  /** [pages] TCEs written (set and cleared) since the table was built. */
  readonly writes: Uint32Array
  readonly tableBytes: number
}

const TCE_BYTES = 8

export const tcePagesProbe: Probe<'tce-pages', OfTable, TcePagesFrame> = {
  id: 'tce-pages',
  build(m, request, arrays): TcePagesFrame {
    const index = tableIndex(m, request.table)
    const table = m.state.tables[index]!
    const d = m.domains[index]!
    // Level tables of a table of several levels are counted by hundreds of thousands; they have a view of their own.
    const levels = levelsOf(table) !== null
    const pages = levels ? 0 : d.table.place(d.tableState, table.geometry.size - 1).page + 1
    const set = arrays.u16(pages)
    const writes = arrays.u32(pages)
    const firstEntry: number[] | null = d.mixed ? [] : null
    let page = 0
    if (!levels)
      d.table.forEachTable(d.tableState, (first, entries, written) => {
        firstEntry?.push(first)
        set[page] = entries
        writes[page++] = written
      })
    const space = spaceOf(table)
    return {
      ...space,
      table: index,
      tcesPerPage: TCES_PER_PAGE,
      firstEntry,
      pages,
      size: table.geometry.size,
      set,
      writes,
      // What the hypervisor keeps is the table of the whole window.
      tableBytes: d.table.bytesAllocated(d.tableState) + (table.ddw ? TCE_BYTES * (space.unlisted ?? 0) : 0),
    }
  },
}
