// How a parameter becomes a control, and a value becomes text: decided from the Param alone.

import { bytes, count, duration } from '../lib/format.ts'
import { type Field, formatParam, type Param, type ParamOption, type ParamValue, type Speed } from '../sim/index.ts'

export type ControlKind = 'switch' | 'segments' | 'stops' | 'select' | 'slider'

const MAX_SEGMENTS = 5
/** Characters of label that one segment of a 200 px control has room for, all segments together. */
const SEGMENT_TEXT = 24
const SHORT = 20

export function kindOf(param: Param): ControlKind {
  const { values } = param
  if (!values) return 'slider'
  if (values.length === 2 && values.every((o) => o.key === 'on' || o.key === 'off')) return 'switch'
  const quantity = param.unit !== 'choice' && param.unit !== 'bps'
  if (quantity && values.length > 2) return 'stops'
  const width = values.reduce((sum, o) => sum + stopText(o).length, 0)
  return values.length <= MAX_SEGMENTS && width <= SEGMENT_TEXT && param.name !== 'allocator' ? 'segments' : 'select'
}

/** The shortest text of an option: `64K`, `1024`, `strict`. */
export function stopText(option: ParamOption): string {
  return /^\d+[kmgt]$/.test(option.key) ? option.key.toUpperCase() : option.label
}

/** Why an option cannot be chosen beside the other settings, or null when it can. */
export function refusedReason(field: Field, option: ParamOption): string | null {
  return Object.hasOwn(field.refused, option.key) ? (field.refused[option.key] ?? '') : null
}

/** Width of the stops' track and of a character, css px. */
const TRACK = 176
const CHAR = 6.6

/** Which of evenly spaced stops have room for their name: the chosen one, the ends, then what fits. */
export function namedStops(names: readonly string[], chosen: number): ReadonlySet<number> {
  const last = names.length - 1
  const half = (i: number) => ((names[i]?.length ?? 0) * CHAR) / 2 + 3
  const place = (i: number) => (TRACK * i) / Math.max(1, last)
  const named = new Set<number>()
  const rest = names.map((_, i) => i).sort((a, b) => (a % 2) - (b % 2) || a - b)
  for (const i of [chosen, 0, last, ...rest])
    if ([...named].every((j) => Math.abs(place(i) - place(j)) >= half(i) + half(j))) named.add(i)
  return named
}

/** A value in full: `64 KiB`, `10 Gbit/s`, `2.55 ms`. */
export function valueText(param: Param, value: ParamValue): string {
  const option = param.values?.find((o) => o.value === value)
  if (typeof value === 'number' && param.unit === 'bytes') return bytes(value)
  if (option?.help && option.help.length <= SHORT) return option.help
  if (option) return param.unit === 'bits' ? `${option.label} bit` : option.label
  if (typeof value === 'string') return formatParam(param, value)
  if (param.unit === 'ns') return duration(value)
  if (param.unit === 'percent') return `${count(value)} %`
  return count(value)
}

/** Text to the right of a control's name; empty where the control itself already says it. */
export function besideText(param: Param, value: ParamValue): string {
  const kind = kindOf(param)
  if (kind === 'switch' || kind === 'select') return ''
  const text = valueText(param, value)
  const option = param.values?.find((o) => o.value === value)
  return kind === 'segments' && option && stopText(option) === text ? '' : text
}

/** A continuous parameter on a track of whole positions: linear, or logarithmic where it spans decades. */
export interface Track {
  readonly last: number
  readonly toValue: (position: number) => number
  readonly toPosition: (value: number) => number
}

export function trackOf(param: Param): Track {
  const min = param.min ?? 0
  const max = param.max ?? 100
  if (max - min <= 1000) return { last: max - min, toValue: (p) => min + p, toPosition: (v) => v - min }
  const last = 120
  const from = Math.max(1, min)
  const ratio = Math.log(max / from)
  const toValue = (p: number): number => {
    if (p <= 0) return min
    if (p >= last) return max
    const exact = from * Math.exp((ratio * p) / last)
    const unit = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1)
    return Math.min(max, Math.max(min, Math.round(exact / unit) * unit))
  }
  return { last, toValue, toPosition: (v) => (v <= from ? 0 : Math.round((last * Math.log(v / from)) / ratio)) }
}

/** Speeds of the transport: simulated time per wall time, 1 – 2 – 5 per decade, then as fast as it goes. */
export const SPEEDS: readonly Speed[] = [
  ...[100000, 50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1].map((n) => 1 / n),
  'max',
]

/** Position of the stop nearest to a speed. */
export function speedIndex(speed: Speed): number {
  if (speed === 'max') return SPEEDS.length - 1
  let best = 0
  for (let i = 0; i < SPEEDS.length - 1; i++)
    if (Math.abs(Math.log((SPEEDS[i] as number) / speed)) < Math.abs(Math.log((SPEEDS[best] as number) / speed)))
      best = i
  return best
}

/** `1/2000×`, `1×`, `max`. */
export function speedText(speed: Speed): string {
  if (speed === 'max') return 'max'
  return speed >= 1 ? `${Number(speed.toFixed(1))}×` : `1/${Math.round(1 / speed)}×`
}
