// A radix table as the entries of a window see it: which entries lie where in it, and what was ever written.
//
// Spec: spec/SWIOTLB-IOTLB.md C. The tables themselves are those of vtd.ts, arm-lpae.ts and amd-v1.ts; the kernel's driver
// changes them (dma/), and reports here which entries it set.
// What it does: a window may lie in several islands of the space. For each stretch of it that one leaf table can cover
//   there is a place, whether a table exists there or a large page leads past it.
// Invariant: `counts` says for each place how many of its entries are set, and how many were ever written.
// Cost: one addition per place that a range touches.

import { alignDown, pow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import { entry } from '../types.ts'
import { createWalk, type PageTable, type PageTableState } from './page-table.ts'
import type { TableIsland, TableReader } from './table.ts'

/** An island with the place of its first page. */
interface Stretch extends TableIsland {
  readonly first: number
}

export interface RadixState {
  readonly page: PageTableState
  /** Pages that a leaf table covers. */
  readonly span: number
  readonly stretches: readonly Stretch[]
  /** [2 * places] entries set, and entries written so far (modulo 2^32). */
  readonly counts: Chunked<Uint32Array>
}

/** The places of a window that lies at `islands`, in the table `page`. */
export function createRadix(page: PageTableState, islands: readonly TableIsland[]): RadixState {
  const span = pow2(page.bits)
  let places = 0
  let last = -1
  const stretches = islands.map((island): Stretch => {
    const from = Math.floor(island.abs / span)
    const to = Math.floor((island.abs + island.pages - 1) / span)
    // Islands that meet in one leaf table share its place.
    const first = from === last ? places - 1 : places
    places += to - Math.max(from, last + 1) + 1
    last = to
    return { ...island, first }
  })
  return { page, span, stretches, counts: chunked(new Uint32Array(2 * places)) }
}

function stretchAt(s: RadixState, e: number): Stretch {
  let i = s.stretches.length - 1
  while (e < s.stretches[i]!.entry) i--
  return s.stretches[i]!
}

/** Page number, counted from address 0, of an entry of the window. */
export function pfnOf(s: RadixState, e: number): number {
  const stretch = stretchAt(s, e)
  return stretch.abs + e - stretch.entry
}

function placeOf(s: RadixState, stretch: Stretch, pfn: number): number {
  return stretch.first + Math.floor(pfn / s.span) - Math.floor(stretch.abs / s.span)
}

/** Notes that entries [e, e+npages), all of one island, were set (`by` = 1) or cleared (-1). */
export function noteEntries(s: RadixState, e: number, npages: number, by: 1 | -1): void {
  const stretch = stretchAt(s, e)
  const { data } = s.counts
  for (let pfn = stretch.abs + e - stretch.entry, left = npages; left > 0; ) {
    const n = Math.min(left, s.span - (pfn - alignDown(pfn, s.span)))
    const at = 2 * placeOf(s, stretch, pfn)
    data[at] = data[at]! + by * n
    data[at + 1] = data[at + 1]! + n
    touch(s.counts, at)
    pfn += n
    left -= n
  }
}

const found = createWalk()

/** Asks a radix table about the entries of its window. */
export function radixReader(table: PageTable): TableReader<RadixState> {
  const bytes = (s: RadixState) => s.page.nodes.live * 8 * pow2(s.page.nodes.bits)
  return {
    walk(s, e) {
      table.walk(s.page, pfnOf(s, e), -1, 0, found)
      return found.found ? found.page * pow2(s.page.granuleShift) + found.permission : 0
    },
    place(s, e) {
      const stretch = stretchAt(s, e)
      const pfn = stretch.abs + e - stretch.entry
      return { page: placeOf(s, stretch, pfn), slot: pfn - alignDown(pfn, s.span) }
    },
    forEachTable(s, visit) {
      const { data } = s.counts
      let seen = -1
      for (const stretch of s.stretches) {
        const end = stretch.abs + stretch.pages
        for (let pfn = stretch.abs; pfn < end; pfn = alignDown(pfn, s.span) + s.span) {
          const place = placeOf(s, stretch, pfn)
          if (place > seen) visit(entry(stretch.entry + pfn - stretch.abs), data[2 * place]!, data[2 * place + 1]!)
          seen = place
        }
      }
    },
    levels: (s) => s.page.levels,
    tablesAt: (s, level) => table.tablesAt(s.page, level),
    bytesAllocated: bytes,
    // The tables of the kernel's own DMA API are nobody's locked memory.
    bytesAccounted: () => 0,
  }
}
