// What the suites over all allocators share: windows, settings, requests, and pictures of what is handed out.

import { alignDown, alignUp, log2Ceil, pow2 } from '../../lib/bits.ts'
import { hashPlain } from '../../lib/hash.ts'
import { nextU32, type Rng } from '../../lib/rng.ts'
import type { AllocRequest, IovaAllocator, RangeKind, WindowGeometry } from '../iova/allocator.ts'
import { allocators } from '../iova/index.ts'
import type { Param, Settings } from '../params.ts'
import { MAX_GRANULE } from '../types.ts'

export const CPUS = 8
export const NO_MASK = Number.MAX_SAFE_INTEGER

export const FREE = 0
export const USED = 1
export const RESERVED = 2
export const CACHED = 3

export function geometry(g: Partial<WindowGeometry>): WindowGeometry {
  const defaults = { size: 4096, offset: 0, pageShift: 12, blockSize: 16, resStart: 0, resEnd: 0, boundary: Infinity }
  return { ...defaults, cpus: CPUS, ...g }
}

const geometries: Readonly<Record<string, WindowGeometry>> = {
  '256 MB of 64K pages': geometry({ size: 4096, pageShift: 16, boundary: 65536 }),
  '1 GB of 64K pages at 2^59': geometry({ size: 16384, pageShift: 16, offset: pow2(43), boundary: 65536 }),
  '400 pages behind a reserved range': geometry({ size: 400, pageShift: 12, resStart: 0, resEnd: 70, boundary: 256 }),
  '5000 pages across a 4 GiB line': geometry({ size: 5000, pageShift: 12, offset: 1044992, boundary: 1048576 }),
}

/** For allocators that work on a tree of ranges: a bitmap has no room for what lies between. */
const islandGeometries: Readonly<Record<string, WindowGeometry>> = {
  'two islands of a 48-bit space': geometry({
    size: 6000,
    boundary: 1048576,
    islands: [
      { entry: 0, abs: 0, pages: 3000 },
      { entry: 3000, abs: pow2(36) - 3000, pages: 3000 },
    ],
  }),
}

/** It works on a tree of ranges: those allocators price their work themselves. */
export const hasTree = (a: IovaAllocator): boolean => a.charges === true

/** Every combination of the values of `params`; of more than six each value once, beside the others' defaults. */
function variants(params: readonly Param[]): Settings[] {
  const values = (p: Param): Settings[] => (p.values ?? []).map((v) => ({ [p.name]: v.value }))
  if (params.reduce((n, p) => n * (p.values?.length ?? 1), 1) > 6)
    return [{}, ...params.flatMap((p) => values(p).filter((v) => v[p.name] !== p.default))]
  return params.reduce<Settings[]>((sets, p) => sets.flatMap((set) => values(p).map((v) => ({ ...set, ...v }))), [{}])
}

export interface Case {
  readonly name: string
  readonly a: IovaAllocator
  readonly settings: Settings
  readonly g: WindowGeometry
  readonly seed: number
}

/** Every allocator of the registry in every window, with all settings that make a difference to it there. */
export function cases(): Case[] {
  return allocators.flatMap((a) =>
    Object.entries({ ...geometries, ...(hasTree(a) && islandGeometries) }).flatMap(([where, g]) => {
      const seen = new Set<string>()
      return variants(a.params).flatMap((settings) => {
        const hash = hashPlain(a.create(g, settings))
        if (seen.has(hash)) return []
        seen.add(hash)
        const name = `${a.id} ${Object.values(settings).join(' ')}, ${where}`
        return [{ name, a, settings, g, seed: a.id.length * 1000 + g.size }]
      })
    }),
  )
}

export function request(fields: Partial<AllocRequest> = {}): AllocRequest {
  const defaults = {
    cpu: 0,
    npages: 1,
    alignOrder: 0,
    mask: NO_MASK,
    handle: 0,
    useHandle: false,
    emptyCaches: true,
  }
  return { ...defaults, phase: 0, ...fields }
}

/** A request as drivers make them: mostly small, some aligned, some from a device that does not reach everything. */
export function randomRequest(rng: Rng, a: IovaAllocator, g: WindowGeometry): AllocRequest {
  const below = (n: number) => nextU32(rng) % n
  const npages = below(6) === 0 ? 16 + below(40) : 1 + below(4)
  // Tree ranges are aligned by their size, and nobody asks for more.
  const alignOrder = hasTree(a) ? 0 : below(4) === 0 ? below(5) : 0
  // Nor for more than the whole reach of the device.
  const reach = npages + below(g.size + 100)
  return request({
    cpu: below(CPUS),
    npages: npages,
    alignOrder,
    // An aligned buffer begins at such a page in memory too.
    phase: alignDown(below(MAX_GRANULE), pow2(alignOrder)),
    mask: below(4) === 0 ? (g.islands ? 0 : g.offset) + reach : NO_MASK,
    handle: below(3) === 0 ? below(g.size) : 0,
    useHandle: below(2) === 0,
    emptyCaches: below(4) > 0,
  })
}

/** All entries that a request got: where one TCE maps several, and where sizes are rounded up for the magazines. */
export function run(a: IovaAllocator, s: object, e: number, npages: number): [number, number] {
  if (a.caches) return [e, e + (npages < 32 ? pow2(log2Ceil(npages)) : npages)]
  const granule = a.granule?.(s, e) ?? 1
  return [alignDown(e, granule), alignUp(e + npages, granule)]
}

/** FREE, USED, RESERVED or CACHED by entry, as forEachRange tells it, or null when runs do not ascend or are not maximal. */
export function picture(a: IovaAllocator, s: object, size: number): Uint8Array | null {
  const map = new Uint8Array(size)
  const state: Record<RangeKind, number> = { used: USED, reserved: RESERVED, cached: CACHED }
  let end = -1
  let last: RangeKind | null = null
  let wellFormed = true
  a.forEachRange(s, (start, npages, kind) => {
    wellFormed &&= npages > 0 && start + npages <= size && (start > end || (start === end && kind !== last))
    map.fill(state[kind], start, start + npages)
    end = start + npages
    last = kind
  })
  return wellFormed ? map : null
}

export function countOf(map: Uint8Array, state: number): number {
  let n = 0
  for (let e = 0; e < map.length; e++) if (map[e] === state) n++
  return n
}

/** Free entries of [from, to) and their longest run in one island, counted one by one. */
export function countFree(map: Uint8Array, g: WindowGeometry, from: number, to: number) {
  let free = 0
  let longestRun = 0
  let here = 0
  const border = g.islands?.[1]?.entry
  for (let e = from; e < to; e++) {
    if (e === border) here = 0
    here = map[e] === FREE ? here + 1 : 0
    if (here > 0) free++
    if (here > longestRun) longestRun = here
  }
  return { free, longestRun }
}
