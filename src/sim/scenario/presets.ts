// The stories that the lab opens with. Ids are public, for ever.

import type { DeviceSpec, Preset, Scenario, Settings, WorkloadSpec } from './schema.ts'

const KIB = 1024
const MIB = 1024 * KIB
const MS = 1_000_000

function device(index: number, name: string, settings: Settings, table = index): DeviceSpec {
  return { id: `d${index}`, name, table, settings }
}

function workload(index: number, type: string, on: number, settings: Settings): WorkloadSpec {
  return { id: `w${index}`, type, device: on, settings }
}

function scenario(
  preset: string,
  machine: Settings,
  devices: readonly DeviceSpec[],
  workloads: readonly WorkloadSpec[],
): Scenario {
  return { preset, seed: 0x5eed, machine, devices, workloads, inputs: [] }
}

const frames = (preset: string, iommuPage: number): Scenario =>
  scenario(
    preset,
    { cpuPage: 64 * KIB, cpus: 8 },
    [device(0, 'eth0', { iommuPage, window: 256 * MIB, allocator: 'tce-pools' })],
    [workload(0, 'nic-rx', 0, { rate: 10, ring: 1024, queues: 8, bringUp: 1 * MS })],
  )

export const presets: readonly Preset[] = [
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
        device(1, 'scsi0', {}, 0),
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
]

/** The preset with this id, or null. */
export function presetById(id: string): Preset | null {
  return presets.find((p) => p.id === id) ?? null
}
