import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHUNK_SHIFT, isChunked } from '../../lib/chunked.ts'
import { hashPlain } from '../../lib/hash.ts'
import { createMeter, resetMeter } from '../engine/meter.ts'
import {
  allocSlots,
  areaOfSlot,
  createPool,
  createSlotResult,
  homeArea,
  largestMapping,
  longestRun,
  NO_BUFFER,
  NO_OWNER,
  NO_SLOTS,
  type PoolGeometry,
  releaseSlots,
  type SlotRequest,
  type SlotResult,
  type SwiotlbPool,
} from './pool.ts'

const meter = createMeter()
const GEOMETRY: PoolGeometry = { slots: 1024, areas: 2, startAddress: 0x7bfff000, boundaryMask: null }

const request = (part: Partial<Record<keyof SlotRequest, number>> = {}): SlotRequest => ({
  cpu: part.cpu ?? 0,
  bytes: part.bytes ?? 2048,
  allocAlignMask: part.allocAlignMask ?? 0,
  minAlignMask: part.minAlignMask ?? 0,
  orig: part.orig ?? 0x100000000,
  owner: part.owner ?? 1,
})

/** One request, with a result of its own. */
function alloc(pool: SwiotlbPool, part: Partial<Record<keyof SlotRequest, number>> = {}): SlotResult {
  const out = createSlotResult()
  resetMeter(meter)
  expect(allocSlots(pool, request(part), out, meter)).toBe(out.slot !== NO_SLOTS)
  return out
}

const release = (pool: SwiotlbPool, offset: number, mask = 0) => releaseSlots(pool, offset, mask, meter)

/** The counters that free and taken slots ask for, counted from the end of each slot set. */
function countersOf(taken: readonly boolean[]): number[] {
  const list = taken.map(() => 0)
  for (let i = taken.length - 1; i >= 0; i--) {
    const after = (i + 1) % 128 === 0 ? 0 : (list[i + 1] ?? 0)
    list[i] = taken[i] ? 0 : after + 1
  }
  return list
}

const MASKS = [0, 0, 0x1ff, 0x7ff, 0xfff, 0x3fff, 0xffff]
const action = fc.record({
  kind: fc.constantFrom('map', 'map', 'unmap'),
  pick: fc.nat(),
  cpu: fc.nat(11),
  bytes: fc.oneof(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 1, max: 270_000 })),
  allocAlignMask: fc.constantFrom(0, 0, 0, 0xfff, 0x3fff, 0xffff),
  minAlignMask: fc.constantFrom(...MASKS),
  orig: fc.oneof(fc.constant(0), fc.nat(0xfffffff), fc.integer({ min: 2 ** 32, max: 2 ** 46 })),
})
const geometry = fc.record({
  slots: fc.constantFrom(128, 200, 512, 1024),
  areas: fc.constantFrom(1, 2, 4),
  startAddress: fc.constantFrom(0, 0x7bfff000, 0x6fffe000, 0x70000800, 0x123456789000),
  boundaryMask: fc.constantFrom(null, null, 0xffff, 0x3ffff, 0xffffffff, 2 ** 53 - 1),
})

describe('a pool', () => {
  it('keeps to a bitmap of booleans through any maps and unmaps', () => {
    const reasons = new Map<string | null, number>()
    fc.assert(
      fc.property(geometry, fc.array(action, { maxLength: 120, size: 'max' }), (g, actions) => {
        const pool = createPool(g)
        const fresh = hashPlain({ ...pool, next: 0, refused: 0, usedHigh: 0 })
        const taken: boolean[] = new Array(g.slots).fill(false)
        const live: { out: SlotResult; mask: number }[] = []
        const unmap = (k: number): void => {
          const [{ out, mask }] = live.splice(k, 1) as [(typeof live)[number]]
          expect(release(pool, out.offset, mask)).toBe(out.slots)
          taken.fill(false, out.slot, out.slot + out.slots)
        }
        for (const a of actions) {
          if (a.kind === 'unmap') {
            if (live.length > 0) unmap(a.pick % live.length)
            continue
          }
          const out = alloc(pool, a)
          reasons.set(out.reason, (reasons.get(out.reason) ?? 0) + 1)
          if (out.slot === NO_SLOTS) {
            const free = [...pool.used].map((used) => pool.areaSlots - used)
            if (out.reason !== 'too-large') expect(out.reason === 'full').toBe(free.every((n) => n < out.slots))
            expect(alloc(createPool(g), a).reason).toBe(out.reason === 'too-large' ? 'too-large' : null)
            continue
          }
          const { slot, slots, offset } = out
          const [first, last] = [g.startAddress + offset, g.startAddress + offset + a.bytes - 1]
          expect(taken.slice(slot, slot + slots)).toEqual(new Array(slots).fill(false))
          taken.fill(true, slot, slot + slots)
          expect(Math.floor(slot / 128)).toBe(Math.floor((slot + slots - 1) / 128))
          expect([out.area, out.areasTried]).toEqual([areaOfSlot(pool, slot), meter.locks])
          // The whole buffer lies in the run, which begins and ends at the alignment that was asked for.
          expect(slot * 2048 <= offset && offset + a.bytes <= (slot + slots) * 2048).toBe(true)
          expect((g.startAddress + slot * 2048) % (a.allocAlignMask + 1)).toBe(0)
          // The address has the bits of the buffer's that the device asked to keep.
          const keep = BigInt(a.orig === 0 ? 0 : a.minAlignMask)
          expect(BigInt(first) & keep).toBe(BigInt(a.orig) & keep)
          if (g.boundaryMask !== null) {
            const block = BigInt(g.boundaryMask) + 1n
            expect(BigInt(first) / block).toBe(BigInt(last) / block)
          }
          live.push({ out, mask: a.minAlignMask })
          expect([...pool.list.data]).toEqual(countersOf(taken))
        }
        for (let area = 0; area < g.areas; area++) {
          const counters = countersOf(taken).slice(area * pool.areaSlots, (area + 1) * pool.areaSlots)
          expect(longestRun(pool, area * pool.areaSlots, (area + 1) * pool.areaSlots)).toBe(
            Math.max(...counters.map((n, i) => Math.min(n, pool.areaSlots - i))),
          )
        }
        expect(pool.usedSlots).toBe(taken.filter(Boolean).length)
        expect(pool.used.reduce((sum, n) => sum + n)).toBe(pool.usedSlots)
        while (live.length > 0) unmap(0)
        expect(hashPlain({ ...pool, next: 0, refused: 0, usedHigh: 0 })).toBe(fresh)
      }),
      { seed: 11, numRuns: 60 },
    )
    for (const reason of [null, 'too-large', 'full', 'scattered']) expect(reasons.get(reason)).toBeGreaterThan(20)
  })

  it('marks what it writes, and the same calls leave the same state', () => {
    const run = (): string => {
      const pool = createPool({ ...GEOMETRY, slots: 8192 })
      const arrays = Object.values(pool).filter((v) => typeof v === 'object' && v !== null && isChunked(v))
      expect(arrays).toHaveLength(5)
      const live: SlotResult[] = []
      for (let i = 0; i < 400; i++) {
        const before = arrays.map((a) => a.data.slice())
        for (const a of arrays) a.dirty.fill(0)
        if (i % 3 === 2) release(pool, live.splice((i * 7) % live.length, 1)[0]!.offset, 0xfff)
        else
          live.push(alloc(pool, { cpu: i, bytes: 1 + i * 600, minAlignMask: 0xfff, orig: 0x100000abc + i, owner: i }))
        arrays.forEach((a, k) => {
          const unmarked = a.data.findIndex((x, j) => x !== before[k]![j] && a.dirty[j >>> CHUNK_SHIFT] === 0)
          expect(unmarked).toBe(-1)
        })
      }
      return hashPlain(pool)
    }
    expect(run()).toBe(run())
  })

  it('begins in the area of the CPU, goes on to the next and reports every lock and search', () => {
    const pool = createPool({ ...GEOMETRY, areas: 4 })
    expect([0, 3, 4, 7].map((c) => homeArea(pool, c))).toEqual([0, 3, 0, 3])
    for (let i = 0; i < 2; i++) expect(alloc(pool, { cpu: 3, bytes: 262144 })).toMatchObject({ area: 3, areasTried: 1 })
    const out = alloc(pool, { cpu: 3 })
    expect(out).toMatchObject({ area: 0, slot: 0, areasTried: 2, slotsLooked: 1, reason: null })
    // Area 3 had no slot left, so nothing was searched there.
    expect([meter.locks, [...meter.lockOrder.slice(0, 2)], meter.tries, meter.tryRegion[0]]).toEqual([2, [3, 0], 1, 0])
    expect([meter.tryStart[0], meter.tryLimit[0]]).toEqual([0, 256])
    resetMeter(meter)
    release(pool, out.offset)
    expect([meter.locks, meter.lockOrder[0]]).toEqual([1, 0])
  })

  it('does not move the cursor on release: what was freed last is not handed out next', () => {
    const pool = createPool(GEOMETRY)
    const first = alloc(pool)
    release(pool, first.offset)
    expect([first.slot, alloc(pool).slot, pool.next[0]]).toEqual([0, 1, 2])
  })

  it('knows the buffer of each slot, and whose it is', () => {
    const pool = createPool({ ...GEOMETRY, startAddress: 0 })
    // 16 KiB alignment and an offset of 0x2a50 in it: five slots of padding come first.
    const out = alloc(pool, { bytes: 3000, allocAlignMask: 0x3fff, minAlignMask: 0x3fff, orig: 0x10002a50, owner: 42 })
    expect(out).toMatchObject({ slot: 0, slots: 8, pad: 5, offset: 0x2a50 })
    const { orig, owner, pad } = pool
    expect([...orig.data.slice(4, 7)]).toEqual([NO_BUFFER, 0x10002a50, 0x10003250])
    expect([pad.data[0], pad.data[5], owner.data[0], owner.data[7], owner.data[8]]).toEqual([0, 5, 42, 42, NO_OWNER])
    expect([release(pool, 0x2a50, 0x3fff), pad.data[5], owner.data[0]]).toEqual([8, 0, NO_OWNER])
  })

  it('tells why it refuses, and counts it', () => {
    const pool = createPool({ ...GEOMETRY, slots: 256 })
    expect(alloc(pool, { bytes: 262145 })).toMatchObject({ reason: 'too-large', slots: 129, offset: -1, areasTried: 2 })
    // 252 KiB is what NVMe is promised; one byte more of a buffer whose offset asks for padding cannot fit.
    expect(alloc(pool, { bytes: 262144, minAlignMask: 0xfff, orig: 0x100000800 }).reason).toBe('too-large')
    const one = Array.from({ length: 256 }, (_, i) => alloc(pool, { cpu: i }))
    expect(alloc(pool).reason).toBe('full')
    for (const { offset, slot } of one) if (slot % 2 === 0) release(pool, offset)
    expect([pool.used[0], longestRun(pool, 0, pool.areaSlots)]).toEqual([64, 1])
    expect(alloc(pool, { bytes: 2049 })).toMatchObject({ reason: 'scattered', slotsLooked: 256 })
    expect(alloc(pool, { bytes: 200_000 }).reason).toBe('full')
    expect(pool.refused).toEqual({ 'too-large': 2, full: 2, scattered: 1 })
    expect([pool.usedSlots, pool.usedHigh]).toEqual([128, 256])
  })

  it('finds no run longer than the boundary allows', () => {
    const pool = createPool({ ...GEOMETRY, boundaryMask: 0xffff })
    expect(alloc(pool, { bytes: 65536 })).toMatchObject({ slot: 2, slots: 32 })
    expect(alloc(pool, { bytes: 65537 }).reason).toBe('too-large')
  })

  it('releases nothing where no buffer lies', () => {
    const pool = createPool(GEOMETRY)
    const { offset } = alloc(pool, { allocAlignMask: 0x3fff, minAlignMask: 0x3fff, orig: 0x2a50 })
    const before = hashPlain(pool)
    for (const nowhere of [-2048, offset - 2048, 1024 * 2048, 200 * 2048]) expect(release(pool, nowhere)).toBe(0)
    expect(hashPlain(pool)).toBe(before)
    expect(release(pool, offset, 0x3fff)).toBe(8)
    expect(release(pool, offset, 0x3fff)).toBe(0)
  })

  it('refuses a geometry that is none, and a mapping of nothing', () => {
    for (const part of [{ slots: 0 }, { areas: 3 }, { areas: 2048 }, { startAddress: 1024 }, { boundaryMask: 0x1800 }])
      expect(() => createPool({ ...GEOMETRY, ...part })).toThrow(RangeError)
    expect(() => alloc(createPool(GEOMETRY), { bytes: 0 })).toThrow(RangeError)
  })

  it('promises drivers what a slot set holds beside the offset', () => {
    expect([0, 1, 0xfff, 0xffff].map(largestMapping)).toEqual([262144, 260096, 258048, 196608])
    for (const mask of [0, 0x1ff, 0xfff, 0x3fff]) {
      const pool = createPool({ ...GEOMETRY, startAddress: 0 })
      const largest = { bytes: largestMapping(mask), minAlignMask: mask, orig: 0x100000000 + mask }
      expect(alloc(pool, largest).reason).toBe(null)
    }
  })
})
