import { describe, expect, test } from 'vitest'
import { createMeter, resetMeter } from '../engine/meter.ts'
import { NO_ENTRY } from '../types.ts'
import { type HalvesState, tceHalves } from './tce-halves.ts'

const meter = createMeter()

function window(generation: number, size: number, pageShift: number, fields = {}, settings = {}): HalvesState {
  const geometry = { size, offset: 0, pageShift, blockSize: 16, resStart: 0, resEnd: 0, boundary: 1048576, ...fields }
  return tceHalves.create(geometry, { generation, ...settings })
}

function alloc(s: HalvesState, npages: number, fields = {}): number {
  resetMeter(meter)
  const req = {
    cpu: 0,
    npages: npages,
    alignOrder: 0,
    mask: Number.MAX_SAFE_INTEGER,
    handle: 0,
    useHandle: false,
    emptyCaches: true,
    phase: 0,
    ...fields,
  }
  return tceHalves.alloc(s, req, meter)
}

const reserved = (s: HalvesState) => {
  const out: number[] = []
  tceHalves.forEachRange(s, (start) => out.push(start))
  return out
}

describe('halves', () => {
  test('the half point is at three quarters, and both generations lose two entries', () => {
    for (const generation of [1, 2]) {
      const s = window(generation, 4096, 16)
      expect(tceHalves.regions(s).map((r) => `${r.name} ${r.start}-${r.end}`)).toEqual([
        'small region 0-3072',
        'large region 3072-4096',
      ])
      expect(tceHalves.usable(s)).toBe(4094)
      expect(tceHalves.usable(window(generation, 65536, 12))).toBe(65534)
    }
  })

  test('generation 1 protects the last entry before each 4 GiB line inside the table', () => {
    const across = { offset: 1048576 - 100 }
    expect(reserved(window(1, 2000000, 12, across))).toEqual([99, 99 + 1048576])
    expect(reserved(window(1, 100, 12, across))).toEqual([])
    expect(reserved(window(1, 101, 12, across))).toEqual([99])
    expect(reserved(window(1, 2000000, 12, across, { protect4gb: 'off' }))).toEqual([])
    expect(reserved(window(2, 2000000, 12, across))).toEqual([])
  })

  test('small requests eat the large region when their own is full, and large ones the small region', () => {
    const s = window(2, 64, 12)
    const small = Array.from({ length: 48 }, () => alloc(s, 1))
    expect(small.filter((e) => e < 48).length).toBe(47)
    expect([small[47], meter.tries]).toEqual([48, 3])
    const t = window(2, 64, 12)
    expect([alloc(t, 16), meter.tries]).toEqual([0, 3])
    expect(Array.from(meter.tryRegion.subarray(0, 3))).toEqual([1, 1, 0])
  })

  test('any handle but 0 is where the search begins', () => {
    const s = window(2, 4096, 16)
    expect(alloc(s, 1, { handle: 2000, useHandle: true })).toBe(2000)
    expect(alloc(s, 1, { handle: 3500, useHandle: true })).toBe(2016)
  })

  test('a mask and a hole that is too short hang generation 1, which hands out nothing; generation 2 goes on', () => {
    for (const generation of [1, 2]) {
      const s = window(generation, 4096, 16)
      for (let i = 0; i < 8; i++) alloc(s, 1, { handle: 2 * i + 1, useHandle: true })
      expect(alloc(s, 4, { handle: 5000, useHandle: true, mask: 10 })).toBe(NO_ENTRY)
      expect(meter.hang).toBe(generation === 1)
      expect(s.bits.ones).toBe(8)
      expect(alloc(s, 4, { mask: 4000 })).toBe(16)
      expect(meter.hang).toBe(false)
    }
  })

  test('generation 2 keeps off segment boundaries, which generation 1 does not know', () => {
    const boundary = { boundary: 16 }
    const at = { handle: 14, useHandle: true }
    expect(alloc(window(1, 4096, 16, boundary), 4, { ...at })).toBe(14)
    expect(alloc(window(2, 4096, 16, boundary), 4, { ...at })).toBe(16)
    expect(alloc(window(2, 4096, 16, boundary), 17)).toBe(NO_ENTRY)
  })
})
