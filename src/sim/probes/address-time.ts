// Address × time, out of the recorder. The column that is still growing is read from the state as it stands.

import { BANDS, COLUMNS, share } from '../engine/recorder.ts'
import { type OfTable, type Probe, type RegionInfo, regionsOf, tableIndex } from './probe.ts'
import { type AddressSpace, spaceOf } from './space.ts'

/** Columns of a window that was there before: they are read by its measures. */
export interface FormerColumns {
  /** The first column that is not of it. */
  readonly until: number
  readonly space: AddressSpace & { readonly size: number }
  readonly first: number
  readonly entriesPerBand: number
}

/** Address × time. Column-major: index = column*bands + band. Column c covers [c*columnNs, (c+1)*columnNs). */
export interface AddressTimeFrame extends AddressSpace {
  readonly table: number
  readonly bands: number
  /** Columns the horizon has room for. */
  readonly columns: number
  /** Columns that hold data, the last one still growing. */
  readonly filled: number
  readonly columnNs: number
  readonly entriesPerBand: number
  /** First entry that the bands cover; not 0 only in a space too large to be shown whole. */
  readonly first: number
  readonly size: number
  readonly regions: readonly RegionInfo[]
  /** Windows that were there before, oldest first; addresses and regions above are of the columns after theirs. */
  readonly former: readonly FormerColumns[]
  /** [columns*bands] share of the band that is mapped at the column's end, 0…255. */
  readonly mapped: Uint8Array
  /** [columns*bands] new mappings in the column as a share of the band, 0…255, saturating; at least 1 if any. */
  readonly fresh: Uint8Array
  /** [bands] entries mapped now: what the last column rounds. */
  readonly now: Uint32Array
}

export const addressTimeProbe: Probe<'address-time', OfTable, AddressTimeFrame> = {
  id: 'address-time',
  build(m, request, arrays): AddressTimeFrame {
    const index = tableIndex(m, request.table)
    const { geometry } = m.state.tables[index]!
    const r = m.state.recorder
    const band = r.bands[index]!
    const mapped = arrays.u8(COLUMNS * BANDS)
    const fresh = arrays.u8(COLUMNS * BANDS)
    mapped.set(band.levelByColumn.data)
    fresh.set(band.marksByColumn.data)
    const now = arrays.u32(BANDS)
    for (let b = 0; b < BANDS; b++) {
      now[b] = band.level[b]!
      mapped[r.column * BANDS + b] = share(band.level[b]!, band.entriesPerBand)
      fresh[r.column * BANDS + b] = share(band.marks[b]!, band.entriesPerBand)
    }
    return {
      ...spaceOf(m.state.tables[index]!),
      table: index,
      bands: BANDS,
      columns: COLUMNS,
      filled: r.column + 1,
      columnNs: r.columnNs,
      entriesPerBand: band.entriesPerBand,
      first: band.first,
      size: geometry.size,
      regions: regionsOf(m, index),
      former: band.former ?? [],
      mapped,
      fresh,
      now,
    }
  },
}
