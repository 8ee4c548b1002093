// Every view, one line each. `map` and `time` are always on the page; `dock` views come and go.

import { createElement } from 'react'
import type { ProbeRequests } from '../sim/index.ts'
import { loadable } from '../store/loadable.tsx'
import { soon } from '../store/part.ts'
import type { Look } from '../store/wish.ts'
import { boot } from './boot/index.ts'
import { bounce } from './bounce/index.ts'
import { bounceStudy } from './bounce-study/index.ts'
import { budget } from './budget/index.ts'
import { caches } from './caches/index.ts'
import { commands } from './commands/index.ts'
import { ddw } from './ddw/index.ts'
import type { DockView } from './define.ts'
import { flushStudy } from './flush-study/index.ts'
import { hcalls } from './hcalls/index.ts'
import { iotlb } from './iotlb/index.ts'
import { islands } from './islands/index.ts'
import { ledger } from './ledger/index.ts'
import { levels } from './levels/index.ts'
import { locks } from './locks/index.ts'
import { memory } from './memory/index.ts'
import { pool } from './pool/index.ts'
import { published } from './published/index.ts'
import { queues } from './queues/index.ts'
import { radix } from './radix/index.ts'
import { regions } from './regions/index.ts'
import { scaling } from './scaling/index.ts'
import { tables } from './tables/index.ts'
import { tcePages } from './tce-pages/index.ts'
import { windows } from './windows/index.ts'

export type { DockView }

/** Views for the dock in the order of their menu. */
export const dockViews: readonly DockView[] = [
  tcePages,
  regions,
  tables,
  caches,
  locks,
  iotlb,
  queues,
  commands,
  radix,
  ledger,
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
  scaling,
  published,
  flushStudy,
  bounceStudy,
]

/** What a frame must hold for a view of the dock. */
export const askedBy = (id: string, look: Look): ProbeRequests =>
  Object.fromEntries(
    Object.entries(dockViews.find((view) => view.id === id)?.asks ?? {}).map(([probe, ask]) => [probe, ask(look)]),
  )

/** What the dock shows of a view: it, or why there is nothing. */
export const Filled = loadable(() => import('./filled.tsx').then((m) => m.Filled))

export { IovaSpace, MAP_HEIGHT } from './iova-space/iova-space.tsx'
export { shareOfRow } from './iova-space/iova-space.view.ts'
export { useFlushStory } from './time-stack/flush-story.ts'
export type { TimeStackProps } from './time-stack/time-stack.tsx'

/** What is chosen about the map: asked for at once, but the map comes first. */
export const MapHead = loadable(
  soon(() => import('./iova-space/map-head.tsx').then((m) => m.MapHead)),
  // As high as it will be.
  () => createElement('div', { className: 'v-head v-head-map' }),
)

/** The history under the map: asked for at once, but the map comes first. */
export const TimeStack = loadable(soon(() => import('./time-stack/time-stack.tsx').then((m) => m.TimeStack)))

export const ScrubberRow = loadable(
  soon(() => import('./time-stack/time-stack.tsx').then((m) => m.ScrubberRow)),
  () => null,
  'none',
)

export { rulerOf, widthOf } from './kit/layout.ts'
export { Room } from './kit/room.ts'
export { lanesHeight } from './kit/time.ts'
export { listedNote } from './listed.ts'
