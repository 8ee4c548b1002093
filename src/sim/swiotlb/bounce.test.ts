import { describe, expect, it } from 'vitest'
import { createMeter } from '../engine/meter.ts'
import { bytes, cpu, realAddr } from '../types.ts'
import {
  allocAlignOf,
  bounceDirect,
  bounceTranslated,
  copiedOnMap,
  copiedOnUnmap,
  createSyncCopy,
  DEVICE_READS,
  DEVICE_WRITES,
  syncCopy,
  zeroedAround,
} from './bounce.ts'
import { allocSlots, createPool, createSlotResult, NO_BUFFER } from './pool.ts'

const GIB4 = 2 ** 32
const BOTH = DEVICE_READS | DEVICE_WRITES

describe('a mapping without an IOMMU', () => {
  it('bounces when forced or when its end is out of reach', () => {
    const bit32 = { forced: false, pool: true, reach: GIB4 - 1 }
    expect(bounceDirect(bit32, realAddr(GIB4 - 4096), 4096)).toBe('none')
    expect(bounceDirect(bit32, realAddr(GIB4 - 4096), 4097)).toBe('above-mask')
    expect(bounceDirect({ ...bit32, forced: true }, realAddr(0), 1)).toBe('forced')
    expect(bounceDirect({ ...bit32, reach: Infinity }, realAddr(2 ** 52), 4096)).toBe('none')
  })

  it('is an error where it would have to bounce and there is no pool', () => {
    const none = { forced: false, pool: false, reach: GIB4 - 1 }
    expect(bounceDirect(none, realAddr(GIB4), 1)).toBe('refused')
    expect(bounceDirect({ ...none, forced: true }, realAddr(0), 1)).toBe('refused')
    expect(bounceDirect(none, realAddr(0), 1)).toBe('none')
  })
})

describe('a mapping behind an IOMMU', () => {
  const device = { untrusted: true, sharesLines: false, pool: true, granule: 4096 }

  it('bounces when its pages hold something else that the device must not see', () => {
    expect(bounceTranslated(device, realAddr(GIB4), 8192)).toBe('none')
    expect(bounceTranslated(device, realAddr(GIB4), 8191)).toBe('untrusted')
    expect(bounceTranslated(device, realAddr(GIB4 + 512), 4096)).toBe('untrusted')
    expect(bounceTranslated({ ...device, untrusted: false }, realAddr(512), 1)).toBe('none')
    expect(bounceTranslated({ ...device, untrusted: false, sharesLines: true }, realAddr(512), 1)).toBe('kmalloc')
    expect(bounceTranslated({ ...device, pool: false }, realAddr(512), 1)).toBe('refused')
    expect([allocAlignOf(null), allocAlignOf(4096)]).toEqual([0, 4095])
  })

  it('has zeros around it in its pages', () => {
    const pool = createPool({ slots: 512, areas: 1, startAddress: 0x7bfff000, boundaryMask: null })
    const out = { before: -1, behind: -1 }
    zeroedAround(pool, 0x1200, 100, 4096, out)
    expect(out).toEqual({ before: 0x200, behind: 4096 - 0x200 - 100 })
    zeroedAround(pool, 0x2000, 8192, 4096, out)
    expect(out).toEqual({ before: 0, behind: 0 })
    // With pages of 64 KiB it counts where the pool begins.
    zeroedAround(pool, 0x1000, 0x800, 0x10000, out)
    expect(out).toEqual({ before: 0, behind: 0xf800 })
  })
})

describe('the copy', () => {
  it('goes in for every direction, and out only where the device may have written', () => {
    expect(copiedOnMap(1514)).toBe(1514)
    expect([DEVICE_READS, DEVICE_WRITES, BOTH].map((d) => copiedOnUnmap(1514, d))).toEqual([0, 1514, 1514])
  })

  const pool = createPool({ slots: 512, areas: 1, startAddress: 0x7bfff000, boundaryMask: null })
  const found = createSlotResult()
  const orig = realAddr(0x1000007d0)
  // Offset 0x7d0 in its slot: the buffer's first 48 bytes lie in slot 1 of the run, the next 2000 in slot 2.
  const request = { cpu: cpu(0), bytes: bytes(2048), allocAlignMask: 0, minAlignMask: 0xfff, orig, owner: 0 }
  allocSlots(pool, request, found, createMeter())
  const out = createSyncCopy()
  const sync = (at: number, length: number, direction: number, toDevice: boolean) =>
    syncCopy(pool, found.offset + at, length, direction, toDevice, 0xfff, out)

  it('of a part takes the same bytes on both sides, across slots', () => {
    for (let at = 0; at < 2048; at++) {
      expect(sync(at, 1, BOTH, at % 2 === 0)).toBe(true)
      expect(out).toEqual({ orig: orig + at, bytes: 1, clipped: false })
    }
    sync(10, 2038, BOTH, true)
    expect(out).toEqual({ orig: orig + 10, bytes: 2038, clipped: false })
  })

  it('is cut off at the end of the mapping', () => {
    sync(2000, 100, BOTH, true)
    expect(out).toEqual({ orig: orig + 2000, bytes: 48, clipped: true })
  })

  it('is made only for the side that has something to learn, and only where a buffer lies', () => {
    expect([sync(0, 8, DEVICE_READS, true), sync(0, 8, DEVICE_READS, false)]).toEqual([true, false])
    expect([sync(0, 8, DEVICE_WRITES, false), sync(0, 8, DEVICE_WRITES, true)]).toEqual([true, false])
    expect(out).toEqual({ orig: NO_BUFFER, bytes: 0, clipped: false })
    expect([sync(8192, 8, BOTH, true), sync(512 * 2048, 8, BOTH, true)]).toEqual([false, false])
  })
})
