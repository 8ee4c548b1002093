// Terms of 2006, windows of TCEs: see terms.ts.

import type { Term } from './term.ts'

export const tceTerms: readonly Term[] = [
  {
    term: 'DMA window',
    says: 'The range of addresses that a device may use; when it is full, nothing more can be mapped.',
    kernel: ['struct iommu_table'],
    preset: 'frames-64k',
    also: 'window',
  },
  {
    term: 'TCE',
    says: 'An entry of POWER’s table: it leads one page of the window to a page of memory, and says whether it may be read or written.',
    kernel: ['TCE_PCI_READ', 'TCE_PCI_WRITE'],
    preset: 'frames-64k',
    also: 'entry',
  },
  {
    term: 'TCE table',
    says: 'The table that the hardware walks, eight bytes for each page of the window.',
    kernel: ['it_base'],
    preset: 'frames-4k',
  },
  {
    term: 'IOMMU page',
    says: 'The smallest piece that can be opened to a device; a smaller buffer opens the rest of it, too.',
    kernel: ['it_page_shift'],
    preset: 'frames-4k',
    also: 'page size',
  },
  {
    term: 'CPU page',
    says: 'The kernel’s own page, 4K or 64K: since 2006 that of the IOMMU need not be as large.',
    preset: 'frames-4k',
    also: '64K kernel',
  },
  {
    term: 'offset',
    says: 'The bus address at which a window begins.',
    kernel: ['it_offset'],
    preset: 'default-window',
  },
  {
    term: 'pool',
    says: 'A part of the window that some CPUs search first, with a lock of its own, so that they do not wait for each other.',
    kernel: ['struct iommu_pool'],
    preset: 'pools',
  },
  {
    term: 'large pool',
    says: 'The last quarter of the window, where requests of more than 15 pages are tried first.',
    kernel: ['large_pool'],
    preset: 'real-1mib',
  },
  {
    term: 'half point',
    says: 'Where the part for large requests began before there were pools, at three quarters of the window.',
    kernel: ['it_halfpoint'],
    preset: 'halves',
    also: 'halves, region',
  },
  {
    term: 'spill',
    says: 'A request that finds its own part full and is served from another one.',
    preset: 'pools',
    also: 'fallback',
  },
  {
    term: 'hint',
    says: 'Where the next search begins: just behind the address that was handed out last.',
    kernel: ['it_hint', 'it_largehint', 'pool->hint'],
    preset: 'pools',
  },
  {
    term: 'block',
    says: 'Entries that share a cache line: small requests move on by whole blocks.',
    kernel: ['it_blocksize'],
    preset: 'halves',
  },
  {
    term: 'pass',
    says: 'One more search for the same request, from the start or in the next pool.',
    kernel: ['pass'],
    preset: 'pools',
  },
  {
    term: 'boundary',
    says: 'An address that no mapping may lie across.',
    kernel: ['dma_get_seg_boundary'],
    preset: 'halves',
  },
  {
    term: 'fine and coarse',
    says: 'Small pages for small buffers and pages of 16 for large ones in the same window: an idea of 2006 that never shipped.',
    preset: 'fine-coarse',
    also: 'fine, coarse, granule, mixed',
  },
  {
    term: 'shared table',
    says: 'A device that uses the window and the table of another one.',
    kernel: ['iommu_table_group'],
    preset: 'two-ports',
  },
  {
    term: 'livelock',
    says: 'The search of an old kernel that never came back, its lock held.',
    preset: 'halves',
    also: 'hang',
  },
]
