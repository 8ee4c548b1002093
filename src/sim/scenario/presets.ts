// The stories that the lab opens with. Ids are public, for ever.

import type { Settings } from '../params.ts'
import { device, KIB, MIB, MS, scenario, workload } from './make.ts'
import { bootPresets } from './presets-boot.ts'
import { iotlbPresets } from './presets-iotlb.ts'
import { iovaPresets } from './presets-iova.ts'
import { powerPresets } from './presets-power.ts'
import type { Preset, Scenario } from './schema.ts'

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
    nudge: { path: 'd0.iommuPage', value: 4 * KIB },
    scenario: frames('frames-64k', 64 * KIB),
    openNs: 1.9 * MS,
    horizonNs: 12 * MS,
    dock: [],
  },
  {
    id: 'frames-4k',
    title: 'The same card, 4 KiB IOMMU pages',
    nudge: { path: 'd0.iommuPage', value: 64 * KIB, worse: true },
    scenario: frames('frames-4k', 4 * KIB),
    openNs: 8.8 * MS,
    horizonNs: 12 * MS,
    dock: ['tce-pages'],
  },
  {
    id: 'pools',
    title: 'Four pools and one greedy CPU',
    nudge: { path: 'w0.greedy', value: 1 },
    about: 'fallback',
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
    nudge: { path: 'w1.io', value: 64 * KIB },
    about: 'fallback',
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
    nudge: { path: 'd1.table', value: 'shared', worse: true },
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
    nudge: { path: 'd0.fineShare', value: 12.5, worse: true },
    scenario: oneWindow('fine-coarse', { iommuPage: 4 * KIB, allocator: 'fine-coarse' }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['tables', 'tce-pages'],
  },
  {
    id: 'one-size',
    title: 'The same window, one page size',
    nudge: { path: 'd0.iommuPage', value: 4 * KIB },
    scenario: oneWindow('one-size', { iommuPage: 64 * KIB, allocator: 'tce-pools' }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['tables', 'tce-pages'],
  },
  {
    id: 'jumbo',
    title: 'Jumbo frames',
    nudge: { path: 'd0.iommuPage', value: 4 * KIB },
    scenario: frames('jumbo', 64 * KIB, { mtu: 9000 }),
    openNs: 4.2 * MS,
    horizonNs: 12 * MS,
    dock: [],
  },
  {
    id: 'tso',
    title: 'Transmit with TSO',
    nudge: { path: 'w0.tso', value: 'off', worse: true },
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
    speed: 2,
    dock: [],
  },
  {
    id: 'real-boot',
    title: 'A real boot, recorded',
    nudge: { path: 'd0.allocator', value: 'tce-halves' },
    scenario: scenario(
      'real-boot',
      { cpuPage: 64 * KIB, cpus: 1 },
      [device(0, 'window 80000000', { iommuPage: 4 * KIB, window: 1024 * MIB, allocator: 'tce-pools' })],
      [workload(0, 'recorded', 0, {})],
    ),
    openNs: 8_700 * MS,
    horizonNs: 13_800 * MS,
    recording: 'real-boot.txt',
    speed: 1,
    zoom: { first: 0, count: 5120 },
    dock: ['regions'],
  },
]

export const presets: readonly Preset[] = [
  ...tcePresets,
  ...iovaPresets,
  ...iotlbPresets,
  ...powerPresets,
  ...bootPresets,
]

/** The preset with this id, or null. */
export function presetById(id: string): Preset | null {
  return presets.find((p) => p.id === id) ?? null
}
