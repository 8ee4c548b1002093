// When the view has something to show, and what is so instead.

import { needsText } from '../../text/needs.ts'
import { bounces, type Need } from '../need.ts'

export const need: Need = {
  ...needsText.bounce,
  met: bounces,
}
