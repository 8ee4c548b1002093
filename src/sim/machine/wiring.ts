// What the behaviour needs beside the state. It is no state: `rewire` makes it again from a checkpoint.

import type { DmaDomain } from '../dma/dma-ops.ts'
import type { Caller, Ground, Way } from '../paths/way.ts'
import type { Workload } from '../workload/workload.ts'
import type { DmaTable } from './state.ts'

/** A workload with everything its operations touch, looked up once. */
export interface Binding extends Caller {
  readonly kind: Workload
  readonly state: object
  readonly table: DmaTable
  /** How its buffers go to memory. */
  readonly way: Way
}

/** What the behaviour needs beside the state: the registry entries that the state names, and scratch. */
export interface Machine extends Ground {
  /** By device, following `table`: how its buffers go, and its window as that has it. Renewed by `rewire`. */
  ways: Way[]
  domains: DmaDomain[]
  workloads: Workload[]
  /** By task. */
  bindings: Binding[]
}
