// What the flush mode decides: how long what was unmapped can still be reached, and how often the IOTLB is flushed for it,
// against the rate of unmaps on one CPU. Under deferred flushing both follow from the ring and its timer.
//
// Spec: spec/SWIOTLB-IOTLB.md D.6. One CPU takes a buffer back at exact intervals and maps another one at once; the device
//   has used every buffer. The IOTLB is so large that nothing leaves it for want of room.

import { FLUSH_MODES, type FlushMode } from '../dma/iommu-state.ts'
import type { PointResult, StudyPoint } from './study.ts'

/** Unmaps a second on the one CPU: what a packet a millisecond does, up to what a CPU can. */
export const FLUSH_RATES: readonly number[] = [1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6]
/** The ends first, then what lies between: the first points already tell the shape. */
const ORDER = [1e3, 1e6, 2e4, 1e5, 5e4, 5e3, 5e5, 2e3, 2e5, 1e4] as const
/** Ranges that a ring of 256 slots holds, and the time after which its timer empties it. */
const RING = 255
const TIMEOUT_NS = 10_000_000
/** Flushes that a deferred run counts; unmaps that count in the other modes. */
const FLUSHES = 200
const UNMAPS = 2000
const GIB = 1_073_741_824

/** What a rate of evenly spaced unmaps makes of the deferred mode. */
export interface FlushForm {
  /** The longest that an unmapped range waits for its flush, ns. */
  readonly worstNs: number
  /** Flushes of the whole domain for each 1000 unmaps. */
  readonly flushesPer1000: number
}

/** Unmaps from the one that arms the timer until it runs, at `rate` a second. */
function unmapsPerTimeout(rate: number): number {
  return Math.ceil((rate * TIMEOUT_NS) / 1e9)
}

/**
 * The closed form of the deferred mode at `rate` unmaps a second (above 0) on one CPU, in steady state. The first unmap
 * after the timer has run arms it anew, T = 10 ms; n = ⌈rT⌉ come before it runs again. The ring is flushed when it is full,
 * by the unmap that finds 255 ranges in it, and the timer flushes whatever is there: 1 + ⌊(n - 1) / 255⌋ flushes in all.
 * The oldest range waits until one of the two comes: min(T, 255 / r).
 */
export function deferredForm(rate: number): FlushForm {
  const n = unmapsPerTimeout(rate)
  return {
    worstNs: Math.min(TIMEOUT_NS, (RING * 1e9) / rate),
    flushesPer1000: (1000 * (1 + Math.floor((n - 1) / RING))) / n,
  }
}

/** The runs of the study: each mode at each rate. None depends on the scenario at hand. */
export function flushPoints(): readonly StudyPoint[] {
  return ORDER.flatMap((rate) => FLUSH_MODES.map((mode) => flushPoint(mode, rate)))
}

/** One run: `mode` at `rate` unmaps a second, which divides 10^9 and is an interval of the loop. */
export function flushPoint(mode: FlushMode, rate: number): StudyPoint {
  const n = unmapsPerTimeout(rate)
  const flushes = 1 + Math.floor((n - 1) / RING)
  const unmaps = mode === 'deferred' ? n * Math.ceil(FLUSHES / flushes) : UNMAPS
  // A map and an unmap each, and for the timer one more.
  return {
    id: `flush ${mode} ${rate}`,
    series: mode,
    x: rate,
    warmOps: mode === 'deferred' ? 4 * n : 100,
    ops: 2 * unmaps + (mode === 'deferred' ? unmaps / n : 0),
    mostNs: 60e9,
    scenario: {
      preset: 'flush-study',
      seed: 1,
      machine: { platform: 'vtd', cpuPage: 4096, cpus: 1, iotlb: 4096 },
      devices: [{ id: 'd0', name: 'dev0', settings: { window: 4 * GIB, allocator: 'rcache', flush: mode } }],
      workloads: [
        {
          id: 'w0',
          type: 'map-loop',
          device: 0,
          settings: { size: 4096, depth: 16, mapWork: 0, unmapWork: 0, interval: 1e9 / rate, spread: 'off' },
        },
      ],
      inputs: [],
    },
  }
}

/** One point of the study and, in deferred mode, what the formula says. */
export interface FlushFigure {
  readonly mode: FlushMode
  /** Asked for, unmaps a second, and reached: strict flushing takes longer than the shortest interval. */
  readonly rate: number
  readonly reached: number
  /** The longest that the IOTLB led to what was unmapped, ns. */
  readonly worstNs: number
  /** That one had not ended when the run did: nothing but luck ends it. */
  readonly open: boolean
  /** Mean of the same, ns. */
  readonly meanNs: number
  /** Flushes, or invalidations that were waited for, for each 1000 unmaps. */
  readonly flushesPer1000: number
  readonly form: FlushForm | null
}

/** The points that are there, by mode (strict, deferred, none) and rate. */
export function flushFigures(results: readonly PointResult[]): readonly FlushFigure[] {
  return FLUSH_MODES.flatMap((mode) =>
    FLUSH_RATES.flatMap((rate) => {
      const found = results.find((r) => r.series === mode && r.x === rate)
      return found ? [figureOf(mode, rate, found)] : []
    }),
  )
}

function figureOf(mode: FlushMode, rate: number, r: PointResult): FlushFigure {
  return {
    mode,
    rate,
    reached: r.ns > 0 ? (r.unmaps * 1e9) / r.ns : 0,
    worstNs: Math.max(r.staleWorstNs, r.staleOpenNs),
    open: r.staleOpenNs > r.staleWorstNs,
    meanNs: r.staleMeanNs,
    flushesPer1000: r.unmaps > 0 ? (1000 * (r.flushes + r.invalidations)) / r.unmaps : 0,
    form: mode === 'deferred' ? deferredForm(rate) : null,
  }
}
