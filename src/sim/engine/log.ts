// What happened, in typed arrays: a ring of all operations (short) and a ring of what is worth a line (long). Knows
// kinds and numbers only; words are made where they are read.

import { type Chunked, chunked, touch } from '../../lib/chunked.ts'

export interface EventLog {
  /** Entries ever written; entry n lives at n mod capacity. */
  total: number
  readonly ns: Chunked<Float64Array>
  readonly kind: Chunked<Uint8Array>
  readonly cpu: Chunked<Uint8Array>
  readonly device: Chunked<Uint8Array>
  /** Three numbers whose meaning depends on the kind. */
  readonly a: Chunked<Float64Array>
  readonly b: Chunked<Float64Array>
}

/** `capacity` is a power of two. */
export function createLog(capacity: number): EventLog {
  return {
    total: 0,
    ns: chunked(new Float64Array(capacity)),
    kind: chunked(new Uint8Array(capacity)),
    cpu: chunked(new Uint8Array(capacity)),
    device: chunked(new Uint8Array(capacity)),
    a: chunked(new Float64Array(capacity)),
    b: chunked(new Float64Array(capacity)),
  }
}

export function logEvent(
  log: EventLog,
  ns: number,
  kind: number,
  cpu: number,
  device: number,
  a: number,
  b: number,
): void {
  const i = log.total++ & (log.ns.data.length - 1)
  log.ns.data[i] = ns
  log.kind.data[i] = kind
  log.cpu.data[i] = cpu
  log.device.data[i] = device
  log.a.data[i] = a
  log.b.data[i] = b
  touch(log.ns, i)
  touch(log.kind, i)
  touch(log.cpu, i)
  touch(log.device, i)
  touch(log.a, i)
  touch(log.b, i)
}

/** First entry that the ring still holds. */
export function firstKept(log: EventLog): number {
  return Math.max(0, log.total - log.ns.data.length)
}
