// When the view has something to show, and what is so instead.

import { needsText, unmetText } from '../../text/needs.ts'
import { hasIotlb, type Need, ofDevice } from '../need.ts'

const BY_FLUSH: Readonly<Record<string, string>> = unmetText.queueless

export const need: Need = {
  ...needsText.queue,
  met: (now) => hasIotlb(now) && ofDevice(now, 'flush') === 'deferred',
  says: (now) => (hasIotlb(now) && BY_FLUSH[String(ofDevice(now, 'flush'))]) || needsText.queue.says,
}
