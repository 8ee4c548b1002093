// What work costs in simulated time. Mechanisms count work; only the prices below may be tuned. Each price names the
// publication it comes from or says that it is assumed. Prices are picoseconds, so that sums stay integers; an
// operation is rounded to nanoseconds once.

export interface Price {
  readonly ps: number
  readonly what: string
  /** A publication, or the word `assumed`. */
  readonly source: string
}

export const PRICES = {
  lock: { ps: 20_000, what: 'taking an uncontended lock: one cache line moves', source: 'assumed' },
  handover: {
    ps: 17_500,
    what: 'passing a lock on, for each CPU that waits',
    source: 'fitted to the SMMUv3 command queue figures of linux-iommu, 2020 (8, 16 and 64 CPUs)',
  },
  alloc: {
    ps: 32_000,
    what: 'an allocation besides its search: 100 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  free: { ps: 19_000, what: 'giving entries back: 60 cycles', source: 'Malka et al., ASPLOS 2015, table 1' },
  word: { ps: 1_000, what: 'reading one 64-bit word of the bitmap', source: 'assumed' },
  tceCall: { ps: 400_000, what: 'H_PUT_TCE or H_STUFF_TCE: a hypercall and its first TCE', source: 'assumed' },
  tceNext: { ps: 10_000, what: 'each further TCE of the same call', source: 'assumed' },
  virtualMode: {
    ps: 236_000,
    what: 'leaving real mode for a call that is too hard for it: 826 cycles at 3.5 GHz',
    source: 'null hypercall of a KVM guest on POWER8, linuxppc-dev (acd7d8cef015); the clock is assumed',
  },
  wake: {
    ps: 750_000,
    what: 'passing a lock on to a virtual CPU, which its host has put to sleep',
    source: 'fitted to swiotlb=force in a virtual machine, 1 and 4 jobs of 4K reads, linux-iommu 2022',
  },
  slotLook: { ps: 2_000, what: 'looking whether a run of slots begins here', source: 'assumed' },
  slotWrite: { ps: 1_000, what: 'counting one slot anew', source: 'assumed' },
  lineMove: { ps: 20_000, what: 'a cache line that another CPU had last', source: 'assumed' },
  copy: { ps: 100, what: 'copying a byte to or from the bounce pool: 10 GB/s', source: 'assumed' },
  map: { ps: 14_000, what: 'the rest of a map or unmap: 44 cycles', source: 'Malka et al., ASPLOS 2015, table 1' },
  packet: {
    ps: 586_000,
    what: 'the driver and the stack for one packet: 1816 cycles at 3.1 GHz',
    source: 'Malka et al., ASPLOS 2015, figure 7',
  },
  treeFixed: {
    ps: 183_000,
    what: 'allocating from the tree besides the walk: taking the node, putting it in, balancing (568 cycles)',
    source: 'fitted to 20 pairs of Malka et al., FAST 2015, table 2',
  },
  treeStep: {
    ps: 15_000,
    what: 'each move to the neighbour range in a walk: 46 cycles',
    source: 'fitted to 20 pairs of Malka et al., FAST 2015, table 2',
  },
  treeFind: {
    ps: 80_000,
    what: 'finding a range in the tree: 249 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  treeFindFull: {
    ps: 135_000,
    what: 'finding a range in a tree that also holds what is kept free: 418 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1 (strict+)',
  },
  treeFree: {
    ps: 51_000,
    what: 'taking a range out of the tree: 159 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  magazineGet: {
    ps: 32_000,
    what: 'an allocation from a magazine of the CPU: 100 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  magazinePut: {
    ps: 19_000,
    what: 'a range into a magazine of the CPU: 60 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  depotSwap: { ps: 20_000, what: 'a magazine to or from the depot: one cache line moves', source: 'assumed' },
  ptMap: {
    ps: 190_000,
    what: 'writing a page-table entry, with barrier and cache-line flush: 588 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  ptUnmap: {
    ps: 141_000,
    what: 'clearing a page-table entry, with barrier and cache-line flush: 438 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  ptNext: {
    ps: 3_000,
    what: 'each further entry of the same call',
    source: 'dma_map_benchmark figures of linux-iommu, 2021 (SMMUv3)',
  },
  ptPage: { ps: 161_000, what: 'a new table page: allocated and zeroed, 500 cycles', source: 'assumed' },
  ptMapSnooped: {
    ps: 101_000,
    what: 'the same where the IOMMU sees the caches of the CPU: 275 cycles less, no cache-line flush',
    source: 'Malka et al., ASPLOS 2015, section 5.2',
  },
  ptUnmapSnooped: {
    ps: 52_000,
    what: 'clearing an entry where the IOMMU sees the caches of the CPU: 275 cycles less',
    source: 'Malka et al., ASPLOS 2015, section 5.2',
  },
  ptLookup: { ps: 5_000, what: 'reading one table entry to find out a page size: a cache hit', source: 'assumed' },
  invQueue: {
    ps: 290_000,
    what: 'handing an invalidation to the queue of the IOMMU, under its lock',
    source: 'fitted to the SMMUv3 command queue figures of linux-iommu, 2020 (8, 16 and 64 CPUs)',
  },
  invWait: {
    ps: 396_000,
    what: 'the rest of an invalidation and the wait for it: 2127 cycles with the queue',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  invNext: { ps: 20_000, what: 'each further command of the same submission', source: 'assumed' },
  flushQueue: {
    ps: 61_000,
    what: 'putting a range into the flush queue: 190 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
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
