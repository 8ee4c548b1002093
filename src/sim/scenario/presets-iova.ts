// Stories of the allocator that x86 and Arm share: one tree under one lock, and what was put in front of it.

import { device, KIB, MIB, MS, scenario, workload } from './make.ts'
import { SPACE_48, VTD } from './platform-iommu.ts'
import type { Preset, Scenario, Settings } from './schema.ts'

/** 16 CPUs, each mapping and unmapping buffers of its own as fast as it can. */
const loops = (preset: string, allocator: string, changes: Settings = {}): Scenario =>
  scenario(
    preset,
    { platform: VTD, cpuPage: 4 * KIB, cpus: 16 },
    [device(0, 'eth0', { iommuPage: 4 * KIB, window: SPACE_48, allocator, flush: 'deferred' })],
    [workload(0, 'map-loop', 0, { depth: 64, ...changes })],
  )

export const iovaPresets: readonly Preset[] = [
  {
    id: 'one-lock',
    title: 'One tree, one lock, sixteen CPUs',
    says: 'Until 2016 every map and every unmap took the one lock around one tree of ranges. Sixteen CPUs spend 78 % of their time in line for it, and map 1.8 million buffers a second.',
    tryThis: 'Set the allocator to magazines and watch the line melt.',
    nudge: { path: 'd0.allocator', value: 'rcache' },
    scenario: loops('one-lock', 'rbtree'),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['locks', 'scaling'],
  },
  {
    id: 'chunks',
    title: 'The plan of 2011: a chunk for each CPU',
    says: 'The plan of 2011 that never shipped: each CPU takes 16 MiB from the tree and maps from there, asking nobody. 9.5 million buffers a second; the price is space, 256 MiB set aside for 4 MiB of buffers.',
    tryThis: 'Set the allocator to one tree: every CPU waits.',
    nudge: { path: 'd0.allocator', value: 'rbtree' },
    scenario: loops('chunks', 'percpu-chunks'),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['caches', 'scaling'],
  },
  {
    id: 'magazines',
    title: 'What Linux did: magazines over the tree',
    says: 'Linux since 2016: what a CPU frees goes to its magazine of 127 and is taken from there again. For two milliseconds nothing has come back yet and all wait for the tree; from the first flush on nobody does.',
    tryThis: 'Set the buffer to 256K: too large for a magazine, every map goes to the tree.',
    nudge: { path: 'w0.size', value: 256 * KIB },
    scenario: loops('magazines', 'rcache'),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['caches', 'locks'],
  },
  {
    id: 'linear-wall',
    title: 'A wall that every second search walks along',
    says: 'A gap above 200 long-lived ranges fits the smaller buffer and not the larger: the search for that one passes every range of the wall, 201 steps under the lock, each time.',
    tryThis: 'Make the wall 1000 ranges long: every second map takes 15 µs.',
    nudge: { path: 'w0.ranges', value: 1000 },
    scenario: scenario(
      'linear-wall',
      { platform: VTD, cpuPage: 4 * KIB, cpus: 4 },
      [device(0, 'eth0', { iommuPage: 4 * KIB, window: SPACE_48, allocator: 'rcache', flush: 'strict' })],
      [workload(0, 'wall', 0, {})],
    ),
    openNs: 1 * MS,
    horizonNs: 4 * MS,
    dock: [],
  },
  {
    id: 'producer-consumer',
    title: 'Mapped here, unmapped there',
    says: 'Even CPUs map, odd CPUs unmap: magazines run dry on the one side and fill on the other. The depot carries them back, 127 ranges at a time, and the tree is hardly asked.',
    tryThis: 'Let the same CPU unmap: the depot rests.',
    nudge: { path: 'w0.unmapOn', value: 'same' },
    scenario: loops('producer-consumer', 'rcache', { unmapOn: 'next' }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['caches', 'locks'],
  },
  {
    id: 'greedy-cpu',
    title: 'One CPU takes the space of all',
    says: 'CPU 0 comes up first and keeps 16 384 buffers: it takes chunk after chunk until the 64 MiB are gone at 4 ms. CPUs 4 to 7 come later, own no chunk, and live on what they borrow from the others’.',
    tryThis: 'Turn borrowing off: at 12 ms 2 711 frames are missed instead of 172.',
    nudge: { path: 'd0.borrow', value: 'off' },
    scenario: scenario(
      'greedy-cpu',
      { platform: VTD, cpuPage: 4 * KIB, cpus: 8 },
      [
        device(0, 'eth0', {
          ...{ iommuPage: 4 * KIB, window: 64 * MIB, flush: 'strict' },
          ...{ allocator: 'percpu-chunks', chunk: 4 * MIB },
        }),
      ],
      [workload(0, 'nic-rx', 0, { rate: 10, ring: 1024, queues: 8, greedy: 16, bringUp: 1 * MS })],
    ),
    openNs: 12 * MS,
    horizonNs: 24 * MS,
    dock: ['caches', 'locks'],
  },
  {
    id: 'mask-32',
    title: 'A 32-bit device beside a 64-bit one',
    says: 'The GPU reaches every address but is given low ones first, and keeps them: 1 023 buffers of 4 MiB fill the space below 4 GiB. The network card reaches nothing else and is left with 1 023 pages.',
    tryThis: 'Give the GPU high addresses from the start: 32 bits first, off.',
    nudge: { path: 'd0.lowFirst', value: 'off' },
    scenario: scenario(
      'mask-32',
      { platform: VTD, cpuPage: 4 * KIB, cpus: 8 },
      [
        device(0, 'gpu0', { iommuPage: 4 * KIB, window: SPACE_48, allocator: 'rcache', flush: 'strict' }),
        { ...device(1, 'eth0', { table: 'shared', dmaMask: 32 }), driver: 'e1000e 0000:02:00.0' },
      ],
      [
        workload(0, 'long-lived', 0, { buffers: 1024, size: 4096 * KIB, lifetime: 0 }),
        workload(1, 'nic-rx', 1, { rate: 1, ring: 512, queues: 4, start: 4 * MS, bringUp: 500_000 }),
      ],
    ),
    openNs: 7 * MS,
    horizonNs: 12 * MS,
    dock: ['regions'],
  },
  {
    id: 'nvme-mixed',
    title: 'NVMe, requests of all sizes',
    says: 'Requests up to 128K come from magazines once a flush has filled them; a third of all, every larger one and every first one, goes to the tree.',
    tryThis: 'Set the request sizes to 4K: soon nobody asks the tree.',
    nudge: { path: 'w0.mix', value: '4k' },
    scenario: scenario(
      'nvme-mixed',
      { platform: VTD, cpuPage: 4 * KIB, cpus: 16 },
      [device(0, 'nvme0', { iommuPage: 4 * KIB, window: SPACE_48, allocator: 'rcache', flush: 'deferred' })],
      [workload(0, 'nvme', 0, {})],
    ),
    openNs: 20 * MS,
    horizonNs: 40 * MS,
    dock: ['caches', 'locks'],
  },
]
