// When the view has something to show, and what is so instead.

import { currentValue } from '../../sim/index.ts'
import { needsText } from '../../text/needs.ts'
import type { Need } from '../need.ts'

export const need: Need = {
  ...needsText.boot,
  met: ({ here }) => ['vtd', 'amd'].includes(String(currentValue(here, 'm.platform'))),
}
