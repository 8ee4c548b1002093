// When the view has something to show, and what is so instead.

import { currentValue } from '../../sim/index.ts'
import { needsText } from '../../text/needs.ts'
import type { Need } from '../need.ts'

export const need: Need = {
  ...needsText.budget,
  met: ({ here }) => Number(currentValue(here, 'm.vfs') ?? 0) > 0,
}
