// What people ask of TCE windows: see asked.ts.

import type { Asked } from './asked.ts'

export const askedTce: Readonly<Record<string, Asked>> = {
  'frames-64k': {
    first: [
      'window full',
      'DMA window exhausted',
      'iommu_alloc failed',
      '64K pages',
      '1500-byte packet',
      'internal fragmentation',
      'wasted space',
      'TCE',
      'frame',
      'refused',
    ],
    asks: [
      'how many 1500-byte packets can be mapped at once',
      'why does my network card fail on a 64K kernel',
      'why is the DMA window full',
      'what is a TCE',
      'what is an IOMMU for',
      'why does mapping fail with memory left',
      'one packet, one 64 K page',
      'which fraction of each lit cell is packet',
      'what happens when the window is full',
      'where do I start',
    ],
    also: 'window ran out of space exhausted receive ring MTU standard ethernet packets small buffer large page waste rounding slack POWER ppc64 bug 2006 Herrenschmidt Vepstas first start beginner Little’s law DMA_MAPPING_ERROR iommu_range_alloc',
  },
  'frames-4k': {
    first: ['4K pages', '4K IOMMU pages', 'smaller IOMMU page', 'the patch of 2006', 'TCE table memory'],
    asks: [
      'what if only the IOMMU used 4 K pages',
      'which change costs memory for tables, which costs IOTLB reach',
      'why do smaller IOMMU pages help',
      'how did the patch of 2006 fix iommu_alloc failed',
      'what does a smaller page size cost',
    ],
    also: 'fix patched kernel CPU page independent of IOMMU page size it_page_shift more TCEs table pages',
  },
  pools: {
    first: ['pools', 'four pools', 'iommu_pool', 'pool hint', 'hash of the CPU', 'spill', 'pool full, spilling'],
    asks: [
      'how are CPUs kept apart in one window',
      'why is the window cut into four pools',
      'what is the large pool',
      'what happens when a pool is full',
    ],
    also: 'large pool large_pool IOMMU_NR_POOLS 2012 greedy queue bands neighbour fall back fallback iommu_hash lock contention POWER',
  },
  halves: {
    first: ['halves', 'two regions', 'large region', 'half point', 'it_halfpoint', 'scatter-gather disk', 'npages 10'],
    asks: [
      'where do large requests go',
      'why are small and large requests kept apart',
      'what did the allocator of 2006 do',
      'why does a disk run out of DMA space',
    ],
    also: 'it_largehint 2.6 2004 three quarters disk SCSI lpfc storage request of 16 pages scatterlist external fragmentation spill',
  },
  pinhole: {
    first: ['tiny window', 'small window', 'window of 1 MiB', 'smallest example', '256 entries'],
    asks: [
      'what happens in a very small window',
      'what is the smallest window that fails',
      'how large must a window be',
    ],
    also: 'toy simple ring of 256 three buffers too many minimal',
  },
  'per-table': {
    first: ['page size per table', 'per-device page size', 'different page sizes', 'table per device'],
    asks: [
      'can each device have a page size of its own',
      'what if every table chose its page size',
      'what was the first idea of Herrenschmidt',
    ],
    also: 'idea 1 own table iommu_table_group two devices network and storage adapter',
  },
  'fine-coarse': {
    first: ['fine and coarse', 'two page sizes in one window', 'split window', 'mixed page sizes', 'granule'],
    asks: [
      'can one window have small and large pages',
      'what if the window were split into 4K and 64K parts',
      'what was the idea of 2006 that never shipped',
    ],
    also: 'idea 2 coarse part fine part quarter never merged proposal',
  },
  'one-size': {
    first: ['one page size', 'one size', 'one size for all', 'single page size'],
    asks: ['what does one page size for everything cost', 'frames and disk requests in the same window'],
    also: 'compare with fine and coarse uniform page NIC and disk share',
  },
  jumbo: {
    first: ['jumbo frames', 'jumbo', 'MTU 9000', '9000 bytes', 'large MTU'],
    asks: [
      'do jumbo frames help',
      'how much of a page does a 9000-byte frame fill',
      'what does MTU 9000 do to the window',
    ],
    also: '9K ethernet frames mtu large frames',
  },
  tso: {
    first: ['TSO', 'segmentation offload', 'transmit', 'GSO', 'large send offload', 'NETIF_F_TSO', 'tx'],
    asks: [
      'does TSO save DMA mappings',
      'what does segmentation offload do to the IOMMU',
      'how many TCEs does sending take',
      'why can no packet be sent',
    ],
    also: 'LSO TCP send sending packets skb_headlen fragments skb_frag_t linear part netif_tx_stop_queue transmit queue',
  },
  'two-ports': {
    first: ['two ports', 'dual port', 'shared window', 'shared table', 'noisy neighbour', 'starvation', 'starve'],
    asks: [
      'can one device starve another',
      'what happens when two devices share a window',
      'why does the second port get no buffers',
      'why does my other network card lose packets',
    ],
    also: 'starve starves starved dual-port adapter two cards share one table IOMMU group unfair neighbour eth1 missed frames dropped',
  },
  'real-1mib': {
    first: [
      'Linux 6.1',
      'e1000e',
      'Rx DMA map failed',
      'iommu_map_page callbacks suppressed',
      'ppc_iommu_map_sg callbacks suppressed',
      'printk ratelimit',
      'today on POWER9',
    ],
    asks: [
      'does the failure of 2006 still happen today',
      'what does Linux print today when the window is full',
      'why does e1000e say Rx DMA map failed',
      'what are callbacks suppressed',
    ],
    also: 'POWER9 QEMU pseries emulated NVMe rings hashed pointers messages suppressed disable_ddw modern kernel',
  },
  'real-boot': {
    first: ['recording', 'trace', 'real boot', 'real trace', 'QEMU trace', 'spapr_iommu', 'replay', 'prediction'],
    asks: [
      'does the simulation match a real kernel',
      'can I play a trace of a real machine',
      'how do I know that this is right',
      'what does Linux map while it boots',
    ],
    also: 'recorded H_PUT_TCE spapr_iommu_pci_put spapr_iommu_pci_indirect spapr_iommu_pci_stuff liobn ioba verify accuracy foretold LIOBN ping vectors evidence',
  },
}
