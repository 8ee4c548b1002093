// Typed arrays that remember which chunks were written, so that a checkpoint copies only what changed.
// The data stays contiguous (reads cost nothing extra); a write must be followed by `touch`.

export type Numbers = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array

/** One mark per chunk of 2^SHIFT elements. A writer sets all bits; each reader clears its own. */
export const CHUNK_SHIFT = 10
export const CHUNK_LENGTH = 1 << CHUNK_SHIFT
const ALL_READERS = 0xff

export interface Chunked<A extends Numbers = Numbers> {
  readonly chunked: true
  readonly data: A
  /** [ceil(length / CHUNK_LENGTH)] */
  readonly dirty: Uint8Array
}

export function chunked<A extends Numbers>(data: A): Chunked<A> {
  const chunks = Math.ceil(data.length / CHUNK_LENGTH)
  return { chunked: true, data, dirty: new Uint8Array(chunks).fill(ALL_READERS) }
}

/** Marks the chunk that holds element `i` (0 … length-1) as written. */
export function touch(c: Chunked, i: number): void {
  c.dirty[i >>> CHUNK_SHIFT] = ALL_READERS
}

/** Marks every chunk that overlaps elements [from, to) as written. */
export function touchRange(c: Chunked, from: number, to: number): void {
  if (to <= from) return
  const last = (to - 1) >>> CHUNK_SHIFT
  for (let k = from >>> CHUNK_SHIFT; k <= last; k++) c.dirty[k] = ALL_READERS
}

export function isChunked(value: object): value is Chunked {
  return (value as Partial<Chunked>).chunked === true
}
