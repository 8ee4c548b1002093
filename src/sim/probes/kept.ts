// How much the CPUs keep, how much waits for a flush, and what devices still reach after its unmap.

import type { DmaDomain } from '../dma/dma-ops.ts'
import { forEachQueued } from '../flush/flush-queue.ts'
import { forEachStale } from '../iotlb/exposure.ts'
import { entryOf } from '../iova/geometry.ts'
import { type DmaTable, ENTRY_MAPPING, ENTRY_STRIDE, type MachineState } from '../machine/state.ts'
import { iotlbsOf } from './exposure.ts'

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

/** Stretches of table-relative entries, ascending and apart: [first, end) of one after the other. */
export type Stretches = readonly number[]

/** The entries that are not mapped and that a device still reaches through an IOTLB. */
export function reachableIn(s: MachineState, table: DmaTable): Stretches {
  const stale: { first: number; end: number }[] = []
  for (const iotlb of iotlbsOf(s, table.owner))
    forEachStale(iotlb, table.owner, (pfn, npages) => {
      const first = entryOf(table.geometry, pfn)
      if (first >= 0) stale.push({ first, end: Math.min(first + npages, table.geometry.size) })
    })
  stale.sort((a, b) => a.first - b.first)
  const { data } = table.entries
  const out: number[] = []
  let behind = 0
  for (const { first, end } of stale) {
    for (let e = Math.max(first, behind); e < end; e++) {
      if (data[e * ENTRY_STRIDE + ENTRY_MAPPING]! > 0) continue
      if (out[out.length - 1] === e) out[out.length - 1] = e + 1
      else out.push(e, e + 1)
    }
    behind = Math.max(behind, end)
  }
  return out
}

/** Entries in stretches. */
export function entriesIn(stretches: Stretches): number {
  let n = 0
  for (let i = 0; i < stretches.length; i += 2) n += stretches[i + 1]! - stretches[i]!
  return n
}

/** Entries of [first, end) that lie in stretches. */
export function overlap(stretches: Stretches, first: number, end: number): number {
  let low = 0
  let high = stretches.length / 2
  while (low < high) {
    const middle = (low + high) >> 1
    if (stretches[2 * middle + 1]! > first) high = middle
    else low = middle + 1
  }
  let n = 0
  for (let i = 2 * low; i < stretches.length && stretches[i]! < end; i += 2)
    n += Math.min(end, stretches[i + 1]!) - Math.max(first, stretches[i]!)
  return n
}
