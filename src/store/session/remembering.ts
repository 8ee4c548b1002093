// When the address may tell of what a person did: not before a frame that was asked for after it is on the screen.

import type { Frame } from '../../sim/index.ts'
import type { Intent, UrlSync } from '../url-sync.ts'

export interface RememberingHost {
  /** Number of the newest frame request that was sent. */
  readonly requests: () => number
  /** The address, while it is that of this session. */
  readonly address: UrlSync
  readonly settled: () => boolean
  readonly playing: () => boolean
}

export interface Remembering {
  /** The address is not that of the run that is open. */
  intend(how: Intent): void
  /** A frame is on the screen. */
  painted(frame: Frame): void
}

export function createRemembering({ requests, address, settled, playing }: RememberingHost): Remembering {
  /** Number of the last frame asked for when a person last did something that a link should remember. */
  let intendedAt = 0
  return {
    intend(how) {
      intendedAt = requests()
      address.intend(how)
    },
    painted({ request, status }) {
      // A frame asked for before a person acted still tells of before.
      const told = request > intendedAt && status.mode !== 'seeking'
      address.painted(told && settled(), playing())
    },
  }
}
