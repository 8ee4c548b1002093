// When the view has something to show, and what is so instead.

import { needsText } from '../../text/needs.ts'
import { hasIotlb, type Need, type Now, ofDevice } from '../need.ts'

/** What is mapped once and read from then on is never unmapped. */
const unmaps = ({ here }: Now) => here.workloads.some(({ type }) => type !== 'window-read')

export const need: Need = {
  ...needsText.commands,
  met: (now) => hasIotlb(now) && ofDevice(now, 'flush') !== 'none' && unmaps(now),
}
