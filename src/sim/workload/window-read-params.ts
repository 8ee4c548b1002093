// Settings of the device that reads within a window.

import type { ParamTable } from '../params.ts'
import { size } from './think.ts'

const KIB = 1024
const MIB = 1048576

/** Windows that can be chosen, bytes, ascending. */
export const SPANS = [64 * KIB, 128 * KIB, 256 * KIB, 512 * KIB, MIB, 2 * MIB, 4 * MIB, 16 * MIB, 64 * MIB]

const few = (bytes: number) => ({ value: bytes, key: String(bytes), label: `${bytes} B` })

export const windowReadParams = [
  {
    name: 'span',
    label: 'Window',
    unit: 'bytes',
    default: MIB,
    effect: 'live',
    values: SPANS.map(size),
    help: 'Memory that the device reads within. Once its pages are more than the IOTLB has entries, reads begin to miss.',
  },
  {
    name: 'unit',
    label: 'Mapped in',
    unit: 'bytes',
    default: 4 * KIB,
    effect: 'restart',
    values: [size(4 * KIB), size(2 * MIB)],
    help: 'Length of each mapping. In one of 2M, aligned to 2M, a single entry of the IOTLB can stand for 512 pages.',
  },
  {
    name: 'size',
    label: 'Transaction',
    unit: 'bytes',
    default: 64,
    effect: 'live',
    values: [few(64), few(256), size(KIB), size(4 * KIB)],
    help: 'Bytes of each read or write. The larger, the longer its transfer takes, and the less a walk beside it matters.',
  },
  {
    name: 'pattern',
    label: 'Order',
    unit: 'choice',
    default: 'random',
    effect: 'live',
    values: [
      { value: 'random', key: 'random', label: 'random', help: 'Anywhere in the window, each place as likely.' },
      { value: 'linear', key: 'linear', label: 'in sequence', help: 'From start to end, again and again.' },
    ],
    help: 'Where the next transaction goes. In sequence a page is missed once and then used up.',
  },
  {
    name: 'op',
    label: 'Direction',
    unit: 'choice',
    default: 'read',
    effect: 'live',
    values: [
      { value: 'read', key: 'read', label: 'read', help: 'The device waits for the data.' },
      { value: 'write', key: 'write', label: 'write', help: 'Posted: the device does not wait.' },
    ],
    help: 'Whether the device reads the window or writes it.',
  },
] as const satisfies ParamTable
