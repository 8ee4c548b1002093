// Which change of a setting the figures are compared on both sides of: the last that was made or passed while the run was
// looked at. What a run that is opened has behind it already is none.

import { afterInputs, type Frame, fieldAt, type Input, type ParamValue, type Scenario } from '../../sim/index.ts'
import type { Compared, SessionState } from './state.ts'

export interface ComparingHost {
  readonly get: () => SessionState
  readonly set: (part: Partial<SessionState>) => void
  readonly valueOf: (scenario: Scenario, path: string) => ParamValue | null
}

export interface Comparing {
  /** Another run stands here. */
  begins(): void
  /** A frame of it has come. */
  came(frame: Frame): void
}

export function createComparing({ get, set, valueOf: read }: ComparingHost): Comparing {
  /** The changes behind the moment that was shown last, and the last of them; null: of this run nothing was shown yet. */
  let known: { readonly inputs: number; readonly last: Input | undefined } | null = null

  const upTo = (inputs: number): Scenario => {
    const { scenario } = get()
    return afterInputs({ ...scenario, inputs: scenario.inputs.slice(0, inputs) })
  }

  function compared({ path, ns }: Input, inputsBefore: number, inputs: number): Compared | null {
    const from = read(upTo(inputsBefore), path)
    const scenario = upTo(inputs)
    const to = read(scenario, path)
    if (from === null || to === null) return null
    // A value that leads back has loaded the driver anew all the same.
    const changed = from !== to || fieldAt(scenario, path)?.param.effect === 'restart'
    return changed ? { path, from, to, ns, scenario } : null
  }

  return {
    begins() {
      known = null
      if (get().compared) set({ compared: null })
    },
    came({ status: { inputs, mode }, since }) {
      // On its way a run passes changes that it comes to again.
      if (mode === 'seeking') return
      const last = get().scenario.inputs[inputs - 1]
      const before = known
      const isNew = before !== null && inputs >= before.inputs && !isSame(last, before.last)
      if (!isNew) {
        known = { inputs, last }
        if (before && inputs < before.inputs && get().compared) set({ compared: null })
        return
      }
      // Its figures come with a whole frame.
      if (!last || since?.inputs !== inputs) return
      known = { inputs, last }
      set({ compared: compared(last, since.inputsBefore, inputs) })
    },
  }
}

function isSame(a: Input | undefined, b: Input | undefined): boolean {
  return a === b || (!!a && !!b && a.path === b.path && a.value === b.value && a.events === b.events && a.ns === b.ns)
}
