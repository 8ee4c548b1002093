// The workloads there are, one line each. Ids are public for ever.

import { diskSg } from './disk-sg.ts'
import { longLived } from './long-lived.ts'
import { mapLoop } from './map-loop.ts'
import { nicRx } from './nic-rx.ts'
import { nicTx } from './nic-tx.ts'
import { nvme } from './nvme.ts'
import { recorded } from './recorded.ts'
import { wall } from './wall.ts'
import type { Workload } from './workload.ts'

export const workloads: readonly Workload[] = [
  nicRx,
  nicTx,
  diskSg,
  longLived,
  mapLoop,
  wall,
  nvme,
  recorded,
] as unknown as readonly Workload[]

/** The workload with this registry id. Throws RangeError on an unknown id. */
export function workloadById(id: string): Workload {
  const found = workloads.find((w) => w.id === id)
  if (!found) throw new RangeError(`no workload is called ${id}`)
  return found
}
