// The caches of table pointers: which table a walk may begin at, so that a miss need not read from the top.
//
// What it does: for each height a few pointers to tables, replaced least recently used first. A walk begins at the lowest
//   table that is known. The top table needs no pointer: the hardware finds it in its context.
// Spec: spec/SWIOTLB-IOTLB.md D.1 (the hint IH) and E; how many pointers real parts keep is not published.
// Not modelled: sets of these caches; pointers that are kept of a walk that ended in a fault.
// Invariant: a pointer of a free slot is used by nobody: its page is -1 and its count 0.
// Cost: one look through the pointers of each height until one fits.

import { type IotlbState, NO_DOMAIN } from './iotlb-state.ts'
import { PAGES, PER_PAGE } from './sizes.ts'

/** Slot of the pointer to the lowest table that is known to lead to `pfn`, or -1. Its height is slot / walkEntries;
 *  `bits` and `levels` are those of the table. */
export function findPointer(s: IotlbState, domain: number, pfn: number, bits: number, levels: number): number {
  const { walkEntries, walkPfn, walkDomain } = s
  for (let height = 0; height < levels - 1; height++) {
    const order = bits * (height + 1)
    const first = Math.floor(pfn * PER_PAGE[order]!) * PAGES[order]!
    const end = (height + 1) * walkEntries
    for (let at = end - walkEntries; at < end; at++) {
      if (walkPfn[at] === first && walkDomain[at] === domain) return at
    }
  }
  return -1
}

/** Keeps a pointer to the table `node` at `height` that leads to `pfn` and is not known yet; `used` is the count of this
 *  use. The one that has not been used for longest goes. */
export function keepPointer(
  s: IotlbState,
  domain: number,
  pfn: number,
  bits: number,
  height: number,
  node: number,
  used: number,
): void {
  const { walkEntries, walkUsed } = s
  if (walkEntries === 0) return
  const end = (height + 1) * walkEntries
  let slot = end - walkEntries
  let least = walkUsed[slot]!
  for (let at = slot + 1; at < end; at++) {
    if (walkUsed[at]! >= least) continue
    least = walkUsed[at]!
    slot = at
  }
  const order = bits * (height + 1)
  s.walkSpan[slot] = PAGES[order]!
  s.walkPfn[slot] = Math.floor(pfn * PER_PAGE[order]!) * PAGES[order]!
  s.walkNode[slot] = node
  s.walkDomain[slot] = domain
  walkUsed[slot] = used
}

/** Forgets the pointers of a domain to tables that cover any of the pages [pfn, pfn + pages). */
export function forgetPointers(s: IotlbState, domain: number, pfn: number, pages: number): void {
  const { walkPfn, walkSpan, walkDomain } = s
  for (let at = 0; at < walkPfn.length; at++) {
    if (walkDomain[at] === domain && walkPfn[at]! < pfn + pages && walkPfn[at]! + walkSpan[at]! > pfn) free(s, at)
  }
}

/** Forgets every pointer of a domain. */
export function forgetDomain(s: IotlbState, domain: number): void {
  for (let at = 0; at < s.walkPfn.length; at++) if (s.walkDomain[at] === domain) free(s, at)
}

function free(s: IotlbState, at: number): void {
  s.walkPfn[at] = -1
  s.walkSpan[at] = 0
  s.walkDomain[at] = NO_DOMAIN
  s.walkUsed[at] = 0
}
