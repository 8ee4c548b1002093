// Words of the decision about a dynamic DMA window; those of its steps stand with the procedure, in STEP_TEXT.

import type { DdwFrame, StepId } from '../sim/index.ts'
import { viewText } from './views.ts'

/** What a step is called where room is short, and what it came to where no figure says it. */
const STEPS: Readonly<Record<StepId, readonly [name: string, came: string]>> = {
  'mask-32': ['mask', '32 bits or less'],
  reused: ['window there', 'used again'],
  'failed-before': ['tried before', 'refused'],
  'not-applicable': ['ddw-applicable', 'no'],
  query: ['query', ''],
  'query-failed': ['query', 'error'],
  'limited-unknown': ['limited placing', 'unknown'],
  'limited-refused': ['limited placing', 'error'],
  limited: ['limited placing', 'on'],
  'default-in-use': ['default window', 'in use'],
  'default-unknown': ['default window', 'not described'],
  'default-not-restorable': ['default window', 'not restorable'],
  'default-removed': ['default window', 'given up'],
  'no-window': ['query', 'no window'],
  'no-page-size': ['page size', 'none known'],
  'page-size': ['page size', ''],
  direct: ['holds memory?', ''],
  'direct-all': ['holds memory?', ''],
  'direct-ram': ['holds memory?', ''],
  hybrid: ['room behind RAM?', 'yes'],
  'indirect-pmem': ['room behind RAM?', 'no'],
  indirect: ['holds memory?', ''],
  'too-small': ['holds memory?', ''],
  'create-failed': ['create', 'error'],
  created: ['create', ''],
  ram: ['map RAM', ''],
  'ram-failed': ['map RAM', 'error'],
  table: ['clear table', ''],
  'default-released': ['default table', 'released'],
  failed: ['given up', 'for ever'],
  'failed-restored': ['given up', 'default restored'],
  'bus-limit': ['limit', ''],
  bypass: ['buffers', 'not mapped'],
  'bypass-without-window': ['buffers', 'go nowhere'],
  'bypass-below-limit': ['buffers', 'RAM: not mapped'],
  'maps-indirect': ['buffers', 'mapped'],
  'maps-default': ['buffers', 'mapped in 4K'],
  'mask-refused': ['mask', 'refused'],
}

const RESULTS: Readonly<Record<DdwFrame['result'], string>> = {
  direct: 'direct window',
  indirect: 'indirect window',
  default: 'default window',
  nowhere: 'no window, no mapping',
  refused: 'mask refused',
}

export const ddwText = {
  title: viewText.ddw.title,
  steps: STEPS,
  results: RESULTS,
  size: (page: string, size: string) => `${page} pages, ${size}`,
  window: (size: string, base: string) => `${size} at ${base}`,
  nowhere: 'DMA goes to addresses that nothing translates',
  cost: (calls: string, time: string) => `${calls}, ${time}`,
  calls: (n: string) => (n === '1' ? '1 hypercall' : `${n} hypercalls`),
  noCalls: 'no hypercalls',

  inputs: 'What the decision rests on',
  inputNames: {
    'd0.dmaMask': 'mask, bits',
    'd0.windows': 'windows free',
    'd0.tces': 'largest block, TCEs',
    'd0.pageSizes': 'page sizes',
    'd0.firmware': 'extensions',
    'm.maxRam': 'maximum RAM',
  } as Readonly<Record<string, string>>,
  /** Where a value comes from that nobody has changed since. */
  stated: 'from log',
  assumed: 'assumed',

  chain: 'Steps of the decision',
  step: (n: number, of: number) => `step ${n} of ${of}`,
  gutter: { inputs: 'inputs', chain: 'steps' },
  parts: { asked: 'Asked', answered: 'Answered', decided: 'Decided', why: 'Why' },
  figure: (name: string, value: string) => `${name.replace('-', ' ')} ${value}`,
  noFlags: 'none',
  atLeast: (most: string, needed: string) => `${most} ≥ ${needed}`,
  less: (most: string, needed: string) => `${most} < ${needed}`,
  windows: (windows: string, block: string) => `${windows} free, ${block} TCEs`,
  made: (size: string) => `${size} made`,

  log: (name: string) => `From ${name}`,
  logDevice: 'Device of the log',
  deviceAt: (device: string, line: number) => `${device}, line ${line}`,
  kinds: { direct: 'direct, ', indirect: 'indirect, ', unknown: '' },
  same: 'the log has the same window',
  other: (kind: string, size: string) => `in the log: ${kind}${size}`,
  noWindow: 'in the log: no dynamic window',
  notAsked: 'in the log: no driver asked for a window',
  failed: 'in the log: the window could not be made',
  unsized: 'in the log: direct, of pages that it does not tell',
  also: (assumed: string) => `also assumed: ${assumed}`,
  setting: (name: string, value: string) => `${name} ${value}`,

  pending: 'The driver has not set its mask yet.',

  describe: (device: string, bits: number, result: string, window: string, cost: string, why: string) =>
    `${device} sets a mask of ${bits} bits and is left with: ${result}. ${window}, ${cost}. ${why}`,
  columns: ['step', 'asked', 'answered', 'figures', 'decided', 'why', 'firmware call'],
} as const
