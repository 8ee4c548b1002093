// Halves (2004 – 2012): one table, one lock, a region for small requests and one for large ones.
//
// Kernel: arch/powerpc/kernel/iommu.c, see `kernel` below. Spec: spec/POWERPC.md B.
// What it does: requests of up to 15 entries begin in the lower three quarters (the code calls the border the half
// point), larger ones above; each kind has a hint, and each spills into the other's region when its own is full.
// Generation 1 (2.6.20 – 2.6.24) can reserve the last entry before each 4 GiB line, because DMA must not cross it;
// generation 2 (2.6.25 – 3.5) keeps to the device's segment boundary instead.
// Generation 1 tests the mask again after every blocked candidate: with a restricting mask a search past its first
// pass begins at 0 again and again, for ever, with the lock held. That is detected (`meter.hang`), not repeated.
// Not modelled: reserved ranges (this allocator knew none, and hands out entry 0), requests longer than the segment
// boundary in generation 2 (refused here; the kernel never returns).
// Invariant: a bit is set exactly when its entry is protected or handed out; freeing never moves a hint.
// Cost: at most three searches, one lock for the whole table.

import { type Bitmap, clearRange, createBitmap, popcount, setRange } from '../../lib/bitmap.ts'
import { alignDown, alignUpPow2, and53, pow2 } from '../../lib/bits.ts'
import { type CostMeter, FROM_HANDLE, FROM_HINT, FROM_START, noteTry } from '../engine/meter.ts'
import type { Param, ParamsOf } from '../params.ts'
import { NO_ENTRY } from '../types.ts'
import { type AllocatorInfo, type AllocRequest, type WindowGeometry, withCode } from './allocator.ts'
import { areaSearch, NO_AREA, tryArea } from './area-search.ts'
import { checkGeometry, freeRuns, visitRanges } from './geometry.ts'

const LARGEST_SMALL = 15
const FOUR_GIB = 4294967296
/** A search that never ends. */
const HANG = -2

export interface HalvesState {
  readonly geometry: WindowGeometry
  readonly generation: 1 | 2
  /** Protected or handed out. */
  readonly bits: Bitmap
  /** Entries protected at creation. */
  readonly reserved: Bitmap
  /** First entry of the large region: three quarters of the table. */
  readonly half: number
  /** Where the next small search begins; may lie outside the small region. */
  hint: number
  largeHint: number
}

const generation = {
  name: 'generation',
  label: 'Generation',
  unit: 'choice',
  default: 1,
  values: [
    {
      value: 1,
      key: '1',
      label: '2.6.20 – 2.6.24',
      help: 'Searches inline; a device mask can make it search for ever.',
    },
    {
      value: 2,
      key: '2',
      label: '2.6.25 – 3.5',
      help: 'Searches in the common area helper, which keeps to segment boundaries.',
    },
  ],
  help: 'Which release of the two-region allocator: before or after the search moved into the common helper.',
  effect: 'restart',
} as const satisfies Param

const protect4gb = {
  name: 'protect4gb',
  label: 'Protect 4 GiB lines',
  unit: 'choice',
  default: 'on',
  values: [
    { value: 'on', key: 'on', label: 'On' },
    { value: 'off', key: 'off', label: 'Off' },
  ],
  help: 'Generation 1 never hands out the last IOMMU page before a multiple of 4 GiB, because DMA must not cross it.',
  effect: 'restart',
} as const satisfies Param

const params = [generation, protect4gb] as const

function create(geometry: WindowGeometry, settings: ParamsOf<typeof params>): HalvesState {
  checkGeometry(geometry)
  const { size, offset, pageShift } = geometry
  const gen = settings.generation
  const bits = createBitmap(size)
  const reserved = createBitmap(size)
  if (gen === 1 && settings.protect4gb === 'on') {
    const line = Math.max(1, Math.floor(FOUR_GIB / pow2(pageShift)))
    for (let k = alignDown(offset, line) + line - 1 - offset; k < size - 1; k += line) {
      setRange(bits, k, k + 1)
      setRange(reserved, k, k + 1)
    }
  }
  const half = Math.floor((size * 3) / 4)
  return { geometry, generation: gen, bits, reserved, half, hint: 0, largeHint: half }
}

function alloc(s: HalvesState, req: AllocRequest, meter: CostMeter): number {
  const { half } = s
  const { size, offset, boundary, blockSize } = s.geometry
  const { npages, mask } = req
  if (npages === 0 || mask < offset || (s.generation === 2 && npages > boundary)) return NO_ENTRY
  const large = npages > LARGEST_SMALL
  const hint = large ? s.largeHint : s.hint
  let limit = large ? size : half
  let from = FROM_HINT
  let start = hint
  if (req.useHandle && req.handle !== 0) {
    start = req.handle
    from = FROM_HANDLE
  }
  if (large && start < half) start = half
  if (start >= limit) {
    start = hint
    from = FROM_HINT
  }
  for (let pass = 0; pass < 3; pass++) {
    if (limit + offset > mask) {
      limit = mask - offset + 1
      start = maskStart(start, limit, mask, pass)
    }
    noteTry(meter, start < half ? 0 : 1, from, start, limit)
    const found =
      s.generation === 2
        ? areaSearch(s.bits, start, limit, npages, req.alignOrder, offset, boundary, meter)
        : searchInline(s, start, limit, npages, req.alignOrder, mask, pass, meter)
    if (found >= 0) {
      const end = found + npages
      setRange(s.bits, found, end)
      if (large) s.largeHint = end
      else s.hint = alignUpPow2(end, blockSize)
      if (req.useHandle) req.handle = end
      return found
    }
    if (found === HANG) {
      meter.hang = true
      return NO_ENTRY
    }
    // Pass 1 begins the own region again. Pass 2 takes the other one, for a large request the whole table.
    start = (pass === 0) === large ? half : 0
    if (pass === 1) limit = size
    from = FROM_START
  }
  return NO_ENTRY
}

/** Where a search begins whose limit the device mask has lowered. */
function maskStart(start: number, limit: number, mask: number, pass: number): number {
  if (pass > 0) return 0
  const masked = and53(start, mask)
  return masked >= limit ? 0 : masked
}

/** Generation 1's own search loop: an entry, NO_AREA or HANG. The first start has been masked already. */
function searchInline(
  s: HalvesState,
  first: number,
  limit: number,
  npages: number,
  alignOrder: number,
  mask: number,
  pass: number,
  meter: CostMeter,
): number {
  if (limit + s.geometry.offset <= mask) {
    return areaSearch(s.bits, first, limit, npages, alignOrder, s.geometry.offset, Infinity, meter)
  }
  let start = first
  // Nothing but `start` changes from round to round, so meeting an earlier start again means for ever. One earlier
  // start is remembered, a later one each time the number of rounds doubles.
  let remembered = first
  let rounds = 0
  let renewAt = 1
  for (;;) {
    const found = tryArea(s.bits, start, limit, npages, alignOrder, meter)
    if (found >= 0 || found === NO_AREA) return found
    start = maskStart(-1 - found, limit, mask, pass)
    if (start === remembered) return HANG
    if (++rounds === renewAt) {
      remembered = start
      renewAt *= 2
    }
  }
}

export const tceHalvesInfo: AllocatorInfo<typeof params> = {
  id: 'tce-halves',
  label: 'Halves',
  era: '2004 – 2012 (Linux 2.6.20 – 3.5)',
  shipped: { by: 'power' },
  kernel: {
    file: 'arch/powerpc/kernel/iommu.c',
    symbols: ['iommu_range_alloc', '__iommu_free', 'iommu_init_table'],
    tag: 'v2.6.24',
  },
  params,
  follows: true,
  bitmap: true,
  lines: [{ oneLock: true }],
}

export const tceHalves = withCode<HalvesState, typeof params>(tceHalvesInfo, {
  create,
  alloc,
  free(s: HalvesState, e: number, npages: number): boolean {
    if (e < 0 || e + npages > s.geometry.size) return false
    clearRange(s.bits, e, e + npages)
    return true
  },
  before: (s) => [s.hint, s.largeHint],
  undo(s: HalvesState, got: number, npages: number, _cpu, [hint, largeHint]): void {
    if (got !== NO_ENTRY) clearRange(s.bits, got, got + npages)
    s.hint = hint!
    s.largeHint = largeHint!
  },
  adopt(s: HalvesState, e: number, npages: number, asAnswer): void {
    const end = e + npages
    setRange(s.bits, e, end)
    if (!asAnswer) return
    if (npages > LARGEST_SMALL) s.largeHint = end
    else s.hint = alignUpPow2(end, s.geometry.blockSize)
  },
  locks: () => 1,
  lockForAlloc: () => 0,
  lockForFree: () => 0,
  regions: (s) => [
    { name: 'small region', start: 0, end: s.half, hint: s.hint, lock: 0 },
    { name: 'large region', start: s.half, end: s.geometry.size, hint: s.largeHint, lock: 0 },
  ],
  homeRegion: (_s, _cpu, npages) => (npages > LARGEST_SMALL ? 1 : 0),
  usable(s) {
    // A one-page request searches the small region, then the large one; each loses the entry below its end.
    const lower = s.half - 1
    const upper = s.geometry.size - 1
    return lower - popcount(s.reserved, 0, lower) + (upper - s.half) - popcount(s.reserved, s.half, upper)
  },
  freeCount: (s, start, limit) => limit - start - popcount(s.bits, start, limit),
  freeIn: (s, start, limit) => freeRuns(s.bits, start, limit),
  forEachRange: (s, visit) => visitRanges(s.bits, s.reserved, visit),
})
