// When the view has something to show, and what is so instead.

import { needsText, unmetText } from '../../text/needs.ts'
import { flushOf, hasIotlb, type Need } from '../need.ts'

const BY_FLUSH: Readonly<Record<string, string>> = unmetText.queueless

export const need: Need = {
  ...needsText.queue,
  met: (now) => hasIotlb(now) && flushOf(now) === 'deferred',
  says: (now) => (hasIotlb(now) && BY_FLUSH[String(flushOf(now))]) || needsText.queue.says,
}
