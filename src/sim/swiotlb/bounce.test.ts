import { describe, expect, it } from 'vitest'
import { createMeter } from '../engine/meter.ts'
import {
  bounceDirect,
  copiedOnMap,
  copiedOnUnmap,
  createSyncCopy,
  DEVICE_READS,
  DEVICE_WRITES,
  syncCopy,
} from './bounce.ts'
import { allocSlots, createPool, createSlotResult, NO_BUFFER } from './pool.ts'

const GIB4 = 2 ** 32
const BOTH = DEVICE_READS | DEVICE_WRITES

describe('a mapping without an IOMMU', () => {
  const reach = GIB4 - 1

  it('bounces when forced or when its end is out of reach', () => {
    expect(bounceDirect(false, true, reach, GIB4 - 4096, 4096)).toBe('none')
    expect(bounceDirect(false, true, reach, GIB4 - 4096, 4097)).toBe('above-mask')
    expect(bounceDirect(true, true, reach, 0, 1)).toBe('forced')
    expect(bounceDirect(false, true, Infinity, 2 ** 52, 4096)).toBe('none')
  })

  it('is an error where it would have to bounce and there is no pool', () => {
    expect(bounceDirect(false, false, reach, GIB4, 1)).toBe('refused')
    expect(bounceDirect(true, false, reach, 0, 1)).toBe('refused')
    expect(bounceDirect(false, false, reach, 0, 1)).toBe('none')
  })
})

describe('the copy', () => {
  it('goes in for every direction, and out only where the device may have written', () => {
    expect(copiedOnMap(1514)).toBe(1514)
    expect([DEVICE_READS, DEVICE_WRITES, BOTH].map((d) => copiedOnUnmap(1514, d))).toEqual([0, 1514, 1514])
  })

  const pool = createPool({ slots: 512, areas: 1, startAddress: 0x7bfff000, boundaryMask: null })
  const found = createSlotResult()
  const orig = 0x1000007d0
  // Offset 0x7d0 in its slot: the buffer's first 48 bytes lie in slot 1 of the run, the next 2000 in slot 2.
  const request = { cpu: 0, bytes: 2048, allocAlignMask: 0, minAlignMask: 0xfff, orig, owner: 0 }
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
