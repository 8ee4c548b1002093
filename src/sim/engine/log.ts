// What happened, in typed arrays: a ring of all operations (short) and a ring of what is worth a line (long). Knows
// kinds and numbers only; words are made where they are read.

import { type Chunked, chunked, touch } from '../../lib/chunked.ts'

/** Numbers per entry: ns, kind | cpu << 8 | device << 16, and two whose meaning depends on the kind. */
const STRIDE = 4

export interface EventLog {
  /** Entries ever written; entry n lives at n mod capacity. */
  total: number
  /** A power of two. */
  readonly capacity: number
  /** [capacity*STRIDE] */
  readonly entries: Chunked<Float64Array>
}

/** One entry, taken apart. */
export interface LogEntry {
  readonly ns: number
  readonly kind: number
  readonly cpu: number
  readonly device: number
  readonly a: number
  readonly b: number
}

/** `capacity` is a power of two. */
export function createLog(capacity: number): EventLog {
  return { total: 0, capacity, entries: chunked(new Float64Array(capacity * STRIDE)) }
}

/** Adds an entry; kind, cpu and device are 0…255. The oldest entry goes when the ring is full. */
export function logEvent(
  log: EventLog,
  ns: number,
  kind: number,
  cpu: number,
  device: number,
  a: number,
  b: number,
): void {
  const i = (log.total++ & (log.capacity - 1)) * STRIDE
  const { data } = log.entries
  data[i] = ns
  data[i + 1] = kind | (cpu << 8) | (device << 16)
  data[i + 2] = a
  data[i + 3] = b
  touch(log.entries, i)
}

/** First entry that the ring still holds. */
export function firstKept(log: EventLog): number {
  return Math.max(0, log.total - log.capacity)
}

/** Entry number `n`, counted from the start; it must still be kept. */
export function entryAt(log: EventLog, n: number): LogEntry {
  const i = (n & (log.capacity - 1)) * STRIDE
  const { data } = log.entries
  const who = data[i + 1]!
  return { ns: data[i]!, kind: who & 0xff, cpu: (who >> 8) & 0xff, device: who >> 16, a: data[i + 2]!, b: data[i + 3]! }
}
