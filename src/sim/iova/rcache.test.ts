import { describe, expect, test } from 'vitest'
import { createMeter, NO_LOCK, resetMeter } from '../engine/meter.ts'
import { NO_ENTRY } from '../types.ts'
import { IN_DEPOT, type RangeKind } from './allocator.ts'
import { DEPOT_DELAY_NS, MAG_SIZE, ORDERS } from './magazines.ts'
import { rbtree } from './rbtree.ts'
import { type RcacheState, rcache } from './rcache.ts'

const meter = createMeter()
const ISLAND = 0x100000
const LAST = 2 ** 36 - 1

function window(cpus = 2): RcacheState {
  return rcache.create(
    {
      size: 2 * ISLAND,
      offset: 0,
      pageShift: 12,
      blockSize: 16,
      resStart: 0,
      resEnd: 0,
      boundary: Infinity,
      cpus,
      islands: [
        { entry: 0, abs: 0, pages: ISLAND },
        { entry: ISLAND, abs: LAST + 1 - ISLAND, pages: ISLAND },
      ],
    },
    {},
  )
}

function alloc(s: RcacheState, onCpu: number, npages: number, mask = ISLAND - 1, emptyCaches = true): number {
  const request = { cpu: onCpu, npages: npages, alignOrder: 0, phase: 0, mask: mask }
  resetMeter(meter, 1000, rcache.lockForAlloc(s, request.cpu, request.npages))
  return rcache.alloc(s, { ...request, handle: 0, useHandle: false, emptyCaches }, meter)
}

function free(s: RcacheState, onCpu: number, e: number, npages: number): void {
  resetMeter(meter, 1000, rcache.lockForFree(s, e, onCpu, npages))
  expect(rcache.free(s, e, npages, meter, onCpu)).toBe(true)
}

const locks = () => Array.from(meter.lockOrder.subarray(0, meter.locks))
const figures = (s: RcacheState) => rcache.caches!(s)

/** `n` ranges that CPU 0 took and CPU 1 gave back. */
function handOver(s: RcacheState, n: number): number[] {
  const taken = Array.from({ length: n }, () => alloc(s, 0, 1))
  for (const e of taken) free(s, 1, e, 1)
  return taken
}

describe('magazines', () => {
  test('belong to the CPU that frees, and hand out last what came first', () => {
    const s = window()
    const [a, b] = handOver(s, 2)
    expect(rcache.lockForAlloc(s, 1, 1)).toBe(NO_LOCK)
    expect([alloc(s, 1, 1), alloc(s, 1, 1), locks()]).toEqual([b, a, []])
    free(s, 0, a!, 1)
    expect(alloc(s, 1, 1)).toBe(b! - 1)
    expect(locks()).toEqual([0])
  })

  test('hold 127; the 255th freed range sends the one filled last to the depot, and arms its work', () => {
    const s = window()
    handOver(s, 2 * MAG_SIZE)
    expect([figures(s).depot[0], rcache.workDueNs!(s)]).toEqual([0, Infinity])
    const next = alloc(s, 0, 1)
    expect(rcache.lockForFree(s, next, 1, 1)).toBe(1)
    free(s, 1, next, 1)
    expect([figures(s).loaded[ORDERS], figures(s).previous[ORDERS], figures(s).depot[0]]).toEqual([1, MAG_SIZE, 1])
    expect(rcache.workDueNs!(s)).toBe(1000 + DEPOT_DELAY_NS)
  })

  test('of another CPU come by way of the depot, whole', () => {
    const s = window()
    handOver(s, 2 * MAG_SIZE + 1)
    expect(rcache.lockForAlloc(s, 0, 1)).toBe(1)
    alloc(s, 0, 1)
    expect([figures(s).loaded[0], figures(s).depot[0], meter.locks]).toEqual([MAG_SIZE - 1, 0, 0])
    expect(meter.walks).toBe(0)
  })

  test('are searched for a range that the device reaches, but only the loaded one', () => {
    const s = window()
    const low = alloc(s, 0, 1)
    const high = alloc(s, 0, 1, LAST)
    free(s, 0, low, 1)
    free(s, 0, high, 1)
    expect(high).toBe(2 * ISLAND - 1)
    expect(alloc(s, 0, 1)).toBe(low)
    expect(alloc(s, 0, 1)).toBe(low - 1)
    expect(figures(s).loaded[0]).toBe(1)
  })

  test('keep what they were given for its rounded size: a range of 3 serves a request for 4', () => {
    const s = window()
    const e = alloc(s, 0, 3)
    free(s, 0, e, 3)
    expect(alloc(s, 0, 4)).toBe(e)
    expect(alloc(s, 0, 33) % 64).toBe(0)
  })

  test('do not lift the mark of refusal when a range comes back to them; emptying them does', () => {
    const s = window()
    for (let i = 0; i < ISLAND / 32 - 1; i++) alloc(s, 0, 32)
    const last = 32
    free(s, 0, last, 32)
    expect(alloc(s, 1, 32, ISLAND - 1, false)).toBe(NO_ENTRY)
    expect(alloc(s, 1, 32, ISLAND - 1, true)).toBe(last)
    expect(figures(s).loaded[5]).toBe(0)
  })

  test('of CPUs that are offline are not emptied in need; going offline empties them', () => {
    const s = window()
    const e = alloc(s, 0, 1)
    free(s, 1, e, 1)
    resetMeter(meter)
    expect(rcache.setOnline!(s, 1, false, meter)).toBe(1)
    expect(alloc(s, 0, 1)).toBe(e)
    free(s, 1, e, 1)
    expect(alloc(s, 0, ISLAND)).toBe(NO_ENTRY)
    expect(figures(s).loaded[ORDERS]).toBe(1)
  })

  test('go back one per 100 ms while the depot has more of them than CPUs are online', () => {
    const s = window(2)
    handOver(s, 5 * MAG_SIZE + 1)
    expect(figures(s).depot[0]).toBe(4)
    const freed: number[] = []
    for (let due = rcache.workDueNs!(s); due < Infinity; due = rcache.workDueNs!(s)) {
      resetMeter(meter, due)
      freed.push(rcache.work!(s, meter))
    }
    expect([freed, figures(s).depot[0]]).toEqual([[MAG_SIZE, MAG_SIZE, 0], 2])
  })

  test('show their ranges as cached, each with its keeper', () => {
    const s = window()
    handOver(s, 2 * MAG_SIZE + 1)
    const keepers = new Map<number, number>()
    rcache.forEachCached!(s, (_, npages, keeper) => keepers.set(keeper, (keepers.get(keeper) ?? 0) + npages))
    expect([...keepers]).toEqual([
      [1, MAG_SIZE + 1],
      [IN_DEPOT, MAG_SIZE],
    ])
    const kinds: [RangeKind, number][] = []
    rcache.forEachRange(s, (_, npages, kind) => kinds.push([kind, npages]))
    expect(kinds).toEqual([
      ['reserved', 1],
      ['cached', 2 * MAG_SIZE + 1],
    ])
    expect(rcache.freeCount(s, 0, ISLAND)).toBe(ISLAND - 1 - (2 * MAG_SIZE + 1))
  })

  test('are plain data: a clone goes on as the original', () => {
    const s = window()
    handOver(s, 300)
    const copy = structuredClone(s)
    expect(Array.from({ length: 400 }, (_, i) => alloc(copy, i % 2, 1 + (i % 3)))).toEqual(
      Array.from({ length: 400 }, (_, i) => alloc(s, i % 2, 1 + (i % 3))),
    )
  })
})

describe('one tree', () => {
  test('has a part below 4 GiB and one above, each with its hint, and tells a refusal by its walks', () => {
    const { geometry } = window().window
    const w = rbtree.create(geometry, {})
    const request = { cpu: 0, npages: 64, alignOrder: 0, phase: 0, handle: 0, useHandle: false }
    const ask = (mask: number) => rbtree.alloc(w, { ...request, mask: mask, emptyCaches: true }, meter)
    resetMeter(meter)
    const [low, high] = [ask(ISLAND - 1), ask(LAST)]
    expect(rbtree.regions(w).map((r) => [r.name, r.start, r.end, r.hint])).toEqual([
      ['below 4 GiB', 0, ISLAND, low],
      ['above', ISLAND, 2 * ISLAND, high],
    ])
    resetMeter(meter)
    expect([ask(30), meter.tries, meter.tryRegion[0], meter.tryLimit[0]]).toEqual([NO_ENTRY, 1, 0, 31])
    expect(rbtree.usable(w)).toBe(2 * ISLAND - 1)
  })
})
