import { describe, expect, it } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { PRICES } from '../engine/cost.ts'
import { createMeter, NO_LOCK, resetMeter } from '../engine/meter.ts'
import { NO_ENTRY } from '../types.ts'
import type { WindowGeometry } from './allocator.ts'
import { percpuChunks as a, type PercpuChunksState } from './percpu-chunks.ts'

const MIB = 1048576
const CHUNK = 256
const meter = createMeter()

/** A window of 4K pages with chunks of 1 MiB: 256 pages. */
function rig(size = 4096, settings = {}, more: Partial<WindowGeometry> = {}): PercpuChunksState {
  const none = { offset: 0, blockSize: 16, resStart: 0, resEnd: 0, boundary: Infinity }
  return a.create({ size, pageShift: 12, cpus: 4, ...none, ...more }, { chunk: MIB, ...settings })
}

function take(s: PercpuChunksState, onCpu: number, npages = 1, mask = 2 ** 40, emptyCaches = true): number {
  resetMeter(meter, 0, a.lockForAlloc(s, onCpu, npages))
  return a.alloc(
    s,
    {
      cpu: onCpu,
      npages: npages,
      alignOrder: 0,
      phase: 0,
      mask: mask,
      handle: 0,
      useHandle: false,
      emptyCaches,
    },
    meter,
  )
}

function give(s: PercpuChunksState, e: number, npages = 1, onCpu = 0): void {
  resetMeter(meter, 0, NO_LOCK)
  expect(a.free(s, e, npages, meter, onCpu)).toBe(true)
}

const locks = () => Array.from(meter.lockOrder.subarray(0, meter.locks))
const chunks = (s: PercpuChunksState) => {
  const all: string[] = []
  a.forEachChunk!(s, (start, npages, owner) => all.push(`${start}+${npages}:${owner}`))
  return all.join(' ')
}

describe('chunks per CPU', () => {
  it('takes a chunk from the top under the lock of the tree, and then needs its own lock alone', () => {
    const s = rig()
    expect([take(s, 2), locks(), chunks(s)]).toEqual([3840, [0, 3], '3840+256:2'])
    expect([take(s, 2), locks(), meter.ps]).toEqual([3841, [], PRICES.alloc.ps + PRICES.word.ps])
    expect([take(s, 0), locks(), chunks(s)]).toEqual([3584, [0, 1], '3584+256:0 3840+256:2'])
  })

  it('frees to the owner under the lock of the owner, whoever frees', () => {
    const s = rig()
    const e = take(s, 2)
    take(s, 2)
    expect(a.lockForFree(s, e, 1, 1)).toBe(3)
    give(s, e, 1, 1)
    expect(locks()).toEqual([3])
    const kept: string[] = []
    a.forEachCached!(s, (start, npages, keeper) => kept.push(`${start}+${npages}:${keeper}`))
    expect(kept).toEqual(['3840+1:2', '3842+254:2'])
  })

  it('aligns runs to the next power of two, and goes round in its chunk', () => {
    const s = rig()
    expect([take(s, 0, 1), take(s, 0, 5), take(s, 0, 3), take(s, 0, 64)]).toEqual([3840, 3848, 3856, 3904])
    give(s, 3840)
    for (let i = 0; i < 128; i++) take(s, 0)
    expect(chunks(s)).toBe('3840+256:0')
    expect(take(s, 0)).toBe(3840)
  })

  it('has requests of more than a quarter of a chunk go to the tree', () => {
    const s = rig()
    expect(a.lockForAlloc(s, 1, 65)).toBe(0)
    expect([take(s, 1, 65), locks(), chunks(s)]).toEqual([3968, [], ''])
    expect(a.lockForFree(s, 3968, 3, 65)).toBe(0)
    give(s, 3968, 65, 3)
    expect(a.freeIn(s, 0, 4096).free).toBe(4095)
  })

  it('keeps one empty chunk for the next request, and gives a second one back', () => {
    const s = rig()
    const got = Array.from({ length: 2 * CHUNK }, () => take(s, 0))
    expect(chunks(s)).toBe('3584+256:0 3840+256:0')
    for (const e of got.slice(0, CHUNK)) give(s, e)
    expect(chunks(s)).toBe('3584+256:0 3840+256:0')
    for (const e of got.slice(CHUNK, -1)) give(s, e)
    give(s, got.at(-1)!, 1, 3)
    expect([chunks(s), locks()]).toEqual(['3840+256:0', [1, 0]])
  })

  it('serves a request only from chunks that lie wholly below its limit', () => {
    const s = rig()
    expect(take(s, 0)).toBe(3840)
    expect(take(s, 0, 1, 3839)).toBe(3584)
    // No chunk fits below here: the range comes from the tree alone.
    expect(take(s, 0, 1, 200)).toBe(200)
    expect(chunks(s)).toBe('3584+256:0 3840+256:0')
    expect(take(s, 0, 1, 0)).toBe(NO_ENTRY)
  })

  it('takes what is left of the tree when no chunk fits any more', () => {
    const s = rig(CHUNK + 100)
    // The chunk lies aligned at 0, where page 0 is taken: none fits at all.
    expect([take(s, 0), chunks(s)]).toEqual([355, ''])
    const t = rig(2 * CHUNK + 100)
    take(t, 0)
    expect([chunks(t), take(t, 1), take(t, 1)]).toEqual(['256+256:0', 255, 254])
  })

  it('empties every idle chunk before it refuses, unless it may not', () => {
    const s = rig(2 * CHUNK)
    give(s, take(s, 0))
    expect(chunks(s)).toBe('256+256:0')
    for (let i = 1; i < CHUNK; i++) take(s, 1)
    expect(take(s, 1, 1, 2 ** 40, false)).toBe(NO_ENTRY)
    expect([take(s, 1), locks(), chunks(s)]).toEqual([256, [0, 1, 0, 2], '256+256:1'])
  })

  it('borrows from the next CPU with room when nothing else is left, if that is on', () => {
    for (const borrow of ['on', 'off']) {
      const s = rig(3 * CHUNK, { borrow })
      take(s, 2)
      take(s, 0)
      const singles = Array.from({ length: CHUNK - 1 }, () => take(s, 3))
      expect(singles.includes(NO_ENTRY)).toBe(false)
      expect(take(s, 3, 1, 2 ** 40, false)).toBe(NO_ENTRY)
      expect([take(s, 3), chunks(s)]).toEqual([borrow === 'on' ? 257 : NO_ENTRY, '256+256:0 512+256:2'])
    }
  })

  it('gives the empty chunks of a CPU back when it goes offline, and the others as they become empty', () => {
    const s = rig()
    const got = Array.from({ length: CHUNK + 1 }, () => take(s, 1))
    give(s, got.at(-1)!)
    expect(a.setOnline!(s, 1, false, meter)).toBe(1)
    expect(chunks(s)).toBe('3840+256:1')
    for (const e of got.slice(0, CHUNK)) give(s, e)
    expect([chunks(s), a.freeIn(s, 0, 4096)]).toEqual(['', { free: 4095, longestRun: 4095 }])
  })

  it('has no chunk lie across two islands, nor anything between them', () => {
    const islands = [
      { entry: 0, abs: 0, pages: 1000 },
      { entry: 1000, abs: pow2(36) - 1000, pages: 1000 },
    ]
    const s = rig(2000, {}, { islands })
    const got = new Set<number>()
    for (let e = take(s, got.size % 4); e !== NO_ENTRY; e = take(s, got.size % 4)) got.add(e)
    expect(got.size).toBe(1999)
    // 36 bits less 256: a whole chunk at the top; the lower end of that island is not at a multiple.
    expect(
      chunks(s)
        .split(' ')
        .map((c) => Number(c.split('+')[0])),
    ).toEqual([256, 512, 1232, 1488, 1744])
  })
})
