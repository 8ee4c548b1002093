// Stories of a PC whose IOMMU does not come up: what the boot leaves it with, and buffers that are copied.

import type { Settings } from '../params.ts'
import { device, KIB, MS, scenario, workload } from './make.ts'
import { GIB, VTD } from './platform-iommu.ts'
import type { Preset, Scenario } from './schema.ts'

const pc = (settings: Settings): Settings => ({ platform: VTD, cpuPage: 4 * KIB, cpus: 4, ram: 16 * GIB, ...settings })

/** A card of 32 bits that receives 10 Gbit/s into buffers all over memory. */
const card = (preset: string, machine: Settings, own: Settings = {}, load: Settings = {}): Scenario =>
  scenario(
    preset,
    pc(machine),
    [device(0, 'eth0', { dmaMask: 32, ...own })],
    [workload(0, 'nic-rx', 0, { rate: 10, ring: 512, queues: 4, bringUp: 500_000, ...load })],
  )

/** Drives in a virtual machine that bounces everything. */
const drives = (preset: string, machine: Settings, load: Settings): Scenario =>
  scenario(
    preset,
    pc({ comesUp: 'absent', force: 'force', guest: 'on', ...machine }),
    [device(0, 'nvme0', {})],
    [workload(0, 'nvme', 0, { queues: 4, depth: 256, service: 200_000, ...load })],
  )

export const bootPresets: readonly Preset[] = [
  {
    id: 'iommu-fails',
    title: 'Found, and then it fails',
    nudge: { path: 'm.bootKernel', value: '2.6.31', worse: true },
    scenario: card('iommu-fails', { comesUp: 'fails' }),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['boot', 'bounce', 'pool'],
  },
  {
    id: 'panic',
    title: 'First way out: give up',
    nudge: { path: 'm.bootKernel', value: 'give-back' },
    about: 'refusal',
    scenario: card('panic', { comesUp: 'fails', bootKernel: 'panic' }),
    openNs: 1 * MS,
    horizonNs: 10 * MS,
    dock: ['boot'],
  },
  {
    id: 'late-4mb',
    title: 'Third way out: 4 MiB, late',
    nudge: { path: 'm.bootKernel', value: 'give-back' },
    about: 'refusal',
    scenario: card('late-4mb', { comesUp: 'fails', bootKernel: 'late' }, {}, { ring: 1024 }),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['boot', 'pool', 'bounce'],
  },
  {
    id: 'give-back',
    title: 'Fourth way out: reserve, and give back',
    nudge: { path: 'm.comesUp', value: 'fails', worse: true },
    scenario: card('give-back', { bootKernel: 'give-back' }),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['boot', 'bounce', 'pool'],
  },
  {
    id: 'leak-64m',
    title: '64 MiB for nothing',
    nudge: { path: 'm.bootKernel', value: 'give-back' },
    scenario: card('leak-64m', { bootKernel: 'leak' }),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['boot'],
  },
  {
    id: 'nommu',
    title: '2009: nothing to bounce in',
    nudge: { path: 'm.bootKernel', value: '2.6.33' },
    about: 'refusal',
    scenario: card('nommu', { comesUp: 'fails', bootKernel: '2.6.31' }),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['boot', 'bounce'],
  },
  {
    id: 'bounce-load',
    title: 'Every byte twice',
    nudge: { path: 'd0.dmaMask', value: 64 },
    scenario: card('bounce-load', { comesUp: 'absent', cpus: 2 }, {}, { rate: 40, queues: 2 }),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['bounce', 'pool', 'boot'],
  },
  {
    id: 'full-but-empty',
    title: 'Full, says the log; empty, says the map',
    nudge: { path: 'w0.mix', value: '4k' },
    about: 'refusal',
    scenario: drives('full-but-empty', { guest: 'off' }, { mix: 'large', depth: 4 }),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['pool', 'bounce'],
  },
  {
    id: 'slot-leak',
    title: 'A driver that forgets',
    nudge: { path: 'w0.leak', value: 0 },
    about: 'refusal',
    scenario: scenario(
      'slot-leak',
      pc({ comesUp: 'absent', force: 'force', swiotlb: 2048 }),
      [device(0, 'nic0', {})],
      [workload(0, 'map-loop', 0, { depth: 16, leak: 10 })],
    ),
    openNs: 4 * MS,
    horizonNs: 10 * MS,
    dock: ['pool', 'bounce'],
  },
  {
    id: 'one-area',
    title: 'One area, one lock',
    nudge: { path: 'm.swiotlbAreas', value: 0 },
    scenario: drives('one-area', { swiotlbAreas: 1 }, { mix: '4k' }),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['bounce-study', 'pool', 'locks'],
  },
  {
    id: 'areas',
    title: 'An area for each CPU',
    nudge: { path: 'm.swiotlbAreas', value: 1, worse: true },
    scenario: drives('areas', {}, { mix: '4k' }),
    openNs: 5 * MS,
    horizonNs: 10 * MS,
    dock: ['pool', 'bounce-study', 'locks'],
  },
]
