import { describe, expect, it } from 'vitest'
import { createMeter } from '../engine/meter.ts'
import type { Settings } from '../params.ts'
import { NO_ENTRY } from '../types.ts'
import type { WindowGeometry } from './allocator.ts'
import { fineCoarse } from './fine-coarse.ts'

const MIB_256_OF_4K: WindowGeometry = {
  size: 65536,
  offset: 0,
  pageShift: 12,
  blockSize: 16,
  resStart: 0,
  resEnd: 0,
  boundary: 1048576,
}

function rig(settings: Settings = {}, geometry: Partial<WindowGeometry> = {}) {
  const g = { ...MIB_256_OF_4K, ...geometry }
  const s = fineCoarse.create(g, settings)
  const meter = createMeter()
  const alloc = (npages: number, phase = 0, mask = Number.MAX_SAFE_INTEGER): number =>
    fineCoarse.alloc(
      s,
      {
        cpu: 0,
        npages: npages,
        phase,
        alignOrder: 0,
        mask: mask,
        handle: 0,
        useHandle: false,
        emptyCaches: true,
      },
      meter,
    )
  const free = (e: number, npages: number) => fineCoarse.free(s, e, npages, meter, 0)
  const used = () => {
    const runs: string[] = []
    fineCoarse.forEachRange(s, (e, n, kind) => runs.push(`${kind} ${e}+${n}`))
    return runs.join(', ')
  }
  return { s, g, meter, alloc, free, used }
}

describe('fine and coarse', () => {
  it('puts small requests into the fine part and a full page into the coarse part', () => {
    const { alloc, used, s } = rig()
    expect(fineCoarse.regions(s).map((r) => [r.name, r.start, r.end])).toEqual([
      ['fine part', 0, 16384],
      ['coarse part', 16384, 65536],
    ])
    expect([alloc(1), alloc(15), alloc(16), alloc(17)]).toEqual([1, 16, 16384, 16400])
    expect(used()).toBe('reserved 0+1, used 1+1, used 16+15, used 16384+48')
  })

  it('keeps the place of a buffer in its large page, and takes two for one that crosses', () => {
    const { alloc, free, used } = rig()
    expect(alloc(16, 5)).toBe(16384 + 5)
    expect(used()).toContain('used 16384+32')
    expect(free(16384 + 5, 16)).toBe(true)
    expect(used()).toBe('reserved 0+1')
    // Eight pages are small, whatever line they cross.
    expect(alloc(8, 12)).toBe(1)
  })

  it('spills a small request into a whole coarse page, and a large one into fine pages', () => {
    const small = rig({}, { size: 512 })
    let last = NO_ENTRY
    for (let i = 0; i < 127; i++) last = small.alloc(1)
    // 128 fine pages: the first is kept back, the last is lost to the search.
    expect(last).toBe(128)
    expect(small.used()).toContain('used 128+16')
    const large = rig({}, { size: 512 })
    for (let i = 0; i < 23; i++) last = large.alloc(16)
    expect(last).toBe(480)
    expect(large.alloc(16)).toBe(1)
  })

  it('refuses instead, with spilling off', () => {
    const { alloc } = rig({ spill: 'off' }, { size: 512 })
    for (let i = 0; i < 126; i++) expect(alloc(1)).not.toBe(NO_ENTRY)
    expect(alloc(1)).toBe(NO_ENTRY)
    expect(alloc(16)).not.toBe(NO_ENTRY)
  })

  it('sends what the threshold calls large to the coarse part', () => {
    const { alloc } = rig({ coarseFrom: 4 })
    expect(alloc(3)).toBe(1)
    expect(alloc(4)).toBe(16384)
    expect(alloc(4)).toBe(16400)
  })

  it('has a page size for each 256 MiB as on Cell, a hint in each, and goes on to the next of its kind', () => {
    const { alloc, s } = rig({ layout: 'cell', fineShare: 50 }, { size: 4 * 65536 })
    expect(fineCoarse.regions(s).map((r) => r.name)).toEqual(['fine 0', 'fine 1', 'coarse 2', 'coarse 3'])
    for (let i = 0; i < 4095; i++) expect(alloc(16)).toBe(2 * 65536 + 16 * i)
    expect(alloc(16)).toBe(3 * 65536)
    expect(fineCoarse.homeRegion(s, 0, 16)).toBe(3)
  })

  it('reads a bitmap for coarse pages that is 16 times shorter', () => {
    const { alloc, meter } = rig()
    for (let i = 0; i < 1024; i++) alloc(16)
    meter.bitmapWords = 0
    fineCoarse.free(rig().s, 16384, 16, meter, 0)
    alloc(16)
    expect(meter.bitmapWords).toBe(1)
  })

  it('keeps to the reach of the device in coarse pages too', () => {
    const { alloc } = rig({}, { size: 512 })
    // Coarse pages 8 and 9 lie below entry 160; the search loses the one below its limit.
    expect(alloc(16, 0, 159)).toBe(128)
    expect(alloc(16, 0, 159)).toBe(1)
  })

  it('refuses windows whose coarse pages would not be aligned', () => {
    expect(() => rig({}, { offset: 8 })).toThrow(RangeError)
    expect(() => rig({}, { boundary: 8 })).toThrow(RangeError)
  })
})
