// Requests a second through the bounce pool against the jobs that make them, with one area and with an area for each CPU;
// computed behind the page. Under it what four jobs do beside one, here and as it was published.

import { useMemo } from 'react'
import { bounceFigures, bounceWrites } from '../../sim/studies/index.ts'
import { useApp } from '../../store/context.ts'
import { studyText } from '../../text/studies.ts'
import { viewText } from '../../text/views.ts'
import { FactStrip, STRIP_PITCH } from '../kit/fact-strip.tsx'
import { StudyFrame, useDockStudy } from '../study/study-frame.tsx'
import { StudyPlot } from '../study/study-lines.tsx'
import {
  bounceFacts,
  bounceLines,
  bounceTable,
  describeBounce,
  ownBounce,
  placeBounce,
  pointText,
} from './bounce-study.view.ts'

const text = studyText.bounce
const { title } = viewText.studies.bounce
/** The study asks the same of every scenario. */
const KEY = 'bounce'
const SUB = text.sub(bounceWrites())

/** css px: the plot, the numbers of jobs under it, and from there to the facts. */
const PLOT = 112
const AXIS = 18
const GAP = 4
/** Facts in a row: the published one has most to say. */
const WIDE = [4, 5, 4, 4]
const NARROW = [1]
const MARGIN = 16

export function BounceStudy() {
  const scenario = useApp((s) => s.here)
  const own = useMemo(() => ownBounce(scenario), [scenario])
  const dock = useDockStudy('bounce', KEY)
  const { results, ruler, width } = dock
  const lines = useMemo(() => bounceLines(bounceFigures(results), own), [own, results])
  const plot = useMemo(() => placeBounce(lines, width, PLOT), [lines, width])
  const facts = bounceFacts(lines)
  const columns = ruler.narrow ? NARROW : WIDE
  const height = PLOT + AXIS
  return (
    <StudyFrame
      id="bounce-study"
      title={title}
      sub={SUB}
      dock={dock}
      height={height}
      table={bounceTable(lines)}
      under={{
        height: GAP + Math.ceil(facts.length / columns.length) * (STRIP_PITCH + GAP),
        children: (
          <FactStrip
            facts={facts}
            left={ruler.narrow ? MARGIN : ruler.left}
            top={height + GAP}
            width={ruler.narrow ? ruler.width - 2 * MARGIN : width}
            columns={columns}
          />
        ),
      }}
    >
      <StudyPlot
        id="bounce-study"
        title={title}
        roledescription={text.plot}
        testId="view-bounce-study"
        width={width}
        height={height}
        words={describeBounce(lines)}
        keys={text.keys}
        plot={plot}
        lines={lines.map(({ series, own, points }) => ({
          id: series,
          name: text.series[series],
          own,
          xs: points.map((f) => f.jobs),
        }))}
        said={({ line, point }) => pointText(lines[line]!.points[point]!)}
        unit={text.unit}
        xUnit={text.xUnit}
      />
    </StudyFrame>
  )
}
