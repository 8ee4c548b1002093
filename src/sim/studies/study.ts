// Studies: many short runs of one machine, each a variant of a scenario, and what is measured over each. Carried out in
// slices, so that a host can tell how far it is, rest, and stop.
//
// Invariant: what a study finds depends on its points alone, never on how it is sliced.

import { oldestStaleNs } from '../iotlb/exposure.ts'
import { createMachine } from '../machine/load.ts'
import { advance } from '../machine/machine.ts'
import type { Machine } from '../machine/wiring.ts'
import type { Scenario } from '../scenario/schema.ts'

/** One run: a scenario, and the stretch of it that counts. */
export interface StudyPoint {
  /** Unique within the study. */
  readonly id: string
  /** Line it belongs to, and its place on it. */
  readonly series: string
  readonly x: number
  readonly scenario: Scenario
  /** Operations before anything counts, and operations that count. */
  readonly warmOps: number
  readonly ops: number
  /** Simulated time at which a run that does too little is ended, ns. */
  readonly mostNs: number
  /** Instead of a run: what is asked of a mechanism directly; the answer is told as `mapped`. */
  readonly direct?: () => number
}

/** What happened in the stretch that counts. */
export interface Measured {
  readonly ns: number
  readonly maps: number
  readonly refused: number
  /** Frames, packets or requests that the workload says were delivered. */
  readonly delivered: number
  /** Maps a second. */
  readonly mapsPerSecond: number
  /** Share of all CPU time spent waiting for locks, 0 … 1. */
  readonly waitShare: number
  /** Moves through the tree for each map. */
  readonly stepsPerMap: number
  /** Longest search, in moves; the searches of one request taken together. */
  readonly longestSearch: number
  /** Entries that were mapped at the end. */
  readonly mapped: number
  readonly unmaps: number
  /** Flushes of the whole domain, and invalidations that an unmap waited for. */
  readonly flushes: number
  readonly invalidations: number
  /** The longest that an IOTLB led to something after its unmap: of what ended in the whole run, and of what still lasts
   *  at its end, ns. */
  readonly staleWorstNs: number
  readonly staleOpenNs: number
  /** Mean of the same over what was unmapped in the stretch that counts; 0 where there is no IOTLB. */
  readonly staleMeanNs: number
}

export interface PointResult extends Measured {
  readonly id: string
  readonly series: string
  readonly x: number
}

export interface StudyRun {
  readonly points: readonly StudyPoint[]
  /** Of the points that are finished, in their order. */
  readonly results: readonly PointResult[]
  /** Carries on for about `events` events; false when nothing is left to do. */
  step(events: number): boolean
}

interface Counters {
  readonly ns: number
  readonly maps: number
  readonly refused: number
  readonly delivered: number
  readonly waitNs: number
  readonly treeSteps: number
  readonly unmaps: number
  readonly flushes: number
  readonly invalidations: number
  /** Entries of IOTLBs that became stale, and how long they were so together, ns. */
  readonly stale: number
  readonly staleNs: number
  /** Operations. */
  readonly steps: number
}

const NOTHING: Measured = {
  ...{ ns: 0, maps: 0, refused: 0, delivered: 0, mapsPerSecond: 0 },
  ...{ waitShare: 0, stepsPerMap: 0, longestSearch: 0, mapped: 0 },
  ...{ unmaps: 0, flushes: 0, invalidations: 0, staleWorstNs: 0, staleOpenNs: 0, staleMeanNs: 0 },
}

/** A point without a run: a mechanism is asked directly. */
export function directPoint(id: string, direct: () => number): StudyPoint {
  const scenario = { preset: 'published', seed: 1, machine: {}, devices: [], workloads: [], inputs: [] }
  return { id, series: id, x: 0, scenario, warmOps: 0, ops: 0, mostNs: 0, direct }
}

/** A run through the points, one after the other. */
export function createStudyRun(points: readonly StudyPoint[]): StudyRun {
  const results: PointResult[] = []
  let current: Machine | null = null
  let start: Counters | null = null
  let longest = 0

  function begin(point: StudyPoint): Machine {
    start = null
    longest = 0
    current = createMachine(point.scenario, point.mostNs)
    if (point.warmOps === 0) start = count(current)
    return current
  }

  function finish(point: StudyPoint, m: Machine): void {
    results.push({ id: point.id, series: point.series, x: point.x, ...measured(m, start, longest) })
    current = null
  }

  /** Lets the machine do `events` events of a point; true when its stretch is over. */
  function work(point: StudyPoint, m: Machine, events: number): boolean {
    const { state } = m
    for (let n = 0; n < events; n++) {
      const { steps } = state
      if (advance(m, point.mostNs, 1, null) === 0) return true
      if (state.steps === steps) continue
      if (start === null) {
        if (state.steps >= point.warmOps) start = count(m)
        continue
      }
      for (const table of state.tables) if (table && table.lastWalk.steps > longest) longest = table.lastWalk.steps
      if (state.steps - start.steps >= point.ops) return true
    }
    return false
  }

  return {
    points,
    results,
    step(events) {
      const point = points[results.length]
      if (!point) return false
      if (point.direct) {
        const { id, series, x } = point
        results.push({ id, series, x, ...NOTHING, mapped: point.direct() })
      } else {
        const m = current ?? begin(point)
        if (work(point, m, events)) finish(point, m)
      }
      return results.length < points.length
    },
  }
}

function count({ state }: Machine): Counters {
  let maps = 0
  let waitNs = 0
  let treeSteps = 0
  let unmaps = 0
  let flushes = 0
  let invalidations = 0
  let stale = 0
  let staleNs = 0
  for (const table of state.tables) {
    maps += table?.maps ?? 0
    treeSteps += table?.treeSteps ?? 0
    unmaps += table?.unmaps ?? 0
    flushes += table?.flushes ?? 0
    invalidations += table?.invalidations ?? 0
    for (const lock of table?.locks ?? []) waitNs += lock.waitNs
  }
  const { nowNs: ns, refusedTotal: refused, frames: delivered, steps } = state
  for (const { exposure } of state.iotlbs) {
    stale += exposure.entries
    staleNs += exposure.pageNs + exposure.pages * (ns - exposure.sinceNs)
  }
  return { ns, maps, refused, delivered, waitNs, treeSteps, unmaps, flushes, invalidations, stale, staleNs, steps }
}

/** All zero for a run that ended before anything counted. */
function measured(m: Machine, start: Counters | null, longestSearch: number): Measured {
  const end = count(m)
  const from = start ?? end
  const ns = end.ns - from.ns
  const maps = end.maps - from.maps
  return {
    ns,
    maps,
    refused: end.refused - from.refused,
    delivered: end.delivered - from.delivered,
    mapsPerSecond: ns > 0 ? (maps * 1e9) / ns : 0,
    waitShare: ns > 0 ? (end.waitNs - from.waitNs) / (ns * m.state.cpus.length) : 0,
    stepsPerMap: maps > 0 ? (end.treeSteps - from.treeSteps) / maps : 0,
    longestSearch,
    mapped: m.state.tables.reduce((sum, table) => sum + (table?.mapped ?? 0), 0),
    unmaps: end.unmaps - from.unmaps,
    flushes: end.flushes - from.flushes,
    invalidations: end.invalidations - from.invalidations,
    staleWorstNs: m.state.iotlbs.reduce((ns, s) => Math.max(ns, s.exposure.worstNs), 0),
    staleOpenNs: m.state.iotlbs.reduce((ns, s) => Math.max(ns, end.ns - oldestStaleNs(s, -1)), 0),
    staleMeanNs: end.stale > from.stale ? (end.staleNs - from.staleNs) / (end.stale - from.stale) : 0,
  }
}
