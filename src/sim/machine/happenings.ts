// Kinds of happening, each counted by the state. One has happened when its count has grown.

import { bounceOf, unitOf } from '../paths/parts.ts'
import type { HappeningId } from '../scenario/schema.ts'
import type { DmaTable, MachineState } from './state.ts'

/** How often something has happened since the tables were built. */
export type Count = (s: MachineState) => number

const inTables =
  (count: (table: DmaTable) => number): Count =>
  (s) => {
    let sum = 0
    for (const table of s.tables) if (table) sum += count(table)
    return sum
  }

export const countOf: Readonly<Record<HappeningId, Count>> = {
  /** A map that got nothing. */
  refusal: (s) => s.refusedTotal,
  /** A flush of a whole IOTLB. */
  flush: inTables((table) => table.flushes),
  /** A device used an address after its unmap, or one that led it to the page before; stopped or not. */
  late: inTables((table) => {
    const unit = unitOf(table)
    return unit ? unit.lateTried + unit.lateRemapped + unit.wrongPage : 0
  }),
  /** A buffer was given slots of the bounce pool. */
  bounce: inTables((table) => bounceOf(table)?.bounced ?? 0),
  /** A request was answered from another place than its own: another region, or above 4 GiB. */
  fallback: inTables((table) => {
    let sum = table.spills
    for (const device of unitOf(table)?.lowFirst ?? []) if (!device.dma32First) sum++
    return sum
  }),
}
