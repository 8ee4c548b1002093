// How much the CPUs keep, and how much waits for a flush.

import type { DmaDomain } from '../dma/dma-ops.ts'
import { forEachQueued } from '../flush/flush-queue.ts'
import type { DmaTable } from '../state.ts'

/** Ranges, and the pages in them. */
export interface Kept {
  readonly ranges: number
  readonly pages: number
}

/** What magazines and the depot, or chunks, hold back from everybody else. Visits ranges only where there are no magazines. */
export function cachedIn(d: DmaDomain): Kept {
  const figures = d.allocator.caches?.(d.allocatorState)
  let [ranges, pages] = [0, 0]
  if (figures) {
    const { orders, capacity, loaded, previous, depot } = figures
    const cpus = loaded.length / orders
    for (let o = 0; o < orders; o++) {
      let n = depot[o]! * capacity
      for (let c = 0; c < cpus; c++) n += loaded[c * orders + o]! + previous[c * orders + o]!
      ranges += n
      pages += n * (1 << o)
    }
  } else
    d.allocator.forEachCached?.(d.allocatorState, (_, npages) => {
      ranges++
      pages += npages
    })
  return { ranges, pages }
}

/** What waits for a flush before it can be handed out again. */
export function queuedIn({ flush }: DmaTable): Kept {
  let [ranges, pages] = [0, 0]
  if (flush)
    forEachQueued(flush, (_, npages) => {
      ranges++
      pages += npages
    })
  return { ranges, pages }
}
