// A line plot of a study: axes, lines, marks and names, with a cursor that goes from point to point. Lines are told apart by their marks and names, not by hue: hue
// stands for the state of a page.

import { type SymbolType, symbol, symbolCircle, symbolDiamond2, symbolSquare, symbolTimes, symbolTriangle } from 'd3'
import { Caption } from '../../ui/says.tsx'
import { Chart, type ChartProps } from '../kit/chart.tsx'
import { type Cursor, type LinePlot, type PlacedLine, pointAt, stepPoint } from '../kit/line-plot.ts'
import { BottomAxis, LeftAxis } from '../kit/plot-axes.tsx'

/** d3 has no triangle that points down. */
const symbolTriangleDown: SymbolType = {
  draw(context, size) {
    const y = -Math.sqrt(size / (Math.sqrt(3) * 3))
    context.moveTo(0, -y * 2)
    context.lineTo(Math.sqrt(3) * y, y)
    context.lineTo(-Math.sqrt(3) * y, y)
    context.closePath()
  },
}

/** Marks around 0, 0, one for each line: they differ in form and are of a size to the eye, square css px. */
export const MARKS = [
  symbol(symbolCircle, 28),
  symbol(symbolSquare, 31),
  symbol(symbolDiamond2, 37),
  symbol(symbolTriangle, 23),
  symbol(symbolTriangleDown, 23),
  symbol(symbolTimes, 25),
].map((mark) => mark.digits(2)()!)

export interface StudyPlotProps
  extends Pick<ChartProps<Cursor>, 'title' | 'testId' | 'width' | 'height' | 'words' | 'keys' | 'roledescription'> {
  /** Whose axes they are. */
  readonly id: 'scaling' | 'bounce-study'
  readonly plot: LinePlot
  /** A line each, as the plot has them; `own`: the scenario itself is on it. */
  readonly lines: readonly {
    readonly id: string
    readonly name: string
    readonly own: boolean
    /** x of the points that have come, ascending. */
    readonly xs: readonly number[]
  }[]
  /** A point of these lines in words. */
  readonly said: (cursor: Cursor) => string
  /** What stands at the axes: at the top of the left one, and left of the lower one. */
  readonly unit: string
  readonly xUnit: string
  /** What the dashed lines are, where there is one. */
  readonly formula?: string
}

/** A point nearer to the top has its tip below, css px. */
const TIP = 40

export function StudyPlot(props: StudyPlotProps) {
  const { id, plot, lines, said, unit, xUnit, formula, ...chart } = props
  const hasFormula = plot.lines.some((placed) => placed.formula !== '')
  function show(cursor: Cursor) {
    const at = plot.lines[cursor.line]?.points[cursor.point]
    if (!at) return null
    const tip = said(cursor)
    return { said: tip, marked: [{ id: chart.title, ...at, tip, below: at.y < TIP, late: at.x > chart.width / 2 }] }
  }
  return (
    <Chart<Cursor>
      {...chart}
      step={(key, from) =>
        stepPoint(
          lines.map((line) => line.xs),
          key,
          from,
        )
      }
      find={(x, y) => pointAt(plot.lines, x, y)}
      show={show}
    >
      <Axes id={id} plot={plot} unit={unit} xUnit={xUnit} formula={hasFormula ? formula : undefined} />
      {lines.map(({ id, name, own }, i) => (
        <Line
          key={id}
          placed={plot.lines[i]!}
          mark={MARKS[i % MARKS.length]!}
          name={name}
          own={own}
          right={plot.right}
        />
      ))}
    </Chart>
  )
}

interface AxesProps extends Pick<StudyPlotProps, 'id' | 'plot' | 'unit' | 'xUnit'> {
  readonly formula: string | undefined
}

function Axes({ id, plot, unit, xUnit, formula }: AxesProps) {
  const { x, xTicks, y, yTicks, right, bottom } = plot
  const top = y(yTicks.at(-1)!.at)
  return (
    <g>
      <LeftAxis scale={y} ticks={yTicks} left={0} right={right + 8} />
      <Caption id={`${id}.y`} x={4} y={top + 14}>
        {unit}
      </Caption>
      <BottomAxis scale={x} ticks={xTicks} from={bottom - 6} to={bottom - 1} below={bottom + 11} />
      <Caption id={`${id}.x`} x={-8} y={bottom + 11} textAnchor="end">
        {xUnit}
      </Caption>
      {formula && (
        <g transform={`translate(4,${top + 28})`}>
          <path d="M0,-4h18" className="v-line-formula" />
          <text x={24} className="v-axis v-quiet">
            {formula}
          </text>
        </g>
      )}
    </g>
  )
}

interface LineProps {
  readonly placed: PlacedLine
  readonly mark: string
  readonly name: string
  readonly own: boolean
  /** Right end of the lines, css px. */
  readonly right: number
}

function Line({ placed, mark, name, own, right }: LineProps) {
  const { points, path, formula, nameY } = placed
  return (
    <g className={own ? 'v-line-own' : 'v-line'}>
      {formula && <path d={formula} className="v-line-formula" />}
      <path d={path} className="v-line-path" />
      {points.map(({ x, y }) => (
        <path key={x} d={mark} transform={`translate(${x.toFixed(1)},${y.toFixed(1)})`} className="v-mark" />
      ))}
      {nameY !== null && (
        <>
          <path d={mark} transform={`translate(${right + 18},${nameY})`} className="v-mark" />
          <text x={right + 26} y={nameY + 4} className="v-axis">
            {name}
          </text>
        </>
      )}
    </g>
  )
}
