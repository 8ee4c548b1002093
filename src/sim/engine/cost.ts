// What work costs in simulated time. Mechanisms count work; only the prices below may be tuned. `price-text.ts` says of each
// what it is of and which publication it comes from. Prices are picoseconds, so that sums stay integers; an operation
// is rounded to nanoseconds once.

export interface Price {
  readonly ps: number
}

export const PRICES = {
  lock: { ps: 20_000 },
  handover: { ps: 17_500 },
  alloc: { ps: 32_000 },
  free: { ps: 19_000 },
  word: { ps: 1_000 },
  tceCall: { ps: 400_000 },
  tceNext: { ps: 10_000 },
  virtualMode: { ps: 236_000 },
  wake: { ps: 750_000 },
  slotLook: { ps: 2_000 },
  slotWrite: { ps: 1_000 },
  lineMove: { ps: 20_000 },
  copy: { ps: 100 },
  map: { ps: 14_000 },
  packet: { ps: 586_000 },
  treeFixed: { ps: 183_000 },
  treeStep: { ps: 15_000 },
  treeFind: { ps: 80_000 },
  treeFindFull: { ps: 135_000 },
  treeFree: { ps: 51_000 },
  magazineGet: { ps: 32_000 },
  magazinePut: { ps: 19_000 },
  depotSwap: { ps: 20_000 },
  ptMap: { ps: 190_000 },
  ptUnmap: { ps: 141_000 },
  ptNext: { ps: 3_000 },
  ptPage: { ps: 161_000 },
  ptMapSnooped: { ps: 101_000 },
  ptUnmapSnooped: { ps: 52_000 },
  ptLookup: { ps: 5_000 },
  invQueue: { ps: 290_000 },
  invWait: { ps: 396_000 },
  invNext: { ps: 20_000 },
  flushQueue: { ps: 61_000 },
} as const satisfies Record<string, Price>

/** Hypercalls take at most this many TCEs. */
export const TCES_PER_CALL = 512

/** Hypercalls that write `tces` table entries; 0 for none. */
function tableCalls(tces: number): number {
  return tces <= 1 ? tces : Math.ceil(tces / TCES_PER_CALL)
}

/** Price in ps of writing `tces` table entries by hypercalls. */
export function tablePs(tces: number): number {
  if (tces <= 1) return tces * PRICES.tceCall.ps
  const calls = tableCalls(tces)
  return calls * PRICES.tceCall.ps + (tces - calls) * PRICES.tceNext.ps
}

/** Price in ps of the page-table entries that an operation set or cleared in so many calls of the driver, and of the
 *  table pages it allocated. `snooped`: the IOMMU sees the caches of the CPU. */
export function ptPs(
  { tceWrites, tableCalls, tablePages }: { tceWrites: number; tableCalls: number; tablePages: number },
  set: boolean,
  snooped: boolean,
): number {
  if (tableCalls === 0) return 0
  const first = set ? (snooped ? PRICES.ptMapSnooped : PRICES.ptMap) : snooped ? PRICES.ptUnmapSnooped : PRICES.ptUnmap
  const further = Math.max(0, tceWrites - tableCalls)
  return tableCalls * first.ps + further * PRICES.ptNext.ps + tablePages * PRICES.ptPage.ps
}
