// Throughput against CPUs: a line for each allocator that the machine could run, computed behind the page. Lines are told
// apart by their marks and names, not by hue: hue stands for the state of a page. The scenario's own allocator is strong.

import { useEffect, useMemo, useRef } from 'react'
import { ownSeries, scalingKey } from '../sim/studies/index.ts'
import { useApp } from '../store/context.ts'
import { useStudy } from '../store/studies.ts'
import { studyText } from '../text/studies.ts'
import { viewText } from '../text/views.ts'
import { Chart } from './kit/chart.tsx'
import { DockHead } from './kit/dock-head.tsx'
import { useWidth } from './kit/hooks.ts'
import { rulerOf } from './kit/layout.ts'
import { Twin, useTwin } from './kit/twin.tsx'
import {
  type Cursor,
  describeScaling,
  linesOf,
  type PlacedLine,
  placeScaling,
  pointAt,
  pointText,
  type ScalingPlot,
  scalingTable,
  stepPoint,
} from './scaling.view.ts'
import { StudyProgress } from './study-progress.tsx'
import './views.css'
import './studies.css'

const text = studyText.scaling
const { title } = viewText.studies.scaling

/** css px: the plot, and the numbers of CPUs under it. */
const PLOT = 142
const AXIS = 18

/** Marks around 0, 0, one for each line. */
const MARKS = [
  'M-3,0a3,3 0 1 0 6,0a3,3 0 1 0 -6,0z',
  'M-2.8,-2.8h5.6v5.6h-5.6z',
  'M0,-3.8L3.8,0L0,3.8L-3.8,0z',
  'M0,-3.6L3.6,2.8h-7.2z',
  'M0,3.6L3.6,-2.8h-7.2z',
  'M-3,-3L3,3M-3,3L3,-3',
] as const

export function Scaling() {
  const root = useRef<HTMLElement>(null)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const scenario = useApp((s) => s.here)
  const ready = useApp((s) => s.ready)
  const key = useMemo(() => scalingKey(scenario), [scenario])
  const own = useMemo(() => ownSeries(scenario), [scenario])
  const study = useStudy('scaling')
  const { run } = study
  // The map comes first; and what is already there, or was cancelled, is not asked for again.
  const wanted = ready && study.key !== key
  useEffect(() => {
    if (wanted) run(scenario, key)
  }, [wanted, run, scenario, key])
  const results = study.key === key ? study.results : NO_RESULTS
  const lines = useMemo(() => linesOf(scenario, own, results), [scenario, own, results])
  const width = ruler.plot + (ruler.narrow ? 0 : ruler.right - 14)
  const plot = useMemo(() => placeScaling(lines, width, PLOT), [lines, width])
  const [twin] = useTwin('scaling')
  return (
    <section ref={root} className="v-dock v-tall">
      <DockHead id="scaling" title={title} ruler={ruler} sub={text.sub}>
        <StudyProgress narrow={ruler.narrow} title={title} study={study} onRun={() => run(scenario, key)} />
      </DockHead>
      {ruler.width > 0 && (
        <div className="v-view" style={{ height: PLOT + AXIS }}>
          <div className="v-plot" style={{ left: ruler.left, width }}>
            {twin ? (
              <Twin title={title} table={scalingTable(lines)} height={PLOT + AXIS} />
            ) : (
              <Chart<Cursor>
                title={title}
                roledescription={text.plot}
                testId="view-scaling"
                width={width}
                height={PLOT + AXIS}
                words={describeScaling(lines)}
                keys={text.keys}
                step={(key, from) => stepPoint(plot, key, from)}
                find={(x, y) => pointAt(plot, x, y)}
                show={(cursor) => show(plot, cursor, width)}
              >
                <Axes plot={plot} />
                {plot.lines.map((placed, i) => (
                  <Line
                    key={placed.line.series.id}
                    placed={placed}
                    mark={MARKS[i % MARKS.length]!}
                    right={plot.right}
                  />
                ))}
              </Chart>
            )}
          </div>
        </div>
      )}
    </section>
  )
}

const NO_RESULTS = [] as const

/** The point of a cursor, in words and on the plot; null when the plot no longer has it. */
function show(plot: ScalingPlot, cursor: Cursor, width: number) {
  const line = plot.lines[cursor.line]
  const at = line?.points[cursor.point]
  if (!line || !at) return null
  const { x, y, result } = at
  const said = pointText(line.line, result)
  return { said, marked: [{ id: title, x, y, tip: said, below: y < 40, late: x > width / 2 }] }
}

function Axes({ plot }: { plot: ScalingPlot }) {
  return (
    <g>
      {plot.yTicks.map(({ y, text: label }, i) => (
        <g key={label}>
          <path d={`M0,${Math.round(y) + 0.5}H${plot.right + 8}`} className="v-hair" />
          <text x={-8} y={y + 4} textAnchor="end" className="v-num v-quiet">
            {label}
          </text>
          {i === plot.yTicks.length - 1 && (
            <text x={4} y={y + 14} className="v-axis v-quiet">
              {text.unit}
            </text>
          )}
        </g>
      ))}
      {plot.xTicks.map(({ x, text: label }) => (
        <g key={label}>
          <path d={`M${Math.round(x) + 0.5},${PLOT - 6}v5`} className="v-edge" />
          <text x={x} y={PLOT + 11} textAnchor="middle" className="v-num v-quiet">
            {label}
          </text>
        </g>
      ))}
      <text x={-8} y={PLOT + 11} textAnchor="end" className="v-axis v-quiet">
        {text.xUnit}
      </text>
      {plot.lines.some(({ formula }) => formula !== '') && (
        <g transform={`translate(4,${plot.yTicks.at(-1)!.y + 28})`}>
          <path d="M0,-4h18" className="v-line-formula" />
          <text x={24} className="v-axis v-quiet">
            {text.formula}
          </text>
        </g>
      )}
    </g>
  )
}

function Line({ placed, mark, right }: { placed: PlacedLine; mark: string; right: number }) {
  const { line, points, path, formula, nameY } = placed
  const last = points.at(-1)
  return (
    <g className={line.own ? 'v-line-own' : 'v-line'}>
      {formula && <path d={formula} className="v-line-formula" />}
      <path d={path} className="v-line-path" />
      {points.map((p) => (
        <path
          key={p.result.x}
          d={mark}
          transform={`translate(${p.x.toFixed(1)},${p.y.toFixed(1)})`}
          className="v-mark"
        />
      ))}
      {nameY !== null && last && (
        <>
          <path d={mark} transform={`translate(${right + 18},${nameY})`} className="v-mark" />
          <text x={right + 26} y={nameY + 4} className="v-axis">
            {line.series.label}
          </text>
        </>
      )}
    </g>
  )
}
