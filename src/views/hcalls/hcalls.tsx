// Hypervisor calls over time on the page: a lane for each kind, on the ruler of the time-line and with its playhead.

import { useMemo, useRef } from 'react'
import { count, duration } from '../../lib/format.ts'
import type { Frame, HcallsFrame } from '../../sim/index.ts'
import { useApp, useFigures } from '../../store/context.ts'
import { hcallsText as text } from '../../text/windows.ts'
import { Caption, Says } from '../../ui/says.tsx'
import { DockHead } from '../kit/dock-head.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { Track } from '../kit/track.tsx'
import { useTwin } from '../kit/twin.tsx'
import { Playhead } from '../time-stack/time-stack.tsx'
import {
  HCALLS_HEIGHT,
  HCALLS_LANE,
  HCALLS_PITCH,
  hcallsInk,
  hcallsView,
  laneTotals,
  mostOf,
  silence,
  totalsText,
} from './hcalls.view.ts'
import '../views.css'
import './hcalls.css'

/** What is written beside the lanes. */
interface Said {
  readonly totals: readonly number[]
  readonly words: readonly [calls: string, tces: string, time: string]
  readonly most: number
  readonly columnNs: number
  readonly silence: string
}
const saidOf = (f: HcallsFrame, narrow: boolean): Said => ({
  totals: laneTotals(f),
  words: totalsText(f),
  most: mostOf(f),
  columnNs: f.columnNs,
  silence: silence(f, narrow),
})
const saidIn = (narrow: boolean) => (frame: Frame) => frame.views.hcalls && saidOf(frame.views.hcalls, narrow)
const [wide, narrow] = [saidIn(false), saidIn(true)]

/** By lane. */
const LANES = ['hcalls.put', 'hcalls.indirect', 'hcalls.stuff', 'hcalls.hard'] as const

export function Hcalls() {
  const root = useRef<HTMLElement>(null)
  const palette = usePalette()
  const ink = useMemo(() => hcallsInk(palette), [palette])
  const [twin] = useTwin(hcallsView.id)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const said = useFigures(ruler.narrow ? narrow : wide)
  if (!said) return <section ref={root} className="v-dock" />
  const any = said.totals.some((n) => n > 0)
  return (
    <section ref={root} className="v-dock v-iommu">
      <DockHead id="hcalls" title={text.title} ruler={ruler} sub={any && <Sum words={said.words} />}>
        {said.most > 0 && (
          <Says id="hcalls.scale" className="v-ramp v-quiet">
            {ruler.narrow && <b>{text.totals(...said.words)[0]}</b>}
            {text.scale(count(said.most), duration(said.columnNs), ruler.narrow)}
          </Says>
        )}
      </DockHead>
      {ruler.width > 0 && (
        <div className="v-crossed v-hcalls">
          <Track view={hcallsView} ink={ink} ruler={ruler} height={HCALLS_HEIGHT}>
            {text.lanes.map(({ call, gutter, narrow }, i) => {
              const y = (i + 1) * HCALLS_PITCH - HCALLS_LANE / 2 + 3.5
              const total = said.totals[i]!
              return (
                <g key={call}>
                  <Caption id={LANES[i]!} x={ruler.narrow ? -6 : -12} y={y} textAnchor="end" className="v-caption-mono">
                    {ruler.narrow ? narrow : gutter}
                  </Caption>
                  {!ruler.narrow && (
                    <text x={ruler.plot + 9} y={y} className={`v-num ${total === 0 ? 'v-quiet' : ''}`}>
                      {count(total)}
                    </text>
                  )}
                </g>
              )
            })}
          </Track>
          {!twin && <Playhead left={ruler.left} plot={ruler.plot} />}
          {!twin && said.silence !== '' && (
            <svg
              className="v-over v-callouts"
              style={{ left: ruler.left }}
              width={ruler.plot}
              height={HCALLS_HEIGHT}
              aria-hidden="true"
            >
              <text x={12} y={HCALLS_HEIGHT / 2 + 4} className="v-callout">
                {said.silence}
              </text>
            </svg>
          )}
        </div>
      )}
    </section>
  )
}

/** All calls so far, what they set and cleared, and what they took. */
function Sum({ words: [calls, tces, time] }: Pick<Said, 'words'>) {
  const [all, rest] = text.totals(calls, tces, time)
  return (
    <>
      <b>{all}</b>
      {rest}
    </>
  )
}
