// Stories of the allocator that x86 and Arm share: one tree under one lock, and what was put in front of it.

import type { Settings } from '../params.ts'
import { device, KIB, MIB, MS, scenario, workload } from './make.ts'
import { SPACE_48, VTD } from './platform-iommu.ts'
import type { Preset, Scenario } from './schema.ts'

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
    nudge: { path: 'd0.allocator', value: 'rcache' },
    scenario: loops('one-lock', 'rbtree'),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['locks', 'scaling'],
  },
  {
    id: 'chunks',
    title: 'The plan of 2011: a chunk for each CPU',
    nudge: { path: 'd0.allocator', value: 'rbtree', worse: true },
    scenario: loops('chunks', 'percpu-chunks'),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['caches', 'scaling'],
  },
  {
    id: 'magazines',
    title: 'What Linux did: magazines over the tree',
    nudge: { path: 'w0.size', value: 256 * KIB, worse: true },
    scenario: loops('magazines', 'rcache'),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['caches', 'locks'],
  },
  {
    id: 'linear-wall',
    title: 'A wall that every second search walks along',
    nudge: { path: 'w0.ranges', value: 1000, worse: true },
    about: 'refusal',
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
    nudge: { path: 'w0.unmapOn', value: 'same' },
    scenario: loops('producer-consumer', 'rcache', { unmapOn: 'next' }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['caches', 'locks'],
  },
  {
    id: 'greedy-cpu',
    title: 'One CPU takes the space of all',
    nudge: { path: 'd0.borrow', value: 'off', worse: true },
    about: 'refusal',
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
    nudge: { path: 'd0.lowFirst', value: 'off' },
    about: 'refusal',
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
