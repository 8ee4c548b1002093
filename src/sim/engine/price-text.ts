// What each price is of, and where it is taken from: apart from the numbers, which run in the worker.

import type { PRICES } from './cost.ts'

export interface PriceText {
  readonly what: string
  /** A publication, or the word `assumed`. */
  readonly source: string
}

export const PRICE_TEXT: Readonly<Record<keyof typeof PRICES, PriceText>> = {
  lock: {
    what: 'taking an uncontended lock: one cache line moves',
    source: 'assumed',
  },
  handover: {
    what: 'passing a lock on, for each CPU that waits',
    source: 'fitted to the SMMUv3 command queue figures of linux-iommu, 2020 (8, 16 and 64 CPUs)',
  },
  alloc: {
    what: 'an allocation besides its search: 100 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  free: {
    what: 'giving entries back: 60 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  word: {
    what: 'reading one 64-bit word of the bitmap',
    source: 'assumed',
  },
  tceCall: {
    what: 'H_PUT_TCE or H_STUFF_TCE: a hypercall and its first TCE',
    source: 'assumed',
  },
  tceNext: {
    what: 'each further TCE of the same call',
    source: 'assumed',
  },
  virtualMode: {
    what: 'leaving real mode for a call that is too hard for it: 826 cycles at 3.5 GHz',
    source: 'null hypercall of a KVM guest on POWER8, linuxppc-dev (acd7d8cef015); the clock is assumed',
  },
  wake: {
    what: 'passing a lock on to a virtual CPU, which its host has put to sleep',
    source: 'fitted to swiotlb=force in a virtual machine, 1 and 4 jobs of 4K reads, linux-iommu 2022',
  },
  slotLook: {
    what: 'looking whether a run of slots begins here',
    source: 'assumed',
  },
  slotWrite: {
    what: 'counting one slot anew',
    source: 'assumed',
  },
  lineMove: {
    what: 'a cache line that another CPU had last',
    source: 'assumed',
  },
  copy: {
    what: 'copying a byte to or from the bounce pool: 10 GB/s',
    source: 'assumed',
  },
  map: {
    what: 'the rest of a map or unmap: 44 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  packet: {
    what: 'the driver and the stack for one packet: 1816 cycles at 3.1 GHz',
    source: 'Malka et al., ASPLOS 2015, figure 7',
  },
  treeFixed: {
    what: 'allocating from the tree besides the walk: taking the node, putting it in, balancing (568 cycles)',
    source: 'fitted to 20 pairs of Malka et al., FAST 2015, table 2',
  },
  treeStep: {
    what: 'each move to the neighbour range in a walk: 46 cycles',
    source: 'fitted to 20 pairs of Malka et al., FAST 2015, table 2',
  },
  treeFind: {
    what: 'finding a range in the tree: 249 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  treeFindFull: {
    what: 'finding a range in a tree that also holds what is kept free: 418 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1 (strict+)',
  },
  treeFree: {
    what: 'taking a range out of the tree: 159 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  magazineGet: {
    what: 'an allocation from a magazine of the CPU: 100 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  magazinePut: {
    what: 'a range into a magazine of the CPU: 60 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  depotSwap: {
    what: 'a magazine to or from the depot: one cache line moves',
    source: 'assumed',
  },
  ptMap: {
    what: 'writing a page-table entry, with barrier and cache-line flush: 588 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  ptUnmap: {
    what: 'clearing a page-table entry, with barrier and cache-line flush: 438 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  ptNext: {
    what: 'each further entry of the same call',
    source: 'dma_map_benchmark figures of linux-iommu, 2021 (SMMUv3)',
  },
  ptPage: {
    what: 'a new table page: allocated and zeroed, 500 cycles',
    source: 'assumed',
  },
  ptMapSnooped: {
    what: 'the same where the IOMMU sees the caches of the CPU: 275 cycles less, no cache-line flush',
    source: 'Malka et al., ASPLOS 2015, section 5.2',
  },
  ptUnmapSnooped: {
    what: 'clearing an entry where the IOMMU sees the caches of the CPU: 275 cycles less',
    source: 'Malka et al., ASPLOS 2015, section 5.2',
  },
  ptLookup: {
    what: 'reading one table entry to find out a page size: a cache hit',
    source: 'assumed',
  },
  invQueue: {
    what: 'handing an invalidation to the queue of the IOMMU, under its lock',
    source: 'fitted to the SMMUv3 command queue figures of linux-iommu, 2020 (8, 16 and 64 CPUs)',
  },
  invWait: {
    what: 'the rest of an invalidation and the wait for it: 2127 cycles with the queue',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  invNext: {
    what: 'each further command of the same submission',
    source: 'assumed',
  },
  flushQueue: {
    what: 'putting a range into the flush queue: 190 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
}
