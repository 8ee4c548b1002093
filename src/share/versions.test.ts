import { describe, expect, it } from 'vitest'
import { checkComplete, LINK_VERSION, type Upgrade, upgradeLink } from './versions.ts'

const renameRing: Upgrade = (link) => link.map(([key, value]) => [key === 'ring' ? 'w0.ring' : key, value])
const doubleRing: Upgrade = (link) => link.map(([k, v]) => [k, k === 'w0.ring' ? String(Number(v) * 2) : v])

describe('link versions', () => {
  it('lead a link up step by step, from its own version on', () => {
    expect(upgradeLink([['ring', '4']], 1, [renameRing, doubleRing])).toEqual([['w0.ring', '8']])
    expect(upgradeLink([['w0.ring', '4']], 2, [renameRing, doubleRing])).toEqual([['w0.ring', '8']])
    expect(upgradeLink([['w0.ring', '4']], 3, [renameRing, doubleRing])).toEqual([['w0.ring', '4']])
  })

  it('leave a link of the present version alone', () => {
    expect(upgradeLink([['a', 'b']], LINK_VERSION)).toEqual([['a', 'b']])
  })

  it('refuse to load when a step is missing or too many', () => {
    expect(() => checkComplete(3, [renameRing])).toThrow(RangeError)
    expect(() => checkComplete(1, [renameRing])).toThrow(RangeError)
    expect(() => checkComplete(3, [renameRing, doubleRing])).not.toThrow()
  })
})
