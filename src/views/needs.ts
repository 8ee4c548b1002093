// What a view needs to have something to show, as a function of the settings and of what the run has become; fetched with the
// menu of views and with the dock.

import { currentValue, type Frame, presets, type Scenario } from '../sim/index.ts'
import { unmetText } from '../text/needs.ts'

/** The run as it stands. */
export interface Now {
  readonly here: Scenario
  /** The device whose table is shown. */
  readonly table: number
  readonly summary: Frame['summary']
}

type Met = (now: Now) => boolean

const ofDevice = ({ here, table }: Now, name: string) =>
  currentValue(here, `${here.devices[table]?.id ?? 'd0'}.${name}`)
const platform = ({ here }: Now) => currentValue(here, 'm.platform')
const translates: Met = ({ summary }) => summary.bounce === null
const hasIotlb: Met = ({ summary }) => summary.exposure !== null
const isGuest: Met = ({ summary }) => summary.guest !== null
const isPartition: Met = ({ summary }) => summary.partition !== null
const hasPool: Met = ({ summary }) => summary.bounce?.pool === 'there'
/** What is mapped once and read from then on is never unmapped. */
const unmaps: Met = ({ here }) => here.workloads.some(({ type }) => type !== 'window-read')
const KEEPING: readonly unknown[] = ['rcache', 'percpu-chunks']

const NEEDS = {
  table: (now) => translates(now) && !isGuest(now),
  space: (now) => translates(now) || hasPool(now),
  caches: (now) => translates(now) && KEEPING.includes(ofDevice(now, 'allocator')),
  iotlb: hasIotlb,
  ledger: hasIotlb,
  queue: (now) => hasIotlb(now) && ofDevice(now, 'flush') === 'deferred',
  commands: (now) => hasIotlb(now) && ofDevice(now, 'flush') !== 'none' && unmaps(now),
  radix: hasIotlb,
  levels: isGuest,
  memory: isGuest,
  islands: (now) => isGuest(now) || isPartition(now),
  ddw: isPartition,
  windows: isPartition,
  hcalls: (now) => isGuest(now) || isPartition(now),
  budget: ({ here }) => Number(currentValue(here, 'm.vfs') ?? 0) > 0,
  boot: (now) => ['vtd', 'amd'].includes(String(platform(now))),
  pool: hasPool,
  bounce: (now) => !translates(now),
} as const satisfies Record<string, Met>

export type Need = keyof typeof NEEDS

/** A view that may stand in, where it is about the same. */
const INSTEAD: Partial<Record<Need, string>> = { caches: 'regions', radix: 'tce-pages', levels: 'tce-pages' }

export const isMet = (need: Need | null, now: Now): boolean => need === null || NEEDS[need](now)

/** Why there is nothing, in a sentence. */
export function whyUnmet(need: Need, now: Now): string {
  if (need !== 'queue' || !hasIotlb(now)) return unmetText.needs[need].says
  return unmetText.queueless[ofDevice(now, 'flush') as keyof typeof unmetText.queueless] ?? unmetText.needs[need].says
}

/** The view that shows something of the kind in this run, if there is one. */
export function insteadOf(need: Need, now: Now): string | null {
  const id = INSTEAD[need]
  return id && NEEDS.table(now) ? id : null
}

/** A preset that the view was made for: the one that has it in front, or at all. */
export const filling = (view: string) =>
  presets.find((p) => p.dock[0] === view) ?? presets.find((p) => p.dock.includes(view))
