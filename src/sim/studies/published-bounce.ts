// The bounce pool beside publications: what one lock does to four jobs, and what a pool of 64 MiB holds.
//
// The first is a check and no prediction: what waking a virtual CPU takes (PRICES.wake) was fitted to it. The second asks
// the pool directly, without a machine.

import { createMeter, resetMeter } from '../engine/meter.ts'
import { allocSlots, createPool, createSlotResult, releaseSlots, type SlotRequest } from '../swiotlb/pool.ts'
import { SLOT_BYTES, sizeEarly } from '../swiotlb/pool-size.ts'
import { BOUNCE_PUBLISHED, BOUNCE_WAKE_NS, bouncePoint, requestsPerSecond } from './bounce.ts'
import type { Prediction } from './prediction.ts'
import { directPoint, type PointResult, type StudyPoint } from './study.ts'

type Point = (id: string) => PointResult

const KIB = 1024
const { source, reads, writes } = BOUNCE_PUBLISHED
const POOL_SLOTS = 32_768
const LARGEST = 256 * KIB
/** Sizes that are asked for: every 512 bytes up to this. */
const MOST = 1024 * KIB
const CPUS = 8

type Load = 'reads' | 'writes'
const jobsId = (load: Load, jobs: number): string => `bounce ${load} ${jobs}`
const jobs = (load: Load, n: number): StudyPoint => {
  const id = jobsId(load, n)
  return { ...bouncePoint('one-area', n, { writes: load === 'writes' ? 100 : 0 }), id, series: id }
}
const ratio = (at: Point, load: Load): number =>
  requestsPerSecond(at(jobsId(load, 4))) / requestsPerSecond(at(jobsId(load, 1)))
const k = (at: Point, load: Load, n: number): string => (requestsPerSecond(at(jobsId(load, n))) / 1000).toFixed(0)

/** Slots and areas of the pool that boots when nothing is said about it. */
function defaultPool() {
  const { slots, areas } = sizeEarly('', 0, CPUS, true, 0)
  return createPool({ slots, areas, startAddress: 0, boundaryMask: null })
}

/** The largest mapping that the empty default pool takes, bytes. Sizes are asked for upwards, none is left out because a
 *  smaller one was refused. */
function largestBounce(): number {
  const pool = defaultPool()
  const meter = createMeter()
  const out = createSlotResult()
  let largest = 0
  for (let bytes = 1; bytes <= MOST; bytes += bytes === 1 ? 511 : 512) {
    for (const size of [bytes, bytes + 1]) {
      resetMeter(meter)
      const request: SlotRequest = {
        cpu: 0,
        bytes: size,
        allocAlignMask: 0,
        minAlignMask: 0,
        orig: 0,
        owner: 0,
      }
      if (!allocSlots(pool, request, out, meter)) continue
      largest = Math.max(largest, size)
      releaseSlots(pool, out.offset, 0, meter)
    }
  }
  return largest
}

const SLOTS = 'pool slots'
const MAPPING = 'pool mapping'

/** Every run that these predictions need; none depends on the scenario at hand. */
export function bouncePointsPublished(): readonly StudyPoint[] {
  return [
    ...(['reads', 'writes'] as const).flatMap((load) => [jobs(load, 1), jobs(load, 4)]),
    directPoint(SLOTS, () => defaultPool().geometry.slots),
    directPoint(MAPPING, largestBounce),
  ]
}

/** Shares of what one job does that four were measured to do. */
const PUBLISHED_WRITES = writes.four / writes.one

export const bouncePredictions: readonly Prediction[] = [
  {
    id: 'O12',
    what: 'Bounce pool of one area in a virtual machine: four jobs together against one, reads',
    setup: 'Everything bounces; 4K, 256 requests in flight for each job; who waits for the lock is put to sleep',
    unit: 'ratio',
    published: reads.four / reads.one,
    source: `${source}: 253 k and 214.9 k reads a second in a virtual machine of 8 CPUs`,
    low: 0.7,
    high: 1,
    fitted: `waking a virtual CPU, ${BOUNCE_WAKE_NS} ns`,
    needs: [jobsId('reads', 1), jobsId('reads', 4), jobsId('writes', 1), jobsId('writes', 4)],
    figure: (at) => ratio(at, 'reads'),
    note: (at) =>
      `${k(at, 'reads', 4)} k against ${k(at, 'reads', 1)} k. Writes ×${ratio(at, 'writes').toFixed(2)}; published ×${PUBLISHED_WRITES.toFixed(2)}`,
  },
  {
    id: 'O20',
    what: 'Default bounce pool: 32 768 slots in 64 MiB, and no mapping above 256 KiB; of these two',
    setup: 'Every size up to 1 MiB into the empty pool, in steps of 512 bytes and one byte beyond each',
    unit: 'count',
    published: 2,
    source: 'Linux: IO_TLB_DEFAULT_SIZE 64 MiB, IO_TLB_SIZE 2 KiB, IO_TLB_SEGSIZE 128',
    low: 2,
    high: 2,
    needs: [SLOTS, MAPPING],
    figure: (at) => {
      const slots = at(SLOTS).mapped
      const sized = slots === POOL_SLOTS && slots * SLOT_BYTES === 64 * KIB * KIB
      return Number(sized) + Number(at(MAPPING).mapped === LARGEST)
    },
    note: (at) => `${at(SLOTS).mapped} slots of 2K; the largest mapping that fits has ${at(MAPPING).mapped / KIB} KiB`,
  },
]
