// Random requests from several CPUs against a plain set of what is handed out: whatever an allocator keeps for itself, the
// entries that it hands out belong to nobody else, and none is lost.

import { describe, expect, test } from 'vitest'
import { log2Ceil, modPow2, pow2 } from '../../lib/bits.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { createMeter, MAX_TRIES, resetMeter } from '../engine/meter.ts'
import {
  CACHED,
  type Case,
  CPUS,
  cases,
  countFree,
  countOf,
  FREE,
  hasTree,
  NO_MASK,
  picture,
  RESERVED,
  randomRequest,
  request,
  run,
  USED,
} from '../testing/iova-rig.ts'
import { NO_ENTRY } from '../types.ts'
import { IN_DEPOT } from './allocator.ts'
import { absOf } from './geometry.ts'

const OPERATIONS = 3000
const CHECK_EVERY = 300

interface Live {
  readonly e: number
  readonly npages: number
}

const prices = { total: 0 }

/** What is wrong with the answer `e` to a request, in words. */
function faultsOf(
  { a, g, settings }: Case,
  s: object,
  map: Uint8Array,
  req: ReturnType<typeof request>,
  e: number,
  m = meter,
) {
  const faults: string[] = []
  const fault = (wrong: boolean, what: string) => wrong && faults.push(`${req.npages} pages at ${e}: ${what}`)
  const end = e + req.npages
  const first = absOf(g, e)
  const [from, to] = run(a, s, e, req.npages)
  fault(end > g.size, 'outside')
  fault(
    map.subarray(from, to).some((x) => x === USED || x === RESERVED),
    'not free',
  )
  fault(absOf(g, end - 1) - first !== req.npages - 1, 'across islands')
  fault(absOf(g, end - 1) > req.mask, 'beyond the reach')
  if (hasTree(a)) fault(modPow2(first, pow2(log2Ceil(req.npages))) !== 0, 'not aligned to its size')
  else {
    fault(e % pow2(req.alignOrder) !== 0, 'not aligned')
    fault(req.useHandle && req.handle !== end, 'handle')
    const t = m.tries - 1
    fault(t < 0 || m.tries > MAX_TRIES || end >= m.tryLimit[t]!, 'outside its search')
    // Under a mask a search may begin anew from below.
    fault(req.mask === NO_MASK && e < m.tryStart[t]!, 'below its search')
  }
  if (settings.generation !== 1) fault((first % g.boundary) + req.npages > g.boundary, 'across a boundary')
  return faults
}

/** Whether what an allocator tells of itself agrees with the plain map of what is handed out, and with itself. */
function disagreements({ a, g }: Case, s: object, map: Uint8Array, random: () => number): string[] {
  const told = picture(a, s, g.size)
  if (!told) return ['runs']
  const faults: string[] = []
  const cached = new Uint8Array(g.size)
  let keepers = true
  a.forEachCached?.(s, (start, npages, keeper) => {
    keepers &&= keeper >= IN_DEPOT && keeper < CPUS
    for (let e: number = start; e < start + npages; e++) cached[e] = cached[e]! + 1
  })
  if (!keepers) faults.push('keepers')
  let wrong = -1
  let unkept = -1
  for (let e = 0; e < g.size; e++) {
    if (map[e] !== told[e] && !(map[e] === FREE && told[e] === CACHED)) wrong = e
    if (cached[e] !== (told[e] === CACHED ? 1 : 0)) unkept = e
  }
  if (wrong >= 0) faults.push(`entry ${wrong}: ${told[wrong]} for ${map[wrong]}`)
  if (unkept >= 0) faults.push(`entry ${unkept}: kept ${cached[unkept]} times`)
  const from = random() % g.size
  const to = from + (random() % (g.size - from + 1))
  for (const [start, limit] of [[0, g.size] as const, [from, to] as const]) {
    const counted = countFree(told, g, start, limit)
    const free = a.freeIn(s, start, limit)
    if (free.free !== counted.free || free.longestRun !== counted.longestRun) faults.push(`free in ${start}–${limit}`)
    if (a.freeCount(s, start, limit) !== counted.free) faults.push(`free count of ${start}–${limit}`)
  }
  let owned = -1
  a.forEachChunk?.(s, (start, npages, owner) => {
    if (start <= owned || start + npages > g.size || !(owner >= 0 && owner < CPUS)) faults.push(`chunk at ${start}`)
    owned = start + npages - 1
  })
  return faults
}

const meter = createMeter()

for (const c of cases()) {
  const { name, a, settings, g, seed } = c
  describe(name, () => {
    test('no two owners share an entry, and none is lost, on whichever CPUs they come and go', () => {
      const rng = createRng(seed)
      const random = () => nextU32(rng)
      const s = a.create(g, settings)
      const map = picture(a, s, g.size)!
      const reserved = countOf(map, RESERVED)
      const live: Live[] = []
      const online = Array.from({ length: CPUS }, () => true)
      const faults: string[] = []
      let refused = 0
      let nowNs = 0
      prices.total = 0
      const someCpu = () => {
        let at = random() % CPUS
        while (!online[at]) at = (at + 1) % CPUS
        return at
      }
      const spent = () => {
        prices.total += meter.ps
        for (let i = 0; i < meter.locks; i++) prices.total += meter.stagePs[i]!
      }
      const release = (at: number) => {
        const { e, npages } = live[at]!
        live[at] = live[live.length - 1]!
        live.pop()
        const [from, to] = run(a, s, e, npages)
        const on = someCpu()
        resetMeter(meter, nowNs, a.lockForFree(s, e, on, npages))
        if (!a.free(s, e, npages, meter, on)) faults.push(`free of ${e}`)
        map.fill(FREE, from, to)
        spent()
      }
      for (let i = 0; i < OPERATIONS && faults.length === 0; i++) {
        nowNs += 1_000_000
        if (live.length > 0 && random() % 5 < (i % 1000 < 500 ? 1 : 3)) release(random() % live.length)
        else {
          const req = randomRequest(rng, a, g)
          req.cpu = someCpu()
          resetMeter(meter, nowNs, a.lockForAlloc(s, req.cpu, req.npages))
          const e = a.alloc(s, req, meter)
          spent()
          if (e === NO_ENTRY) refused++
          else {
            faults.push(...faultsOf(c, s, map, req, e))
            map.fill(USED, ...run(a, s, e, req.npages))
            live.push({ e, npages: req.npages })
          }
        }
        if (a.work && a.workDueNs!(s) <= nowNs) {
          resetMeter(meter, nowNs)
          a.work(s, meter)
        }
        if (a.setOnline && i % 97 === 0) {
          const at = 1 + (random() % (CPUS - 1))
          online[at] = !online[at]
          resetMeter(meter, nowNs)
          a.setOnline(s, at, online[at], meter)
        }
        if (i % CHECK_EVERY === 0) faults.push(...disagreements(c, s, map, random))
      }
      faults.push(...disagreements(c, s, map, random))
      expect(faults).toEqual([])
      expect(refused).toBeGreaterThan(0)
      if (hasTree(a)) expect(prices.total).toBeGreaterThan(0)

      for (let at = 0; at < CPUS; at++) a.setOnline?.(s, at, true, meter)
      while (live.length > 0) release(live.length - 1)
      expect(disagreements(c, s, map, random)).toEqual([])
      expect([countOf(map, FREE), countOf(map, RESERVED)]).toEqual([g.size - reserved, reserved])
      // Everything that is kept anywhere can be had again.
      let again = 0
      const req = request()
      for (resetMeter(meter, nowNs); a.alloc(s, req, meter) !== NO_ENTRY; resetMeter(meter, nowNs)) again++
      expect(again).toBe(a.usable(s))
    })
  })
}

test('a bitmap is entirely free again when all is freed, and so is a tree when its caches are emptied', () => {
  for (const { a, settings, g } of cases()) {
    const s = a.create(g, settings)
    const before = a.freeIn(s, 0, g.size)
    const got = Array.from({ length: 100 }, (_, i) =>
      a.alloc(s, request({ cpu: i % CPUS, npages: 1 + (i % 3) }), createMeter()),
    )
    got.forEach((e, i) => {
      if (e !== NO_ENTRY) a.free(s, e, 1 + (i % 3), createMeter(), (i + 1) % CPUS)
    })
    for (let at = 0; at < CPUS; at++) a.setOnline?.(s, at, false, createMeter())
    expect(a.freeIn(s, 0, g.size)).toEqual(before)
  }
})
