// The way of an invalidation command: priced, written down, and carried out by every IOTLB that holds translations of the
// table. Called by the DMA layer through the sink that it is given.
//
// Spec: spec/SWIOTLB-IOTLB.md D. A submission takes the lock of the IOMMU's queue; the rest of the wait does not hold it.
// Not modelled: a queue that is full; commands of several tables in one submission. Each table has a queue of its own.
// Invariant: what a command names is in no IOTLB of the table's devices after it.

import type { TableSink } from '../dma/iommu-rules.ts'
import { type IommuState, SPENT_WAITS, spentAt } from '../dma/iommu-state.ts'
import { PRICES } from '../engine/cost.ts'
import { logEvent } from '../engine/log.ts'
import { type CostMeter, charge, dropLock, takeLock } from '../engine/meter.ts'
import { addToColumn } from '../engine/recorder.ts'
import { CMD_DTE, type Command, isWhole } from '../iotlb/command.ts'
import { invalidate } from '../iotlb/iotlb.ts'
import type { DmaTable, MachineState } from '../machine/state.ts'

/** Where the commands of `table` go; what they cost goes to `meter`. */
export function createSink(s: MachineState, table: DmaTable, state: IommuState, meter: CostMeter): TableSink {
  const queueLock = table.locks.length - 1
  let pending = 0
  return {
    muted: false,
    flushing: false,
    cpu: 0,
    command(c: Command): void {
      if (this.muted) return
      // No unmap waits for a device table entry.
      if (c.kind !== CMD_DTE) pending++
      state.byKind[c.kind] = state.byKind[c.kind]! + 1
      if (!isWhole(c.kind)) state.named += c.pages
      logEvent(state.commands, meter.nowNs, c.kind, this.cpu, (c.order + 1) * 2 + (c.leaf ? 1 : 0), c.pfn, c.pages)
      for (const iotlb of s.iotlbs) {
        const alive = iotlb.droppedLive
        state.dropped += invalidate(iotlb, table.owner, c, meter.nowNs)
        state.droppedLive += iotlb.droppedLive - alive
      }
    },
    sync(): void {
      if (this.muted || pending === 0) return
      takeLock(meter, queueLock)
      charge(meter, PRICES.invQueue)
      if (pending > 1) charge(meter, PRICES.invNext, pending - 1)
      dropLock(meter)
      charge(meter, PRICES.invWait)
      meter.invalidationPs += PRICES.invQueue.ps + PRICES.invWait.ps + (pending - 1) * PRICES.invNext.ps
      pending = 0
      state.waits++
      const at = spentAt(state.mode) + SPENT_WAITS
      state.spentPs[at] = state.spentPs[at]! + 1
      if (this.flushing) addToColumn(s.recorder, s.recorder.flushes, 1)
      else meter.invalidations++
    },
  }
}
