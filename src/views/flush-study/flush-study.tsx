// What the flush mode decides, against the rate of unmaps: how long memory stays reachable, and how many flushes that
// takes. Computed behind the page. Modes are told apart by their marks and names, not by hue: hue stands for the state of a
// page. The scenario's own mode is strong, and its rate is a line.

import { useMemo } from 'react'
import { currentValue, type Frame } from '../../sim/index.ts'
import { flushFigures } from '../../sim/studies/index.ts'
import { useApp, useFrame } from '../../store/context.ts'
import { studyText } from '../../text/studies.ts'
import { viewText } from '../../text/views.ts'
import { Caption, Says } from '../../ui/says.tsx'
import { Chart } from '../kit/chart.tsx'
import { BottomAxis, LeftAxis } from '../kit/plot-axes.tsx'
import { StudyFrame, useDockStudy } from '../study/study-frame.tsx'
import { MARKS } from '../study/study-lines.tsx'
import {
  type Cursor,
  describeFlush,
  type FlushPlot,
  flushHeight,
  flushLines,
  flushTable,
  MODES,
  PLOT,
  type Chart as PlacedChart,
  placeFlush,
  placesOf,
  pointAt,
  pointText,
  stepPoint,
  TITLE,
  tipsOf,
} from './flush-study.view.ts'

const text = studyText.flush
const { title } = viewText.studies.flush
const ID = 'flush-study'
/** The study asks the same of every scenario. */
const KEY = 'flush'

/** One for each mode. */
const [DOT, BOX, DIAMOND] = MARKS
const MODE_MARKS = [BOX, DOT, DIAMOND] as const

/** Unmaps a second that come to one CPU of the run, to two digits; 0 where nothing stays reachable after an unmap. */
function rateOf(frame: Frame): number {
  const { summary, status, views } = frame
  if (!summary.exposure || status.ns === 0) return 0
  const cpus = views.timeline?.cpus ?? 1
  return Number(((summary.exposure.unmaps * 1e9) / status.ns / cpus).toPrecision(2))
}

export function FlushStudy() {
  const scenario = useApp((s) => s.here)
  const rate = useFrame(rateOf) ?? 0
  const own = useMemo(() => String(currentValue(scenario, `${scenario.devices[0]!.id}.flush`)), [scenario])
  const dock = useDockStudy('flush', KEY)
  const { results, ruler, width } = dock
  const { narrow } = ruler
  const lines = useMemo(() => flushLines(flushFigures(results), own), [own, results])
  const plot = useMemo(() => placeFlush(lines, width, narrow, rate), [lines, width, narrow, rate])
  return (
    <StudyFrame
      id={ID}
      title={title}
      sub={text.sub}
      dock={dock}
      height={flushHeight(narrow)}
      table={flushTable(lines)}
      legend={
        !narrow && (
          <Says id="flush-study.formula" className="v-sub" style={{ flex: 'none' }}>
            <svg width="22" height="8" aria-hidden="true">
              <path d="M0,4.5h18" className="v-line-formula v-line-whole" />
            </svg>
            {text.formula}
          </Says>
        )
      }
    >
      <Chart<Cursor>
        title={title}
        roledescription={text.plot}
        testId="view-flush-study"
        width={width}
        height={plot.height}
        words={describeFlush(lines)}
        keys={text.keys}
        step={(key, from) => stepPoint(lines, key, from)}
        find={(x, y) => pointAt(plot, x, y)}
        show={(cursor) => show(plot, cursor)}
      >
        {plot.charts.map((chart) => (
          <g key={chart.title}>
            <Axes chart={chart} rate={rate} narrow={narrow} />
            <Lines chart={chart} />
          </g>
        ))}
      </Chart>
    </StudyFrame>
  )
}

/** The points of a cursor, one on each chart, and the first in words. */
function show(plot: FlushPlot, cursor: Cursor) {
  const places = placesOf(plot, cursor)
  const marked = places.map(({ x, y, figure }, i) => {
    const { title: id, left, right, top } = plot.charts[i]!
    return { id, x, y, tip: tipsOf(figure)[i]!, below: y - top < PLOT / 2, late: x > (left + right) / 2 }
  })
  return places[0] ? { said: pointText(places[0].figure), marked } : null
}

function Axes({ chart, rate, narrow }: { chart: PlacedChart; rate: number; narrow: boolean }) {
  const { left, right, top, ownX } = chart
  const late = ownX !== null && ownX > (left + right) / 2
  return (
    <g>
      <LeftAxis scale={chart.y} ticks={chart.yTicks} left={left} right={right + 8} />
      <LeftAxis scale={chart.apart} ticks={chart.apartTicks} left={left} right={right + 8} apart />
      <text x={left + 4} y={top + TITLE} className="v-axis v-quiet">
        {chart.title}
      </text>
      <BottomAxis
        scale={chart.x}
        ticks={chart.xTicks}
        from={top + PLOT - 3}
        to={top + PLOT + 1}
        below={top + PLOT + 13}
      />
      <Caption id="flush-study.x" x={left - 8} y={top + PLOT + 13} textAnchor="end">
        {narrow ? text.xUnitShort : text.xUnit}
      </Caption>
      {ownX !== null && (
        <>
          <path d={`M${Math.round(ownX) + 0.5},${top + TITLE + 8}V${top + PLOT}`} className="v-edge" />
          <text
            x={ownX + (late ? -5 : 5)}
            y={top + PLOT - 13}
            textAnchor={late ? 'end' : 'start'}
            className="v-axis v-quiet"
          >
            {text.own(text.rate(rate))}
          </text>
        </>
      )}
    </g>
  )
}

function Lines({ chart }: { chart: PlacedChart }) {
  return (
    <g>
      {chart.lines.map(({ line, points, formula, nameY }) => {
        const mark = MODE_MARKS[MODES.indexOf(line.mode)]!
        return (
          <g key={line.mode} className={line.own ? 'v-line-own' : 'v-line'}>
            <path d={formula} className="v-line-formula v-line-whole" />
            {points.map((p) => (
              <path
                key={p.figure.rate}
                d={mark}
                transform={`translate(${p.x.toFixed(1)},${p.y.toFixed(1)})`}
                className="v-mark"
              />
            ))}
            <text x={chart.right + 10} y={nameY + 4} className="v-axis">
              {text.modes[line.mode]}
            </text>
          </g>
        )
      })}
    </g>
  )
}
