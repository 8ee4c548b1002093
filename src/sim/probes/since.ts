// The figures on both sides of the change that was made last, so that what is now can stand beside what was before. They
// belong to no state: a run that goes back and comes again takes them anew.

import type { Machine } from '../machine/wiring.ts'
import type { Input } from '../scenario/schema.ts'
import type { Since, Summary } from './cards.ts'
import { summarise } from './figures.ts'
import { tableIndex } from './probe.ts'

/** Values of one setting closer together than this are one change, as when a slider is dragged. */
const ONE_CHANGE_NS = 500_000

export interface Changing {
  /** Makes a change, and keeps the figures before and after. */
  around(m: Machine, input: Input, change: () => void): void
  /** Of the last change that has taken effect where the machine stands, for a device's table; null when nothing was kept. */
  of(m: Machine, device: number): Since | null
  /** The changes are others now. */
  forget(): void
}

/** Keeps the figures of the table that was asked for last: they are not cheap. */
export function watchChanges(): Changing {
  let device = 0
  let kept: { readonly since: Since; readonly device: number; readonly path: string } | null = null
  return {
    around(m, { path }, change) {
      const last = kept?.path === path && kept.device === device ? kept.since : null
      const { inputs: inputsBefore, nowNs: ns } = m.state
      const goesOn = last?.inputs === inputsBefore && ns - last.ns < ONE_CHANGE_NS
      const from = goesOn ? last : { inputsBefore, before: figures(m, device) }
      change()
      const after = figures(m, device)
      const { before } = from
      const since = { table: tableIndex(m, device), inputsBefore: from.inputsBefore, inputs: m.state.inputs, ns }
      kept = before && after && { since: { ...since, before, after }, device, path }
    },
    of(m, asked) {
      device = asked
      return kept?.device === asked && kept.since.inputs === m.state.inputs ? kept.since : null
    },
    forget() {
      kept = null
    },
  }
}

/** A figure that fails keeps no change from being made. */
function figures(m: Machine, device: number): Summary | null {
  try {
    return summarise(m, device)
  } catch {
    return null
  }
}
