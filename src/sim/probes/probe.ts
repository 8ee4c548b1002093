// The contract of a probe: it reads the state and fills arrays; it changes nothing. Cost follows what is shown.

import { tableOf } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'

/** A region of the allocator: a pool, a half. Table-relative entries, `end` exclusive. */
export interface RegionInfo {
  readonly name: string
  readonly start: number
  readonly end: number
  /** Where the next search begins. */
  readonly hint: number
}

/** Where a probe gets its arrays: fresh ones, or buffers that the page gave back. Contents are undefined. */
export interface Arrays {
  u8(length: number): Uint8Array<ArrayBuffer>
  u16(length: number): Uint16Array<ArrayBuffer>
  u32(length: number): Uint32Array<ArrayBuffer>
  f32(length: number): Float32Array<ArrayBuffer>
  f64(length: number): Float64Array<ArrayBuffer>
}

/** What most probes are asked for: the table that a device uses. */
export interface OfTable {
  /** Index of the device. */
  readonly table: number
}

/** What a probe of the whole machine is asked for. */
export type Whole = Record<string, never>

/**
 * One measurement. `Request`: what the page says of it; `Answer`: what a view draws, with null where a machine may have
 * nothing of the kind. Arrays of the answer's own are transferred: they come out of `arrays` or are made anew.
 */
export interface Probe<Id extends string, Request, Answer extends object | null> {
  /** Public for the page: what a view asks for and finds its frame under. */
  readonly id: Id
  build(m: Machine, request: Request, arrays: Arrays): Answer
}

/** Arrays out of a pool of returned buffers, by exact size. */
export function createArrays(returned: readonly ArrayBuffer[] = []): Arrays {
  const pool = new Map<number, ArrayBuffer[]>()
  for (const buffer of returned) {
    const list = pool.get(buffer.byteLength)
    if (list) list.push(buffer)
    else pool.set(buffer.byteLength, [buffer])
  }
  const take = (size: number): ArrayBuffer => pool.get(size)?.pop() ?? new ArrayBuffer(size)
  return {
    u8: (n) => new Uint8Array(take(n)),
    u16: (n) => new Uint16Array(take(2 * n)),
    u32: (n) => new Uint32Array(take(4 * n)),
    f32: (n) => new Float32Array(take(4 * n)),
    f64: (n) => new Float64Array(take(8 * n)),
  }
}

/** The table of a device, or that of device 0 when there is no such device. */
export function tableIndex(m: Machine, device: number): number {
  return m.scenario.devices[device] ? tableOf(m.state, device) : 0
}

/** Regions of a table as its allocator has them now. */
export function regionsOf(m: Machine, index: number): readonly RegionInfo[] {
  const d = m.domains[index]!
  return d.allocator.regions(d.allocatorState).map(({ name, start, end, hint }) => ({ name, start, end, hint }))
}
