// Settings of the NVMe drives, and the mixes of request sizes.

import type { ParamTable } from '../params.ts'
import { count } from './nic.ts'
import { queuesParam, short } from './think.ts'

const KIB = 1024

/** Sizes of a mix, bytes, with their shares in 1/256. */
export interface Mix {
  readonly key: string
  readonly label: string
  readonly help: string
  readonly sizes: readonly (readonly [bytes: number, of256: number])[]
}

export const MIXES: readonly Mix[] = [
  { key: '4k', label: '4K', help: 'Only 4K, as in most benchmarks.', sizes: [[4 * KIB, 256]] },
  {
    key: 'small',
    label: '4K–32K',
    help: 'A database: mostly 4K to 16K.',
    sizes: [
      [4 * KIB, 96],
      [8 * KIB, 64],
      [16 * KIB, 64],
      [32 * KIB, 32],
    ],
  },
  {
    key: 'mixed',
    label: '4K–1M',
    help: 'A file server: many small requests, few large ones.',
    sizes: [
      [4 * KIB, 112],
      [8 * KIB, 40],
      [16 * KIB, 32],
      [64 * KIB, 32],
      [128 * KIB, 24],
      [256 * KIB, 10],
      [1024 * KIB, 6],
    ],
  },
  {
    key: 'large',
    label: '128K–1M',
    help: 'Streams: read-ahead and write-back of large files.',
    sizes: [
      [128 * KIB, 128],
      [256 * KIB, 64],
      [512 * KIB, 32],
      [1024 * KIB, 32],
    ],
  },
]

export const nvmeParams = [
  queuesParam('Submission queues. "All": one for each CPU that submits.'),
  {
    name: 'depth',
    label: 'Queue depth',
    unit: 'count',
    default: 64,
    effect: 'restart',
    values: [1, 4, 16, 32, 64, 128, 256].map(count),
    help: 'Requests in flight per queue.',
  },
  {
    name: 'mix',
    label: 'Request sizes',
    unit: 'choice',
    default: 'mixed',
    effect: 'live',
    values: MIXES.map(({ key, label, help }) => ({ value: key, key, label, help })),
    help: 'Which sizes come, and how often. Each request is one mapping; above 128K it is too large for magazines.',
  },
  {
    name: 'writes',
    label: 'Writes',
    unit: 'percent',
    default: 30,
    min: 0,
    max: 100,
    effect: 'live',
    advanced: true,
    help: 'Share of the requests that write: the device reads their memory.',
  },
  {
    name: 'completeOn',
    label: 'Completed on',
    unit: 'choice',
    default: 'own',
    effect: 'restart',
    values: [
      { value: 'own', key: 'own', label: 'same CPU', help: 'An interrupt for each queue, on the CPU that submits.' },
      { value: 'one', key: 'one', label: 'one CPU', help: 'One interrupt for all queues, on CPU 0.' },
    ],
    help: 'Which CPU takes completions and so unmaps.',
  },
  {
    name: 'iops',
    label: 'Offered',
    unit: 'count',
    default: 0,
    effect: 'live',
    values: [
      { value: 0, key: 'full', label: 'full', help: 'every queue is kept full' },
      ...[10, 100, 500, 1000, 2000, 5000].map((k) => ({
        value: k * 1000,
        key: k < 1000 ? `${k}k` : `${k / 1000}m`,
        label: k < 1000 ? `${k} k/s` : `${k / 1000} M/s`,
        help: `${k} thousand requests a second`,
      })),
    ],
    help: 'Requests that arrive per second, over all queues. "Full": the next one is ready as soon as there is room.',
  },
  {
    name: 'service',
    label: 'Drive answers in',
    unit: 'ns',
    default: 80_000,
    effect: 'live',
    advanced: true,
    values: [short(10_000), short(20_000), short(80_000), short(200_000)],
    help: 'Mean time from submission to completion, besides the transfer; a request holds its mapping that long.',
  },
  {
    name: 'drives',
    label: 'Drives',
    unit: 'count',
    default: 4,
    effect: 'live',
    advanced: true,
    values: [1, 2, 4, 8, 16].map(count),
    help: 'Drives that share the work: each moves 7 GB/s.',
  },
] as const satisfies ParamTable
