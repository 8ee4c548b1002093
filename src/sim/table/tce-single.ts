// The single-level TCE table: one array of 8-byte entries, indexed by IOMMU page number.
//
// Kernel: arch/powerpc/platforms/pseries/iommu.c, see `kernel` below. Spec: spec/POWERPC.md A.7, B.
// What it does: each entry holds the address of a real page and permission bits; the hardware reads it by index.
// The whole table exists from the start, whatever is mapped.
// Not modelled: hypercalls and their failures (a wrapper may refuse `set`), the hardware's own copy of an entry.
// Invariant: `pageCounts` says for each table page how many of its entries are not 0.
// Cost: one 8-byte write per entry, on set and on clear.

import { alignDown, pow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import type { CostMeter } from '../engine/meter.ts'
import type { TranslationTable } from './table.ts'

const TCE_BYTES = 8
/** A table page is 4 KiB: 512 TCEs. */
export const TCES_PER_PAGE = 512
const TCES_PER_PAGE_SHIFT = 9

export interface TceSingleState {
  readonly size: number
  /** Bytes of an IOMMU page. */
  readonly pageBytes: number
  /** [size] real page address + permission bits; 0 = not set. */
  readonly tces: Chunked<Float64Array>
  /** [2 * ceil(size / 512)] for each table page: entries set, and TCEs written since it was made (modulo 2^32). */
  readonly pageCounts: Chunked<Uint32Array>
}

function write(s: TceSingleState, e: number, tce: number): void {
  const { tces, pageCounts } = s
  const change = (tce === 0 ? 0 : 1) - (tces.data[e] === 0 ? 0 : 1)
  tces.data[e] = tce
  touch(tces, e)
  const page = 2 * (e >>> TCES_PER_PAGE_SHIFT)
  pageCounts.data[page] = pageCounts.data[page]! + change
  pageCounts.data[page + 1] = pageCounts.data[page + 1]! + 1
  touch(pageCounts, page)
}

export const tceSingle: TranslationTable<TceSingleState> = {
  id: 'tce-single',
  label: 'One level',
  kernel: {
    file: 'arch/powerpc/platforms/pseries/iommu.c',
    symbols: ['tce_build_pSeries', 'tce_free_pSeries'],
    tag: 'v6.12',
  },
  create(size, pageShift) {
    return {
      size,
      pageBytes: pow2(pageShift),
      tces: chunked(new Float64Array(size)),
      pageCounts: chunked(new Uint32Array(2 * Math.ceil(size / TCES_PER_PAGE))),
    }
  },
  set(s, e: number, npages: number, address: number, permission: number, meter: CostMeter): boolean {
    let tce = alignDown(address, s.pageBytes) + permission
    for (let i = 0; i < npages; i++, tce += s.pageBytes) write(s, e + i, tce)
    meter.tceWrites += npages
    return true
  },
  clear(s, e: number, npages: number, meter: CostMeter): void {
    for (let i = 0; i < npages; i++) write(s, e + i, 0)
    meter.tceWrites += npages
  },
  walk: (s, e) => s.tces.data[e] ?? 0,
  place: (_, e) => ({ page: Math.floor(e / TCES_PER_PAGE), slot: e % TCES_PER_PAGE }),
  forEachTable(s, visit) {
    const { data } = s.pageCounts
    for (let i = 0; i < data.length; i += 2) visit((i / 2) * TCES_PER_PAGE, data[i]!, data[i + 1]!)
  },
  levels: () => 1,
  tablesAt: (_, level) => (level === 0 ? 1 : 0),
  bytesAllocated: (s) => s.size * TCE_BYTES,
  // The kernel's own table is nobody's locked memory; only a table made for user space is charged.
  bytesAccounted: () => 0,
}
