// When the view has something to show, and what is so instead.

import { needsText } from '../../text/needs.ts'
import { flushOf, hasIotlb, type Need, type Now } from '../need.ts'

/** What is mapped once and read from then on is never unmapped. */
const unmaps = ({ here }: Now) => here.workloads.some(({ type }) => type !== 'window-read')

export const need: Need = {
  ...needsText.commands,
  met: (now) => hasIotlb(now) && flushOf(now) !== 'none' && unmaps(now),
}
