// The messages between page and worker; nothing else. Every message but those of the watch names the source it speaks of,
// so that any number of runs can go side by side in one worker.

import type {
  Errand,
  Frame,
  FrameWish,
  HappeningId,
  Input,
  ParamValue,
  Position,
  Scenario,
  Speed,
} from '../sim/public.ts'
import type { PointResult, StudyId } from '../sim/studies/index.ts'

/** A source is anything that yields frames. The page numbers them. */
export type SourceId = number

/** What a run plays up to: right after the next happening of a kind, or without one until a moment of simulated time. */
export interface Goal {
  readonly what: HappeningId
  readonly untilNs: number
}

/** How a run came to stand by itself, or was made to. */
export interface Ended {
  readonly kind: 'play' | Errand['kind']
  /** It is where it should go; found nothing and is where it was, or played on to the end of what it looked at; was stopped; or nothing is left to happen. */
  readonly how: 'there' | 'none' | 'stopped' | 'over'
  /** Of a search, and of playing up to something. */
  readonly what?: HappeningId
  /** Of steps: kinds of happening that were among what they passed. */
  readonly saw?: readonly HappeningId[]
  readonly back?: boolean
  /** Where it is, or how far it looked without a find: simulated time, ns, and the number of the event; events since it began. */
  readonly ns: number
  readonly events: number
  readonly looked: number
  /** Of what is over: a recording was played to its end, or the run has come to the last moment that one can have. */
  readonly end?: 'recording' | 'limit'
}

/** What the page wants of a source. */
export type ToSource =
  | {
      readonly type: 'open'
      readonly source: SourceId
      readonly scenario: Scenario
      readonly horizonNs: number
      readonly at: Position
    }
  | { readonly type: 'close'; readonly source: SourceId }
  | { readonly type: 'play'; readonly source: SourceId; readonly speed: Speed; readonly to?: Goal }
  /** Ends what is under way: a step and a search back return to where they began, everything else stands where it is. */
  | { readonly type: 'pause'; readonly source: SourceId }
  | { readonly type: 'seek'; readonly source: SourceId; readonly to: Position }
  /** Visible operations: map, unmap, failure … Negative goes back. */
  | { readonly type: 'step'; readonly source: SourceId; readonly steps: number }
  /** To right after the next, or the last, happening of a kind. */
  | { readonly type: 'find'; readonly source: SourceId; readonly what: HappeningId; readonly back: boolean }
  | { readonly type: 'input'; readonly source: SourceId; readonly path: string; readonly value: ParamValue }
  /** Other inputs in place of all that the run has, those of the past included; the run stands, or plays on, at the same
   *  moment as if it had never had others. */
  | { readonly type: 'inputs'; readonly source: SourceId; readonly inputs: readonly Input[] }
  | { readonly type: 'hash'; readonly source: SourceId }
  | FrameRequest

/** A ping is answered at once, and after everything that was sent before: the worker is alive. */
export type ToWorker = ToSource | { readonly type: 'ping'; readonly ping: number }

export interface FrameRequest extends FrameWish {
  readonly type: 'frame'
  readonly source: SourceId
  readonly request: number
  /** Buffers of an earlier frame, given back for reuse. */
  readonly recycle: readonly ArrayBuffer[]
}

/** What the worker says of a source. */
export type FromSource =
  | { readonly type: 'frame'; readonly frame: Frame }
  /** The scenario as the run now holds it, without its recording, after `open` and after every input. */
  | { readonly type: 'scenario'; readonly source: SourceId; readonly revision: number; readonly scenario: Scenario }
  /** Instead of a frame: it could not be built. */
  | { readonly type: 'no-frame'; readonly source: SourceId; readonly request: number; readonly message: string }
  | { readonly type: 'stopped'; readonly source: SourceId; readonly ended: Ended }
  | {
      readonly type: 'hash'
      readonly source: SourceId
      readonly hash: string
      readonly ns: number
      readonly events: number
    }
  /** A change that is not allowed: nothing came of it. */
  | { readonly type: 'refused'; readonly source: SourceId; readonly message: string }
  | { readonly type: 'problem'; readonly source: SourceId; readonly message: string }

export type FromWorker = FromSource | { readonly type: 'pong'; readonly ping: number }

/** To the worker that carries out studies, one at a time: a new one takes the place of the one before. */
export type ToStudy =
  | { readonly type: 'run'; readonly job: number; readonly study: StudyId; readonly scenario: Scenario }
  | { readonly type: 'cancel'; readonly job: number }
  /** While held, nothing is computed: the page has other things to do. */
  | { readonly type: 'hold'; readonly held: boolean }
  /** Answered at once: the worker is alive. */
  | { readonly type: 'ping' }

export type FromStudy =
  /** After every point that is finished: the new results, how many there are, and how many there will be. */
  | {
      readonly type: 'progress'
      readonly job: number
      readonly results: readonly PointResult[]
      readonly done: number
      readonly of: number
    }
  | { readonly type: 'pong' }
  | { readonly type: 'problem'; readonly job: number; readonly message: string }
