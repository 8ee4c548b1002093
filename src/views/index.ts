// Every view, one line each. `map` and `time` are always on the page; `dock` views come and go.

import { type ComponentType, createElement } from 'react'
import type { ProbeId } from '../sim/index.ts'
import { loadable } from '../store/loadable.tsx'
import { soon } from '../store/part.ts'
import { viewText } from '../text/views.ts'
import type { Titled } from './kit/dock-head.tsx'
import type { Need } from './needs.ts'

export interface DockView {
  /** Public for ever: it stands in links. */
  readonly id: Titled
  /** What a run must have for it to show anything; null: any run will do. */
  readonly needs: Need | null
  readonly title: string
  /** The probe that must be asked for while the view is shown; none for what is computed apart from the run. */
  readonly probe?: ProbeId
  /** About twice as high as the others; `most`: higher yet. */
  readonly tall?: true | 'most'
  readonly component: ComponentType
}

const dock = () => import('./dock.ts')
const iommu = () => import('./dock-iommu.ts')
const tce = () => import('./dock-tce.ts')
const boot = () => import('./dock-boot.ts')
const studies = () => import('./studies.ts')

/** Views for the dock, about 100 px high, as wide as their container. */
export const dockViews: readonly DockView[] = [
  {
    id: 'tce-pages',
    needs: 'table',
    title: viewText.pages.title,
    probe: 'tce-pages',
    component: loadable(() => dock().then((m) => m.TcePages)),
  },
  {
    id: 'regions',
    needs: 'space',
    title: viewText.regions.title,
    probe: 'regions',
    component: loadable(() => dock().then((m) => m.Regions)),
  },
  {
    id: 'tables',
    needs: 'space',
    title: viewText.tables.title,
    probe: 'tables',
    component: loadable(() => dock().then((m) => m.Tables)),
  },
  {
    id: 'caches',
    needs: 'caches',
    title: viewText.caches.title,
    probe: 'caches',
    component: loadable(() => dock().then((m) => m.Caches)),
  },
  {
    id: 'locks',
    needs: 'space',
    title: viewText.locks.title,
    probe: 'locks',
    component: loadable(() => dock().then((m) => m.Locks)),
  },
  {
    id: 'iotlb',
    needs: 'iotlb',
    title: viewText.iotlb.title,
    probe: 'iotlb',
    tall: true,
    component: loadable(() => iommu().then((m) => m.Iotlb)),
  },
  {
    id: 'queues',
    needs: 'queue',
    title: viewText.queues.title,
    probe: 'queues',
    tall: true,
    component: loadable(() => iommu().then((m) => m.Queues)),
  },
  {
    id: 'commands',
    needs: 'commands',
    title: viewText.commands.title,
    probe: 'commands',
    tall: true,
    component: loadable(() => iommu().then((m) => m.Commands)),
  },
  {
    id: 'radix',
    needs: 'radix',
    title: viewText.radix.title,
    probe: 'radix',
    tall: true,
    component: loadable(() => iommu().then((m) => m.Radix)),
  },
  {
    id: 'ledger',
    needs: 'ledger',
    title: viewText.ledger.title,
    probe: 'ledger',
    component: loadable(() => iommu().then((m) => m.Ledger)),
  },
  {
    id: 'levels',
    needs: 'levels',
    title: viewText.levels.title,
    probe: 'levels',
    tall: true,
    component: loadable(() => tce().then((m) => m.Levels)),
  },
  {
    id: 'memory',
    needs: 'memory',
    title: viewText.memory.title,
    probe: 'memory',
    tall: true,
    component: loadable(() => tce().then((m) => m.Memory)),
  },
  {
    id: 'islands',
    needs: 'islands',
    title: viewText.islands.title,
    probe: 'memory',
    tall: true,
    component: loadable(() => tce().then((m) => m.Islands)),
  },
  {
    id: 'ddw',
    needs: 'ddw',
    title: viewText.ddw.title,
    probe: 'ddw',
    tall: true,
    component: loadable(() => tce().then((m) => m.Ddw)),
  },
  {
    id: 'windows',
    needs: 'windows',
    title: viewText.windows.title,
    probe: 'windows',
    component: loadable(() => tce().then((m) => m.Windows)),
  },
  {
    id: 'hcalls',
    needs: 'hcalls',
    title: viewText.hcalls.title,
    probe: 'hcalls',
    component: loadable(() => tce().then((m) => m.Hcalls)),
  },
  {
    id: 'budget',
    needs: 'budget',
    title: viewText.budget.title,
    probe: 'budget',
    tall: true,
    component: loadable(() => tce().then((m) => m.Budget)),
  },
  {
    id: 'boot',
    needs: 'boot',
    title: viewText.boot.title,
    probe: 'boot',
    tall: 'most',
    component: loadable(() => boot().then((m) => m.Boot)),
  },
  {
    id: 'pool',
    needs: 'pool',
    title: viewText.pool.title,
    probe: 'pool',
    tall: true,
    component: loadable(() => boot().then((m) => m.Pool)),
  },
  {
    id: 'bounce',
    needs: 'bounce',
    title: viewText.bounce.title,
    probe: 'bounce',
    tall: true,
    component: loadable(() => boot().then((m) => m.Bounce)),
  },
  {
    id: 'scaling',
    needs: null,
    title: viewText.studies.scaling.title,
    tall: true,
    component: loadable(() => studies().then((m) => m.Scaling)),
  },
  {
    id: 'published',
    needs: null,
    title: viewText.studies.published.title,
    tall: true,
    component: loadable(() => studies().then((m) => m.Published)),
  },
  {
    id: 'flush-study',
    needs: null,
    title: viewText.studies.flush.title,
    tall: true,
    component: loadable(() => studies().then((m) => m.FlushStudy)),
  },
  {
    id: 'bounce-study',
    needs: null,
    title: viewText.studies.bounce.title,
    tall: true,
    component: loadable(() => studies().then((m) => m.BounceStudy)),
  },
]

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
