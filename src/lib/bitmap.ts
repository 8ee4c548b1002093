// A bitmap in which the next clear or the next set bit is found in O(log size) word reads, however full or empty
// it is. Above the words stand two pyramids of "nothing to find here" bits, one per kind of search. State is
// plain data; nothing outside this file writes it.

import { lowestBit, popcount32 } from './bits.ts'
import { type Chunked, chunked, touch } from './chunked.ts'

/** Bit i of level 0 says that word i can be skipped; bit i of level k+1 that word i of level k is all skips. */
interface Pyramid {
  readonly words: Chunked<Int32Array>
  /** First word of each level, then the end of the last. */
  readonly starts: readonly number[]
}

export interface Bitmap {
  /** Number of bits. */
  readonly size: number
  /** Set bits. */
  ones: number
  /** [ceil(size/32)] bit i is bit i & 31 of word i >>> 5; bits beyond `size` are clear. */
  readonly words: Chunked<Int32Array>
  /** Words that are all ones. */
  readonly full: Pyramid
  /** Words that are zero. */
  readonly empty: Pyramid
}

const ALL = -1

/** `size` clear bits, 1 … 2^31 - 1. */
export function createBitmap(size: number): Bitmap {
  if (!(Number.isInteger(size) && size >= 1 && size < 0x80000000)) throw new RangeError(`bitmap of ${size} bits`)
  const count = Math.ceil(size / 32)
  return {
    size,
    ones: 0,
    words: chunked(new Int32Array(count)),
    full: createPyramid(count, false),
    empty: createPyramid(count, true),
  }
}

/** True when bit `i` (0 … size-1) is set. */
export function testBit(b: Bitmap, i: number): boolean {
  return ((b.words.data[i >>> 5]! >>> (i & 31)) & 1) === 1
}

/** Sets bits [from, to), which must lie inside the bitmap. */
export function setRange(b: Bitmap, from: number, to: number): void {
  for (let at = from; at < to; ) {
    const w = at >>> 5
    const end = Math.min(to, w * 32 + 32)
    storeWord(b, w, b.words.data[w]! | wordMask(at, end))
    at = end
  }
}

/** Clears bits [from, to), which must lie inside the bitmap. */
export function clearRange(b: Bitmap, from: number, to: number): void {
  for (let at = from; at < to; ) {
    const w = at >>> 5
    const end = Math.min(to, w * 32 + 32)
    storeWord(b, w, b.words.data[w]! & ~wordMask(at, end))
    at = end
  }
}

/** First clear bit in [from, to), or `to`; `from` itself when from >= to. */
export function findNextZero(b: Bitmap, from: number, to: number): number {
  if (from >= to) return from
  const w = from >>> 5
  const open = ~b.words.data[w]! & (ALL << (from & 31))
  if (open !== 0) return Math.min(to, w * 32 + lowestBit(open))
  const next = nextOpen(b.full, w + 1)
  return next < 0 ? to : Math.min(to, next * 32 + lowestBit(~b.words.data[next]!))
}

/** First set bit in [from, to), or `to`; `from` itself when from >= to. */
export function findNextSet(b: Bitmap, from: number, to: number): number {
  if (from >= to) return from
  const w = from >>> 5
  const set = b.words.data[w]! & (ALL << (from & 31))
  if (set !== 0) return Math.min(to, w * 32 + lowestBit(set))
  const next = nextOpen(b.empty, w + 1)
  return next < 0 ? to : Math.min(to, next * 32 + lowestBit(b.words.data[next]!))
}

/**
 * First i in [from, to - n] with bits [i, i+n) all clear, or -1; n is at least 1. Reads a word at a time, however
 * many short holes it holds, and jumps over full ones.
 */
export function findZeroRun(b: Bitmap, from: number, to: number, n: number): number {
  const words = b.words.data
  let run = from
  let w = from >>> 5
  if (run + n > to) return -1
  // Bits below `from` count as set.
  let word = words[w]! | ~(ALL << (from & 31))
  for (;;) {
    const base = w * 32
    if (word === ALL) {
      w = nextOpen(b.full, w + 1)
      if (w < 0) return -1
      run = w * 32
    } else {
      // The run that came in from the words below ends at the lowest set bit.
      if ((word === 0 ? base + 32 : base + lowestBit(word)) - run >= n) return run
      if (word !== 0) {
        const inside = n < 32 ? runsOf(~word, n) : 0
        if (inside !== 0) return base + lowestBit(inside) + n <= to ? base + lowestBit(inside) : -1
        run = base + 32 - Math.clz32(word)
      }
      w++
    }
    if (run + n > to) return -1
    word = words[w]!
  }
}

/** Bit i is set when bits i … i+n-1 of `x` are. */
function runsOf(x: number, n: number): number {
  let y = x
  for (let have = 1; have < n && y !== 0; ) {
    const more = Math.min(have, n - have)
    y &= y >>> more
    have += more
  }
  return y
}

/** True when no bit of [from, to) is set. */
export function isClear(b: Bitmap, from: number, to: number): boolean {
  return from >= to || findNextSet(b, from, to) === to
}

/** Set bits in [from, to). */
export function popcount(b: Bitmap, from = 0, to: number = b.size): number {
  if (from === 0 && to === b.size) return b.ones
  let ones = 0
  for (let at = from; at < to; ) {
    const end = Math.min(to, (at >>> 5) * 32 + 32)
    ones += popcount32(b.words.data[at >>> 5]! & wordMask(at, end))
    at = end
  }
  return ones
}

/** FNV-1a, 32 bit, over ceil(size/8) bytes, bit i being bit i & 7 of byte i >>> 3: a uint32. */
export function hashBits(b: Bitmap): number {
  let h = 2166136261
  const bytes = Math.ceil(b.size / 8)
  for (let i = 0; i < bytes; i++) {
    h = Math.imul(h ^ ((b.words.data[i >>> 2]! >>> ((i & 3) * 8)) & 0xff), 16777619)
  }
  return h >>> 0
}

/** Ones for bits [from, to) of the word that holds both ends; to > from. */
function wordMask(from: number, to: number): number {
  return (ALL << (from & 31)) & (ALL >>> ((32 - to) & 31))
}

function storeWord(b: Bitmap, w: number, value: number): void {
  const old = b.words.data[w]!
  if (old === value) return
  b.words.data[w] = value
  touch(b.words, w)
  b.ones += popcount32(value) - popcount32(old)
  if (value === ALL) skip(b.full, w)
  else if (old === ALL) unskip(b.full, w)
  if (value === 0) skip(b.empty, w)
  else if (old === 0) unskip(b.empty, w)
}

function createPyramid(count: number, skipAll: boolean): Pyramid {
  const starts = [0]
  for (let n = count; ; ) {
    n = Math.ceil(n / 32)
    starts.push(starts[starts.length - 1]! + n)
    if (n === 1) break
  }
  const words = new Int32Array(starts[starts.length - 1]!)
  if (skipAll) words.fill(ALL)
  // Padding after the last bit of a level counts as skipped, so that no search ends in it.
  else
    for (let level = 0, n = count; level < starts.length - 1; level++, n = Math.ceil(n / 32)) {
      if (n % 32 !== 0) words[starts[level + 1]! - 1] = ALL << (n % 32)
    }
  return { words: chunked(words), starts }
}

function skip(p: Pyramid, index: number): void {
  let i = index
  for (let level = 0; level < p.starts.length - 1; level++) {
    const w = p.starts[level]! + (i >>> 5)
    const value = p.words.data[w]! | (1 << (i & 31))
    p.words.data[w] = value
    touch(p.words, w)
    if (value !== ALL) return
    i >>>= 5
  }
}

function unskip(p: Pyramid, index: number): void {
  let i = index
  for (let level = 0; level < p.starts.length - 1; level++) {
    const w = p.starts[level]! + (i >>> 5)
    const old = p.words.data[w]!
    p.words.data[w] = old & ~(1 << (i & 31))
    touch(p.words, w)
    if (old !== ALL) return
    i >>>= 5
  }
}

/** First index >= from of level 0 that is not skipped, or -1. */
function nextOpen(p: Pyramid, from: number): number {
  const data = p.words.data
  const levels = p.starts.length - 1
  let level = 0
  let i = from
  for (; ; level++) {
    if (level === levels) return -1
    const w = p.starts[level]! + (i >>> 5)
    if (w < p.starts[level + 1]!) {
      const open = ~data[w]! & (ALL << (i & 31))
      if (open !== 0) {
        i = (i >>> 5) * 32 + lowestBit(open)
        break
      }
    }
    i = (i >>> 5) + 1
  }
  for (; level > 0; level--) i = i * 32 + lowestBit(~data[p.starts[level - 1]! + i]!)
  return i
}
