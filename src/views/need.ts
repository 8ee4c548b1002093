// What a view needs to have something to show: a question to the settings and to what the run has become.

import { currentValue, type Frame, type Scenario } from '../sim/index.ts'

/** The run as it stands. */
export interface Now {
  readonly here: Scenario
  /** The device whose table is shown. */
  readonly table: number
  readonly summary: Frame['summary']
}

export interface Need {
  readonly met: (now: Now) => boolean
  /** In a few words for the menu: "needs …". */
  readonly short: string
  /** What is so instead, in a sentence for its place. */
  readonly says: string | ((now: Now) => string)
  /** A view that may stand in, where it has something to show: it is about the same. */
  readonly instead?: string
}

export const ofDevice = ({ here, table }: Now, name: string) =>
  currentValue(here, `${here.devices[table]?.id ?? 'd0'}.${name}`)
/** When the IOTLB is told: of an untrusted device before the unmap returns, whatever is set. */
export const flushOf = (now: Now) => (now.summary.untrusted ? 'strict' : ofDevice(now, 'flush'))
export const translates = ({ summary }: Now) => summary.bounce === null
export const isGuest = ({ summary }: Now) => summary.guest !== null
export const isPartition = ({ summary }: Now) => summary.partition !== null
export const hasIotlb = ({ summary }: Now) => summary.exposure !== null
/** Some of what is mapped may bounce, for whatever reason. */
export const bounces = ({ summary }: Now) => summary.bounce !== null || summary.untrusted !== null
export const hasPool = ({ summary }: Now) => (summary.bounce ?? summary.untrusted)?.pool === 'there'
export const hasTable = (now: Now) => translates(now) && !isGuest(now)
export const hasSpace = (now: Now) => translates(now) || hasPool(now)
