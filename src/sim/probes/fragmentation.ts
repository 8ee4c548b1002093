// Into how many pieces the free entries of a range are broken.

import type { IovaAllocator } from '../iova/allocator.ts'
import type { Fragmentation } from './cards.ts'

/**
 * The free runs of entries [start, end), table-relative, as the allocator sees them; a run that goes on beyond the range
 * counts as far as it lies inside. `inOne` = Σ run² / (Σ run)²: 1 when all free entries stand in one run, 1/n when they
 * stand in n equal ones, null when none is free.
 */
export function fragmentation(
  allocator: Pick<IovaAllocator, 'forEachRange'>,
  state: object,
  start: number,
  end: number,
): Omit<Fragmentation, 'name'> {
  let free = 0
  let runs = 0
  let largestRun = 0
  let squares = 0
  let at = start
  const gap = (until: number) => {
    const run = Math.min(until, end) - at
    if (run <= 0) return
    free += run
    runs++
    squares += run * run
    if (run > largestRun) largestRun = run
  }
  allocator.forEachRange(state, (first, npages) => {
    gap(first)
    at = Math.max(at, first + npages)
  })
  gap(end)
  return { start, end, free, runs, largestRun, inOne: free === 0 ? null : squares / (free * free) }
}
