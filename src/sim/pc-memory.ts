// Where the memory of a PC lies, and where buffers lie in it.
//
// Registers answer from 3 GiB up to 4 GiB; RAM that does not fit below lies above 4 GiB. The kernel and the bounce pool have
// the first and the last 256 MiB below the hole; buffers lie anywhere else, 64 KiB at a time, all over memory.
// Assumed: the place of the hole, and that buffers are spread evenly.

import type { Settings } from './scenario/schema.ts'
import { type RealAddr, realAddr } from './types.ts'

const GIB = 1_073_741_824
const HOLE = 3 * GIB
const FOUR_GIB = 4 * GIB
const KEPT = 268_435_456
const CHUNK = 65_536
/** A prime that no number of chunks has as a factor: steps of it visit every chunk. */
const STRIDE = 104_729

export interface PcMemory {
  /** Bytes: where registers begin to answer, and where RAM ends. */
  readonly holeStart: number
  readonly endBytes: number
}

/** The memory of a machine with `m.ram` bytes. */
export function pcMemory(settings: Settings): PcMemory {
  const ram = Number(settings['m.ram'])
  return { holeStart: Math.min(ram, HOLE), endBytes: ram > HOLE ? FOUR_GIB + ram - HOLE : ram }
}

/** Where the buffer that a workload calls `address` lies: within one 64 KiB as the workload has it, and always there. */
export function placeOf({ holeStart, endBytes }: PcMemory, address: number): RealAddr {
  const low = Math.floor((holeStart - 2 * KEPT) / CHUNK)
  const high = Math.floor(Math.max(0, endBytes - FOUR_GIB) / CHUNK)
  const chunk = Math.floor(address / CHUNK)
  const at = ((chunk % (low + high)) * STRIDE) % (low + high)
  const start = at < low ? KEPT + at * CHUNK : FOUR_GIB + (at - low) * CHUNK
  return realAddr(start + address - chunk * CHUNK)
}

/** Where a pool of so many bytes begins: as high below the hole as the kernel leaves room. */
export function poolStart({ holeStart }: PcMemory, bytes: number): number {
  return holeStart - bytes
}
