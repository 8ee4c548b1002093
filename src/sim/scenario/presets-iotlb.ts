// Stories of the IOTLB: when is unmapped really unmapped, how far a cache of translations reaches, and what page sizes
// have to do with both.

import { device, KIB, MIB, MS, scenario, workload } from './make.ts'
import { ARM, SPACE_48, VTD } from './platform-iommu.ts'
import type { Preset, Scenario, Settings } from './schema.ts'

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
    says: 'A card of 40 Gbit/s, strict: each unmap clears its entry, tells the IOTLB and waits. In 10 ms that wait is 57 % of what a map and unmap costs; nothing stays reachable, and 25 of the 40 Gbit/s arrive.',
    tryThis: 'Set the flush to deferred: 36 Gbit/s, and a device that reaches a little more than it should.',
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
    says: 'The default: an unmap clears its entry and goes on; 255 of them wait in a ring for one flush. Until then the device still gets there: up to 4 MiB of memory that was taken back, for 2.57 ms.',
    tryThis: 'Let a buffer come every 100 µs: no ring fills any more, and the timer flushes after 10 ms.',
    nudge: { path: 'w0.interval', value: 100_000 },
    scenario: paced('batched', machine(4, 1024), { flush: 'deferred' }, { interval: 10_000 }),
    openNs: 20 * MS,
    horizonNs: 40 * MS,
    dock: ['queues', 'iotlb'],
  },
  {
    id: 'never',
    title: 'Nobody tells the IOTLB',
    says: 'The bug of 2011: nothing is invalidated, and an address is free at once. Whoever gets it next is led to the page before: in 10 ms 666 of 987 buffers go to the wrong memory.',
    tryThis: 'Set the flush to strict: what is left over goes first, and nothing goes wrong any more.',
    nudge: { path: 'd0.flush', value: 'strict' },
    scenario: paced('never', machine(2, 256), { flush: 'none', late: 10 }, { interval: 10_000, unmapOn: 'next' }),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['iotlb', 'ledger'],
  },
  {
    id: 'untrusted-device',
    title: 'A device that comes back',
    says: 'The device comes back to every tenth buffer 1 ms after its unmap. 86 of 94 times in 20 ms it still gets through, 85 of them to data that a new owner has put there.',
    tryThis: 'Set the flush to strict: every attempt ends in a fault.',
    nudge: { path: 'd0.flush', value: 'strict' },
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
    says: 'In 2011 the calls that hypervisors use flushed nothing. Memory goes from one guest to another, 2M at a time; the first one’s device goes on using it: 13 140 times in 20 ms it reaches the other’s data.',
    tryThis: 'Set the flush to strict: the device faults instead.',
    nudge: { path: 'd0.flush', value: 'strict' },
    scenario: guest('hypervisor-2011', machine(2), { flush: 'none' }, { ram: 64 * MIB, misbehaves: 'on' }),
    openNs: 20 * MS,
    horizonNs: 40 * MS,
    dock: ['iotlb', 'radix'],
  },
  {
    id: 'iotlb-wall',
    title: 'The wall at 256 KiB',
    says: 'A device reads 64 bytes here and there in 1 MiB of 4K pages. 64 entries lead to 256 KiB of it: three of four reads miss and wait for a walk, and 12.5 of 27.7 Gbit/s remain.',
    tryThis: 'Make the window 256K: every read hits.',
    nudge: { path: 'w0.span', value: 256 * KIB },
    scenario: reads('iotlb-wall', { superpages: 'off' }, { span: MIB, unit: 4 * KIB }),
    openNs: 1 * MS,
    horizonNs: 2 * MS,
    dock: ['iotlb', 'radix'],
  },
  {
    id: 'superpages',
    title: 'Large pages reach further',
    says: 'The same reads over 64 MiB: 32 pages of 2M take half of the 64 entries, and every read hits.',
    tryThis: 'Set the page sizes to the smallest: 16 384 pages for 64 entries, and a third of the speed.',
    nudge: { path: 'd0.superpages', value: 'off' },
    scenario: reads('superpages', { superpages: 'all' }, { span: 64 * MIB, unit: 2 * MIB }),
    openNs: 1 * MS,
    horizonNs: 2 * MS,
    dock: ['iotlb', 'radix'],
  },
  {
    id: 'splitting',
    title: 'One page off',
    says: 'A large page needs both addresses aligned. Here the memory of the host begins one page late: each 2M becomes 512 pages of 4K in a table of their own, and eight times the table work.',
    tryThis: 'Align the host memory: one entry for each 2M, and no leaf table is left.',
    nudge: { path: 'w0.misalign', value: 'off' },
    scenario: guest('splitting', machine(2), { flush: 'strict' }, { ram: 64 * MIB, misalign: 'on' }),
    openNs: 10 * MS,
    horizonNs: 20 * MS,
    dock: ['radix', 'ledger'],
  },
  {
    id: 'partial-unmap',
    title: 'A piece of a large page',
    says: 'A hypervisor takes 4K back from the start of a page of 2M. An unmap does not know how its range was mapped: VT-d takes the whole 2M away, and the device faults on 511 pages that nobody asked for.',
    tryThis: 'Set the platform to Arm: it splits the page into a table and takes 4K.',
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
    says: 'The other vendors of the debate: hardware that forgets a page only if told its size as mapped. Before it clears a range the kernel looks the sizes up: one command for each 2M, and nothing stays.',
    tryThis: 'Let it be told 4K for everything: 512 commands for each 2M, and the device still gets through.',
    nudge: { path: 'd0.hardware', value: 'blind' },
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
