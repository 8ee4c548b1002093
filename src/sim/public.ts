// The door for whoever stands outside: open a run of a scenario, let it go on or back, read where it stands, what it
// shows and what happened in it. README.md beside this file says how; api.txt lists all of it, and changes on purpose
// only. What is behind the door may change at any time.

import type { Standing } from './machine/standing.ts'
import type { ParamValue } from './params.ts'
import { buildFrame, type Frame, type FrameWish, type RunMode } from './probes/frame.ts'
import { type Arrays, createArrays } from './probes/probe.ts'
import { watchChanges } from './probes/since.ts'
import type { Errand, Journey, Position } from './run/journeys.ts'
import { createRun, type Run as WholeRun } from './run/run.ts'
import { type Step, steps as stepsOf } from './run/steps.ts'
import type { HappeningId, Input, Scenario } from './scenario/schema.ts'

export type { Standing } from './machine/standing.ts'
export type { Param, ParamOption, ParamUnit, ParamValue, Settings } from './params.ts'
export {
  buffersOf,
  type Frame,
  type FrameWish,
  type ProbeFrames,
  type ProbeId,
  type ProbeRequests,
  type RunMode,
  type RunStatus,
  type Underway,
} from './probes/frame.ts'
export { type Arrays, createArrays } from './probes/probe.ts'
export { type Errand, FIND_EVENTS, type Journey, type Outcome, type Position, STEP_EVENTS } from './run/journeys.ts'
export type { Step } from './run/steps.ts'
export { currentValue, fieldsOf, withValue } from './scenario/fields.ts'
export { presetById, presets } from './scenario/presets.ts'
export type { Recording } from './scenario/recording.ts'
export {
  type DeviceSpec,
  type Field,
  HAPPENINGS,
  type HappeningId,
  type Input,
  MAX_NS,
  type Preset,
  type Scenario,
  type Speed,
  type WorkloadSpec,
} from './scenario/schema.ts'

/** What of a frame is asked for; what is left out is none, of the first device. */
export type Wish = Partial<FrameWish>

/** Whom a frame is for: numbers of the asker's own, and the changes of the scenario so far. */
export interface FrameIds {
  readonly source: number
  readonly request: number
  readonly revision: number
}

/** A scenario on its way through simulated time: where it stands never depends on how it got there. */
export interface Run {
  /** The scenario with every input so far. */
  scenario(): Scenario
  /** Where it stands. */
  status(): Standing
  /** How often something has happened since its tables were built. */
  count(what: HappeningId): number
  /** Simulates to `untilNs` (inclusive), or at most `maxEvents` events; returns the events processed. */
  advance(untilNs: number, maxEvents?: number): number
  /** The same, piece by piece, as one plays: where nothing is left to happen, the clock stays. True when it came to right after
   *  a happening of the kind `to`. */
  walk(untilNs: number, to?: HappeningId): Journey<boolean>
  /** A seek, steps or a search, piece by piece. */
  go(errand: Errand): Journey
  /** Goes to a position, forward or back, however far. */
  seek(to: Position): void
  /** One visible operation further, or back; false when there is none. */
  stepForward(): boolean
  stepBack(): boolean
  /** Nothing is left to happen, now or later. */
  over(): boolean
  /** Changes a setting now. Returns the input, or what is wrong in words. Later inputs, if any, are dropped. */
  input(path: string, value: ParamValue): Input | string
  /** Has these inputs in place of its own, and goes back to before the first that differs; returns the position to go on to. */
  replaceInputs(inputs: readonly Input[], to?: Position): Position
  /** What there is to show; changes nothing. `arrays` are those of frames that are no longer needed. */
  frame(wish: Wish, mode?: RunMode, ids?: FrameIds, arrays?: Arrays): Frame
  /** 16 hexadecimal digits over the whole state: equal in Node and in every browser. */
  hash(): string
}

const NOTHING: FrameWish = { probes: {}, table: 0, inspect: null, logLines: 0 }
const PAUSED: RunMode = { mode: 'paused', underway: null }
const NOBODY: FrameIds = { source: 0, request: 0, revision: 0 }

/** What is behind each run. */
const behind = new WeakMap<Run, WholeRun>()

/**
 * A run at time 0. `horizonNs` (1 or more) is what the time axes of its frames show at first. Inputs of the scenario take
 * effect on the way. Throws RangeError on a scenario that names a workload which there is not.
 */
export function openRun(scenario: Scenario, horizonNs: number): Run {
  const changing = watchChanges()
  const whole = createRun(scenario, horizonNs, changing.around)
  const { machine, ...own } = whole
  const run: Run = {
    ...own,
    replaceInputs(inputs, to) {
      changing.forget()
      return own.replaceInputs(inputs, to)
    },
    frame(asked, mode = PAUSED, ids = NOBODY, arrays = createArrays([])) {
      const wish = { ...NOTHING, ...asked }
      const built = buildFrame(machine, wish, mode, ids, arrays)
      const since = wish.figures === false ? null : changing.of(machine, wish.table)
      return since ? { ...built, since } : built
    },
  }
  behind.set(run, whole)
  return run
}

/**
 * What happens in `run` after `from` up to and with `to`, operation by operation, a piece at a time (a piece may be
 * empty): leave off whenever you like. The run is moved: to `from`, and along.
 */
export function steps(run: Run, from: Position, to: Position): Generator<readonly Step[], void> {
  return stepsOf(behind.get(run)!, from, to)
}
