// The radix table of VT-d: four levels of tables of 512 entries, which lead from a 48-bit address to 4K pages.
//
// Kernel: drivers/iommu/intel/iommu.c, see `kernel` below. Spec: spec/SWIOTLB-IOTLB.md C.1.
// What it does: 9 bits of the page number choose the entry at each level: a leaf table covers 2 MiB, then 1 GiB, 512 GiB
//   and the whole space. The top table exists from the start, every other one from the first mapping below it on. No
//   unmapping of single pages ever frees one: an empty table stays.
// Not modelled: leaves of 2 MiB and 1 GiB; the detaching and freeing of a table whose whole span is unmapped at once, so
//   that tables only grow here; three and five levels; the writing of page-table cache lines.
// Entries come as the window numbers them; which tables they need follows from where its islands lie.
// Invariant: a table is there exactly if one of its entries was ever written. `counts` says how many entries of each are
//   set: pages below a leaf table, tables below the others.
// Cost: one 8-byte write per page on set and on clear, and a new page for each table that was missing.

import { alignDown, pow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch, touchRange } from '../../lib/chunked.ts'
import type { CostMeter } from '../engine/meter.ts'
import { entry } from '../types.ts'
import type { TableIsland, TranslationTable } from './table.ts'

const LEVELS = 4
const PER_TABLE = 512
const TABLE_BYTES = 4096
/** Pages of the whole space. */
const SPACE_PAGES = pow2(36)
/** Pages that a table of each level covers, the leaf first. */
const SPAN = [pow2(9), pow2(18), pow2(27), SPACE_PAGES] as const

/** An island with the places of the tables that it needs. */
interface Stretch extends TableIsland {
  /** [LEVELS] place in `counts` of the table that holds the first page of the island. */
  readonly first: readonly number[]
}

export interface RadixState {
  /** Bytes of a page. */
  readonly pageBytes: number
  readonly stretches: readonly Stretch[]
  /** [LEVELS + 1] where the places of each level begin in `counts`, and their end. */
  readonly levelStart: readonly number[]
  /** [2 * places] for each table: entries set, and entries written since it was made (modulo 2^32). */
  readonly counts: Chunked<Uint32Array>
  /** [leaf places] 1 + which block of `ptes` the leaf table is, or 0: not there. */
  readonly blocks: Chunked<Int32Array>
  /** [room * 512] page address + permission bits; 0 = not set. Grows with the leaf tables. */
  ptes: Chunked<Float64Array>
  /** [LEVELS] tables that are there. */
  readonly tables: number[]
}

/** Places for all tables that islands can need, level by level; islands that meet in one table share it. */
function layOut(islands: readonly TableIsland[]): { stretches: Stretch[]; levelStart: number[] } {
  const firsts: number[][] = islands.map(() => [])
  const levelStart = [0]
  let places = 0
  for (const span of SPAN) {
    let last = -1
    islands.forEach(({ abs, pages }, i) => {
      const from = Math.floor(abs / span)
      const to = Math.floor((abs + pages - 1) / span)
      firsts[i]!.push(from === last ? places - 1 : places)
      places += to - Math.max(from, last + 1) + 1
      last = to
    })
    levelStart.push(places)
  }
  return { stretches: islands.map((island, i) => ({ ...island, first: firsts[i]! })), levelStart }
}

function stretchAt(s: RadixState, e: number): Stretch {
  let i = s.stretches.length - 1
  while (e < s.stretches[i]!.entry) i--
  return s.stretches[i]!
}

/** Place in `counts` of the table of `level` that absolute page `abs` of a stretch lies in. */
function placeOf(stretch: Stretch, level: number, abs: number): number {
  return stretch.first[level]! + Math.floor(abs / SPAN[level]!) - Math.floor(stretch.abs / SPAN[level]!)
}

function noteWritten(s: RadixState, place: number, change: number, written: number): void {
  const { data } = s.counts
  data[2 * place] = data[2 * place]! + change
  data[2 * place + 1] = data[2 * place + 1]! + written
  touch(s.counts, 2 * place)
}

/** Makes the leaf table of `abs` and what is missing above it. Returns the tables that were made. */
function grow(s: RadixState, stretch: Stretch, abs: number): number {
  const leaf = placeOf(stretch, 0, abs)
  const block = s.tables[0]!
  if ((block + 1) * PER_TABLE > s.ptes.data.length) {
    const larger = new Float64Array(2 * s.ptes.data.length)
    larger.set(s.ptes.data)
    s.ptes = chunked(larger)
  }
  s.blocks.data[leaf] = block + 1
  touch(s.blocks, leaf)
  s.tables[0] = block + 1
  let made = 1
  for (let level = 1; level < LEVELS; level++) {
    const place = placeOf(stretch, level, abs)
    const missing = level < LEVELS - 1 && s.counts.data[2 * place] === 0
    noteWritten(s, place, 1, 1)
    if (!missing) break
    s.tables[level] = s.tables[level]! + 1
    made++
  }
  return made
}

/** Writes entries [e, e+npages): consecutive real pages from `pte`, or 0. Tables are made for a `pte` only. */
function write(s: RadixState, e: number, npages: number, pte: number, meter: CostMeter): void {
  let value = pte
  for (let at = e; at < e + npages; ) {
    const stretch = stretchAt(s, at)
    const abs = stretch.abs + at - stretch.entry
    const slot = abs - alignDown(abs, PER_TABLE)
    const n = Math.min(e + npages - at, PER_TABLE - slot, stretch.entry + stretch.pages - at)
    const leaf = placeOf(stretch, 0, abs)
    if (s.blocks.data[leaf] === 0 && pte !== 0) meter.tablePages += grow(s, stretch, abs)
    const block = s.blocks.data[leaf]! - 1
    if (block >= 0) {
      const { data } = s.ptes
      const from = block * PER_TABLE + slot
      let change = 0
      for (let i = from; i < from + n; i++, value += s.pageBytes) {
        const written = pte === 0 ? 0 : value
        change += (written === 0 ? 0 : 1) - (data[i] === 0 ? 0 : 1)
        data[i] = written
      }
      touchRange(s.ptes, from, from + n)
      noteWritten(s, leaf, change, n)
      meter.tceWrites += n
    }
    at += n
  }
}

export const radix: TranslationTable<RadixState> = {
  id: 'radix',
  label: 'Radix, 4 levels',
  kernel: {
    file: 'drivers/iommu/intel/iommu.c',
    symbols: ['pfn_to_dma_pte', '__domain_mapping', 'dma_pte_clear_level'],
    tag: 'v6.12',
  },
  create(size, pageShift, _parts, islands = [{ entry: 0, abs: 0, pages: size }]) {
    const end = islands.reduce((last, { abs, pages }) => Math.max(last, abs + pages), 0)
    if (!(end <= SPACE_PAGES)) throw new RangeError(`page ${end}: 2^36 pages in four levels`)
    const { stretches, levelStart } = layOut(islands)
    return {
      pageBytes: pow2(pageShift),
      stretches,
      levelStart,
      counts: chunked(new Uint32Array(2 * levelStart[LEVELS]!)),
      blocks: chunked(new Int32Array(levelStart[1]!)),
      ptes: chunked(new Float64Array(PER_TABLE)),
      tables: [0, 0, 0, 1],
    }
  },
  set(s, e, npages, address, permission, meter) {
    write(s, e, npages, alignDown(address, s.pageBytes) + permission, meter)
    return true
  },
  clear(s, e, npages, meter) {
    write(s, e, npages, 0, meter)
  },
  walk(s, e) {
    const stretch = stretchAt(s, e)
    const abs = stretch.abs + e - stretch.entry
    const block = s.blocks.data[placeOf(stretch, 0, abs)]! - 1
    return block < 0 ? 0 : (s.ptes.data[block * PER_TABLE + abs - alignDown(abs, PER_TABLE)] ?? 0)
  },
  place(s, e) {
    const stretch = stretchAt(s, e)
    const abs = stretch.abs + e - stretch.entry
    return { page: placeOf(stretch, 0, abs), slot: abs - alignDown(abs, PER_TABLE) }
  },
  forEachTable(s, level, visit) {
    const span = SPAN[level]
    if (span === undefined) return
    const { data } = s.counts
    let seen = s.levelStart[level]! - 1
    for (const stretch of s.stretches) {
      const end = stretch.abs + stretch.pages
      for (let abs = stretch.abs; abs < end; abs = alignDown(abs, span) + span) {
        const place = placeOf(stretch, level, abs)
        if (place > seen) visit(entry(stretch.entry + abs - stretch.abs), data[2 * place]!, data[2 * place + 1]!)
        seen = place
      }
    }
  },
  levels: () => LEVELS,
  tablesAt: (s, level) => s.tables[level] ?? 0,
  bytesAllocated: (s) => s.tables.reduce((sum, n) => sum + n * TABLE_BYTES, 0),
  // The tables of the kernel's own DMA API are nobody's locked memory.
  bytesAccounted: () => 0,
}
