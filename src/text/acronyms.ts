// What acronyms stand for. Spelled out where a view or a text uses one first; the sentence about each is in terms.ts.

export const acronyms: Readonly<Record<string, string>> = {
  AM: 'address mask',
  'AMD-Vi': 'AMD’s I/O virtualisation technology',
  API: 'application programming interface',
  BIOS: 'basic input/output system',
  CPU: 'central processing unit',
  DAC: 'dual address cycle',
  DDW: 'dynamic DMA window',
  DMA: 'direct memory access',
  DMAR: 'DMA remapping',
  DPDK: 'data plane development kit',
  DSI: 'domain-selective invalidation',
  FQ: 'flush queue',
  GPU: 'graphics processing unit',
  GSO: 'generic segmentation offload',
  hcall: 'hypervisor call',
  IH: 'invalidation hint',
  'I/O': 'input and output',
  IOMMU: 'I/O memory management unit',
  IOPS: 'I/O operations per second',
  IOTLB: 'I/O translation lookaside buffer',
  IOVA: 'I/O virtual address',
  IVRS: 'I/O virtualisation reporting structure',
  KVM: 'kernel-based virtual machine',
  LIOBN: 'logical I/O bus number',
  LPAR: 'logical partition',
  LSO: 'large send offload',
  MMU: 'memory management unit',
  MTU: 'maximum transmission unit',
  NVMe: 'non-volatile memory express',
  PCI: 'peripheral component interconnect',
  PE: 'partitionable endpoint',
  PPSI: 'PASID-based page-selective invalidation',
  PSI: 'page-selective invalidation',
  PTE: 'page table entry',
  QEMU: 'quick emulator',
  RAM: 'random-access memory',
  RTAS: 'run-time abstraction services',
  SAC: 'single address cycle',
  SEV: 'secure encrypted virtualisation',
  SMMU: 'system memory management unit',
  'SR-IOV': 'single-root I/O virtualisation',
  SSD: 'solid-state disk',
  swiotlb: 'software I/O translation lookaside buffer',
  TCE: 'translation control entry',
  TCP: 'transmission control protocol',
  TDX: 'trust domain extensions',
  TLB: 'translation lookaside buffer',
  TLBI: 'TLB invalidation',
  TSO: 'TCP segmentation offload',
  VF: 'virtual function',
  VFIO: 'virtual function I/O',
  'VT-d': 'virtualisation technology for directed I/O',
}

/** Acronyms, plural ones too: `TCEs`, `2 VFs`, but no part of a word or of a kernel's symbol. */
const SPELLED = new RegExp(
  `(?<![\\w/_-])(${Object.keys(acronyms)
    .sort((a, b) => b.length - a.length)
    .join('|')})(s?)(?![\\w/_-])`,
  'g',
)

/** The acronyms of a text in the order of their first use. */
export function acronymsIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(SPELLED), ([, acronym = '']) => acronym))]
}
