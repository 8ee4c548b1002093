// Where the memory of a PC lies, and where buffers lie in it.
//
// Registers answer from 3 GiB up to 4 GiB; RAM that does not fit below lies above 4 GiB. The kernel has the first 256 MiB, and
// the bounce pool lies within the last 256 MiB below the hole, or from 512 MiB on where a kernel of 2009 reserves it early.
// Buffers lie anywhere else, 64 KiB at a time, all over memory.
// Assumed: the place of the hole, and that buffers are spread evenly.

import { readParams, type Settings } from '../params.ts'
import { bootParams } from '../scenario/platform-boot.ts'

const GIB = 1_073_741_824
const HOLE = 3 * GIB
const FOUR_GIB = 4 * GIB
const KEPT = 268_435_456
/** Where boot.ts has kernels of 2009 reserve the pool. */
const OLD_POOL = 536_870_912
const CHUNK = 65_536
/** No workload's buffer is larger. */
const LARGEST = 4_194_304
/** A prime that no number of chunks has as a factor: steps of it visit every chunk. */
const STRIDE = 104_729

export interface PcMemory {
  /** Bytes: where registers begin to answer, and where RAM ends. */
  readonly holeStart: number
  readonly endBytes: number
  /** Where the 256 MiB begin that are kept for the pool. */
  readonly poolFrom: number
}

/** The memory of a machine with `m.ram` bytes. */
export function pcMemory(settings: Settings): PcMemory {
  const { ram, bootKernel: kernel } = readParams(bootParams, settings, 'm')
  const holeStart = Math.min(ram, HOLE)
  return {
    holeStart,
    endBytes: ram > HOLE ? FOUR_GIB + ram - HOLE : ram,
    poolFrom: kernel === '6.12' || kernel === 'late' ? holeStart - KEPT : OLD_POOL,
  }
}

/** Where the buffer that a workload calls `address` lies: within one 64 KiB as the workload has it, and always there. */
export function placeOf({ holeStart, endBytes, poolFrom }: PcMemory, address: number): number {
  const low = Math.floor((holeStart - 2 * KEPT) / CHUNK)
  const high = Math.floor(Math.max(0, endBytes - FOUR_GIB) / CHUNK)
  const chunk = Math.floor(address / CHUNK)
  const at = ((chunk % (low + high)) * STRIDE) % (low + high)
  const below = KEPT + at * CHUNK
  const start =
    at >= low ? Math.min(FOUR_GIB + (at - low) * CHUNK, endBytes - LARGEST) : below < poolFrom ? below : below + KEPT
  return start + address - chunk * CHUNK
}
