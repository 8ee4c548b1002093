// Pools (2012 until today): small requests start in the pool of their CPU, large ones in the quarter at the top.
//
// Kernel: arch/powerpc/kernel/iommu.c, see `kernel` below. Spec: spec/POWERPC.md A.
// What it does: three quarters of the window are cut into 4 pools (1 below 1 GiB), the rest is the large pool; each
// has its own lock and a hint where the next search begins. The CPU is hashed to its pool, because with 4-way SMT
// the CPUs that take interrupts are all multiples of 4. After a small request the hint is rounded up to a block, so
// that two CPUs do not share a cache line of TCEs. A request that fails visits all pools, and each loses its hint.
// Not what a kernel shipped: `pools` other than automatic and `tceWrite` inside the lock, the two experiments of 2012.
// Not modelled: failure injection, the kdump kernel that keeps live entries (A.2 step 5), debugfs, requests longer
// than the segment boundary (refused here; the kernel never returns).
// Invariant: a bit is set exactly when its entry is reserved or handed out; freeing never moves a hint.
// Cost: one area search per try, at most 3 + pools tries, one lock per pool visited.

import { type Bitmap, clearRange, createBitmap, findNextSet, popcount, setRange } from '../../lib/bitmap.ts'
import { alignUpPow2, and53, pow2 } from '../../lib/bits.ts'
import { type CostMeter, FROM_HANDLE, FROM_HINT, FROM_START, noteLock, noteTry } from '../engine/meter.ts'
import type { Param, ParamType } from '../params.ts'
import { NO_ENTRY } from '../types.ts'
import { type AllocatorInfo, type AllocRequest, type Region, type WindowGeometry, withCode } from './allocator.ts'
import { areaSearch } from './area-search.ts'
import { checkGeometry, freeRuns, visitRanges } from './geometry.ts'

/** Requests of more entries than this are large: 16 TCEs fill a cache line. */
const LARGEST_SMALL = 15
const ONE_GIB = 1073741824

export interface PoolsState {
  readonly geometry: WindowGeometry
  /** Reserved or handed out. */
  readonly bits: Bitmap
  /** As it was at creation. */
  readonly reserved: Bitmap
  readonly nrPools: number
  /** Entries of each small pool; the large pool is the rest. */
  readonly poolSize: number
  /** [nrPools + 1] where the next search begins; the large pool is last. May lie outside its pool. */
  readonly hints: Float64Array
  /** The reserved range as the kernel remembers it, absolute entries. */
  readonly resStart: number
  readonly resEnd: number
}

export const poolsParam = {
  name: 'pools',
  label: 'Pools',
  unit: 'choice',
  default: 'auto',
  values: [
    { value: 'auto', key: 'auto', label: 'By size', help: '4 pools in a window of 1 GiB or more, 1 in a smaller one.' },
    ...[1, 2, 4, 8].map((n) => ({ value: n, key: String(n), label: String(n) })),
  ],
  effect: 'restart',
  advanced: true,
  help: 'Small pools that the lower three quarters are cut into, each with a lock of its own. A CPU begins in one of them.',
} as const satisfies Param

const tceWrite = {
  name: 'tceWrite',
  label: 'TCEs written',
  unit: 'choice',
  default: 'outside',
  values: [
    { value: 'outside', key: 'outside', label: 'Outside', help: 'After the lock was dropped, as since 2012.' },
    { value: 'inside', key: 'inside', label: 'Inside', help: 'While the lock is held, as until 2012.' },
  ],
  effect: 'restart',
  advanced: true,
  help: 'Whether TCEs are written and cleared while the lock of the pool is held, so that all others wait for the hypercall.',
} as const satisfies Param

const params = [poolsParam, tceWrite] as const

/** An empty window of at least 1 entry; in a window of 1 entry no request succeeds. `pools` as in the setting. Spec A.2. */
export function createPools(geometry: WindowGeometry, pools: ParamType<typeof poolsParam> = 'auto'): PoolsState {
  const { size, offset, pageShift } = geometry
  const bits = createBitmap(size)
  const reserved = createBitmap(size)
  let resStart = Math.max(geometry.resStart, offset)
  let resEnd = Math.min(geometry.resEnd, offset + size)
  if (resStart >= resEnd) resStart = resEnd = offset
  for (const map of [bits, reserved]) {
    if (offset === 0) setRange(map, 0, 1)
    setRange(map, resStart - offset, resEnd - offset)
  }
  const nrPools = pools !== 'auto' ? Number(pools) : size * pow2(pageShift) >= ONE_GIB ? 4 : 1
  const poolSize = Math.floor(Math.floor((size * 3) / 4) / nrPools)
  const hints = Float64Array.from({ length: nrPools + 1 }, (_, i) => i * poolSize)
  return { geometry, bits, reserved, nrPools, poolSize, hints, resStart, resEnd }
}

/** 0 … 2^bits-1 for a CPU: neighbours in number are spread, and so are the first threads of SMT-4 cores. Spec A.3. */
export function poolHash(cpu: number, bits = 2): number {
  return Math.imul(cpu, 0x61c88647) >>> (32 - bits)
}

/** Index of the small pool in which requests of this CPU begin. */
function poolOfCpu(s: PoolsState, cpu: number): number {
  // The kernel hashes to 2 bits, for 4 pools.
  return poolHash(cpu, s.nrPools > 4 ? 3 : 2) & (s.nrPools - 1)
}

/** True when an entry is in use that was not reserved at creation, in the kernel's own terms. Spec A.8. */
export function inUse(s: PoolsState): boolean {
  const { size, offset } = s.geometry
  const ranged = s.resStart !== 0 || s.resEnd !== 0
  const from = offset === 0 ? 1 : 0
  const gap = ranged ? Math.max(from, s.resStart - offset) : size
  const after = ranged ? Math.max(from, s.resEnd - offset) : size
  return findNextSet(s.bits, from, gap) < gap || findNextSet(s.bits, after, size) < size
}

function poolEnd(s: PoolsState, pool: number): number {
  return pool === s.nrPools ? s.geometry.size : (pool + 1) * s.poolSize
}

function alloc(s: PoolsState, req: AllocRequest, meter: CostMeter): number {
  const { bits, nrPools, poolSize, hints } = s
  const { offset, boundary, blockSize } = s.geometry
  const { npages, mask, handle } = req
  if (npages === 0 || npages > boundary || mask < offset || poolSize === 0) return NO_ENTRY
  const large = npages > LARGEST_SMALL
  let p = poolOfCpu(s, req.cpu)
  let pool = large ? nrPools : p
  for (let pass = 0; ; pass++) {
    let limit = poolEnd(s, pool)
    let start = hints[pool]!
    let from = pass > 0 ? FROM_START : FROM_HINT
    if (pass === 0 && req.useHandle && handle !== 0 && handle >= pool * poolSize && handle < limit) {
      start = handle
      from = FROM_HANDLE
    }
    if (start >= limit) {
      start = pool * poolSize
      from = FROM_START
    }
    if (limit + offset > mask) {
      limit = mask - offset + 1
      start = and53(start, mask)
      if (start >= limit || pass > 0) {
        // The limit stays the masked one, so the search may run past pool 0.
        if (pool !== 0) noteLock(meter, 0)
        pool = 0
        start = 0
        from = FROM_START
      }
    }
    noteTry(meter, pool, from, start, limit)
    const found = areaSearch(bits, start, limit, npages, req.alignOrder, offset, boundary, meter)
    if (found >= 0) {
      const end = found + npages
      setRange(bits, found, end)
      hints[pool] = large ? end : alignUpPow2(end, blockSize)
      if (req.useHandle) req.handle = end
      return found
    }
    if (pass > nrPools + 1) return NO_ENTRY
    if (pass > 0) {
      if (pass <= nrPools) p = (p + 1) & (nrPools - 1)
      pool = pass <= nrPools ? p : nrPools
      noteLock(meter, pool)
    }
    hints[pool] = pool * poolSize
  }
}

function regions(s: PoolsState): Region[] {
  return Array.from(s.hints, (hint, i) => ({
    name: i === s.nrPools ? 'large pool' : s.nrPools === 1 ? 'small pool' : `pool ${i}`,
    start: i * s.poolSize,
    end: poolEnd(s, i),
    hint,
    lock: i,
  }))
}

const lockOf = (s: PoolsState, cpu: number, npages: number): number =>
  npages > LARGEST_SMALL ? s.nrPools : poolOfCpu(s, cpu)

export const tcePoolsInfo: AllocatorInfo<typeof params> = {
  id: 'tce-pools',
  label: 'Pools',
  era: '2012 – today (Linux 3.6 –)',
  shipped: { by: 'power' },
  kernel: {
    file: 'arch/powerpc/kernel/iommu.c',
    symbols: ['iommu_range_alloc', '__iommu_free', 'iommu_init_table', 'get_pool'],
    tag: 'v6.12',
  },
  params,
  follows: true,
  bitmap: true,
  lines: [
    { id: 'pools-1', label: '1 pool', settings: { pools: 1 }, oneLock: true },
    { id: 'pools-4', label: '4 pools', settings: { pools: 4 } },
  ],
}

export const tcePools = withCode<PoolsState, typeof params>(tcePoolsInfo, {
  create(geometry, settings) {
    checkGeometry(geometry)
    return createPools(geometry, settings.pools)
  },
  alloc,
  free(s: PoolsState, e: number, npages: number): boolean {
    if (e < 0 || e + npages > s.geometry.size) return false
    clearRange(s.bits, e, e + npages)
    return true
  },
  before: (s) => Array.from(s.hints),
  undo(s: PoolsState, got: number, npages: number, _cpu, before): void {
    if (got !== NO_ENTRY) clearRange(s.bits, got, got + npages)
    s.hints.set(before)
  },
  adopt(s: PoolsState, e: number, npages: number, asAnswer): void {
    const end = e + npages
    setRange(s.bits, e, end)
    const pool = Math.min(s.nrPools, (e / s.poolSize) | 0)
    if (asAnswer) s.hints[pool] = npages > LARGEST_SMALL ? end : alignUpPow2(end, s.geometry.blockSize)
  },
  locks: (s) => s.nrPools + 1,
  lockForAlloc: lockOf,
  lockForFree: (s, e) => Math.min(s.nrPools, (e / s.poolSize) | 0),
  regions,
  homeRegion: lockOf,
  usable(s) {
    // A one-page request ends up searching every pool; each loses the entry below its end.
    let free = 0
    for (let i = 0; i <= s.nrPools; i++) {
      const start = i * s.poolSize
      const top = Math.max(start, poolEnd(s, i) - 1)
      free += top - start - popcount(s.reserved, start, top)
    }
    return free
  },
  freeCount: (s, start, limit) => limit - start - popcount(s.bits, start, limit),
  freeIn: (s, start, limit) => freeRuns(s.bits, start, limit),
  forEachRange: (s, visit) => visitRanges(s.bits, s.reserved, visit),
})
