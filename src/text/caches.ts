// Words of the view of per-CPU caches, which are fetched when it is shown.

import { needsText } from './needs.ts'
import { viewText } from './views.ts'

export const cachesText = {
  title: viewText.caches.title,
  subMagazines: (capacity: number) => `two magazines of ${capacity} ranges per CPU and size, filled as far as they are`,
  subChunks: 'chunks that each CPU owns, filled as far as mapped',
  loaded: 'loaded',
  prev: 'prev',
  depot: 'depot',
  own: 'mapped by its CPU',
  foreign: 'by another, on top',
  cpu: 'CPU',
  order: 'order',
  size: 'size',
  ranges: 'ranges',
  full: 'full',
  none: needsText.caches.says,
  cell: (cpu: number, which: string, order: number, size: string, n: string, capacity: number, kept: string) =>
    `CPU ${cpu}, ${which}, order ${order} (${size}): ${n} of ${capacity} ranges, ${kept}`,
  depotCell: (order: number, size: string, full: string, ranges: string, kept: string) =>
    `depot, order ${order} (${size}): ${full} full magazines, ${ranges} ranges, ${kept}`,
  chunkCell: (cpu: number, address: string, size: string, mapped: string, foreign: string) =>
    `CPU ${cpu}, chunk from ${address}, ${size}: ${mapped} mapped, ${foreign} of that by another CPU`,
  describe: (cpus: number, ranges: string, kept: string, full: string, inDepot: string) =>
    `${cpus} CPUs keep ${ranges} ranges, ${kept}, in their magazines; the depot holds ${full} full magazines with ${inDepot}.`,
  describeChunks: (chunks: string, kept: string, cpus: number, mapped: string, foreign: string) =>
    `${chunks} chunks, ${kept}, are owned by ${cpus} CPUs; ${mapped} mapped, ${foreign} of that by another CPU than the owner.`,
  columns: (orders: readonly string[]) => ['keeper', ...orders, 'ranges', 'bytes'],
  orderColumn: (order: number, size: string) => `order ${order}, ${size}: loaded + prev`,
  inDepot: (full: string) => `${full} full`,
  chunkColumns: ['chunk', 'CPU', 'size', 'mapped', 'by another CPU'],
} as const
