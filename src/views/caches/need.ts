// When the view has something to show, and what is so instead.

import { needsText } from '../../text/needs.ts'
import { type Need, ofDevice, translates } from '../need.ts'

const KEEPING: readonly unknown[] = ['rcache', 'percpu-chunks']

export const need: Need = {
  ...needsText.caches,
  met: (now) => translates(now) && KEEPING.includes(ofDevice(now, 'allocator')),
  instead: 'regions',
}
