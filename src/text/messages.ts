// Messages of kernels, QEMU and drivers, by the preset that shows what they mean. `says` is what such a line holds whatever
// its numbers, addresses and devices are; `…` stands for those. Forms: spec/FORMATS.md, spec/FACTS.md.

/** Which preset shows a message: one; or what stands for each `…` decides, and whether a device stands before it. */
export type Shows = string | ((said: readonly string[], device: boolean) => string)

export interface Message {
  readonly says: string
  readonly shows: Shows
}

/** 128 slots of 2 KiB: what no request can be larger than. */
const LARGEST_BOUNCE = 262_144

/** The same message for three causes: too large, used up, not a run of them left. */
const fullPool: Shows = ([bytes, total, used]) => {
  if (Number(bytes) > LARGEST_BOUNCE) return 'full-but-empty'
  return total === '0' ? 'nommu' : Number(used) * 2 > Number(total) ? 'slot-leak' : 'full-but-empty'
}

const faults = 'partial-unmap'
const of = (shows: Shows, ...lines: readonly string[]): Message[] => lines.map((says) => ({ says, shows }))

const complaints: readonly Message[] = [
  // POWER: windows of TCEs.
  ...of(
    (said, device) => (device ? 'real-1mib' : Number(said[2]) >= 10 ? 'halves' : 'frames-64k'),
    'iommu_alloc failed, tbl … vaddr … npages …',
  ),
  ...of((_, device) => (device ? 'real-1mib' : 'frames-64k'), 'iommu_alloc failed'),
  ...of('real-1mib', 'iommu_map_page: … callbacks suppressed', 'ppc_iommu_map_sg: … callbacks suppressed'),
  ...of('real-1mib', 'Rx DMA map failed', 'Tx DMA map failed', 'DMA map failed'),
  ...of('frames-64k', 'DMA mapping error', 'DMA mapping failed', 'dma_map_single failed', 'failed to map DMA buffer'),
  ...of('halves', 'printk: … messages suppressed'),
  ...of('default-window', 'ibm,query-pe-dma-windows… returned -', 'ibm,create-pe-dma-window… returned -'),
  ...of('ddw-indirect', "can't map partition max", 'direct mapping: 0'),
  ...of('ddw-indirect', 'Skipping ibm,pmemory', 'failed to map DMA window'),
  ...of('default-window', 'failed to create DMA window'),
  ...of('nvlink-on-demand', 'Setting up window#'),
  ...of('real-mode', 'H_TOO_HARD', 'kvmppc_rm_h_put_tce'),
  ...of('real-boot', 'spapr_iommu_pci_put', 'spapr_iommu_pci_indirect', 'spapr_iommu_pci_stuff', 'spapr_iommu_put'),
  ...of('real-boot', 'spapr_iommu_new_table', 'spapr_iommu_'),
  ...of('nvlink-flat', 'no table (-'),
  // Bounce buffers.
  ...of(fullPool, 'swiotlb buffer is full (sz: … bytes), total … (slots), used …'),
  ...of('full-but-empty', 'swiotlb buffer is full'),
  ...of('full-but-empty', 'swiotlb: coherent allocation failed for device', 'coherent allocation failed'),
  ...of('late-4mb', 'Out of SW-IOMMU space for', 'Warning: only able to allocate … MB for software IO TLB'),
  ...of('late-4mb', 'only able to allocate', 'software IO TLB: Cannot allocate buffer', 'Cannot allocate buffer'),
  ...of('late-4mb', 'swiotlb_init_late', 'Failed to allocate … bytes tlb structure', 'software IO TLB: No low mem'),
  ...of(
    'panic',
    'Cannot allocate SWIOTLB buffer',
    "Can't allocate SWIOTLB",
    'Kernel panic - not syncing: Cannot allocate',
  ),
  ...of('panic', "Can't allocate"),
  ...of('slot-leak', 'swiotlb_tbl_map_single: … callbacks suppressed', '__ratelimit: … callbacks suppressed'),
  ...of('slot-leak', 'device driver has pending DMA allocations', 'DMA-API: … device driver'),
  ...of('nommu', 'parse DMAR table failure', 'Cannot get a valid agaw for iommu'),
  ...of('nommu', 'nommu_map_single: overflow', 'nommu_map_sg: overflow', 'overflow … of DMA mask', 'of device mask'),
  ...of('nommu', 'DMA addr … overflow (mask', 'swiotlb addr … overflow (mask'),
  ...of(
    'one-area',
    'Memory encryption is active and system is using DMA bounce buffers',
    'Memory Encryption Features active',
  ),
  ...of('one-area', 'Secure Encrypted Virtualization (SEV) active'),
  ...of('bounce-load', 'swiotlb_bounced: dev_name', 'dev_name: … dma_mask='),
  // How the machine came up.
  ...of('iommu-fails', 'No supported address widths'),
  ...of(
    'iommu-fails',
    'Not attempting DMA translation',
    'IVRS invalid checksum',
    'Your BIOS is broken',
    'returns all ones',
  ),
  ...of('iommu-fails', '[Firmware Bug]', 'Device scope device … not found', 'IOMMU not available', 'IOMMU not enabled'),
  ...of('iommu-fails', 'failed to enable DMAR', 'IOMMU driver was not able to', 'disabled due to'),
  ...of('nommu', 'PCI-DMA: Disabling IOMMU', 'PCI-DMA: More than 4GB of RAM and no IOMMU'),
  ...of('frames-64k', 'Out of IOMMU space for'),
  ...of('pinhole', 'aperture too small', 'of IOMMU area in the AGP aperture'),
  ...of('iommu-fails', 'Please enable the IOMMU option in the BIOS'),
  ...of(
    'strict',
    'IOMMU batching is disabled',
    'Completion-Wait loop timed out',
    'IOTLB_INV_TIMEOUT',
    'CMD_SYNC timeout',
  ),
  ...of('strict', 'qi_submit: ', 'DMAR: QI wait', 'inv_wait dmar', 'Invalidation Time-out'),
  ...of('mask-32', 'No suitable DMA available', 'No usable DMA configuration', '32-bit DMA'),
  ...of(
    'mask-32',
    'IOVA allocation failed',
    'Allocating … iova for … failed',
    'failed to set DMA mask',
    'set 64-bit DMA',
  ),
  // Faults.
  ...of('untrusted-device', '[DMA Write', 'DMA Write NO_PASID', 'PTE Write access is not set'),
  ...of(
    faults,
    '[DMA Read',
    'DMA Read NO_PASID',
    'PTE Read access is not set',
    'fault addr',
    'handling fault status reg',
  ),
  ...of(faults, 'dmar_fault: … callbacks suppressed', 'Present bit in', 'IO_PAGE_FAULT', 'Unhandled context fault'),
  ...of(
    faults,
    'arm_smmu_context_fault',
    'F_TRANSLATION',
    'F_PERMISSION',
    'event 0x10 received',
    'io_page_fault: IOMMU',
  ),
  ...of(
    faults,
    'AMD-Vi: Event logged',
    'Request device [',
    'INTR-REMAP',
    'F_ADDR_SIZE',
    'F_ACCESS',
    'smmuv3_translate_abort',
  ),
  ...of(faults, 'table entries for IOVA', 'ILLEGAL_DEV_TABLE_ENTRY', 'vtd_dmar_fault'),
  ...of('exact-size-flush', 'smmuv3_cmdq_opcode', 'vtd_inv_desc_iotlb', 'iotlb_inv dmar'),
  ...of('iotlb-wall', 'vtd_iotlb_page_hit', 'vtd_iotlb_page_update'),
  // Guests and user space.
  ...of(
    'vfio-guest',
    'VFIO_MAP_DMA failed',
    'vfio_dma_map',
    'VFIO_IOMMU_MAP_DMA',
    'vfio_pin',
    'RLIMIT_MEMLOCK',
    'vfio-pci',
  ),
  ...of('hypervisor-2011', 'is not sufficient for the mapped address', 'cannot set up guest memory', 'pkvm_domain_map'),
  ...of('nvlink-flat', 'not addressable'),
  // Stacks and profiles.
  ...of('one-lock', 'native_queued_spin_lock_slowpath', 'hard LOCKUP', 'soft lockup', '_raw_spin_lock_irqsave'),
  ...of('linear-wall', '__alloc_and_insert_iova_range', 'rb_prev'),
  ...of('magazines', 'iova_magazine', 'free_iova_fast', 'alloc_iova_fast', 'iova_rcache', 'iommu_iova', 'iova_depot'),
  ...of('one-lock', 'alloc_iova'),
  ...of('batched', 'fq_ring_free', 'fq_flush_timeout', 'queue_iova', 'iommu_dma_unmap'),
  ...of('splitting', 'pgsize', 'unmapped: iova'),
  // The lab's own.
  ...of('untrusted-device', 'still reaches … unmapped'),
  ...of('never', 'and the IOTLB leads it to the page that this meant before'),
  ...of('vfio-guest', 'the addresses lie outside of the window'),
  ...of('nvlink-flat', 'there is no table'),
  ...of('pools', 'pool … full, spilling to pool'),
  ...of('halves', 'large region full, spilling to small region'),
  ...of('frames-64k', 'small pool full, spilling to large pool', 'no buffer posted'),
  ...of('real-1mib', 'large pool full, spilling to small pool', 'packet not mapped'),
  ...of('slot-leak', 'area … full, spilling to area'),
  ...of('ddw-direct', 'Bypass: bus address = address + base of the window'),
  ...of('default-window', 'Each buffer is mapped in the default window'),
  ...of('ddw-indirect', 'Each buffer is mapped in the table of the dynamic window'),
  ...of('real-boot', 'the kernel empties the table'),
]

/** What is said when nothing is wrong. */
const news: readonly Message[] = [
  ...of('ddw-direct', 'ibm,query-pe-dma-windows', 'ibm,create-pe-dma-window', 'ibm,remove-pe-dma-window'),
  ...of('ddw-direct', 'ibm,reset-pe-dma-windows', 'created tce table LIOBN', 'lsa_required', 'direct mapping: 1'),
  ...of('ddw-direct', 'Using 64-bit direct DMA at offset', 'direct DMA is limited by', 'bypass mask'),
  ...of('ddw-direct', 'Using 64-bit DMA iommu bypass', 'Enabling 64-bit DMA bypass'),
  ...of('default-window', 'ppc iommu: disabling ddw', 'IOMMU bypass window disabled'),
  ...of('bounce-load', 'PCI-DMA: Using software bounce buffering', 'Using software bounce buffering for IO'),
  ...of('late-4mb', 'software IO TLB at phys', 'MB software IO TLB between'),
  ...of('give-back', 'Virtualization Technology for Directed I/O', 'Enabling DMAR', 'DMAR: IOMMU enabled'),
  ...of('mask-32', 'Using 64-bit DMA addresses'),
]

/** What a machine says whenever it comes up: of its policy, of its bounce pool, and of its hardware. */
const policies: readonly Message[] = [
  ...of('batched', 'TLB invalidation policy: lazy', 'Default domain type: Translated'),
  ...of('strict', 'TLB invalidation policy: strict', 'Using strict mode due to virtualization'),
  ...of('strict', 'IOMMU batching disallowed'),
  ...of('bounce-load', 'Default domain type: Passthrough'),
]
const pools: readonly Message[] = [
  ...of('bounce-load', 'software IO TLB: mapped [mem', 'SWIOTLB bounce buffer size adjusted to'),
  ...of('areas', 'software IO TLB: area num', 'SWIOTLB bounce buffer size roundup to'),
]
const hardware: readonly Message[] = of(
  'iommu-fails',
  ...['DMAR: Host address width', 'DMAR: DRHD base', 'DMAR: RMRR base', 'reg_base_addr', 'No ATSR found'],
)

/** Of a text that holds several, one of the first list that has any decides. */
export const messages: readonly (readonly Message[])[] = [complaints, news, policies, pools, hardware]
