// A TCE table in parts with page sizes of their own: what hardware with a page size per region would need for the
// fine-and-coarse allocator.
//
// Kernel: none; the entries are those of the single-level table, see `kernel` below. Rules: iova/fine-coarse.ts.
// What it does: an entry here is a fine page; where a part has pages of 16, one TCE stands for 16 entries, and each
// part has table pages of its own. The whole table exists from the start, whatever is mapped.
// Not modelled: how the hardware finds a part (Cell: by the upper bits of the address).
// Invariant: `pageCounts` says for each table page how many of its TCEs are not 0.
// Cost: one 8-byte write per TCE, on set and on clear.

import { alignDown, pow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import type { TablePart, TranslationTable } from './table.ts'
import { TCES_PER_PAGE } from './tce-single.ts'

const TCE_BYTES = 8

interface Part extends TablePart {
  /** Index of its first table page. */
  readonly firstPage: number
}

export interface TceMixedState {
  readonly pageBytes: number
  readonly parts: readonly Part[]
  /** [size] the TCE of each entry, at the first of the entries that it stands for; 0 = not set. */
  readonly tces: Chunked<Float64Array>
  /** [2 * table pages] TCEs set, and TCEs written since it was made (modulo 2^32). */
  readonly pageCounts: Chunked<Uint32Array>
}

const tcesOf = (p: TablePart) => Math.ceil((p.end - p.start) / p.granule)

function partAt(s: TceMixedState, e: number): Part {
  let i = s.parts.length - 1
  while (e < s.parts[i]!.start) i--
  return s.parts[i]!
}

const pageOf = (p: Part, e: number) => p.firstPage + Math.floor((e - p.start) / p.granule / TCES_PER_PAGE)

/** Writes the TCEs of entries [e, e+npages): consecutive real pages from `tce`, or 0. Returns how many. */
function write(s: TceMixedState, e: number, npages: number, tce: number): number {
  const part = partAt(s, e)
  const step = part.granule * s.pageBytes
  let written = 0
  for (let at = e - ((e - part.start) % part.granule); at < e + npages; at += part.granule, written++) {
    const value = tce === 0 ? 0 : tce + written * step
    const page = 2 * pageOf(part, at)
    const { data } = s.pageCounts
    data[page] = data[page]! + (value === 0 ? 0 : 1) - (s.tces.data[at] === 0 ? 0 : 1)
    data[page + 1] = data[page + 1]! + 1
    touch(s.pageCounts, page)
    s.tces.data[at] = value
    touch(s.tces, at)
  }
  return written
}

export const tceMixed: TranslationTable<TceMixedState> = {
  id: 'tce-mixed',
  label: 'One level, in parts',
  kernel: {
    file: 'arch/powerpc/platforms/pseries/iommu.c',
    symbols: ['tce_build_pSeries', 'tce_free_pSeries'],
    tag: 'v2.6.19',
  },
  create(size, pageShift, given) {
    let pages = 0
    const parts = (given ?? [{ start: 0, end: size, granule: 1 }])
      .filter((part) => part.end > part.start)
      .map((part): Part => {
        const firstPage = pages
        pages += Math.ceil(tcesOf(part) / TCES_PER_PAGE)
        return { ...part, firstPage }
      })
    return {
      pageBytes: pow2(pageShift),
      parts,
      tces: chunked(new Float64Array(size)),
      pageCounts: chunked(new Uint32Array(2 * pages)),
    }
  },
  set(s, e, npages, address, permission, meter) {
    const { granule } = partAt(s, e)
    meter.tceWrites += write(s, e, npages, alignDown(address, granule * s.pageBytes) + permission)
    return true
  },
  clear(s, e, npages, meter) {
    meter.tceWrites += write(s, e, npages, 0)
  },
  walk(s, e) {
    const part = partAt(s, e)
    return s.tces.data[e - ((e - part.start) % part.granule)] ?? 0
  },
  place(s, e) {
    const part = partAt(s, e)
    const index = Math.floor((e - part.start) / part.granule)
    return { page: pageOf(part, e), slot: index % TCES_PER_PAGE }
  },
  forEachTable(s, visit) {
    const { data } = s.pageCounts
    for (const part of s.parts) {
      for (let first = part.start; first < part.end; first += TCES_PER_PAGE * part.granule) {
        const page = 2 * pageOf(part, first)
        visit(first, data[page]!, data[page + 1]!)
      }
    }
  },
  levels: () => 1,
  tablesAt: (s, level) => (level === 0 ? s.parts.length : 0),
  bytesAllocated: (s) => s.parts.reduce((sum, part) => sum + tcesOf(part) * TCE_BYTES, 0),
  bytesAccounted: () => 0,
}
