import { describe, expect, test } from 'vitest'
import { createMeter } from '../engine/meter.ts'
import type { AllocRequest } from '../iova/allocator.ts'
import { NO_ENTRY } from '../types.ts'
import { allocDma, chooseLimit } from './dma-limit.ts'

describe('the limit of a request', () => {
  test('is the least of mask, bus and aperture; a device without mask and bus reaches nothing', () => {
    expect(chooseLimit(100, 50, 70)).toBe(50)
    expect(chooseLimit(100, null, null)).toBe(100)
    expect(chooseLimit(null, 50, 20)).toBe(20)
    expect(chooseLimit(null, null, 20)).toBe(0)
  })

  /** An allocator that has room above 4 GiB alone, and the limits it was asked for. */
  function asked(dma32First: boolean, limit: number, times = 1) {
    const seen: [mask: number, emptyCaches: boolean][] = []
    const device = { dma32First }
    const allocator = {
      alloc(_: object, { mask, emptyCaches }: AllocRequest): number {
        seen.push([mask, emptyCaches])
        return mask > 0xfffff ? 5 : NO_ENTRY
      },
    }
    const of = { alignOrder: 0, phase: 0, mask: 0, handle: 0, useHandle: false, emptyCaches: true }
    const request: AllocRequest = { cpu: 0, npages: 1, ...of }
    for (let i = 0; i < times; i++) allocDma(device, allocator, {}, request, limit, 12, createMeter())
    return { seen, device }
  }

  test('is 4 GiB at first for a PCI device that reaches further, until that fails once', () => {
    const { seen, device } = asked(true, 0xffffff, 2)
    expect(seen).toEqual([
      [0xfffff, false],
      [0xffffff, true],
      [0xffffff, true],
    ])
    expect(device.dma32First).toBe(false)
  })

  test('of a device that reaches no further is asked for once, with the caches', () => {
    const { seen, device } = asked(true, 0xfffff)
    expect([seen, device.dma32First]).toEqual([[[0xfffff, true]], true])
  })
})
