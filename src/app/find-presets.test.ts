import { describe, expect, it } from 'vitest'
import { presets } from '../sim/index.ts'
import { asked } from '../text/asked.ts'
import { messages } from '../text/messages.ts'
import { findPresets, lookFor } from './find-presets.ts'

/** Words as people type them, and the preset that each must find first; a second one where that is as good an answer. */
const WORDS = `
lazy → batched
deferred → batched
swiotlb → bounce-load
swiotlb is full → full-but-empty
bounce → bounce-load
bounce buffers → bounce-load
bounced → bounce-load
DDW → ddw-direct
passthrough → ddw-direct
pass-through → ddw-direct
iommu=pt → ddw-direct, bounce-load
IOTLB → iotlb-wall
iotlb misses → iotlb-wall
hugepage → superpages
huge page → superpages
hugepages → superpages
2M page → superpages
SR-IOV → vfs-256
sriov → vfs-256
VFs → vfs-256
thunderbolt → untrusted-device
Thunderbolt dock → untrusted-device
GPU → nvlink-flat
nvlink → nvlink-flat
gpu memory → nvlink-flat
jumbo frames → jumbo
mtu 9000 → jumbo
TSO → tso
tcp segmentation offload → tso
NVMe → nvme-mixed
nvme ssd → nvme-mixed
IOVA cache → magazines
rcache → magazines
magazine → magazines
depot → producer-consumer
spinlock → one-lock
spinlock contention → one-lock
red black tree → one-lock
real mode → real-mode
H_TOO_HARD → real-mode
h_too_hard → real-mode
VFIO → vfio-guest
vfio pinning → vfio-guest
dpdk → vfio-guest
iommu_alloc failed → frames-64k
out of SW-IOMMU space → late-4mb
DMA: Out of SW-IOMMU → late-4mb
confidential VM → one-area
sev-snp → one-area
tdx guest → one-area
virtual machine escape → hypervisor-2011
kernel panic → panic
4GB boundary → mask-32, nommu
32 bit card → mask-32, bounce-load
dma mask → mask-32
superpages → superpages
scatter gather → halves
fragmentation → frames-64k, linear-wall
strict → strict
iommu.strict=0 → batched
iommu.strict=1 → strict
disable_ddw → default-window
LPAR → ddw-direct
hypercalls → default-window
default window → default-window
pinned memory → vfio-guest
memory leak in a driver → slot-leak
Arm SMMU → partial-unmap
misaligned buffer → splitting
raspberry pi → bounce-load
replay a trace → real-boot
jmbo → jumbo
bonce → bounce-load
thunderblot → untrusted-device
2006 → frames-64k
2009 → iommu-fails
2011 → batched, one-lock
2018 → nvlink-flat
2021 → ddw-direct, ddw-indirect
iommu=off → nommu
dma_map_sg → halves
usb dock → untrusted-device
encrypted memory → one-area
page size → frames-4k
`

/** Questions; those of the lessons among them, with their hooks and exits. */
const QUESTIONS = `
is lazy mode dangerous → batched
Is lazy mode dangerous? → batched
how dangerous is deferred flushing → batched
why is swiotlb full → full-but-empty
why is my swiotlb full? → full-but-empty
what is DDW → ddw-direct
what does DDW mean? → ddw-direct
How many 1500-byte packets can be mapped at once? And if only the IOMMU used 4 K pages? → frames-64k, frames-4k
which fraction of each lit cell is packet? → frames-64k
which change costs memory for tables, which costs IOTLB reach? → frames-4k
do we even have a consensus on exactly *when* the IOTLB should be flushed? → batched
When is unmapped really unmapped? → batched
the driver has called unmap. For how long can the device still write to that page? What does each answer cost? → batched
you run untrusted Thunderbolt devices: which mode, and what number convinces you? → untrusted-device
one lock, eight CPUs. What changes if each CPU allocates from its own chunk first? → chunks
what did you trade for the lock? → chunks
the decision to allocate and initialize the swiotlb has long since past → iommu-fails
VT-d initialisation fails late in boot. Which one leaves working DMA, and what does it cost when the IOMMU is fine? → iommu-fails, give-back
The IOMMU did not come up → iommu-fails
swiotlb buffer is full: full? → full-but-empty
why must the map call not sleep, and what does that do to plan 3? → late-4mb
we will allocate TCEs which will never be used → nvlink-whole
Two islands in a 64 TiB sea → nvlink-flat
16 GiB RAM at 0 and 16 GiB of GPU RAM. How much memory for the table? → nvlink-flat
Gibson asks: would vmalloc not give that for free? → nvlink-on-demand
the number of pages (TCEs) may stay the same … and the default DMA window offers only 4k-pages → ddw-indirect
Same number of TCEs, more DMA space → ddw-indirect
the guest is too large to map 1:1. What do you pay per I/O if you map on demand? → ddw-indirect
for your workload, draw the page size where hypercalls and exposure meet → hypervisor-64k
a 1500-byte packet in a 16 M page → hypervisor-64k
can a device starve another one? → two-ports
how do I see what a huge page buys me → superpages
why does mapping not scale → one-lock
why are my buffers copied? → bounce-load
my driver forgot to unmap → slot-leak
what happens without an IOMMU → bounce-load, nommu
how slow is strict mode? → strict
can a guest read another guest’s memory → hypervisor-2011
what if nobody flushes the IOTLB → never
why does the search take so long → linear-wall
where is my 64 MB of RAM → leak-64m
what does each CPU keep in its cache → magazines
swotlb full → full-but-empty
magzines → magazines
thunderbold → untrusted-device
hugepgaes → superpages
`

/** Lines as kernels print them, and as people paste them. */
const LINES = `
iommu_alloc failed, tbl c0000000010d5c48 vaddr c0000000d875eff0 npages 1 → frames-64k
Jan 27 13:51:25 linux kernel: iommu_alloc failed, tbl c0000000010d5c48 vaddr c0000000d875eff0 npages 10 → halves
[  125.105262] e1000e 0000:00:00.0: iommu_alloc failed, tbl 00000000d2ef3a1c vaddr 00000000c5a5e8cc npages 1 → real-1mib
<4>[  125.105262] ppc_iommu_map_sg: 27 callbacks suppressed → real-1mib
printk: 43 messages suppressed. → halves
[   46.291378] bcm2835-dma fe007000.dma-controller: swiotlb buffer is full (sz: 524276 bytes), total 32768 (slots), used 0 (slots) → full-but-empty
swiotlb buffer is full (sz: 524288 bytes), total 32768 (slots), used 4 (slots) → full-but-empty
[689174.139575] sdhci-iproc fe340000.mmc: swiotlb buffer is full (sz: 32768 bytes), total 32768 (slots), used 30824 (slots) → slot-leak
virtio-pci 0000:00:02.0: swiotlb buffer is full (sz: 262144 bytes), total 524288 (slots), used 523564 (slots) → slot-leak
[23813.124991] sdhci-iproc fe340000.emmc2: swiotlb buffer is full (sz: 65536 bytes) → full-but-empty
[ 2229.274826] swiotlb: coherent allocation failed for device 0000:07:00.0 size=2097152 → full-but-empty
kernel: DMA: Out of SW-IOMMU space for 65536 bytes at device 0000:00:1f.2 → late-4mb
Warning: only able to allocate 4 MB for software IO TLB → late-4mb
software IO TLB: Cannot allocate buffer → late-4mb
Kernel panic - not syncing: Cannot allocate SWIOTLB buffer → panic
nommu_map_single: overflow 180000000+1514 of device mask ffffffff → nommu
[    3.1] ahci 0000:00:1f.2: DMA addr 0x0000000140001000+512 overflow (mask ffffffff, bus limit 0). → nommu
[   46.235159] nouveau 0001:01:00.0: swiotlb addr 0x00000010fce00000+4096 overflow (mask ffffffff, bus limit ffffffffff). → nommu
[    0.536774] PCI-DMA: Using software bounce buffering for IO (SWIOTLB) → bounce-load
software IO TLB: mapped [mem 0x000000006e42a000-0x000000007242a000] (64MB) → bounce-load
[    0.573668] software IO TLB: Memory encryption is active and system is using DMA bounce buffers → one-area
software IO TLB: area num 4. → areas
DMAR: dmar0: No supported address widths. Not attempting DMA translation. → iommu-fails
Your BIOS is broken; DMAR reported at address fed64000 returns all ones! → iommu-fails
DMAR: parse DMAR table failure. → nommu
IOMMU not enabled → iommu-fails
[    0.000000] DMAR: IOMMU enabled → give-back
AMD-Vi: [Firmware Bug]: IVRS invalid checksum → iommu-fails
DMAR: Intel(R) Virtualization Technology for Directed I/O → give-back
iommu: DMA domain TLB invalidation policy: lazy mode → batched
Nov 30 12:00:01 host kernel: iommu: DMA domain TLB invalidation policy: strict mode (set via kernel command line) → strict
[ 12.5] DMAR: [DMA Write NO_PASID] Request device [03:00.0] fault addr 0xfffc8000 [fault reason 0x05] PTE Write access is not set → untrusted-device, partial-unmap
DMAR: [DMA Read] Request device [00:02.0] PASID ffffffff fault addr 9c000000 [fault reason 06] PTE Read access is not set → partial-unmap
[  139.513963] DMAR: DRHD: handling fault status reg 3 → partial-unmap
[   40.182570] ath10k_pci 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000d address=0xcff49550 flags=0x0070] → partial-unmap
arm-smmu 5000000.iommu: Unhandled context fault: fsr=0x402, iova=0xff3cf000, fsynr=0x300003, cbfrsynra=0x409, cb=10 → partial-unmap
[   70.386109] arm-smmu-v3 arm-smmu-v3.5.auto: event: F_TRANSLATION client: 0001:06:00.0 sid: 0x20600 ssid: 0x0 iova: 0xff9bc000 ipa: 0x0 → partial-unmap
(XEN) SMMUv3: /smmuv3@9050000: event 0x10 received: → partial-unmap
iommu ivhd0: AMD-Vi: Event logged [IOTLB_INV_TIMEOUT device=01:00.0 address=0x216d8e620] → strict, partial-unmap
AMD-Vi: Completion-Wait loop timed out → strict
[    8.1] e1000e 0000:00:01.0: ibm,query-pe-dma-windows(2026) 0 8000000 20000000 returned 0, lb=40000000 ps=7 wn=1 → ddw-direct
nvme 0014:60:00.0: ibm,create-pe-dma-window(54) 10000 8000000 20000014 10 21 returned 0 (liobn = 0x70000014 starting addr = 8000000 0) → ddw-direct
qla2xxx 0000:01:00.0: Using 64-bit direct DMA at offset 800000000000000 → ddw-direct
mlx5_core 0001:01:00.0: iommu: 64-bit OK but direct DMA is limited by 800000080000000 → ddw-direct
pci 0018:00:00.0: can't map partition max 0x8000000000 with 16777216 65536-sized pages → ddw-indirect
ppc iommu: disabling ddw. → default-window
ibm,query-pe-dma-windows(2026) 0 8000000 20000000 returned -3 → default-window
spapr_iommu_pci_put liobn=0x80000000 ioba=0x1000 tce=0x7fff0003 ret=0 → real-boot
[  976.677123] RIP: 0010:native_queued_spin_lock_slowpath+0x244/0x320 → one-lock
 iommu_dma_alloc_iova+0xa2/0x190 → one-lock
__alloc_and_insert_iova_range+0x1a8 → linear-wall
iommu_iova         79743  80010     64   63    1 : tunables  120   60    8 → magazines
[<ffffffff8231d31e>] free_iova_fast+0x28e/0x4e0 → magazines
xhci_hcd 0000:02:00.0: Using 64-bit DMA addresses → mask-32
VFIO_MAP_DMA failed: Cannot allocate memory → vfio-guest
`

const cases = (text: string): (readonly [query: string, ids: readonly string[]])[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [query = '', ids = ''] = line.split(' → ')
      return [query, ids.split(', ')]
    })

/** What finds something else first, a line each. */
const missed = (all: readonly (readonly [string, readonly string[]])[]): string[] =>
  all.flatMap(([query, ids]) => {
    const found = findPresets(query)
    return ids.includes(found[0] ?? '') ? [] : [`${query} → ${found.slice(0, 3).join(', ') || 'nothing'}, not ${ids}`]
  })

describe('presets are found', () => {
  it('by words', () => {
    expect(cases(WORDS).length + cases(QUESTIONS).length + cases(LINES).length).toBeGreaterThan(160)
    expect(missed(cases(WORDS))).toEqual([])
  })

  it('by questions', () => {
    expect(missed(cases(QUESTIONS))).toEqual([])
  })

  it('by lines of kernels', () => {
    expect(missed(cases(LINES))).toEqual([])
  })

  it('by the first complaint of several lines, pasted with their ends or without', () => {
    const lines = [
      '[    0.000000] Linux version 6.12.0',
      '[    0.1] DMAR: Host address width 39',
      '[    9.2] nvme0: swiotlb buffer is full (sz: 1048576 bytes), total 32768 (slots), used 4 (slots)',
      '[    9.3] iommu_alloc failed, tbl c0000000010d5c48 vaddr c0000000d875eff0 npages 1',
    ]
    for (const between of ['\n', '\r\n', '', ' ']) expect(findPresets(lines.join(between))[0]).toBe('full-but-empty')
  })

  it('by the refusal among the windows that a log tells of', () => {
    const log = `nvme 0121:50:00.0: ibm,query-pe-dma-windows(53) 500000 8000000 20000121 returned 0, lb=1000000 ps=3 wn=1
      nvme 0121:50:00.0: can't map partition max 0x8000000000000 with 16777216 65536-sized pages`
    expect(findPresets(log)[0]).toBe('ddw-indirect')
  })

  it('at the end of a whole log', () => {
    const line = '[    1.000000] usb 1-1: quite unheard-of device number 7 said wibble wobble\n'
    const end = 'DMAR: [DMA Read NO_PASID] Request device [00:1e.3] fault addr 0xffffa000'
    expect(findPresets(line.repeat(1000) + end)[0]).toBe('partial-unmap')
  })

  it('while the words are typed, and never by another word with the same letters', () => {
    for (const typed of ['swi', 'swiot', 'swiotlb', 'SWIOTLB']) {
      expect(findPresets(typed).slice(0, 3)).not.toContain('strict')
      expect(findPresets(typed)[0]).toMatch(/bounce-load|late-4mb/)
    }
  })

  it('by nothing that nobody knows of, and by no word that stands everywhere', () => {
    const nothing = [
      '',
      ' ',
      'the',
      'why is it',
      'pizza',
      'best football club',
      'how do I bake bread',
      '0x7fff1234',
      '42',
    ]
    expect(nothing.flatMap((query) => findPresets(query))).toEqual([])
  })
})

describe('what was found', () => {
  it('is a strong few, and then what has some of the words', () => {
    for (const query of ['iommu=pt', 'IOMMU', 'swiotlb', 'DMA', 'huge pages', 'is lazy mode dangerous?']) {
      const { ids, near } = lookFor(query)
      expect(near, query).toBeLessThan(7)
      expect(ids.length, query).toBeGreaterThan(near)
    }
    const few = (query: string) => lookFor(query).ids.slice(0, lookFor(query).near)
    expect(few('is lazy mode dangerous?')).toEqual(['batched'])
    expect(few('swiotlb')).toEqual(expect.arrayContaining(['full-but-empty', 'late-4mb', 'slot-leak']))
  })

  it('by a message is what it says, whatever else has its words', () => {
    const failed = 'iommu_alloc failed, tbl c0000000010d5c48 vaddr c0000000d875eff0 npages 1'
    expect(lookFor(failed)).toMatchObject({ near: 1 })
    const both = `DMAR: dmar0: Using lazy mode\n${failed}\niommu: DMA domain TLB invalidation policy: lazy mode`
    expect(lookFor(both).ids.slice(0, 2)).toEqual(['frames-64k', 'batched'])
  })

  it('is the same whatever accents and capitals the words have', () => {
    for (const [odd, plain] of [
      ['lázy mödé', 'lazy mode'],
      ['SWÏOTLB ìs füll', 'swiotlb is full'],
    ] as const)
      expect(lookFor(odd)).toEqual(lookFor(plain))
  })
})

describe('what is asked of presets', () => {
  it('is there for each of them, and for no other', () => {
    expect(Object.keys(asked).sort()).toEqual(presets.map(({ id }) => id).sort())
    for (const { first, asks } of Object.values(asked)) {
      expect(first.length).toBeGreaterThan(2)
      expect(asks.length).toBeGreaterThan(1)
    }
  })

  it('finds the preset that it is asked of, and means no second one', () => {
    const all = Object.entries(asked).flatMap(([id, { first, asks }]) =>
      [...new Set([id, ...first, ...asks].map((said) => said.toLowerCase()))].map((said) => [said, [id]] as const),
    )
    expect(missed(all)).toEqual([])
    expect(new Set(all.map(([said]) => said)).size).toBe(all.length)
  })

  it('leads from every message to a preset that there is', () => {
    const ids = new Set(presets.map(({ id }) => id))
    const shown = messages
      .flat()
      .flatMap(({ says, shows }) => [
        typeof shows === 'string' ? shows : shows(['1', '1', '1'], false),
        ...findPresets(says).slice(0, 1),
      ])
    expect(shown.filter((id) => !ids.has(id))).toEqual([])
  })
})
