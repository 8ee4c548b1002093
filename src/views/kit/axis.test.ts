import { describe, expect, it } from 'vitest'
import { gutterAddress, gutterBase, gutterEnd } from './axis.tsx'

describe('an address in the gutter', () => {
  it('stands whole at a desk: with 0x where it has room, without leading zeros where it is long', () => {
    expect(
      [0n, 0xffc0_0000n, 1n << 32n, 0x6_8000_0000n, 0x2440_0000_0000n, 0xffff_ffff_0000n].map((a) =>
        gutterAddress(a, false),
      ),
    ).toEqual(['0x0000_0000', '0xffc0_0000', '1_0000_0000', '6_8000_0000', '2440_0000_0000', 'ffff_ffff_0000'])
  })

  it('counts from where the window lies when that is beyond 2^48', () => {
    const base = 0x0800_0000_0000_0000n
    expect([0n, 0x100_0000n, 0x1_8000_0000n].map((a) => gutterAddress(base + a, false))).toEqual([
      '+0',
      '+100_0000',
      '+1_8000_0000',
    ])
    expect([gutterBase(base), gutterBase(base + 0x1_8000_0000n), gutterBase(0xffff_ffff_0000n)]).toEqual([
      '0x0800…',
      '0x0800…',
      null,
    ])
  })

  it('shows on a phone the digits that differ', () => {
    expect([0x07c2_0000n, 0x2440_1000_0000n].map((a) => gutterAddress(a, true))).toEqual(['0x07c2…', '2440_1…'])
    const base = 0x0800_0000_0000_0000n
    const offsets = [0n, 0x8000n, 0x8000_0000n, 0x1_8000_0000n, 0x40_0000_0000n]
    expect(offsets.map((a) => gutterAddress(base + a, true))).toEqual(['+0', '+8000', '+8000…', '1_8000…', '40_000…'])
  })

  it('is a size at the end of a plot that ends at a power of two', () => {
    expect([1n << 28n, 1n << 32n, 1n << 46n, 3n << 32n].map((a) => gutterEnd(a, false))).toEqual([
      '0x1000_0000',
      '4 GiB',
      '64 TiB',
      '3_0000_0000',
    ])
  })
})
