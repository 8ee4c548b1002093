// Fine and coarse: two page sizes in one space, small requests in fine pages, large ones in coarse pages of 16.
//
// The idea is the second one of the mail of 24 October 2006 that the two-region allocator was mended after: hardware
// such as Cell has a page size per 256 MiB region, so the space can be divided into 4K pages for small mappings and
// 64K pages for a full page or more. No kernel shipped it; these are the rules of this model.
// Layout: the lower part of the window is fine, the rest coarse, cut at the chosen share; in the layout of Cell the
//   cut is a multiple of 256 MiB, at least one region is fine and one coarse, and each region has its own hint.
// Size: a request is large from the threshold on (by default 16 fine pages: a full 64K page).
// Search: as in the two-region allocator, which has fine and coarse regions of one page size: from the hint of the
//   kind, then the same region from its start, then the other regions of the kind in order of address.
// Spill: with spilling on, a request that its kind refuses searches the other kind the same way. A small one then
//   takes a whole coarse page, a large one a run of fine pages.
// A coarse page leads to 16 fine pages of memory that begin at a multiple of 16: the buffer's DMA address keeps its
//   place in there (`phase`), and a buffer that crosses such a line takes two. All addresses here are fine pages.
// Entry 0 is kept back as in the pools, and so are fine pages at the end that do not fill a coarse page. A search
//   loses the page below its limit, as area searches do. A window of one coarse page or less is fine throughout.
// Not modelled: hardware that lets a region change its page size while it is in use; reserved ranges.
// Invariant: a bit of `bits` is set exactly when its fine page is kept back or handed out; a bit of `coarse` exactly
//   when one of the 16 fine pages of that coarse page is. Freeing never moves a hint.
// Cost: one lock; an area search for each try, over the bitmap of the kind, which is 16 times shorter for coarse.

import { type Bitmap, clearRange, createBitmap, popcount, setRange } from '../../lib/bitmap.ts'
import { alignDown, alignUpPow2, pow2 } from '../../lib/bits.ts'
import { type CostMeter, FROM_HINT, FROM_START, noteTry } from '../engine/meter.ts'
import type { ParamsOf, ParamTable } from '../params.ts'
import { MAX_GRANULE, NO_ENTRY } from '../types.ts'
import { type AllocatorInfo, type AllocRequest, type WindowGeometry, withCode } from './allocator.ts'
import { areaSearch } from './area-search.ts'
import { checkGeometry, freeRuns, visitRanges } from './geometry.ts'

/** Fine pages of a coarse page: 4K and 64K, or 64K and 1M. */
const COARSE = MAX_GRANULE
const CELL_REGION_BYTES = pow2(28)

interface FineCoarseRegion {
  readonly coarse: boolean
  /** Fine pages; `end` exclusive. */
  readonly start: number
  readonly end: number
}

export interface FineCoarseState {
  readonly geometry: WindowGeometry
  readonly regions: readonly FineCoarseRegion[]
  /** Smallest large request, fine pages. */
  readonly threshold: number
  readonly spill: boolean
  /** [size] kept back or handed out, by fine page. */
  readonly bits: Bitmap
  /** Kept back at creation. */
  readonly reserved: Bitmap
  /** [size / 16] the same by coarse page; used in coarse regions only. */
  readonly coarse: Bitmap
  /** [regions] where the next search begins, fine pages. */
  readonly hints: Float64Array
  /** [2] region that served the last request of each kind: fine, coarse. */
  readonly current: Int32Array
}

const params = [
  {
    name: 'fineShare',
    label: 'Fine part',
    unit: 'percent',
    default: 25,
    effect: 'restart',
    values: [12.5, 25, 50, 75].map((n) => ({ value: n, key: String(n), label: `${n} %` })),
    help: 'Share of the window that has small pages; the rest has pages 16 times as large.',
  },
  {
    name: 'coarseFrom',
    label: 'Coarse from',
    unit: 'count',
    default: COARSE,
    effect: 'restart',
    values: [4, 8, COARSE].map((n) => ({ value: n, key: String(n), label: `${n} pages` })),
    help: 'Requests of at least this many small pages go to the coarse part; 16 are one large page.',
  },
  {
    name: 'spill',
    label: 'Spill',
    unit: 'choice',
    default: 'on',
    effect: 'restart',
    values: [
      { value: 'on', key: 'on', label: 'On', help: 'A request that its part refuses is tried in the other part.' },
      { value: 'off', key: 'off', label: 'Off', help: 'A full part refuses, whatever the other has left.' },
    ],
    help: 'Whether a request may go to the other part when its own is full.',
  },
  {
    name: 'layout',
    label: 'Page size per',
    unit: 'choice',
    default: 'part',
    effect: 'restart',
    advanced: true,
    values: [
      { value: 'part', key: 'part', label: 'part', help: 'One fine part and one coarse part.' },
      {
        value: 'cell',
        key: 'cell',
        label: '256 MiB',
        help: 'As on Cell: each 256 MiB of the space has one page size.',
      },
    ],
    help: 'How finely the page size can change within the window.',
  },
] as const satisfies ParamTable

/** What it is set to. */
type Settings = ParamsOf<typeof params>

function layOut(g: WindowGeometry, settings: Settings): FineCoarseRegion[] {
  const share = settings.fineShare / 100
  const each = CELL_REGION_BYTES / pow2(g.pageShift)
  const whole = alignDown(g.size, COARSE)
  const n = Math.floor(whole / each)
  if (settings.layout === 'cell' && n >= 2) {
    const fine = Math.min(n - 1, Math.max(1, Math.round(n * share)))
    return Array.from({ length: n }, (_, i) => ({
      coarse: i >= fine,
      start: i * each,
      end: i === n - 1 ? g.size : (i + 1) * each,
    }))
  }
  const cut = whole > COARSE ? Math.max(COARSE, alignDown(Math.round(whole * share), COARSE)) : g.size
  return [
    { coarse: false, start: 0, end: cut },
    { coarse: true, start: cut, end: g.size },
  ]
}

function create(geometry: WindowGeometry, settings: Settings): FineCoarseState {
  checkGeometry(geometry)
  const { size, offset, boundary } = geometry
  if (offset % COARSE > 0) throw new RangeError(`offset ${offset}: a multiple of ${COARSE}`)
  if (boundary < COARSE) throw new RangeError(`boundary ${boundary}: at least ${COARSE}`)
  const regions = layOut(geometry, settings)
  const bits = createBitmap(size)
  const reserved = createBitmap(size)
  const coarse = createBitmap(Math.ceil(size / COARSE))
  for (const map of [bits, reserved]) {
    if (offset === 0) setRange(map, 0, 1)
    if (size > COARSE) setRange(map, alignDown(size, COARSE), size)
  }
  if (size % COARSE > 0) setRange(coarse, coarse.size - 1, coarse.size)
  return {
    geometry,
    regions,
    threshold: settings.coarseFrom,
    spill: settings.spill === 'on',
    bits,
    reserved,
    coarse,
    hints: Float64Array.from(regions, (r) => r.start),
    current: Int32Array.of(
      0,
      regions.findIndex((r) => r.coarse),
    ),
  }
}

const kindOf = (s: FineCoarseState, npages: number): number => (npages >= s.threshold ? 1 : 0)

function alloc(s: FineCoarseState, req: AllocRequest, meter: CostMeter): number {
  if (req.npages === 0 || req.npages > s.geometry.boundary || req.mask < s.geometry.offset) return NO_ENTRY
  const kind = kindOf(s, req.npages)
  const found = searchKind(s, req, kind, meter)
  return found !== NO_ENTRY || !s.spill ? found : searchKind(s, req, 1 - kind, meter)
}

function searchKind(s: FineCoarseState, req: AllocRequest, kind: number, meter: CostMeter): number {
  const first = s.current[kind]!
  for (let i = 0; i < s.regions.length; i++) {
    const r = (first + i) % s.regions.length
    const region = s.regions[r]!
    if (region.coarse !== (kind === 1)) continue
    const hint = s.hints[r]!
    let found = hint < region.end ? searchRegion(s, req, r, hint, FROM_HINT, meter) : -1
    if (found < 0 && hint > region.start) found = searchRegion(s, req, r, region.start, FROM_START, meter)
    if (found >= 0) {
      s.current[kind] = r
      return found
    }
  }
  return NO_ENTRY
}

/** First fine page of the run that was found and taken, or -1. */
function searchRegion(
  s: FineCoarseState,
  req: AllocRequest,
  r: number,
  start: number,
  from: number,
  meter: CostMeter,
): number {
  const { coarse, end } = s.regions[r]!
  const { offset, boundary, blockSize } = s.geometry
  const limit = Math.min(end, req.mask - offset + 1)
  if (start >= limit) return -1
  noteTry(meter, r, from, start, limit)
  if (!coarse) {
    const found = areaSearch(s.bits, start, limit, req.npages, req.alignOrder, offset, boundary, meter)
    if (found < 0) return -1
    const next = found + req.npages
    setRange(s.bits, found, next)
    s.hints[r] = alignUpPow2(next, blockSize)
    if (req.useHandle) req.handle = next
    return found
  }
  // In coarse pages: their alignment is at least that of the largest aligned request, 16 fine pages.
  const n = Math.ceil((req.phase + req.npages) / COARSE)
  if (n > boundary / COARSE) return -1
  const order = Math.max(0, req.alignOrder - 4)
  const at = areaSearch(
    s.coarse,
    start / COARSE,
    Math.floor(limit / COARSE),
    n,
    order,
    offset / COARSE,
    boundary / COARSE,
    meter,
  )
  if (at < 0) return -1
  const next = (at + n) * COARSE
  setRange(s.coarse, at, at + n)
  setRange(s.bits, at * COARSE, next)
  s.hints[r] = next
  const found = at * COARSE + req.phase
  if (req.useHandle) req.handle = found + req.npages
  return found
}

function regionAt(s: FineCoarseState, e: number): FineCoarseRegion {
  let r = s.regions.length - 1
  while (e < s.regions[r]!.start) r--
  return s.regions[r]!
}

export const fineCoarseInfo: AllocatorInfo<typeof params> = {
  id: 'fine-coarse',
  label: 'Fine and coarse',
  era: 'proposed in 2006, never shipped',
  shipped: { never: 'an idea of 2006' },
  kernel: {
    file: 'arch/powerpc/kernel/iommu.c',
    symbols: ['iommu_range_alloc', '__iommu_free'],
    tag: 'v2.6.19',
  },
  params,
  bitmap: true,
  mixed: true,
}

export const fineCoarse = withCode<FineCoarseState, typeof params>(fineCoarseInfo, {
  create,
  alloc,
  free(s: FineCoarseState, e: number, npages: number): boolean {
    if (e < 0 || e + npages > s.geometry.size) return false
    const { coarse } = regionAt(s, e)
    if (!coarse) {
      clearRange(s.bits, e, e + npages)
      return true
    }
    const first = Math.floor(e / COARSE)
    const end = Math.ceil((e + npages) / COARSE)
    clearRange(s.coarse, first, end)
    clearRange(s.bits, first * COARSE, end * COARSE)
    return true
  },
  locks: () => 1,
  lockForAlloc: () => 0,
  lockForFree: () => 0,
  regions: (s) =>
    s.regions.map(({ coarse, start, end }, r) => ({
      name: s.regions.length === 2 ? (coarse ? 'coarse part' : 'fine part') : `${coarse ? 'coarse' : 'fine'} ${r}`,
      start,
      end,
      hint: s.hints[r]!,
      lock: 0,
    })),
  homeRegion: (s, _cpu, npages) => s.current[kindOf(s, npages)]!,
  granule: (s, e) => (regionAt(s, e).coarse ? COARSE : 1),
  usable(s) {
    // A one-page request searches the fine regions, then takes a coarse page each; each loses the page below its end.
    let n = 0
    for (const { coarse, start, end } of s.regions) {
      if (!coarse) n += Math.max(0, end - 1 - start - popcount(s.reserved, start, Math.max(start, end - 1)))
      else if (s.spill) n += Math.max(0, Math.floor(end / COARSE) - 1 - start / COARSE)
    }
    return n
  },
  freeCount: (s, start, limit) => limit - start - popcount(s.bits, start, limit),
  freeIn: (s, start, limit) => freeRuns(s.bits, start, limit),
  forEachRange: (s, visit) => visitRanges(s.bits, s.reserved, visit),
})
