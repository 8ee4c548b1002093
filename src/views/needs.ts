// Which views have something to show in a run; fetched with the menu of views and with the dock. A view that is not named
// needs nothing.

import { presets } from '../sim/index.ts'
import { need as boot } from './boot/need.ts'
import { need as bounce } from './bounce/need.ts'
import { need as budget } from './budget/need.ts'
import { need as caches } from './caches/need.ts'
import { need as commands } from './commands/need.ts'
import { need as ddw } from './ddw/need.ts'
import { need as hcalls } from './hcalls/need.ts'
import { need as iotlb } from './iotlb/need.ts'
import { need as islands } from './islands/need.ts'
import { need as ledger } from './ledger/need.ts'
import { need as levels } from './levels/need.ts'
import { need as locks } from './locks/need.ts'
import { need as memory } from './memory/need.ts'
import type { Need, Now } from './need.ts'
import { need as pool } from './pool/need.ts'
import { need as queues } from './queues/need.ts'
import { need as radix } from './radix/need.ts'
import { need as regions } from './regions/need.ts'
import { need as tables } from './tables/need.ts'
import { need as tcePages } from './tce-pages/need.ts'
import { need as windows } from './windows/need.ts'

export type { Now }

export const needs: Readonly<Record<string, Need>> = {
  'tce-pages': tcePages,
  regions,
  tables,
  locks,
  caches,
  iotlb,
  ledger,
  queues,
  commands,
  radix,
  levels,
  memory,
  islands,
  ddw,
  windows,
  hcalls,
  budget,
  boot,
  pool,
  bounce,
}

export const isMet = (view: string, now: Now): boolean => needs[view]?.met(now) ?? true

/** Why there is nothing, in a sentence. */
export function whyUnmet(view: string, now: Now): string {
  const says = needs[view]?.says ?? ''
  return typeof says === 'string' ? says : says(now)
}

/** The view that shows something of the kind in this run, if there is one. */
export function insteadOf(view: string, now: Now): string | null {
  const id = needs[view]?.instead
  return id !== undefined && isMet(id, now) ? id : null
}

/** A preset that the view was made for: the one that has it in front, or at all. */
export const filling = (view: string) =>
  presets.find((p) => p.dock[0] === view) ?? presets.find((p) => p.dock.includes(view))
