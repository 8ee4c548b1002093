// Checkpoints of plain data. A chunked array is copied chunk by chunk and only where it was written since the last
// checkpoint; unchanged chunks are shared between checkpoints. Everything else is small and copied whole. What hangs in
// two places of the state is one thing in the checkpoint, and one thing again when it is restored.

import { CHUNK_LENGTH, type Chunked, chunked, isChunked, type Numbers } from './chunked.ts'

/** The mark that belongs to checkpoints among the dirty bits of a chunk. */
const CHECKPOINT_BIT = 1

interface ChunkedCopy {
  readonly chunkedCopy: true
  /** Its checkpoint was dropped: the chunks may hold something else by now. */
  dropped: boolean
  readonly length: number
  readonly chunks: readonly Numbers[]
}

export interface Snapshot {
  readonly root: unknown
  /** Bytes that this checkpoint copied; shared chunks are not counted again. */
  readonly copiedBytes: number
  /** Bytes that it holds, shared or not. */
  readonly wholeBytes: number
}

/** Which copy each live chunked array last agreed with, per owner of the state. */
export interface Snapshots {
  readonly agreed: WeakMap<Chunked, ChunkedCopy>
  /** How many checkpoints share a chunk. */
  readonly shares: Map<Numbers, number>
  /** Chunks that no checkpoint holds any more, by type and length, for the next copy: a run makes no garbage. */
  readonly spare: Map<string, Numbers[]>
  spareBytes: number
  /** A chunk of zeros by type and length: what was never written stands for it in every checkpoint. */
  readonly zeros: Map<string, Numbers>
  readonly isZeros: Set<Numbers>
}

/** More spare chunks than this are left to the collector. */
const MOST_SPARE_BYTES = 32 * 1024 * 1024

export function createSnapshots(): Snapshots {
  return {
    agreed: new WeakMap(),
    shares: new Map(),
    spare: new Map(),
    spareBytes: 0,
    zeros: new Map(),
    isZeros: new Set(),
  }
}

/** Copies `state`; O(what changed since the last call or restore). */
export function takeSnapshot(owner: Snapshots, state: object): Snapshot {
  const taking: Taking = { owner, copied: 0, whole: 0, copies: new Map() }
  const root = copy(taking, state)
  return { root, copiedBytes: taking.copied, wholeBytes: taking.whole }
}

/** Makes `state` equal to the snapshot again, in place where shapes agree. Returns nothing: `state` keeps its identity. */
export function restoreSnapshot(owner: Snapshots, state: object, snapshot: Snapshot): void {
  const restoring: Restoring = { owner, lives: new Map(), filled: new Set() }
  restoreRecord(restoring, state as Record<string, unknown>, snapshot.root as Record<string, unknown>)
}

/** Gives up a snapshot: the chunks that only it held are used again. It must not be restored afterwards. */
export function dropSnapshot(owner: Snapshots, snapshot: Snapshot): void {
  const visited = new Set<object>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || ArrayBuffer.isView(node) || visited.has(node)) return
    visited.add(node)
    if (!isCopy(node)) {
      for (const child of Object.values(node)) visit(child)
      return
    }
    node.dropped = true
    for (const chunk of node.chunks) dropChunk(owner, chunk)
  }
  visit(snapshot.root)
}

/** One checkpoint less holds a chunk. */
function dropChunk(owner: Snapshots, chunk: Numbers): void {
  // Zeros are kept for ever, and are nobody's.
  const holders = owner.shares.get(chunk)
  if (holders === undefined) return
  if (holders > 1) {
    owner.shares.set(chunk, holders - 1)
    return
  }
  owner.shares.delete(chunk)
  if (owner.spareBytes + chunk.byteLength > MOST_SPARE_BYTES) return
  owner.spareBytes += chunk.byteLength
  const key = spareKey(chunk)
  const list = owner.spare.get(key)
  if (list) list.push(chunk)
  else owner.spare.set(key, [chunk])
}

/** A chunk that no checkpoint holds, its contents undefined. */
function takeSpare(owner: Snapshots, like: Numbers): Numbers | undefined {
  const chunk = owner.spare.get(spareKey(like))?.pop()
  if (chunk) owner.spareBytes -= chunk.byteLength
  return chunk
}

/** The chunk of zeros like this one, if it is one. */
function zerosLike(owner: Snapshots, part: Numbers): Numbers | null {
  // A number below 0 that rounds to 0 is none of them.
  for (let i = 0; i < part.length; i++) if (!Object.is(part[i], 0)) return null
  const key = spareKey(part)
  let known = owner.zeros.get(key)
  if (!known) {
    known = part.slice()
    owner.zeros.set(key, known)
    owner.isZeros.add(known)
  }
  return known
}

function spareKey(chunk: Numbers): string {
  return `${chunk.constructor.name}${chunk.length}`
}

interface Taking {
  readonly owner: Snapshots
  copied: number
  whole: number
  /** What was copied already, by what it is the copy of. */
  readonly copies: Map<object, object>
}

interface Restoring {
  readonly owner: Snapshots
  /** What was restored already, by its copy. */
  readonly lives: Map<object, object>
  /** Live objects that hold what they should: nothing else may be restored into them. */
  readonly filled: Set<object>
}

function isCopy(node: object): node is ChunkedCopy {
  return (node as Partial<ChunkedCopy>).chunkedCopy === true
}

function copy(taking: Taking, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = taking.copies.get(value)
  if (known) return known
  const made = copyOf(taking, value)
  taking.copies.set(value, made)
  return made
}

function copyOf(taking: Taking, value: object): object {
  if (ArrayBuffer.isView(value)) {
    taking.copied += value.byteLength
    taking.whole += value.byteLength
    return (value as Numbers).slice()
  }
  if (Array.isArray(value)) return value.map((item) => copy(taking, item))
  if (isChunked(value)) return copyChunked(taking, value)
  const out: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) out[key] = copy(taking, item)
  return out
}

function copyChunked(taking: Taking, live: Chunked): ChunkedCopy {
  const { owner } = taking
  const agreed = owner.agreed.get(live)
  const before = agreed?.dropped ? undefined : agreed
  const chunks = before ? before.chunks.slice() : []
  const { data, dirty } = live
  taking.whole += data.byteLength
  for (let k = 0; k < dirty.length; k++) {
    if (before && (dirty[k]! & CHECKPOINT_BIT) === 0) continue
    const part = data.subarray(k * CHUNK_LENGTH, (k + 1) * CHUNK_LENGTH)
    dirty[k] = dirty[k]! & ~CHECKPOINT_BIT
    // Much of a large array is still as it was made.
    const zeros = before ? null : zerosLike(owner, part)
    if (zeros) {
      chunks[k] = zeros
      continue
    }
    const chunk = takeSpare(owner, part) ?? part.slice()
    chunk.set(part)
    chunks[k] = chunk
    taking.copied += chunk.byteLength
  }
  for (const chunk of chunks) {
    if (!owner.isZeros.has(chunk)) owner.shares.set(chunk, (owner.shares.get(chunk) ?? 0) + 1)
  }
  const result: ChunkedCopy = { chunkedCopy: true, dropped: false, length: data.length, chunks }
  owner.agreed.set(live, result)
  return result
}

function restoreRecord(
  restoring: Restoring,
  live: Record<string, unknown>,
  saved: Record<string, unknown>,
): Record<string, unknown> {
  for (const key of Object.keys(live)) if (!(key in saved)) delete live[key]
  for (const [key, value] of Object.entries(saved)) live[key] = restored(restoring, live[key], value)
  return live
}

function restored(restoring: Restoring, live: unknown, saved: unknown): unknown {
  if (typeof saved !== 'object' || saved === null) return saved
  const { lives, filled } = restoring
  const known = lives.get(saved)
  if (known) return known
  const free = typeof live === 'object' && live !== null && !filled.has(live) ? live : null
  const target = restoredInto(restoring, free, saved)
  lives.set(saved, target)
  filled.add(target)
  return target
}

/** The same again, in `live` if that has its shape. */
function restoredInto(restoring: Restoring, live: object | null, saved: object): object {
  if (ArrayBuffer.isView(saved)) {
    const from = saved as Numbers
    if (!ArrayBuffer.isView(live) || live.constructor !== from.constructor || live.byteLength !== from.byteLength)
      return from.slice()
    ;(live as Numbers).set(from)
    return live
  }
  if (Array.isArray(saved)) {
    const old = Array.isArray(live) ? live : []
    return saved.map((item, i) => restored(restoring, old[i], item))
  }
  if (isCopy(saved)) return restoreChunked(restoring.owner, live, saved)
  const target = live && !Array.isArray(live) && !ArrayBuffer.isView(live) ? live : {}
  return restoreRecord(restoring, target as Record<string, unknown>, saved as Record<string, unknown>)
}

function restoreChunked(owner: Snapshots, live: object | null, saved: ChunkedCopy): Chunked {
  const first = saved.chunks[0]
  let target: Chunked | null = null
  if (live && isChunked(live)) {
    const fits = live.data.length === saved.length && (!first || live.data.constructor === first.constructor)
    if (fits) target = live
  }
  if (!target) {
    const Type = (first?.constructor ?? Uint8Array) as new (length: number) => Numbers
    target = chunked(new Type(saved.length))
  }
  const last = owner.agreed.get(target)
  const agreed = last?.dropped ? undefined : last
  const { data, dirty } = target
  for (let k = 0; k < dirty.length; k++) {
    const chunk = saved.chunks[k]!
    const same = agreed?.chunks[k] === chunk && (dirty[k]! & CHECKPOINT_BIT) === 0
    if (!same) {
      data.set(chunk, k * CHUNK_LENGTH)
      dirty[k] = 0xff
    }
    dirty[k] = dirty[k]! & ~CHECKPOINT_BIT
  }
  owner.agreed.set(target, saved)
  return target
}
