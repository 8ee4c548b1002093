// The locks of a table's allocator: what each guards, how often it was taken, and how long CPUs stood in line for it.

import type { LocksFrame } from './frames-cpu.ts'
import { type Probe, tableIndex } from './probe.ts'

export const locks: Probe<'locks'> = {
  id: 'locks',
  build(m, request): LocksFrame {
    const index = tableIndex(m, request.table)
    const { allocator, allocatorState: s } = m.domains[index]!
    const { iommu, locks } = m.state.tables[index]!
    const nameOf = (lock: number): string =>
      (iommu && lock === locks.length - 1 ? 'IOMMU queue' : allocator.lockName?.(s, lock)) ??
      allocator
        .regions(s)
        .filter((region) => region.lock === lock)
        .map((region) => region.name)
        .join(', ')
    return {
      table: index,
      locks: locks.map(({ taken, contended, waitNs, waiting }, i) => ({
        name: nameOf(i),
        taken,
        contended,
        waitNs,
        waiting,
      })),
    }
  },
}
