// The two axes that the arcs span: the pool, and memory with its hole and the device's mask. SVG, css px.

import { bytes, hex } from '../../lib/format.ts'
import type { BounceFrame } from '../../sim/index.ts'
import { bounceText as text } from '../../text/bounce.ts'
import { Caption } from '../../ui/says.tsx'
import { type ArcsLayout, AXIS, MEMORY_TOP, POOL_TOP } from './bounce-arcs.ts'

/** Width of a letter of the text on the axes at most, css px. */
export const LETTER = 6.1

interface AxisProps {
  readonly frame: BounceFrame
  readonly layout: ArcsLayout
  readonly narrow: boolean
}

/** The pool on a scale of its own, opened out of its stretch of memory. */
export function PoolAxis({ frame, layout: { pool, width }, narrow }: AxisProps) {
  if (!pool) return null
  const bottom = POOL_TOP + AXIS
  return (
    <g>
      <Caption id="bounce.poolAxis" x={narrow ? -8 : -16} y={bottom - 1} textAnchor="end">
        {text.pool}
      </Caption>
      <path d={`M${pool[0]},${MEMORY_TOP}L0,${bottom}H${width}L${pool[1]},${MEMORY_TOP}z`} className="v-bounce-lens" />
      <rect x={0.5} y={POOL_TOP + 0.5} width={width - 1} height={AXIS - 1} className="v-bounce-ram" />
      <text x={0} y={POOL_TOP - 4} className="v-num v-label">
        {text.poolAt(bytes(frame.poolBytes), hex(frame.poolStart))}
      </text>
    </g>
  )
}

/** RAM below the hole and above 4 GiB, what of it the device reaches, and the hole as a break. */
export function MemoryAxis({ layout, narrow }: Pick<AxisProps, 'layout' | 'narrow'>) {
  const { ram, hole, mask, pool } = layout
  const bottom = MEMORY_TOP + AXIS
  const base = bottom + 11
  return (
    <g>
      <Caption id="bounce.memoryAxis" x={narrow ? -8 : -16} y={bottom - 1} textAnchor="end">
        {text.memory}
      </Caption>
      {ram.map(({ from, to, x0, x1 }, i) => {
        const edge = mask === null ? x1 : Math.min(x1, Math.max(x0, mask))
        return (
          <g key={from}>
            {edge > x0 && (
              <rect
                x={x0 + 0.5}
                y={MEMORY_TOP + 0.5}
                width={edge - x0 - 1}
                height={AXIS - 1}
                className="v-bounce-ram"
              />
            )}
            {edge < x1 && (
              <rect
                x={edge + 0.5}
                y={MEMORY_TOP + 0.5}
                width={x1 - edge - 1}
                height={AXIS - 1}
                className="v-bounce-out"
              />
            )}
            <text x={x0} y={base} className="v-num v-quiet">
              {from === 0 ? '0' : hex(from)}
            </text>
            <text x={x1} y={base} textAnchor="end" className={`v-num v-quiet ${i === 0 ? 'v-on-cells' : ''}`}>
              {hex(to)}
            </text>
          </g>
        )
      })}
      {hole && (
        <>
          <path d={`${zigzag(hole[0])}${zigzag(hole[1])}`} className="v-edge" />
          <text x={(hole[0] + hole[1]) / 2} y={bottom - 1.5} textAnchor="middle" className="v-axis v-quiet">
            {text.hole}
          </text>
        </>
      )}
      {pool && <rect x={pool[0]} y={MEMORY_TOP} width={pool[1] - pool[0]} height={AXIS} className="v-region" />}
    </g>
  )
}

/** How far the device reaches; over the arcs, for they may run anywhere. */
export function Mask({ frame, layout: { mask, width } }: Pick<AxisProps, 'frame' | 'layout'>) {
  const { pageBytes, maskBits } = frame
  const words = pageBytes > 0 ? text.untrusted : mask === null ? text.maskAll(maskBits) : text.mask(maskBits)
  const before = mask === null || mask > words.length * LETTER + 8
  return (
    <g>
      {mask !== null && (
        <path d={`M${Math.round(mask) + 0.5},${MEMORY_TOP - 14}V${MEMORY_TOP + AXIS + 2}`} className="v-limit" />
      )}
      <text
        x={mask === null ? width : before ? mask - 6 : mask + 6}
        y={MEMORY_TOP - 5}
        textAnchor={before ? 'end' : 'start'}
        className="v-axis v-label v-on-cells"
      >
        {words}
      </text>
    </g>
  )
}

/** The edge of the hole. */
const zigzag = (x: number) => `M${x},${MEMORY_TOP - 2}l3,3.5l-6,3.5l6,3.5l-3,3.5`
