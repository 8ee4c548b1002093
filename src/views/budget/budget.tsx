// The budget of TCEs on the page: what each virtual function got from it, under the kernel of the scenario and under the
// other one, with the counts beside. Picking a function puts its traffic on the map.

import { mean, range } from 'd3'
import { useCallback, useMemo, useRef } from 'react'
import { bytes, count } from '../../lib/format.ts'
import { type BudgetFrame, type Frame, SHARE_DEFAULT, SHARE_DIRECT, SHARE_INDIRECT } from '../../sim/index.ts'
import { useApp, useFigures, useLab } from '../../store/context.ts'
import { budgetText as text } from '../../text/windows.ts'
import { Caption } from '../../ui/says.tsx'
import { DockHead } from '../kit/dock-head.tsx'
import { Chip, type Fact, Pictured, pictureWidth, Sample } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { useDpr, usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { spanOf, stepFor, widthOfCells } from '../kit/scales.ts'
import type { Box, Pixels } from '../view.ts'
import {
  acrossOf,
  BUDGET_BARS,
  BUDGET_HEIGHT,
  BUDGET_PITCH,
  type BudgetInk,
  budgetInk,
  budgetView,
  heightScale,
  paintKind,
  rowOf,
  rowsDown,
  scaleOf,
} from './budget.view.ts'
import '../views.css'

/** Least distance of two numbers below the bars, css px. */
const NUMBERED = 40

/** Four lines for each row of bars, which they stand beside. */
function factsOf(f: BudgetFrame): Fact[] {
  return [0, 1].flatMap((row) => {
    const { era, counts, leftBytes } = rowOf(f, row)
    const name = (words: string) => text.facts(words, row === 0 ? null : text.erasShort[era])
    const one = (kind: number, n: number): Fact => ({
      says: row === 0 ? 'budget.now' : 'budget.other',
      name: name(text.short[kind]!),
      value: count(n),
      ...(n === 0 ? { tone: 'quiet' as const } : {}),
    })
    return [
      one(SHARE_DIRECT, counts.direct),
      one(SHARE_INDIRECT, counts.indirect),
      one(SHARE_DEFAULT, counts.kept),
      {
        says: 'budget.used',
        name: name(text.used(bytes(leftBytes))),
        value: bytes(f.budgetBytes - leftBytes),
        ...(f.budgetBytes > 0 ? { share: 1 - leftBytes / f.budgetBytes } : {}),
      },
    ]
  })
}

/** What is written and where; the arrays of a frame are its own, and gone when the next one comes. */
const saidOf = (f: BudgetFrame) => ({
  functions: f.functions,
  budgetBytes: f.budgetBytes,
  directBytes: f.directBytes,
  chosen: f.chosen,
  share: f.share,
  eras: [rowOf(f, 0).era, rowOf(f, 1).era],
  scale: scaleOf(f),
  facts: factsOf(f),
})
type Said = ReturnType<typeof saidOf>
const saidIn = (frame: Frame) => frame.views.budget && saidOf(frame.views.budget)

export function Budget() {
  const root = useRef<HTMLElement>(null)
  const lab = useLab()
  const palette = usePalette()
  const dpr = useDpr()
  const ink = useMemo(() => budgetInk(palette), [palette])
  const said = useFigures(saidIn)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  if (!said) return <section ref={root} className="v-dock" />
  const { functions, budgetBytes, share, facts, chosen } = said
  const width = pictureWidth(ruler)
  const box = { width, height: BUDGET_HEIGHT, dpr }
  return (
    <section ref={root} className="v-dock v-tall v-iommu">
      <DockHead
        id="budget"
        title={text.title}
        ruler={ruler}
        sub={text.sub(count(functions), bytes(budgetBytes), text.shares[share])}
      >
        <Key ink={ink} />
      </DockHead>
      <Pictured ruler={ruler} facts={facts} height={BUDGET_HEIGHT} wide={BUDGET_HEIGHT}>
        <Heatmap
          view={budgetView}
          ink={ink}
          width={width}
          height={BUDGET_HEIGHT}
          tip
          selected={chosen}
          onPick={(cell) => lab.actions.setParam('d0.vf', cell % functions)}
        >
          <Axes said={said} box={box} narrow={ruler.narrow} />
        </Heatmap>
      </Pictured>
    </section>
  )
}

/** By SHARE_*. */
const KINDS = ['budget.default', 'budget.indirect', 'budget.direct'] as const

/** What the bars mean, each drawn as it is. */
function Key({ ink }: { ink: BudgetInk }) {
  return (
    <span className="v-ramp">
      {[SHARE_DIRECT, SHARE_INDIRECT, SHARE_DEFAULT].map((kind) => (
        <Chip key={kind} id={KINDS[kind]!}>
          <Swatch ink={ink} kind={kind} />
          {text.short[kind]}
        </Chip>
      ))}
    </span>
  )
}

function Swatch({ ink, kind }: { ink: BudgetInk; kind: number }) {
  const paint = useCallback((out: Pixels) => paintKind(kind, ink, out), [ink, kind])
  return <Sample paint={paint} />
}

/** Bytes and kernel of each row at the left, numbers of functions below, and which of them runs. */
function Axes({ said, box, narrow }: { said: Said; box: Box; narrow: boolean }) {
  const { functions, directBytes, chosen: n, scale, eras } = said
  const { most, least } = scale
  const needs = Math.round(BUDGET_BARS - heightScale(scale, BUDGET_BARS)(directBytes)) + 0.5
  const right = narrow ? -6 : -12
  const across = acrossOf(functions, box)
  const [, end] = across.domain()
  const every = stepFor(widthOfCells(across), 1, NUMBERED)
  const middle = (at: number) => mean(spanOf(across, at))!
  const chosen = middle(n)
  const foot = BUDGET_PITCH + BUDGET_BARS
  return (
    <g>
      {[0, 1].map((row) => (
        <g key={row} transform={`translate(0,${rowsDown(row)})`}>
          {most > 1 && <path d={`M0,${needs}h${box.width}`} className="v-limit" />}
          <text x={right} y={8} textAnchor="end" className="v-num v-quiet">
            {most > 1 ? bytes(most) : ''}
          </text>
          <text x={right} y={BUDGET_BARS / 2 + 4} textAnchor="end" className={`v-axis ${row === 0 ? '' : 'v-label'}`}>
            {(narrow ? text.erasShort : text.eras)[eras[row]!]}
          </text>
          <text x={right} y={BUDGET_BARS} textAnchor="end" className="v-num v-quiet">
            {most > 1 ? bytes(least) : ''}
          </text>
        </g>
      ))}
      {range(0, functions, every).map((at) => (
        <text key={at} x={middle(at)} y={foot + 14} textAnchor="middle" className="v-num v-quiet">
          {at}
        </text>
      ))}
      <text x={box.width} y={needs + 12} textAnchor="end" className="v-axis v-on-cells v-label">
        {text.needs(bytes(directBytes))}
      </text>
      <path d={`M${chosen},${BUDGET_BARS + 3}l4,6h-8z`} className="v-hint" />
      <text
        x={chosen + (chosen > end / 2 ? -8 : 8)}
        y={BUDGET_BARS + 11}
        textAnchor={chosen > end / 2 ? 'end' : 'start'}
        className="v-num v-on-cells"
      >
        {text.chosen(n)}
      </text>
      <Caption id="budget.function" x={right} y={foot + 14} textAnchor="end">
        {text.function}
      </Caption>
    </g>
  )
}
