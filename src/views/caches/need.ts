// When the view has something to show, and what is so instead.

import { allocatorInfos } from '../../sim/index.ts'
import { needsText } from '../../text/needs.ts'
import { type Need, ofDevice, translates } from '../need.ts'

const keeps = (allocator: unknown) => allocatorInfos.some((a) => a.keeps && a.id === allocator)

export const need: Need = {
  ...needsText.caches,
  met: (now) => translates(now) && keeps(ofDevice(now, 'allocator')),
  instead: 'regions',
}
