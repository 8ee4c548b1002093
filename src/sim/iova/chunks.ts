// Chunks of a window that CPUs own: which they are, what is free in them, and where the next run in one is found.
//
// Invariant: FREE of a chunk is the number of its entries whose bit is clear; a chunk with a free entry is in the list of
// its owner, a full one is not; `empties` counts those of which nothing is handed out.
// Cost: a search reads the words of the bitmap from the chunk's hint on, then from its start.

import {
  type Bitmap,
  clearRange,
  createBitmap,
  findNextSet,
  findNextZero,
  findZeroRun,
  setRange,
} from '../../lib/bitmap.ts'
import { alignUpPow2, modPow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import { PRICES } from '../engine/cost.ts'
import { type CostMeter, charge } from '../engine/meter.ts'
import type { Island } from './allocator.ts'

export const NO_CHUNK = -1
const NONE = -1

/** Numbers per place in `records`. */
const STRIDE = 8
/** 1 + the CPU that owns it; 0 = no chunk here. */
const OWNER = 0
/** First entry. */
const START = 1
const FREE = 2
/** Where the next search begins, from the start of the chunk. */
const HINT = 3
/** Neighbours in the list of the owner: places, or NONE; LISTED = 1 while it is in there. */
const PREV = 4
const NEXT = 5
const LISTED = 6

interface Stretch extends Island {
  /** Place of the chunk in which the island begins, and the pages of it that lie before. */
  readonly place: number
  readonly lead: number
}

export interface Chunks {
  /** Entries of a chunk, a power of two. */
  readonly pages: number
  readonly stretches: readonly Stretch[]
  /** [places*STRIDE] a place for each multiple of the chunk size that the window touches. */
  readonly records: Chunked<Int32Array>
  /** [size] handed out; counts inside chunks only. */
  readonly bits: Bitmap
  /** [cpus] first and last chunk with room, or NONE. */
  readonly head: Int32Array
  readonly tail: Int32Array
  /** [cpus] chunks of which nothing is handed out. */
  readonly empties: Int32Array
}

/** No chunks yet, of `pages` entries each, for `cpus` CPUs. */
export function createChunks(islands: readonly Island[], size: number, pages: number, cpus: number): Chunks {
  let place = 0
  const stretches = islands.map((island): Stretch => {
    const lead = modPow2(island.abs, pages)
    const first = place
    place += Math.ceil((lead + island.pages) / pages)
    return { entry: island.entry, abs: island.abs, pages: island.pages, place: first, lead }
  })
  return {
    pages,
    stretches,
    records: chunked(new Int32Array(place * STRIDE)),
    bits: createBitmap(size),
    head: new Int32Array(cpus).fill(NONE),
    tail: new Int32Array(cpus).fill(NONE),
    empties: new Int32Array(cpus),
  }
}

/** Place of the chunk that covers an entry, whether there is one or not. */
function placeAt(c: Chunks, e: number): number {
  let i = c.stretches.length - 1
  while (e < c.stretches[i]!.entry) i--
  const { entry, place, lead } = c.stretches[i]!
  return place + Math.floor((e - entry + lead) / c.pages)
}

/** The CPU that owns the chunk at an entry, or -1. */
export function ownerAt(c: Chunks, e: number): number {
  return c.records.data[placeAt(c, e) * STRIDE + OWNER]! - 1
}

/** First entry of the chunk at an entry, or NO_CHUNK. */
export function chunkAt(c: Chunks, e: number): number {
  const at = placeAt(c, e) * STRIDE
  return c.records.data[at + OWNER] === 0 ? NO_CHUNK : c.records.data[at + START]!
}

function linkFirst(c: Chunks, place: number): void {
  const { data } = c.records
  const at = place * STRIDE
  const owner = data[at + OWNER]! - 1
  const old = c.head[owner]!
  data[at + PREV] = NONE
  data[at + NEXT] = old
  data[at + LISTED] = 1
  if (old === NONE) c.tail[owner] = place
  else {
    data[old * STRIDE + PREV] = place
    touch(c.records, old * STRIDE)
  }
  c.head[owner] = place
  touch(c.records, at)
}

function linkLast(c: Chunks, place: number): void {
  const { data } = c.records
  const at = place * STRIDE
  const owner = data[at + OWNER]! - 1
  const old = c.tail[owner]!
  data[at + PREV] = old
  data[at + NEXT] = NONE
  data[at + LISTED] = 1
  if (old === NONE) c.head[owner] = place
  else {
    data[old * STRIDE + NEXT] = place
    touch(c.records, old * STRIDE)
  }
  c.tail[owner] = place
  touch(c.records, at)
}

function unlink(c: Chunks, place: number): void {
  const { data } = c.records
  const at = place * STRIDE
  const owner = data[at + OWNER]! - 1
  const prev = data[at + PREV]!
  const next = data[at + NEXT]!
  if (prev === NONE) c.head[owner] = next
  else {
    data[prev * STRIDE + NEXT] = next
    touch(c.records, prev * STRIDE)
  }
  if (next === NONE) c.tail[owner] = prev
  else {
    data[next * STRIDE + PREV] = prev
    touch(c.records, next * STRIDE)
  }
  data[at + LISTED] = 0
  touch(c.records, at)
}

/** A CPU gets the chunk that begins at entry `start`; it is the first that is searched. */
export function addChunk(c: Chunks, start: number, owner: number): void {
  const place = placeAt(c, start)
  const { data } = c.records
  const at = place * STRIDE
  data[at + OWNER] = owner + 1
  data[at + START] = start
  data[at + FREE] = c.pages
  data[at + HINT] = 0
  c.empties[owner] = c.empties[owner]! + 1
  linkFirst(c, place)
}

/** An owner loses the empty chunk at an entry. */
export function dropChunk(c: Chunks, e: number): void {
  const place = placeAt(c, e)
  const owner = c.records.data[place * STRIDE + OWNER]! - 1
  unlink(c, place)
  c.records.data[place * STRIDE + OWNER] = 0
  c.empties[owner] = c.empties[owner]! - 1
}

/** First entry of an empty chunk of a CPU, or NO_CHUNK. */
export function emptyChunkOf(c: Chunks, owner: number): number {
  const { data } = c.records
  for (let p = c.head[owner]!; p !== NONE; p = data[p * STRIDE + NEXT]!) {
    if (data[p * STRIDE + FREE] === c.pages) return data[p * STRIDE + START]!
  }
  return NO_CHUNK
}

/** First of `n` clear bits in [from, to), a multiple of `align` (a power of two) from `base` on, or -1. */
function findRun(bits: Bitmap, base: number, from: number, to: number, n: number, align: number): number {
  if (align === 1) {
    const found = findNextZero(bits, from, to)
    return found < to ? found : -1
  }
  for (let at = from; ; ) {
    const clear = at < to ? findZeroRun(bits, at, to, n) : -1
    if (clear < 0) return -1
    const found = base + alignUpPow2(clear - base, align)
    if (found === clear) return found
    if (found + n > to) return -1
    const taken = findNextSet(bits, found, found + n)
    if (taken === found + n) return found
    at = taken + 1
  }
}

/**
 * Takes `n` entries, aligned to the next power of two from n on, from a chunk of `owner` that lies wholly below entry
 * `limit`. First entry, or -1. Charges a word for each chunk that is passed over, and what is read of those searched.
 */
export function takeFromChunks(c: Chunks, owner: number, n: number, limit: number, meter: CostMeter): number {
  const { data } = c.records
  const align = n === 1 ? 1 : 1 << (32 - Math.clz32(n - 1))
  for (let p = c.head[owner]!; p !== NONE; p = data[p * STRIDE + NEXT]!) {
    const at = p * STRIDE
    const start = data[at + START]!
    if (data[at + FREE]! < n || start + c.pages > limit) {
      readWords(meter, 1)
      continue
    }
    const end = start + c.pages
    const hint = start + data[at + HINT]!
    let found = findRun(c.bits, start, hint, end, n, align)
    let words = wordsOf(found < 0 ? end - hint : found + n - hint)
    if (found < 0 && hint > start) {
      found = findRun(c.bits, start, start, Math.min(end, hint + n - 1), n, align)
      words += wordsOf(found < 0 ? hint - start : found + n - start)
    }
    readWords(meter, words)
    if (found < 0) continue
    take(c, p, found, n)
    return found
  }
  return -1
}

const wordsOf = (entries: number): number => Math.ceil(entries / 64)

function readWords(meter: CostMeter, words: number): void {
  meter.bitmapWords += words
  charge(meter, PRICES.word, words)
}

function take(c: Chunks, place: number, found: number, n: number): void {
  const { data } = c.records
  const at = place * STRIDE
  const owner = data[at + OWNER]! - 1
  setRange(c.bits, found, found + n)
  if (data[at + FREE] === c.pages) c.empties[owner] = c.empties[owner]! - 1
  data[at + FREE] = data[at + FREE]! - n
  data[at + HINT] = found + n - data[at + START]!
  touch(c.records, at)
  if (data[at + FREE] === 0) unlink(c, place)
  else if (c.head[owner] !== place) {
    unlink(c, place)
    linkFirst(c, place)
  }
}

/** Puts [e, e+n) back into its chunk. True when nothing of the chunk is handed out any more. */
export function putIntoChunk(c: Chunks, e: number, n: number): boolean {
  const place = placeAt(c, e)
  const { data } = c.records
  const at = place * STRIDE
  const owner = data[at + OWNER]! - 1
  clearRange(c.bits, e, e + n)
  data[at + FREE] = data[at + FREE]! + n
  touch(c.records, at)
  if (data[at + LISTED] === 0) linkLast(c, place)
  if (data[at + FREE] !== c.pages) return false
  c.empties[owner] = c.empties[owner]! + 1
  return true
}

/** Visits every chunk, ascending, with its owner. */
export function visitChunks(c: Chunks, visit: (start: number, owner: number) => void): void {
  const { data } = c.records
  for (let at = 0; at < data.length; at += STRIDE) {
    if (data[at + OWNER] !== 0) visit(data[at + START]!, data[at + OWNER]! - 1)
  }
}

/** Visits the runs inside entries [start, end) of one chunk, ascending: handed out or not. */
export function visitChunk(
  c: Chunks,
  start: number,
  end: number,
  visit: (start: number, end: number, used: boolean) => void,
): void {
  for (let at = start; at < end; ) {
    const free = findNextZero(c.bits, at, end)
    if (free > at) visit(at, free, true)
    at = findNextSet(c.bits, free, end)
    if (at > free) visit(free, at, false)
  }
}
