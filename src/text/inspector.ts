// Words of what stands right of the map, and of the search: fetched with it.

import type { EntryName } from '../sim/index.ts'

export const inspectorText = {
  title: 'Inspector',
  empty: 'Point at a cell, or walk the map with the arrow keys, to see whose it is.',
  pin: 'Keep this page in the inspector',
  unpin: 'Follow pointer and cursor again',
  clear: 'Clear the selection',
  states: {
    0: 'free',
    1: 'reserved',
    2: 'cached by a CPU',
    3: 'mapped',
    4: 'queued for flush',
    5: 'unmapped, still reachable',
    6: 'failed here',
  } as Readonly<Record<number, string>>,
  by: (what: string, cpu: number) => (cpu < 0 ? what : `${what} · CPU ${cpu}`),
  iovaPage: 'IOVA page',
  tce: (n: number) => `TCE ${n}`,
  notSet: 'not set',
  read: 'read',
  write: 'write',
  vaddr: 'vaddr',
  copyOf: (slots: string) => `copied to slots of the bounce pool at ${slots}`,
  zeroed: 'zeroed: the copy has its pages to itself',
  owner: 'owner',
  region: 'region',
  age: 'age',
  mappedAt: (ms: string) => `mapped at ${ms}`,
  paid: 'paid',
  lock: 'lock',
  search: 'scan',
  table: 'table',
  buffer: (bytes: string) => `${bytes} buffer`,
  open: (bytes: string) => `${bytes} more, open to the device`,
  pages: (n: string) => `${n} IOMMU pages`,
  keeper: 'kept by',
  inDepot: 'the depot: any CPU may have it next',
  keptBy: (cpu: number) => `CPU ${cpu}: free for it alone`,
  queuedBy: (cpu: number) => `CPU ${cpu} unmapped it; free after the next flush`,
  chunk: 'chunk',
  chunkOf: (cpu: number, address: string, size: string) => `CPU ${cpu}’s, ${size} from ${address}`,
  pte: 'PTE',
  levels: (n: number, read: number | null) =>
    read === null ? `${n} levels, slots` : `slots, a large page at level ${read} of ${n}`,
  tablePath: 'Table path',
  page: (n: number) => `table page ${n}`,
  slot: (n: number) => `slot ${n}`,
  never: 'not mapped so far',
  use: 'use',
  record: 'record',
  recordedAt: (recorded: string, foretold: string) => `recorded at ${recorded}, predicted at ${foretold}`,
  recordedNotForetold: (recorded: string) => `recorded at ${recorded}, predicted a refusal`,
  handedOut: (n: number) => (n === 1 ? 'handed out once' : `handed out ${n} times`),
  copy: 'Copy the address',
  copied: 'Address copied',
  copyFailed: 'The browser did not let the address be copied',
  useful: 'useful',
  ofMapped: (share: string, of: string) => `${share} of ${of}`,
  exposed: 'exposed',
  exposedWhere: (before: string, after: string) => `${before} before the buffer, ${after} after it`,
  alone: 'nobody else’s buffer lies in them',
  neighbours: (n: string, one: boolean) =>
    one ? '1 other mapped buffer lies in the same pages' : `${n} other mapped buffers lie in the same pages`,
  ends: (start: string, end: string) => `${start} … ${end}`,
  permissions: (bits: string, words: string) => `${bits} = ${words}`,
  level: 'level 1 of 1',
  past: 'before',
  pastLife: (generation: number, who: string, at: string) => `#${generation} ${who}, freed at ${at}`,
  pastUnknown: (n: number) => (n === 1 ? '1 earlier life' : `${n} earlier lives`),
  freeSince: 'free since',
  freeFor: (ms: string, duration: string) => `${ms} ms, for ${duration}`,
  lastLife: 'last life',
  fragmentation: 'Free room of the region',
  regionShow: (name: string) => `Free room of ${name}`,
  freeTotal: 'free',
  largestRun: 'largest run',
  freeRuns: 'runs',
  inOne: 'in one run',
  none: 'none',
  inOneHelp: '1 = all free pages stand in one run, 0.01 = in about a hundred',
  tces: (n: string, bytes: string) => `${n} pages, ${bytes}`,
} as const

export const searchText = {
  label: 'Search the map',
  hint: '0x…, cpu:3, dev:eth0',
  open: 'Search',
  next: 'Next match (Enter)',
  previous: 'Previous match (Shift Enter)',
  clear: 'Clear the search (Esc)',
  allowed: (what: string) => `Allowed: ${what}.`,
  place: (at: string, count: string) => `${at} / ${count}`,
  count: (n: string, one: boolean) => (one ? '1 match' : `${n} matches`),
  none: 'no match',
  entries: (n: string) => `${n} pages`,
  refused: (places: string, refused: string) => `${refused} refused; the last one’s search ended at ${places}`,
  places: (n: number) => (n === 1 ? '1 place' : `${n} places`),
  at: (address: string, at: string, count: string) => `${address}, match ${at} of ${count}`,
} as const

export const refusalText = {
  title: 'Why was the last one refused?',
  none: 'Nothing has been refused.',
  from: { hint: 'from hint', start: 'from start', handle: 'from handle' },
  again: 'again',
  wants: (npages: string, cpu: number, device: string) => `${npages} for ${device}, CPU ${cpu}`,
  pages: (n: number, called: EntryName) => {
    const name = called === 'slot' ? 'slot' : 'IOMMU page'
    return n === 1 ? `1 ${name}` : `${n} ${name}s in a row`
  },
  full: 'No hole below any limit.',
  /** A search for one TCE ends before the last of each pool. */
  lastKept: 'The last TCE of each pool is never handed out, free as it is.',
  holes: (npages: number) => `No ${npages} of the free ones stand in a row.`,
  free: 'Free IOMMU pages in the searched range at that moment',
  freeShare: (free: string) => `${free} free`,
} as const

/** What the machine did last, as the run tells it in the kernel's terms: `unmap 0x3f_0000#1, npages 2, CPU 3`. */
const STEP = /^(.+?)(?: at)?(?: (0x\S+#\d+))?(?:, npages (\d+))?(?:, (\d+) ranges free)?(?:, CPU (\d+))?$/
const DONE: Readonly<Record<string, string>> = {
  map: 'maps',
  unmap: 'unmaps',
  sync: 'hands over',
  'map list': 'maps a list of',
  'unmap list': 'unmaps a list of',
}

/** The same as a sentence. */
export function stepWords(step: string, called: EntryName): string {
  const [, what = '', where = '', npages = '', ranges = '', cpu = ''] = STEP.exec(step) ?? []
  const pages = npages === '1' ? `1 ${called}` : `${npages} ${called}s`
  if (what in DONE) return `CPU ${cpu} ${DONE[what]} ${pages} at ${where}`
  if (what === 'refused') return `CPU ${cpu} is refused ${pages}`
  if (what === 'late access') return `a device uses ${where} after its unmap`
  if (ranges !== '') return `CPU ${cpu}’s timer flushes, and ${ranges} ranges are free`
  const back = /^depot gives (\d+) ranges back$/.exec(what)
  return back ? `the depot gives ${back[1]} ranges back, on CPU ${cpu}` : step
}

export const logText = {
  title: 'Kernel log',
  count: (lines: number) => (lines === 1 ? '1 line' : `${lines} lines`),
  empty: 'Quiet so far.',
  step: 'This step:',
  bold: 'iommu_alloc failed',
  heldBack: (n: string) => `${n} more, held back by the kernel’s rate limit of 10 messages in 5 s`,
} as const
