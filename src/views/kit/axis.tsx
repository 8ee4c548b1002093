// What stands in the gutters of an address plot. SVG, css px, x = 0 is the plot's left edge.

import { scaleLinear } from 'd3'
import { bytes, hex, timeUnit } from '../../lib/format.ts'
import type { Linear } from './scales.ts'

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

export interface AddressTick {
  /** Where on the scale. */
  readonly at: number
  readonly text: string
  readonly quiet: boolean
}

interface AddressAxisProps {
  /** Entries, or whatever stands for them, to css px. */
  readonly scale: Linear
  readonly ticks: readonly AddressTick[]
  readonly narrow: boolean
}

/** Hex labels with their ticks, right-aligned before the region bar. */
export function AddressAxis({ scale, ticks, narrow }: AddressAxisProps) {
  return (
    <g className="v-hex">
      {ticks.map(({ at, text, quiet }) => {
        const y = scale(at)
        const tight = !narrow && text.length > ROOMY
        const classes = [quiet && 'v-quiet', tight && 'v-tight'].filter(Boolean).join(' ')
        return (
          <g key={at}>
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

/** About how many labels a horizon has. */
const TIME_TICKS = 5

/** The ticks of a horizon in ns, what stands at them, with as many decimals as their step needs, and in which unit. */
export function timeTicks(horizonNs: number) {
  const { ns, name: unit } = timeUnit(horizonNs)
  if (!(horizonNs > 0)) return { unit, ticks: [] }
  const units = scaleLinear([0, horizonNs / ns], [0, horizonNs])
  const format = units.tickFormat(TIME_TICKS, 'f')
  return { unit, ticks: units.ticks(TIME_TICKS).map((n) => ({ ns: Math.round(units(n)), text: format(n) })) }
}

/** Time below a picture: a tick with its number at round times, and one without between. `scale`: ns to css px. */
export function TimeAxis({ scale, y }: { scale: Linear; y: number }) {
  const [, horizonNs = 0] = scale.domain()
  const [, width = 0] = scale.range()
  const { unit, ticks } = timeTicks(horizonNs)
  const half = (ticks[1]?.ns ?? 0) / 2
  return (
    <g className="v-time">
      {ticks.map(({ ns, text }) => (
        <g key={ns}>
          <path d={`M${Math.round(scale(ns)) + 0.5},${y}v4`} className="v-edge" />
          {half > 0 && ns + half < horizonNs && (
            <path d={`M${Math.round(scale(ns + half)) + 0.5},${y}v4`} className="v-edge" />
          )}
          {ns === 0 ? (
            <text x={-3} y={y + 14} className="v-num v-label" textAnchor="start">
              0 {unit}
            </text>
          ) : (
            <text x={Math.min(scale(ns), width + 6)} y={y + 14} className="v-num v-label" textAnchor="middle">
              {text}
            </text>
          )}
        </g>
      ))}
    </g>
  )
}
