// Words of the view of the bounce pool.

import { viewText } from './views.ts'

export const poolText = {
  title: viewText.pool.title,
  sub: (slots: string) => `1 cell = ${slots}`,
  slots: (n: string, one: boolean) => `${n} ${one ? 'slot' : 'slots'}`,
  none: 'There is no pool.',
  absent: 'No pool is in use: nothing bounces, addresses are translated.',
  /** By SLOT_*. */
  directions: ['free', 'to device', 'from device', 'both ways'],
  key: ['', 'to device', 'from device', 'both'],
  keyShort: ['', 'to', 'from', 'both'],
  slack: 'rounding',
  cursor: 'next search',
  cursorShort: 'next',
  area: 'area',
  areas: (first: number, last: number) => (first === last ? String(first) : `${first}–${last}`),
  heads: ['used', 'longest run', 'lock waits'],
  /** The stroke is the line between sets as it is drawn. */
  largest: (size: string, set: string, whole: boolean) => ({
    name: 'largest mapping',
    value: size,
    words: whole ? `│ a set of ${set} slots holds it` : `│ ${set} slots, less alignment`,
  }),
  tooLarge: (n: string) => ({ name: 'too large', value: n, words: 'no slot set holds it' }),
  full: (n: string) => ({ name: 'full', value: n, words: 'no area has enough free slots' }),
  scattered: (n: string) => ({ name: 'scattered', value: n, words: 'enough are free, but no run' }),
  cell: (slots: string, area: number, use: string) => `${slots} of area ${area}: ${use}`,
  range: (first: string, last: string) => (first === last ? `slot ${first}` : `slots ${first} … ${last}`),
  used: (share: string, direction: string) => `${share} used, ${direction}`,
  free: 'free',
  by: (cpu: number) => `mapped by CPU ${cpu}`,
  wasted: (size: string) => `about ${size} rounding`,
  next: 'the next search of the area begins here',
  describe: (used: string, slots: string, size: string, areas: string, waste: string, refused: string) =>
    `Bounce pool of ${size}: ${used} of ${slots} slots in ${areas} are used, ${waste} of that rounding. ${refused}`,
  areaCount: (n: string, one: boolean) => `${n} ${one ? 'area' : 'areas'}`,
  cells: (to: string, from: string, both: string) =>
    `Cells mostly to the device ${to}, from it ${from}, both ways ${both}.`,
  fullest: (area: number, used: string, run: string) => `Fullest: area ${area}, ${used} used, longest free run ${run}.`,
  refused: (tooLarge: string, full: string, scattered: string) =>
    `Refused so far: ${tooLarge} too large for a slot set, ${full} with no area free enough, ${scattered} with no free run long enough.`,
  columns: [
    'area',
    'first slot',
    'slots',
    'used',
    'longest free run',
    'next search',
    'lock taken',
    'lock waits',
    'waited',
    'cells to device',
    'from device',
    'both ways',
  ],
} as const
