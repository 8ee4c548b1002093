// A recording through an allocator without a machine: how many of its addresses would have been handed out.
//
// Two models run side by side. One is set to the record after every miss, so that each prediction stands alone; the other
// is left to itself, so that a miss drags others after it. Neither sees a recorded address before it has foretold it.
// Spec: spec/FORMATS.md section 8, spec/POWERPC.md A and B.
// Where the way has a flush queue, what is unmapped waits in it as in the machine; invalidations take no time here.
// Cost: two allocator calls a map, and 4 bytes of memory for each entry of the window.

import { pow2 } from '../../lib/bits.ts'
import { createTceDomain, type TceDomain } from '../dma/dma-ops.ts'
import { foretell } from '../dma/recorded.ts'
import { createMeter, resetMeter } from '../engine/meter.ts'
import { createFlushQueue, type FlushQueue, flushTimer, forEachQueued, queueRange } from '../flush/flush-queue.ts'
import { allocatorById } from '../iova/index.ts'
import { readParam } from '../params.ts'
import { FLUSH } from '../scenario/platform-iommu.ts'
import {
  MISSES_KEPT,
  type PredictionFigures,
  pagesOfRun,
  REC_MAP,
  REC_MORE,
  type Recording,
} from '../scenario/recording.ts'
import { tableById } from '../table/index.ts'
import { NO_ENTRY } from '../types.ts'

/** PCI mappings must not cross a multiple of this. */
const SEGMENT_BYTES = pow2(32)
const TABLE = 'tce-single'
const KERNEL_PAGE_SHIFT = 16

export interface Replay extends PredictionFigures {
  readonly records: number
  /** Addresses that the model without corrections foretold. */
  readonly predictedUncorrected: number
}

/** An allocator with what waits before its runs come back to it. */
interface Model {
  readonly d: TceDomain
  readonly flush: FlushQueue | null
}

function modelOf(recording: Recording, allocatorId: string): Model {
  const allocator = allocatorById(allocatorId)
  if (!allocator) throw new RangeError(`no allocator is called ${allocatorId}`)
  if (!allocator.adopt) throw new RangeError(`${allocatorId} cannot follow a record`)
  const { way, pageShift, offset, size, cpus, settings } = recording
  const boundary = SEGMENT_BYTES / pow2(pageShift)
  const geometry = { size, offset, pageShift, blockSize: 16, resStart: 0, resEnd: 0, boundary, cpus }
  const isTce = way === 'tce'
  const d = createTceDomain({
    allocator,
    allocatorState: allocator.create(geometry, {}),
    // No entry is written here.
    table: tableById(TABLE)!,
    tableState: {},
    geometry,
    kernelPageShift: isTce ? KERNEL_PAGE_SHIFT : pageShift,
    alignPages: isTce && allocatorId !== 'tce-halves',
    mergeSegments: true,
    maxSegmentBytes: 65_536,
  })
  const waits = !isTce && readParam(FLUSH, settings ?? {}) === 'deferred'
  return { d, flush: waits ? createFlushQueue(cpus, false) : null }
}

/** A mapping of the record: where it is, and where the model left to itself has it (-1: refused). */
interface Run {
  readonly first: number
  readonly npages: number
  readonly own: number
}

const meter = createMeter()

/** Gives ranges of a model back to its allocator. */
const sinkOf = ({ allocator, allocatorState }: TceDomain) => ({
  release: (on: number, e: number, n: number) => {
    allocator.free(allocatorState, e, n, meter, on)
  },
  invalidateAll: () => {},
})

/** What is due until `ns` is done: the timer of the queue, and what the allocator has put off. */
function settle({ d, flush }: Model, ns: number): void {
  const { allocator, allocatorState } = d
  while (flush && flush.dueNs <= ns) flushTimer(flush, flush.dueNs, sinkOf(d))
  for (let due = allocator.workDueNs?.(allocatorState) ?? Infinity; due <= ns; ) {
    resetMeter(meter, due)
    allocator.work!(allocatorState, meter)
    due = allocator.workDueNs!(allocatorState)
  }
}

function isWaiting({ flush }: Model, first: number, npages: number): boolean {
  let waits = false
  if (flush)
    forEachQueued(flush, (e, n) => {
      waits ||= e < first + npages && e + n > first
    })
  return waits
}

function giveBack({ d, flush }: Model, on: number, e: number, n: number, ns: number): void {
  const sink = sinkOf(d)
  if (flush) queueRange(flush, on, e, n, ns, sink)
  else sink.release(on, e, n)
}

function adopt(model: Model, e: number, n: number, ns: number, asAnswer = false): void {
  const { d, flush } = model
  if (flush && isWaiting(model, e, n)) flushTimer(flush, ns, sinkOf(d))
  d.allocator.adopt!(d.allocatorState, e, n, asAnswer)
}

/**
 * Foretells every map of `recording` with the allocator of this id. Throws RangeError when there is no such allocator or
 * it cannot follow a record.
 */
export function replay(recording: Recording, allocatorId: string): Replay {
  const { ops, offset, size, way } = recording
  const guided = modelOf(recording, allocatorId)
  const alone = modelOf(recording, allocatorId)
  const mask = offset + size - (way === 'tce' ? 0 : 1)
  /** [size] 1 + index of the run that is mapped there; 0 = none. */
  const at = new Int32Array(size)
  const runs: Run[] = []
  const misses: PredictionFigures['misses'][number][] = []
  let allocations = 0
  let predicted = 0
  let predictedUncorrected = 0

  function write(first: number, npages: number, own: number): void {
    runs.push({ first, npages, own })
    at.fill(runs.length, first, first + npages)
  }

  /** The part of a run that the record leaves alone. */
  function keep(run: Run, from: number, to: number, ns: number): void {
    if (from >= to) return
    const own = run.own < 0 ? -1 : run.own + from - run.first
    adopt(guided, from, to - from, ns)
    if (own >= 0) adopt(alone, own, to - from, ns)
    write(from, to - from, own)
  }

  /** Takes back what is mapped in [first, end). False when nothing was. */
  function free(on: number, first: number, end: number, ns: number): boolean {
    let any = false
    for (let e = first; e < end; e++) {
      if (at[e] === 0) continue
      any = true
      const run = runs[at[e]! - 1]!
      const stop = run.first + run.npages
      at.fill(0, run.first, stop)
      giveBack(guided, on, run.first, run.npages, ns)
      if (run.own >= 0) giveBack(alone, on, run.own, run.npages, ns)
      keep(run, run.first, first, ns)
      keep(run, end, stop, ns)
      e = stop - 1
    }
    return any
  }

  /** Of before the record: it was handed out all the same, and comes back now. */
  function freeFormer(model: Model, on: number, first: number, npages: number, ns: number): void {
    const { allocator, allocatorState } = model.d
    if (isWaiting(model, first, npages)) return
    if (model === alone && allocator.freeCount(allocatorState, first, first + npages) < npages) return
    adopt(model, first, npages, ns)
    giveBack(model, on, first, npages, ns)
  }

  for (let i = 0; i < ops.count; i++) {
    if (ops.kind[i] === REC_MORE) continue
    const first = ops.entry[i]!
    const npages = pagesOfRun(ops.kind, ops.npages, i)
    const ns = ops.ns[i]!
    const on = ops.cpu?.[i] ?? 0
    resetMeter(meter, ns)
    settle(guided, ns)
    settle(alone, ns)
    const any = free(on, first, first + npages, ns)
    if (ops.kind[i] !== REC_MAP) {
      if (!any && way !== 'tce') for (const model of [guided, alone]) freeFormer(model, on, first, npages, ns)
      continue
    }
    const address = ops.address[i]!
    const { allocator, allocatorState } = guided.d
    resetMeter(meter, ns)
    const before = allocator.before!(allocatorState)
    const guess = foretell(guided.d, on, npages, address, mask, meter)
    if (guess !== first) {
      allocator.undo!(allocatorState, guess, npages, on, before, meter)
      adopt(guided, first, npages, ns, true)
    }
    resetMeter(meter, ns)
    const unguided = foretell(alone.d, on, npages, address, mask, meter)
    allocations++
    if (guess === first) predicted++
    else if (misses.length < MISSES_KEPT)
      misses.push({ ns, line: ops.line[i]!, npages, recorded: first, predicted: guess })
    if (unguided === first) predictedUncorrected++
    write(first, npages, unguided === NO_ENTRY ? -1 : unguided)
  }
  const corrected = allocations - predicted
  return {
    allocator: allocatorId,
    records: recording.records,
    total: allocations,
    allocations,
    predicted,
    corrected,
    predictedUncorrected,
    misses,
  }
}
