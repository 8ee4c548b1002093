// The radix table of Arm's IOMMUs: the "large physical address" format, with granules of 4K, 16K and 64K.
//
// Kernel: drivers/iommu/io-pgtable-arm.c, __arm_lpae_map, __arm_lpae_unmap, arm_lpae_split_blk_unmap.
//   Spec: spec/SWIOTLB-IOTLB.md B.6, B.7, C.2.
// What it does: a table page holds 2^9, 2^11 or 2^13 entries, as many as fit into a granule. The top table takes the
//   bits that remain and may be much smaller; at stage 2 a short top level is left out and up to 16 tables of the next
//   level stand side by side as one. An unmap that covers the span of a table frees everything below at once; one that
//   covers a part of a block splits it into a table. Tables that merely become empty stay. A call ends at the end of a
//   table page, also at that of each table side by side, but does not look for the end of a top table that fills its page
//   in part: a run that a caller lets go beyond the width is written there, where no walk reads it.
// Not modelled: contiguous hints, memory attributes, the second half of the address space (TTBR1), coherence of table
//   pages.
// Invariant: `tables` and `leaves` are what a recount of all that a walk can reach finds: table pages and leaf entries by
//   height.
// Cost: one entry read a level, one write a leaf; a split writes a whole table page, a freed subtree reads all its
//   pages.

import { pow2 } from '../../lib/bits.ts'
import {
  createNodes,
  dropNode,
  entryAt,
  leafEntry,
  nodeBelow,
  payloadOf,
  permissionOf,
  setEntry,
  tableEntry,
  takeNode,
  takeNodes,
} from './nodes.ts'
import type { PageTable, PageTableState, TableWork } from './page-table.ts'
import { walkDown } from './walk.ts'

/** Architecture level of the table of single granules; the others count down from it towards the top. */
export const ARM_LAST_LEVEL = 3
/** Most tables side by side in place of a level above them, at stage 2. */
const MOST_SIDE_BY_SIDE = 16
/** Address bits, in and out; only a granule of 64K has the wide ones. */
const ADDRESS_BITS = 48
const WIDE_ADDRESS_BITS = 52

export interface ArmConfig {
  readonly stage: 1 | 2
  /** 12, 14 or 16: log2 of the granule in bytes. */
  readonly granuleShift: number
  /**
   * Leaf sizes wanted, as orders of granules; those that the granule lacks are left out. All of them by default. Nobody
   * asks whether there is a level for the largest: a mapping of that size then fails.
   */
  readonly orders?: readonly number[]
  /** Bits of addresses that are looked up, and of addresses of memory. */
  readonly inputBits: number
  readonly outputBits: number
  /** The SMMU takes commands for ranges. */
  readonly range: boolean
}

export interface ArmState extends PageTableState {
  readonly stage: 1 | 2
  /** log2 of the pages of memory that a leaf may lead to. */
  readonly outputPages: number
  readonly range: boolean
  /** Entries of the top table: fewer than 2^bits, or those of several tables side by side. */
  readonly topEntries: number
  /** [levels + 1] pages that an entry of a table at each height covers; last those of the whole table. */
  readonly span: readonly number[]
  /** [levels] by height: table pages (those side by side are one), and leaf entries. */
  readonly tables: number[]
  readonly leaves: number[]
}

/** Called when the table below an entry that covers 2^order pages from `pfn` has been cut off, before it is freed. */
type CutOff<W extends TableWork> = (s: ArmState, pfn: number, order: number, work: W) => void

/** The leaf sizes of a granule, as orders, for addresses of memory of so many bits. */
function leafOrders(bits: number, outputBits: number): number[] {
  if (bits === 9) return [0, 9, 18]
  return bits === 13 && outputBits > ADDRESS_BITS ? [0, 13, 26] : [0, bits]
}

/** An empty table. Throws RangeError where the format has no such granule or sizes. */
export function createArm(config: ArmConfig): ArmState {
  const { stage, granuleShift, orders, range } = config
  if (granuleShift !== 12 && granuleShift !== 14 && granuleShift !== 16) throw new RangeError('no such granule')
  const bits = granuleShift - 3
  const most = granuleShift === 16 ? WIDE_ADDRESS_BITS : ADDRESS_BITS
  const widthPages = Math.min(config.inputBits, most) - granuleShift
  const outputBits = Math.min(config.outputBits, most)
  if (!(widthPages > 0 && outputBits > granuleShift)) throw new RangeError('no room for addresses')
  let levels = Math.ceil(widthPages / bits)
  let topBits = widthPages - (levels - 1) * bits
  if (stage === 2 && levels === ARM_LAST_LEVEL + 1 && pow2(topBits) <= MOST_SIDE_BY_SIDE) {
    levels--
    topBits += bits
  }
  const nodes = createNodes(bits)
  const top = levels - 1
  return {
    nodes,
    root: takeNodes(nodes, topBits > bits ? pow2(topBits - bits) : 1),
    levels,
    bits,
    granuleShift,
    widthPages,
    orders: leafOrders(bits, outputBits).filter((o) => orders === undefined || orders.includes(o)),
    stage,
    outputPages: outputBits - granuleShift,
    range,
    topEntries: pow2(topBits),
    span: Array.from({ length: levels + 1 }, (_, height) => pow2(height > top ? widthPages : bits * height)),
    tables: Array.from({ length: levels }, (_, height) => (height === top ? 1 : 0)),
    leaves: new Array<number>(levels).fill(0),
  }
}

/** A new table at `height`, entered in `slot` of the one above. */
function addTable(s: ArmState, above: number, slot: number, height: number, work: TableWork): number {
  const node = takeNode(s.nodes)
  setEntry(s.nodes, above, slot, tableEntry(node))
  s.tables[height] = s.tables[height]! + 1
  work.tablesNew++
  work.writes++
  return node
}

/** Frees a table at `height` and everything below it. */
function freeTree(s: ArmState, node: number, height: number, work: TableWork): void {
  let leaves = s.nodes.used.data[node]!
  if (height > 0 && leaves > 0) {
    for (let slot = 0; slot < 1 << s.bits; slot++) {
      const below = nodeBelow(entryAt(s.nodes, node, slot))
      if (below < 0) continue
      leaves--
      freeTree(s, below, height - 1, work)
    }
  }
  s.leaves[height] = s.leaves[height]! - leaves
  s.tables[height] = s.tables[height]! - 1
  work.tablesFreed++
  dropNode(s.nodes, node)
}

/** Entries from `slot` to the end of its table page, at most `count`. */
function entriesLeft(s: ArmState, slot: number, count: number): number {
  const entries = 1 << s.bits
  return Math.min(count, entries - (slot & (entries - 1)))
}

/** Counts leaves set (`by` 1) or cleared (-1) in `n` slots from `slot` of a table at `height`: those that a walk reaches. */
function countLeaves(s: ArmState, height: number, slot: number, n: number, by: 1 | -1): void {
  const reached = height === s.levels - 1 ? Math.max(0, Math.min(n, s.topEntries - slot)) : n
  s.leaves[height] = s.leaves[height]! + by * reached
}

/** What stopped a mapping: something is mapped there, or no level has entries of that size. */
const IN_THE_WAY = -1
export const NO_LEVEL = -2

/**
 * Maps pages of 2^order each from `pfn` to `page` on: at most `count`, and no more than the table page that holds the
 * first one has room for. All lie within the widths; `order` is one of `orders`. A table that stands where a block goes
 * is cut off and freed. Returns the pages of 2^order that were mapped, or IN_THE_WAY or NO_LEVEL and none; tables made on
 * the way down stay.
 */
export function armMapRun<W extends TableWork>(
  s: ArmState,
  pfn: number,
  page: number,
  order: number,
  count: number,
  permission: number,
  work: W,
  cutOff: CutOff<W>,
): number {
  const { nodes, span } = s
  let node = s.root
  let height = s.levels - 1
  let rest = pfn
  const last = order === 0 ? 0 : order / s.bits
  // A size without a level is looked for down to the last table.
  for (const end = last < s.levels ? last : 0; height > end; height--) {
    const slot = Math.floor(rest / span[height]!)
    rest -= slot * span[height]!
    const entry = entryAt(nodes, node, slot)
    const below = nodeBelow(entry)
    if (below >= 0) node = below
    else if (entry === 0) node = addTable(s, node, slot, height - 1, work)
    else return IN_THE_WAY
  }
  if (last > height) return NO_LEVEL
  const size = span[height]!
  const from = Math.floor(rest / size)
  const n = entriesLeft(s, from, count)
  for (let i = 0; i < n; i++) {
    const entry = entryAt(nodes, node, from + i)
    if (entry === 0) continue
    if (nodeBelow(entry) < 0) return IN_THE_WAY
    clearTable(s, node, from + i, height, pfn + i * size, work, cutOff)
  }
  for (let i = 0; i < n; i++) setEntry(nodes, node, from + i, leafEntry(page + i * size, order, permission))
  countLeaves(s, height, from, n, 1)
  work.writes += n
  return n
}

/** Cuts off the table below `slot` of a table at `height`, tells so, and frees it. */
function clearTable<W extends TableWork>(
  s: ArmState,
  node: number,
  slot: number,
  height: number,
  pfn: number,
  work: W,
  cutOff: CutOff<W>,
): void {
  const below = nodeBelow(entryAt(s.nodes, node, slot))
  setEntry(s.nodes, node, slot, 0)
  work.writes++
  cutOff(s, pfn, height * s.bits, work)
  freeTree(s, below, height - 1, work)
}

/** Puts a table at `height`, full of leaves but for [from, to), in the place of the block in `slot` above. Its node. */
function splitBlock(
  s: ArmState,
  above: number,
  slot: number,
  height: number,
  from: number,
  to: number,
  work: TableWork,
): number {
  const entry = entryAt(s.nodes, above, slot)
  const node = addTable(s, above, slot, height, work)
  const page = payloadOf(entry)
  const order = height * s.bits
  const size = s.span[height]!
  const entries = 1 << s.bits
  for (let i = 0; i < entries; i++) {
    if (i < from || i >= to) setEntry(s.nodes, node, i, leafEntry(page + i * size, order, permissionOf(entry)))
  }
  const set = entries - (to - from)
  s.leaves[height + 1] = s.leaves[height + 1]! - 1
  s.leaves[height] = s.leaves[height]! + set
  work.writes += set
  return node
}

/**
 * Unmaps pages of 2^order each from `pfn` on: at most `count`, no more than the rest of the table page that holds the
 * first one, and none from the first hole on. What lies below such a page goes with it; a larger block is split, and
 * only then are tables made. Returns the pages of 2^order that were unmapped; 0 if nothing is mapped at `pfn`, or no
 * level has entries of that size.
 */
export function armUnmapRun<W extends TableWork>(
  s: ArmState,
  pfn: number,
  order: number,
  count: number,
  work: W,
  cutOff: CutOff<W>,
): number {
  const { nodes, span } = s
  const last = order === 0 ? 0 : order / s.bits
  const end = last < s.levels ? last : 0
  let node = s.root
  let height = s.levels - 1
  let rest = pfn
  for (; height > end; height--) {
    const slot = Math.floor(rest / span[height]!)
    rest -= slot * span[height]!
    const entry = entryAt(nodes, node, slot)
    const below = nodeBelow(entry)
    if (below >= 0) node = below
    else if (entry === 0) return 0
    else if (height - 1 !== last) node = splitBlock(s, node, slot, height - 1, 0, 0, work)
    else {
      const from = Math.floor(rest / span[last]!)
      const n = entriesLeft(s, from, count)
      splitBlock(s, node, slot, last, from, from + n, work)
      return n
    }
  }
  if (last > height) return 0
  const size = span[height]!
  const from = Math.floor(rest / size)
  const n = entriesLeft(s, from, count)
  for (let i = 0; i < n; i++) {
    const entry = entryAt(nodes, node, from + i)
    if (entry === 0) return i
    if (nodeBelow(entry) >= 0) clearTable(s, node, from + i, height, pfn + i * size, work, cutOff)
    else {
      setEntry(nodes, node, from + i, 0)
      countLeaves(s, height, from + i, 1, -1)
      work.writes++
    }
  }
  return n
}

export const armTable: PageTable<ArmState> = {
  id: 'arm',
  walk(s, pfn, node, height, out) {
    walkDown(s, s.span, pfn, node, height, out)
  },
  tablesAt: (s, height) => s.tables[height] ?? 0,
  leavesAt: (s, height) => s.leaves[height] ?? 0,
  // Tables are freed during the call that takes them out.
  pending: () => 0,
}
