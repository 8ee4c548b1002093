import { describe, expect, test } from 'vitest'
import { lockThroughput } from './repairman.ts'

describe('the formula of one lock', () => {
  test('one CPU never waits', () => {
    expect(lockThroughput(1, 700, 50, 17.5)).toBeCloseTo(1e9 / 750, 0)
  })

  test('without a price for passing it on, many CPUs get one operation per hold', () => {
    expect(lockThroughput(64, 700, 50, 0) / (1e9 / 50)).toBeCloseTo(1, 3)
  })

  test('with one, throughput rises, bends at 1 + think / hold, and falls again', () => {
    const at = (cpus: number) => lockThroughput(cpus, 700, 50, 17.5)
    expect(at(4)).toBeGreaterThan(3.5 * at(1))
    expect(at(64)).toBeLessThan(0.4 * at(8))
    expect(at(64) / (1e9 / (50 + 17.5 * 63))).toBeCloseTo(1, 1)
  })

  test('gives the rates of the SMMUv3 command queue that it was fitted to, within 1.5 %', () => {
    for (const [cpus, perCpu] of [
      [8, 282],
      [16, 115],
      [64, 11],
    ] as const) {
      expect(Math.abs(lockThroughput(cpus, 2200, 350, 17.5) / cpus / 1000 / perCpu - 1)).toBeLessThan(0.015)
    }
  })
})
