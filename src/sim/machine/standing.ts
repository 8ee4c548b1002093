// Where a machine stands on its way through time.

import type { MachineState } from './state.ts'

export interface Standing {
  /** Simulated time. */
  readonly ns: number
  /** Heap events so far. */
  readonly events: number
  /** Visible operations so far. */
  readonly steps: number
  /** Inputs of the scenario that have taken effect. */
  readonly inputs: number
  /** When the next event is due, ns; null: none ever is. */
  readonly nextNs: number | null
}

/** Where it stands now. */
export function standingOf({ nowNs: ns, events, steps, inputs, heap }: MachineState): Standing {
  return { ns, events, steps, inputs, nextNs: heap.size > 0 ? heap.times[0]! : null }
}
