// The two axes of a plot of lines. Each takes the scale that the picture was placed with, so that what is said of a place
// is what stands there.

import type { ScaleContinuousNumeric, ScaleOrdinal } from 'd3'

export interface Tick {
  /** Where on the scale. */
  readonly at: number
  readonly text: string
}

type AxisScale = ScaleContinuousNumeric<number, number> | ScaleOrdinal<number, number>

interface AxisProps {
  /** Values to css px. */
  readonly scale: AxisScale
  readonly ticks: readonly Tick[]
}

/** Hairlines over the plot with their values left of it. `apart`: places beside the scale proper, dotted. */
export function LeftAxis({
  scale,
  ticks,
  left,
  right,
  apart = false,
}: AxisProps & { left: number; right: number; apart?: boolean }) {
  return (
    <g>
      {ticks.map(({ at, text }) => (
        <g key={at}>
          <path
            d={`M${left},${Math.round(scale(at)) + 0.5}H${right}`}
            className="v-hair"
            strokeDasharray={apart ? '1 4' : undefined}
          />
          <text x={left - 8} y={scale(at) + 4} textAnchor="end" className="v-num v-quiet">
            {text}
          </text>
        </g>
      ))}
    </g>
  )
}

interface BottomProps extends AxisProps {
  readonly from: number
  readonly to: number
  readonly below: number
  /** Where the first and the last value stand at their ticks. */
  readonly first?: 'start' | 'middle'
  readonly last?: 'middle' | 'end'
}

/** Ticks from `from` to `to` px with their values `below` px from the top of the picture. */
export function BottomAxis({ scale, ticks, from, to, below, first = 'middle', last = 'middle' }: BottomProps) {
  const anchorOf = (i: number) => (i === 0 ? first : i === ticks.length - 1 ? last : 'middle')
  return (
    <g>
      {ticks.map(({ at, text }, i) => (
        <g key={at}>
          <path d={`M${Math.round(scale(at)) + 0.5},${from}V${to}`} className="v-edge" />
          <text x={scale(at)} y={below} textAnchor={anchorOf(i)} className="v-num v-quiet">
            {text}
          </text>
        </g>
      ))}
    </g>
  )
}
