// What a person has just seen a run come to, a sentence each; fetched with the words of the presets.

import { count } from '../lib/format.ts'
import type { Frame, HappeningId } from '../sim/index.ts'
import { refusalText } from './inspector.ts'

function refused({ refusal, summary }: Frame): string {
  if (!refusal) return 'A request has just been refused.'
  const { device, npages, reason, tries } = refusal
  const wanted = refusalText.pages(npages, summary.called)
  if (reason !== null) return `${device} asked for ${wanted} and was refused, because ${reason}.`
  const free = Math.max(0, ...tries.map((one) => one.freeEntries))
  if (free > 0)
    return `Refused: ${device} asked for ${wanted}, and no ${count(npages)} of those that are free stand together.`
  const place = summary.called === 'slot' ? 'pool' : 'window'
  const full = `The ${place} is full: ${device} asked for ${wanted} more and was refused.`
  // All that may be handed out is; what is left is where every search ends.
  const kept = summary.called === 'TCE' && summary.mapped >= summary.usable ? summary.freeEntries : 0
  if (kept === 0) return full
  return kept === 1
    ? `${full} The one TCE that is free is the last of its pool, which is never handed out.`
    : `${full} The ${count(kept)} TCEs that are free are each the last of a pool, which is never handed out.`
}

export const seenText: Readonly<Record<HappeningId, (frame: Frame) => string>> = {
  refusal: refused,
  flush: () =>
    'The IOTLB has just been flushed. Until this moment the device could still reach what had been unmapped.',
  late: () => 'A device has just used an address after it was unmapped.',
  bounce: () => 'A buffer has just been copied: the device cannot reach it where it lies.',
  fallback: () => 'A request has just been answered from another place than its own, which had no room.',
}
