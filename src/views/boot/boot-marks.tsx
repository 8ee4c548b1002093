// What stands over the rows of a boot: the axis, the lines that open a stretch of it out, the phases, the sizes of what was
// set aside, and a frame around the row that is told of.

import { bytes, hex } from '../../lib/format.ts'
import type { BootFrame } from '../../sim/index.ts'
import { bootText as text } from '../../text/boot.ts'
import { blockSpan, labelsIn, phasesOf } from './boot.view.ts'
import {
  type AxisLabel,
  BAR,
  barScale,
  endOf,
  fitting,
  holeOf,
  ROWS_TOP,
  rowAt,
  rowsEnd,
  stretchesOf,
} from './boot-axis.ts'

export interface BootMarksProps {
  readonly frame: BootFrame
  /** The step that is told of. */
  readonly at: number
  /** css px of the rows. */
  readonly width: number
  /** Where words left of the rows end, css px. */
  readonly gutter: number
  readonly narrow: boolean
}

/** Width of a letter at most, css px. */
const LETTER = 5.6
/** css px that the line between two phases reaches to the left of their names' end. */
const PHASE = 36

export function BootMarks({ frame, at, width, gutter, narrow }: BootMarksProps) {
  const row = rowAt(at, frame.steps.length, narrow)
  return (
    <>
      <Axis frame={frame} at={at} width={width} gutter={gutter} narrow={narrow} />
      {labelsIn(frame).map(({ at: step, block, words, drawn }) => {
        const [from, to] = blockSpan(stretchesOf(frame, width), block)
        const { y, height } = rowAt(step, frame.steps.length, narrow)
        if (words.length * LETTER > to - from - 4) return null
        const middle = (from + to) / 2
        const wide = words.length * LETTER
        return (
          <g key={`${step} ${block.startBytes}`}>
            {drawn !== 'pool' && drawn !== 'idle' && (
              <rect x={middle - wide / 2} y={y + 1} width={wide} height={height - 2} className="v-boot-label" />
            )}
            <text
              x={middle}
              y={y + height / 2 + 4}
              textAnchor="middle"
              className={`v-axis ${drawn === 'pool' ? 'v-on-mapped' : ''}`}
            >
              {words}
            </text>
          </g>
        )
      })}
      <rect x={-1} y={row.y - 1} width={width + 2} height={row.height + 2} className="v-ring-line" fill="none" />
    </>
  )
}

/** The bar to scale, from where its stretches begin there to where they begin in the rows; addresses, and phases. */
function Axis({ frame, width, gutter, narrow }: BootMarksProps) {
  const stretches = stretchesOf(frame, width)
  const opened = stretches.find((s) => s.kind === 'opened')
  const end = rowsEnd(frame.steps.length, narrow)
  const hole = holeOf(frame)
  const scaled = [0, endOf(frame), ...(hole ? [hole.endBytes, hole.startBytes] : [])]
  const left = opened?.x ?? 0
  const right = left + (opened?.width ?? 0)
  const high = stretches.find((s) => s.kind === 'high')
  const foot = [
    ...(opened
      ? [
          { x: left, words: hex(opened.from) },
          { x: right, words: hex(opened.to) },
        ]
      : []),
    ...(high ? [{ x: high.x, words: bytes(high.from) }] : []),
  ]
  const bar = barScale(frame, width)
  const named = fitting(foot, width)
  const ticks = foot.filter(({ words }) => named.some((n) => n.words === words))
  // Where titles stand between the rows, the lines do not cross them.
  const tops = narrow
    ? frame.steps.map((_, i) => rowAt(i, frame.steps.length, narrow))
    : [{ y: ROWS_TOP, height: end - ROWS_TOP }]
  const sides = tops.map(({ y, height }) => `M${left + 0.5},${y}v${height}M${right - 0.5},${y}v${height}`).join('')
  return (
    <>
      <Addresses
        labels={fitting(
          scaled.map((n) => ({ x: bar(n), words: n === 0 ? '0' : hex(n) })),
          width,
        )}
        y={BAR.y - 4}
      />
      <text x={gutter} y={BAR.y + BAR.height} textAnchor="end" className="v-axis v-quiet">
        {text.gutter.scale}
      </text>
      {stretches.slice(1).map((s) => (
        <path
          key={s.from}
          d={`M${bar(s.from)},${BAR.y + BAR.height}L${s.x},${ROWS_TOP}`}
          className={opened && (s === opened || s.from === opened.to) ? 'v-edge' : 'v-hair'}
        />
      ))}
      {opened && <path d={sides} className="v-edge" />}
      <path d={ticks.map(({ x }) => `M${Math.min(width - 0.5, x + 0.5)},${end}v4`).join('')} className="v-edge" />
      <Addresses labels={named} y={end + 14} />
      {opened && !narrow && (
        <text x={gutter} y={end + 14} textAnchor="end" className="v-axis v-quiet">
          {text.gutter.opened}
        </text>
      )}
      {phasesOf(frame).map(({ at, phase }) => {
        const { top, title } = rowAt(at, frame.steps.length, narrow)
        return (
          <g key={phase}>
            <path d={`M${gutter - PHASE},${top - 1.5}H${width}`} className="v-hair" />
            <text x={gutter} y={top + title / 2 + 4} textAnchor="end" className="v-axis v-label">
              {text.phases[phase]}
            </text>
          </g>
        )
      })}
    </>
  )
}

function Addresses({ labels, y }: { labels: readonly AxisLabel[]; y: number }) {
  return labels.map(({ x, words, anchor }) => (
    <text key={words} x={x} y={y} textAnchor={anchor} className="v-num v-quiet">
      {words}
    </text>
  ))
}
