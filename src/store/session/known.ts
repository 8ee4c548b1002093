// What has been opened or fetched by now, in whichever session: links of all of them may mean it.

import type { Preset, Recording } from '../../sim/index.ts'
import type { FromLog } from '../file-content.ts'

export interface Known {
  /** What a person dropped: links tell such files apart, and mean nothing elsewhere. */
  readonly own: Preset[]
  readonly logs: FromLog[]
  /** By the file's name. */
  readonly fetched: Map<string, Recording>
}

export const nothingKnown = (): Known => ({ own: [], logs: [], fetched: new Map() })
