// Stories of the IOTLB: when is unmapped really unmapped, how far a cache of translations reaches, and what page sizes
// have to do with both.

import type { Settings } from '../params.ts'
import { device, KIB, MIB, MS, scenario, workload } from './make.ts'
import { ARM, SPACE_48, VTD } from './platform-iommu.ts'
import type { Preset, Scenario } from './schema.ts'

const machine = (cpus: number, iotlb = 64): Settings => ({ platform: VTD, cpuPage: 4 * KIB, cpus, iotlb })

/** CPUs that each map and unmap a buffer of 4K every so many ns. */
const paced = (preset: string, m: Settings, own: Settings, load: Settings): Scenario =>
  scenario(
    preset,
    m,
    [device(0, 'nic0', { iommuPage: 4 * KIB, window: SPACE_48, allocator: 'rcache', ...own })],
    [workload(0, 'map-loop', 0, { depth: 64, ...load })],
  )

/** A hypervisor that maps a guest for the device it was given. */
const guest = (preset: string, m: Settings, own: Settings, load: Settings): Scenario =>
  scenario(
    preset,
    m,
    [device(0, 'vf0', { iommuPage: 4 * KIB, window: SPACE_48, allocator: 'rcache', ...own })],
    [workload(0, 'guest', 0, load)],
  )

/** A device that reads 64 bytes here and there in a window of memory. */
const reads = (preset: string, own: Settings, load: Settings): Scenario =>
  scenario(
    preset,
    machine(1),
    [device(0, 'nic0', { iommuPage: 4 * KIB, window: SPACE_48, allocator: 'rcache', ...own })],
    [workload(0, 'window-read', 0, load)],
  )

export const iotlbPresets: readonly Preset[] = [
  {
    id: 'strict',
    title: 'Every unmap waits',
    nudge: { path: 'd0.flush', value: 'deferred' },
    scenario: scenario(
      'strict',
      machine(4),
      [device(0, 'eth0', { iommuPage: 4 * KIB, window: SPACE_48, allocator: 'rcache', flush: 'strict' })],
      [workload(0, 'nic-rx', 0, { rate: 40, ring: 512, queues: 4 })],
    ),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['ledger', 'commands'],
  },
  {
    id: 'batched',
    title: 'One flush for 255 unmaps',
    nudge: { path: 'w0.interval', value: 100_000, worse: true },
    scenario: paced('batched', machine(4, 1024), { flush: 'deferred' }, { interval: 10_000 }),
    openNs: 20 * MS,
    horizonNs: 40 * MS,
    dock: ['queues', 'iotlb'],
  },
  {
    id: 'never',
    title: 'Nobody tells the IOTLB',
    nudge: { path: 'd0.flush', value: 'strict' },
    scenario: paced('never', machine(2, 256), { flush: 'none', late: 10 }, { interval: 10_000, unmapOn: 'next' }),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['iotlb', 'ledger'],
  },
  {
    id: 'untrusted-device',
    title: 'A device that comes back',
    nudge: { path: 'd0.flush', value: 'strict' },
    about: 'late',
    scenario: paced(
      'untrusted-device',
      machine(2, 256),
      { flush: 'deferred', late: 10, lateAfter: MS },
      { depth: 16, interval: 20_000, unmapOn: 'next' },
    ),
    openNs: 10 * MS,
    horizonNs: 20 * MS,
    dock: ['iotlb', 'queues'],
  },
  {
    id: 'hypervisor-2011',
    title: 'A guest keeps what it gave back',
    nudge: { path: 'd0.flush', value: 'strict' },
    scenario: guest('hypervisor-2011', machine(2), { flush: 'none' }, { ram: 64 * MIB, misbehaves: 'on' }),
    openNs: 20 * MS,
    horizonNs: 40 * MS,
    dock: ['iotlb', 'radix'],
  },
  {
    id: 'iotlb-wall',
    title: 'The wall at 256 KiB',
    nudge: { path: 'w0.span', value: 256 * KIB },
    scenario: reads('iotlb-wall', { superpages: 'off' }, { span: MIB, unit: 4 * KIB }),
    openNs: 1 * MS,
    horizonNs: 2 * MS,
    dock: ['iotlb', 'radix'],
  },
  {
    id: 'superpages',
    title: 'Large pages reach further',
    nudge: { path: 'd0.superpages', value: 'off', worse: true },
    scenario: reads('superpages', { superpages: 'all' }, { span: 64 * MIB, unit: 2 * MIB }),
    openNs: 1 * MS,
    horizonNs: 2 * MS,
    dock: ['iotlb', 'radix'],
  },
  {
    id: 'splitting',
    title: 'One page off',
    nudge: { path: 'w0.misalign', value: 'off' },
    scenario: guest('splitting', machine(2), { flush: 'strict' }, { ram: 64 * MIB, misalign: 'on' }),
    openNs: 10 * MS,
    horizonNs: 20 * MS,
    dock: ['radix', 'ledger'],
  },
  {
    id: 'partial-unmap',
    title: 'A piece of a large page',
    nudge: { path: 'm.platform', value: ARM },
    scenario: scenario(
      'partial-unmap',
      machine(1),
      [device(0, 'vf0', { iommuPage: 4 * KIB, window: SPACE_48, allocator: 'rcache', flush: 'strict' })],
      [workload(0, 'carve', 0, { where: 'start' })],
    ),
    openNs: 8 * MS + 500_000,
    horizonNs: 20 * MS,
    dock: ['radix', 'commands'],
  },
  {
    id: 'exact-size-flush',
    title: 'Hardware that must be told the page size',
    nudge: { path: 'd0.hardware', value: 'blind', worse: true },
    scenario: guest(
      'exact-size-flush',
      machine(2),
      { flush: 'strict', hardware: 'exact' },
      { ram: 64 * MIB, misbehaves: 'on' },
    ),
    openNs: 20 * MS,
    horizonNs: 40 * MS,
    dock: ['commands', 'iotlb'],
  },
]
