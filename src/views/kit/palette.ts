// Every colour of the lab, as data. Hue is data: chrome is grey, so a coloured pixel always means the state of a
// page, a CPU or a failure. The distances and contrasts that hold between these are asserted in the test beside.

import { interpolateRgb, interpolateRound, rgb, type ScaleSequential, scaleQuantize, scaleSequential } from 'd3'
import {
  CELL_CACHED,
  CELL_FAILED,
  CELL_FREE,
  CELL_MAPPED,
  CELL_QUEUED,
  CELL_REACHABLE,
  CELL_RESERVED,
  type CellState,
} from '../../sim/index.ts'

/** Dark and light are drawn by hand; `forced` is made from the system's colours when the person forces them. */
export type ThemeName = 'dark' | 'light'

/** `#rrggbb`. */
export type Hex = string

export interface Tokens {
  readonly bg: Hex
  readonly rail: Hex
  readonly card: Hex
  readonly text: Hex
  readonly label: Hex
  readonly quiet: Hex
  readonly fail: Hex
  readonly edge: Hex
  readonly hairline: Hex
}

/** From 0 to 1; what is beyond has the colour of the nearest end. */
export type Ramp = ScaleSequential<Hex>

export interface StateColours {
  readonly free: Hex
  readonly reserved: Hex
  readonly mapped: Hex
  /** Rounding inside a mapped page: mapped, but nobody's data. */
  readonly slack: Hex
  /** The lit pixels of a page of which less than 30 % is data. */
  readonly useful: Hex
  readonly cached: Hex
  readonly queued: Hex
  readonly reachable: Hex
  readonly failed: Hex
}

export interface Palette {
  readonly name: string
  readonly tokens: Tokens
  readonly states: StateColours
  /** CPU 0–7; more CPUs share a hue by group. */
  readonly cpus: readonly Hex[]
  /** Age and size, quiet (0) to loud (1). */
  readonly ordered: Ramp
  /** Waiting, nothing (0) to most (1). */
  readonly waiting: Ramp
}

const dark: Palette = {
  name: 'dark',
  tokens: {
    bg: '#0C1015',
    rail: '#10151B',
    card: '#161C23',
    text: '#E8EDF3',
    label: '#AAB5C1',
    quiet: '#84909D',
    fail: '#FF7A45',
    edge: '#5C6875',
    hairline: '#222A33',
  },
  states: {
    free: '#171D25',
    reserved: '#6C7480',
    mapped: '#6A9FF5',
    slack: '#2E65AA',
    useful: '#C4DCFF',
    cached: '#55D8AA',
    queued: '#F6E968',
    reachable: '#FFB5E6',
    failed: '#F2560F',
  },
  cpus: ['#8A6FFA', '#EC8513', '#09F09B', '#B4B9FF', '#9B6406', '#0A957C', '#FFDEE7', '#756B91'],
  // Cut so that the quiet end keeps 3:1 on the ground.
  ordered: ramp((t) => cividis(0.36 + 0.64 * t)),
  waiting: ramp(between('#33373C', '#FFFFFF')),
}

const light: Palette = {
  name: 'light',
  tokens: {
    bg: '#FCFCFD',
    rail: '#F4F6F8',
    card: '#FFFFFF',
    text: '#12181F',
    label: '#465261',
    quiet: '#626E7A',
    fail: '#B3100D',
    edge: '#7D8996',
    hairline: '#DCE2E8',
  },
  states: {
    free: '#E8ECF1',
    reserved: '#6D747C',
    mapped: '#184C99',
    slack: '#6993CD',
    useful: '#04183B',
    cached: '#0B8A5A',
    queued: '#BF8715',
    reachable: '#80015A',
    failed: '#C8120F',
  },
  cpus: ['#514DD2', '#ED5991', '#0D95DD', '#698E3D', '#1E442C', '#BA2965', '#525A00', '#580A73'],
  ordered: ramp((t) => cividis(0.56 - 0.56 * t)),
  waiting: ramp(between('#C9CCD0', '#000000')),
}

const hues = scaleQuantize(Array.from({ length: 8 }, (_, slot) => slot))

export const palettes: Readonly<Record<ThemeName, Palette>> = { dark, light }

/** Patterns carry the states when the system's few colours replace ours. */
export function forcedPalette(system: { ground: Hex; text: Hex; grey: Hex; accent: Hex }): Palette {
  const { ground, text, grey, accent } = system
  return {
    name: 'forced',
    tokens: {
      bg: ground,
      rail: ground,
      card: ground,
      text,
      label: text,
      quiet: text,
      fail: text,
      edge: grey,
      hairline: grey,
    },
    states: {
      free: between(ground, text)(0.08),
      reserved: grey,
      mapped: accent,
      slack: between(accent, ground)(0.4),
      useful: text,
      cached: text,
      queued: text,
      reachable: text,
      failed: text,
    },
    cpus: dark.cpus.map(() => accent),
    ordered: ramp(between(between(ground, text)(0.3), text)),
    waiting: ramp(between(between(ground, text)(0.2), text)),
  }
}

/** Name of each state's colour, by cell state number. */
export const STATE_NAMES: Readonly<Record<CellState, keyof StateColours>> = {
  [CELL_FREE]: 'free',
  [CELL_RESERVED]: 'reserved',
  [CELL_CACHED]: 'cached',
  [CELL_MAPPED]: 'mapped',
  [CELL_QUEUED]: 'queued',
  [CELL_REACHABLE]: 'reachable',
  [CELL_FAILED]: 'failed',
}

/**
 * Colour of a CPU. Up to eight each have their own; beyond, blocks of n/8 neighbours share one and the lane's
 * number tells them apart: a hue is never used for two groups.
 */
export function cpuColour(palette: Palette, cpu: number, cpus: number): Hex {
  return palette.cpus[cpuSlot(cpu, cpus)] ?? palette.tokens.quiet
}

/** How many CPUs have a colour of their own. */
export const HUES = 8

/** Which of the colours of CPUs one has. */
export function cpuSlot(cpu: number, cpus: number): number {
  return cpus <= HUES ? cpu : hues.domain([0, cpus])(cpu)
}

/** CSS custom properties of a theme: `--bg` … `--hairline`, `--state-free` …, `--cpu-0` … */
export function cssTokens(theme: ThemeName): Record<`--${string}`, string> {
  const { tokens, states, cpus } = palettes[theme]
  const css: Record<`--${string}`, string> = {}
  for (const [name, value] of Object.entries(tokens)) css[`--${name}`] = value
  for (const [name, value] of Object.entries(states)) css[`--state-${name}`] = value
  cpus.forEach((value, cpu) => {
    css[`--cpu-${cpu}`] = value
  })
  return css
}

/** `#rrggbb` as the uint32 of one ImageData pixel (ABGR, little endian), opaque. */
export function pack(colour: Hex): number {
  const n = Number.parseInt(colour.slice(1), 16)
  return (0xff000000 | ((n & 0xff) << 16) | (n & 0xff00) | (n >>> 16)) >>> 0
}

/** The linear mixes of two packed pixels, by t = 0 … 1. For tables of colours: a loop over pixels looks up what they hold. */
export function mixer(a: number, b: number): (t: number) => number {
  const channel = (shift: number) => interpolateRound((a >>> shift) & 0xff, (b >>> shift) & 0xff)
  const [blue, green, red] = [channel(16), channel(8), channel(0)]
  return (t) => (0xff000000 | (blue(t) << 16) | (green(t) << 8) | red(t)) >>> 0
}

/** One of them. */
export function mix(a: number, b: number, t: number): number {
  return mixer(a, b)(t)
}

/** Mixes any packed pixel with the one that is given, always by the same `t`: by look-up, for loops over pixels. */
export function tinter(other: number, t: number): (pixel: number) => number {
  const channel = (shift: number) =>
    Uint8Array.from({ length: 256 }, (_, own) => interpolateRound(own, (other >>> shift) & 0xff)(t))
  const [blue, green, red] = [channel(16), channel(8), channel(0)]
  return (pixel) =>
    (0xff000000 | (blue[(pixel >>> 16) & 0xff]! << 16) | (green[(pixel >>> 8) & 0xff]! << 8) | red[pixel & 0xff]!) >>> 0
}

/** A packed pixel as `#rrggbb`. */
export function unpack(pixel: number): Hex {
  const n = ((pixel & 0xff) << 16) | (pixel & 0xff00) | ((pixel >>> 16) & 0xff)
  return `#${n.toString(16).padStart(6, '0')}`
}

function between(a: Hex, b: Hex): (t: number) => Hex {
  const mixed = interpolateRgb(a, b)
  return (t) => rgb(mixed(t)).formatHex()
}

function ramp(colour: (t: number) => Hex): Ramp {
  return scaleSequential([0, 1], colour).clamp(true)
}

/** The ramp of Nuñez, Anderton and Renslow (2018) in d3's polynomials, highest power first. Imported from there it brings
 *  every scheme of d3 with it, a twentieth of all that the page needs first. */
const CIVIDIS = [
  [-2710.57, 7024.72, -6402.7, 2381.73, -35.34, -4.54],
  [-67.37, 176.58, -131.46, 52.82, 170.73, 32.49],
  [2475.67, -6614.94, 6167.24, -2482.43, 442.36, 81.24],
] as const

/** `t` from 0 to 1. */
export function cividis(t: number): Hex {
  const channels = CIVIDIS.map((powers) => {
    const value = Math.round(powers.reduce<number>((sum, factor) => sum * t + factor, 0))
    return Math.max(0, Math.min(255, value)).toString(16).padStart(2, '0')
  })
  return `#${channels.join('')}`
}
