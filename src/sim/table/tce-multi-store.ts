// Words that are 0 unless written, under keys as large as a window: the contents of multi-level TCE tables.
//
// What it does: a level table of the kernel has up to 2^21 entries, of which a scenario may use one. Here the entries
//   that are not 0 stand in blocks of four neighbours, found by a hash of the block's number (linear hashing: each block
//   that is added splits at most one bucket, so nothing ever stops to rebuild).
// Not modelled: anything of the kernel; this is how the simulation keeps what the kernel keeps in whole tables.
// Invariant: a block that is in a bucket has a word that is not 0; a key's place does not move while its block is there.
//   Memory follows the words that are set, not the span of the keys.
// Cost: 52 bytes for each block, so 13 bytes for a word among neighbours and 52 for one alone; a find reads one bucket
//   with one or two blocks on average.

import { type Chunked, chunked, touch, touchRange } from '../../lib/chunked.ts'

/** Neighbouring words of a block. */
const BLOCK = 4
const PER_BLOCK = 0.25
/** Numbers of a block: its number, the next block of its bucket (or of the free list) + 1, its words. */
const KEY = 0
const NEXT = 1
const WORDS = 2
const STRIDE = 6
/** log2 of the blocks in a segment; a segment is a whole number of chunks. */
const SEGMENT_SHIFT = 12
const SEGMENT_BLOCKS = 4096
const FIRST_BLOCKS = 16
const FIRST_BUCKETS = 16
const TWO_30 = 1073741824
const PER_TWO_30 = 1 / TWO_30

export interface WordStore {
  /** Blocks, SEGMENT_BLOCKS each; the first segment begins smaller. */
  readonly segments: Chunked<Float64Array>[]
  /** [a power of two >= buckets] first block of each bucket + 1; 0 = none. */
  heads: Chunked<Int32Array>
  /** Buckets in use, and the largest power of two that is at most that. */
  buckets: number
  half: number
  /** First free block + 1, blocks ever taken from the end, and blocks in use. */
  free: number
  end: number
  live: number
}

/** No words. */
export function createStore(): WordStore {
  return {
    segments: [chunked(new Float64Array(FIRST_BLOCKS * STRIDE))],
    heads: chunked(new Int32Array(FIRST_BUCKETS)),
    buckets: FIRST_BUCKETS,
    half: FIRST_BUCKETS,
    free: 0,
    end: 0,
    live: 0,
  }
}

/** The word under `key` (0 … 2^50); 0 if none was written. */
export function readWord(m: WordStore, key: number): number {
  const place = findWord(m, key)
  return place < 0 ? 0 : wordAt(m, place)
}

/** Place of the word under `key`, or -1: its block is not there, so the word is 0. */
export function findWord(m: WordStore, key: number): number {
  const number = Math.floor(key * PER_BLOCK)
  const { segments } = m
  let block = m.heads.data[bucketOf(m, number)]! - 1
  while (block >= 0) {
    const { data } = segments[block >>> SEGMENT_SHIFT]!
    const at = (block & (SEGMENT_BLOCKS - 1)) * STRIDE
    if (data[at + KEY] === number) return (block << 2) | (key - number * BLOCK)
    block = (data[at + NEXT]! | 0) - 1
  }
  return -1
}

/** The word at a place. */
export function wordAt(m: WordStore, place: number): number {
  const block = place >>> 2
  const at = (block & (SEGMENT_BLOCKS - 1)) * STRIDE + WORDS + (place & 3)
  return m.segments[block >>> SEGMENT_SHIFT]!.data[at]!
}

/** How many words under the keys [from, to) are not 0. Reads every block once, whatever the range. */
export function countWords(m: WordStore, from: number, to: number): number {
  let count = 0
  let left = m.end
  for (const { data } of m.segments) {
    const end = Math.min(left, SEGMENT_BLOCKS) * STRIDE
    left -= SEGMENT_BLOCKS
    for (let at = 0; at < end; at += STRIDE) {
      const key = data[at + KEY]! * BLOCK
      if (key + BLOCK <= from || key >= to) continue
      // A block that was given back has no words.
      for (let slot = Math.max(0, from - key); slot < BLOCK && key + slot < to; slot++)
        if (data[at + WORDS + slot] !== 0) count++
    }
  }
  return count
}

/** Adds to the word at a place; it must not become 0. */
export function addToWord(m: WordStore, place: number, change: number): void {
  const block = place >>> 2
  const segment = m.segments[block >>> SEGMENT_SHIFT]!
  const at = (block & (SEGMENT_BLOCKS - 1)) * STRIDE + WORDS + (place & 3)
  segment.data[at] = segment.data[at]! + change
  touch(segment, at)
}

/** Writes the word under `key`. Returns what it was. The last word of a block that becomes 0 gives the block back. */
export function swapWord(m: WordStore, key: number, value: number): number {
  const number = Math.floor(key * PER_BLOCK)
  const slot = (key - number * BLOCK) | 0
  const bucket = bucketOf(m, number)
  const { segments } = m
  let before = -1
  let block = m.heads.data[bucket]! - 1
  while (block >= 0) {
    const segment = segments[block >>> SEGMENT_SHIFT]!
    const { data } = segment
    const at = (block & (SEGMENT_BLOCKS - 1)) * STRIDE
    if (data[at + KEY] !== number) {
      before = block
      block = (data[at + NEXT]! | 0) - 1
      continue
    }
    const words = at + WORDS
    const old = data[words + slot]!
    data[words + slot] = value
    touch(segment, words + slot)
    if (value === 0 && data[words] === 0 && data[words + 1] === 0 && data[words + 2] === 0 && data[words + 3] === 0) {
      dropBlock(m, block, before, bucket)
    }
    return old
  }
  if (value !== 0) addBlock(m, number, slot, value)
  return 0
}

/** Bytes that the store itself takes up in the simulation. */
export function storeBytes(m: WordStore): number {
  return m.segments.reduce((sum, segment) => sum + segment.data.byteLength, m.heads.data.byteLength)
}

/** Scatters block numbers over 31 bits. */
function scatter(number: number): number {
  const high = Math.floor(number * PER_TWO_30)
  let h = Math.imul((number - high * TWO_30) ^ Math.imul(high, 0x2c1b3c6d), 0x45d9f3b)
  h = Math.imul(h ^ (h >>> 15), 0x297a2d39)
  return (h ^ (h >>> 14)) >>> 1
}

function bucketOf(m: WordStore, number: number): number {
  const bucket = scatter(number) & (2 * m.half - 1)
  return bucket < m.buckets ? bucket : bucket - m.half
}

function nextOf(m: WordStore, block: number): number {
  return (m.segments[block >>> SEGMENT_SHIFT]!.data[(block & (SEGMENT_BLOCKS - 1)) * STRIDE + NEXT]! | 0) - 1
}

function setNext(m: WordStore, block: number, value: number): void {
  const segment = m.segments[block >>> SEGMENT_SHIFT]!
  const at = (block & (SEGMENT_BLOCKS - 1)) * STRIDE + NEXT
  segment.data[at] = value
  touch(segment, at)
}

function setHead(m: WordStore, bucket: number, block: number): void {
  m.heads.data[bucket] = block + 1
  touch(m.heads, bucket)
}

function addBlock(m: WordStore, number: number, slot: number, value: number): void {
  if (m.live >= m.buckets) splitBucket(m)
  const block = takeBlock(m)
  const bucket = bucketOf(m, number)
  const segment = m.segments[block >>> SEGMENT_SHIFT]!
  const at = (block & (SEGMENT_BLOCKS - 1)) * STRIDE
  segment.data[at + KEY] = number
  segment.data[at + NEXT] = m.heads.data[bucket]!
  segment.data[at + WORDS + slot] = value
  touchRange(segment, at, at + STRIDE)
  setHead(m, bucket, block)
  m.live++
}

/** Takes a block out of its bucket, where it stands behind `before` (-1: first), and keeps it for later. */
function dropBlock(m: WordStore, block: number, before: number, bucket: number): void {
  const next = nextOf(m, block)
  if (before < 0) setHead(m, bucket, next)
  else setNext(m, before, next + 1)
  setNext(m, block, m.free)
  m.free = block + 1
  m.live--
}

/** One bucket more: the blocks of an old one are shared out between the two. */
function splitBucket(m: WordStore): void {
  const from = m.buckets - m.half
  if (m.buckets === m.heads.data.length) {
    const heads = new Int32Array(2 * m.buckets)
    heads.set(m.heads.data)
    m.heads = chunked(heads)
  }
  m.buckets++
  let block = m.heads.data[from]! - 1
  setHead(m, from, -1)
  while (block >= 0) {
    const next = nextOf(m, block)
    const { data } = m.segments[block >>> SEGMENT_SHIFT]!
    const bucket = bucketOf(m, data[(block & (SEGMENT_BLOCKS - 1)) * STRIDE + KEY]!)
    setNext(m, block, m.heads.data[bucket]!)
    setHead(m, bucket, block)
    block = next
  }
  if (m.buckets === 2 * m.half) m.half *= 2
}

/** A block without words. */
function takeBlock(m: WordStore): number {
  if (m.free !== 0) {
    const block = m.free - 1
    m.free = nextOf(m, block) + 1
    return block
  }
  const block = m.end++
  if (block >>> SEGMENT_SHIFT === m.segments.length) {
    m.segments.push(chunked(new Float64Array(SEGMENT_BLOCKS * STRIDE)))
  } else if (block * STRIDE === m.segments[0]!.data.length && m.segments.length === 1) {
    const words = new Float64Array(2 * block * STRIDE)
    words.set(m.segments[0]!.data)
    m.segments[0] = chunked(words)
  }
  return block
}
