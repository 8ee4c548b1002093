// Chunks per CPU: the plan of 2011. Each CPU takes large chunks of the space out of the tree and allocates from its own
// ones first, so that the tree and its lock are seldom needed.
//
// The mail of 10 November 2011 has the plan in one sentence: "allocate large chunks of space to each CPU, and then for each
// CPU to allocate from its own region first". No kernel shipped it; these are the rules of this model.
// Home: a request of at most a quarter of a chunk goes to the chunks of its CPU, the one used last first, and in there to
//   the first run from where the last one ended; then from the start. A larger request goes to the tree.
// Refill: where no own chunk has room, the tree gives another, below the limit of the request. Only chunks that lie wholly
//   below its limit serve a request, so a device that reaches less has the CPU take a chunk further down.
// No chunk left: the tree is asked for the range alone, which fits where a chunk does not. If that fails too, and the
//   request may empty caches: every empty chunk goes back to the tree, and chunk and range are asked for once more.
//   Then, with `borrow` on, the chunks of the other CPUs are searched, from the next CPU on.
// Freeing: a range goes back into the chunk that it came from, whoever frees it; a CPU that frees what another one owns
//   takes the lock of the owner. A chunk of which nothing is handed out stays with its owner if it is the only such one,
//   as the next refill; a second one goes back to the tree at once.
// Locks: the tree's, and one for all chunks of each CPU. The lock of the CPU is dropped before the tree's is taken.
// A run of n pages is aligned to the next power of two from n on, as in the tree.
// CPUs offline: their empty chunks go back, the others as they become empty; what is freed still goes there.
// Nobody remembers that no chunk was left: every request for which a CPU has no room asks again, which in a full window is
//   a long walk. Only the tree's own mark for what failed below 4 GiB shortens it.
// Not modelled: chunks whose size follows the need; giving back chunks that are half empty; the tree of 2011, which had one
//   remembered range: below is the tree as it is today.
// Invariant: a chunk is one range of the tree; what is handed out is either a bit in a chunk or a range of its own.
// Cost: a word of bitmap or two under the CPU's own lock; the tree's prices once per chunk.

import { pow2 } from '../../lib/bits.ts'
import { PRICES } from '../engine/cost.ts'
import { type CostMeter, charge, takeLock } from '../engine/meter.ts'
import type { ParamsOf, ParamTable } from '../params.ts'
import { NO_ENTRY } from '../types.ts'
import { type AllocatorInfo, type AllocRequest, withCode } from './allocator.ts'
import {
  addChunk,
  type Chunks,
  chunkAt,
  createChunks,
  dropChunk,
  emptyChunkOf,
  NO_CHUNK,
  ownerAt,
  putIntoChunk,
  takeFromChunks,
  visitChunk,
  visitChunks,
} from './chunks.ts'
import { absOf, entryOf } from './geometry.ts'
import { hint32Of, treeAlloc, treeFree } from './iova-tree.ts'
import { createTreeWindow, entriesUpTo, freeOfTree, joinRuns, type TreeWindow, visitTaken } from './tree-window.ts'

const MIB = 1048576
const TREE_LOCK = 0
/** A request of more than this part of a chunk is large. */
const LARGE_PART = 4

export interface PercpuChunksState {
  readonly window: TreeWindow
  readonly chunks: Chunks
  readonly cpus: number
  readonly borrow: boolean
  /** [cpus] 1 = online. */
  readonly online: Uint8Array
}

const params = [
  {
    name: 'chunk',
    label: 'Chunk',
    unit: 'bytes',
    default: 16 * MIB,
    effect: 'restart',
    values: [1, 4, 16, 64].map((n) => ({ value: n * MIB, key: `${n}m`, label: `${n}M` })),
    help: 'Bytes that a CPU takes out of the tree at a time, to allocate from on its own.',
  },
  {
    name: 'borrow',
    label: 'Borrow',
    unit: 'choice',
    default: 'on',
    effect: 'restart',
    values: [
      {
        value: 'on',
        key: 'on',
        label: 'On',
        help: 'When nothing else is left, a CPU allocates from the chunks of others.',
      },
      { value: 'off', key: 'off', label: 'Off', help: 'What a CPU owns serves that CPU alone, to the end.' },
    ],
    help: 'Whether a CPU that finds no room may take it in the chunks of another CPU.',
  },
] as const satisfies ParamTable

function create(geometry: TreeWindow['geometry'], settings: ParamsOf<typeof params>): PercpuChunksState {
  const window = createTreeWindow(geometry)
  const cpus = geometry.cpus ?? 1
  const chunkPages = Math.max(1, settings.chunk / pow2(geometry.pageShift))
  return {
    window,
    chunks: createChunks(window.islands, geometry.size, chunkPages, cpus),
    cpus,
    borrow: settings.borrow !== 'off',
    online: new Uint8Array(cpus).fill(1),
  }
}

const isLarge = (s: PercpuChunksState, npages: number): boolean => npages * LARGE_PART > s.chunks.pages

const lockOf = (cpu: number): number => 1 + cpu

function alloc(s: PercpuChunksState, req: AllocRequest, meter: CostMeter): number {
  const { npages } = req
  if (npages === 0) return NO_ENTRY
  const limit = Math.min(req.mask, s.window.last)
  let found: number = isLarge(s, npages) ? NO_ENTRY : fromOwn(s, req.cpu, npages, limit, meter)
  if (found < 0) found = fromTree(s, req.cpu, npages, limit, meter)
  if (found < 0 && req.emptyCaches) {
    if (giveBackAll(s, meter) > 0) found = fromTree(s, req.cpu, npages, limit, meter)
    if (found < 0 && s.borrow && !isLarge(s, npages)) found = fromOthers(s, req.cpu, npages, limit, meter)
  }
  if (found < 0) return NO_ENTRY
  if (req.useHandle) req.handle = found + npages
  return found
}

/** From the chunks of a CPU, under its lock; the CPU of the request or another. First entry, or -1. */
function fromOwn(s: PercpuChunksState, cpu: number, npages: number, limit: number, meter: CostMeter): number {
  takeLock(meter, lockOf(cpu))
  charge(meter, PRICES.alloc)
  return takeFromChunks(s.chunks, cpu, npages, entriesUpTo(s.window, limit), meter)
}

/** By way of a new chunk if the request is no large one, or as a range of its own. First entry, or -1. */
function fromTree(s: PercpuChunksState, cpu: number, npages: number, limit: number, meter: CostMeter): number {
  const { tree, geometry } = s.window
  takeLock(meter, TREE_LOCK)
  if (!isLarge(s, npages)) {
    const chunk = treeAlloc(tree, s.chunks.pages, limit, true, meter)
    if (chunk > 0) {
      addChunk(s.chunks, entryOf(geometry, chunk), cpu)
      return fromOwn(s, cpu, npages, limit, meter)
    }
  }
  const pfn = treeAlloc(tree, npages, limit, true, meter)
  return pfn > 0 ? entryOf(geometry, pfn) : -1
}

/** From the chunks of the other CPUs, each under its lock, as far as they have any with room. First entry, or -1. */
function fromOthers(s: PercpuChunksState, cpu: number, npages: number, limit: number, meter: CostMeter): number {
  for (let i = 1; i < s.cpus; i++) {
    const other = (cpu + i) % s.cpus
    const found = s.chunks.head[other]! < 0 ? -1 : fromOwn(s, other, npages, limit, meter)
    if (found >= 0) return found
  }
  return -1
}

/** Gives every empty chunk back to the tree. Returns how many. */
function giveBackAll(s: PercpuChunksState, meter: CostMeter): number {
  let given = 0
  for (let cpu = 0; cpu < s.cpus; cpu++) given += giveBackEmpty(s, cpu, meter)
  return given
}

function giveBackEmpty(s: PercpuChunksState, cpu: number, meter: CostMeter): number {
  let given = 0
  for (; s.chunks.empties[cpu]! > 0; given++) {
    takeLock(meter, lockOf(cpu))
    giveBack(s, emptyChunkOf(s.chunks, cpu), meter)
  }
  return given
}

/** Gives the empty chunk at an entry back to the tree. */
function giveBack(s: PercpuChunksState, e: number, meter: CostMeter): void {
  const start = chunkAt(s.chunks, e)
  dropChunk(s.chunks, start)
  takeLock(meter, TREE_LOCK)
  treeFree(s.window.tree, absOf(s.window.geometry, start), meter)
}

function free(s: PercpuChunksState, e: number, npages: number, meter: CostMeter): boolean {
  const { geometry, tree } = s.window
  if (e < 0 || e + npages > geometry.size) return false
  const owner = ownerAt(s.chunks, e)
  if (owner < 0) {
    takeLock(meter, TREE_LOCK)
    return treeFree(tree, absOf(geometry, e), meter)
  }
  takeLock(meter, lockOf(owner))
  charge(meter, PRICES.free)
  if (putIntoChunk(s.chunks, e, npages) && s.chunks.empties[owner]! > s.online[owner]!) giveBack(s, e, meter)
  return true
}

export const percpuChunksInfo: AllocatorInfo<typeof params> = {
  id: 'percpu-chunks',
  label: 'Chunks per CPU',
  era: 'planned in 2011, never shipped',
  shipped: { never: 'a plan of 2011' },
  kernel: {
    file: 'drivers/iommu/iova.c',
    symbols: ['alloc_iova', '__free_iova', 'find_iova'],
    tag: 'v3.2',
  },
  charges: true,
  keeps: true,
  params,
  lines: [{ label: 'Chunks' }],
}

export const percpuChunks = withCode<PercpuChunksState, typeof params>(percpuChunksInfo, {
  create,
  alloc,
  free,
  locks: (s) => 1 + s.cpus,
  lockForAlloc: (s, cpu, npages) => (isLarge(s, npages) ? TREE_LOCK : lockOf(cpu)),
  lockForFree(s, e) {
    const owner = ownerAt(s.chunks, e)
    return owner < 0 ? TREE_LOCK : lockOf(owner)
  },
  lockName: (_s, lock) => (lock === TREE_LOCK ? 'tree' : `CPU ${lock - 1}'s chunks`),
  regions({ window: { tree, geometry } }) {
    const hint = entryOf(geometry, hint32Of(tree))
    return [{ name: 'space', start: 0, end: geometry.size, hint: hint < 0 ? geometry.size : hint, lock: TREE_LOCK }]
  },
  homeRegion: () => 0,
  // What one CPU can get; where CPUs do not borrow, several together may be refused earlier.
  usable(s) {
    let taken = 0
    visitTaken(s.window, 0, s.window.geometry.size, (start, end, firm) => {
      if (firm) taken += end - start
    })
    return s.window.geometry.size - taken
  },
  freeCount: (s, start, limit) => freeOfTree(s.window, start, limit).free,
  freeIn: (s, start, limit) => freeOfTree(s.window, start, limit),
  forEachRange(s, visit) {
    const runs = joinRuns(visit)
    visitTaken(s.window, 0, s.window.geometry.size, (start, end, firm) => {
      if (firm) runs.add(start, end, 'reserved')
      else if (chunkAt(s.chunks, start) === NO_CHUNK) runs.add(start, end, 'used')
      else visitChunk(s.chunks, start, end, (from, to, used) => runs.add(from, to, used ? 'used' : 'cached'))
    })
    runs.end()
  },
  forEachCached(s, visit) {
    visitChunks(s.chunks, (start, owner) => {
      visitChunk(s.chunks, start, start + s.chunks.pages, (from, to, used) => {
        if (!used) visit(from, to - from, owner)
      })
    })
  },
  forEachChunk(s, visit) {
    visitChunks(s.chunks, (start, owner) => visit(start, s.chunks.pages, owner))
  },
  setOnline(s, cpu, online, meter) {
    s.online[cpu] = online ? 1 : 0
    return online ? 0 : giveBackEmpty(s, cpu, meter)
  },
})
