// What one map and unmap costs and where that time goes, under each flush mode that the run has had.

import {
  FLUSH_MODES,
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
import { worstReachNs } from '../machine/state.ts'
import type { LedgerFrame, LedgerRow } from './frames-iommu.ts'
import { type Probe, tableIndex } from './probe.ts'

export const ledger: Probe<'ledger'> = {
  id: 'ledger',
  build(m, request): LedgerFrame {
    const index = tableIndex(m, request.table)
    const table = m.state.tables[index]!
    const { iommu } = table
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
