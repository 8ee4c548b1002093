// Settings of the workload that maps a guest.

import type { ParamTable } from '../params.ts'
import { short, size } from './think.ts'

const MIB = 1_048_576
const GIB = 1024 * MIB

const gib = (n: number) => ({ value: n * GIB, key: `${n}g`, label: `${n}G` })

export const guestParams = [
  {
    name: 'ram',
    label: 'Guest RAM',
    unit: 'bytes',
    default: 256 * MIB,
    effect: 'restart',
    values: [...[64, 256].map((n) => size(n * MIB)), ...[1, 2, 4].map(gib)],
    help: 'Memory of the guest, all of it mapped for the device that the guest was given.',
  },
  {
    name: 'backing',
    label: 'Backed by',
    unit: 'bytes',
    default: 2 * MIB,
    effect: 'restart',
    values: [size(4096), size(2 * MIB), gib(1)],
    help: 'Memory of the host lies side by side in blocks of this size. What is mapped, and taken away, is whole blocks.',
  },
  {
    name: 'misalign',
    label: 'Host memory',
    unit: 'choice',
    default: 'off',
    effect: 'restart',
    values: [
      { value: 'off', key: 'off', label: 'aligned', help: 'Blocks begin at multiples of their size.' },
      {
        value: 'on',
        key: 'on',
        label: 'shifted',
        help: 'Blocks begin one page later: no larger page fits both sides.',
      },
    ],
    help: 'A large page needs both addresses aligned: that of the guest and that of the host.',
  },
  {
    name: 'balloon',
    label: 'Taken away',
    unit: 'bytes',
    default: 2 * MIB,
    effect: 'restart',
    values: [size(4096), size(65_536), ...[2, 16].map((n) => size(n * MIB))],
    help: 'Memory that the hypervisor takes from the guest at a time and gives to another one; whole blocks at least.',
  },
  {
    name: 'interval',
    label: 'Every',
    unit: 'ns',
    default: 1_000_000,
    effect: 'live',
    values: [
      short(100_000),
      { value: 1_000_000, key: '1ms', label: '1 ms' },
      { value: 10_000_000, key: '10ms', label: '10 ms' },
    ],
    help: 'Time from one region that is taken away to the next.',
  },
  {
    name: 'away',
    label: 'Comes back after',
    unit: 'ns',
    default: 500_000,
    effect: 'live',
    advanced: true,
    values: [short(20_000), short(100_000), short(500_000), { value: 5_000_000, key: '5ms', label: '5 ms' }],
    help: 'Time until other memory is mapped where a region was taken away.',
  },
  {
    name: 'misbehaves',
    label: 'Device uses what was taken',
    unit: 'choice',
    default: 'off',
    effect: 'live',
    values: [
      { value: 'off', key: 'off', label: 'no', help: 'It leaves a region alone before that is taken away.' },
      { value: 'on', key: 'on', label: 'yes', help: 'It goes on reading and writing there.' },
    ],
    help: 'Whether the device still reads and writes memory that the guest no longer has.',
  },
  {
    name: 'every',
    label: 'Device acts every',
    unit: 'ns',
    default: 5000,
    effect: 'live',
    advanced: true,
    values: [short(1000), short(2000), short(5000), short(20_000), short(100_000)],
    help: 'Time between two bursts of 16 reads and writes of the device.',
  },
] as const satisfies ParamTable
