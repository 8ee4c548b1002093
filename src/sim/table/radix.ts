// A radix table as the entries of a window see it: which entries lie where in it, and what was ever written.
//
// Spec: spec/SWIOTLB-IOTLB.md C. The tables themselves are those of vtd.ts, arm-lpae.ts and amd-v1.ts; the kernel's driver
// changes them (dma/), and reports here which entries it set.
// What it does: a window may lie in several islands of the space. For each stretch of it that one leaf table can cover
//   there is a place, whether a table exists there or a large page leads past it.
// Invariant: `counts` says for each place how many of its entries were ever set; what is set now is read off the table.
// Cost: one addition per place that a mapping touches; a walk per place that was ever used when all are visited.

import { alignDown, pow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import { createWalk, type PageTable, type PageTableState } from './page-table.ts'
import type { TableIsland, TableReader } from './table.ts'

/** An island with the place of its first page, and how many places would lie before it in a table from page 0 on. */
interface Stretch extends TableIsland {
  readonly first: number
  readonly before: number
}

export interface RadixState {
  readonly page: PageTableState
  /** Pages that a leaf table covers. */
  readonly span: number
  readonly stretches: readonly Stretch[]
  /** [places] entries set so far (modulo 2^32). */
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
    const { entry, abs, pages } = island
    return { entry, abs, pages, first, before: from }
  })
  return { page, span, stretches, counts: chunked(new Uint32Array(places)) }
}

function stretchAt(s: RadixState, e: number): Stretch {
  let i = s.stretches.length - 1
  while (i > 0 && e < s.stretches[i]!.entry) i--
  return s.stretches[i]!
}

/** Page number, counted from address 0, of an entry of the window. */
export function pfnOf(s: RadixState, e: number): number {
  const stretch = stretchAt(s, e)
  return stretch.abs + e - stretch.entry
}

function placeOf(s: RadixState, stretch: Stretch, pfn: number): number {
  return stretch.first + Math.floor(pfn / s.span) - stretch.before
}

function noteCount({ counts }: RadixState, place: number, n: number): void {
  counts.data[place] = counts.data[place]! + n
  touch(counts, place)
}

/** Notes that entries [e, e+npages), all of one island, were set. */
export function noteEntries(s: RadixState, e: number, npages: number): void {
  const stretch = stretchAt(s, e)
  const pfn = stretch.abs + e - stretch.entry
  if (npages === 1) {
    noteCount(s, placeOf(s, stretch, pfn), 1)
    return
  }
  for (let at = pfn, left = npages; left > 0; ) {
    const n = Math.min(left, s.span - (at - alignDown(at, s.span)))
    noteCount(s, placeOf(s, stretch, at), n)
    at += n
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
      // Whatever was set and is not any more has been cleared.
      const setAt = (pfn: number): number => {
        table.walk(s.page, pfn, -1, 0, found)
        const leaf = found.nodes[0]!
        return leaf >= 0 ? s.page.nodes.used.data[leaf]! : found.found ? s.span : 0
      }
      let seen = -1
      for (const stretch of s.stretches) {
        const end = stretch.abs + stretch.pages
        for (let pfn = stretch.abs; pfn < end; pfn = alignDown(pfn, s.span) + s.span) {
          const place = placeOf(s, stretch, pfn)
          if (place > seen) {
            const sets = data[place]!
            const set = sets === 0 ? 0 : setAt(pfn)
            visit(stretch.entry + pfn - stretch.abs, set, 2 * sets - set)
          }
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
