// What the page takes of the views: map and time, which are always there, and those of the dock, which come and go.

import { createElement } from 'react'
import { loadable } from '../store/loadable.tsx'
import { soon } from '../store/part.ts'

export type { DockView } from './define.ts'
export { askedBy, dockViews } from './dock-views.ts'

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
