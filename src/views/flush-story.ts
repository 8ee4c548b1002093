// When the page tells of the IOTLB instead of the window: a view that is about it is shown, or a device has tried to reach
// what was unmapped.

import type { Frame } from '../sim/index.ts'
import { useApp, useFrame } from '../store/context.ts'

/** Views about unmapping; the one of the IOTLB itself is about it as soon as anything was unmapped. */
const UNMAPPING = ['queues', 'commands', 'ledger']

/** Figures of what an unmap leaves reachable, of how often the IOTLB helps, or none of both. */
export type FlushStory = 'exposure' | 'lookups' | null

const hasIotlb = (frame: Frame) => frame.summary.exposure !== null
const triedLate = (frame: Frame) => (frame.summary.exposure?.lateTried ?? 0) > 0
const hasUnmapped = (frame: Frame) => (frame.summary.exposure?.unmaps ?? 0) > 0

/** What figures and time-line speak of; null where there is no IOTLB. */
export function useFlushStory(): FlushStory {
  const iotlb = useFrame(hasIotlb)
  const late = useFrame(triedLate)
  const unmapped = useFrame(hasUnmapped)
  const about = useApp((s) => s.view.dock.some((id) => UNMAPPING.includes(id)))
  const shown = useApp((s) => s.view.dock.includes('iotlb'))
  if (!iotlb) return null
  if (about || late || (shown && unmapped)) return 'exposure'
  return shown ? 'lookups' : null
}
