// Invalidation for hardware that must be told each page exactly as it was mapped, the fear of the debate of 2011: the code
// that flushes has to find out how a range was mapped, and that before the range is cleared.
//
// Kernel: none; no driver here needs it. Spec: spec/SWIOTLB-IOTLB.md B.5 (an unmap does not know its page sizes).
// Not modelled: commands for ranges; each page is a command of its own.
// Cost: a walk and a command for each page that was mapped; told blindly, a command for each of the smallest pages.

import { pow2 } from '../../lib/bits.ts'
import { PRICES } from '../engine/cost.ts'
import { type CostMeter, charge } from '../engine/meter.ts'
import { CMD_EXACT, type CommandSink, createCommand } from '../iotlb/command.ts'
import { createWalk, type PageTable, type PageTableState } from '../table/page-table.ts'

/** What was looked up: as long as the longest unmap so far. */
const found = { n: 0, pfn: [] as number[], order: [] as number[] }
const walk = createWalk()
const command = createCommand()

/** Finds the pages that [pfn, pfn + npages) is mapped by, for the `sendExact` that follows; each walk has its price. */
export function lookUpExact(table: PageTable, s: PageTableState, pfn: number, npages: number, meter: CostMeter): void {
  found.n = 0
  for (let at = pfn; at < pfn + npages; ) {
    table.walk(s, at, -1, 0, walk)
    charge(meter, PRICES.ptLookup, walk.reads)
    meter.invalidationPs += PRICES.ptLookup.ps * walk.reads
    const size = walk.found ? pow2(walk.order) : 1
    const start = at - (at % size)
    if (walk.found) {
      found.pfn[found.n] = start
      found.order[found.n++] = walk.order
    }
    at = start + size
  }
}

/**
 * Sends a command for each page that was looked up, or blindly for each of the smallest; then the kernel waits. `leaf`: no
 * table was taken out, caches of table entries may stay.
 */
export function sendExact(pfn: number, npages: number, lookedUp: boolean, leaf: boolean, sink: CommandSink): void {
  const n = lookedUp ? found.n : npages
  command.kind = CMD_EXACT
  command.leaf = leaf
  for (let i = 0; i < n; i++) {
    command.pfn = lookedUp ? found.pfn[i]! : pfn + i
    command.order = lookedUp ? found.order[i]! : 0
    command.pages = pow2(command.order)
    sink.command(command)
  }
  sink.sync()
}
