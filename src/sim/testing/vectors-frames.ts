// Replays e_frames*.json: how many receive buffers fit into a window. Every row is computed by mapping buffers
// through the DMA API until the first refusal.

import { pow2 } from '../../lib/bits.ts'
import { createTceDomain, mapPage, NO_DMA, pagesTouched } from '../dma/dma-ops.ts'
import { createMeter, resetMeter } from '../engine/meter.ts'
import { tceHalves } from '../iova/tce-halves.ts'
import { tcePools } from '../iova/tce-pools.ts'
import { TCE_WRITE } from '../table/table.ts'
import { tceSingle } from '../table/tce-single.ts'
import { boundaryOf, Mismatch, maskOf } from './vector-text.ts'

const DEVICE_MASK = 0xffffffffn
const KERNEL_PAGE_SHIFT = 16
const CPUS = 8
/** Where the buffers begin; any multiple of 64K does. */
const FIRST_BUFFER = 0x10000000

const KERNELS = {
  'two-region-2.6.20': { allocator: tceHalves, settings: { generation: 1 }, alignPages: false },
  'two-region-2.6.25': { allocator: tceHalves, settings: { generation: 2 }, alignPages: true },
  'pools-6.12': { allocator: tcePools, settings: {}, alignPages: true },
} as const

/** What a row asks. */
export interface FramesInput {
  readonly allocator: keyof typeof KERNELS
  readonly windowMB: number
  readonly iommuPageShift: number
  readonly bufferBytes: number
  readonly stride: number
}

/** What a row answers. */
export interface FramesOutput {
  readonly tableEntries: number
  readonly buffersMapped: number
  readonly entriesUsedByBuffers: number
  /** Counted from 1. */
  readonly firstFailAtBuffer: number
  readonly npagesOfFailingRequest: number
  readonly entriesStillFree: number
}

/** Maps buffers of `bufferBytes` every `stride` bytes until one is refused. Spec E. */
export function countBuffers(input: FramesInput): FramesOutput {
  const { allocator, settings, alignPages } = KERNELS[input.allocator]
  const pageShift = input.iommuPageShift
  const size = (input.windowMB * 1048576) / pow2(pageShift)
  const boundary = boundaryOf(DEVICE_MASK, pageShift)
  const geometry = { size, offset: 0, pageShift, blockSize: 16, resStart: 0, resEnd: 0, boundary }
  const d = createTceDomain({
    allocator,
    allocatorState: allocator.create(geometry, settings),
    table: tceSingle,
    tableState: tceSingle.create(size, pageShift),
    geometry,
    kernelPageShift: KERNEL_PAGE_SHIFT,
    alignPages,
    mergeSegments: true,
    maxSegmentBytes: 65536,
  })
  const meter = createMeter()
  const mask = maskOf(DEVICE_MASK, pageShift)
  let entriesUsedByBuffers = 0
  for (let i = 0; ; i++) {
    const address = FIRST_BUFFER + i * input.stride
    const npages = pagesTouched(d, address, input.bufferBytes)
    resetMeter(meter)
    if (mapPage(d, i % CPUS, address, input.bufferBytes, TCE_WRITE, mask, meter) === NO_DMA) {
      return {
        tableEntries: size,
        buffersMapped: i,
        entriesUsedByBuffers,
        firstFailAtBuffer: i + 1,
        npagesOfFailingRequest: npages,
        entriesStillFree: d.allocator.freeIn(d.allocatorState, 0, size).free,
      }
    }
    entriesUsedByBuffers += npages
  }
}

/** Number of figures that were as recorded; throws Mismatch at the first that is not. */
export function replayFrames(text: string): number {
  const { rows } = JSON.parse(text) as { rows?: readonly (FramesInput & FramesOutput)[] }
  if (!Array.isArray(rows)) throw new Mismatch('no rows')
  let checks = 0
  rows.forEach((row: FramesInput & FramesOutput, i) => {
    if (!(row.allocator in KERNELS)) throw new Mismatch(`row ${i}: unknown allocator "${row.allocator}"`)
    for (const [field, got] of Object.entries(countBuffers(row))) {
      const recorded = row[field as keyof FramesOutput]
      if (got !== recorded) throw new Mismatch(`row ${i}, ${field}: recorded ${recorded}, got ${got}`)
      checks++
    }
  })
  return checks
}
