// Words of the view of how a machine comes up; those of its steps come with the frame.

import type { BootFrame, Holder } from '../sim/index.ts'
import { viewText } from './views.ts'

const hardware: Readonly<Record<BootFrame['hardware'], string>> = {
  works: 'its IOMMU works',
  absent: 'it has no IOMMU',
  fails: 'its IOMMU fails',
}

const phases = { early: 'early', mid: 'mid', late: 'late' } as const

/** In whose hands a stretch of memory is, as the end of a sentence. */
const holders: Readonly<Record<Holder, string>> = {
  kernel: 'the kernel itself',
  hole: 'no memory: registers answer here',
  'boot-allocator': 'the boot allocator’s, free',
  'page-allocator': 'the page allocator’s, free',
  reserved: 'reserved, not in use yet',
  pool: 'the pool of bounce buffers',
  'given-back': 'given back to the page allocator',
  leaked: 'lost: reserved, and nobody uses it',
}

export const bootText = {
  title: viewText.boot.title,
  hardware,
  phases,
  holders,
  idle: 'the pool of bounce buffers, idle: the IOMMU translates',
  sized: (size: string, what: string) => `${size} ${what}`,

  sub: (kernel: string, ram: string, hw: string) => `Kernel: ${kernel}; ${ram}, ${hw}`,
  badge: {
    pool: (size: string, slots: string, areas: string) => `swiotlb, ${size} in ${slots} slots of ${areas}`,
    areas: (n: string) => (n === '1' ? '1 area' : `${n} areas`),
    swiotlb: (pool: string, isolation: string) => `${pool}; ${isolation}`,
    noIsolation: 'no isolation',
    isolation: 'isolation kept',
    iommu: (isolation: string) => `IOMMU, ${isolation}`,
    idle: (size: string) => `, ${size} idle`,
    lost: (size: string) => `, ${size} lost`,
    direct: 'direct: a 32-bit device cannot reach memory above 4 GiB',
    directLow: 'direct, no isolation; all memory lies below 4 GiB',
    panic: 'panic: the machine does not come up',
  },

  gutter: { scale: 'to scale', opened: 'opened out', line: 'command line' },
  /** In the legend, and on a stretch behind its size. */
  key: {
    'boot-allocator': 'boot allocator',
    'page-allocator': 'page allocator',
    kernel: 'kernel',
    hole: 'registers',
    reserved: 'reserved',
    pool: 'pool',
    idle: 'idle',
    'given-back': 'given back',
    leaked: 'lost',
  },

  steps: 'Steps of the boot',
  step: (n: number, of: number, title: string) => `${n} of ${of}: ${title}`,
  failed: 'failed',
  figures: { held: 'held after it', freed: 'given back', lost: 'lost' },
  nothing: '0',

  buffers: 'A 32-bit device’s buffer',
  low: '32-bit buffer below 4 GiB',
  high: 'above 4 GiB',

  line: 'Kernel command line',
  placeholder: 'empty: the kernel chooses',
  lineHelp: 'Enter sets what it says; Escape brings back the line that the settings stand for.',
  wrong: (field: string, given: string) => `${field.replace(/=$/, '')}=${given}`,
  allowed: (allowed: string) => `cannot be set; allowed: ${allowed}`,

  block: (size: string, from: string, whose: string) => `${size} from ${from}: ${whose}`,
  cell: (n: number, block: string) => `after step ${n}: ${block}`,
  describe: (
    kernel: string,
    ram: string,
    hw: string,
    steps: string,
    result: string,
    low: string,
    high: string,
    line: string,
  ) =>
    `Kernel: ${kernel}. The machine has ${ram}; ${hw}. ${steps}. It ends with: ${result}. A 32-bit device’s buffer below 4 GiB: ${low}; above: ${high}. Command line: ${line}.`,
  emptyLine: 'empty',
  phaseSteps: (phase: string, steps: string) => `${phase}: ${steps}`,
  columns: ['step', 'phase', 'what', 'why', 'held after it', 'given back', 'lost'],
} as const
