// What one map and unmap costs and where that time goes, under each flush mode that the run has had.

import {
  FLUSH_MODES,
  type FlushMode,
  SPENT_ALLOCATOR,
  SPENT_INVALIDATION,
  SPENT_LOCK,
  SPENT_PAIRS,
  SPENT_REST,
  SPENT_TABLE,
  SPENT_WAITS,
  SPENT_WORST_NS,
  spentAt,
} from '../dma/iommu-state.ts'
import { unitOf, worstReachNs } from '../paths/parts.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'

/** Where the time of maps and unmaps went under one flush mode; ps, sums over all of them. */
export interface LedgerRow {
  readonly mode: FlushMode
  /** Unmaps that were priced. */
  readonly pairs: number
  readonly allocatorPs: number
  readonly tablePs: number
  /** Commands, the wait for them, and putting ranges into the flush queue. */
  readonly invalidationPs: number
  /** Waiting for locks, and taking them. */
  readonly lockPs: number
  readonly restPs: number
  /** Waits for invalidations. */
  readonly waits: number
  /** The longest that an unmapped range waited for its flush or, without one, that a translation outlived its unmap; ns. */
  readonly worstNs: number
}

/** What one map and unmap costs. */
export interface LedgerFrame {
  readonly table: number
  readonly mode: FlushMode
  /** Of the whole run so far, one for each mode that there was: strict, deferred, none. */
  readonly rows: readonly LedgerRow[]
}

export const ledgerProbe: Probe<'ledger', OfTable, LedgerFrame> = {
  id: 'ledger',
  build(m, request): LedgerFrame {
    const index = tableIndex(m, request.table)
    const table = m.state.tables[index]!
    const iommu = unitOf(table)
    if (!iommu) return { table: index, mode: 'strict', rows: [] }
    const rows = FLUSH_MODES.map((mode): LedgerRow => {
      const of = (what: number) => iommu.spentPs[spentAt(mode) + what]!
      return {
        mode,
        pairs: of(SPENT_PAIRS),
        allocatorPs: of(SPENT_ALLOCATOR),
        tablePs: of(SPENT_TABLE),
        invalidationPs: of(SPENT_INVALIDATION),
        lockPs: of(SPENT_LOCK),
        restPs: of(SPENT_REST),
        waits: of(SPENT_WAITS),
        worstNs: Math.max(of(SPENT_WORST_NS), mode === iommu.mode ? worstReachNs(m.state, table) : 0),
      }
    })
    return { table: index, mode: iommu.mode, rows: rows.filter((row) => row.pairs > 0) }
  },
}
