// Words of the DMA windows of a device, of the hypervisor calls that fill them, and of the budget they are paid from.

import { viewText } from './views.ts'

export const windowsText = {
  title: viewText.windows.title,
  sub: 'one axis of bus addresses, each window on a scale of its own',
  names: { default: 'default window', dynamic: 'dynamic window' },
  short: { default: 'default', dynamic: 'dynamic' },
  states: {
    used: 'buffers are mapped here',
    direct: 'all memory is mapped',
    idle: 'idle',
    removed: 'removed',
  },
  size: (size: string, page: string) => `${size} in ${page} pages`,
  tces: (n: string) => `${n} TCEs`,
  mapped: (size: string) => `${size} mapped`,
  nothing: 'nothing mapped',
  gap: (size: string, narrow: boolean) => [size, narrow ? 'gap' : 'not mapped'] as const,
  mask: (bits: number) => `${bits}-bit mask`,
  legend: { mapped: 'mapped', free: 'free', reserved: 'registers' },
  reserved: 'kept free',
  cell: (name: string, address: string, size: string, what: string) => `${name}, ${size} from ${address}: ${what}`,
  mappedShare: (share: string) => `${share} mapped`,
  cellStates: {
    free: 'nothing mapped',
    reserved: 'kept free, 32-bit registers answer there',
    removed: 'removed, nothing is translated',
  },
  one: (name: string, state: string, size: string, address: string, tces: string, mapped: string) =>
    `The ${name}, ${size} from ${address}: ${state}, ${tces}, ${mapped}.`,
  between: (gaps: string) => `Between them ${gaps}.`,
  gapWords: (size: string) => `${size} that no window maps`,
  maskWords: (bits: number, end: string) => `The device reaches ${bits} bits, to ${end}.`,
  columns: ['window', 'state', 'from', 'to', 'page', 'TCEs', 'mapped'],
} as const

export const hcallsText = {
  title: viewText.hcalls.title,
  lanes: [
    { call: 'H_PUT_TCE', gutter: 'PUT_TCE', narrow: 'PUT' },
    { call: 'H_PUT_TCE_INDIRECT', gutter: 'PUT_INDIRECT', narrow: 'INDIRECT' },
    { call: 'H_STUFF_TCE', gutter: 'STUFF_TCE', narrow: 'STUFF' },
    { call: 'H_TOO_HARD, replayed', gutter: 'TOO_HARD', narrow: 'TOO_HARD' },
  ],
  totals: (calls: string, tces: string, time: string) => [`${calls} calls`, ` for ${tces} TCEs, ${time}`] as const,
  scale: (most: string, time: string, narrow: boolean) =>
    narrow ? `most ${most} in ${time}` : `tallest: ${most} in ${time}, square root`,
  none: 'No hypervisor call yet.',
  since: (ms: string | null) => `No hypervisor call since ${ms === null ? 'the window was made' : `${ms} ms`}`,
  direct: ': all memory is mapped in the window.',
  cell: (call: string, ms: string, calls: string) => `${call} at ${ms} ms: ${calls} calls`,
  describe: (calls: string, tces: string, time: string, lanes: string) =>
    `Hypervisor calls over time. So far ${calls} calls for ${tces} TCEs took ${time}: ${lanes}.`,
  lane: (call: string, calls: string) => `${calls} ${call}`,
  columns: (calls: readonly string[]) => ['ms', ...calls],
} as const

export const budgetText = {
  title: viewText.budget.title,
  sub: (functions: string, budget: string, share: string) =>
    `${functions} virtual functions on ${budget} of TCEs, ${share}`,
  shares: { first: 'first come, first served', even: 'the same limit for each' },
  eras: { today: '5.16 on', before: 'before 5.16' },
  erasShort: { today: '5.16 on', before: 'before' },
  needs: (size: string) => `a direct window takes ${size}`,
  /** By SHARE_*. */
  kinds: ['default window', 'indirect window', 'direct window'],
  short: ['default', 'indirect', 'direct'],
  facts: (name: string, era: string | null) => (era === null ? name : `${name}, ${era}`),
  used: (left: string) => `used, ${left} left`,
  chosen: (n: number) => `VF ${n}`,
  function: 'function',
  cell: (n: number, era: string, kind: string, tces: string) => `VF ${n}, ${era}: ${kind}, ${tces}`,
  takes: (tces: string) => `${tces} of TCEs`,
  takesNothing: 'nothing from the budget',
  window: (size: string, page: string) => `${size} in ${page} pages`,
  isChosen: 'its traffic runs',
  describe: (functions: string, budget: string, share: string, needs: string, now: string, other: string) =>
    `${functions} virtual functions share ${budget} of TCEs, ${share}; ${needs}. ${now} ${other}`,
  outcome: (era: string, direct: string, indirect: string, kept: string, left: string) =>
    `Kernel ${era}: ${direct} direct, ${indirect} indirect, ${kept} default; ${left} left.`,
  columns: ['function', 'window', 'size', 'page', 'TCE bytes', 'in the other kernel', 'TCE bytes there'],
} as const
