// The radix table of AMD's IOMMU, version 1: a table that grows upwards, with pages of nearly every power of two.
//
// Kernel: drivers/iommu/amd/io_pgtable.c, iommu_v1_map_pages, iommu_v1_unmap_pages, increase_address_space.
//   Spec: spec/SWIOTLB-IOTLB.md B.6, B.7, C.3.
// What it does: 9 bits a level. It begins with three levels; an address or a page beyond them puts a new top table over
//   the old one, up to six. A page of 2^order stands in the table at height order div 9, written 2^(order mod 9) times;
//   each copy tells the size of the whole. An unmap takes the whole page from any address inside it and frees no
//   tables. They go when a larger page is mapped over them.
// Not modelled: the fields of the device table entry, the mode without tables, page-table version 2. A table below one
//   copy of a page whose other copies still stand (only mapping over live pages leads there) is given back with the
//   page; the kernel loses it until the domain ends.
// Invariant: `tables` and `leaves` are what a recount finds: table pages and leaf entries, copies too, by height.
// Cost: one entry read a level and page, one write for each copy.

import { alignDown, pow2 } from '../../lib/bits.ts'
import {
  createNodes,
  dropNode,
  entryAt,
  leafEntry,
  nodeBelow,
  orderOf,
  setEntry,
  tableEntry,
  takeNode,
} from './nodes.ts'
import { MAX_LEVELS, type PageTable, type PageTableState, type TableWork } from './page-table.ts'
import { walkDown } from './walk.ts'

const BITS = 9
const ENTRIES = 1 << BITS
const FIRST_LEVELS = 3
/** Pages of 64 address bits. */
const WIDTH_PAGES = 52
/** The largest page, 2^51 bytes, and the one that no page has: 512G is what a whole table of 1G covers. */
const LARGEST_ORDER = 39
const MISSING_ORDER = 27

export interface AmdConfig {
  /** Page sizes in use, ascending, as orders of 4K; those of Linux 6.12 by default. */
  readonly orders?: readonly number[]
  /** A hypervisor caches entries that are not present: ranges are invalidated exactly. */
  readonly npCache: boolean
}

export interface AmdState extends PageTableState {
  readonly npCache: boolean
  /** [MAX_LEVELS] by height: table pages, and leaf entries. */
  readonly tables: number[]
  readonly leaves: number[]
}

/** [MAX_LEVELS + 1] pages that an entry at each height covers; after the heights that there are, those of the table. */
const span: readonly number[] = Array.from({ length: MAX_LEVELS + 1 }, (_, height) => pow2(BITS * height))

/** An empty table of three levels. */
export function createAmd(config: AmdConfig): AmdState {
  const nodes = createNodes(BITS)
  const all = Array.from({ length: LARGEST_ORDER + 1 }, (_, order) => order).filter((o) => o !== MISSING_ORDER)
  return {
    nodes,
    root: takeNode(nodes),
    levels: FIRST_LEVELS,
    bits: BITS,
    granuleShift: 12,
    widthPages: WIDTH_PAGES,
    orders: config.orders ?? all,
    npCache: config.npCache,
    tables: Array.from({ length: MAX_LEVELS }, (_, height) => (height === FIRST_LEVELS - 1 ? 1 : 0)),
    leaves: new Array<number>(MAX_LEVELS).fill(0),
  }
}

function addTable(s: AmdState, height: number, work: TableWork): number {
  s.tables[height] = s.tables[height]! + 1
  work.tablesNew++
  return takeNode(s.nodes)
}

function write(s: AmdState, node: number, slot: number, entry: number, work: TableWork): void {
  setEntry(s.nodes, node, slot, entry)
  work.writes++
}

/** Puts a new top table over the old one. */
function growUp(s: AmdState, work: TableWork): void {
  const node = addTable(s, s.levels, work)
  write(s, node, 0, tableEntry(s.root), work)
  s.root = node
  s.levels++
}

/** Clears all copies of a leaf of 2^order pages, which was read from `slot` of a table at `height`. */
function clearCopies(s: AmdState, node: number, slot: number, height: number, order: number, work: TableWork): void {
  const copies = 1 << (order - BITS * height)
  const first = slot - (slot & (copies - 1))
  for (let i = first; i < first + copies; i++) {
    const old = entryAt(s.nodes, node, i)
    if (old === 0) continue
    const below = nodeBelow(old)
    if (below >= 0) dropTree(s, below, height - 1, work)
    else s.leaves[height] = s.leaves[height]! - 1
    write(s, node, i, 0, work)
  }
}

/** Gives back a table at `height` that nothing leads to any more, and everything below it. */
function dropTree(s: AmdState, node: number, height: number, work: TableWork): void {
  let leaves = s.nodes.used.data[node]!
  if (height > 0 && leaves > 0) {
    for (let slot = 0; slot < ENTRIES; slot++) {
      const below = nodeBelow(entryAt(s.nodes, node, slot))
      if (below < 0) continue
      leaves--
      dropTree(s, below, height - 1, work)
    }
  }
  s.leaves[height] = s.leaves[height]! - leaves
  s.tables[height] = s.tables[height]! - 1
  work.tablesFreed++
  dropNode(s.nodes, node)
}

/** Gives back the tables that amdMapRun took out, as it listed them, and empties the list. */
export function amdDrop(s: AmdState, cut: number[], work: TableWork): void {
  for (let i = 0; i < cut.length; i += 2) dropTree(s, cut[i]!, cut[i + 1]!, work)
  cut.length = 0
}

/**
 * Maps `count` pages of 2^order each from `pfn` to `page` on; whatever is mapped there gives way. Tables that were
 * taken out for them are added to `cut`, as node and height. Returns whether the run must be invalidated: a table or a
 * larger page gave way. (Where a page of the same height did, nobody invalidates it.)
 */
export function amdMapRun(
  s: AmdState,
  pfn: number,
  page: number,
  order: number,
  count: number,
  permission: number,
  work: TableWork,
  cut: number[],
): boolean {
  const { nodes } = s
  const target = Math.floor(order / BITS)
  const copies = 1 << (order - BITS * target)
  const size = pow2(order)
  let replaced = false
  for (let i = 0; i < count; i++) {
    const at = pfn + i * size
    while (s.levels <= target || at >= span[s.levels]!) growUp(s, work)
    let node = s.root
    let height = s.levels - 1
    let rest = at
    for (; height > target; height--) {
      const slot = Math.floor(rest / span[height]!)
      rest -= slot * span[height]!
      const entry = entryAt(nodes, node, slot)
      let below = nodeBelow(entry)
      if (below < 0) {
        if (entry !== 0) {
          clearCopies(s, node, slot, height, orderOf(entry), work)
          replaced = true
        }
        below = addTable(s, height - 1, work)
        write(s, node, slot, tableEntry(below), work)
      }
      node = below
    }
    const first = Math.floor(rest / span[height]!)
    const entry = leafEntry(page + i * size, order, permission)
    for (let slot = first; slot < first + copies; slot++) {
      const old = entryAt(nodes, node, slot)
      const below = nodeBelow(old)
      if (below >= 0) {
        cut.push(below, height - 1)
        replaced = true
      }
      if (old === 0 || below >= 0) s.leaves[height] = s.leaves[height]! + 1
      write(s, node, slot, entry, work)
    }
  }
  return replaced
}

/** Unmaps the page that `pfn` lies in. Returns its pages; 1 for a hole in the lowest table, 0 for one above it. */
function unmapOne(s: AmdState, pfn: number, work: TableWork): number {
  if (pfn >= span[s.levels]!) return 0
  let node = s.root
  let rest = pfn
  for (let height = s.levels - 1; height >= 0; height--) {
    const slot = Math.floor(rest / span[height]!)
    rest -= slot * span[height]!
    const entry = entryAt(s.nodes, node, slot)
    if (entry === 0) return height === 0 ? 1 : 0
    const below = nodeBelow(entry)
    if (below < 0) {
      const order = orderOf(entry)
      clearCopies(s, node, slot, height, order, work)
      return pow2(order)
    }
    node = below
  }
  return 0
}

/**
 * Unmaps from `pfn` on until `pages` are gone. Pages larger than what is left of that go in full, and what lies before
 * `pfn` in them too. Returns the pages unmapped: fewer where a table is missing, more where a larger page was hit.
 */
export function amdUnmapRun(s: AmdState, pfn: number, pages: number, work: TableWork): number {
  let done = 0
  for (let at = pfn; done < pages; ) {
    const size = unmapOne(s, at, work)
    if (size === 0) break
    at = alignDown(at, size) + size
    done += size
  }
  return done
}

export const amdTable: PageTable<AmdState> = {
  id: 'amd',
  walk(s, pfn, node, height, out) {
    walkDown(s, span, pfn, node, height, out)
  },
  tablesAt: (s, height) => s.tables[height] ?? 0,
  leavesAt: (s, height) => s.leaves[height] ?? 0,
  // Tables are given back during the call that takes them out.
  pending: () => 0,
}
