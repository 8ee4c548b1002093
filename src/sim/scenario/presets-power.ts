// Stories of POWER's large windows: tables of several levels for the memory of a guest, and windows that a hypervisor
// makes for a partition.

import type { Settings } from '../params.ts'
import { device, KIB, MIB, MS, scenario, workload } from './make.ts'
import { GIB } from './platform-iommu.ts'
import { POWERNV, PSERIES } from './platform-power.ts'
import type { Preset, Scenario } from './schema.ts'

/** The machine of the 2018 mail: 16 GiB of RAM at 0 and 16 GiB of GPU memory at 0x2440_0000_0000. */
const nvlink = (preset: string, own: Settings, load: Settings = {}): Scenario =>
  scenario(
    preset,
    { platform: POWERNV, cpuPage: 64 * KIB, cpus: 1, ram: 16 * GIB, far: 16 * GIB },
    [device(0, 'gpu0', own)],
    [workload(0, 'guest-memory', 0, load)],
  )

const partition = (machine: Settings): Settings => ({ platform: PSERIES, cpuPage: 64 * KIB, cpus: 2, ...machine })

/** A partition whose card receives 40 Gbit/s on two CPUs. */
const received = (preset: string, machine: Settings, own: Settings): Scenario =>
  scenario(
    preset,
    partition(machine),
    [device(0, 'eth0', own)],
    [workload(0, 'nic-rx', 0, { rate: 40, ring: 1024, queues: 2, bringUp: 200_000 })],
  )

export const powerPresets: readonly Preset[] = [
  {
    id: 'nvlink-flat',
    title: '64 TiB in one level: refused',
    nudge: { path: 'd0.levels', value: 2 },
    scenario: nvlink('nvlink-flat', { levels: 1 }, { plug: 1 * MS }),
    openNs: 1 * MS,
    horizonNs: 8 * MS,
    speed: 1 / 1000,
    dock: ['levels', 'memory', 'islands'],
  },
  {
    id: 'nvlink-whole',
    title: '64 TiB in two levels, all of it',
    nudge: { path: 'd0.era', value: '6.12' },
    scenario: nvlink('nvlink-whole', { era: 'full' }),
    openNs: 4.4 * MS,
    horizonNs: 8 * MS,
    dock: ['levels', 'memory', 'islands'],
  },
  {
    id: 'nvlink-on-demand',
    title: 'Two islands, 34 level tables',
    nudge: { path: 'm.farAt', value: 1024 },
    scenario: nvlink('nvlink-on-demand', {}, { plug: 1 * MS }),
    openNs: 4.4 * MS,
    horizonNs: 12 * MS,
    speed: 1 / 1000,
    dock: ['levels', 'memory', 'islands'],
  },
  {
    id: 'real-mode',
    title: 'Too hard for real mode',
    nudge: { path: 'd0.era', value: 'full' },
    scenario: nvlink('real-mode', { realMode: 'on', era: '2018' }),
    openNs: 4.4 * MS,
    horizonNs: 8 * MS,
    dock: ['levels', 'hcalls', 'memory'],
  },
  {
    id: 'default-window',
    title: 'Nothing but the default window',
    nudge: { path: 'd0.ddw', value: 'on' },
    scenario: scenario(
      'default-window',
      partition({ cpus: 8 }),
      [device(0, 'eth0', { ddw: 'off', window: 128 * MIB }), device(1, 'scsi0', { table: 'shared' })],
      [
        workload(0, 'nic-rx', 0, { rate: 10, ring: 1024, queues: 8, bringUp: 500_000 }),
        // 128 MiB under way in 20 ms: no more than a storage adapter carries.
        workload(1, 'disk-sg', 1, { io: 1024 * KIB, depth: 32, queues: 4, service: 20 * MS }),
      ],
    ),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['windows', 'hcalls', 'ddw'],
  },
  {
    id: 'ddw-direct',
    title: 'All memory mapped once',
    nudge: { path: 'd0.ddw', value: 'off', worse: true },
    scenario: received('ddw-direct', { ram: 16 * GIB, maxRam: 32 * GIB }, {}),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['ddw', 'windows', 'hcalls'],
  },
  {
    id: 'ddw-indirect',
    title: 'Too large to map one to one',
    nudge: { path: 'm.maxRam', value: 16 * GIB },
    scenario: received('ddw-indirect', { ram: 16 * GIB, maxRam: 2048 * GIB }, { tces: 256 * 1024 }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['ddw', 'windows', 'hcalls'],
  },
  {
    id: 'hypervisor-64k',
    title: 'A hypervisor with 64K at most',
    nudge: { path: 'd0.pageSizes', value: 0x7 },
    scenario: received('hypervisor-64k', { ram: 16 * GIB, maxRam: 64 * GIB }, { tces: 16 * 1024 }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['ddw', 'windows', 'hcalls'],
  },
  {
    id: 'vfio-guest',
    title: 'Huge pages in a small window',
    nudge: { path: 'd0.window', value: 16 * GIB },
    scenario: scenario(
      'vfio-guest',
      { platform: POWERNV, cpuPage: 64 * KIB, cpus: 1, ram: 16 * GIB, far: 0 },
      [device(0, 'nic0', { window: 2 * GIB, iommuPage: 64 * KIB })],
      [workload(0, 'guest-memory', 0, { calls: 'ioctl', backing: 16 * MIB, plug: 1 * MS })],
    ),
    openNs: 1 * MS,
    horizonNs: 4 * MS,
    speed: 1 / 1000,
    dock: ['islands', 'levels', 'memory'],
  },
  {
    id: 'vfs-256',
    title: '256 functions, one budget',
    nudge: { path: 'd0.kernel', value: 'before', worse: true },
    scenario: received('vfs-256', { ram: 16 * GIB, maxRam: 64 * GIB, vfs: 256, tceBudget: 64 * MIB }, { vf: 100 }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['budget', 'windows', 'ddw'],
  },
]
