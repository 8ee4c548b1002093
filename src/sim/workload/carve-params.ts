// Settings of the workload that takes back part of a large page.

import type { ParamTable } from '../params.ts'
import { short, size } from './think.ts'

const KIB = 1024
const MIB = 1024 * KIB

export const carveParams = [
  {
    name: 'blocks',
    label: 'Blocks',
    unit: 'count',
    default: 16,
    effect: 'restart',
    values: [4, 8, 16, 32, 64].map((n) => ({ value: n, key: String(n), label: String(n) })),
    help: 'Blocks of memory that the hypervisor maps for the device, side by side.',
  },
  {
    name: 'block',
    label: 'Block',
    unit: 'bytes',
    default: 2 * MIB,
    effect: 'restart',
    values: [64 * KIB, 2 * MIB, 32 * MIB].map(size),
    help: 'Length of a block. It is aligned on both sides, so that the largest pages which fit are used; two pages at least.',
  },
  {
    name: 'interval',
    label: 'Every',
    unit: 'ns',
    default: 1_000_000,
    effect: 'live',
    values: [short(100_000), { value: 1_000_000, key: '1ms', label: '1 ms' }],
    help: 'Time from one piece that is taken back to the next.',
  },
  {
    name: 'piece',
    label: 'Piece',
    unit: 'bytes',
    default: 4 * KIB,
    effect: 'live',
    values: [4 * KIB, 64 * KIB, MIB].map(size),
    help: 'What is taken back of a block: a page at least, half of the block at most.',
  },
  {
    name: 'where',
    label: 'At',
    unit: 'choice',
    default: 'middle',
    effect: 'live',
    values: [
      {
        value: 'start',
        key: 'start',
        label: 'the start',
        help: 'The piece begins where the block does, and so its large page.',
      },
      {
        value: 'middle',
        key: 'middle',
        label: 'the middle',
        help: 'Part of the block is left on both sides. A half is the second one.',
      },
      { value: 'end', key: 'end', label: 'the end', help: 'The piece ends where the block does.' },
    ],
    help: 'Where in the block the piece lies. Drivers of an IOMMU differ in what they make of it.',
  },
  {
    name: 'misbehaves',
    label: 'Device uses what was taken',
    unit: 'choice',
    default: 'on',
    effect: 'live',
    values: [
      { value: 'off', key: 'off', label: 'no', help: 'It reads only what the hypervisor has not taken back.' },
      { value: 'on', key: 'on', label: 'yes', help: 'It goes on reading there.' },
    ],
    help: 'Whether the device still reads memory that was taken back.',
  },
] as const satisfies ParamTable
