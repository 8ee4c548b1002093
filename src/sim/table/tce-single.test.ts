import { expect, test } from 'vitest'
import { createMeter } from '../engine/meter.ts'
import { tables } from './index.ts'
import { TCE_READ, TCE_WRITE } from './table.ts'
import { tceSingle } from './tce-single.ts'

const filled = (s: ReturnType<typeof tceSingle.create>) => {
  const out: [number, number][] = []
  tceSingle.forEachTable(s, (first, set) => out.push([first, set]))
  return out
}

test('consecutive entries lead to consecutive pages from the page of the address', () => {
  const meter = createMeter()
  const s = tceSingle.create(1024, 12)
  expect(tceSingle.set(s, 510, 3, 0x2_0000_1234, TCE_READ | TCE_WRITE, meter)).toBe(true)
  expect([509, 510, 511, 512, 513].map((e) => tceSingle.walk(s, e))).toEqual([
    0, 0x2_0000_1003, 0x2_0000_2003, 0x2_0000_3003, 0,
  ])
  expect(meter.tceWrites).toBe(3)
})

test('each table page counts the entries set in it, however often they are written', () => {
  const meter = createMeter()
  const s = tceSingle.create(1100, 16)
  tceSingle.set(s, 500, 20, 0, TCE_WRITE, meter)
  tceSingle.set(s, 500, 2, 65536, TCE_WRITE, meter)
  expect(filled(s)).toEqual([
    [0, 12],
    [512, 8],
    [1024, 0],
  ])
  tceSingle.clear(s, 505, 10, meter)
  tceSingle.clear(s, 505, 10, meter)
  expect(filled(s)).toEqual([
    [0, 5],
    [512, 5],
    [1024, 0],
  ])
})

test('a table of one level is eight bytes an entry from the start', () => {
  for (const t of tables.filter((t) => t.levels(t.create(2, 12)) === 1)) {
    const s = t.create(65536, 12)
    expect([t.levels(s), t.bytesAllocated(s)]).toEqual([1, 524288])
  }
})
