// Settings of the machine and of a device's window, and the one table that says which combinations never shipped.
// Validation, controls and the link share it.

import { allocators } from '../iova/index.ts'
import type { Param, ParamValue } from '../params.ts'
import type { Settings } from './schema.ts'

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

const size = (bytes: number) => {
  const [n, letter] = bytes >= GIB ? [bytes / GIB, 'G'] : bytes >= MIB ? [bytes / MIB, 'M'] : [bytes / KIB, 'K']
  return { value: bytes, key: `${n}${letter.toLowerCase()}`, label: `${n}${letter}` }
}

export const machineParams: readonly Param[] = [
  {
    name: 'cpuPage',
    label: 'CPU page',
    unit: 'bytes',
    default: 64 * KIB,
    effect: 'restart',
    values: [4 * KIB, 64 * KIB].map(size),
    help: 'Page size of the kernel. Memory is handed out in pages of this size.',
  },
  {
    name: 'cpus',
    label: 'CPUs',
    unit: 'count',
    default: 8,
    effect: 'restart',
    values: [1, 2, 4, 8, 16, 32, 64].map((n) => ({ value: n, key: String(n), label: String(n) })),
    help: 'Simulated CPUs that run the driver. A CPU that waits for a lock does nothing else.',
  },
]

export const deviceParams: readonly Param[] = [
  {
    name: 'iommuPage',
    label: 'IOMMU page',
    unit: 'bytes',
    default: 64 * KIB,
    effect: 'restart',
    values: [4 * KIB, 64 * KIB].map(size),
    help: 'The smallest piece of the window: one TCE maps one IOMMU page, however little of it a buffer uses.',
  },
  {
    name: 'window',
    label: 'DMA window',
    unit: 'bytes',
    default: 256 * MIB,
    effect: 'restart',
    values: [MIB, 4 * MIB, 16 * MIB, 64 * MIB, 128 * MIB, 256 * MIB, 512 * MIB, GIB, 2 * GIB, 4 * GIB].map(size),
    help: 'Bus addresses that the device may use. Every mapping takes its place in here.',
  },
  {
    name: 'allocator',
    label: 'Allocator',
    unit: 'choice',
    default: 'tce-pools',
    effect: 'restart',
    values: allocators.map((a) => ({ value: a.id, key: a.id, label: a.label, help: a.era })),
    help: 'How the kernel chooses the entries of the window for a mapping.',
  },
  {
    name: 'dmaMask',
    label: 'DMA mask',
    unit: 'bits',
    default: 64,
    effect: 'restart',
    advanced: true,
    values: [24, 26, 27, 28, 30, 31, 32, 64].map((n) => ({ value: n, key: String(n), label: String(n) })),
    help: 'Address bits that the device can drive. Entries beyond them cannot be used for it.',
  },
]

/** Of every device but the first, which others can share with. */
export const tableParam: Param = {
  name: 'table',
  label: 'TCE table',
  unit: 'choice',
  default: 'own',
  effect: 'restart',
  values: [
    { value: 'own', key: 'own', label: 'Own', help: 'A window, a table and an IOMMU page size of its own.' },
    { value: 'shared', key: 'shared', label: 'Shared', help: 'The window and the table of the first device.' },
  ],
  help: 'Whether the device has a window of its own. Ports of one card, and devices of one bus, often share one.',
}

/** `param.name=option` → why no kernel shipped it, for the options that the other settings make so. */
export function neverShipped(machine: Settings, device: Settings): Readonly<Record<string, string>> {
  const notes: Record<string, string> = {}
  if (machine.cpuPage === 4 * KIB) notes['iommuPage=64k'] = 'never shipped for this window: a 4K kernel maps 4K pages'
  if (device.allocator === 'tce-halves' && device.generation === 2) {
    notes['iommuPage=64k'] = 'never shipped: from 2.6.20 to 3.5 IOMMU pages were 4K'
  }
  notes['allocator=fine-coarse'] = 'never shipped: an idea of 2006'
  notes['window=4g'] = 'never shipped: a default window ends below 4 GiB'
  return notes
}

/** Values that `params` prescribe where `given` has none. */
export function withDefaults(params: readonly Param[], given: Settings): Record<string, ParamValue> {
  const all: Record<string, ParamValue> = {}
  for (const param of params) all[param.name] = given[param.name] ?? param.default
  return all
}
