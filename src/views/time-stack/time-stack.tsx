// History under the map: pictures over time on one ruler, crossed by one playhead. In a small page the lock lanes
// give way first.

import { useRef } from 'react'
import type { Frame } from '../../sim/index.ts'
import { useApp, useFrame } from '../../store/context.ts'
import { loadable } from '../../store/loadable.tsx'
import { captions } from '../../ui/says.tsx'
import { AddressTime, AddressTimeHead, Callouts } from '../address-time/address-time.tsx'
import { useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { linear } from '../kit/scales.ts'
import { lanesHeight } from '../kit/time.ts'
import { TimeBrush } from '../later.ts'
import { Timeline } from '../timeline/timeline.tsx'
import { useFlushStory } from './flush-story.ts'
import { Scrubber, usePlayhead } from './scrubber.tsx'
import '../views.css'

const ADDRESS_TIME_HEIGHT = 128

const CpuLanes = loadable(
  () => import('../cpu-lanes/cpu-lanes.tsx').then((m) => m.CpuLanes),
  () => <LanesWait />,
)
const cpusOf = (frame: Frame) => frame.views.timeline?.cpus ?? 0

function LanesWait() {
  return <div style={{ height: lanesHeight(useFrame(cpusOf) ?? 0) }} />
}

/** Height of the track of exposure, css px. */
const EXPOSED = 38
const Exposed = loadable(
  () => import('../dock-iommu.ts').then((m) => m.Exposed),
  () => <div style={{ height: EXPOSED }} />,
)

export interface TimeStackProps {
  /** Show the lock lanes. */
  readonly lanes?: boolean
  /** Show bytes over time, not only refusals. */
  readonly bytes?: boolean
  /** Show the line above address × time. */
  readonly head?: boolean
  /** Height of the address × time picture, css px. */
  readonly height?: number
}

/** Takes the width of its container; how high it is, the page knows (`app/layout.ts`). */
export function TimeStack({ lanes = true, bytes = true, head = true, height = ADDRESS_TIME_HEIGHT }: TimeStackProps) {
  const root = useRef<HTMLElement>(null)
  const crossed = useRef<HTMLDivElement>(null)
  const columns = useApp((s) => s.mapColumns)
  const ruler = rulerOf(useWidth(root), columns)
  const shown = ruler.width > 0
  const exposed = useFlushStory() === 'exposure'
  const titled = head && !ruler.narrow
  return (
    <section ref={root} className="v-stack" {...captions}>
      {shown && (
        <>
          <AddressTimeHead ruler={ruler} whole={titled} />
          <div ref={crossed} className="v-crossed">
            <AddressTime ruler={ruler} height={height} head={head} />
            {lanes && <CpuLanes ruler={ruler} />}
            <div className="v-gap" />
            {exposed && (
              <>
                <Exposed ruler={ruler} />
                <div className="v-gap" />
              </>
            )}
            <Timeline ruler={ruler} bytes={bytes && !ruler.narrow} first={!titled} />
            <TimeBrush ruler={ruler} area={crossed} />
            <Playhead left={ruler.left} plot={ruler.plot} />
            <Callouts ruler={ruler} height={height} />
          </div>
        </>
      )}
    </section>
  )
}

/** Stays in view at the foot of what scrolls. */
export function ScrubberRow() {
  const root = useRef<HTMLDivElement>(null)
  const columns = useApp((s) => s.mapColumns)
  const ruler = rulerOf(useWidth(root), columns)
  return (
    <div ref={root} className="v-stays" data-stays>
      {ruler.width > 0 && <Scrubber ruler={ruler} />}
    </div>
  )
}

export function Playhead({ left, plot }: { left: number; plot: number }) {
  const line = useRef<HTMLDivElement>(null)
  usePlayhead((ns, horizonNs) => {
    const x = Math.round(linear(horizonNs, left, left + plot)(ns)) - 1
    if (line.current) line.current.style.transform = `translateX(${x}px)`
  })
  return <div ref={line} className="v-playhead" aria-hidden="true" />
}
