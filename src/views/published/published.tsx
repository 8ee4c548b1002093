// Published figures beside what the simulation yields: a table, filled by runs behind the page when a person asks.

import { useRef } from 'react'
import { bitRate, bytes, duration } from '../../lib/format.ts'
import { type FigureUnit, type PublishedFigure, publishedFigures } from '../../sim/studies/index.ts'
import { useApp } from '../../store/context.ts'
import { useStudy } from '../../store/studies.ts'
import { studyText } from '../../text/studies.ts'
import { viewText } from '../../text/views.ts'
import { Says } from '../../ui/says.tsx'
import { Cut } from '../kit/cut.tsx'
import { Title } from '../kit/dock-head.tsx'
import { useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { StudyProgress } from '../study/study-progress.tsx'
import '../views.css'
import '../study/studies.css'

const text = studyText.published
const { title } = viewText.studies.published
const KEY = 'published'
const NO_RESULTS = [] as const

/** A figure in its unit: `×1.69`, `+69 %`, `153 steps`, `62.5 MiB`. */
function figureText(unit: FigureUnit, value: number): string {
  if (unit === 'bytes') return bytes(value)
  if (unit === 'gbps') return bitRate(value * 1e9)
  if (unit === 'ns') return duration(value)
  if (unit === 'count') return String(value)
  if (unit === 'steps') return text.steps(value < 10 ? value.toFixed(1) : value.toFixed(0))
  return `×${value.toFixed(2)}`
}

function rangeText({ unit, low, high }: PublishedFigure): string {
  if (low === high) return text.exactly(figureText(unit, low))
  if (low === 0) return text.atMost(figureText(unit, high))
  const [from, to] =
    unit === 'steps' ? [String(low), figureText(unit, high)] : [low, high].map((n) => figureText(unit, n))
  return text.range(from!, to!)
}

const COLUMNS = ['published.measured', 'published.published', 'published.simulated', 'published.range'] as const

export function Published() {
  const root = useRef<HTMLElement>(null)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const scenario = useApp((s) => s.here)
  const study = useStudy('published')
  const rows = publishedFigures(study.key === KEY ? study.results : NO_RESULTS)
  const known = rows.filter((row) => row.holds !== null)
  const hits = known.filter((row) => row.holds)
  const fitted = hits.filter((row) => row.fitted !== undefined)
  const padding = { paddingLeft: ruler.narrow ? 16 : ruler.left, paddingRight: ruler.narrow ? 16 : ruler.right }
  return (
    <section ref={root} className="v-dock v-tall">
      <div className="v-head v-head-small" style={padding}>
        <Title id="published" title={title} />
        {!ruler.narrow && <Cut className="v-sub">{text.sub}</Cut>}
        <span className="v-grow" />
        {known.length > 0 && <b className="v-hits">{text.hits(hits.length, known.length, fitted.length)}</b>}
        <StudyProgress title={title} study={study} onRun={() => study.run(scenario, KEY)} />
      </div>
      <section
        className="v-published"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
        tabIndex={0}
        aria-label={viewText.tableOf(title)}
        data-testid="view-published"
        style={{ marginLeft: ruler.narrow ? 16 : ruler.left, marginRight: ruler.narrow ? 16 : 14 }}
      >
        <table>
          <thead>
            <tr>
              {text.columns.map((column, i) => (
                <th key={column} scope="col">
                  <Says id={COLUMNS[i]!}>{column}</Says>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.what}>
                <th scope="row">
                  <span className="v-id">{row.id}</span> {row.what}
                  <small>{row.setup}</small>
                </th>
                <td>
                  <span className="v-figure">{figureText(row.unit, row.published)}</span>
                  <small>{row.source}</small>
                </td>
                <td>
                  <span className="v-figure">
                    {row.figure === null ? text.unknown : figureText(row.unit, row.figure)}
                  </span>
                  <small>{row.note}</small>
                </td>
                <td>
                  <span className="v-figure">{rangeText(row)}</span>
                  <small>{row.holds === null ? '' : row.holds ? text.hit : text.miss}</small>
                  {row.fitted !== undefined && <small>{text.fitted(row.fitted)}</small>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}
