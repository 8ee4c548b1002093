import { describe, expect, it } from 'vitest'
import type { Param } from '../sim/index.ts'
import { besideText, kindOf, namedStops, SPEEDS, speedIndex, speedText, trackOf, valueText } from './param-text.ts'

const param = (unit: Param['unit'], keys: readonly string[], more: Partial<Param> = {}): Param => ({
  name: 'x',
  label: 'X',
  unit,
  default: 0,
  help: '',
  effect: 'live',
  values: keys.map((key, i) => ({ value: i, key, label: key })),
  ...more,
})
const range = (min: number, max: number): Param => ({
  name: 'x',
  label: 'X',
  unit: 'count',
  default: min,
  min,
  max,
  help: '',
  effect: 'live',
})

describe('the control of a parameter', () => {
  it('is a switch for on and off, segments for few names, stops for quantities, a list for an allocator', () => {
    expect(kindOf(param('choice', ['on', 'off']))).toBe('switch')
    expect(kindOf(param('choice', ['strict', 'deferred', 'none']))).toBe('segments')
    expect(kindOf(param('bytes', ['4k', '64k']))).toBe('segments')
    expect(kindOf(param('bytes', ['4k', '64k', '2m']))).toBe('stops')
    expect(kindOf(param('choice', ['a', 'b'], { name: 'allocator' }))).toBe('select')
    expect(kindOf(param('choice', ['2.6.20 – 2.6.24', '2.6.25 – 3.5']))).toBe('select')
    expect(kindOf(range(0, 9))).toBe('slider')
  })

  it('does not repeat beside the name what a segment already says', () => {
    expect(besideText(param('choice', ['strict', 'none']), 0)).toBe('')
    const page = param('bytes', ['4k', '64k'], {
      values: [
        { value: 4096, key: '4k', label: '4K' },
        { value: 65536, key: '64k', label: '64K' },
      ],
    })
    expect(besideText(page, 65536)).toBe('64 KiB')
  })

  it('shows a short help of an option as its value', () => {
    const link = param('bps', ['10g'], { values: [{ value: 10, key: '10g', label: '10', help: '10 Gbit/s' }] })
    expect(valueText(link, 10)).toBe('10 Gbit/s')
  })
})

describe('named stops', () => {
  it('always name the chosen one and never let two names touch', () => {
    const names = ['1M', '4M', '16M', '64M', '128M', '256M', '512M', '1G', '2G', '4G']
    for (let chosen = 0; chosen < names.length; chosen++) {
      const named = namedStops(names, chosen)
      expect(named.has(chosen)).toBe(true)
      expect(named.has(chosen - 1) && named.has(chosen + 1)).toBe(false)
    }
  })

  it('name all of a few', () => {
    expect(namedStops(['4K', '64K', '2M', '16M'], 1).size).toBe(4)
  })
})

describe('a continuous track', () => {
  it('reaches both ends exactly, linear or logarithmic', () => {
    for (const p of [range(0, 100), range(5, 2_000_000), range(0, 50_000)]) {
      const track = trackOf(p)
      expect([track.toValue(0), track.toValue(track.last)]).toEqual([p.min, p.max])
      expect(track.toPosition(p.max ?? 0)).toBe(track.last)
    }
  })

  it('leads back to a value with the same position', () => {
    const track = trackOf(range(1, 1_000_000))
    for (let p = 0; p <= track.last; p += 10)
      expect(Math.abs(track.toPosition(track.toValue(p)) - p)).toBeLessThanOrEqual(1)
  })
})

describe('speeds', () => {
  it('are found again from their value and read as a share of real time', () => {
    SPEEDS.forEach((speed, i) => {
      expect(speedIndex(speed)).toBe(i)
    })
    expect([speedText(1 / 2000), speedText(1), speedText('max')]).toEqual(['1/2000×', '1×', 'max'])
  })
})
