// Words of the view of what TCE tables take, which are fetched when it is shown.

import type { TceEra } from '../sim/index.ts'
import { needsText } from './needs.ts'
import { viewText } from './views.ts'

const eras: Readonly<Record<TceEra, string>> = {
  full: 'at once',
  '2018': 'as in 2018',
  '6.12': 'on demand',
}

export const memoryText = {
  title: viewText.memory.title,
  none: needsText.memory.says,
  sub: (window: string, page: string, levels: number, era: TceEra) =>
    `${window}, ${page} pages, ${levels} ${levels === 1 ? 'level' : 'levels'} ${eras[era]}`,
  /** By bar: BARS of memory.view.ts. */
  names: {
    flat: 'one level, flat',
    whole: 'whole tree',
    hw: 'now: hardware',
    user: 'now: user copy',
    charged: 'charged',
    chargedSoFar: 'charged so far',
  },
  gutter: {
    flat: 'one level',
    whole: 'whole tree',
    hw: 'hardware',
    user: 'user copy',
    charged: 'charged',
    chargedSoFar: 'all charged',
  },
  heads: ['bytes', 'that is'],
  axis: 'log scale',
  key: { whole: 'whole', now: 'now', charged: 'charged', refused: 'refused' },
  exactly: (n: string) => `${n} bytes`,
  refused: (errno: string) => `refused, ${errno}`,
  noCopy: 'no user copy is kept',
  nothing: 'nothing',
  trees: (hw: string, user: string) =>
    user === '' ? hw : user === hw ? `two trees of ${hw}` : `${hw} in the hardware’s tree, ${user} in the user copy`,
  levelTables: (trees: string, each: string, all: string) =>
    `Level tables there, top level first: ${trees}; ${each} each, ${all} bytes in all.`,
  shareOfWhole: (times: string) => ` The whole tree takes ${times} times as much.`,
  wholeNow: ' That is the whole tree.',
  noTables: 'No level table is there.',
  flatRefusal: (errno: string) => `One level is refused, ${errno}.`,
  refusal: (errno: string) => `This table is refused, ${errno}.`,
  stillCharged: (extra: string) => ` ${extra} more stay charged: a table that is refused is not given back.`,
  mail: (needed: string) =>
    `The mail of 2018 prints 4556 MB for one flat tree up to the end of far memory; its formula gives 4656. For the memory alone it gives ${needed}.`,
  cell: (name: string, exact: string, size: string) => `${name}: ${exact}, ${size}`,
  cellRefused: (words: string, errno: string, why: string) => `${words}; refused, ${errno}: ${why}`,
  describe: (rows: string, notes: string) => `What the TCE table takes. ${rows}. ${notes}`,
  columns: ['what', 'bytes', 'size', 'refused', 'level tables, top first'],
} as const
