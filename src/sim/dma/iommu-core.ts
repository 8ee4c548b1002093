// The IOMMU core: maps and unmaps ranges page size by page size, through the driver of a vendor.
//
// Kernel: drivers/iommu/iommu.c, __iommu_map, __iommu_unmap. Spec: spec/SWIOTLB-IOTLB.md B.3 to B.5.
// What it does: cuts a range into runs of pages of one size and hands the driver a run at a time, which it may do in
//   parts. A mapping that fails half-way is undone. An unmapping does not know how its range was mapped: it cuts by the
//   alignment of the address alone, and it ends where the driver finds nothing.
// Not modelled: the checks of address and size against the granule, which are for whoever turns bytes into pages.
// Invariant: after a failed mapping its pages are unmapped and invalidated; the tables that were made for it stay.
// Cost: constant per call of the driver; with one page at a time a call per page.

import { createGather, type Gather, resetGather } from '../flush/gather.ts'
import type { PageTableState } from '../table/page-table.ts'
import { chooseRun, type PageRun } from '../table/split.ts'
import { type DriverIo, EINVAL, type IommuDriver } from './iommu-driver.ts'

const run: PageRun = { order: 0, count: 0 }
const undo: Gather = createGather()

/**
 * Maps `pages` from `pfn` to `page` on, counted in the smallest size. `single`: one page per call of the driver, the
 * rule of 2011. Returns the pages mapped: all, or 0 with the reason in `io.error`, after what was done is undone.
 */
export function mapRange<S extends PageTableState>(
  driver: IommuDriver<S>,
  s: S,
  pfn: number,
  page: number,
  pages: number,
  permission: number,
  single: boolean,
  io: DriverIo,
): number {
  io.error = 0
  let done = 0
  while (done < pages) {
    chooseRun(s.orders, pfn + done, page + done, pages - done, run)
    io.calls++
    const mapped = driver.mapPages(s, pfn + done, page + done, run.order, single ? 1 : run.count, permission, io)
    done += mapped
    if (io.error === 0 && mapped === 0) io.error = EINVAL
    if (io.error === 0) continue
    const { error } = io
    resetGather(undo)
    unmapRange(driver, s, pfn, done, undo, io)
    driver.sync(s, undo, io)
    io.error = error
    return 0
  }
  return done
}

/**
 * Unmaps `pages` from `pfn` on and gathers what is to be invalidated. Returns the pages unmapped: fewer where a driver
 * found a hole, more where the range ended inside a larger page. The caller ends with `driver.sync`; if `gather.queued` is
 * set, only where `gather.urgent` is too, and the gather is the caller's to reset before each range.
 */
export function unmapRange<S extends PageTableState>(
  driver: IommuDriver<S>,
  s: S,
  pfn: number,
  pages: number,
  gather: Gather,
  io: DriverIo,
): number {
  io.error = 0
  let done = 0
  while (done < pages) {
    chooseRun(s.orders, pfn + done, pfn + done, pages - done, run)
    io.calls++
    const unmapped = driver.unmapPages(s, pfn + done, run.order, run.count, gather, io)
    if (unmapped === 0) break
    done += unmapped
  }
  return done
}
