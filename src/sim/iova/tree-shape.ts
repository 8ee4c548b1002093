// The shape of the kernel's red-black tree, kept beside the ranges where it matters.
//
// Kernel: lib/rbtree.c, rb_insert_color and rb_erase. Spec: spec/IOVA.md 2.1, 2.2.
// What it does: the shape is the one every textbook gives (insert at the leaf, three cases; a node with two children is
//   replaced by its successor, four cases). It decides one thing: at which range a search begins anew when its limit falls
//   inside a range. Ranges aligned to their size never cross a limit that is a power of two, so a tree of those needs none.
// Invariant: the nodes are the ranges and the anchor, at LO = HI = Infinity.
// Cost: O(log n) per change.

import { type Chunked, chunked, touch } from '../../lib/chunked.ts'

/** Numbers per node in `links`. A child is links[node * LINKS + side]. */
const LINKS = 4
export const LEFT = 0
export const RIGHT = 1
const PARENT = 2
const RED = 3

/** The node of the permanent range at the end; 0 is no node. */
const ANCHOR_NODE = 1
const FIRST_NODES = 256

export interface TreeShape {
  /** [nodes*LINKS] */
  links: Chunked<Int32Array>
  /** [nodes*2] first and last number of the range; Infinity for the anchor. */
  bounds: Chunked<Float64Array>
  root: number
  /** Unused nodes, chained by their parent; 0 = none. */
  spare: number
  fresh: number
}

/** A tree that holds only the anchor. */
export function createShape(): TreeShape {
  const bounds = new Float64Array(FIRST_NODES * 2)
  bounds.fill(Infinity, 2 * ANCHOR_NODE, 2 * ANCHOR_NODE + 2)
  const links = chunked(new Int32Array(FIRST_NODES * LINKS))
  return { links, bounds: chunked(bounds), root: ANCHOR_NODE, spare: 0, fresh: ANCHOR_NODE + 1 }
}

const get = (s: TreeShape, node: number, what: number): number => s.links.data[node * LINKS + what]!

/** The node below on a side (LEFT, RIGHT); 0 = none. */
export function childOf(s: TreeShape, node: number, side: number): number {
  return get(s, node, side)
}

/** A node's range, Infinity for the anchor, and its colour. */
export function nodeOf(s: TreeShape, node: number): { lo: number; hi: number; red: boolean } {
  return { lo: loOf(s, node), hi: hiOf(s, node), red: isRed(s, node) }
}

function set(s: TreeShape, node: number, what: number, value: number): void {
  const at = node * LINKS + what
  s.links.data[at] = value
  touch(s.links, at)
}

const isRed = (s: TreeShape, node: number): boolean => get(s, node, RED) === 1
const loOf = (s: TreeShape, node: number): number => s.bounds.data[2 * node]!
const hiOf = (s: TreeShape, node: number): number => s.bounds.data[2 * node + 1]!

function takeNode(s: TreeShape, lo: number, hi: number): number {
  let node = s.spare
  if (node !== 0) s.spare = get(s, node, PARENT)
  else {
    if (s.fresh * LINKS === s.links.data.length) {
      const links = new Int32Array(2 * s.links.data.length)
      links.set(s.links.data)
      const bounds = new Float64Array(2 * s.bounds.data.length)
      bounds.set(s.bounds.data)
      s.links = chunked(links)
      s.bounds = chunked(bounds)
    }
    node = s.fresh++
  }
  for (const what of [LEFT, RIGHT, PARENT]) set(s, node, what, 0)
  set(s, node, RED, 1)
  s.bounds.data[2 * node] = lo
  s.bounds.data[2 * node + 1] = hi
  touch(s.bounds, 2 * node)
  return node
}

function nodeAt(s: TreeShape, x: number): number {
  let node = s.root
  while (x < loOf(s, node) || x > hiOf(s, node)) node = get(s, node, x > hiOf(s, node) ? RIGHT : LEFT)
  return node
}

const sideOf = (s: TreeShape, node: number): number => (get(s, get(s, node, PARENT), RIGHT) === node ? RIGHT : LEFT)

/** Lets the parent of `node` (or the root) point to `other` instead. `other` may be 0. */
function replace(s: TreeShape, node: number, other: number): void {
  const parent = get(s, node, PARENT)
  if (parent === 0) s.root = other
  else set(s, parent, sideOf(s, node), other)
  if (other !== 0) set(s, other, PARENT, parent)
}

/** Moves a node down to `side`; its child on the other side takes its place. Returns that child. */
function rotate(s: TreeShape, node: number, side: number): number {
  const up = get(s, node, 1 - side)
  const inner = get(s, up, side)
  set(s, node, 1 - side, inner)
  if (inner !== 0) set(s, inner, PARENT, node)
  replace(s, node, up)
  set(s, up, side, node)
  set(s, node, PARENT, up)
  return up
}

/** Adds a range that overlaps none. */
export function addToShape(s: TreeShape, lo: number, hi: number): void {
  let node = takeNode(s, lo, hi)
  let parent = s.root
  for (;;) {
    const side = lo > loOf(s, parent) ? RIGHT : LEFT
    const child = get(s, parent, side)
    if (child === 0) {
      set(s, parent, side, node)
      set(s, node, PARENT, parent)
      break
    }
    parent = child
  }
  while (parent !== 0 && isRed(s, parent)) {
    const grand = get(s, parent, PARENT)
    const side = sideOf(s, parent)
    const uncle = get(s, grand, 1 - side)
    set(s, grand, RED, 1)
    if (isRed(s, uncle)) {
      set(s, parent, RED, 0)
      set(s, uncle, RED, 0)
      node = grand
      parent = get(s, node, PARENT)
      continue
    }
    if (get(s, parent, side) !== node) parent = rotate(s, parent, side)
    set(s, parent, RED, 0)
    rotate(s, grand, 1 - side)
    break
  }
  set(s, s.root, RED, 0)
}

/** Removes the range that contains `x`; there must be one. */
export function removeFromShape(s: TreeShape, x: number): void {
  const node = nodeAt(s, x)
  const left = get(s, node, LEFT)
  const right = get(s, node, RIGHT)
  let next = node
  if (left !== 0 && right !== 0) for (next = right; get(s, next, LEFT) !== 0; ) next = get(s, next, LEFT)
  // `next` comes out of its place, where it has at most one child.
  const child = get(s, next, LEFT) || get(s, next, RIGHT)
  const lostRed = isRed(s, next)
  let parent = get(s, next, PARENT)
  const side = parent === 0 ? LEFT : sideOf(s, next)
  replace(s, next, child)
  if (next !== node) {
    if (parent === node) parent = next
    replace(s, node, next)
    for (const kept of [LEFT, RIGHT]) {
      const below = get(s, node, kept)
      set(s, next, kept, below)
      if (below !== 0) set(s, below, PARENT, next)
    }
    set(s, next, RED, get(s, node, RED))
  }
  set(s, node, PARENT, s.spare)
  s.spare = node
  if (lostRed) return
  if (isRed(s, child)) set(s, child, RED, 0)
  else balance(s, parent, side)
}

/** A path through `side` of `from` has one black node less than the others. */
function balance(s: TreeShape, from: number, fromSide: number): void {
  let parent = from
  let side = fromSide
  while (parent !== 0) {
    let sibling = get(s, parent, 1 - side)
    if (isRed(s, sibling)) {
      set(s, sibling, RED, 0)
      set(s, parent, RED, 1)
      rotate(s, parent, side)
      sibling = get(s, parent, 1 - side)
    }
    if (!isRed(s, get(s, sibling, 1 - side))) {
      const near = get(s, sibling, side)
      if (!isRed(s, near)) {
        set(s, sibling, RED, 1)
        if (isRed(s, parent)) {
          set(s, parent, RED, 0)
          return
        }
        const node = parent
        parent = get(s, node, PARENT)
        if (parent !== 0) side = sideOf(s, node)
        continue
      }
      set(s, near, RED, 0)
      set(s, sibling, RED, 1)
      sibling = rotate(s, sibling, 1 - side)
    }
    set(s, sibling, RED, get(s, parent, RED))
    set(s, parent, RED, 0)
    set(s, get(s, sibling, 1 - side), RED, 0)
    rotate(s, parent, side)
    return
  }
}

/** Lets the range that contains `x` begin lower. */
export function lowerInShape(s: TreeShape, x: number, lo: number): void {
  const at = 2 * nodeAt(s, x)
  s.bounds.data[at] = lo
  touch(s.bounds, at)
}

/** First number of the range with which the kernel's descent for a limit ends: from the root to the right while ranges end
 *  below `top`. Infinity for the anchor. */
export function descendTo(s: TreeShape, top: number): number {
  let node = s.root
  while (hiOf(s, node) < top) node = get(s, node, RIGHT)
  return loOf(s, node)
}
