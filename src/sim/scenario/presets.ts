// The stories that the lab opens with. Ids are public, for ever.

import { device, KIB, MIB, MS, scenario, workload } from './make.ts'

import { iotlbPresets } from './presets-iotlb.ts'
import { iovaPresets } from './presets-iova.ts'
import { powerPresets } from './presets-power.ts'
import type { Preset, Scenario, Settings } from './schema.ts'

const frames = (preset: string, iommuPage: number, changes: Settings = {}): Scenario =>
  scenario(
    preset,
    { cpuPage: 64 * KIB, cpus: 8 },
    [device(0, 'eth0', { iommuPage, window: 256 * MIB, allocator: 'tce-pools' })],
    [workload(0, 'nic-rx', 0, { rate: 10, ring: 1024, queues: 8, bringUp: 1 * MS, ...changes })],
  )

/** Frames of 1500 bytes, and storage that maps 1 MiB a request. */
const mixedLoad = [
  workload(0, 'nic-rx', 0, { rate: 10, ring: 1024, queues: 8, bringUp: 500_000 }),
  workload(1, 'disk-sg', 1, { io: 1024 * KIB, depth: 32, queues: 4 }),
]

/** Both devices in one window of 256 MiB. */
const oneWindow = (preset: string, settings: Settings): Scenario =>
  scenario(
    preset,
    { cpuPage: 64 * KIB, cpus: 8 },
    [device(0, 'eth0', { window: 256 * MIB, ...settings }), device(1, 'scsi0', { table: 'shared' })],
    mixedLoad,
  )

const tcePresets: readonly Preset[] = [
  {
    id: 'frames-64k',
    title: 'One 1500-byte frame, one 64 KiB page',
    says: 'Every 1500-byte buffer takes a whole 64 KiB IOMMU page, so 4 093 buffers fill the 256 MiB window; the card wants 8 192.',
    tryThis: 'Set the IOMMU page to 4K while it runs and watch the refusals stop.',
    nudge: { path: 'd0.iommuPage', value: 4 * KIB },
    scenario: frames('frames-64k', 64 * KIB),
    openNs: 2.6 * MS,
    horizonNs: 12 * MS,
    dock: [],
  },
  {
    id: 'frames-4k',
    title: 'The same card, 4 KiB IOMMU pages',
    says: 'The kernel still has 64K pages, the IOMMU maps 4K ones: the same 8 192 buffers need an eighth of the window.',
    tryThis: 'Set the IOMMU page back to 64K and watch the window fill.',
    nudge: { path: 'd0.iommuPage', value: 64 * KIB },
    scenario: frames('frames-4k', 4 * KIB),
    openNs: 8.8 * MS,
    horizonNs: 12 * MS,
    dock: ['tce-pages'],
  },
  {
    id: 'pools',
    title: 'Four pools and one greedy CPU',
    says: 'A window of 1 GiB or more is cut into four pools, each CPU hashed to one. CPU 0 keeps 8 192 buffers, more than its pool holds, and spills into the next.',
    tryThis: 'Set the ring of queue 0 to the size of the others: the bands stay apart.',
    nudge: { path: 'w0.greedy', value: 1 },
    scenario: scenario(
      'pools',
      { cpuPage: 64 * KIB, cpus: 8 },
      [device(0, 'eth0', { iommuPage: 64 * KIB, window: 2048 * MIB, allocator: 'tce-pools' })],
      [workload(0, 'nic-rx', 0, { rate: 10, ring: 512, queues: 8, greedy: 16, bringUp: 100_000 })],
    ),
    openNs: 7.2 * MS,
    horizonNs: 12 * MS,
    dock: ['regions'],
  },
  {
    id: 'halves',
    title: '2006: a small region and a large one',
    says: 'Requests of up to 15 entries start in the lower three quarters, larger ones in the top quarter. The disk asks for 16 at a time and outgrows its region.',
    tryThis: 'Set the request size to 64K, or switch the allocator to pools and compare.',
    nudge: { path: 'w1.io', value: 64 * KIB },
    scenario: scenario(
      'halves',
      { cpuPage: 64 * KIB, cpus: 8 },
      [
        device(0, 'eth0', { iommuPage: 4 * KIB, window: 256 * MIB, allocator: 'tce-halves', generation: 2 }),
        device(1, 'scsi0', { table: 'shared' }),
      ],
      [
        workload(0, 'nic-rx', 0, { rate: 10, ring: 1024, queues: 4, placement: 'packed', bringUp: 500_000 }),
        workload(1, 'disk-sg', 1, { io: 1024 * KIB, depth: 32, queues: 4 }),
      ],
    ),
    openNs: 5.2 * MS,
    horizonNs: 12 * MS,
    dock: ['regions'],
  },
  {
    id: 'pinhole',
    title: 'A window of 1 MiB',
    says: 'The whole window is 256 entries of 4 KiB. One queue with a ring of 256 is three buffers too many for it.',
    tryThis: 'Set the receive ring to 128: the refusals stop.',
    nudge: { path: 'w0.ring', value: 128 },
    scenario: scenario(
      'pinhole',
      { cpuPage: 4 * KIB, cpus: 1 },
      [device(0, 'eth0', { iommuPage: 4 * KIB, window: 1 * MIB, allocator: 'tce-pools' })],
      [workload(0, 'nic-rx', 0, { rate: 1, ring: 256, queues: 1, bringUp: 0 })],
    ),
    openNs: 0.6 * MS,
    horizonNs: 3 * MS,
    dock: [],
  },
  {
    id: 'per-table',
    title: 'A page size per table',
    says: 'Each device has a table with pages that fit what it maps: eth0 holds 1500-byte buffers in 4K pages, 32 MiB for all of them; scsi0 holds 128 MiB of requests in 64K pages, every byte of it data.',
    tryThis: 'Let scsi0 share the table of eth0: its requests find no 16 pages in a row.',
    nudge: { path: 'd1.table', value: 'shared' },
    scenario: scenario(
      'per-table',
      { cpuPage: 64 * KIB, cpus: 8 },
      [
        device(0, 'eth0', { iommuPage: 4 * KIB, window: 64 * MIB, allocator: 'tce-pools' }),
        device(1, 'scsi0', { table: 'own', iommuPage: 64 * KIB, window: 256 * MIB, allocator: 'tce-pools' }),
      ],
      mixedLoad,
    ),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['tables'],
  },
  {
    id: 'fine-coarse',
    title: 'Fine and coarse in one window',
    says: 'The idea of 2006 that never shipped: 4K pages in the lower quarter for small mappings, 64K pages above for a full page or more. 8 188 frame buffers and 128 MiB of disk requests take 160 MiB; nothing is refused.',
    tryThis: 'Make the fine part 12.5 % of the window: the last buffers spill into 64K pages.',
    nudge: { path: 'd0.fineShare', value: 12.5 },
    scenario: oneWindow('fine-coarse', { iommuPage: 4 * KIB, allocator: 'fine-coarse' }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['tables', 'tce-pages'],
  },
  {
    id: 'one-size',
    title: 'The same window, one page size',
    says: 'The load of fine and coarse in a window as large, all of it 64K pages: 255 MiB are mapped, 22 of them data, and the first buffer is refused after 1.1 ms.',
    tryThis: 'Set the IOMMU page to 4K: nothing is refused, but eight times as many TCEs are written.',
    nudge: { path: 'd0.iommuPage', value: 4 * KIB },
    scenario: oneWindow('one-size', { iommuPage: 64 * KIB, allocator: 'tce-pools' }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['tables', 'tce-pages'],
  },
  {
    id: 'jumbo',
    title: 'Jumbo frames',
    says: 'A 9000-byte frame fills 13.7 % of its 64 KiB page, where one of 1500 fills 2.3 %. It takes a whole page all the same: 4 093 buffers fill the window, and the card wants 8 192.',
    tryThis: 'Set the IOMMU page to 4K: a buffer takes three TCEs, and all 8 192 take three eighths of the window.',
    nudge: { path: 'd0.iommuPage', value: 4 * KIB },
    scenario: frames('jumbo', 64 * KIB, { mtu: 9000 }),
    openNs: 4.2 * MS,
    horizonNs: 12 * MS,
    dock: [],
  },
  {
    id: 'tso',
    title: 'Transmit with TSO',
    says: 'Eight queues have 1 MiB each in flight. With TSO that is 16 packets of 65 160 bytes a queue, a linear part and two pieces of payload each: 384 TCEs of 64 KiB for 8 MB.',
    tryThis: 'Turn TSO off: the same bytes in single frames want 8 192 TCEs, and the window has 1 021.',
    nudge: { path: 'w0.tso', value: 'off' },
    scenario: scenario(
      'tso',
      { cpuPage: 64 * KIB, cpus: 8 },
      [device(0, 'eth0', { iommuPage: 64 * KIB, window: 64 * MIB, allocator: 'tce-pools' })],
      [workload(0, 'nic-tx', 0, { rate: 10, ring: 1024, queues: 8 })],
    ),
    openNs: 5 * MS,
    horizonNs: 12 * MS,
    dock: ['regions'],
  },
  {
    id: 'two-ports',
    title: 'Two ports, one window',
    says: 'Two ports of a card map into one window. eth0, its link full, had all its 2 048 buffers posted until eth1 came up at 2 ms; what eth0 frees since then fills the rings of eth1. At 12 ms eth0 has 520 buffers left.',
    tryThis: 'Give eth1 a table of its own: both rings fill and no frame is missed.',
    nudge: { path: 'd1.table', value: 'own' },
    scenario: scenario(
      'two-ports',
      { cpuPage: 64 * KIB, cpus: 8 },
      [
        device(0, 'eth0', { iommuPage: 64 * KIB, window: 256 * MIB, allocator: 'tce-pools' }),
        device(1, 'eth1', { iommuPage: 64 * KIB, window: 512 * MIB, allocator: 'tce-pools', table: 'shared' }),
      ],
      [
        workload(0, 'nic-rx', 0, { rate: 10, ring: 512, queues: 4, bringUp: 100_000 }),
        workload(1, 'nic-rx', 1, { rate: 10, load: 30, ring: 1024, queues: 4, bringUp: 500_000, start: 2 * MS }),
      ],
    ),
    openNs: 12 * MS,
    horizonNs: 20 * MS,
    dock: ['regions'],
  },
  {
    id: 'real-1mib',
    title: 'The failure of 2006 on Linux 6.1',
    says: 'Linux 6.1 on an emulated POWER9, its window cut to 1 MiB: 256 TCEs. The NVMe disk keeps 96, the rings of the e1000e 32, so 125 of 256 receive buffers fit, and no packet can be sent. The log speaks the kernel’s words.',
    tryThis: 'Set the DMA window to 4M: every buffer and every packet finds room.',
    nudge: { path: 'd0.window', value: 4 * MIB },
    scenario: scenario(
      'real-1mib',
      { cpuPage: 64 * KIB, cpus: 1 },
      [
        {
          ...device(0, 'eth0', { iommuPage: 4 * KIB, window: 1 * MIB, allocator: 'tce-pools' }),
          driver: 'e1000e 0000:00:00.0',
        },
        { ...device(1, 'nvme0', { table: 'shared' }), driver: 'nvme 0000:00:01.0' },
      ],
      [
        workload(0, 'nic-tx', 0, {
          ...{ rate: 1, tso: 'off', frame: 'linear', ring: 256, queues: 1, start: 1 * MS, spacing: 500 * MS },
          ...{ rings: 'on' },
        }),
        workload(1, 'nic-rx', 0, {
          ...{ rate: 1, load: 0, ring: 256, queues: 1, bringUp: 0, start: 1 * MS, retry: 2000 * MS },
          ...{ placement: 'slot', rings: 'on' },
        }),
        workload(2, 'long-lived', 1, { buffers: 6, size: 64 * KIB, lifetime: 0, kind: 'coherent' }),
      ],
    ),
    openNs: 8000 * MS,
    horizonNs: 20_000 * MS,
    speed: 1,
    dock: [],
  },
  {
    id: 'real-boot',
    title: 'A real boot, recorded',
    says: 'Every TCE that an unmodified Linux 6.1 wrote while it booted on an emulated POWER9: the table emptied, a network card and an NVMe disk brought up, a ping, a few reads. The pools put every mapping where the kernel did.',
    tryThis: 'Go back to the start, choose another allocator and count how often it would have been right.',
    nudge: { path: 'd0.allocator', value: 'tce-halves' },
    scenario: scenario(
      'real-boot',
      { cpuPage: 64 * KIB, cpus: 1 },
      [device(0, 'window 80000000', { iommuPage: 4 * KIB, window: 1024 * MIB, allocator: 'tce-pools' })],
      [workload(0, 'recorded', 0, {})],
    ),
    openNs: 6_400 * MS,
    horizonNs: 13_800 * MS,
    recording: 'real-boot.txt',
    speed: 1,
    zoom: { first: 0, count: 5120 },
    dock: ['regions'],
  },
]

export const presets: readonly Preset[] = [...tcePresets, ...iovaPresets, ...iotlbPresets, ...powerPresets]

/** The preset with this id, or null. */
export function presetById(id: string): Preset | null {
  return presets.find((p) => p.id === id) ?? null
}
