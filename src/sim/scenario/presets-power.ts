// Stories of POWER's large windows: tables of several levels for the memory of a guest, and windows that a hypervisor
// makes for a partition.

import { device, KIB, MIB, MS, scenario, workload } from './make.ts'
import { GIB } from './platform-iommu.ts'
import { POWERNV, PSERIES } from './platform-power.ts'
import type { Preset, Scenario, Settings } from './schema.ts'

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
    says: 'A guest with 16 GiB of RAM at 0 and 16 GiB of GPU memory 36 TiB up needs a window of 64 TiB. In one level that is a table of 8 GiB in one piece, and the page allocator has no piece above 16 MiB: there is no table, and nothing can be mapped.',
    tryThis: 'Give the table two levels: it is made at once.',
    nudge: { path: 'd0.levels', value: 2 },
    scenario: nvlink('nvlink-flat', { levels: 1 }, { plug: 1 * MS }),
    openNs: 1 * MS,
    horizonNs: 8 * MS,
    dock: ['levels', 'memory', 'islands'],
  },
  {
    id: 'nvlink-whole',
    title: '64 TiB in two levels, all of it',
    says: 'Before 2018 all level tables are made with the window: 65 538 of them in two trees, 17 180 393 472 bytes, for 32 GiB of memory that needs 32 of them.',
    tryThis: 'Let levels be made on demand: 524 288 bytes at first, 8 912 896 when all memory is mapped.',
    nudge: { path: 'd0.era', value: '6.12' },
    scenario: nvlink('nvlink-whole', { era: 'full' }),
    openNs: 4.4 * MS,
    horizonNs: 8 * MS,
    dock: ['levels', 'memory', 'islands'],
  },
  {
    id: 'nvlink-on-demand',
    title: 'Two islands, 34 level tables',
    says: 'On demand, a level table is made when the first entry below it is set: the top ones with the window, then one for each 2 GiB that is mapped. Two trees of 1 + 16 tables hold both islands in 8.5 MiB; all 16 GiB are charged all the same.',
    tryThis: 'Drag the GPU’s memory elsewhere, or let the tables be made whole.',
    nudge: { path: 'm.farAt', value: 1024 },
    scenario: nvlink('nvlink-on-demand', {}, { plug: 1 * MS }),
    openNs: 4.4 * MS,
    horizonNs: 12 * MS,
    dock: ['levels', 'memory', 'islands'],
  },
  {
    id: 'real-mode',
    title: 'Too hard for real mode',
    says: 'KVM answered hypercalls in real mode, where nothing can be allocated. The first of 64 calls into each 2 GiB finds no level table and comes back too hard, and virtual mode does it again: 16 of 1 024.',
    tryThis: 'Let the tables be made whole: no call is too hard any more.',
    nudge: { path: 'd0.era', value: 'full' },
    scenario: nvlink('real-mode', { realMode: 'on', era: '2018' }),
    openNs: 4.4 * MS,
    horizonNs: 8 * MS,
    dock: ['levels', 'hcalls', 'memory'],
  },
  {
    id: 'default-window',
    title: 'Nothing but the default window',
    says: 'Started with disable_ddw: network card and disk share a default window of 128 MiB in pages of 4K. Frames and requests of 1 MiB want more TCEs than it has, and each map and unmap is a hypercall.',
    tryThis: 'Let a dynamic window be made: all memory is mapped once, and nothing is refused.',
    nudge: { path: 'd0.ddw', value: 'on' },
    scenario: scenario(
      'default-window',
      partition({ cpus: 8 }),
      [device(0, 'eth0', { ddw: 'off', window: 128 * MIB }), device(1, 'scsi0', { table: 'shared' })],
      [
        workload(0, 'nic-rx', 0, { rate: 10, ring: 1024, queues: 8, bringUp: 500_000 }),
        workload(1, 'disk-sg', 1, { io: 1024 * KIB, depth: 32, queues: 4 }),
      ],
    ),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['windows', 'hcalls', 'ddw'],
  },
  {
    id: 'ddw-direct',
    title: 'All memory mapped once',
    says: 'The hypervisor has TCEs for all memory that the partition may ever have: 512 calls map 16 GiB one to one when the driver is loaded, and from then on a buffer costs no call. 40 Gbit/s on two CPUs.',
    tryThis: 'Take the dynamic window away: two calls for each buffer, and less than half of the frames.',
    nudge: { path: 'd0.ddw', value: 'off' },
    scenario: received('ddw-direct', { ram: 16 * GIB, maxRam: 32 * GIB }, {}),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['ddw', 'windows', 'hcalls'],
  },
  {
    id: 'ddw-indirect',
    title: 'Too large to map one to one',
    says: 'This partition may grow to 2 TiB: 33 554 432 TCEs of 64K, and the hypervisor has 262 144. Since 5.16 the window is made all the same and used indirectly: 16 GiB for buffers instead of 2, at two calls for each.',
    tryThis: 'Let it grow to no more than 16 GiB: the same TCEs hold all memory.',
    nudge: { path: 'm.maxRam', value: 16 * GIB },
    scenario: received('ddw-indirect', { ram: 16 * GIB, maxRam: 2048 * GIB }, { tces: 256 * 1024 }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['ddw', 'windows', 'hcalls'],
  },
  {
    id: 'hypervisor-64k',
    title: 'A hypervisor with 64K at most',
    says: 'The hypervisor sets 16 384 TCEs aside for this device and offers no page above 64K: 1 GiB of window, where 64 GiB of memory may have to be mapped. With pages of 16M the same TCEs would hold 256 GiB.',
    tryThis: 'Let it offer 16M: the largest is taken, and the window becomes direct.',
    nudge: { path: 'd0.pageSizes', value: 0x7 },
    scenario: received('hypervisor-64k', { ram: 16 * GIB, maxRam: 64 * GIB }, { tces: 16 * 1024 }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['ddw', 'windows', 'hcalls'],
  },
  {
    id: 'vfio-guest',
    title: 'Huge pages in a small window',
    says: 'A program of user space maps 16 GiB in huge pages of 16M through VFIO, into a window of 2 GiB: 128 of them fit, each with 256 TCEs of 64K, and the others lie outside.',
    tryThis: 'Give it a window of 16 GiB: everything fits.',
    nudge: { path: 'd0.window', value: 16 * GIB },
    scenario: scenario(
      'vfio-guest',
      { platform: POWERNV, cpuPage: 64 * KIB, cpus: 1, ram: 16 * GIB, far: 0 },
      [device(0, 'nic0', { window: 2 * GIB, iommuPage: 64 * KIB })],
      [workload(0, 'guest-memory', 0, { calls: 'ioctl', backing: 16 * MIB, plug: 1 * MS })],
    ),
    openNs: 1 * MS,
    horizonNs: 4 * MS,
    dock: ['islands', 'levels', 'memory'],
  },
  {
    id: 'vfs-256',
    title: '256 functions, one budget',
    says: 'The platform has set 64 MiB aside for TCEs, and 256 virtual functions share it: 32 768 each. A direct window for 64 GiB takes 1 048 576 of 64K, so none is made; each function gets an indirect window of 2 GiB.',
    tryThis: 'Go back before 5.16: all 256 are left with the default window.',
    nudge: { path: 'd0.kernel', value: 'before' },
    scenario: received('vfs-256', { ram: 16 * GIB, maxRam: 64 * GIB, vfs: 256, tceBudget: 64 * MIB }, { vf: 100 }),
    openNs: 6 * MS,
    horizonNs: 12 * MS,
    dock: ['budget', 'windows', 'ddw'],
  },
]
