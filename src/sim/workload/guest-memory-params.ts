// Settings of the workload that maps all memory of a guest through TCEs.

import type { ParamTable } from '../params.ts'

const MIB = 1_048_576
const size = (value: number, key: string, label: string) => ({ value, key, label })
const ms = (n: number) => ({ value: n * 1_000_000, key: `${n}ms`, label: `${n} ms` })

export const guestMemoryParams = [
  {
    name: 'backing',
    label: 'Host pages',
    unit: 'bytes',
    default: 16 * MIB,
    effect: 'restart',
    values: [
      size(4096, '4k', '4K'),
      size(65_536, '64k', '64K'),
      size(16 * MIB, '16m', '16M'),
      size(2048 * MIB, '2g', '2G'),
    ],
    help: 'The host’s memory behind the guest lies side by side in pieces of this size. A TCE cannot map more than a piece.',
  },
  {
    name: 'calls',
    label: 'Mapped by',
    unit: 'choice',
    default: 'indirect',
    effect: 'restart',
    values: [
      { value: 'indirect', key: 'indirect', label: '512 a call', help: 'H_PUT_TCE_INDIRECT of the guest.' },
      { value: 'put', key: 'put', label: 'one a call', help: 'H_PUT_TCE of the guest: one TCE each.' },
      {
        value: 'ioctl',
        key: 'ioctl',
        label: 'user space',
        help: 'VFIO_IOMMU_MAP_DMA: one call for each piece of memory.',
      },
    ],
    help: 'Who asks for the mappings: the guest’s kernel by hypercalls, or a program of user space by VFIO.',
  },
  {
    name: 'plug',
    label: 'Memory hotplug',
    unit: 'ns',
    default: 0,
    effect: 'live',
    values: [{ value: 0, key: 'off', label: 'off' }, ms(1), ms(5), ms(20)],
    help: 'How often the last piece of memory is plugged out, and half that time later in again.',
  },
  {
    name: 'plugSize',
    label: 'Plugged at a time',
    unit: 'bytes',
    default: 256 * MIB,
    effect: 'live',
    advanced: true,
    values: [size(16 * MIB, '16m', '16M'), size(256 * MIB, '256m', '256M'), size(2048 * MIB, '2g', '2G')],
    help: 'Memory that is plugged out and in, from the end of the guest’s memory on.',
  },
] as const satisfies ParamTable
