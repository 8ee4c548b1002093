// What a person has just seen a run come to, a sentence each; fetched with the words of the presets.

import { count, percent } from '../lib/format.ts'
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

/** Where that is what the run suffers from, whatever has just happened. */
function inLine({ summary: { lockWait } }: Frame): string {
  return lockWait > 0.1 ? ` Meanwhile CPUs spend ${percent(lockWait)} of their time in line for a lock.` : ''
}

export const seenText: Readonly<Record<HappeningId, (frame: Frame) => string>> = {
  refusal: refused,
  flush: (frame) =>
    `The IOTLB has just been flushed. Until this moment the device could still reach what had been unmapped.${inLine(frame)}`,
  late: () => 'A device has just used an address after it was unmapped.',
  bounce: (frame) => `A buffer has just been copied: the device cannot reach it where it lies.${inLine(frame)}`,
  fallback: () => 'A request has just been answered from another place than its own, which had no room.',
}
