// The whole window in at most 512 cells, for the picture that says where the map is.

import { CELL_FAILED, CELL_FREE, CELL_MAPPED } from './cells.ts'
import { mappedIn } from './live.ts'
import { failedEntries } from './map-marks.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'
import { type AddressSpace, spaceOf } from './space.ts'

/** The whole window in few cells: where the map is when it shows a part. */
export interface MinimapFrame extends AddressSpace {
  readonly table: number
  /** Cells in a row. */
  readonly columns: number
  /** Cells that the window takes; at most MINIMAP_CELLS. */
  readonly cells: number
  /** Entries per cell: a power of two. */
  readonly entriesPerCell: number
  readonly size: number
  /** [cells] CELL_FREE, CELL_MAPPED if any entry of the cell is mapped, CELL_FAILED if a refusal left its mark in it. */
  readonly state: Uint8Array
  /** [cells] share of the cell's entries that are mapped, 0…255; at least 1 if any. */
  readonly used: Uint8Array
}

/** Most cells of a minimap. */
export const MINIMAP_CELLS = 512

const COLUMNS = 32

export const minimapProbe: Probe<'minimap', OfTable, MinimapFrame> = {
  id: 'minimap',
  build(m, request, arrays): MinimapFrame {
    const index = tableIndex(m, request.table)
    const table = m.state.tables[index]!
    const { size } = table.geometry
    let entriesPerCell = 1
    while (entriesPerCell * MINIMAP_CELLS < size) entriesPerCell *= 2
    const cells = Math.ceil(size / entriesPerCell)
    const state = arrays.u8(cells)
    const used = arrays.u8(cells)
    for (let cell = 0, e = 0; cell < cells; cell++) {
      const end = Math.min(size, e + entriesPerCell)
      const entries = end - e
      const mapped = mappedIn(table, e, end)
      e = end
      state[cell] = mapped > 0 ? CELL_MAPPED : CELL_FREE
      used[cell] = mapped === 0 ? 0 : Math.max(1, Math.floor((mapped * 255) / entries))
    }
    for (const e of failedEntries(m.state.nowNs, table)) state[Math.floor(e / entriesPerCell)] = CELL_FAILED
    return { ...spaceOf(table), table: index, columns: COLUMNS, cells, entriesPerCell, size, state, used }
  },
}
