// What stands beside the map, each fetched when the page stands, and what keeps its place until then.

import { loadable } from '../store/loadable.tsx'
import { soon } from '../store/part.ts'

// The controls are asked for at once but not waited for: the map comes first.
const panel = soon(() => import('./panel.tsx'))
export const ControlsPanel = loadable(() => panel().then((m) => m.ControlsPanel))
const rail = soon(() => import('./rail.ts'))
export const Inspector = loadable(
  () => rail().then((m) => m.Inspector),
  () => <div className="u-block c-inspector" />,
)
export const WhyRefused = loadable(
  () => rail().then((m) => m.WhyRefused),
  () => <div className="u-block c-why" />,
)
export const KernelLog = loadable(
  () => rail().then((m) => m.KernelLog),
  () => <div className="u-block c-log" />,
)
export const PanelFoot = loadable(
  () => panel().then((m) => m.PanelFoot),
  () => null,
  'none',
)
