// What the behaviour needs beside the state. It is no state: `rewire` makes it again from a checkpoint.

import type { DmaDomain, SgList } from '../dma/dma-ops.ts'
import type { CostMeter } from '../engine/meter.ts'
import type { Scenario } from '../scenario/schema.ts'
import type { AbsEntry } from '../types.ts'
import type { Workload } from '../workload/workload.ts'
import type { DmaTable, MachineState } from './state.ts'

/** A workload with everything its operations touch, looked up once. */
export interface Binding {
  readonly kind: Workload
  readonly state: object
  readonly firstTask: number
  /** Index of its workload. */
  readonly workload: number
  readonly device: number
  readonly table: DmaTable
  readonly domain: DmaDomain
  /** Highest absolute entry that its device reaches. */
  readonly mask: AbsEntry
  /** Its host could not make the table: nothing is mapped, and no allocator asked. */
  readonly noTable: boolean
}

/** What the behaviour needs beside the state: the registry entries that the state names, and scratch. */
export interface Machine {
  readonly scenario: Scenario
  readonly state: MachineState
  readonly meter: CostMeter
  readonly sg: SgList
  /** By device, following `table`. Renewed by `rewire`. */
  domains: DmaDomain[]
  workloads: Workload[]
  /** By task. */
  bindings: Binding[]
}
