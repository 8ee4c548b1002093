// Disjoint ranges in ascending order, in blocks of up to 64, so that a search for room passes over whole blocks.
//
// What it does: a range is known by its slot: block * 64 + place within. Ranges of a block lie side by side, with room on
//   both sides; inserting and removing moves the shorter side by one. A block knows how many ranges it has and a bound for
//   the gaps between them. Slots change as ranges move; the two `marks` move along with theirs.
// Invariant: the room of a block is at least its largest inner gap; `lows` and `his` are the first and last numbers of the
//   blocks in order; no block is empty.
// Cost: finding O(log n); inserting and removing some 10 moves; passing n ranges n / 64 looks where nothing fits.

import { type Chunked, chunked } from '../../lib/chunked.ts'

const SHIFT = 6
export const BLOCK = 1 << SHIFT
/** Blocks per chunk of `pairs`, as a shift. */
const CHUNK = 3
/** In the place of a slot: the permanent range above all others; or no range. */
export const ANCHOR = -1
export const NONE = -2
/** A block with so few ranges joins the one below if the two stay under JOINED. */
const FEW = 8
const JOINED = 40
const MARKS = 2
const FIRST_BLOCKS = 4

export interface RangeBlocks {
  /** [slots*2] first and last number of each range. */
  pairs: Chunked<Float64Array>
  /** [blocks] slots in use, as places within the block: from `first` to before `end`. */
  first: Int32Array
  end: Int32Array
  /** [blocks] where it stands in `order`; of an unused block the next unused one, or NONE. */
  place: Int32Array
  /** [used] blocks, ascending; the first and the last number of each, and its room. */
  order: Int32Array
  lows: Float64Array
  his: Float64Array
  rooms: Float64Array
  used: number
  spare: number
  fresh: number
  /** Ranges, without the anchor. */
  count: number
  /** [MARKS] slots that are kept right. */
  readonly marks: Int32Array
}

/** No ranges; both marks at the anchor. */
export function createRangeBlocks(): RangeBlocks {
  return {
    pairs: chunked(new Float64Array(FIRST_BLOCKS * BLOCK * 2)),
    first: new Int32Array(FIRST_BLOCKS),
    end: new Int32Array(FIRST_BLOCKS),
    place: new Int32Array(FIRST_BLOCKS),
    order: new Int32Array(FIRST_BLOCKS),
    lows: new Float64Array(FIRST_BLOCKS),
    his: new Float64Array(FIRST_BLOCKS),
    rooms: new Float64Array(FIRST_BLOCKS),
    used: 0,
    spare: NONE,
    fresh: 0,
    count: 0,
    marks: new Int32Array(MARKS).fill(ANCHOR),
  }
}

/** First number of a range; Infinity for the anchor. */
export function loOf(t: RangeBlocks, slot: number): number {
  return slot === ANCHOR ? Infinity : t.pairs.data[2 * slot]!
}

/** Last number of a range; Infinity for the anchor. */
export function hiOf(t: RangeBlocks, slot: number): number {
  return slot === ANCHOR ? Infinity : t.pairs.data[2 * slot + 1]!
}

const lowest = (t: RangeBlocks, block: number): number => (block << SHIFT) + t.first[block]!
/** The last slot in use of a block. */
export const highest = (t: RangeBlocks, block: number): number => (block << SHIFT) + t.end[block]! - 1

/** The next higher range, or ANCHOR. Not for the anchor. */
export function slotAfter(t: RangeBlocks, slot: number): number {
  const block = slot >> SHIFT
  if (slot < highest(t, block)) return slot + 1
  const next = t.place[block]! + 1
  return next < t.used ? lowest(t, t.order[next]!) : ANCHOR
}

/** The next lower range, or NONE. */
export function slotBefore(t: RangeBlocks, slot: number): number {
  if (slot === ANCHOR) return t.used === 0 ? NONE : highest(t, t.order[t.used - 1]!)
  const block = slot >> SHIFT
  if (slot > lowest(t, block)) return slot - 1
  const place = t.place[block]!
  return place === 0 ? NONE : highest(t, t.order[place - 1]!)
}

/** The highest range that begins at `x` or below it, or NONE. */
export function lastBeginningTo(t: RangeBlocks, x: number): number {
  const { lows } = t
  let a = 0
  let z = t.used
  // lows[a - 1] <= x < lows[z]
  while (a < z) {
    const middle = (a + z) >> 1
    if (lows[middle]! <= x) a = middle + 1
    else z = middle
  }
  if (a === 0) return NONE
  const block = t.order[a - 1]!
  const pairs = t.pairs.data
  let low = lowest(t, block)
  let high = highest(t, block)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (pairs[2 * middle]! <= x) low = middle
    else high = middle - 1
  }
  return low
}

/** The range that contains `x`, or NONE. */
export function slotAt(t: RangeBlocks, x: number): number {
  const slot = lastBeginningTo(t, x)
  return slot !== NONE && hiOf(t, slot) >= x ? slot : NONE
}

/** The lowest range that ends at `x` or above it; ANCHOR if there is no other. */
export function firstEndingFrom(t: RangeBlocks, x: number): number {
  const slot = lastBeginningTo(t, x)
  if (slot === NONE) return t.used === 0 ? ANCHOR : lowest(t, t.order[0]!)
  return hiOf(t, slot) >= x ? slot : slotAfter(t, slot)
}

/** The lowest range that begins at `x` or above it; ANCHOR if there is no other. */
export function firstBeginningFrom(t: RangeBlocks, x: number): number {
  const slot = firstEndingFrom(t, x)
  return loOf(t, slot) < x ? slotAfter(t, slot) : slot
}

/** How many moves to the next lower range lead from one slot to another. */
export function movesDown(t: RangeBlocks, from: number, to: number): number {
  if (from === to) return 0
  let moves = from === ANCHOR ? 1 : 0
  let slot = from === ANCHOR ? slotBefore(t, ANCHOR) : from
  const target = to >> SHIFT
  for (let block = slot >> SHIFT; block !== target; block = slot >> SHIFT) {
    moves += slot - lowest(t, block) + 1
    slot = highest(t, t.order[t.place[block]! - 1]!)
  }
  return moves + slot - to
}

/** Moves `n` ranges from slot `from` on to slot `to` on, within one block or into another. */
function move(t: RangeBlocks, from: number, n: number, to: number): void {
  if (n === 0) return
  const pairs = t.pairs.data
  if (n > 16) pairs.copyWithin(2 * to, 2 * from, 2 * (from + n))
  else if (to < from) for (let i = 0; i < 2 * n; i++) pairs[2 * to + i] = pairs[2 * from + i]!
  else for (let i = 2 * n - 1; i >= 0; i--) pairs[2 * to + i] = pairs[2 * from + i]!
  const { marks } = t
  const first = marks[0]! - from
  if (first >= 0 && first < n) marks[0] = to + first
  const second = marks[1]! - from
  if (second >= 0 && second < n) marks[1] = to + second
  t.pairs.dirty[to >>> (SHIFT + CHUNK)] = 0xff
}

function longer<A extends Int32Array | Float64Array>(array: A, empty: A): A {
  empty.set(array)
  return empty
}

/** A block at `place` in the order, with nothing in it yet: the next range goes to its middle. */
function addBlock(t: RangeBlocks, place: number): number {
  let block = t.spare
  if (block !== NONE) t.spare = t.place[block]!
  else {
    const n = t.first.length
    if (t.fresh === n) {
      t.pairs = chunked(longer(t.pairs.data, new Float64Array(4 * n * BLOCK)))
      t.first = longer(t.first, new Int32Array(2 * n))
      t.end = longer(t.end, new Int32Array(2 * n))
      t.place = longer(t.place, new Int32Array(2 * n))
      t.order = longer(t.order, new Int32Array(2 * n))
      t.lows = longer(t.lows, new Float64Array(2 * n))
      t.his = longer(t.his, new Float64Array(2 * n))
      t.rooms = longer(t.rooms, new Float64Array(2 * n))
    }
    block = t.fresh++
  }
  for (const byPlace of [t.order, t.lows, t.his, t.rooms]) byPlace.copyWithin(place + 1, place, t.used)
  t.order[place] = block
  t.rooms[place] = 0
  t.used++
  for (let i = place; i < t.used; i++) t.place[t.order[i]!] = i
  t.first[block] = BLOCK / 2
  t.end[block] = BLOCK / 2
  return block
}

function dropBlock(t: RangeBlocks, block: number): void {
  const place = t.place[block]!
  for (const byPlace of [t.order, t.lows, t.his, t.rooms]) byPlace.copyWithin(place, place + 1, t.used)
  t.used--
  for (let i = place; i < t.used; i++) t.place[t.order[i]!] = i
  t.place[block] = t.spare
  t.spare = block
}

/** Moves the ranges of a block so that they begin at place `first`. */
function slide(t: RangeBlocks, block: number, first: number): void {
  const n = t.end[block]! - t.first[block]!
  move(t, lowest(t, block), n, (block << SHIFT) + first)
  t.first[block] = first
  t.end[block] = first + n
}

/** The upper half of a full block becomes a block of its own. */
function split(t: RangeBlocks, block: number): void {
  const half = BLOCK / 2
  const upper = addBlock(t, t.place[block]! + 1)
  t.first[upper] = half / 2
  t.end[upper] = half / 2 + half
  move(t, (block << SHIFT) + half, half, lowest(t, upper))
  t.end[block] = half
  slide(t, block, half / 2)
  const place = t.place[upper]!
  t.rooms[place] = t.rooms[place - 1]!
  t.lows[place] = loOf(t, lowest(t, upper))
  t.his[place] = t.his[place - 1]!
  t.his[place - 1] = hiOf(t, highest(t, block))
}

/** Puts [lo, hi] in, just below the range `next` (or ANCHOR). Returns its slot. */
export function insertBelow(t: RangeBlocks, next: number, lo: number, hi: number): number {
  t.count++
  let block: number
  let at: number
  if (next === ANCHOR) {
    block = t.used === 0 ? addBlock(t, 0) : t.order[t.used - 1]!
    at = t.end[block]!
    if (at === BLOCK && t.first[block] === 0) {
      block = addBlock(t, t.used)
      at = t.end[block]!
    }
  } else {
    block = next >> SHIFT
    at = next & (BLOCK - 1)
    if (at === 0) {
      // Its block has no room below: the range goes to the end of the block before, or between the two.
      const place = t.place[block]!
      const before = place > 0 ? t.order[place - 1]! : NONE
      if (before !== NONE && t.end[before]! < BLOCK) {
        block = before
        at = t.end[block]!
      } else if (t.end[block] === BLOCK) {
        block = addBlock(t, place)
        at = t.end[block]!
      }
    } else if (t.first[block] === 0 && t.end[block] === BLOCK) {
      const inUpper = at >= BLOCK / 2
      split(t, block)
      if (inUpper) block = t.order[t.place[block]! + 1]!
      at += inUpper ? BLOCK / 4 - BLOCK / 2 : BLOCK / 4
    }
  }
  return insertAt(t, block, at, lo, hi)
}

/** Puts a range into a block that has room, before the range at place `before`. Returns its slot. */
function insertAt(t: RangeBlocks, block: number, before: number, lo: number, hi: number): number {
  let at = before
  const down = 2 * at <= t.first[block]! + t.end[block]!
  if (down && t.first[block] === 0) {
    const by = (BLOCK - t.end[block]! + 1) >> 1
    slide(t, block, by)
    at += by
  } else if (!down && t.end[block] === BLOCK) {
    const by = (t.first[block]! + 1) >> 1
    slide(t, block, t.first[block]! - by)
    at -= by
  }
  const base = block << SHIFT
  const first = t.first[block]!
  const end = t.end[block]!
  if (down) {
    move(t, base + first, at - first, base + first - 1)
    t.first[block] = first - 1
    at--
  } else {
    move(t, base + at, end - at, base + at + 1)
    t.end[block] = end + 1
  }
  const slot = base + at
  const pairs = t.pairs.data
  pairs[2 * slot] = lo
  pairs[2 * slot + 1] = hi
  t.pairs.dirty[block >>> CHUNK] = 0xff
  const place = t.place[block]!
  if (at === t.first[block]) {
    t.lows[place] = lo
    if (first < end) widen(t, place, pairs[2 * slot + 2]! - hi - 1)
  }
  if (at + 1 === t.end[block]) {
    t.his[place] = hi
    if (first < end) widen(t, place, lo - pairs[2 * slot - 1]! - 1)
  }
  return slot
}

function widen(t: RangeBlocks, place: number, gap: number): void {
  if (gap > t.rooms[place]!) t.rooms[place] = gap
}

/** Takes a range out; a mark that stands on it must have been moved away. */
export function removeSlot(t: RangeBlocks, slot: number): void {
  t.count--
  const block = slot >> SHIFT
  const base = block << SHIFT
  const at = slot - base
  const first = t.first[block]!
  const last = t.end[block]! - 1
  if (first === last) {
    dropBlock(t, block)
    return
  }
  const pairs = t.pairs.data
  const place = t.place[block]!
  if (at === first) t.lows[place] = pairs[2 * slot + 2]!
  else if (at === last) t.his[place] = pairs[2 * slot - 1]!
  else widen(t, place, pairs[2 * slot + 2]! - pairs[2 * slot - 1]! - 1)
  if (at - first <= last - at) {
    move(t, base + first, at - first, base + first + 1)
    t.first[block] = first + 1
  } else {
    move(t, base + at + 1, last - at, base + at)
    t.end[block] = last
  }
  if (last - first <= FEW && place > 0) join(t, block)
}

/** Hangs the ranges of a block on the one below, if the two are small. */
function join(t: RangeBlocks, block: number): void {
  const place = t.place[block]!
  const below = t.order[place - 1]!
  const n = t.end[block]! - t.first[block]!
  const others = t.end[below]! - t.first[below]!
  if (n + others > JOINED) return
  if (t.end[below]! + n > BLOCK) slide(t, below, (BLOCK - n - others) >> 1)
  widen(t, place - 1, t.rooms[place]!)
  widen(t, place - 1, t.lows[place]! - t.his[place - 1]! - 1)
  t.his[place - 1] = t.his[place]!
  move(t, lowest(t, block), n, highest(t, below) + 1)
  t.end[below] = t.end[below]! + n
  dropBlock(t, block)
}

/** Lets a range begin lower, at `lo`, above the end of the range below it. */
export function lowerTo(t: RangeBlocks, slot: number, lo: number): void {
  const block = slot >> SHIFT
  t.pairs.data[2 * slot] = lo
  t.pairs.dirty[block >>> CHUNK] = 0xff
  if (slot === lowest(t, block)) t.lows[t.place[block]!] = lo
}
