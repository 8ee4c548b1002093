// Replays the recordings of swiotlb/: what the pool of bounce buffers hands out and takes back, and how large it becomes.

import { createMeter, resetMeter } from '../engine/meter.ts'
import {
  allocSlots,
  createPool,
  createSlotResult,
  largestMapping,
  releaseSlots,
  type SwiotlbPool,
} from '../swiotlb/pool.ts'
import { type PoolSizing, sizeEarly, sizeLate } from '../swiotlb/pool-size.ts'
import { expectResult } from './iotlb-text.ts'
import { int, records, toHex, unreadable, type VectorRecord } from './vector-text.ts'

/** Word `i`, hexadecimal with or without `0x`, as a number that a double holds exactly. */
function exactHex(r: VectorRecord, i: number): number {
  const value = Number(toHex(r, r.words[i]?.replace(/^0x/, '')))
  return Number.isSafeInteger(value) ? value : unreadable(r, 'beyond 2^53')
}

/** A mapping of the file, in the order of its `m` records; offset -1 where there was no room. */
interface Mapping {
  readonly offset: number
  readonly minAlignMask: number
}

/** FNV-1a over the counters of all slots, as in `c` records. */
function listHash({ list }: SwiotlbPool): string {
  const hash = list.data.reduce((h, count) => Math.imul(h ^ count, 16777619), 2166136261)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

/** The pool of a `cfg` record; boundary mask 0 is none. */
function poolOf(r: VectorRecord): SwiotlbPool {
  const boundaryMask = exactHex(r, 3)
  return createPool({
    slots: int(r, 0),
    areas: int(r, 1),
    startAddress: exactHex(r, 2),
    boundaryMask: boundaryMask === 0 ? null : boundaryMask,
  })
}

/** Replays swiotlb_ops_*.txt. Returns the records met; throws Mismatch at the first that is not. */
export function replaySwiotlbOps(text: string): number {
  const meter = createMeter()
  const found = createSlotResult()
  let pool: SwiotlbPool | null = null
  let mappings: Mapping[] = []

  const map = (p: SwiotlbPool, r: VectorRecord): string => {
    const minAlignMask = exactHex(r, 3)
    const request = {
      cpu: int(r, 0),
      bytes: int(r, 1),
      allocAlignMask: exactHex(r, 2),
      minAlignMask,
      orig: exactHex(r, 4),
      owner: mappings.length,
    }
    resetMeter(meter)
    const mapped = allocSlots(p, request, found, meter)
    mappings.push({ offset: found.offset, minAlignMask })
    return mapped ? `${found.slot} ${found.slots} 0x${found.offset.toString(16)}` : '-1'
  }
  const unmap = (p: SwiotlbPool, r: VectorRecord): string => {
    const { offset, minAlignMask } = mappings[int(r, 0)] ?? unreadable(r, 'no such mapping')
    resetMeter(meter)
    return releaseSlots(p, offset, minAlignMask, meter) > 0 ? 'ok' : 'nothing released'
  }

  const all = records(text)
  for (const r of all) {
    if (r.kind === 'cfg') {
      pool = poolOf(r)
      mappings = []
      expectResult(r, 'cfg')
    } else if (pool === null) unreadable(r, 'no pool yet')
    else if (r.kind === 'm') expectResult(r, map(pool, r))
    else if (r.kind === 'u') expectResult(r, unmap(pool, r))
    else if (r.kind === 'c')
      expectResult(r, `used ${pool.used.join(' ')} next ${pool.next.join(' ')} hash ${listHash(pool)}`)
    else unreadable(r, 'unknown record')
  }
  return all.length
}

function sizeText({ slots, areas, areaSlots }: PoolSizing): string {
  return `nslabs ${slots} nareas ${areas} area_nslabs ${areaSlots}`
}

function triesText({ tries }: PoolSizing): string {
  const each = tries.map((t) => ` ${t.order === null ? `mb:${t.bytes}` : `gfp:${t.order}`}:${t.ok ? 'ok' : 'fail'}`)
  return `tries${each.join('')}`
}

/** Replays swiotlb_sizing.txt. Returns the records met; throws Mismatch at the first that is not. */
export function replaySwiotlbSizing(text: string): number {
  const all = records(text)
  for (const r of all) {
    const option = r.words[0] === '-' ? '' : (r.words[0] ?? '')
    if (r.kind === 'E') {
      const s = sizeEarly(option, int(r, 1), int(r, 2), int(r, 3) === 1, int(r, 4))
      expectResult(r, `${sizeText(s)} force ${s.force ? 1 : 0} ${triesText(s)}`)
    } else if (r.kind === 'L') {
      const s = sizeLate(option, int(r, 1), int(r, 2), int(r, 3), int(r, 4))
      expectResult(r, `rc ${s.rc} ${sizeText(s)} ${triesText(s)}`)
    } else if (r.kind === 'X') expectResult(r, `${largestMapping(exactHex(r, 0))}`)
    else unreadable(r, 'unknown record')
  }
  return all.length
}
