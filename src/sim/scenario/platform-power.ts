// Settings of the two faces of a POWER machine: the host (powernv), which gives a device to a guest by a table of several
// levels, and the partition (pseries), whose windows a hypervisor makes.

import type { NumberOption, Param, ParamsOf, ParamTable, ParamValue } from '../params.ts'
import { GIB, KIB, MIB, option, size, TIB } from './platform-iommu.ts'

export const POWERNV = 'powernv'
export const PSERIES = 'pseries'

/** True for the host that gives devices to guests. */
export const isPowernv = (platform: ParamValue | undefined): boolean => platform === POWERNV
/** True for a partition under a hypervisor. */
export const isPseries = (platform: ParamValue | undefined): boolean => platform === PSERIES

const powers = (from: number, to: number): readonly NumberOption[] => {
  const all: NumberOption[] = []
  for (let bytes = from; bytes <= to; bytes *= 2) all.push(size(bytes))
  return all
}
const ON_OFF = (on: string, off: string) => [option('on', 'on', on), option('off', 'off', off)]

const RAM = {
  name: 'ram',
  label: 'Guest RAM',
  unit: 'bytes',
  default: 16 * GIB,
  effect: 'restart',
  values: powers(64 * MIB, 32 * GIB),
  help: 'Memory of the guest from address 0 on. All of it is mapped for the device.',
} as const satisfies Param

/** Of a powernv machine: the memory of the guest that has the device. */
export const powernvMachine = [
  RAM,
  {
    name: 'far',
    label: 'Far memory',
    unit: 'bytes',
    default: 0,
    effect: 'restart',
    values: [{ value: 0, key: '0', label: 'none', help: 'Only RAM at address 0.' }, ...powers(64 * MIB, 32 * GIB)],
    help: 'Memory of the guest that lies far away, as that of a GPU on NVLink does.',
  },
  {
    name: 'farAt',
    label: 'Far memory at, GiB',
    unit: 'count',
    default: 37_120,
    effect: 'restart',
    min: 0,
    max: 1_048_576,
    help: 'Guest address at which the far memory begins, in GiB. On a real NVLink machine it was 37 120: 0x2440_0000_0000.',
  },
  {
    name: 'farRoom',
    label: 'Room for far memory',
    unit: 'bytes',
    default: 128 * GIB,
    effect: 'restart',
    advanced: true,
    values: powers(GIB, TIB),
    help: 'Addresses set aside for far memory, more than there is of it: what a table without gaps would have to cover.',
  },
] as const satisfies ParamTable

/** Of a device that a powernv host gives to a guest: window and table. */
export const powernvParams = [
  {
    name: 'iommuPage',
    label: 'IOMMU page',
    unit: 'bytes',
    default: 64 * KIB,
    effect: 'restart',
    values: [4 * KIB, 64 * KIB, 2 * MIB, 16 * MIB, 256 * MIB, GIB].map(size),
    help: 'What one TCE maps. The host’s memory must lie in one piece of at least this size.',
  },
  {
    name: 'window',
    label: 'DMA window',
    unit: 'bytes',
    default: 64 * TIB,
    effect: 'restart',
    values: [...powers(64 * KIB, 2 * GIB), size(3 * GIB), ...powers(4 * GIB, 1024 * TIB)],
    help: 'Bus addresses of the guest’s device, from 0 on: what is mapped lies at the guest’s own addresses.',
  },
  {
    name: 'levels',
    label: 'Levels',
    unit: 'count',
    default: 2,
    effect: 'restart',
    values: [1, 2, 3, 4, 5].map((n) => ({ value: n, key: String(n), label: String(n) })),
    help: 'Levels of the TCE table: all level tables have one size, and the more levels there are the smaller it is.',
  },
  {
    name: 'era',
    label: 'Levels are made',
    unit: 'choice',
    default: '6.12',
    effect: 'restart',
    values: [
      option('full', 'whole', 'Before 4.19: the whole tree at once.'),
      option('2018', '2018', '4.19 to 5.3: on demand, if user space keeps a copy and the window is above 4 GiB.'),
      option('6.12', 'on demand', 'Since 5.4: the top table at once, the others when something is mapped there.'),
    ],
    help: 'Whether the kernel makes all level tables with the window, or each when its first entry is set.',
  },
  {
    name: 'userCopy',
    label: 'Userspace copy',
    unit: 'choice',
    default: 'on',
    effect: 'restart',
    advanced: true,
    values: ON_OFF('A second tree of the same shape.', 'The hardware’s tree alone.'),
    help: 'A second tree that keeps the user-space address behind each entry, so that VFIO can give the page back.',
  },
  {
    name: 'memory',
    label: 'Table memory',
    unit: 'choice',
    default: 'levels',
    effect: 'restart',
    advanced: true,
    values: [
      option('levels', 'level tables', 'As in the kernel.'),
      option('vmalloc', 'vmalloc', 'The question of 2018: one level in virtual memory. It is filled at once.'),
    ],
    help: 'Where the memory of the table comes from.',
  },
  {
    name: 'clearing',
    label: 'Clearing',
    unit: 'choice',
    default: 'skips',
    effect: 'restart',
    advanced: true,
    values: [
      option('skips', 'skips', 'What has no level table is passed over.'),
      option('allocates', 'allocates', 'The mistake of the first posting of 2018: cleaning up makes the tables.'),
    ],
    help: 'What a walk that only cleans up does where a level table is missing.',
  },
  {
    name: 'realMode',
    label: 'Real mode',
    unit: 'choice',
    default: 'off',
    effect: 'restart',
    advanced: true,
    values: ON_OFF(
      'Until 2022: KVM answers hypercalls in real mode, where nothing can be allocated.',
      'As today: every hypercall is answered in virtual mode.',
    ),
    help: 'A hypercall that needs a level table is too hard for real mode: it is done again in virtual mode.',
  },
] as const satisfies ParamTable

export type GuestSettings = ParamsOf<typeof powernvParams>

const count = (n: number): NumberOption => ({ value: n, key: String(n), label: String(n) })
/** TCEs as counts of 1024, 1024² …: `8M`. */
const tces = (n: number): NumberOption => ({ ...size(n), label: size(n).label })

export const vfsParam = {
  name: 'vfs',
  label: 'Virtual functions',
  unit: 'count',
  default: 0,
  effect: 'restart',
  advanced: true,
  values: [
    { value: 0, key: '0', label: 'none', help: 'One device, with what its hypervisor offers.' },
    ...[1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map(count),
  ],
  help: 'Functions of SR-IOV adapters that share the platform’s budget of TCE memory. Traffic of one is simulated.',
} as const satisfies Param

/** Of a partition: its memory, and the budget that its virtual functions share. */
export const pseriesMachine = [
  {
    ...RAM,
    label: 'RAM',
    default: 16 * GIB,
    effect: 'live',
    values: powers(GIB, 64 * GIB),
    help: 'Memory of the partition now. More can be plugged in while it runs: a direct window then maps it too.',
  },
  {
    name: 'maxRam',
    label: 'May grow to',
    unit: 'bytes',
    default: 32 * GIB,
    effect: 'restart',
    values: powers(GIB, 64 * TIB),
    help: 'The highest address that memory may ever be plugged in at. A direct window has to hold all of it.',
  },
  {
    name: 'pmem',
    label: 'Persistent memory',
    unit: 'choice',
    default: 'off',
    effect: 'restart',
    advanced: true,
    values: ON_OFF('A node of persistent memory exists, beyond RAM.', 'RAM alone.'),
    help: 'Persistent memory lies outside of RAM: a direct window for RAM does not hold it.',
  },
  {
    name: 'multitce',
    label: 'Several TCEs a call',
    unit: 'choice',
    default: 'on',
    effect: 'restart',
    advanced: true,
    values: ON_OFF('H_PUT_TCE_INDIRECT and H_STUFF_TCE: up to 512.', 'As with multitce=off: one call for each TCE.'),
    help: 'Whether a hypercall can write up to 512 TCEs.',
  },
  vfsParam,
  {
    name: 'tceBudget',
    label: 'TCE budget',
    unit: 'bytes',
    default: 64 * MIB,
    effect: 'restart',
    advanced: true,
    values: powers(64 * KIB, 16 * GIB),
    help: 'Memory that the platform has set aside for the TCEs of dynamic windows, 8 bytes each.',
  },
  {
    name: 'tceShare',
    label: 'Shared out',
    unit: 'choice',
    default: 'even',
    effect: 'restart',
    advanced: true,
    values: [
      option('even', 'evenly', 'The same limit for each function.'),
      option('first', 'first come', 'Each takes what it wants while it lasts.'),
    ],
    help: 'How the functions share the budget.',
  },
] as const satisfies ParamTable

/** Page sizes of the query's answer, by its bits. */
const PAGE_SIZES: readonly NumberOption[] = [
  { value: 0x1, key: '4k', label: '4K' },
  { value: 0x3, key: '64k', label: 'to 64K', help: 'A hypervisor that offers 64K at most.' },
  { value: 0x103, key: '64k-2m', label: '64K+2M', help: 'To 64K, and 2M: what processors without pages of 16M offer.' },
  { value: 0x7, key: '16m', label: 'to 16M' },
  { value: 0x107, key: '16m-2m', label: '+2M', help: 'To 16M, and 2M: its bit came last.' },
  { value: 0x1ff, key: 'all', label: 'to 16G', help: 'All that LoPAR has a bit for.' },
]

const WINDOW = {
  name: 'window',
  label: 'Default window',
  unit: 'bytes',
  default: 2 * GIB,
  effect: 'restart',
  values: powers(MIB, 2 * GIB),
  help: 'The window that a device has from the start: pages of 4K, below 4 GiB.',
} as const satisfies Param

const DDW = {
  name: 'ddw',
  label: 'Dynamic window',
  unit: 'choice',
  default: 'on',
  effect: 'restart',
  values: ON_OFF('The device tree has ibm,ddw-applicable.', 'It has not, or the kernel was started with disable_ddw.'),
  help: 'Whether a second window can be asked for at all.',
} as const satisfies Param

const KERNEL = {
  name: 'kernel',
  label: 'Kernel',
  unit: 'choice',
  default: 'today',
  effect: 'restart',
  values: [
    option('today', 'since 5.16', 'All page sizes; a window too small for all memory is used for buffers.'),
    option('before', 'before', 'Pages of 4K, 64K and 16M; a window that does not hold all memory is not made.'),
  ],
  help: 'Before or after the patches of 2021.',
} as const satisfies Param

const OFFERED = {
  name: 'pageSizes',
  label: 'Pages offered',
  unit: 'choice',
  default: 0x3,
  effect: 'restart',
  values: PAGE_SIZES,
  help: 'IOMMU page sizes that processor and hypervisor offer. The kernel takes the largest.',
} as const satisfies Param

const VF = {
  name: 'vf',
  label: 'Function',
  unit: 'count',
  default: 0,
  effect: 'restart',
  min: 0,
  help: 'The virtual function whose traffic is simulated. They ask for windows in this order.',
} as const satisfies Param

const TCES = {
  name: 'tces',
  label: 'Largest block, TCEs',
  unit: 'count',
  default: 8_388_608,
  effect: 'restart',
  values: powers(1024, 128 * GIB).map(({ value }) => tces(value)),
  help: 'TCEs that the hypervisor has for this device in one piece: it allocates them in advance.',
} as const satisfies Param

const WINDOWS = {
  name: 'windows',
  label: 'Windows free',
  unit: 'count',
  default: 1,
  effect: 'restart',
  advanced: true,
  values: [0, 1, 2].map(count),
  help: 'Windows that can still be made. With none, the default one has to be given up.',
} as const satisfies Param

const FIRMWARE = {
  name: 'firmware',
  label: 'Firmware calls',
  unit: 'choice',
  default: 'all',
  effect: 'restart',
  advanced: true,
  values: [
    option('all', 'all', 'Reset, 64-bit queries, limited addressing.'),
    option('reset-64', 'reset, 64 bits', 'No windows for devices of fewer than 64 bits.'),
    option('reset', 'reset', 'The largest block arrives cut to 32 bits.'),
    option('none', 'none', 'The default window could not be restored: it is never given up.'),
  ],
  help: 'ibm,ddw-extensions: what the firmware can do besides query, create and remove.',
} as const satisfies Param

const CREATE = {
  name: 'create',
  label: 'Making it',
  unit: 'choice',
  default: 'works',
  effect: 'restart',
  advanced: true,
  values: [
    option('works', 'works', 'ibm,create-pe-dma-window answers 0.'),
    option('fails', 'fails', 'It answers an error: the query was no promise.'),
  ],
  help: 'What the firmware answers when the window is asked for.',
} as const satisfies Param

/** Of a device of a partition: its default window, and what its hypervisor answers when asked for another one. */
export const pseriesDevice = [
  ...([WINDOW, DDW, KERNEL, OFFERED, VF, TCES, WINDOWS, FIRMWARE, CREATE] as const),
] as const satisfies ParamTable

/** Params of a device of a partition: of one among virtual functions which it is, of another what it is offered. */
export function pseriesParams(allocator: Param, mask: Param, functions: number): readonly Param[] {
  return [
    WINDOW,
    { ...mask, advanced: false, values: [32, 36, 40, 48, 64].map(count) },
    ...[DDW, KERNEL, OFFERED],
    ...(functions > 0 ? [{ ...VF, max: functions - 1 }] : [TCES, WINDOWS]),
    ...[FIRMWARE, CREATE],
    allocator,
  ]
}
