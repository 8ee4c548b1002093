import { describe, expect, test } from 'vitest'
import { createMeter, FROM_HANDLE, FROM_HINT, FROM_START, resetMeter } from '../engine/meter.ts'
import { NO_ENTRY } from '../types.ts'
import { createPools, inUse, type PoolsState, tcePools } from './tce-pools.ts'

const meter = createMeter()

function window(size: number, pageShift: number, fields = {}): PoolsState {
  return createPools({
    size,
    offset: 0,
    pageShift,
    blockSize: 16,
    resStart: 0,
    resEnd: 0,
    boundary: Infinity,
    ...fields,
  })
}

function alloc(s: PoolsState, onCpu: number, npages: number, fields = {}): number {
  resetMeter(meter)
  const req = {
    cpu: onCpu,
    npages: npages,
    alignOrder: 0,
    mask: Number.MAX_SAFE_INTEGER,
    handle: 0,
    useHandle: false,
    emptyCaches: true,
    phase: 0,
    ...fields,
  }
  return tcePools.alloc(s, req, meter)
}

const tries = () => Array.from(meter.tryRegion.subarray(0, meter.tries))
const origins = () => Array.from(meter.tryFrom.subarray(0, meter.tries))
const locks = () => Array.from(meter.lockOrder.subarray(0, meter.locks))

describe('pools', () => {
  test('below 1 GiB there is one small pool; from there on four', () => {
    expect(tcePools.regions(window(65536, 12)).map((r) => r.name)).toEqual(['small pool', 'large pool'])
    expect(tcePools.regions(window(16383, 16)).length).toBe(2)
    expect(tcePools.regions(window(16384, 16)).map((r) => `${r.name} ${r.start}-${r.end}`)).toEqual([
      'pool 0 0-3072',
      'pool 1 3072-6144',
      'pool 2 6144-9216',
      'pool 3 9216-12288',
      'large pool 12288-16384',
    ])
  })

  test('can be told how many there are: 1, 2, 4 or 8 of them, and CPUs spread over all of them', () => {
    for (const n of [1, 2, 4, 8]) {
      const geometry = {
        size: 65536,
        offset: 0,
        pageShift: 12,
        blockSize: 16,
        resStart: 0,
        resEnd: 0,
        boundary: Infinity,
      }
      const s = createPools(geometry, n)
      expect(tcePools.regions(s).length).toBe(n + 1)
      const homes = new Set(Array.from({ length: 64 }, (_, c) => tcePools.homeRegion(s, c, 1)))
      expect([...homes].sort()).toEqual(Array.from({ length: n }, (_, i) => i))
      const placed = Array.from({ length: 64 }, (_, c) => Math.floor(alloc(s, c, 1) / s.poolSize))
      expect(placed).toEqual(placed.map((_, c) => tcePools.homeRegion(s, c, 1)))
    }
  })

  test('page 0 and the ends of both pools are lost: 4093 of 4096, 65533 of 65536', () => {
    expect(tcePools.usable(window(4096, 16))).toBe(4093)
    expect(tcePools.usable(window(65536, 12))).toBe(65533)
    expect(tcePools.usable(window(4096, 16, { offset: 65536 }))).toBe(4094)
    expect(tcePools.usable(window(2, 12))).toBe(0)
  })

  test('on the first lap a small mapping takes a block of its own, and the holes come after the wrap', () => {
    const s = window(64, 12)
    const got = Array.from({ length: 5 }, () => alloc(s, 0, 1))
    expect(got).toEqual([1, 16, 32, 2, 17])
  })

  test('a refused small request has searched its own pool, the others, its own again and the large pool', () => {
    const s = window(16384, 16)
    while (alloc(s, 0, 1) !== NO_ENTRY);
    expect(tries()).toEqual([0, 0, 1, 2, 3, 0, 4])
    expect(locks()).toEqual([1, 2, 3, 0, 4])
    while (alloc(s, 2, 1) !== NO_ENTRY);
    expect(tries()).toEqual([3, 3, 0, 1, 2, 3, 4])
    expect(origins()).toEqual([FROM_HINT, ...new Array(6).fill(FROM_START)])
  })

  test('a large request spills into the small pools', () => {
    const s = window(16384, 16)
    let last = 0
    for (let e = alloc(s, 0, 16); e >= 12288 || e === 12288; e = alloc(s, 0, 16)) last = e
    expect(last).toBeGreaterThan(12288)
    expect(tries()).toEqual([4, 4, 1])
    expect(locks()).toEqual([1])
  })

  test('with one pool a refusal takes four searches, and each pool loses its hint', () => {
    const s = window(64, 12)
    while (alloc(s, 0, 1) !== NO_ENTRY);
    expect(tries()).toEqual([0, 0, 0, 1])
    expect(tcePools.regions(s).map((r) => r.hint)).toEqual([0, 48])
  })

  test('a handle in the pool is where the search begins; one elsewhere is ignored', () => {
    const s = window(65536, 12)
    expect(alloc(s, 0, 1, { handle: 1000, useHandle: true })).toBe(1000)
    expect(origins()).toEqual([FROM_HANDLE])
    expect(alloc(s, 0, 1, { handle: 60000, useHandle: true })).toBe(1008)
    expect(origins()).toEqual([FROM_HINT])
  })

  test('a mask below the own pool leads to pool 0 under another lock, unless the hint and the mask make a start', () => {
    const s = window(16384, 16)
    expect(alloc(s, 2, 1)).toBe(9216)
    // 9232 & 100 = 0: the search begins there, and it stays pool 3's.
    expect(alloc(s, 2, 1, { mask: 100 })).toBe(1)
    expect([tries(), locks()]).toEqual([[3], []])
    const t = window(16384, 16, { offset: 1000 })
    // 9216 & 1100 = 1024, beyond the limit of 101.
    expect(alloc(t, 2, 1, { mask: 1100 })).toBe(0)
    expect([tries(), locks()]).toEqual([[0], [0]])
  })

  test('in use means more than what was reserved', () => {
    const s = window(8192, 12, { resStart: 100, resEnd: 200 })
    expect(inUse(s)).toBe(false)
    const e = alloc(s, 0, 1)
    expect(inUse(s)).toBe(true)
    tcePools.free(s, e, 1, meter, 0)
    expect(inUse(s)).toBe(false)
    expect(alloc(s, 0, 15, { handle: 195, useHandle: true })).toBe(200)
    expect(inUse(s)).toBe(true)
  })

  test('without a remembered range every entry counts as use, and so does the end of a range that was cut', () => {
    const whole = window(64, 12, { resStart: 1, resEnd: 900 })
    expect([whole.resStart, whole.resEnd, inUse(whole)]).toEqual([1, 64, false])
    const none = window(64, 12)
    expect(alloc(none, 0, 1)).toBe(1)
    expect(inUse(none)).toBe(true)
  })
})
