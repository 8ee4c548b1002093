// History under the map: pictures over time on one ruler, crossed by one playhead. In a small page the lock lanes
// give way first.

import { useRef } from 'react'
import type { Frame } from '../sim/index.ts'
import { useApp, useFrame } from '../store/context.ts'
import { loadable } from '../store/loadable.tsx'
import { captions } from '../ui/says.tsx'
import { AddressTime, AddressTimeHead, Callouts } from './address-time.tsx'
import { useFlushStory } from './flush-story.ts'
import { useWidth } from './kit/hooks.ts'
import { rulerOf } from './kit/layout.ts'
import { LANES_HEIGHT, lanePitch } from './kit/time.ts'
import { TimeBrush } from './later.ts'
import { Scrubber, usePlayhead } from './scrubber.tsx'
import { Timeline } from './timeline.tsx'
import './views.css'

const ADDRESS_TIME_HEIGHT = 128
/** What the track of exposure takes of it, and what it leaves at least, css px. */
const EXPOSED = 45
const LEAST_ADDRESS_TIME = 56

const cpusOf = (frame: Frame) => frame.views.timeline?.cpus ?? 0

/** Height of the line above the lanes, css px. */
const LANES_HEAD = 18

const CpuLanes = loadable(
  () => import('./cpu-lanes.tsx').then((m) => m.CpuLanes),
  () => <div style={{ height: LANES_HEAD + LANES_HEIGHT }} />,
)
const Exposed = loadable(
  () => import('./dock-iommu.ts').then((m) => m.Exposed),
  () => <div style={{ height: EXPOSED - 7 }} />,
)

export interface TimeStackProps {
  /** Show the lock lanes. */
  readonly lanes?: boolean
  /** Height of the address × time picture, css px. */
  readonly height?: number
}

/** Takes the width of its container. 339 px high with lanes at 8 CPUs and the default height, 234 without. */
export function TimeStack({ lanes = true, height = ADDRESS_TIME_HEIGHT }: TimeStackProps) {
  const root = useRef<HTMLElement>(null)
  const crossed = useRef<HTMLDivElement>(null)
  const columns = useApp((s) => s.mapColumns)
  const ruler = rulerOf(useWidth(root), columns)
  const shown = ruler.width > 0
  const cpus = useFrame(cpusOf) ?? 0
  const exposed = useFlushStory() === 'exposure'
  // Lanes of few CPUs leave room; on a page that scrolls no picture gives way.
  const spare = lanes ? LANES_HEIGHT - cpus * lanePitch(cpus) : 0
  const taken = exposed && !ruler.narrow ? Math.max(0, EXPOSED - spare) : 0
  const addressTime = Math.max(Math.min(height, LEAST_ADDRESS_TIME), height - taken)
  return (
    <section ref={root} className="v-stack" {...captions}>
      {shown && (
        <>
          <AddressTimeHead ruler={ruler} />
          <div ref={crossed} className="v-crossed">
            <AddressTime ruler={ruler} height={addressTime} />
            {lanes && <CpuLanes ruler={ruler} />}
            <div className="v-gap" />
            {exposed && (
              <>
                <Exposed ruler={ruler} />
                <div className="v-gap" />
              </>
            )}
            <Timeline ruler={ruler} />
            <TimeBrush ruler={ruler} area={crossed} />
            <Playhead left={ruler.left} plot={ruler.plot} />
            <Callouts ruler={ruler} height={addressTime} />
          </div>
          <Scrubber ruler={ruler} />
        </>
      )}
    </section>
  )
}

export function Playhead({ left, plot }: { left: number; plot: number }) {
  const line = useRef<HTMLDivElement>(null)
  usePlayhead((share) => {
    if (line.current) line.current.style.transform = `translateX(${Math.round(left + share * plot) - 1}px)`
  })
  return <div ref={line} className="v-playhead" aria-hidden="true" />
}
