// The locks of a table's allocator: what each guards, how often it was taken, and how long CPUs stood in line for it.

import { type OfTable, type Probe, tableIndex } from './probe.ts'

/** One lock of a table's allocator. */
export interface LockUse {
  readonly name: string
  /** Acquisitions, those of them that had to wait, and how long all of them waited. */
  readonly taken: number
  readonly contended: number
  readonly waitNs: number
  /** CPUs that wait at this moment. */
  readonly waiting: number
}

/** The locks of a table. */
export interface LocksFrame {
  readonly table: number
  readonly locks: readonly LockUse[]
}

export const locksProbe: Probe<'locks', OfTable, LocksFrame> = {
  id: 'locks',
  build(m, request): LocksFrame {
    const index = tableIndex(m, request.table)
    const { allocator, allocatorState: s } = m.domains[index]!
    const { locks } = m.state.tables[index]!
    const way = m.ways[index]!
    const nameOf = (lock: number): string =>
      way.lockName?.(lock) ??
      allocator.lockName?.(s, lock) ??
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
