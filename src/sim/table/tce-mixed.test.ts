import { describe, expect, it } from 'vitest'
import { createMeter } from '../engine/meter.ts'
import { TCE_READ, TCE_WRITE } from './table.ts'
import { tceMixed } from './tce-mixed.ts'

const BOTH = TCE_READ | TCE_WRITE
/** 64 entries of their own, then 16384 of which a TCE stands for 16. */
const rig = () => ({
  t: tceMixed.create(16448, 12, [
    { start: 0, end: 64, granule: 1 },
    { start: 64, end: 16448, granule: 16 },
  ]),
  meter: createMeter(),
})

describe('a table in parts', () => {
  it('writes one TCE for 16 entries, leading to the large page around the buffer', () => {
    const { t, meter } = rig()
    tceMixed.set(t, 64 + 5, 16, 0x7_5000, BOTH, meter)
    expect(meter.tceWrites).toBe(2)
    expect(tceMixed.walk(t, 64)).toBe(0x7_0000 + BOTH)
    expect(tceMixed.walk(t, 79)).toBe(0x7_0000 + BOTH)
    expect(tceMixed.walk(t, 80)).toBe(0x8_0000 + BOTH)
    tceMixed.clear(t, 64 + 5, 16, meter)
    expect(tceMixed.walk(t, 79)).toBe(0)
    expect(meter.tceWrites).toBe(4)
  })

  it('writes a TCE for each entry where pages are small', () => {
    const { t, meter } = rig()
    tceMixed.set(t, 3, 2, 0x7_5000, TCE_READ, meter)
    expect(meter.tceWrites).toBe(2)
    expect(tceMixed.walk(t, 4)).toBe(0x7_6000 + TCE_READ)
  })

  it('has table pages of its own for each part, and says where a TCE stands', () => {
    const { t, meter } = rig()
    tceMixed.set(t, 64 + 8192, 32, 0x10_0000, BOTH, meter)
    const seen: number[][] = []
    tceMixed.forEachTable(t, (first, set, written) => seen.push([first, set, written]))
    expect(seen).toEqual([
      [0, 0, 0],
      [64, 0, 0],
      [64 + 8192, 2, 2],
    ])
    expect(tceMixed.place(t, 64 + 8192 + 16)).toEqual({ page: 2, slot: 1 })
    expect(tceMixed.place(t, 63)).toEqual({ page: 0, slot: 63 })
    expect(tceMixed.bytesAllocated(t)).toBe((64 + 1024) * 8)
  })
})
