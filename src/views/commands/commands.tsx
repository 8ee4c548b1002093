// The invalidation commands on the page: how much each names at a glance, the newest of them in words, and what they cost
// in entries that were still good.

import { useMemo, useRef } from 'react'
import { bytes, count, ms } from '../../lib/format.ts'
import type { CommandsFrame, Frame } from '../../sim/index.ts'
import { useApp, useFigures, useFrame, useLab } from '../../store/context.ts'
import { commandsText as text } from '../../text/iotlb.ts'
import { entryOfPage } from '../iotlb/iotlb.view.ts'
import { DockHead } from '../kit/dock-head.tsx'
import { Chip, FACT_PITCH, type Fact, factsBeside, Pictured, pictureWidth } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import type { Palette } from '../kit/palette.ts'
import { useRoom } from '../kit/room.ts'
import {
  amountOf,
  BAR_HEIGHT,
  BARS,
  barOf,
  commandsInk,
  commandsView,
  kindsOf,
  LANE_HEIGHT,
  overOf,
  pageOfCell,
  pagesScale,
  shownLines,
} from './commands.view.ts'
import '../views.css'

/** css px: the times under the lane, a line of the list, and the lines it has. */
const AXIS = 16
const LINE = 14
const LINES = 5
const HEIGHT = LANE_HEIGHT + AXIS + LINES * LINE
/** log2 of the pages at the ticks of the scale. */
const TICKS = [0, 9, 18] as const

const frameOf = (frame: Frame) => frame.views.commands ?? null
const sameShape = (a: CommandsFrame | null, b: CommandsFrame | null) =>
  a === b || (!!a && !!b && a.table === b.table && a.pageShift === b.pageShift)

function factsOf(f: CommandsFrame): Fact[] {
  const { facts } = text
  return [
    { says: 'commands.total', name: facts.total, value: count(f.total) },
    ...kindsOf(f).map(({ name, n }) => ({
      says: 'commands.kind' as const,
      name,
      value: count(n),
      tone: 'quiet' as const,
    })),
    { says: 'commands.waits', name: facts.waits, value: count(f.waits) },
    { says: 'commands.asked', name: facts.asked, value: count(f.asked) },
    { says: 'commands.named', name: facts.named, value: count(f.named) },
    { says: 'commands.over', name: facts.over, value: overOf(f) ?? '–' },
    { says: 'commands.dropped', name: facts.dropped, value: count(f.dropped) },
    { says: 'commands.live', name: facts.live, value: count(f.droppedLive) },
  ]
}
const shownFacts = (frame: Frame) => frame.views.commands && factsOf(frame.views.commands)
/** When the oldest and the newest command that are drawn were sent; the newest ones: time, CPU, words, pages. */
const linesOf = (frame: Frame) => {
  const f = frame.views.commands
  const shown = f ? shownLines(f) : []
  if (!f || shown.length === 0) return null
  const newest = f.lines.slice(-LINES).toReversed()
  const lines = newest.map((line) => ({ at: ms(line.ns), cpu: line.cpu, words: line.text, amount: amountOf(line) }))
  return { from: ms(shown[0]!.ns), to: ms(shown.at(-1)!.ns), lines }
}

export function Commands() {
  const root = useRef<HTMLElement>(null)
  const lab = useLab()
  const palette = usePalette()
  const ink = useMemo(() => commandsInk(palette), [palette])
  const shape = useFrame(frameOf, sameShape)
  const facts = useFigures(shownFacts) ?? []
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const high = useRoom(Math.max(HEIGHT, facts.length * FACT_PITCH), ruler)
  if (!shape) return <section ref={root} className="v-dock v-tall v-iommu" />
  const beside = factsBeside(facts.length, high, ruler)
  const width = pictureWidth(ruler, beside)
  const lines = Math.max(0, Math.min(LINES, Math.floor((high - LANE_HEIGHT - AXIS) / LINE)))
  const height = LANE_HEIGHT + AXIS + lines * LINE
  return (
    <section ref={root} className="v-dock v-tall v-iommu">
      <DockHead id="commands" title={text.title} ruler={ruler} sub={text.sub(count(BARS))}>
        <Key palette={palette} narrow={ruler.narrow} />
      </DockHead>
      <Pictured ruler={ruler} facts={facts} height={height} wide={high} beside={beside}>
        <Heatmap
          view={commandsView}
          ink={ink}
          width={width}
          height={height}
          tip
          onPick={(cell) => {
            const frame = lab.frames.latest()?.views.commands
            const page = frame ? pageOfCell(frame, cell) : null
            const entry = frame && page !== null ? entryOfPage(frame, page) : null
            if (entry !== null) lab.actions.select(entry)
          }}
        >
          <Scale pageShift={shape.pageShift} width={width} />
          <Newest width={width} narrow={ruler.narrow} most={lines} />
        </Heatmap>
      </Pictured>
    </section>
  )
}

function Key({ palette: { tokens }, narrow }: { palette: Palette; narrow: boolean }) {
  const chips = [
    ['commands.range', tokens.quiet, text.range],
    ['commands.whole', tokens.text, text.wholeLong],
  ] as const
  return (
    <span className="v-ramp">
      {chips.map(([id, background, name]) => (
        <Chip key={id} id={id}>
          <i style={{ background }} />
          {name}
        </Chip>
      ))}
      {!narrow && (
        <Chip id="commands.tables">
          <i style={{ background: tokens.label, height: 3 }} />
          {text.tables}
        </Chip>
      )}
    </span>
  )
}

/** What the heights stand for. */
function Scale({ pageShift, width }: { pageShift: number; width: number }) {
  const height = pagesScale(BAR_HEIGHT)
  const ticks = [...TICKS.map((order) => ({ pages: 2 ** order, name: bytes(2 ** (order + pageShift)) }))]
  return (
    <g>
      {[...ticks, { pages: 0, name: text.whole }].map(({ pages, name }) => {
        const y = BAR_HEIGHT - barOf(height, pages, BAR_HEIGHT)
        return (
          <g key={name}>
            <path d={`M-6,${y + 0.5}h6`} className="v-edge" />
            {pages > 0 && <path d={`M0,${y + 0.5}h${width}`} className="v-hair" />}
            <text x={-10} y={Math.max(8, y + 4)} textAnchor="end" className="v-num v-label">
              {name}
            </text>
          </g>
        )
      })}
    </g>
  )
}

/** When the lane begins and ends, and the newest commands in words. */
function Newest({ width, narrow, most }: { width: number; narrow: boolean; most: number }) {
  const newest = useFigures(linesOf)
  if (!newest)
    return (
      <text x={8} y={BAR_HEIGHT / 2 + 4} className="v-axis v-label">
        {text.noneYet}
      </text>
    )
  const { from, to, lines } = newest
  const y = LANE_HEIGHT + AXIS
  const [cpuX, textX] = narrow ? [-1, 50] : [50, 100]
  return (
    <g>
      <text x={0} y={LANE_HEIGHT + 10} className="v-num v-label">
        {from} ms
      </text>
      <text x={width} y={LANE_HEIGHT + 10} textAnchor="end" className="v-num v-label">
        {to}
      </text>
      {lines.slice(0, most).map(({ at, cpu, words, amount }, i) => {
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the line
          <g key={i} transform={`translate(0,${y + i * LINE + 10})`}>
            <text className="v-num v-label">{at}</text>
            {cpuX >= 0 && <text x={cpuX} className="v-num v-label">{`${text.cpu} ${cpu}`}</text>}
            <text x={textX} className="v-num">
              {words}
            </text>
            <text x={width} textAnchor="end" className="v-num v-label">
              {amount}
            </text>
          </g>
        )
      })}
    </g>
  )
}
