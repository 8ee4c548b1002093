// Settings of the machine and of a device's window, by platform, and the one table that says which combinations never
// shipped. Validation, controls and the link share it.

import type { AllocatorInfo } from '../iova/allocator.ts'
import { allocatorInfos } from '../iova/index.ts'
import { tceHalvesInfo } from '../iova/tce-halves.ts'
import {
  isAllowed,
  type Param,
  type ParamTable,
  type ParamValue,
  readParam,
  readParams,
  type Settings,
} from '../params.ts'
import { bootParams, bootParamsOf, translates } from './platform-boot.ts'
import { ARM, GIB, iotlbParams, isRadix, KIB, MIB, radixDevice, radixParams, size, VTD } from './platform-iommu.ts'
import { platformParam } from './platform-names.ts'
import {
  isPowernv,
  isPseries,
  powernvMachine,
  powernvParams,
  pseriesMachine,
  pseriesParams,
  vfsParam,
} from './platform-power.ts'

/** Of every machine. */
export const commonParams = [
  platformParam,
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
  {
    name: 'online',
    label: 'CPUs online',
    unit: 'count',
    default: 0,
    effect: 'live',
    advanced: true,
    values: [
      { value: 0, key: 'all', label: 'all', help: 'every CPU that there is' },
      ...[1, 2, 4, 8, 16, 32].map((n) => ({ value: n, key: String(n), label: String(n) })),
    ],
    help: 'CPUs at work, from CPU 0 on. What the magazines of the others held goes back to the tree; their work goes to these.',
  },
] as const satisfies ParamTable

const windows = [
  ...[MIB, 4 * MIB, 16 * MIB, 64 * MIB, 128 * MIB, 256 * MIB, 512 * MIB, GIB, 2 * GIB, 4 * GIB].map(size),
]

const ALLOCATORS = allocatorInfos.map((a) => ({ value: a.id, key: a.id, label: a.label, help: a.era }))
const MIXED = new Set(allocatorInfos.filter((a) => a.mixed).map((a) => a.id))

export const allocatorParam = {
  name: 'allocator',
  label: 'Allocator',
  unit: 'choice',
  default: 'tce-pools',
  effect: 'restart',
  values: ALLOCATORS,
  help: 'How the kernel chooses the entries of the window for a mapping.',
} as const satisfies Param

const radixAllocator: Param = {
  ...allocatorParam,
  default: 'rcache',
  values: ALLOCATORS.filter(({ value }) => !MIXED.has(value)),
}

/** Of a partition, whose kernel knows no other allocators. */
const bitmapAllocator: Param = {
  ...allocatorParam,
  advanced: true,
  values: ALLOCATORS.filter(({ value }) => !allocatorNotes('power')[`allocator=${value}`]),
}

export const maskParam = {
  name: 'dmaMask',
  label: 'DMA mask',
  unit: 'bits',
  default: 64,
  effect: 'restart',
  advanced: true,
  values: [24, 26, 27, 28, 30, 31, 32, 64].map((n) => ({ value: n, key: String(n), label: String(n) })),
  help: 'Address bits that the device can drive. Entries beyond them cannot be used for it.',
} as const satisfies Param

/** Of a device's window on a machine with tables of TCEs. */
export const powerParams = [
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
    values: windows,
    help: 'Bus addresses that the device may use. Every mapping takes its place in here.',
  },
  allocatorParam,
  maskParam,
] as const satisfies ParamTable

/** Tables of params by the settings that they follow from: there are few, and they are asked for all the time. */
const tables = new Map<string, readonly Param[]>()

function once(key: string, make: () => readonly Param[]): readonly Param[] {
  const known = tables.get(key)
  if (known) return known
  const made = make()
  tables.set(key, made)
  return made
}

/** Params of the machine on its platform. */
export function machineParams(machine: Settings): readonly Param[] {
  const { bootKernel } = readParams(bootParams, machine)
  const key = `m ${readParam(platformParam, machine)} ${translates(machine)} ${bootKernel}`
  return once(key, () => makeMachineParams(machine))
}

function makeMachineParams(machine: Settings): readonly Param[] {
  const platform = readParam(platformParam, machine)
  if (isPowernv(platform)) return [...commonParams, ...powernvMachine]
  if (isPseries(platform)) return [...commonParams, ...pseriesMachine]
  if (!isRadix(platform)) return commonParams
  if (platform === ARM) return [...commonParams.map((p) => (p.name === 'cpuPage' ? armPage(p) : p)), ...iotlbParams]
  return [...commonParams, ...(translates(machine) ? iotlbParams : []), ...bootParamsOf(machine)]
}

/** Arm kernels have pages of 16K too. */
function armPage(param: Param): Param {
  return { ...param, values: [4 * KIB, 16 * KIB, 64 * KIB].map(size) }
}

/** Params of a device's window on a platform. */
export function deviceParams(machine: Settings): readonly Param[] {
  const key = `d ${readParam(platformParam, machine)} ${translates(machine)} ${readParam(vfsParam, machine)}`
  return once(key, () => makeDeviceParams(machine))
}

function makeDeviceParams(machine: Settings): readonly Param[] {
  const platform = readParam(platformParam, machine)
  if (isPowernv(platform)) return powernvParams
  if (isPseries(platform)) return pseriesParams(bitmapAllocator, maskParam, readParam(vfsParam, machine))
  if (!isRadix(platform)) return powerParams
  const params = radixParams(platform, windows, radixAllocator, maskParam)
  return translates(machine) ? params : untranslated(params)
}

/** Of a device whose buffers are used where they lie or bounce: what it reaches. The rest stays as it is for when the IOMMU
 *  comes up after all. */
function untranslated(params: readonly Param[]): readonly Param[] {
  const kept = ['iommuPage', 'flush', 'dmaMask']
  return params
    .filter(({ name }) => kept.includes(name))
    .map((param) => ({ ...param, advanced: param.name !== 'dmaMask' }))
}

/** Of every device but the first, which others can share with. */
export const tableParam = {
  name: 'table',
  label: 'Table',
  unit: 'choice',
  default: 'own',
  effect: 'restart',
  values: [
    { value: 'own', key: 'own', label: 'Own', help: 'A window, a table and an IOMMU page size of its own.' },
    { value: 'shared', key: 'shared', label: 'Shared', help: 'The window and the table of the first device.' },
  ],
  help: 'Whether the device has a window of its own. Ports of one card, and devices of one bus, often share one.',
} as const satisfies Param

/** What a device that shares the first one's table still has of its own. */
export const sharedParams: readonly Param[] = [maskParam]

/** Allocators that hold the window in a bitmap: they cover the low 4 GiB of a larger space. */
export function needsBitmap(allocator: unknown): boolean {
  return allocatorInfos.some((a) => a.id === allocator && a.bitmap)
}

/** `allocator=id` → why no kernel of POWER, or with the common IOMMU layer, shipped it. */
export function allocatorNotes(
  kernel: 'power' | 'common',
  infos: readonly AllocatorInfo[] = allocatorInfos,
): Record<string, string> {
  const notes: Record<string, string> = {}
  const elsewhere = `never shipped with ${kernel === 'power' ? 'POWER, which has its own' : 'this IOMMU'}`
  for (const { id, shipped } of infos) {
    if ('never' in shipped) notes[`allocator=${id}`] = `never shipped: ${shipped.never}`
    else if (shipped.by !== kernel) notes[`allocator=${id}`] = elsewhere
  }
  return notes
}

/** Bytes of the smallest page of a device's table, by the flat record of settings; of a partition those of its default window. */
export function pageBytesOf(settings: Settings, id: string): number {
  const platform = readParam(platformParam, settings, 'm')
  if (isPseries(platform)) return 4 * KIB
  const table = isRadix(platform) ? radixDevice : isPowernv(platform) ? powernvParams : powerParams
  return readParams(table, settings, id).iommuPage
}

/** `param.name=option` → why no kernel shipped it, for the options that the other settings make so. */
export function neverShipped(machine: Settings, device: Settings): Readonly<Record<string, string>> {
  const { platform, cpuPage } = readParams(commonParams, machine)
  const allocator = readParam(allocatorParam, device)
  const notes = allocatorNotes(isRadix(platform) ? 'common' : 'power')
  if (isRadix(platform)) {
    if (needsBitmap(allocator)) notes['window=256t'] = 'its bitmap covers the low 4 GiB only'
    for (const page of [16 * KIB, 64 * KIB])
      if (page > cpuPage)
        notes[`iommuPage=${size(page).key}`] = 'larger than the pages of this kernel, which then bounces small buffers'
    notes['flush=none'] = 'a bug: the IOMMU API of 2011, not the DMA API'
    if (readParams(radixDevice, device).untrusted === 'on')
      notes['flush=deferred'] = notes['flush=none'] = 'not for an untrusted device: it is strict all the same'
    if (platform !== VTD)
      notes['hardware=exact'] = notes['hardware=blind'] = 'not this hardware: an idea of the debate of 2011'
    return notes
  }
  if (isPowernv(platform)) {
    notes['memory=vmalloc'] = 'never shipped: a question of the 2018 discussion'
    notes['clearing=allocates'] = 'never shipped: a mistake of the first posting'
    notes['window=3g'] = 'no power of two: refused'
    return notes
  }
  if (isPseries(platform)) {
    notes['allocator=tce-halves'] = 'never shipped beside dynamic windows used for buffers'
    return notes
  }
  if (cpuPage === 4 * KIB) notes['iommuPage=64k'] = 'never shipped for this window: a 4K kernel maps 4K pages'
  if (allocator === tceHalvesInfo.id && readParams(tceHalvesInfo.params, device).generation === 2) {
    notes['iommuPage=64k'] = 'never shipped: from 2.6.20 to 3.5 IOMMU pages were 4K'
  }
  notes['window=4g'] = 'never shipped: a default window ends below 4 GiB'
  return notes
}

/** Values that `params` prescribe where `given` has none. */
export function withDefaults(params: readonly Param[], given: Settings): Record<string, ParamValue> {
  const all: Record<string, ParamValue> = {}
  for (const param of params) {
    const value = given[param.name]
    // A value of another platform is none here.
    all[param.name] = value !== undefined && isAllowed(param, value) ? value : param.default
  }
  return all
}
