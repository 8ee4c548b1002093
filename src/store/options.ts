// What the lab is given: its workers, its clock, the page around it.

import type { LinkCodec } from '../share/codec.ts'
import type { ParamValue, Preset, Recording, Scenario } from '../sim/index.ts'
import type { SimClient } from '../worker/client.ts'
import type { Notice } from './notice.ts'
import type { Theme } from './page-state.ts'
import type { StatsCollector } from './stats.ts'
import type { AddressBar } from './url-sync.ts'
import type { AskedBy } from './wish.ts'

export interface LabOptions {
  /** A client with a worker of its own. */
  readonly makeClient: () => SimClient
  /** At least one. */
  readonly presets: readonly Preset[]
  readonly valueOf: (scenario: Scenario, path: string) => ParamValue | null
  readonly codec: LinkCodec
  /** Fetches the recording of a preset; fails with a sentence. */
  readonly fetchRecording?: (file: string) => Promise<Recording>
  /** View ids that the dock can hold. */
  readonly dockViews: readonly string[]
  /** What each of them asks a frame for. */
  readonly askedBy: AskedBy
  readonly address: AddressBar
  readonly now: () => number
  readonly animate: (callback: () => void) => void
  readonly afterPaint: (callback: () => void) => void
  /** A person wants nothing to move by itself. */
  readonly still?: () => boolean
  readonly say: (notice: Notice) => string
  readonly theme?: Theme
  readonly saveTheme?: (theme: Theme) => void
  readonly stats?: StatsCollector
  /** Frames painted again after the first, so that the browser has compiled the way of a frame before Play is pressed. */
  readonly warmUp?: number
}
