// When the page tells of the IOTLB instead of the window: the scenario is about it, or a device has tried to reach what was
// unmapped. Which views a person opens changes nothing: the figures stay those of the run.

import { type Frame, presetOf, type Scenario } from '../../sim/index.ts'
import { useApp, useFrame } from '../../store/context.ts'

/** Views about unmapping, by which a preset says that it is about it; the one of the IOTLB itself is as soon as anything was
 *  unmapped. */
const UNMAPPING = ['queues', 'commands', 'ledger']

/** Figures of what an unmap leaves reachable, of how often the IOTLB helps, or none of both. */
export type FlushStory = 'exposure' | 'lookups' | null

const hasIotlb = (frame: Frame) => frame.summary.exposure !== null
const triedLate = (frame: Frame) => (frame.summary.exposure?.lateTried ?? 0) > 0
const hasUnmapped = (frame: Frame) => (frame.summary.exposure?.unmaps ?? 0) > 0

/** What an untrusted device has copied says more than its unmaps, which leave nothing reachable. */
const isUntrusted = (frame: Frame) => frame.summary.untrusted !== null

const NONE: readonly string[] = []
/** Of what a scenario was made as, not of what a person has opened since. */
const dockOf = (scenario: Scenario) => presetOf(scenario)?.dock ?? NONE

/** What figures and time-line speak of; null where there is no IOTLB. */
export function useFlushStory(): FlushStory {
  const iotlb = useFrame(hasIotlb)
  const late = useFrame(triedLate)
  const unmapped = useFrame(hasUnmapped)
  const untrusted = useFrame(isUntrusted)
  const about = useApp((s) => dockOf(s.scenario).some((id) => UNMAPPING.includes(id)))
  const shown = useApp((s) => dockOf(s.scenario).includes('iotlb'))
  if (!iotlb || (untrusted && !late)) return null
  if (about || late || (shown && unmapped)) return 'exposure'
  return shown ? 'lookups' : null
}
