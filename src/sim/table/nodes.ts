// The table pages of a radix table: blocks of 2^bits entries in one growing array.
//
// Invariant: `used` of a node is the number of its entries that are not 0; -1 while the node is not in use.
// An entry is one number: payload * 1024 + order * 16 + kind + permission. The payload of a leaf is the page it leads to
// (in pages of the smallest size), that of a table entry the node below.

import { type Chunked, chunked, touch, touchRange } from '../../lib/chunked.ts'

/** Permission bits of an entry are TCE_READ and TCE_WRITE; then what kind of entry it is. */
export const PTE_LEAF = 4
export const PTE_TABLE = 8
const ORDER_UNIT = 16
const PAYLOAD_UNIT = 1024

/** Entries that lead to a table are smaller than this, since nodes are fewer than 2^21: bit operations do. */
const TABLE_ENTRIES = 2147483648

export interface Nodes {
  /** log2 of the entries of a node. */
  readonly bits: number
  /** [capacity << bits] */
  entries: Chunked<Float64Array>
  /** [capacity] entries that are set, or -1: not in use. */
  used: Chunked<Int32Array>
  /** Nodes that were given back, as a stack. */
  readonly free: number[]
  /** Nodes ever taken from the end, and nodes in use. */
  end: number
  live: number
}

/** No nodes, of 2^bits entries each. */
export function createNodes(bits: number): Nodes {
  const room = 4
  return {
    bits,
    entries: chunked(new Float64Array(room << bits)),
    used: chunked(new Int32Array(room).fill(-1)),
    free: [],
    end: 0,
    live: 0,
  }
}

/** A node without set entries. Its index. */
export function takeNode(n: Nodes): number {
  const node = n.free.pop()
  if (node === undefined) return takeNodes(n, 1)
  n.live++
  n.used.data[node] = 0
  touch(n.used, node)
  return node
}

/** `count` nodes side by side, as one table with a longer index: index of the first. All are empty and in use. */
export function takeNodes(n: Nodes, count: number): number {
  const first = n.end
  n.end += count
  if (n.end > n.used.data.length) grow(n)
  for (let i = first; i < n.end; i++) n.used.data[i] = 0
  touchRange(n.used, first, n.end)
  n.live += count
  return first
}

function grow(n: Nodes): void {
  let room = n.used.data.length
  while (room < n.end) room *= 2
  const entries = new Float64Array(room << n.bits)
  entries.set(n.entries.data)
  const used = new Int32Array(room).fill(-1)
  used.set(n.used.data)
  n.entries = chunked(entries)
  n.used = chunked(used)
}

/** Gives a node back; what was set in it is forgotten. */
export function dropNode(n: Nodes, node: number): void {
  const from = node << n.bits
  if (n.used.data[node]! > 0) {
    n.entries.data.fill(0, from, from + (1 << n.bits))
    touchRange(n.entries, from, from + (1 << n.bits))
  }
  n.used.data[node] = -1
  touch(n.used, node)
  n.free.push(node)
  n.live--
}

/** Entry `slot` of a node; the slots of nodes side by side go on. 0 = not set. */
export function entryAt(n: Nodes, node: number, slot: number): number {
  return n.entries.data[(node << n.bits) + slot]!
}

/** Writes an entry; 0 clears it. */
export function setEntry(n: Nodes, node: number, slot: number, value: number): void {
  const at = (node << n.bits) + slot
  const { data } = n.entries
  const change = (value === 0 ? 0 : 1) - (data[at] === 0 ? 0 : 1)
  data[at] = value
  touch(n.entries, at)
  if (change === 0) return
  const holder = at >>> n.bits
  n.used.data[holder] = n.used.data[holder]! + change
  touch(n.used, holder)
}

/** An entry that leads to 2^order pages from `page`. */
export function leafEntry(page: number, order: number, permission: number): number {
  return page * PAYLOAD_UNIT + order * ORDER_UNIT + PTE_LEAF + permission
}

/** An entry that leads to the node below. */
export function tableEntry(node: number): number {
  return node * PAYLOAD_UNIT + PTE_TABLE
}

/** Page of a leaf, node of a table entry. */
export function payloadOf(entry: number): number {
  return Math.floor(entry / PAYLOAD_UNIT)
}

/** Node that a table entry leads to; -1 for a leaf or a hole. */
export function nodeBelow(entry: number): number {
  return entry < TABLE_ENTRIES && (entry & PTE_TABLE) !== 0 ? entry >>> 10 : -1
}

export function isLeaf(entry: number): boolean {
  return (flagsOf(entry) & PTE_LEAF) !== 0
}

export function isTable(entry: number): boolean {
  return (flagsOf(entry) & PTE_TABLE) !== 0
}

/** log2 of the pages that a leaf stands for. */
export function orderOf(entry: number): number {
  return flagsOf(entry) >> 4
}

export function permissionOf(entry: number): number {
  return flagsOf(entry) & 3
}

/** Everything but the payload. */
function flagsOf(entry: number): number {
  return entry < TABLE_ENTRIES ? entry & (PAYLOAD_UNIT - 1) : entry - payloadOf(entry) * PAYLOAD_UNIT
}
