// What the receive and the transmit side of a network card share: the wire, settings, and the descriptor ring.
//
// Kernel: a driver allocates the ring of each queue with dma_alloc_coherent when the interface comes up, and keeps it
// until it goes down. A descriptor is 16 bytes in most cards (e1000e, ixgbe, i40e).

import { alignUp, pow2 } from '../../lib/bits.ts'
import { createRng, deriveSeed, type Rng } from '../../lib/rng.ts'
import type { Param, ParamType } from '../params.ts'
import { COHERENT, OP_COHERENT, type Op, RUN, type WorkloadEnv } from './workload.ts'

/** Ethernet header, checksum, preamble and gap around the payload of a frame, bytes. */
export const WIRE_OVERHEAD = 38
const DESCRIPTOR_BYTES = 16

export const count = (n: number) => ({ value: n, key: String(n), label: String(n) })

/** Milliseconds as an option: `0`, `1ms`, `2s`. */
export const time = (ms: number, label = `${ms} ms`) => ({
  value: ms * 1_000_000,
  key: ms === 0 ? '0' : ms < 1000 ? `${ms}ms` : `${ms / 1000}s`,
  label,
})

export const rateParam = (what: string) =>
  ({
    name: 'rate',
    label: 'Link',
    unit: 'bps',
    default: 10,
    effect: 'live',
    values: [1, 10, 40, 100].map((g) => ({ value: g, key: `${g}g`, label: `${g}`, help: `${g} Gbit/s` })),
    help: `Speed of the link in Gbit/s. ${what} at this rate times the load.`,
  }) as const satisfies Param

export const startParam = {
  name: 'start',
  label: 'Comes up at',
  unit: 'ns',
  default: 0,
  effect: 'restart',
  advanced: true,
  values: [time(0, 'at once'), time(1), time(2), time(3), time(4)],
  help: 'Time from the start, or from a reload of the driver, to the moment when this interface comes up and maps.',
} as const satisfies Param

export const ringsParam = {
  name: 'rings',
  label: 'Descriptor rings',
  unit: 'choice',
  default: 'off',
  effect: 'restart',
  advanced: true,
  values: [
    { value: 'off', key: 'off', label: 'off', help: 'Left out, so that the figures count buffers alone.' },
    { value: 'on', key: 'on', label: 'on', help: 'A coherent mapping for each queue, as long as the interface is up.' },
  ],
  help: 'Whether the rings themselves take their place in the window: 16 bytes a descriptor, rounded up to CPU pages.',
} as const satisfies Param

/** The descriptor rings of a card, one per queue: [queues] mapping id, -1 before it is there, -2 when it was refused. */
export interface Rings {
  /** Bytes of each ring; 0 when rings are left out. */
  readonly bytes: Float64Array
  readonly address: Float64Array
  readonly mapping: Int32Array
  /** Descriptors in an IOMMU page. */
  readonly perPage: number
  /** Where the RAM goes on behind the rings; a multiple of 64K. */
  readonly end: number
}

const NOT_YET = -1
const REFUSED = -2

/** Rings for queues with these numbers of descriptors, each at a multiple of its size as the page allocator gives it. */
export function createRings(
  setting: ParamType<typeof ringsParam>,
  env: WorkloadEnv,
  descriptors: readonly number[],
): Rings {
  const on = setting === 'on'
  let end: number = env.base
  const page = pow2(env.cpuPageShift)
  const bytes = Float64Array.from(descriptors, (n) => (on ? n * DESCRIPTOR_BYTES : 0))
  const address = bytes.map((size) => {
    let block = page
    while (block < size) block *= 2
    const at = alignUp(end, block)
    if (on) end = at + block
    return at
  })
  return {
    bytes,
    address,
    mapping: new Int32Array(descriptors.length).fill(NOT_YET),
    perPage: pow2(env.iommuPageShift) / DESCRIPTOR_BYTES,
    end: alignUp(end, 0x10000),
  }
}

/** RUN with the mapping of queue `q`'s ring in `op` if it is due, Infinity when it was refused, or 0: go on. */
export function mapRing(rings: Rings, q: number, slot: number, op: Op): number {
  if (rings.bytes[q] === 0 || rings.mapping[q]! >= 0) return 0
  if (rings.mapping[q] === REFUSED) return Number.POSITIVE_INFINITY
  op.kind = OP_COHERENT
  op.slot = slot
  op.address = rings.address[q]!
  op.bytes = rings.bytes[q]!
  op.direction = COHERENT
  op.workPs = 0
  op.delivered = 0
  return RUN
}

/** The mapping of queue `q`'s ring has been tried; without it the interface stays down. */
export function ringDone(rings: Rings, q: number, op: Op): void {
  rings.mapping[q] = op.mapping < 0 ? REFUSED : op.mapping
}

/** Says in `op` that nothing was read of a ring, and that its buffer was not used. */
export function untouched(op: Op): void {
  op.used = 0
  op.descriptor = -1
  op.descriptorPage = 0
}

/** Says in `op`, an unmap, that the card has used its buffer, and to find it has read descriptor `index` in the ring
 *  of queue `q`. Where rings are left out none is read. */
export function touched(rings: Rings, q: number, index: number, op: Op): void {
  op.used = 1
  op.descriptor = Math.max(-1, rings.mapping[q]!)
  op.descriptorPage = Math.floor(index / rings.perPage)
}

/** The generator of queue `q`. */
export function queueRng(env: WorkloadEnv, q: number): Rng {
  return createRng(deriveSeed(env.seed, q))
}
