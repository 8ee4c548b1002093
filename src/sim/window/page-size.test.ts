import { expect, test } from 'vitest'
import { largestPageShift, pageShiftsOf, vfioPageSizes } from './page-size.ts'

test('the largest page is taken, and 2M stands out of order as the last bit', () => {
  expect([0x1, 0x3, 0x7, 0x107, 0x101, 0x80, 0x1ff].map((bits) => largestPageShift(bits))).toEqual([
    12, 16, 24, 24, 21, 34, 34,
  ])
})

test('until 2021 only 4K, 64K and 16M are known', () => {
  expect([0x1, 0x3, 0x7, 0x1ff, 0x101, 0x180].map((bits) => largestPageShift(bits, 'three'))).toEqual([
    12, 16, 24, 24, 12, 0,
  ])
})

test('nothing known is 0', () => {
  expect([0, 0x200, 0xe00].map((bits) => largestPageShift(bits))).toEqual([0, 0, 0])
})

test('user space is offered every size but 16G', () => {
  expect(vfioPageSizes(0x87)).toBe(0x1011000)
  expect(vfioPageSizes(0x80)).toBe(0)
  expect(vfioPageSizes(0x100)).toBe(0x200000)
})

test('each size offered is listed, in the order of the bits', () => {
  expect([0, 0x1, 0x7, 0x107, 0x181].map(pageShiftsOf)).toEqual([
    [],
    [12],
    [12, 16, 24],
    [12, 16, 24, 21],
    [12, 34, 21],
  ])
})
