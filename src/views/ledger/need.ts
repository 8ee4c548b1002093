// When the view has something to show, and what is so instead.

import { needsText } from '../../text/needs.ts'
import { hasIotlb, type Need } from '../need.ts'

export const need: Need = {
  ...needsText.ledger,
  met: hasIotlb,
}
