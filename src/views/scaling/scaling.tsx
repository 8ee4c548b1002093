// Throughput against CPUs: a line for each allocator that the machine could run, computed behind the page. The scenario's
// own allocator is strong.

import { useMemo } from 'react'
import { ownSeries, scalingKey } from '../../sim/studies/index.ts'
import { useApp } from '../../store/context.ts'
import { studyText } from '../../text/studies.ts'
import { viewText } from '../../text/views.ts'
import { StudyFrame, useDockStudy } from '../study/study-frame.tsx'
import { StudyPlot } from '../study/study-lines.tsx'
import { describeScaling, linesOf, placeScaling, pointText, scalingTable } from './scaling.view.ts'

const text = studyText.scaling
const { title } = viewText.studies.scaling

/** css px: the plot, and the numbers of CPUs under it. */
const PLOT = 142
const AXIS = 18

export function Scaling() {
  const scenario = useApp((s) => s.here)
  const key = useMemo(() => scalingKey(scenario), [scenario])
  const own = useMemo(() => ownSeries(scenario), [scenario])
  const dock = useDockStudy('scaling', key)
  const { results, width } = dock
  const lines = useMemo(() => linesOf(scenario, own, results), [scenario, own, results])
  const plot = useMemo(() => placeScaling(lines, width, PLOT), [lines, width])
  return (
    <StudyFrame id="scaling" title={title} sub={text.sub} dock={dock} height={PLOT + AXIS} table={scalingTable(lines)}>
      <StudyPlot
        id="scaling"
        title={title}
        roledescription={text.plot}
        testId="view-scaling"
        width={width}
        height={PLOT + AXIS}
        words={describeScaling(lines)}
        keys={text.keys}
        plot={plot}
        lines={lines.map(({ series, own, points }) => ({
          id: series.id,
          name: series.label,
          own,
          xs: points.map((p) => p.x),
        }))}
        said={({ line, point }) => pointText(lines[line]!, lines[line]!.points[point]!)}
        unit={text.unit}
        xUnit={text.xUnit}
        formula={text.formula}
      />
    </StudyFrame>
  )
}
