import { interpolateCividis, rgb } from 'd3'
import { describe, expect, test } from 'vitest'
import { ciede2000, contrast, difference, SIGHTS, type Sight } from './colour-science.ts'
import {
  cividis,
  cpuColour,
  cssTokens,
  type Hex,
  mix,
  pack,
  palettes,
  type ThemeName,
  tinter,
  unpack,
} from './palette.ts'

const NAMES: readonly ThemeName[] = ['dark', 'light']
const TOLERANCE = 0.3

/** Smallest difference over all pairs, one sight at a time. */
function smallest(colours: readonly Hex[]): Record<Sight, number> {
  const least = { normal: Infinity, protan: Infinity, deutan: Infinity, tritan: Infinity }
  for (const sight of SIGHTS)
    colours.forEach((a, i) => {
      for (const b of colours.slice(i + 1)) least[sight] = Math.min(least[sight], difference(a, b, sight))
    })
  return least
}

test('the difference formula agrees with the published pairs of Sharma, Wu and Dalal', () => {
  expect(ciede2000([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4)
  expect(ciede2000([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387])).toBeCloseTo(1.2644, 4)
  expect(ciede2000([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514])).toBeCloseTo(0.9082, 4)
})

describe.each([
  ['dark', { normal: 15.9, protan: 13.4, deutan: 17.5, tritan: 13.2 }],
  ['light', { normal: 18.3, protan: 12.6, deutan: 14.0, tritan: 12.0 }],
] as const)('%s states', (name, minima) => {
  // `useful` is left out: it never fills a cell, it is a lit pixel on slack, and contrast is what it needs there.
  const { useful, ...states } = palettes[name].states

  test.each(SIGHTS)('stay as far apart as published for %s sight', (sight) => {
    expect(Math.abs(smallest(Object.values(states))[sight] - minima[sight])).toBeLessThanOrEqual(TOLERANCE)
  })

  test('a lit pixel stands out on slack', () => {
    expect(contrast(useful, states.slack)).toBeGreaterThan(4.1)
  })
})

test.each([
  [
    'dark',
    { reserved: 4.0, mapped: 7.2, slack: 3.2, cached: 10.7, queued: 15.2, reachable: 11.8, failed: 5.6, free: 1.1 },
  ],
  [
    'light',
    { reserved: 4.6, mapped: 8.1, slack: 3.1, cached: 4.3, queued: 3.1, reachable: 9.9, failed: 5.8, free: 1.2 },
  ],
] as const)('%s states keep their published contrast on the ground', (name, published) => {
  const { states, tokens } = palettes[name]
  for (const [state, ratio] of Object.entries(published))
    expect(Math.abs(contrast(states[state as keyof typeof published], tokens.bg) - ratio), state).toBeLessThan(0.1)
})

test.each([
  ['dark', 15.6],
  ['light', 15.3],
] as const)('%s CPU colours stay apart for every sight and keep 3.1:1', (name, minimum) => {
  const { cpus, tokens } = palettes[name]
  expect(Math.abs(Math.min(...Object.values(smallest(cpus))) - minimum)).toBeLessThanOrEqual(TOLERANCE)
  for (const cpu of cpus) expect(contrast(cpu, tokens.bg)).toBeGreaterThanOrEqual(3.1)
})

test.each(NAMES)('%s text is readable on every surface and edges are visible', (name) => {
  const { bg, rail, card, text, label, quiet, fail, edge } = palettes[name].tokens
  for (const ground of [bg, rail, card]) {
    for (const ink of [text, label, quiet, fail]) expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(edge, ground)).toBeGreaterThanOrEqual(2.99)
  }
})

test.each(NAMES)('%s ordered ramp keeps 3:1 on the ground over its whole length', (name) => {
  const { ordered, tokens } = palettes[name]
  for (let t = 0; t <= 1; t += 1 / 32) expect(contrast(ordered(t), tokens.bg)).toBeGreaterThanOrEqual(3)
})

test('a pixel is packed in the byte order of ImageData', () => {
  const bytes = new Uint8Array(new Uint32Array([pack('#123456')]).buffer)
  expect([...bytes]).toEqual([0x12, 0x34, 0x56, 0xff])
  expect(unpack(pack('#6a9ff5'))).toBe('#6a9ff5')
  expect(unpack(mix(pack('#000000'), pack('#ff8000'), 0.5))).toBe('#804000')
})

test('beyond eight CPUs neighbours share a hue and no hue is used for two groups', () => {
  const hues = Array.from({ length: 16 }, (_, cpu) => cpuColour(palettes.dark, cpu, 16))
  expect(new Set(hues).size).toBe(8)
  expect(hues[0]).toBe(hues[1])
  expect(hues[14]).toBe(hues[15])
  expect(hues[1]).not.toBe(hues[2])
})

test('a theme becomes CSS custom properties', () => {
  expect(cssTokens('dark')).toMatchObject({ '--bg': '#0C1015', '--state-mapped': '#6A9FF5', '--cpu-7': '#756B91' })
})

test('a tint is the mix by its share, of any pixel', () => {
  const tint = tinter(pack('#10a0f3'), 0.6)
  for (const colour of ['#000000', '#ffffff', '#7f8081', '#f2560f'])
    expect(unpack(tint(pack(colour)))).toBe(unpack(mix(pack(colour), pack('#10a0f3'), 0.6)))
})

test('cividis is the one of d3', () => {
  for (let i = 0; i <= 256; i++) expect(cividis(i / 256)).toBe(rgb(interpolateCividis(i / 256)).formatHex())
})
