// The workloads there are, and apart from them what the page needs to know of them. Ids are public for ever.

import { carve, carveInfo } from './carve.ts'
import { diskSg, diskSgInfo } from './disk-sg.ts'
import { guest, guestInfo } from './guest.ts'
import { guestMemory, guestMemoryInfo } from './guest-memory.ts'
import { longLived, longLivedInfo } from './long-lived.ts'
import { mapLoop, mapLoopInfo } from './map-loop.ts'
import { nicRx, nicRxInfo } from './nic-rx.ts'
import { nicTx, nicTxInfo } from './nic-tx.ts'
import { nvme, nvmeInfo } from './nvme.ts'
import { recorded, recordedInfo } from './recorded.ts'
import { wall, wallInfo } from './wall.ts'
import { windowRead, windowReadInfo } from './window-read.ts'
import type { Workload, WorkloadInfo } from './workload.ts'

export const workloads: readonly Workload[] = [
  ...[nicRx, nicTx, diskSg, longLived, mapLoop, wall, nvme, guest, guestMemory, carve, windowRead, recorded],
] as unknown as readonly Workload[]
const infos: readonly WorkloadInfo[] = [
  ...[
    nicRxInfo,
    nicTxInfo,
    diskSgInfo,
    longLivedInfo,
    mapLoopInfo,
    wallInfo,
    nvmeInfo,
    guestInfo,
    guestMemoryInfo,
    carveInfo,
    windowReadInfo,
    recordedInfo,
  ],
]

/** The workload with this registry id. Throws RangeError on an unknown id. */
export function workloadById(id: string): Workload {
  return withId(workloads, id)
}

/** What there is to know of the workload with this registry id. Throws RangeError on an unknown id. */
export function workloadInfoById(id: string): WorkloadInfo {
  return withId(infos, id)
}

function withId<W extends WorkloadInfo>(all: readonly W[], id: string): W {
  const found = all.find((w) => w.id === id)
  if (!found) throw new RangeError(`no workload is called ${id}`)
  return found
}
