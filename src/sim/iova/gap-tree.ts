// A red-black tree of ranges that also knows the largest gap and the number of ranges below each node.
//
// What it does: the shape is the one every textbook gives (insert at the leaf, three cases; a node with two children is
//   replaced by its successor, four cases), because the kernel's step counts depend on it in a corner. Beside it each
//   node keeps its neighbours, the gap below it and the largest gap of its subtree, so that a search passes over what
//   cannot fit.
// Kernel: lib/rbtree.c, rb_insert_color and rb_erase. Spec: spec/IOVA.md 2.2.
// Not modelled: the kernel keeps no gaps; it walks from neighbour to neighbour.
// Invariant: GAP of a node is LO less the HI of its predecessor less 1 (HI of node 0 is -1); MAX and COUNT are those of
//   the subtree, and of node 0 they are -1 and 0. Ranges are disjoint; the anchor is the last.
// Cost: finding, inserting and removing O(log n).

import { type Chunked, chunked } from '../../lib/chunked.ts'

/** Numbers per node in `links`. A child is links[node * LINKS + side]. */
export const LINKS = 8
export const LEFT = 0
export const RIGHT = 1
export const PARENT = 2
export const PREV = 3
export const NEXT = 4
export const COUNT = 5
const RED = 6

/** Numbers per node in `ranges`. */
export const RANGES = 4
export const LO = 0
export const HI = 1
/** Free numbers between the predecessor and this range. */
export const GAP = 2
/** Largest GAP of the subtree. */
export const MAX = 3

/** The permanent range at the end: LO = HI = Infinity. */
export const ANCHOR = 1
/** Nodes per chunk of the two arrays, as shifts. */
const LINKS_CHUNK = 7
const RANGES_CHUNK = 8
const FIRST_NODES = 256

export interface GapTree {
  /** [nodes*LINKS] node numbers, 0 = none. */
  links: Chunked<Int32Array>
  /** [nodes*RANGES] */
  ranges: Chunked<Float64Array>
  root: number
  /** Ranges without the anchor. */
  count: number
  /** Unused nodes, chained by NEXT; 0 = none. */
  spare: number
  /** Nodes from here on were never used. */
  fresh: number
}

/** A tree that holds only the anchor. */
export function createGapTree(): GapTree {
  const t: GapTree = {
    links: chunked(new Int32Array(FIRST_NODES * LINKS)),
    ranges: chunked(new Float64Array(FIRST_NODES * RANGES)),
    root: ANCHOR,
    count: 0,
    spare: 0,
    fresh: ANCHOR + 1,
  }
  const ranges = t.ranges.data
  ranges[HI] = -1
  ranges[MAX] = -1
  ranges.fill(Infinity, ANCHOR * RANGES, (ANCHOR + 1) * RANGES)
  t.links.data[ANCHOR * LINKS + COUNT] = 1
  return t
}

function mark(t: GapTree, node: number): void {
  t.links.dirty[node >>> LINKS_CHUNK] = 0xff
  t.ranges.dirty[node >>> RANGES_CHUNK] = 0xff
}

function takeNode(t: GapTree): number {
  const { spare } = t
  if (spare !== 0) {
    t.spare = t.links.data[spare * LINKS + NEXT]!
    return spare
  }
  const { links, ranges } = t
  if (t.fresh * LINKS === links.data.length) {
    const wider = new Int32Array(2 * links.data.length)
    wider.set(links.data)
    const longer = new Float64Array(2 * ranges.data.length)
    longer.set(ranges.data)
    t.links = chunked(wider)
    t.ranges = chunked(longer)
  }
  return t.fresh++
}

/** First number of a range; Infinity for the anchor. */
export function nodeLo(t: GapTree, node: number): number {
  return t.ranges.data[node * RANGES + LO]!
}

/** Last number of a range; Infinity for the anchor. */
export function nodeHi(t: GapTree, node: number): number {
  return t.ranges.data[node * RANGES + HI]!
}

/** The next higher range; the anchor after the last. Not for the anchor. */
export function nodeAfter(t: GapTree, node: number): number {
  return t.links.data[node * LINKS + NEXT]!
}

/** The range that contains `x`, or 0. */
export function nodeAt(t: GapTree, x: number): number {
  const links = t.links.data
  const ranges = t.ranges.data
  let node = t.root
  while (node !== 0) {
    const right = x > ranges[node * RANGES + HI]!
    if (!right && x >= ranges[node * RANGES + LO]!) return node
    node = links[node * LINKS + (right ? RIGHT : LEFT)]!
  }
  return 0
}

/** The lowest range that ends at `x` or above it: the anchor if there is no other. */
export function firstEndingFrom(t: GapTree, x: number): number {
  const links = t.links.data
  const ranges = t.ranges.data
  let best = ANCHOR
  for (let node = t.root; node !== 0; ) {
    const up = ranges[node * RANGES + HI]! < x
    if (!up) best = node
    node = links[node * LINKS + (up ? RIGHT : LEFT)]!
  }
  return best
}

/** The lowest range that begins at `x` or above it: the anchor if there is no other. */
export function firstBeginningFrom(t: GapTree, x: number): number {
  const node = firstEndingFrom(t, x)
  return nodeLo(t, node) < x ? nodeAfter(t, node) : node
}

/** How many ranges lie below this one. */
export function rankOf(t: GapTree, node: number): number {
  const links = t.links.data
  let below = links[links[node * LINKS + LEFT]! * LINKS + COUNT]!
  for (let at = node; ; ) {
    const parent = links[at * LINKS + PARENT]!
    if (parent === 0) return below
    if (links[parent * LINKS + RIGHT] === at) below += links[links[parent * LINKS + LEFT]! * LINKS + COUNT]! + 1
    at = parent
  }
}

/** Brings COUNT and MAX up to date from a node whose subtree lost or won `change` ranges up to the root. */
function update(t: GapTree, from: number, change: number): void {
  const links = t.links.data
  const ranges = t.ranges.data
  for (let node = from; node !== 0; ) {
    const at = node * LINKS
    links[at + COUNT] = links[at + COUNT]! + change
    setMax(links, ranges, node)
    mark(t, node)
    node = links[at + PARENT]!
  }
}

function setMax(links: Int32Array, ranges: Float64Array, node: number): void {
  const left = ranges[links[node * LINKS + LEFT]! * RANGES + MAX]!
  const right = ranges[links[node * LINKS + RIGHT]! * RANGES + MAX]!
  let max = ranges[node * RANGES + GAP]!
  if (left > max) max = left
  if (right > max) max = right
  ranges[node * RANGES + MAX] = max
}

/** Lets the parent of `node` (or the root) point to `other` instead. `other` may be 0. */
function replace(t: GapTree, links: Int32Array, node: number, other: number): void {
  const parent = links[node * LINKS + PARENT]!
  if (parent === 0) t.root = other
  else {
    links[parent * LINKS + (links[parent * LINKS + LEFT] === node ? LEFT : RIGHT)] = other
    mark(t, parent)
  }
  if (other !== 0) {
    links[other * LINKS + PARENT] = parent
    mark(t, other)
  }
}

/** Moves a node down to `side`; its child on the other side takes its place. Returns that child. */
function rotate(t: GapTree, links: Int32Array, node: number, side: number): number {
  const ranges = t.ranges.data
  const up = links[node * LINKS + 1 - side]!
  const inner = links[up * LINKS + side]!
  links[node * LINKS + 1 - side] = inner
  if (inner !== 0) {
    links[inner * LINKS + PARENT] = node
    mark(t, inner)
  }
  replace(t, links, node, up)
  links[up * LINKS + side] = node
  links[node * LINKS + PARENT] = up
  const count = links[node * LINKS + COUNT]!
  const above = links[links[up * LINKS + 1 - side]! * LINKS + COUNT]!
  links[up * LINKS + COUNT] = count
  links[node * LINKS + COUNT] = count - above - 1
  ranges[up * RANGES + MAX] = ranges[node * RANGES + MAX]!
  setMax(links, ranges, node)
  mark(t, node)
  return up
}

/** Puts [lo, hi] in, just below the range `next`. Returns its node. */
export function insertBelow(t: GapTree, next: number, lo: number, hi: number): number {
  const node = takeNode(t)
  const links = t.links.data
  const ranges = t.ranges.data
  const prev = links[next * LINKS + PREV]!
  const at = node * LINKS
  const leaf = links[next * LINKS + LEFT] === 0
  const parent = leaf ? next : prev
  links[parent * LINKS + (leaf ? LEFT : RIGHT)] = node
  links[at + LEFT] = 0
  links[at + RIGHT] = 0
  links[at + PARENT] = parent
  links[at + PREV] = prev
  links[at + NEXT] = next
  links[at + COUNT] = 0
  links[at + RED] = 1
  links[next * LINKS + PREV] = node
  if (prev !== 0) {
    links[prev * LINKS + NEXT] = node
    mark(t, prev)
  }
  ranges[node * RANGES + LO] = lo
  ranges[node * RANGES + HI] = hi
  ranges[node * RANGES + GAP] = lo - ranges[prev * RANGES + HI]! - 1
  ranges[next * RANGES + GAP] = ranges[next * RANGES + LO]! - hi - 1
  t.count++
  // `next` is the parent or above it.
  update(t, node, 1)
  if (links[parent * LINKS + RED] === 1) balanceInserted(t, links, node)
  return node
}

function balanceInserted(t: GapTree, links: Int32Array, inserted: number): void {
  let node = inserted
  for (;;) {
    let parent = links[node * LINKS + PARENT]!
    if (parent === 0) {
      links[node * LINKS + RED] = 0
      return
    }
    if (links[parent * LINKS + RED] === 0) return
    const grand = links[parent * LINKS + PARENT]!
    const side = links[grand * LINKS + LEFT] === parent ? LEFT : RIGHT
    const uncle = links[grand * LINKS + 1 - side]!
    if (links[uncle * LINKS + RED] === 1) {
      links[parent * LINKS + RED] = 0
      links[uncle * LINKS + RED] = 0
      links[grand * LINKS + RED] = 1
      mark(t, uncle)
      node = grand
      continue
    }
    if (links[parent * LINKS + side] !== node) parent = rotate(t, links, parent, side)
    links[parent * LINKS + RED] = 0
    links[grand * LINKS + RED] = 1
    rotate(t, links, grand, 1 - side)
    return
  }
}

/** Takes a range out; not the anchor. */
export function removeNode(t: GapTree, node: number): void {
  const links = t.links.data
  const ranges = t.ranges.data
  const at = node * LINKS
  const prev = links[at + PREV]!
  const next = links[at + NEXT]!
  links[next * LINKS + PREV] = prev
  mark(t, next)
  if (prev !== 0) {
    links[prev * LINKS + NEXT] = next
    mark(t, prev)
  }
  ranges[next * RANGES + GAP] = ranges[next * RANGES + LO]! - ranges[prev * RANGES + HI]! - 1

  const left = links[at + LEFT]!
  const right = links[at + RIGHT]!
  let parent: number
  let side: number
  let child: number
  let lostRed: number
  if (left !== 0 && right !== 0) {
    // The successor comes out of its place, where it has no left child, and takes that of the node.
    child = links[next * LINKS + RIGHT]!
    lostRed = links[next * LINKS + RED]!
    parent = links[next * LINKS + PARENT]!
    side = RIGHT
    if (parent === node) parent = next
    else {
      side = LEFT
      replace(t, links, next, child)
      links[next * LINKS + RIGHT] = right
      links[right * LINKS + PARENT] = next
      mark(t, right)
    }
    replace(t, links, node, next)
    links[next * LINKS + LEFT] = left
    links[left * LINKS + PARENT] = next
    mark(t, left)
    links[next * LINKS + RED] = links[at + RED]!
    links[next * LINKS + COUNT] = links[at + COUNT]!
  } else {
    child = left !== 0 ? left : right
    lostRed = links[at + RED]!
    parent = links[at + PARENT]!
    side = parent !== 0 && links[parent * LINKS + RIGHT] === node ? RIGHT : LEFT
    replace(t, links, node, child)
    // A right child alone is the successor: its gap grew.
    if (child !== 0) setMax(links, ranges, child)
  }
  t.count--
  update(t, parent, -1)
  links[at + NEXT] = t.spare
  t.spare = node
  mark(t, node)
  if (lostRed === 1) return
  if (links[child * LINKS + RED] === 1) {
    links[child * LINKS + RED] = 0
    mark(t, child)
  } else balanceRemoved(t, links, parent, side)
}

/** A path through `side` of `from` has one black node less than the others. */
function balanceRemoved(t: GapTree, links: Int32Array, from: number, fromSide: number): void {
  let parent = from
  let side = fromSide
  while (parent !== 0) {
    const other = 1 - side
    let sibling = links[parent * LINKS + other]!
    if (links[sibling * LINKS + RED] === 1) {
      links[sibling * LINKS + RED] = 0
      links[parent * LINKS + RED] = 1
      rotate(t, links, parent, side)
      sibling = links[parent * LINKS + other]!
    }
    if (links[links[sibling * LINKS + other]! * LINKS + RED] === 0) {
      const near = links[sibling * LINKS + side]!
      if (links[near * LINKS + RED] === 0) {
        links[sibling * LINKS + RED] = 1
        mark(t, sibling)
        if (links[parent * LINKS + RED] === 1) {
          links[parent * LINKS + RED] = 0
          return
        }
        const grand = links[parent * LINKS + PARENT]!
        side = grand !== 0 && links[grand * LINKS + RIGHT] === parent ? RIGHT : LEFT
        parent = grand
        continue
      }
      links[near * LINKS + RED] = 0
      links[sibling * LINKS + RED] = 1
      sibling = rotate(t, links, sibling, other)
    }
    links[sibling * LINKS + RED] = links[parent * LINKS + RED]!
    links[parent * LINKS + RED] = 0
    const far = links[sibling * LINKS + other]!
    links[far * LINKS + RED] = 0
    mark(t, far)
    rotate(t, links, parent, side)
    return
  }
}

/** Lets a range begin lower, at `lo`, above the end of its predecessor. */
export function lowerTo(t: GapTree, node: number, lo: number): void {
  const ranges = t.ranges.data
  ranges[node * RANGES + GAP] = ranges[node * RANGES + GAP]! - (ranges[node * RANGES + LO]! - lo)
  ranges[node * RANGES + LO] = lo
  update(t, node, 0)
}

/** Whether a node is red. */
export function isRed(t: GapTree, node: number): boolean {
  return t.links.data[node * LINKS + RED] === 1
}

/** The node with which the kernel's descent for a limit ends: from the root to the right while ranges end below `top`. */
export function descendTo(t: GapTree, top: number): number {
  let node = t.root
  while (nodeHi(t, node) < top) node = t.links.data[node * LINKS + RIGHT]!
  return node
}
