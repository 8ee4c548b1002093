// Settings of machines whose IOMMU has radix tables and an IOTLB: Intel's VT-d, Arm's SMMU, AMD's. They differ in page
// sizes, levels and commands; the kernel's DMA layer above them is one.

import type { NumberOption, Param, ParamOption, ParamsOf, ParamTable, ParamValue } from '../params.ts'

export const KIB = 1024
export const MIB = 1024 * KIB
export const GIB = 1024 * MIB
export const TIB = 1024 * GIB
/** Bytes of the whole 48-bit space. */
export const SPACE_48 = 262_144 * GIB

export const VTD = 'vtd'
export const ARM = 'arm'
export const AMD = 'amd'

export type RadixPlatform = typeof VTD | typeof ARM | typeof AMD

/** True for a platform whose kernel maps through dma-iommu.c. */
export function isRadix(platform: ParamValue | undefined): platform is RadixPlatform {
  return platform === VTD || platform === ARM || platform === AMD
}

/** An option of so many bytes, from 1 KiB: `64K`, `2G`, `64T`. */
export const size = (bytes: number): NumberOption => {
  const [n, letter] =
    bytes >= TIB
      ? [bytes / TIB, 'T']
      : bytes >= GIB
        ? [bytes / GIB, 'G']
        : bytes >= MIB
          ? [bytes / MIB, 'M']
          : [bytes / KIB, 'K']
  return { value: bytes, key: `${n}${letter.toLowerCase()}`, label: `${n}${letter}` }
}

const number = (n: number): NumberOption => ({ value: n, key: String(n), label: String(n) })
/** An option whose value is its key. */
export const option = <const K extends string>(key: K, label: string, help: string) => ({
  value: key,
  key,
  label,
  help,
})

/** Of the machine: what its IOMMU caches. */
export const iotlbParams = [
  {
    name: 'iotlb',
    label: 'IOTLB entries',
    unit: 'count',
    default: 64,
    effect: 'live',
    advanced: true,
    values: [16, 32, 64, 128, 256, 512, 1024, 4096].map(number),
    help: 'Translations that the IOMMU keeps. Each covers one page, of whatever size. Changing it empties the cache.',
  },
  {
    name: 'ways',
    label: 'Ways',
    unit: 'count',
    default: 0,
    effect: 'live',
    advanced: true,
    values: [
      { value: 0, key: 'full', label: 'full', help: 'A page may stand anywhere.' },
      ...[1, 2, 4, 8, 16].map(number),
    ],
    help: 'Places in the IOTLB where one page may stand; pages that share a set push each other out.',
  },
  {
    name: 'walkCache',
    label: 'Walk caches',
    unit: 'count',
    default: 16,
    effect: 'live',
    advanced: true,
    values: [{ value: 0, key: '0', label: 'none' }, ...[4, 16, 32, 64].map(number)],
    help: 'Pointers to tables that the IOMMU keeps, for each level: a miss then reads one entry instead of all levels.',
  },
  {
    name: 'iotlbShare',
    label: 'IOTLB for',
    unit: 'choice',
    default: 'shared',
    effect: 'live',
    advanced: true,
    values: [
      option('shared', 'all devices', 'One in the IOMMU, for every device behind it.'),
      option('device', 'each device', 'One in each device, as with address translation services.'),
    ],
    help: 'Whether devices share one IOTLB.',
  },
] as const satisfies ParamTable

export const FLUSH = {
  name: 'flush',
  label: 'Flush',
  unit: 'choice',
  default: 'deferred',
  effect: 'live',
  values: [
    option('strict', 'Strict', 'Every unmap waits for its invalidation, then the address is free.'),
    option(
      'deferred',
      'Deferred',
      'Unmapped ranges queue; one flush, when a ring is full or after a while, frees them all.',
    ),
    option('none', 'None', 'The bug of 2011: nobody tells the IOTLB, and the address is free at once.'),
  ],
  help: 'When the IOTLB forgets what was unmapped, and so when an address may be handed out again.',
} as const satisfies Param

const QUEUE = {
  name: 'queue',
  label: 'Flush queue',
  unit: 'choice',
  default: 'percpu',
  effect: 'restart',
  advanced: true,
  values: [
    option('percpu', 'per CPU', 'A ring of 256 for each CPU, emptied after 10 ms at the latest.'),
    option('single', 'single', 'One ring of 32768 and a second: where each flush costs a call of the hypervisor.'),
  ],
  help: 'Where unmapped ranges wait in deferred mode.',
} as const satisfies Param

const SPLIT = {
  name: 'split',
  label: 'Driver call',
  unit: 'choice',
  default: 'runs',
  effect: 'restart',
  advanced: true,
  values: [
    option('runs', 'a run of pages', 'Today: a page size and how many of it.'),
    option('single', 'one page', 'The patch of 2011: one page of the chosen size for each call.'),
  ],
  help: 'How many pages of one size the IOMMU driver is handed at a time.',
} as const satisfies Param

const SYNC = {
  name: 'sync',
  label: 'Invalidate',
  unit: 'choice',
  default: 'end',
  effect: 'restart',
  advanced: true,
  values: [
    option('end', 'once, gathered', 'What was unmapped is gathered and invalidated at the end.'),
    option('each', 'inside each call', 'Each call of the driver invalidates what it cleared, and waits.'),
  ],
  help: 'When a strict unmap that takes many calls, as of the smallest pages one by one, tells the IOTLB.',
} as const satisfies Param

const HARDWARE = {
  name: 'hardware',
  label: 'Invalidation by',
  unit: 'choice',
  default: 'mask',
  effect: 'restart',
  advanced: true,
  values: [
    option('mask', 'range', 'The hardware drops whatever lies in the range, of any size.'),
    option(
      'exact',
      'exact page',
      'The hardware must be told each page as it was mapped: the kernel looks that up first.',
    ),
    option('blind', 'exact page, not looked up', 'The same hardware, but told 4K for everything: large pages stay.'),
  ],
  help: 'What the hardware needs to be told to forget a translation.',
} as const satisfies Param

const SUPERPAGES = {
  name: 'superpages',
  label: 'Page sizes',
  unit: 'choice',
  default: 'all',
  effect: 'restart',
  values: [
    option('all', 'all', 'Every size that the hardware has.'),
    option('2m', 'up to 2M', 'The smallest, and those up to 2M.'),
    option('off', 'smallest', 'The smallest alone.'),
  ],
  help: 'Page sizes that a mapping may be split into. A large page takes one entry of the table and of the IOTLB.',
} as const satisfies Param

const LATE = {
  name: 'late',
  label: 'Misbehaves',
  unit: 'count',
  default: 0,
  effect: 'live',
  advanced: true,
  values: [
    { value: 0, key: 'no', label: 'no', help: 'The device is done when the driver takes a buffer back.' },
    { value: 1000, key: '1000', label: '1 in 1000' },
    { value: 10, key: '10', label: '1 in 10' },
    { value: 1, key: 'all', label: 'each buffer' },
  ],
  help: 'How many of its buffers the device reaches for again after they were unmapped.',
} as const satisfies Param

const LATE_AFTER = {
  name: 'lateAfter',
  label: 'After',
  unit: 'ns',
  default: 100_000,
  effect: 'live',
  advanced: true,
  values: [
    { value: 1000, key: '1us', label: '1 µs' },
    { value: 10_000, key: '10us', label: '10 µs' },
    { value: 100_000, key: '100us', label: '100 µs' },
    { value: 1_000_000, key: '1ms', label: '1 ms' },
    { value: 5_000_000, key: '5ms', label: '5 ms' },
  ],
  help: 'How long after the unmap it does that.',
} as const satisfies Param

const TRANSLATION = {
  name: 'translation',
  label: 'IOMMU',
  unit: 'choice',
  default: 'on',
  effect: 'restart',
  advanced: true,
  values: [
    option('on', 'on', 'Addresses are translated.'),
    option('off', 'off', 'No IOMMU: the device uses real addresses, reaches all memory, and nothing is mapped.'),
  ],
  help: 'Off is the machine to compare with: no map, no unmap, no protection.',
} as const satisfies Param

const LEVELS = {
  name: 'levels',
  label: 'Levels',
  unit: 'count',
  default: 4,
  effect: 'restart',
  advanced: true,
  values: [
    { value: 3, key: '3', label: '3', help: '39 bits: 512 GiB' },
    { value: 4, key: '4', label: '4', help: '48 bits: 256 TiB' },
    { value: 5, key: '5', label: '5', help: '57 bits: 128 PiB' },
  ],
  help: 'Levels of the page table: each reads nine more bits of the address.',
} as const satisfies Param

const STAGE = {
  name: 'stage',
  label: 'Stage',
  unit: 'count',
  default: 1,
  effect: 'restart',
  advanced: true,
  values: [
    { value: 1, key: '1', label: '1', help: 'The table of a process or of a driver.' },
    { value: 2, key: '2', label: '2', help: 'The table of a guest, whose top may be several tables side by side.' },
  ],
  help: 'Which of the two translations of the SMMU the table is for.',
} as const satisfies Param

const RANGE = {
  name: 'range',
  label: 'Range commands',
  unit: 'choice',
  default: 'on',
  effect: 'restart',
  advanced: true,
  values: [
    option('on', 'on', 'SMMUv3.2: one command names up to 31 pages times a power of two.'),
    option('off', 'off', 'One command for each page.'),
  ],
  help: 'Whether an invalidation command can name a range.',
} as const satisfies Param

const LOW_FIRST = {
  name: 'lowFirst',
  label: '32 bits first',
  unit: 'choice',
  default: 'on',
  effect: 'restart',
  advanced: true,
  values: [option('on', 'on', 'As for every PCI device.'), option('off', 'off', 'As with iommu.forcedac=1.')],
  help: 'A device that reaches beyond 4 GiB gets addresses below as long as they last; once refused, never again.',
} as const satisfies Param

const UNTRUSTED = {
  name: 'untrusted',
  label: 'Untrusted',
  unit: 'choice',
  default: 'off',
  effect: 'restart',
  values: [
    option('on', 'on', 'Strict, and what does not fill whole pages is copied through the bounce pool.'),
    option('off', 'off', 'Built in: buffers are mapped where they lie.'),
  ],
  help: 'Whether the device hangs on a port that anybody can plug into, as Thunderbolt and USB4.',
} as const satisfies Param

const PAGE = {
  name: 'iommuPage',
  label: 'IOMMU page',
  unit: 'bytes',
  default: 4 * KIB,
  effect: 'restart',
  help: 'The smallest piece of the space: one page-table entry maps one IOMMU page.',
} as const satisfies Param

const SPACE = {
  name: 'window',
  label: 'Address space',
  unit: 'bytes',
  default: SPACE_48,
  effect: 'restart',
  help: 'I/O virtual addresses that the domain has. What the device reaches of them its DMA mask says.',
} as const satisfies Param

/** Of a device's address space behind such an IOMMU: what it can be set to, of whatever vendor that is. */
export const radixDevice = [
  ...([PAGE, SPACE, FLUSH, UNTRUSTED, QUEUE, SUPERPAGES, LEVELS, STAGE, RANGE] as const),
  ...([SPLIT, SYNC, HARDWARE, LATE, LATE_AFTER, TRANSLATION, LOW_FIRST] as const),
] as const satisfies ParamTable

export type RadixSettings = ParamsOf<typeof radixDevice>

/** Params of a device's address space on a platform. */
export function radixParams(
  platform: RadixPlatform,
  windows: readonly ParamOption[],
  allocator: Param,
  mask: Param,
): readonly Param[] {
  const arm = platform === ARM
  const granules = arm ? [4 * KIB, 16 * KIB, 64 * KIB] : [4 * KIB]
  return [
    { ...PAGE, advanced: !arm, values: granules.map(size) },
    {
      ...SPACE,
      values: [...windows, { value: SPACE_48, key: '256t', label: '256T', help: 'All that the table translates.' }],
    },
    allocator,
    ...[FLUSH, UNTRUSTED, QUEUE, SUPERPAGES],
    ...(platform === VTD ? [LEVELS] : arm ? [STAGE, RANGE] : []),
    ...[SPLIT, SYNC, HARDWARE, LATE, LATE_AFTER, TRANSLATION, LOW_FIRST],
    mask,
  ]
}
