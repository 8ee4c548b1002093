// Words of the view of TCE tables of several levels.

import type { TceEra, TceRefusal } from '../sim/index.ts'
import { errnoName } from './errno.ts'
import { needsText } from './needs.ts'
import { viewText } from './views.ts'

const ERAS: Readonly<Record<TceEra, string>> = {
  full: 'Linux before 4.19',
  '2018': 'Linux 4.19 to 5.3',
  '6.12': 'Linux 5.4 and later',
}

const REMEDIES: Readonly<Record<TceRefusal, string>> = {
  'page-size': 'Choose an IOMMU page size that the group offers.',
  levels: 'Choose one to five levels.',
  window: 'Choose a window of a power of two bytes.',
  page: 'Choose a larger window or smaller IOMMU pages.',
  'top-bits': 'Choose fewer levels, or a kernel with smaller pages: its level tables can be smaller.',
  'level-table': 'Choose more levels, larger IOMMU pages or a smaller window: each makes a level table smaller.',
  memory: 'Choose a kernel that makes level tables on demand, larger IOMMU pages or a smaller window.',
}

export const levelsText = {
  title: viewText.levels.title,
  sub: (levels: number, bytes: string, userCopy: boolean, window: string, era: TceEra) =>
    `${levels === 1 ? 'one level' : `${levels} levels`} of ${bytes} tables${userCopy ? ', user copy' : ''}, window ${window}, ${ERAS[era]}`,
  vmalloc: (bytes: string, userCopy: boolean, window: string) =>
    `one table of ${bytes} by vmalloc()${userCopy ? ', user copy' : ''}, window ${window}`,
  top: 'top',
  leaf: 'leaf',
  level: (n: number) => `level ${n}`,
  from: (n: string) => `from ${n}`,
  fromShort: (n: string) => `${n} …`,
  heads: ['tables there', 'user copy', 'one table', 'leads to'],
  of: (part: string, whole: string) => `${part} of ${whole}`,
  power: (shift: number) => `2^${shift}`,
  none: '–',
  under: '< 1',
  share: (percent: string) => `${percent} %`,
  wordsSet: (set: string, of: string) => `${set} of ${of} entries set`,
  table: (n: string) => `table ${n}`,
  tables: (first: string, last: string) => `tables ${first} … ${last}`,
  states: ['absent', 'empty', 'in use', 'made by a replay'],
  statesShort: ['absent', 'empty', 'in use', 'replay'],
  others: (n: string) => `${n} more, absent`,
  help: 'in cells % of entries set; Enter or a click opens a table',
  helpShort: 'in cells % of entries set',
  tooHard: (n: number, calls: string) =>
    `${calls} ${n === 1 ? 'call was' : 'calls were'} too hard for real mode and ${n === 1 ? 'was' : 'were'} done again in virtual mode`,
  tooHardShort: (calls: string) => `H_TOO_HARD, done again: ${calls}`,
  refused: 'refused',
  errno: (n: number) => `${errnoName(n)} (−${-n})`,
  remedy: (id: TceRefusal) => REMEDIES[id],
  single: needsText.levels.says,
  keys: 'Page up and page down go to the next cell with a table, Enter opens the table, Escape or Backspace goes a level up.',
  cell: (level: string, tables: string, state: string, from: string, to: string) =>
    `${level} ${tables}: ${state}; ${from} to ${to} of the window`,
  absent: 'absent, no memory is taken',
  empty: 'there, nothing is set in it',
  used: (share: string) => `${share} set`,
  replayed: 'made by a replay after H_TOO_HARD',
  fullest: (there: string, of: string, share: string) => `${there} of ${of} there, ${share} set in the fullest`,
  emptyOf: (there: string, of: string) => `${there} of ${of} there, nothing is set in them`,
  absentOf: (of: string) => `none of ${of} there`,
  replayedOf: 'one or more made by a replay after H_TOO_HARD',
  opened: 'opened below',
  describe: (sub: string, levels: string, opened: string, tooHard: string) =>
    `A TCE table: ${sub}. ${levels}.${opened}${tooHard}`,
  describeLevel: (level: string, there: string, of: string) => `${level}: ${there} of ${of} tables there`,
  describeOpened: (tables: string) => ` Opened: ${tables}.`,
  describeRefused: (errno: string, why: string, remedy: string) => `The table is refused, ${errno}. ${why} ${remedy}`,
  columns: ['level', 'tables there', 'of', 'user copy', 'one table', 'taken, both trees', 'one leads to', 'opened'],
} as const
