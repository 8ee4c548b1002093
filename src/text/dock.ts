// Words of the views of the window’s tables and regions, which are fetched when they are shown.

import { viewText } from './views.ts'

export const pagesText = {
  title: viewText.pages.title,
  sub: (tces: string, bytes: string, iova: string) =>
    `1 cell = 1 table page = ${tces} TCEs, ${bytes} of table, ${iova} of IOVA`,
  set: 'TCEs set',
  writes: 'written so far',
  writesMost: (most: string) => `written so far, at most ${most}`,
  describe: (pages: string, bytes: string, set: string, busiest: string) =>
    `${pages} table pages, ${bytes} of table, ${set} TCEs set. Busiest: ${busiest}.`,
  busiest: (address: string, writes: string) => `the page of ${address} with ${writes} writes so far`,
  idle: 'none, nothing was written yet',
  or: ' or ',
  cell: (page: number, address: string, set: string, writes: string) =>
    `table page ${page}, from ${address}: ${set} TCEs set, ${writes} writes so far`,
  columns: ['table page', 'address', 'TCEs set', 'writes so far'],
} as const

export const tablesText = {
  title: viewText.tables.title,
  sub: 'filled as far as mapped',
  subPart: 'filled as far as mapped; of a large window the part in use',
  heads: ['page', 'window', 'mapped', 'of it data', 'TCE writes', 'refused'],
  pages: (fine: string, coarse: string) => (fine === coarse ? fine : `${fine}, ${coarse}`),
  andMore: ([first, ...more]: readonly string[]) => `${first} +${more.length}`,
  show: (devices: string) => `Show the table of ${devices} on the map`,
  shown: 'on the map',
  cell: (devices: string, address: string, share: string) => `${devices}, from ${address}: ${share} mapped`,
  one: (devices: string, page: string, mapped: string, useful: string, refused: string) =>
    `${devices} with ${page} pages: ${mapped} mapped, ${useful} of that data, ${refused} refused`,
  describe: (tables: string) => `How full each table is. ${tables}.`,
  columns: [
    'devices',
    'page',
    'window',
    'mapped',
    'data',
    'reachable beyond the buffers',
    'TCE writes',
    'refused',
    'first refusal, ms',
    'its npages',
  ],
} as const

export const regionsText = {
  title: viewText.regions.title,
  sub: (slice: string) => `128 slices, ${slice} each, filled as far as mapped, coloured by the CPU that mapped most`,
  subShort: 'filled as far as mapped, coloured by CPU',
  heads: ['home of', 'mapped', 'free', 'largest run', 'spills in', 'lock waits'],
  home: 'home of CPU',
  homes: (cpus: readonly number[]) => (cpus.length > 4 ? `${cpus.length} CPUs` : cpus.join(' ')),
  mixed: 'nobody',
  describe: (regions: string) => `How full each region is. ${regions}.`,
  one: (name: string, share: string, spills: string) => `${name}: ${share} mapped, ${spills} spills in`,
  cell: (name: string, address: string, share: string, owner: string) =>
    `${name}, from ${address}: ${share} mapped, mostly by ${owner}`,
  cpu: (cpu: number) => `CPU ${cpu}`,
  columns: [
    'region',
    'from',
    'to',
    'mapped',
    'free',
    'largest run',
    'spills in',
    'lock waits',
    'waited',
    'home of CPU',
  ],
} as const
