// The contract of an IOMMU driver: what the IOMMU core asks of VT-d, SMMUv3 and AMD. A driver joins a table, the commands
// that keep the hardware's caches right, and the gathering of what was unmapped.
// Spec: spec/SWIOTLB-IOTLB.md B.3, B.5, C, D.

import type { Gather } from '../flush/gather.ts'
import type { CommandSink } from '../iotlb/command.ts'
import type { PageTable, PageTableState } from '../table/page-table.ts'

/** Errors as the kernel numbers them. */
export const EINVAL = -22
export const EFAULT = -14
export const EEXIST = -17
export const ERANGE = -34

/** What a driver works with and reports into; one object is reused. The counts add up until somebody clears them. */
export interface DriverIo {
  /** Where its commands go. */
  sink: CommandSink
  /** 0, or why the last call stopped. */
  error: number
  /** The kernel would have printed a warning. */
  warned: boolean
  /** Table pages taken, given back, and taken out to be given back later. */
  tablesNew: number
  tablesFreed: number
  tablesDetached: number
  /** Entries written (set or cleared), and calls of the driver. */
  writes: number
  calls: number
}

export function createIo(sink: CommandSink): DriverIo {
  const counts = { tablesNew: 0, tablesFreed: 0, tablesDetached: 0, writes: 0, calls: 0 }
  return { sink, error: 0, warned: false, ...counts }
}

export interface IommuDriver<S extends PageTableState = PageTableState> {
  readonly id: 'vtd' | 'arm' | 'amd'
  readonly table: PageTable<S>
  /**
   * Maps `count` pages of 2^order each from `pfn` to `page` on. Returns the smallest-size pages that it mapped, which on
   * an error (`io.error`) may be fewer than asked. Commands that a replaced table needs are sent at once.
   */
  mapPages(s: S, pfn: number, page: number, order: number, count: number, permission: number, io: DriverIo): number
  /**
   * Unmaps `count` pages of 2^order each from `pfn` on, and adds what it did to the gather. Returns the smallest-size
   * pages that it unmapped: fewer at a hole, more where a larger page was hit. `gather.queued`: a flush of everything
   * will follow later; tables that were taken out wait for `release`, and `gather.urgent` tells that what was gathered cannot.
   */
  unmapPages(s: S, pfn: number, order: number, count: number, gather: Gather, io: DriverIo): number
  /** Invalidates what was gathered, gives the gathered tables back and empties the gather. */
  sync(s: S, gather: Gather, io: DriverIo): void
  /** Invalidates everything of the domain. */
  flushAll(s: S, io: DriverIo): void
  /** Gives back the tables that a deferred unmap which began at `pfn` has taken out; all of them if `pfn` is -1. */
  release(s: S, pfn: number, io: DriverIo): void
}
