// A view of the dock is one definition: what it is called, what it asks of the run, and where its panel is fetched from.

import type { ComponentType } from 'react'
import type { ProbeId, ProbeTypes } from '../sim/index.ts'
import { loadable } from '../store/loadable.tsx'
import type { Look } from '../store/wish.ts'
import type { Titled } from './kit/dock-head.tsx'

/** By probe: what it is asked for, out of where the page looks. The first is the one that the view cannot do without. */
export type Asks = { readonly [P in ProbeId]?: (look: Look) => ProbeTypes[P]['request'] }

export interface ViewDefinition {
  /** Public for ever: it stands in links. */
  readonly id: Titled
  readonly title: string
  /** What a frame must hold while the view is shown; absent for what is computed apart from the run. */
  readonly asks?: Asks
  /** About twice as high as the others, which are about 100 px; `most`: higher yet. */
  readonly tall?: true | 'most'
  /** Fetches the panel when it is first shown. It is as wide as its container. */
  readonly load: () => Promise<ComponentType>
}

export interface DockView extends Omit<ViewDefinition, 'load'> {
  readonly component: ComponentType
}

export const defineView = ({ load, ...view }: ViewDefinition): DockView => ({ ...view, component: loadable(load) })

/** Of the table that is looked at. */
export const ofTable = ({ table }: Look) => ({ table })
/** Of the whole machine. */
export const whole = () => ({})
