// The messages between page and worker; nothing else. Every message names the source it speaks of, so that
// two simulations, or a simulation and a recording, can run side by side.

import type { Brush, Frame, ParamValue, ProbeRequests, Scenario } from '../sim/index.ts'
import type { PointResult, StudyId } from '../sim/studies/index.ts'

/** A source is anything that yields frames. The page numbers them. */
export type SourceId = number

/** Simulated nanoseconds per wall nanosecond, or as fast as it goes. */
export type Speed = number | 'max'

/** Where to go: after exactly `events` heap events if given, otherwise after every event at or before `ns`. */
export interface Position {
  readonly ns: number
  readonly events?: number
}

export type ToWorker =
  | {
      readonly type: 'open'
      readonly source: SourceId
      readonly scenario: Scenario
      readonly horizonNs: number
      readonly at: Position
    }
  | { readonly type: 'close'; readonly source: SourceId }
  | { readonly type: 'play'; readonly source: SourceId; readonly speed: Speed }
  | { readonly type: 'pause'; readonly source: SourceId }
  | { readonly type: 'seek'; readonly source: SourceId; readonly to: Position }
  /** Visible operations: map, unmap, failure … Negative goes back. */
  | { readonly type: 'step'; readonly source: SourceId; readonly steps: number }
  | { readonly type: 'nextFailure'; readonly source: SourceId }
  | { readonly type: 'input'; readonly source: SourceId; readonly path: string; readonly value: ParamValue }
  | { readonly type: 'hash'; readonly source: SourceId }
  | FrameRequest

export interface FrameRequest {
  readonly type: 'frame'
  readonly source: SourceId
  readonly request: number
  readonly probes: ProbeRequests
  /** Table whose figures are wanted. */
  readonly table: number
  readonly inspect: { readonly table: number; readonly entry: number } | null
  readonly logLines: number
  /** False: the figures of the frame before will do. */
  readonly figures?: boolean
  /** Ranges whose figures are wanted, and whose lines of the log. */
  readonly filter?: Brush | null
  /** What to look for in the table, and the entry to go on from. */
  readonly search?: { readonly text: string; readonly from: number | null } | null
  /** Buffers of an earlier frame, given back for reuse. */
  readonly recycle: readonly ArrayBuffer[]
}

export type FromWorker =
  | { readonly type: 'frame'; readonly frame: Frame }
  /** The scenario as the run now holds it, without its recording, after `open` and after every input. */
  | { readonly type: 'scenario'; readonly source: SourceId; readonly revision: number; readonly scenario: Scenario }
  /** A run stopped by itself: the failure was found, the end of a seek was reached. */
  | { readonly type: 'stopped'; readonly source: SourceId; readonly why: 'seek' | 'failure' | 'no-failure' | 'step' }
  | {
      readonly type: 'hash'
      readonly source: SourceId
      readonly hash: string
      readonly ns: number
      readonly events: number
    }
  | { readonly type: 'problem'; readonly source: SourceId; readonly message: string }

/** To the worker that carries out studies, one at a time: a new one takes the place of the one before. */
export type ToStudy =
  | { readonly type: 'run'; readonly job: number; readonly study: StudyId; readonly scenario: Scenario }
  | { readonly type: 'cancel'; readonly job: number }
  /** While held, nothing is computed: the page has other things to do. */
  | { readonly type: 'hold'; readonly held: boolean }

export type FromStudy =
  /** After every point that is finished: the new results, how many there are, and how many there will be. */
  | {
      readonly type: 'progress'
      readonly job: number
      readonly results: readonly PointResult[]
      readonly done: number
      readonly of: number
    }
  | { readonly type: 'problem'; readonly job: number; readonly message: string }
