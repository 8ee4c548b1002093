// A recording through an allocator without a machine: how many of its addresses would have been handed out.
//
// Two models run side by side. One is set to the record after every miss, so that each prediction stands alone; the other
// is left to itself, so that a miss drags others after it. Neither sees a recorded address before it has foretold it.
// Spec: spec/FORMATS.md section 8, spec/POWERPC.md A and B.
// Cost: two allocator calls a map, and 5 bytes of memory for each entry of the window.

import { pow2 } from '../../lib/bits.ts'
import { createDomain, type DmaDomain } from '../dma/dma-ops.ts'
import { foretell, predictRun } from '../dma/recorded.ts'
import { createMeter, resetMeter } from '../engine/meter.ts'
import { allocatorById } from '../iova/index.ts'
import { MISSES_KEPT, type PredictionFigures, REC_MAP, type Recording } from '../scenario/recording.ts'
import { tableById } from '../table/index.ts'
import { absEntry, cpu, entry, NO_ENTRY, pages } from '../types.ts'

/** PCI mappings must not cross a multiple of this. */
const SEGMENT_BYTES = pow2(32)
const TABLE = 'tce-single'
const KERNEL_PAGE_SHIFT = 16

export interface Replay extends PredictionFigures {
  readonly records: number
  /** Addresses that the model without corrections foretold. */
  readonly predictedUncorrected: number
}

function modelOf(recording: Recording, allocatorId: string): DmaDomain {
  const allocator = allocatorById(allocatorId)
  if (!allocator) throw new RangeError(`no allocator is called ${allocatorId}`)
  if (!allocator.adopt) throw new RangeError(`${allocatorId} cannot follow a record`)
  const { pageShift, offset, size } = recording
  const boundary = SEGMENT_BYTES / pow2(pageShift)
  const geometry = { size, offset, pageShift, blockSize: 16, resStart: 0, resEnd: 0, boundary }
  return createDomain({
    allocator,
    allocatorState: allocator.create(geometry, {}),
    // No TCE is written here.
    table: tableById(TABLE)!,
    tableState: {},
    geometry,
    kernelPageShift: KERNEL_PAGE_SHIFT,
    alignPages: allocatorId !== 'tce-halves',
    mergeSegments: true,
    maxSegmentBytes: 65_536,
  })
}

/**
 * Foretells every map of `recording` with the allocator of this id. Throws RangeError when there is no such allocator or
 * it cannot follow a record.
 */
export function replay(recording: Recording, allocatorId: string): Replay {
  const { ops, offset, size } = recording
  const meter = createMeter()
  const guided = modelOf(recording, allocatorId)
  const alone = modelOf(recording, allocatorId)
  const mask = absEntry(offset + size)
  /** [size] 1 where the record has a mapping. */
  const live = new Uint8Array(size)
  /** [size] entry + 1 that the model left to itself gave for it; 0 = none. */
  const own = new Int32Array(size)
  const misses: PredictionFigures['misses'][number][] = []
  let allocations = 0
  let predicted = 0
  let predictedUncorrected = 0

  function free(first: number, end: number): void {
    for (let e = first; e < end; e++) {
      if (live[e] === 0) continue
      live[e] = 0
      guided.allocator.free(guided.allocatorState, entry(e), pages(1), meter, cpu(0))
      if (own[e]! > 0) alone.allocator.free(alone.allocatorState, entry(own[e]! - 1), pages(1), meter, cpu(0))
      own[e] = 0
    }
  }

  for (let i = 0; i < ops.count; i++) {
    const first = ops.entry[i]!
    const npages = pages(ops.npages[i]!)
    free(first, first + npages)
    if (ops.kind[i] !== REC_MAP) continue
    const address = ops.address[i]!
    resetMeter(meter)
    const guess = predictRun(guided, cpu(0), npages, address, mask, entry(first), meter)
    const unguided = foretell(alone, cpu(0), npages, address, mask, meter)
    allocations++
    if (guess === first) predicted++
    else if (misses.length < MISSES_KEPT)
      misses.push({ ns: ops.ns[i]!, line: ops.line[i]!, npages, recorded: first, predicted: guess })
    if (unguided === first) predictedUncorrected++
    live.fill(1, first, first + npages)
    if (unguided !== NO_ENTRY) for (let k = 0; k < npages; k++) own[first + k] = unguided + k + 1
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
