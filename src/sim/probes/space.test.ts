import { expect, it } from 'vitest'
import { type AddressSpace, addressAt, addressBehind, sameSpace } from './space.ts'

const TOP = 2 ** 36 - 2 ** 20
const SPACE: AddressSpace = {
  pageShift: 12,
  offset: 0,
  islands: [
    { entry: 0, abs: 0, pages: 2 ** 20 },
    { entry: 2 ** 20, abs: TOP, pages: 2 ** 20 },
  ],
}

it('an entry of the upper island has the address of its page, the end of the lower one is its own', () => {
  expect(addressAt(SPACE, 2 ** 20 - 1)).toBe(0xffff_f000n)
  expect(addressBehind(SPACE, 2 ** 20)).toBe(0x1_0000_0000n)
  expect(addressAt(SPACE, 2 ** 20)).toBe(BigInt(TOP) << 12n)
  expect(addressBehind(SPACE, 2 ** 21)).toBe(1n << 48n)
})

it('windows lead to the same addresses when offset, page and islands agree', () => {
  const { islands, ...flat } = SPACE
  expect(sameSpace(SPACE, { ...SPACE })).toBe(true)
  expect(sameSpace(SPACE, flat)).toBe(false)
  expect(islands).toHaveLength(2)
})
