// The page table of VT-d: three to five levels of tables of 512 entries, with leaves of 4K, 2M and 1G.
//
// Kernel: drivers/iommu/intel/iommu.c, pfn_to_dma_pte, dma_pte_clear_level, dma_pte_list_pagetables. Spec:
//   spec/SWIOTLB-IOTLB.md B.6, B.7, C.1.
// What it does: 9 bits of the page number choose the entry at each level; a leaf above the bottom covers all that lies
//   below it. Missing tables are made on the way down. An unmapping that covers a table's whole span takes the table
//   out with all below it, yet the hardware may still be walking there: such a table keeps its entries until it is
//   given back. A table that merely became empty stays.
// Not modelled: a large leaf that is mapped into, or unmapped from its middle on. There the kernel would take data for
//   a table; here nothing is changed and a warning is reported.
// Invariant: `tables` and `leaves` count what a walk from the top can reach, `waiting` counts the tables taken out and
//   queued. A node in use is in one of the two, or in the gather of an unmapping that has not been synced.
// Cost: a read per level on the way down and a write per entry; a table that goes costs a look at its entries.

import { pow2 } from '../../lib/bits.ts'
import { touch, touchRange } from '../../lib/chunked.ts'
import {
  createNodes,
  dropNode,
  entryAt,
  isLeaf,
  leafEntry,
  type Nodes,
  nodeBelow,
  payloadOf,
  setEntry,
  tableEntry,
  takeNode,
} from './nodes.ts'
import { MAX_LEVELS, type PageTable, type PageTableState } from './page-table.ts'
import { walkDown } from './walk.ts'

const BITS = 9
const SLOTS = 512
const LAST_SLOT = 511
/** Page numbers are cut here, so that the slots of three heights fit a small integer. */
const LOW_BITS = 27
const LOW_UNIT = pow2(LOW_BITS)
/** Pages that an entry at each height covers. */
const SPAN: readonly number[] = Array.from({ length: MAX_LEVELS + 1 }, (_, height) => pow2(BITS * height))
/** Lists of waiting tables, by a hash of where their unmapping began. */
const BUCKETS = 64

/** What the hardware can do, and how the table is laid out. */
export interface VtdConfig {
  /** 3, 4 or 5. */
  readonly levels: number
  /** Leaf sizes, ascending: 0, then 9 (2M), then 18 (1G). */
  readonly orders: readonly number[]
  /** Bits of an address: 39, 48, 57. */
  readonly width: number
  /** Largest AM of a page-selective invalidation. */
  readonly maxAddressMask: number
  /** Page-selective invalidation exists. */
  readonly pageSelective: boolean
  /** A first-level table: invalidated within its PASID. */
  readonly firstLevel: boolean
}

/** The table of a domain. */
export interface VtdState extends PageTableState {
  readonly maxAddressMask: number
  readonly pageSelective: boolean
  readonly firstLevel: boolean
  /** [MAX_LEVELS] by height: tables, and leaves in them. */
  readonly tables: number[]
  readonly leaves: number[]
  /** [BUCKETS] tables that wait for a flush, each as two numbers: the page its unmapping began at, the node. */
  readonly queued: number[][]
  /** How many these are. */
  waiting: number
  /** The leaf table that was asked for last, and which 512 pages it is for; -1 = none. It is still in the tree. */
  lastNode: number
  lastBlock: number
}

/** What a change of entries has done; one object is reused, counts add up. */
export interface VtdChange {
  /** Entries written. */
  writes: number
  /** Tables made. */
  made: number
  /** Something was left alone that the kernel must not be asked for. */
  refused: boolean
}

/** A table of no pages but the top one. Throws RangeError if the hardware has no such table. */
export function createVtd(c: VtdConfig): VtdState {
  if (c.levels < 3 || c.levels > 5) throw new RangeError(`${c.levels} levels: three to five`)
  if (c.width <= 12 || c.width > 12 + BITS * c.levels) throw new RangeError(`${c.width} bits in ${c.levels} levels`)
  const nodes = createNodes(BITS)
  const root = takeNode(nodes)
  const tables = new Array<number>(MAX_LEVELS).fill(0)
  tables[c.levels - 1] = 1
  return {
    nodes,
    root,
    levels: c.levels,
    bits: BITS,
    granuleShift: 12,
    widthPages: c.width - 12,
    orders: c.orders,
    maxAddressMask: c.maxAddressMask,
    pageSelective: c.pageSelective,
    firstLevel: c.firstLevel,
    tables,
    leaves: new Array<number>(MAX_LEVELS).fill(0),
    queued: Array.from({ length: BUCKETS }, () => []),
    waiting: 0,
    ...{ lastNode: -1, lastBlock: -1 },
  }
}

/** The slot that page `pfn` has in a table at `height`. */
export function slotOf(pfn: number, height: number): number {
  const high = Math.floor(pfn / LOW_UNIT)
  return slotIn(pfn - high * LOW_UNIT, high, height)
}

function slotIn(low: number, high: number, height: number): number {
  return height < 3 ? (low >>> (BITS * height)) & LAST_SLOT : (high >>> (BITS * (height - 3))) & LAST_SLOT
}

/**
 * Makes what is missing on the way down to the table at `height` that holds `pfn`. Its node, or -1 where a large leaf is
 * in the way.
 */
export function makePath(s: VtdState, pfn: number, height: number, change: VtdChange): number {
  const block = Math.floor(pfn / SLOTS)
  if (height === 0 && block === s.lastBlock) return s.lastNode
  const high = Math.floor(pfn / LOW_UNIT)
  const low = pfn - high * LOW_UNIT
  const { nodes } = s
  let node = s.root
  for (let h = s.levels - 1; h > height; h--) {
    const slot = slotIn(low, high, h)
    const entry = entryAt(nodes, node, slot)
    if (entry === 0) {
      const below = takeNode(nodes)
      setEntry(nodes, node, slot, tableEntry(below))
      s.tables[h - 1] = s.tables[h - 1]! + 1
      change.made++
      change.writes++
      node = below
    } else {
      node = nodeBelow(entry)
      if (node < 0) return -1
    }
  }
  if (height === 0) {
    s.lastNode = node
    s.lastBlock = block
  }
  return node
}

/**
 * Writes leaves of one page into slots [slot, slot+count) of a table at height 0. An entry that is set stays as it is.
 * False if there was one.
 */
export function setPages(
  s: VtdState,
  node: number,
  slot: number,
  count: number,
  page: number,
  permission: number,
  change: VtdChange,
): boolean {
  const { data } = s.nodes.entries
  const from = node * SLOTS + slot
  const first = leafEntry(page, 0, permission)
  const step = leafEntry(page + 1, 0, permission) - first
  let written = 0
  for (let i = 0; i < count; i++) {
    if (data[from + i] !== 0) continue
    data[from + i] = first + i * step
    written++
  }
  noteWritten(s.nodes, node, slot, count, written)
  s.leaves[0] = s.leaves[0]! + written
  change.writes += written
  return written === count
}

/**
 * Maps page `pfn` alone, if it lies in the leaf table that was asked for last and is not mapped. False: nothing was done,
 * `makePath` and `setPages` know more.
 */
export function setOne(s: VtdState, pfn: number, page: number, permission: number): boolean {
  const block = Math.floor(pfn / SLOTS)
  if (block !== s.lastBlock) return false
  const { entries } = s.nodes
  const at = (s.lastNode - block) * SLOTS + pfn
  if (entries.data[at] !== 0) return false
  entries.data[at] = leafEntry(page, 0, permission)
  touch(entries, at)
  countOne(s, 1)
  return true
}

/** Unmaps page `pfn` alone, likewise. */
export function clearOne(s: VtdState, pfn: number): boolean {
  const block = Math.floor(pfn / SLOTS)
  if (block !== s.lastBlock) return false
  const { entries } = s.nodes
  const at = (s.lastNode - block) * SLOTS + pfn
  if (entries.data[at] === 0) return false
  entries.data[at] = 0
  touch(entries, at)
  countOne(s, -1)
  return true
}

/** The leaf table that was asked for last has one entry more, or less. */
function countOne(s: VtdState, by: 1 | -1): void {
  const { used } = s.nodes
  used.data[s.lastNode] = used.data[s.lastNode]! + by
  touch(used, s.lastNode)
  s.leaves[0] = s.leaves[0]! + by
}

/** Slots [slot, slot+count) of a node were written directly; `more` of its entries are set than before. */
function noteWritten(nodes: Nodes, node: number, slot: number, count: number, more: number): void {
  const from = node * SLOTS + slot
  touchRange(nodes.entries, from, from + count)
  nodes.used.data[node] = nodes.used.data[node]! + more
  touch(nodes.used, node)
}

/** Writes one leaf of 2^(9*height) pages over whatever stands there; a table there must have been taken out. */
export function setLeaf(
  s: VtdState,
  node: number,
  slot: number,
  height: number,
  page: number,
  permission: number,
  change: VtdChange,
): void {
  if (entryAt(s.nodes, node, slot) === 0) s.leaves[height] = s.leaves[height]! + 1
  setEntry(s.nodes, node, slot, leafEntry(page, BITS * height, permission))
  change.writes++
}

/** Takes the table that a slot leads to out, with all below it: their nodes are appended to `out`. */
export function takeOut(s: VtdState, node: number, slot: number, height: number, out: number[]): void {
  const below = payloadOf(entryAt(s.nodes, node, slot))
  setEntry(s.nodes, node, slot, 0)
  s.lastBlock = -1
  countOut(s, below, height - 1, out)
}

function countOut(s: VtdState, node: number, height: number, out: number[]): void {
  const { nodes } = s
  out.push(node)
  s.tables[height] = s.tables[height]! - 1
  let leaves = nodes.used.data[node]!
  if (height > 0 && leaves > 0) {
    for (let slot = 0; slot < SLOTS; slot++) {
      const entry = entryAt(nodes, node, slot)
      if (entry === 0 || isLeaf(entry)) continue
      leaves--
      countOut(s, payloadOf(entry), height - 1, out)
    }
  }
  s.leaves[height] = s.leaves[height]! - leaves
}

/** What lies at a page; one object is reused. */
export interface VtdSpan {
  /** Pages of the leaf or hole. */
  pages: number
  /** It is a large leaf that begins before the page. */
  inside: boolean
  /** The table at height 0, or -1: none. */
  node: number
}

/** Looks from the top down to the leaf or hole at `pfn`, which is below the width. */
export function spanAt(s: VtdState, pfn: number, out: VtdSpan): void {
  if (Math.floor(pfn / SLOTS) === s.lastBlock) {
    out.pages = 1
    out.inside = false
    out.node = s.lastNode
    return
  }
  const high = Math.floor(pfn / LOW_UNIT)
  const low = pfn - high * LOW_UNIT
  let node = s.root
  out.node = -1
  for (let h = s.levels - 1; h > 0; h--) {
    const entry = entryAt(s.nodes, node, slotIn(low, high, h))
    const below = nodeBelow(entry)
    if (below >= 0) {
      node = below
      continue
    }
    out.pages = SPAN[h]!
    out.inside = entry !== 0 && Math.floor(pfn / out.pages) * out.pages !== pfn
    return
  }
  out.pages = 1
  out.inside = false
  out.node = node
}

/** Clears slots [slot, slot+count) of a table at height 0. */
export function clearSlots(s: VtdState, node: number, slot: number, count: number, change: VtdChange): void {
  const { data } = s.nodes.entries
  const from = node * SLOTS + slot
  let cleared = 0
  for (let i = from; i < from + count; i++) {
    if (data[i] === 0) continue
    data[i] = 0
    cleared++
  }
  noteWritten(s.nodes, node, slot, count, -cleared)
  s.leaves[0] = s.leaves[0]! - cleared
  change.writes += cleared
}

/**
 * Clears pages `first` to `last` (inclusive, below the width). Tables whose span lies in there are taken out, and their
 * nodes appended to `out`. A large leaf that is covered in part stays, and is reported as refused.
 */
export function clearPages(s: VtdState, first: number, last: number, out: number[], change: VtdChange): void {
  clearIn(s, s.root, s.levels - 1, first, last, out, change)
}

/** The same below one table; pages are counted from where it begins. */
function clearIn(
  s: VtdState,
  node: number,
  height: number,
  first: number,
  last: number,
  out: number[],
  change: VtdChange,
): void {
  if (height === 0) {
    clearSlots(s, node, first, last - first + 1, change)
    return
  }
  const { nodes } = s
  const span = SPAN[height]!
  const to = Math.floor(last / span)
  for (let slot = Math.floor(first / span); slot <= to; slot++) {
    const entry = entryAt(nodes, node, slot)
    if (entry === 0) continue
    const begin = slot * span
    const from = first > begin ? first - begin : 0
    const end = last < begin + span - 1 ? last - begin : span - 1
    if (from === 0 && end === span - 1) {
      if (isLeaf(entry)) {
        setEntry(nodes, node, slot, 0)
        s.leaves[height] = s.leaves[height]! - 1
      } else takeOut(s, node, slot, height, out)
      change.writes++
    } else if (isLeaf(entry)) change.refused = true
    else clearIn(s, payloadOf(entry), height - 1, from, end, out, change)
  }
}

/** Gives nodes back. */
export function dropAll(s: VtdState, list: readonly number[]): void {
  for (let i = 0; i < list.length; i++) dropNode(s.nodes, list[i]!)
}

function bucketOf(pfn: number): number {
  const high = Math.floor(pfn / LOW_UNIT)
  const low = pfn - high * LOW_UNIT
  return (low ^ (low >>> 6) ^ (low >>> 12) ^ (low >>> 18) ^ high) & (BUCKETS - 1)
}

/** Lets tables that were taken out wait for a flush, for the unmapping that began at `pfn`. */
export function queueNodes(s: VtdState, pfn: number, list: readonly number[]): void {
  const bucket = s.queued[bucketOf(pfn)]!
  for (let i = 0; i < list.length; i++) bucket.push(pfn, list[i]!)
  s.waiting += list.length
}

/** Gives back the tables that wait for the unmapping that began at `pfn`, all that wait if it is -1. Their number. */
export function releaseNodes(s: VtdState, pfn: number): number {
  if (s.waiting === 0) return 0
  const before = s.waiting
  if (pfn !== -1) releaseFrom(s, s.queued[bucketOf(pfn)]!, pfn)
  else for (let i = 0; i < BUCKETS; i++) releaseFrom(s, s.queued[i]!, -1)
  return before - s.waiting
}

function releaseFrom(s: VtdState, bucket: number[], pfn: number): void {
  let kept = 0
  for (let i = 0; i < bucket.length; i += 2) {
    if (pfn === -1 || bucket[i] === pfn) {
      dropNode(s.nodes, bucket[i + 1]!)
      s.waiting--
      continue
    }
    bucket[kept] = bucket[i]!
    bucket[kept + 1] = bucket[i + 1]!
    kept += 2
  }
  bucket.length = kept
}

/** What hardware finds in the table, and how much of it there is. */
export const vtdTable: PageTable<VtdState> = {
  id: 'vtd',
  walk(s, pfn, node, height, out) {
    walkDown(s, SPAN, pfn, node, height, out)
  },
  tablesAt: (s, height) => s.tables[height] ?? 0,
  leavesAt: (s, height) => s.leaves[height] ?? 0,
  pending: (s) => s.waiting,
}
