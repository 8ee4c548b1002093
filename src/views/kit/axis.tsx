// What stands in the gutters of an address plot. SVG, css px, x = 0 is the plot's left edge.

import { bytes, hex, timeUnit } from '../../lib/format.ts'

const FROM_4_GIB = 1n << 32n
const FROM_2_48 = 1n << 48n
/** Letters that stand between the page's edge and a tick; longer addresses are set tight, and without the tick. */
const ROOMY = 12
/** Letters that a phone's gutter has room for before dots. */
const SHORT = 6

/**
 * An address for the gutter, whole but on a phone. What is long goes without `0x` and leading zeros; from 2^48 on the
 * first digits say where the window lies, are the same everywhere in it, and a `+` stands for them.
 */
export function gutterAddress(address: bigint, narrow: boolean): string {
  const full = hex(address)
  if (narrow && address >= FROM_2_48) {
    const offset = withoutZeros(hex(address % FROM_2_48))
    if (offset.length <= SHORT) return `+${offset}`
    const upper = offset.slice(0, -5)
    return upper.length < SHORT ? `+${upper}…` : `${upper.slice(0, SHORT)}…`
  }
  // Beyond 4 GiB a phone has room for the digits that differ, or for the 0x before them.
  if (narrow) return address < FROM_4_GIB ? `${full.slice(0, -5)}…` : `${full.slice(2, 8)}…`
  if (address >= FROM_2_48) return `+${withoutZeros(hex(address % FROM_2_48))}`
  return address < FROM_4_GIB ? full : withoutZeros(full)
}

/** What a `+` in the gutter stands for, `0x0800…`; null where addresses stand whole. */
export function gutterBase(address: bigint): string | null {
  return address < FROM_2_48 ? null : `${hex(address).slice(0, 6)}…`
}

/** `0x0001_8000_0000` as `1_8000_0000`. */
function withoutZeros(hexed: string): string {
  return hexed.slice(2).replace(/^[0_]+(?=.)/, '')
}

/** The address where a plot ends: a size where that is a power of two too long for the gutter. */
export function gutterEnd(address: bigint, narrow: boolean): string {
  const long = address >= FROM_4_GIB && (address & (address - 1n)) === 0n
  return long ? bytes(Number(address)) : gutterAddress(address, narrow)
}

/** A share as `percent` writes it, set close: the right gutter has room for `>99.9%`, not for blanks; beside something
 *  else (`short`) for `>99%` only. */
export function GutterShare({ text, short = false }: { text: string; short?: boolean }) {
  return (
    <>
      {short && text.startsWith('>') ? wholePercent(text) : text.replace(/[\s%]/g, '')}
      {text.endsWith('%') && <tspan dx="2">%</tspan>}
    </>
  )
}

/** `< 0.1 %` as `<1`, `41 %` as `41`: beside a name there is room for three letters. */
export function wholePercent(share: string): string {
  const p = Number(share.replace(/[^\d.]/g, ''))
  if (p === 0 || p === 100) return String(p)
  return p < 1 ? '<1' : p > 99 ? '>99' : String(Math.round(p))
}

/** Letters that the right gutter has room for, and the left one of a phone. */
export const MOST_NAME = 7

/** A region's name where there is little room: `small` of `small region`, `3` of `pool 3`, `< 4 GiB`. */
export function shortRegion(name: string): string {
  const words = name.replace(/ (pool|region|half|part)$|^(pool|area) /g, '').replace(/^below /, '< ')
  return words.length > MOST_NAME ? `${words.slice(0, MOST_NAME - 1)}…` : words
}

export interface AddressMark {
  readonly y: number
  readonly text: string
  readonly quiet: boolean
}

/** Hex labels with their ticks, right-aligned before the region bar. */
export function AddressAxis({ marks, narrow }: { marks: readonly AddressMark[]; narrow: boolean }) {
  return (
    <g className="v-hex">
      {marks.map(({ y, text, quiet }) => {
        const tight = !narrow && text.length > ROOMY
        const classes = [quiet && 'v-quiet', tight && 'v-tight'].filter(Boolean).join(' ')
        return (
          <g key={y}>
            <text x={narrow ? -11 : tight ? -13 : -20} y={y + 4} textAnchor="end" className={classes || undefined}>
              {/* The dots of a mono font read as an underscore. */}
              {text.startsWith('…') && <tspan className="v-dots">…</tspan>}
              {text.replaceAll('…', '')}
              {text.endsWith('…') && <tspan className="v-dots">…</tspan>}
            </text>
            {!narrow && !tight && <path d={`M-17,${Math.round(y) + 0.5}h4`} className="v-edge" />}
          </g>
        )
      })}
    </g>
  )
}

export interface RegionMark {
  readonly name: string
  readonly top: number
  readonly bottom: number
  /** y of the hint, or null when it is not in the picture. */
  readonly hint: number | null
  /** y of the name, or null when there is no room. */
  readonly nameY: number | null
}

/** A bar per region with its name and a triangle where its next search begins. */
export function RegionBars({ marks }: { marks: readonly RegionMark[] }) {
  return (
    <g>
      {marks.map(({ name, top, bottom, nameY, hint }) => (
        <g key={name}>
          <rect x={-10} y={top} width={4} height={Math.max(1, bottom - top - 1)} className="v-region" />
          {nameY !== null && (
            <text x={-16} y={nameY + 4} textAnchor="end" className="v-axis v-quiet">
              {name}
            </text>
          )}
          {hint !== null && <path d={`M-6,${hint - 4}l6,4l-6,4z`} className="v-hint" />}
        </g>
      ))}
    </g>
  )
}

/** A stretch of the address axis that is left out: two zigzags, its size in words between them. */
export function Break({ y, height, width, text }: { y: number; height: number; width: number; text: string }) {
  const teeth = Math.floor(width / 16)
  const zigzag = `m0,6${'l8,-5l8,5'.repeat(teeth)}`
  return (
    <g transform={`translate(0,${y})`}>
      <rect y={6} width={width} height={height - 12} className="v-skipped" />
      <path d={`M0,0${zigzag}M0,${height - 9}${zigzag}`} className="v-edge" />
      <text x={width / 2} y={height / 2 + 3.5} textAnchor="middle" className="v-axis v-break">
        {text}
      </text>
    </g>
  )
}

/** The places of labels in their order, `pitch` apart at least, as near to where they belong as there is room. */
export function spread(places: readonly number[], pitch: number, top: number, bottom: number): number[] {
  const last = bottom - pitch / 2
  const down = places.reduce<number[]>((before, y) => {
    before.push(Math.max(y, before.length === 0 ? top + pitch / 2 : before.at(-1)! + pitch))
    return before
  }, [])
  let most = last
  for (let i = down.length - 1; i >= 0; i--) {
    down[i] = Math.min(down[i]!, most)
    most = down[i]! - pitch
  }
  return down
}

/** What stands at the ticks of a horizon, with as many decimals as their step needs, and in which unit. */
export function timeLabels(ticks: readonly number[], horizonNs: number) {
  const { ns: scale, name: unit } = timeUnit(horizonNs)
  const [, step = 0] = ticks
  const decimals = [0, 1, 2].find((d) => Math.round(Number((step / scale).toFixed(d)) * scale) === step) ?? 3
  return { unit, labels: ticks.map((ns) => (ns / scale).toFixed(decimals)) }
}

/** Round ns steps that give about five or six labels over a horizon. */
export function timeTicks(horizonNs: number): number[] {
  if (!(horizonNs > 0)) return []
  let unit = 1
  while (unit * 10 <= horizonNs / 3) unit *= 10
  const step = [1, 2, 3, 5, 10, 20].map((n) => n * unit).find((s) => horizonNs / s <= 6.5) ?? unit * 20
  return Array.from({ length: Math.floor(horizonNs / step) + 1 }, (_, i) => i * step)
}
