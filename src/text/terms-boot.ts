// Terms of 2009, a machine that comes up without its IOMMU, and bounce buffers: see terms.ts.

import type { Term } from './term.ts'

export const bootTerms: readonly Term[] = [
  {
    term: 'firmware',
    says: 'What runs before the kernel and describes the machine to it, its IOMMU included.',
    preset: 'iommu-fails',
    also: 'BIOS, DMAR table, IVRS',
  },
  {
    term: 'early, mid and late',
    says: 'Before, while and after the boot allocator hands memory over: a large block in one piece is only to be had early.',
    kernel: ['pci_iommu_alloc', 'pci_iommu_init'],
    preset: 'late-4mb',
    also: 'early, mid, late, boot phase',
  },
  {
    term: 'boot allocator',
    says: 'What hands out memory while the kernel starts, in pieces of any size.',
    preset: 'give-back',
    also: 'bootmem, memblock',
  },
  {
    term: 'page allocator',
    says: 'What hands out memory afterwards, in powers of two of pages with a largest one: 4 MiB on a PC.',
    kernel: ['MAX_PAGE_ORDER'],
    preset: 'late-4mb',
    also: 'buddy allocator, MAX_ORDER',
  },
  {
    term: 'backend',
    says: 'What answers when a driver maps a buffer: the IOMMU, the bounce pool, or nothing but the address itself.',
    kernel: ['dma_ops'],
    preset: 'iommu-fails',
    also: 'nommu, direct',
  },
  {
    term: 'panic',
    says: 'The kernel stops for good: one of the ways out that were weighed in 2009.',
    preset: 'panic',
  },
  {
    term: 'give back',
    says: 'To return the memory reserved for bouncing, because the IOMMU works.',
    preset: 'give-back',
  },
  {
    term: 'swiotlb',
    says: 'The kernel’s software that bounces buffers, and the pool that it does so with.',
    kernel: ['io_tlb_mem', 'swiotlb='],
    preset: 'bounce-load',
    also: 'software IO TLB, SW-IOMMU',
  },
  {
    term: 'bounce',
    says: 'To copy a buffer that a device does not reach to one that it does, and back.',
    kernel: ['swiotlb_bounce'],
    preset: 'bounce-load',
    also: 'bounce buffer, bouncing, copied',
  },
  {
    term: 'bounce pool',
    says: 'Memory below 4 GiB that is set aside for bouncing, 64 MiB by default.',
    kernel: ['io_tlb_mem'],
    preset: 'full-but-empty',
    also: 'pool',
  },
  {
    term: 'slot',
    says: 'A piece of the bounce pool, 2 KiB.',
    kernel: ['IO_TLB_SIZE'],
    preset: 'slot-leak',
  },
  {
    term: 'slot set',
    says: '128 slots: no request gets more in one piece, so none above 256 KiB ever fits.',
    kernel: ['IO_TLB_SEGSIZE'],
    preset: 'full-but-empty',
    also: 'segment',
  },
  {
    term: 'area',
    says: 'A part of the bounce pool with a lock of its own, so that CPUs do not wait for each other.',
    kernel: ['struct io_tlb_area'],
    preset: 'areas',
  },
  {
    term: 'sync',
    says: 'To hand a buffer that stays mapped to the CPU and back to the device; where it bounces, it is copied.',
    kernel: ['dma_sync_single_for_cpu', 'swiotlb_sync_single_for_cpu'],
    preset: 'bounce-load',
  },
  {
    term: 'alignment kept',
    says: 'The low bits of its address that a bounced buffer must keep, as some disks ask.',
    kernel: ['dma_parms->min_align_mask'],
    preset: 'full-but-empty',
    also: 'min_align_mask',
  },
  {
    term: 'leak',
    says: 'A driver forgets to unmap: what it was given is never free again.',
    preset: 'slot-leak',
    also: 'forgotten unmap',
  },
  {
    term: 'confidential guest',
    says: 'A virtual machine whose memory is encrypted, so that all that devices read or write goes through the bounce pool.',
    preset: 'one-area',
    also: 'SEV, TDX, encrypted, confidential computing',
  },
]
