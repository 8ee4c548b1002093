// What every allocator of the registry keeps to, in every variant of its parameters.

import { describe, expect, test } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { createMeter, NO_LOCK, resetMeter } from '../engine/meter.ts'
import {
  CACHED,
  CPUS,
  cases,
  countOf,
  FREE,
  geometry,
  hasTree,
  NO_MASK,
  picture,
  RESERVED,
  randomRequest,
  request,
  USED,
} from '../testing/iova-rig.ts'
import { NO_ENTRY } from '../types.ts'
import type { IovaAllocator } from './allocator.ts'
import { allocatorById, allocators } from './index.ts'

const meter = createMeter()

/** One-page requests until one is refused. */
function fill(a: IovaAllocator, s: object, onCpu: (i: number) => number): number[] {
  const got: number[] = []
  const req = request()
  for (;;) {
    req.cpu = onCpu(got.length)
    resetMeter(meter)
    const e = a.alloc(s, req, meter)
    if (e === NO_ENTRY) return got
    got.push(e)
  }
}

for (const { name, a, settings, g, seed } of cases()) {
  describe(name, () => {
    test('one-page requests get exactly the usable entries, and all freed is free or cached', () => {
      const s = a.create(g, settings)
      const empty = picture(a, s, g.size)!
      const { longestRun } = a.freeIn(s, 0, g.size)
      for (const onCpu of [() => 0, (i: number) => i % CPUS]) {
        const got = fill(a, s, onCpu)
        expect(new Set(got).size).toBe(got.length)
        // A CPU that does not borrow is refused while others still have room.
        if (settings.borrow === 'off' && onCpu(1) !== 0) expect(got.length).toBeLessThanOrEqual(a.usable(s))
        else expect(got.length).toBe(a.usable(s))
        expect(got.every((e, i) => a.free(s, e, 1, meter, onCpu(i)))).toBe(true)
        const after = picture(a, s, g.size)!
        expect([countOf(after, USED), countOf(after, RESERVED)]).toEqual([0, countOf(empty, RESERVED)])
        if (!hasTree(a))
          expect([countOf(after, FREE), a.freeIn(s, 0, g.size).longestRun]).toEqual([countOf(empty, FREE), longestRun])
      }
    })

    test('refuses nothing pages, an empty reach, and ranges outside the table', () => {
      const s = a.create(g, settings)
      const before = picture(a, s, g.size)!
      expect(a.alloc(s, request({ npages: 0 }), meter)).toBe(NO_ENTRY)
      expect(a.alloc(s, request({ npages: hasTree(a) ? g.size + 1 : g.size }), meter)).toBe(NO_ENTRY)
      if (g.offset > 0) expect(a.alloc(s, request({ mask: g.offset - 1 }), meter)).toBe(NO_ENTRY)
      expect(a.free(s, g.size - 1, 2, meter, 0)).toBe(false)
      expect(a.free(s, -1, 1, meter, 0)).toBe(false)
      const after = picture(a, s, g.size)!
      // Element by element: `toEqual` takes seconds over all windows.
      expect(before.findIndex((x, e) => x !== after[e])).toBe(-1)
    })

    test('its regions tile the window, and a request begins in its home region', () => {
      const s = a.create(g, settings)
      const regions = a.regions(s)
      const bounds = regions.flatMap((r) => [r.start, r.end])
      expect(bounds).toEqual([0, ...bounds.slice(1, -1).map((_, i) => bounds[i + 1 - (i % 2)]), g.size])
      for (let c = 0; c < CPUS; c++) {
        for (const npages of [1, 15, 16, 40]) {
          const first = a.lockForAlloc(s, c, npages)
          const home = a.homeRegion(s, c, npages)
          if (!hasTree(a)) expect(first).toBe(regions[home]!.lock)
          resetMeter(meter, 0, first)
          const e = a.alloc(s, request({ cpu: c, npages: npages }), meter)
          if (meter.tries > 0) expect(meter.tryRegion[0]).toBe(home)
          if (e === NO_ENTRY) continue
          const landed = regions.find((r) => e >= r.start && e < r.end)!
          if (!hasTree(a)) expect(a.lockForFree(s, e, c, npages)).toBe(landed.lock)
        }
      }
    })

    if (a.follows)
      test('what a record says was handed out is, wherever it lies, and comes back as any other', () => {
        const rng = createRng(seed)
        const below = (n: number) => nextU32(rng) % n
        const s = a.create(g, settings)
        const empty = picture(a, s, g.size)!
        const border = g.islands?.[1]?.entry ?? g.size
        for (let round = 0; round < 12; round++) {
          const live: [number, number][] = []
          const want = picture(a, s, g.size)!
          for (let i = 0; i < 4; i++) {
            const npages = below(3) === 0 ? 1 + below(40) : 1
            const e = below(g.size - npages)
            const run = want.subarray(e, e + npages)
            if ((e < border && e + npages > border) || run.includes(USED) || run.includes(RESERVED)) continue
            a.adopt!(s, e, npages, below(2) === 0)
            run.fill(USED)
            live.push([e, npages])
          }
          const got = picture(a, s, g.size)!
          // Ranges for magazines are rounded up, and what one kept beside the run may have gone back to the tree.
          expect(got.findIndex((x, e) => (want[e] === USED ? x !== USED : x === RESERVED && want[e] !== x))).toBe(-1)
          if (!a.caches) expect(countOf(got, USED)).toBe(countOf(want, USED))
          expect(live.every(([e, npages]) => a.free(s, e, npages, meter, below(CPUS)))).toBe(true)
          const left = picture(a, s, g.size)!
          expect([countOf(left, USED), countOf(left, RESERVED)]).toEqual([0, countOf(empty, RESERVED)])
          // What came back is handed out again, and none of it twice.
          const held = picture(a, s, g.size)!
          const again: [number, number, number][] = []
          let refused = 0
          while (refused < 3) {
            const npages = 1 + below(9)
            const on = below(CPUS)
            resetMeter(meter)
            const e = a.alloc(s, request({ npages: npages, cpu: on }), meter)
            if (e === NO_ENTRY) refused++
            else {
              const of = held.subarray(e, e + npages)
              if (of.includes(USED) || of.includes(RESERVED)) expect.fail(`${npages} pages at ${e} are taken`)
              of.fill(USED)
              again.push([e, npages, on])
            }
          }
          for (const [e, npages, on] of again) a.free(s, e, npages, meter, on)
        }
      })

    if (a.follows)
      test('a request that is undone was never made', () => {
        const rng = createRng(seed)
        const s = a.create(g, settings)
        const twin = a.create(g, settings)
        const live: [number, ReturnType<typeof request>][] = []
        const draw = () => ({ ...randomRequest(rng, a, g), emptyCaches: false, useHandle: false, mask: NO_MASK })
        for (let i = 0; i < 500; i++) {
          const undone = draw()
          const before = a.before!(s)
          resetMeter(meter)
          a.undo!(s, a.alloc(s, undone, meter), undone.npages, undone.cpu, before, meter)
          const req = draw()
          resetMeter(meter)
          const e = a.alloc(s, { ...req }, meter)
          resetMeter(meter)
          expect(a.alloc(twin, { ...req }, meter)).toBe(e)
          if (e !== NO_ENTRY) live.push([e, req])
          while (live.length > 20) {
            const [[old, { npages, cpu: on }]] = live.splice(nextU32(rng) % live.length, 1) as [(typeof live)[number]]
            a.free(s, old, npages, meter, on)
            a.free(twin, old, npages, meter, on)
          }
        }
      })

    test('every lock that it names exists, and has a name', () => {
      const s = a.create(g, settings)
      const n = a.locks(s)
      const named = new Set(a.regions(s).map((r) => r.lock))
      for (let lock = 0; lock < n; lock++) expect(a.lockName?.(s, lock) ?? named.has(lock)).toBeTruthy()
      for (let c = 0; c < CPUS; c++) {
        for (const npages of [1, 16, 40]) {
          const first = a.lockForAlloc(s, c, npages)
          resetMeter(meter, 0, first)
          const e = a.alloc(s, request({ cpu: c, npages: npages }), meter)
          const then = e === NO_ENTRY ? NO_LOCK : a.lockForFree(s, e, c, npages)
          for (const lock of [first, then, ...meter.lockOrder.subarray(0, meter.locks)]) {
            expect(lock === NO_LOCK || (lock >= 0 && lock < n)).toBe(true)
          }
        }
      }
    })
  })
}

test('magazines tell what is recorded in the rest of a range from a run that is handed out there later', () => {
  const a = allocatorById('rcache')!
  const s = a.create(geometry({ size: 72 }), {})
  // Eight pages are held for five.
  a.adopt!(s, 64, 5, true)
  a.adopt!(s, 70, 1, false)
  a.free(s, 64, 5, meter, 0)
  a.setOnline!(s, 0, false, meter)
  const e = a.alloc(s, request({ npages: 2, cpu: 1 }), meter)
  a.free(s, e, 2, meter, 1)
  a.free(s, 70, 1, meter, 1)
  let kept = 0
  a.forEachCached!(s, (_, npages) => {
    kept += npages
  })
  expect([e, kept, countOf(picture(a, s, 72)!, CACHED)]).toEqual([70, 2, 2])
})

test('every allocator has an id of its own, and a place in the kernel', () => {
  expect(new Set(allocators.map((a) => a.id)).size).toBe(allocators.length)
  for (const a of allocators) {
    expect(allocatorById(a.id)).toBe(a)
    expect(a.kernel.file).toMatch(/^[a-z].*\.[ch]$/)
    expect(a.kernel.symbols.length).toBeGreaterThan(0)
    expect(a.kernel.tag).toMatch(/^v\d/)
  }
  expect(allocatorById('no such one')).toBeUndefined()
})

test('every allocator that a kernel shipped can follow a record; what has not says so', () => {
  expect(allocators.filter((a) => !a.follows && 'by' in a.shipped).map((a) => a.id)).toEqual([])
  for (const a of allocators)
    expect([a.id, a.adopt !== undefined, a.undo !== undefined]).toEqual([a.id, !!a.follows, !!a.follows])
})

test('an allocator whose CPUs keep ranges for themselves says so, and no other', () => {
  for (const a of allocators) expect([a.id, !!a.keeps]).toEqual([a.id, !!(a.caches ?? a.forEachChunk)])
})

test('every allocator refuses windows that no kernel sets up', () => {
  const wrong = [{ size: 1 }, { size: 1.5 }, { offset: -1 }, { offset: pow2(53) }, { blockSize: 12 }, { boundary: 3 }]
  for (const a of allocators) {
    for (const g of wrong) expect(() => a.create(geometry(g), {})).toThrow(RangeError)
  }
})
