// Watching a run from outside: every operation as its workload sees it done, for tallies that owe nothing to the books.

import type { Binding, Machine } from '../machine/wiring.ts'
import type { Op } from '../workload/workload.ts'

/** Calls back with each operation right after it was performed, until a driver is loaded anew or time goes back. */
export function watchOps(m: Machine, visit: (op: Op, bound: Binding, atNs: number) => void): void {
  m.bindings = m.bindings.map((bound) => {
    const { kind } = bound
    const done: typeof kind.done = (state, task, op, atNs) => {
      visit(op, bound, atNs)
      kind.done(state, task, op, atNs)
    }
    return { ...bound, kind: { ...kind, done } }
  })
}
