// What one map and unmap costs, on the page: a bar for each flush mode of the run, and beside it the three answers: measured,
// and by the law of the queues.

import { useMemo, useRef } from 'react'
import { count, duration } from '../../lib/format.ts'
import { currentValue, type Frame, type LedgerFrame } from '../../sim/index.ts'
import { useApp, useFrame } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { ledgerText as text } from '../../text/radix.ts'
import { Says } from '../../ui/says.tsx'
import { DockHead, type Figures, figuresWidth } from '../kit/dock-head.tsx'
import { Chip } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { type Ruler, rulerOf } from '../kit/layout.ts'
import { mix, type Palette, pack, unpack } from '../kit/palette.ts'
import { BottomAxis } from '../kit/plot-axes.tsx'
import {
  answerOf,
  LEDGER_HEIGHT,
  LEDGER_PITCH,
  ledgerInk,
  ledgerTicks,
  ledgerView,
  ledgerX,
  meanNs,
  modesOf,
  PER_CPU_QUEUE,
  partsOf,
  SINGLE_QUEUE,
  segmentsOf,
  wholePercents,
} from './ledger.view.ts'
import '../views.css'
import './ledger.css'

const FIGURES: Figures = {
  heads: text.heads,
  says: ['ledger.worst', 'ledger.flushes'],
  widths: [134, 122],
}
/** Text inside a bar needs this much room on either side, css px. */
const INSIDE = 6
const CHARACTER = 6.1
/** Lines of the answers with their head and the rate that they hold for. */
const ANSWER_ROWS = 5

const frameOf = (frame: Frame) => frame.views.ledger ?? null
/** The figures as they are shown. */
const same = sameBy((f: LedgerFrame) => [
  f.mode,
  f.rows.map((row) => [row.mode, Math.round(meanNs(row)), wholePercents(partsOf(row))]),
])
const hasIotlb = (frame: Frame) => frame.summary.exposure !== null

export function Ledger() {
  const root = useRef<HTMLElement>(null)
  const palette = usePalette()
  const ink = useMemo(() => ledgerInk(palette), [palette])
  const frame = useFrame(frameOf, same)
  const iotlb = useFrame(hasIotlb) ?? false
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  if (!frame || !iotlb) return <section ref={root} className="v-dock" />
  const width = Math.max(1, ruler.plot - figuresWidth(ruler, FIGURES))
  const left = ruler.narrow ? 16 : ruler.left
  return (
    <section ref={root} className="v-dock">
      <DockHead id="ledger" title={text.title} ruler={ruler} figures={FIGURES}>
        {!ruler.narrow && <Key palette={palette} />}
      </DockHead>
      {ruler.narrow && (
        <div style={{ marginLeft: left }}>
          <Key palette={palette} />
        </div>
      )}
      {ruler.width > 0 && (
        <div className="v-view" style={{ height: LEDGER_HEIGHT + (ruler.narrow ? ANSWER_ROWS * LEDGER_PITCH : 0) }}>
          <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
            <Heatmap view={ledgerView} ink={ink} width={width} height={LEDGER_HEIGHT} tip>
              <Bars frame={frame} width={width} narrow={ruler.narrow} />
            </Heatmap>
            <Answers frame={frame} ruler={ruler} />
          </div>
        </div>
      )}
    </section>
  )
}

/** By part of the bars. */
const PARTS = ['ledger.allocator', 'ledger.table', 'ledger.invalidation', 'ledger.lock', 'ledger.rest'] as const

function Key({ palette }: { palette: Palette }) {
  const { tokens, states } = palette
  const tint = (colour: string, t: number) => unpack(mix(pack(states.free), pack(colour), t))
  const striped = (angle: number, a: string, b: string) =>
    `repeating-linear-gradient(${angle}deg, ${a} 0 2px, ${b} 2px 4px)`
  const fills = [
    tokens.label,
    tokens.edge,
    striped(135, states.queued, tint(states.queued, 0.18)),
    striped(90, tokens.quiet, tint(tokens.quiet, 0.45)),
    tokens.hairline,
  ]
  return (
    <span className="v-ramp">
      {text.parts.map((name, i) => (
        <Chip key={name} id={PARTS[i]!}>
          <i style={{ background: fills[i] }} />
          {name}
        </Chip>
      ))}
    </span>
  )
}

/** Names, sums and shares of the bars, and the axis under them. */
function Bars({ frame, width, narrow }: { frame: LedgerFrame; width: number; narrow: boolean }) {
  const x = ledgerX(frame, width)
  const bottom = 3 * LEDGER_PITCH
  return (
    <g>
      {modesOf(frame).map((mode, i) => {
        const base = i * LEDGER_PITCH + 11
        const row = frame.rows.find((r) => r.mode === mode)
        const now = mode === frame.mode
        const shares = row ? wholePercents(partsOf(row)) : []
        return (
          <g key={mode}>
            <text x={narrow ? -8 : -16} y={base} textAnchor="end" className={`v-axis ${now ? '' : 'v-quiet'}`}>
              {text.modes[mode]}
            </text>
            {segmentsOf(frame, i, width)?.map((segment, part) => {
              const words = text.part(text.parts[part]!, shares[part]!)
              const room = segment.end - segment.x - 2 * INSIDE
              const short = `${shares[part]} %`
              const shown = room >= words.length * CHARACTER ? words : room >= short.length * CHARACTER ? short : ''
              return (
                shown !== '' && (
                  <text key={text.parts[part]} x={segment.x + INSIDE} y={base} className="v-num v-on-cells">
                    {shown}
                  </text>
                )
              )
            })}
            <text x={row ? x(meanNs(row)) + 6 : 0} y={base} className={`v-num ${now && row ? '' : 'v-quiet'}`}>
              {row ? text.ns(count(meanNs(row))) : now ? text.nothing : text.notRun}
            </text>
          </g>
        )
      })}
      {frame.rows.length > 0 && (
        <>
          <path d={`M0,${bottom + 0.5}H${x.range()[1]}`} className="v-hair" />
          <BottomAxis
            scale={x}
            ticks={ledgerTicks(frame).map((ns) => ({ at: ns, text: ns === 0 ? text.ns('0') : count(ns) }))}
            from={bottom}
            to={bottom + 3}
            below={bottom + 13}
            first="start"
          />
        </>
      )}
    </g>
  )
}

/** Unmaps a second that come to one queue, to two digits. */
const rateKey = (frame: Frame) => {
  const { exposure } = frame.summary
  if (!exposure || frame.status.ns === 0) return 0
  return Number(((exposure.unmaps * 1e9) / frame.status.ns).toPrecision(2))
}
const cpusOf = (frame: Frame) => frame.views.timeline?.cpus ?? 1
/** A figure for 1000 unmaps: whole, or with one decimal below 100. */
function perThousand(n: number): string {
  return n >= 100 || n === 0 ? count(n) : n.toFixed(1)
}

function Answers({ frame, ruler }: { frame: LedgerFrame; ruler: Ruler }) {
  const all = useFrame(rateKey) ?? 0
  const cpus = useFrame(cpusOf) ?? 1
  const single = useApp((s) => currentValue(s.here, 'd0.queue')) === 'single'
  const queues = single ? 1 : cpus
  const rate = all / queues
  const queue = single ? SINGLE_QUEUE : PER_CPU_QUEUE
  const top = ruler.narrow ? LEDGER_HEIGHT : 0
  return (
    <table className="v-answers" style={{ top, width: ruler.narrow ? ruler.plot : figuresWidth(ruler, FIGURES) }}>
      <caption className="v-sr">{text.answers}</caption>
      <thead className={ruler.narrow ? '' : 'v-sr'}>
        <tr>
          {[text.mode, ...text.heads].map((head, i) => (
            <th key={head} scope="col">
              {ruler.narrow ? <Says id={(['ledger.mode', ...FIGURES.says] as const)[i]!}>{head}</Says> : head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {modesOf(frame).map((mode) => {
          const law = rate > 0 || mode !== 'deferred' ? answerOf(mode, rate, queue, queues) : null
          const row = frame.rows.find((r) => r.mode === mode)
          return (
            <tr key={mode}>
              <th scope="row" className={ruler.narrow ? '' : 'v-sr'}>
                {text.modes[mode]}
              </th>
              <Both at={0} measured={row ? lasting(row.worstNs) : ''} law={law ? atMost(law.worstNs) : ''} />
              <Both
                at={1}
                measured={row ? perThousand((1000 * row.waits) / row.pairs) : ''}
                law={law ? perThousand(law.flushes) : ''}
              />
            </tr>
          )
        })}
        <tr>
          <td colSpan={3}>
            <span>{text.rate(queues, count(rate))}</span>
          </td>
        </tr>
      </tbody>
    </table>
  )
}

/** What was measured, and what the law says if that is something else. */
function Both({ at, measured, law }: { at: number; measured: string; law: string }) {
  return (
    <td style={{ width: FIGURES.widths[at] }}>
      {measured}
      {measured !== law && <span> {law}</span>}
    </td>
  )
}

function lasting(ns: number): string {
  return ns === 0 ? '0' : duration(ns)
}

function atMost(ns: number): string {
  return ns === Number.POSITIVE_INFINITY ? text.ever : ns === 0 ? '0' : text.atMost(duration(ns))
}
