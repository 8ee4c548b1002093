// Words of the view, which are fetched when it is shown.

import { title } from './title.ts'

export const text = {
  title,
  sub: 'bars: share of all waiting',
  heads: ['taken', 'waited', 'waited, share', 'in all', 'mean wait', 'in line now'],
  more: (n: number) => `${n} more in the table`,
  cell: (name: string, taken: string, contended: string, waited: string, share: string) =>
    `${name}: taken ${taken} times, ${contended} had to wait, ${waited} in all, ${share} of all waiting`,
  describe: (locks: number, worst: string, waited: string, share: string) =>
    `${locks} locks. Waited for most: ${worst}, ${waited} in all, ${share} of all waiting.`,
  describeNone: (locks: number) => `${locks} locks; no CPU has waited yet.`,
  columns: [
    'lock',
    'taken',
    'had to wait',
    'share',
    'waited in all',
    'mean wait',
    'in line now',
    'share of all waiting',
  ],
} as const
