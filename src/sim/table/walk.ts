// The walk of a radix table, as the hardware does it: the same for every format whose entries stand in `nodes.ts`.
//
// Spec: spec/SWIOTLB-IOTLB.md C. Cost: one entry read for each table that it goes through.

import { modPow2, pow2 } from '../../lib/bits.ts'
import { entryAt, nodeBelow, orderOf, payloadOf, permissionOf } from './nodes.ts'
import { MAX_LEVELS, type PageTableState, type Walk } from './page-table.ts'

/** What the leaf `entry` says of `pfn`, a page below it. */
function readLeaf(entry: number, pfn: number, out: Walk): void {
  const page = payloadOf(entry)
  const order = orderOf(entry)
  out.found = true
  out.order = order
  out.page = order === 0 ? page : page + modPow2(pfn, pow2(order))
  out.permission = permissionOf(entry)
}

/**
 * PageTable's `walk`. `span` are the pages that an entry of a table at each height covers, and after the heights that
 * there are those of the whole table. A leaf may stand for more pages than its entry covers.
 */
export function walkDown(
  s: PageTableState,
  span: readonly number[],
  pfn: number,
  node: number,
  height: number,
  out: Walk,
): void {
  const from = node < 0 ? s.levels - 1 : height
  out.found = false
  out.freed = false
  out.page = 0
  out.order = 0
  out.permission = 0
  out.reads = 0
  for (let h = 0; h < MAX_LEVELS; h++) out.nodes[h] = -1
  out.height = from
  if (pfn >= span[s.levels]!) return
  let at = node < 0 ? s.root : node
  let rest = modPow2(pfn, span[from + 1]!)
  for (let h = from; h >= 0; h--) {
    out.height = h
    out.nodes[h] = at
    out.reads++
    if (s.nodes.used.data[at]! < 0) {
      out.freed = true
      return
    }
    // Most walks begin at the last table, once a walk cache is warm.
    const slot = h === 0 ? rest : Math.floor(rest / span[h]!)
    rest -= slot * span[h]!
    const entry = entryAt(s.nodes, at, slot)
    const below = nodeBelow(entry)
    if (below < 0) {
      if (entry !== 0) readLeaf(entry, pfn, out)
      return
    }
    at = below
  }
}
