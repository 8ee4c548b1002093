// Every view, one line each. `map` and `time` are always on the page; `dock` views come and go.

import type { ComponentType } from 'react'
import type { ProbeId } from '../sim/index.ts'
import { loadable } from '../store/loadable.tsx'
import { soon } from '../store/part.ts'
import { viewText } from '../text/views.ts'

export interface DockView {
  /** Public for ever: it stands in links. */
  readonly id: string
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
    title: viewText.pages.title,
    probe: 'tce-pages',
    component: loadable(() => dock().then((m) => m.TcePages)),
  },
  {
    id: 'regions',
    title: viewText.regions.title,
    probe: 'regions',
    component: loadable(() => dock().then((m) => m.Regions)),
  },
  {
    id: 'tables',
    title: viewText.tables.title,
    probe: 'tables',
    component: loadable(() => dock().then((m) => m.Tables)),
  },
  {
    id: 'caches',
    title: viewText.caches.title,
    probe: 'caches',
    component: loadable(() => dock().then((m) => m.Caches)),
  },
  {
    id: 'locks',
    title: viewText.locks.title,
    probe: 'locks',
    component: loadable(() => dock().then((m) => m.Locks)),
  },
  {
    id: 'iotlb',
    title: viewText.iotlb.title,
    probe: 'iotlb',
    tall: true,
    component: loadable(() => iommu().then((m) => m.Iotlb)),
  },
  {
    id: 'queues',
    title: viewText.queues.title,
    probe: 'queues',
    tall: true,
    component: loadable(() => iommu().then((m) => m.Queues)),
  },
  {
    id: 'commands',
    title: viewText.commands.title,
    probe: 'commands',
    tall: true,
    component: loadable(() => iommu().then((m) => m.Commands)),
  },
  {
    id: 'radix',
    title: viewText.radix.title,
    probe: 'radix',
    tall: true,
    component: loadable(() => iommu().then((m) => m.Radix)),
  },
  {
    id: 'ledger',
    title: viewText.ledger.title,
    probe: 'ledger',
    component: loadable(() => iommu().then((m) => m.Ledger)),
  },
  {
    id: 'levels',
    title: viewText.levels.title,
    probe: 'levels',
    tall: true,
    component: loadable(() => tce().then((m) => m.Levels)),
  },
  {
    id: 'memory',
    title: viewText.memory.title,
    probe: 'memory',
    tall: true,
    component: loadable(() => tce().then((m) => m.Memory)),
  },
  {
    id: 'islands',
    title: viewText.islands.title,
    probe: 'memory',
    tall: true,
    component: loadable(() => tce().then((m) => m.Islands)),
  },
  {
    id: 'ddw',
    title: viewText.ddw.title,
    probe: 'ddw',
    tall: true,
    component: loadable(() => tce().then((m) => m.Ddw)),
  },
  {
    id: 'windows',
    title: viewText.windows.title,
    probe: 'windows',
    component: loadable(() => tce().then((m) => m.Windows)),
  },
  {
    id: 'hcalls',
    title: viewText.hcalls.title,
    probe: 'hcalls',
    component: loadable(() => tce().then((m) => m.Hcalls)),
  },
  {
    id: 'budget',
    title: viewText.budget.title,
    probe: 'budget',
    tall: true,
    component: loadable(() => tce().then((m) => m.Budget)),
  },
  {
    id: 'boot',
    title: viewText.boot.title,
    probe: 'boot',
    tall: 'most',
    component: loadable(() => boot().then((m) => m.Boot)),
  },
  {
    id: 'pool',
    title: viewText.pool.title,
    probe: 'pool',
    tall: true,
    component: loadable(() => boot().then((m) => m.Pool)),
  },
  {
    id: 'bounce',
    title: viewText.bounce.title,
    probe: 'bounce',
    tall: true,
    component: loadable(() => boot().then((m) => m.Bounce)),
  },
  {
    id: 'scaling',
    title: viewText.studies.scaling.title,
    tall: true,
    component: loadable(() => studies().then((m) => m.Scaling)),
  },
  {
    id: 'published',
    title: viewText.studies.published.title,
    tall: true,
    component: loadable(() => studies().then((m) => m.Published)),
  },
  {
    id: 'flush-study',
    title: viewText.studies.flush.title,
    tall: true,
    component: loadable(() => studies().then((m) => m.FlushStudy)),
  },
  {
    id: 'bounce-study',
    title: viewText.studies.bounce.title,
    tall: true,
    component: loadable(() => studies().then((m) => m.BounceStudy)),
  },
]

export { useFlushStory } from './flush-story.ts'
export { IovaSpace, MAP_HEIGHT } from './iova-space.tsx'
export { MapHead } from './map-head.tsx'
export type { TimeStackProps } from './time-stack.tsx'

/** The history under the map: asked for at once, but the map comes first. */
export const TimeStack = loadable(soon(() => import('./time-stack.tsx').then((m) => m.TimeStack)))

export const ScrubberRow = loadable(
  soon(() => import('./time-stack.tsx').then((m) => m.ScrubberRow)),
  () => null,
  'none',
)

export { rulerOf, widthOf } from './kit/layout.ts'
export { lanesHeight } from './kit/time.ts'
export { listedNote } from './listed.ts'
