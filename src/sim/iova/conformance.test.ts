// What every allocator of the registry keeps to, in every variant of its parameters.

import { describe, expect, test } from 'vitest'
import { alignDown, alignUp, pow2 } from '../../lib/bits.ts'
import { createRng, nextU32, type Rng } from '../../lib/rng.ts'
import { createMeter, MAX_TRIES, resetMeter } from '../engine/meter.ts'
import type { Param } from '../params.ts'
import type { Settings } from '../scenario/schema.ts'
import { absEntry, cpu, type Entry, entry, MAX_GRANULE, NO_ENTRY, pages } from '../types.ts'
import type { AllocRequest, IovaAllocator, RangeKind, WindowGeometry } from './allocator.ts'
import { allocatorById, allocators } from './index.ts'

const NO_MASK = absEntry(Number.MAX_SAFE_INTEGER)
const CPUS = 8

const geometries: Readonly<Record<string, WindowGeometry>> = {
  '256 MB of 64K pages': geometry({ size: 4096, pageShift: 16, boundary: 65536 }),
  '1 GB of 64K pages at 2^59': geometry({ size: 16384, pageShift: 16, offset: pow2(43), boundary: 65536 }),
  '400 pages behind a reserved range': geometry({ size: 400, pageShift: 12, resStart: 0, resEnd: 70, boundary: 256 }),
  '5000 pages across a 4 GiB line': geometry({ size: 5000, pageShift: 12, offset: 1044992, boundary: 1048576 }),
}

function geometry(g: Partial<WindowGeometry>): WindowGeometry {
  const defaults = { size: 4096, offset: 0, pageShift: 12, blockSize: 16, resStart: 0, resEnd: 0, boundary: Infinity }
  return { ...defaults, ...g }
}

/** Every combination of the values of `params`; of many params each value once, beside the defaults of the others. */
function variants(params: readonly Param[]): Settings[] {
  const values = (p: Param): Settings[] => (p.values ?? []).map((v) => ({ [p.name]: v.value }))
  if (params.length > 2) return [{}, ...params.flatMap((p) => values(p).filter((v) => v[p.name] !== p.default))]
  return params.reduce<Settings[]>((sets, p) => sets.flatMap((set) => values(p).map((v) => ({ ...set, ...v }))), [{}])
}

function request(fields: Partial<AllocRequest> = {}): AllocRequest {
  const defaults = {
    cpu: cpu(0),
    npages: pages(1),
    alignOrder: 0,
    mask: NO_MASK,
    handle: entry(0),
    useHandle: false,
    emptyCaches: true,
  }
  return { ...defaults, phase: 0, ...fields }
}

/** 0 = free, 1 = used, 2 = reserved, by entry, as forEachRange tells it; checks that runs ascend and are maximal. */
function picture(a: IovaAllocator, s: object, size: number): Uint8Array {
  const map = new Uint8Array(size)
  let end = -1
  let last: RangeKind | null = null
  let wellFormed = true
  a.forEachRange(s, (start, npages, kind) => {
    wellFormed &&= npages > 0 && (start > end || (start === end && kind !== last))
    map.fill(kind === 'used' ? 1 : 2, start, start + npages)
    end = start + npages
    last = kind
  })
  expect(wellFormed).toBe(true)
  return map
}

/** First entry in which two pictures differ, or -1. */
const firstDifference = (a: Uint8Array, b: Uint8Array): number => a.findIndex((x, i) => x !== b[i])

function randomRequest(rng: Rng, g: WindowGeometry): AllocRequest {
  const below = (n: number) => nextU32(rng) % n
  const large = below(6) === 0
  const alignOrder = below(4) === 0 ? below(5) : 0
  return request({
    cpu: cpu(below(CPUS)),
    npages: pages(large ? 16 + below(40) : 1 + below(4)),
    alignOrder,
    // An aligned buffer begins at such a page in memory too.
    phase: alignDown(below(MAX_GRANULE), pow2(alignOrder)),
    mask: below(4) === 0 ? absEntry(g.offset + below(g.size + 100)) : NO_MASK,
    handle: entry(below(3) === 0 ? below(g.size) : 0),
    useHandle: below(2) === 0,
    emptyCaches: true,
  })
}

/** All entries that a request got, where one TCE maps several. */
function run(a: IovaAllocator, s: object, e: Entry, npages: number): [number, number] {
  const granule = a.granule?.(s, e) ?? 1
  return [alignDown(e, granule), alignUp(e + npages, granule)]
}

function fill(a: IovaAllocator, s: object, onCpu: (i: number) => number): Entry[] {
  const got: Entry[] = []
  const meter = createMeter()
  for (;;) {
    const e = a.alloc(s, request({ cpu: cpu(onCpu(got.length)) }), meter)
    if (e === NO_ENTRY) return got
    got.push(e)
  }
}

for (const a of allocators) {
  for (const settings of variants(a.params)) {
    for (const [name, g] of Object.entries(geometries)) {
      describe(`${a.id} ${Object.values(settings).join(' ')}, ${name}`, () => {
        const seed = a.id.length * 1000 + g.size

        test('no two owners share an entry, and all is aligned, below the limit and inside one segment', () => {
          const rng = createRng(seed)
          const meter = createMeter()
          const s = a.create(g, settings)
          const map = picture(a, s, g.size)
          const live: { e: Entry; npages: number }[] = []
          let refused = 0
          for (let i = 0; i < 3000; i++) {
            const req = randomRequest(rng, g)
            resetMeter(meter)
            if (live.length > 0 && nextU32(rng) % 5 < (i % 1000 < 500 ? 1 : 3)) {
              const { e, npages } = live.splice(nextU32(rng) % live.length, 1)[0]!
              expect(a.free(s, e, pages(npages), meter, cpu(0))).toBe(true)
              map.fill(0, ...run(a, s, e, npages))
            } else {
              const e = a.alloc(s, req, meter)
              if (e === NO_ENTRY) {
                refused++
                continue
              }
              const end = e + req.npages
              expect(map.subarray(...run(a, s, e, req.npages)).every((x) => x === 0)).toBe(true)
              expect(e % pow2(req.alignOrder)).toBe(0)
              expect(end).toBeLessThan(g.size)
              expect(g.offset + end - 1).toBeLessThanOrEqual(req.mask)
              if (settings.generation !== 1) {
                expect(((g.offset + e) % g.boundary) + req.npages).toBeLessThanOrEqual(g.boundary)
              }
              if (req.useHandle) expect(req.handle).toBe(end)
              const t = meter.tries - 1
              expect(meter.tries).toBeLessThanOrEqual(MAX_TRIES)
              // Under a mask a search may begin anew from below.
              if (req.mask === NO_MASK) expect(e).toBeGreaterThanOrEqual(meter.tryStart[t]!)
              expect(end).toBeLessThan(meter.tryLimit[t]!)
              map.fill(1, ...run(a, s, e, req.npages))
              live.push({ e, npages: req.npages })
            }
            if (i % 100 === 0) expect(firstDifference(map, picture(a, s, g.size))).toBe(-1)
          }
          expect(refused).toBeGreaterThan(0)
          const free = a.freeIn(s, 0, g.size).free
          expect(free).toBe(map.filter((x) => x === 0).length)
        })

        test('one-page requests get exactly the usable entries, and all freed is all free', () => {
          const meter = createMeter()
          const s = a.create(g, settings)
          const empty = picture(a, s, g.size)
          const { longestRun } = a.freeIn(s, 0, g.size)
          for (const onCpu of [() => 0, (i: number) => i % CPUS]) {
            const got = fill(a, s, onCpu)
            expect(new Set(got).size).toBe(got.length)
            expect(got.length).toBe(a.usable(s))
            expect(got.every((e) => a.free(s, e, pages(1), meter, cpu(0)))).toBe(true)
            expect(firstDifference(empty, picture(a, s, g.size))).toBe(-1)
            expect(a.freeIn(s, 0, g.size).longestRun).toBe(longestRun)
          }
        })

        test('refuses nothing pages, an empty reach, and ranges outside the table', () => {
          const s = a.create(g, settings)
          const before = picture(a, s, g.size)
          expect(a.alloc(s, request({ npages: pages(0) }), createMeter())).toBe(NO_ENTRY)
          expect(a.alloc(s, request({ npages: pages(g.size) }), createMeter())).toBe(NO_ENTRY)
          if (g.offset > 0) expect(a.alloc(s, request({ mask: absEntry(g.offset - 1) }), createMeter())).toBe(NO_ENTRY)
          expect(a.free(s, entry(g.size - 1), pages(2), createMeter(), cpu(0))).toBe(false)
          expect(a.free(s, entry(-1), pages(1), createMeter(), cpu(0))).toBe(false)
          expect(firstDifference(before, picture(a, s, g.size))).toBe(-1)
        })

        test('its regions tile the window, and a request begins in its home region under that lock', () => {
          const s = a.create(g, settings)
          const regions = a.regions(s)
          expect(regions[0]!.start).toBe(0)
          expect(regions[regions.length - 1]!.end).toBe(g.size)
          regions.slice(1).forEach((r, i) => {
            expect(r.start).toBe(regions[i]!.end)
          })
          for (const r of regions) expect(r.lock).toBeLessThan(a.locks(s))
          for (let c = 0; c < CPUS; c++) {
            for (const npages of [1, 15, 16]) {
              const meter = createMeter()
              const home = a.homeRegion(s, cpu(c), pages(npages))
              expect(regions[home]!.lock).toBe(a.lockForAlloc(s, cpu(c), pages(npages)))
              const e = a.alloc(s, request({ cpu: cpu(c), npages: pages(npages) }), meter)
              expect(meter.tryRegion[0]).toBe(home)
              const landed = regions.find((r) => e >= r.start && e < r.end)
              if (e !== NO_ENTRY) expect(a.lockForFree(s, e, cpu(c), pages(npages))).toBe(landed?.lock)
            }
          }
        })
      })
    }
  }
}

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

test('every allocator refuses windows that no kernel sets up', () => {
  const wrong = [{ size: 1 }, { size: 1.5 }, { offset: -1 }, { offset: pow2(53) }, { blockSize: 12 }, { boundary: 3 }]
  for (const a of allocators) {
    for (const g of wrong) expect(() => a.create(geometry(g), {})).toThrow(RangeError)
  }
})
