// A request that got nothing, on whichever way: what the books keep of it, and whether the kernel says a word.

import { alignUp } from '../../lib/bits.ts'
import { type DmaDomain, pagesTouched } from '../dma/dma-ops.ts'
import { noteRefusal } from '../machine/ledger.ts'
import type { DmaTable } from '../machine/state.ts'
import { OP_COHERENT, OP_MAP_SG, type Op } from '../workload/workload.ts'
import type { Ground } from './way.ts'

/** Writes down that `op` of `device` was refused on CPU `c`. `says`: the function that prints, SAYS_NOTHING … of events.ts. */
export function noteRefused(
  { state: s, meter }: Ground,
  table: DmaTable,
  d: DmaDomain,
  c: number,
  device: number,
  op: Op,
  says: number,
): void {
  const isList = op.kind === OP_MAP_SG
  const address = isList ? op.sgAddress[0]! : op.address
  const asked = isList ? op.sgBytes[0]! : op.bytes
  const length = op.kind === OP_COHERENT ? alignUp(asked, d.kernelPageBytes) : asked
  noteRefusal(s, d, table, c, device, s.nowNs, address, pagesTouched(d, address, length), meter, says)
}
