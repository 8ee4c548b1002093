// A run: a scenario on its way through time. It can go to any moment, forward by simulating, back by restoring a
// checkpoint and simulating again; where it stands never depends on how it got there.

import { hashPlain } from '../lib/hash.ts'
import { createSnapshots, dropSnapshot, restoreSnapshot, type Snapshot, takeSnapshot } from '../lib/snapshot.ts'
import { applyInput } from './inputs.ts'
import { createMachine, rewire } from './load.ts'
import { advance, type Machine, moveClock } from './machine.ts'
import type { ParamValue } from './params.ts'
import { refusalOf } from './scenario/fields.ts'
import type { Input, Scenario } from './scenario/schema.ts'
import type { MachineState } from './state.ts'

/** Work between two checkpoints: a sixteenth of what has run, so that a young run has near ones too. An event is a unit of it,
 *  and so are eight TCEs: one event of a guest writes 512. */
const LEAST_WORK = 8192
const MOST_WORK = 131_072
const TCES_PER_UNIT = 8
/** Most checkpoints, and most bytes in them; older ones are thinned out. */
const CHECKPOINTS = 32
const CHECKPOINT_BYTES = 96 * 1024 * 1024
/** Going back over more than this many events leaves a checkpoint this near to the target: the next step back is short. */
const NEAR_EVENTS = 512
/** Positions that stepping back returns to exactly. */
const BACK_STEPS = 4096

/** After exactly `events` heap events if given, otherwise after every event at or before `ns`. */
export interface RunPosition {
  readonly ns: number
  readonly events?: number
}

interface Checkpoint {
  readonly events: number
  readonly work: number
  readonly ns: number
  readonly steps: number
  /** Inputs that had taken effect. */
  readonly inputs: number
  readonly snapshot: Snapshot
  /** Upper bound of the bytes only this and later checkpoints hold. */
  bytes: number
}

export interface Run {
  readonly machine: Machine
  /** The scenario with every input so far. */
  scenario(): Scenario
  /** Simulates to `untilNs` (inclusive), for `maxEvents`, or to right after the next refusal; returns the events processed. */
  advance(untilNs: number, maxEvents?: number, stopAtRefusal?: boolean): number
  /** One visible operation further; false when nothing is left to happen. */
  stepForward(): boolean
  /** One visible operation back: exactly where a step forward began, if there was one. False at the start. */
  stepBack(): boolean
  /** Goes back, if need be, to the last checkpoint at or before `to`; `advance` or `seek` does the rest. */
  rewind(to: RunPosition): void
  /** Goes to a position, however far. */
  seek(to: RunPosition): void
  /** Changes a setting now. Returns the input, or what is wrong in words. Later inputs, if any, are dropped. */
  input(path: string, value: ParamValue): Input | string
  /**
   * Has these inputs in place of its own, those of the past included: goes back, if need be, to before the first that
   * differs. They must be inputs that this scenario had before, or has in another run: where one stands is where it was
   * stamped. Returns the position to go on to for the moment at which the run stood, exactly where it stood if nothing
   * before it differs; `advance` or `seek` does the rest.
   */
  replaceInputs(inputs: readonly Input[]): RunPosition
  /** 16 hexadecimal digits over the whole state. */
  hash(): string
}

/** A run at time 0. `horizonNs` is what the time axis shows at first. Inputs of the scenario take effect on the way. */
export function createRun(initial: Scenario, horizonNs: number): Run {
  let scenario = initial
  const machine = createMachine(initial, horizonNs)
  const { state } = machine
  const snapshots = createSnapshots()
  const checkpoints: Checkpoint[] = []
  let back: RunPosition[] = []
  saveCheckpoint()

  function saveCheckpoint(): void {
    const snapshot = takeSnapshot(snapshots, state)
    const { events, nowNs: ns, steps, inputs } = state
    const after = checkpoints.findIndex((c) => isAfter(c, events, ns))
    const place = after < 0 ? checkpoints.length : after
    const work = workOf(state)
    checkpoints.splice(place, 0, { events, work, ns, steps, inputs, snapshot, bytes: snapshot.copiedBytes })
    for (const dropped of thinOut(checkpoints)) dropSnapshot(snapshots, dropped)
  }

  function restore(fits: (c: Checkpoint) => boolean): void {
    const at = checkpoints.findLast(fits) ?? checkpoints[0]!
    restoreSnapshot(snapshots, state, at.snapshot)
    rewire(machine)
  }

  function inputsDone(): Scenario {
    return { ...scenario, inputs: scenario.inputs.slice(0, state.inputs) }
  }

  /** Applies the next input if its moment has come. */
  function takeInput(untilNs: number): boolean {
    const input = scenario.inputs[state.inputs]
    if (!input || state.events < input.events || input.ns > untilNs) return false
    if (input.ns > state.nowNs) moveClock(state, input.ns)
    applyInput(machine, inputsDone(), input)
    return true
  }

  /** Applies every input whose moment has come: several are of one moment when a person changed them at rest. */
  function takeInputs(untilNs: number): boolean {
    const { inputs } = state
    while (takeInput(untilNs));
    return state.inputs > inputs
  }

  /** Work after which a checkpoint follows this one. */
  function gapAfter({ work }: Checkpoint): number {
    return Math.min(MOST_WORK, Math.max(LEAST_WORK, Math.floor(work / 16)))
  }

  function saveIfFar(): void {
    const last = checkpoints[checkpoints.length - 1]!
    if (workOf(state) - last.work >= gapAfter(last)) saveCheckpoint()
  }

  function advanceRun(untilNs: number, maxEvents = Number.POSITIVE_INFINITY, stopAtRefusal = false): number {
    const refused = state.refusedTotal
    let done = 0
    takeInputs(untilNs)
    while (done < maxEvents) {
      const last = checkpoints[checkpoints.length - 1]!
      const toInput = (scenario.inputs[state.inputs]?.events ?? Number.POSITIVE_INFINITY) - state.events
      const work = workOf(state)
      const left = last.work + gapAfter(last) - work
      const toCheckpoint = Math.max(1, Math.floor((left * (state.events + 1)) / (work + 1)))
      const room = Math.min(maxEvents - done, Math.max(1, toInput), toCheckpoint)
      const n = advance(machine, untilNs, room, stopAtRefusal)
      done += n
      saveIfFar()
      if (stopAtRefusal && state.refusedTotal > refused) break
      if (!takeInputs(untilNs) && n < room) break
    }
    return done
  }

  /** The next input or else the next event; false when there is neither. */
  function advanceOne(): boolean {
    if (takeInput(Number.POSITIVE_INFINITY)) return true
    const n = advance(machine, Number.POSITIVE_INFINITY, 1, false)
    saveIfFar()
    return n > 0
  }

  function stepForward(): boolean {
    const from = { ns: state.nowNs, events: state.events }
    const { steps } = state
    while (state.steps === steps) if (!advanceOne()) return false
    if (back.length === BACK_STEPS) back.shift()
    back.push(from)
    return true
  }

  function stepBack(): boolean {
    const known = back.pop()
    if (known) {
      seek(known)
      return true
    }
    const target = state.steps - 1
    if (target < 0) return false
    const { events, nowNs: ns } = state
    restore((c) => c.steps <= target && c.events < events)
    approach({ ns, events })
    if (state.steps > target) restore((c) => c.steps <= target && c.events < events)
    while (state.steps < target && advanceOne());
    return true
  }

  /** Replays to a little before a position and leaves a checkpoint there, if that is far. */
  function approach({ ns, events = 0 }: RunPosition): void {
    if (events - state.events < 2 * NEAR_EVENTS) return
    const before = events - NEAR_EVENTS
    while (state.events < before && advanceRun(ns, before - state.events) > 0);
    saveCheckpoint()
  }

  function isBehind(to: RunPosition): boolean {
    if (to.events !== undefined) return state.events > to.events || (state.events === to.events && state.nowNs > to.ns)
    return state.nowNs > to.ns
  }

  function rewind(to: RunPosition): void {
    if (!isBehind(to)) return
    const { events } = to
    restore(events === undefined ? (c) => c.ns <= to.ns : (c) => c.events <= events && c.ns <= to.ns)
  }

  /** Has other inputs from the first that differs on; checkpoints that hold what is not so any more are dropped. */
  function adopt(inputs: readonly Input[]): { readonly stands: boolean; readonly differ: number } {
    const old = scenario.inputs
    let differ = 0
    while (differ < old.length && differ < inputs.length && isSame(old[differ]!, inputs[differ]!)) differ++
    scenario = { ...scenario, inputs }
    const next = inputs[differ]
    const holds = (c: Moment) => c.inputs <= differ && !(next && isAfter(c, next.events, next.ns))
    const gone = checkpoints.filter((c) => !holds(c))
    checkpoints.splice(0, checkpoints.length, ...checkpoints.filter(holds))
    for (const { snapshot } of gone) dropSnapshot(snapshots, snapshot)
    back = []
    return { stands: holds({ events: state.events, ns: state.nowNs, inputs: state.inputs }), differ }
  }

  function replaceInputs(inputs: readonly Input[]): RunPosition {
    const before = scenario.inputs
    const { events, nowNs: ns } = state
    const { stands, differ } = adopt(inputs)
    if (!stands) restore(() => true)
    const changed = [before[differ], inputs[differ]]
    return changed.some((input) => input && isAfter({ events, ns }, input.events, input.ns)) ? { ns } : { ns, events }
  }

  function seek(to: RunPosition): void {
    const back = isBehind(to)
    rewind(to)
    if (back) approach(to)
    if (to.events === undefined) advanceRun(to.ns)
    else {
      while (state.events < to.events && advanceRun(to.ns, to.events - state.events) > 0);
      takeInputs(to.ns)
      if (to.ns > state.nowNs) moveClock(state, to.ns)
    }
  }

  return {
    machine,
    scenario: () => scenario,
    advance(untilNs, maxEvents, stopAtRefusal) {
      back = []
      return advanceRun(untilNs, maxEvents, stopAtRefusal)
    },
    stepForward,
    stepBack,
    rewind,
    seek(to) {
      back = []
      seek(to)
    },
    input(path, value) {
      const now = inputsDone()
      const refusal = refusalOf(now, path, value)
      if (refusal) return refusal
      const input: Input = { ns: state.nowNs, events: state.events, path, value }
      adopt([...now.inputs, input])
      applyInput(machine, now, input)
      return input
    },
    replaceInputs,
    hash: () => hashPlain(state),
  }
}

/** Of a state: where it stands, and how many inputs have taken effect. */
type Moment = Pick<Checkpoint, 'events' | 'ns' | 'inputs'>

function isSame(a: Input, b: Input): boolean {
  return a.ns === b.ns && a.events === b.events && a.path === b.path && a.value === b.value
}

/** A machine at rest has many moments at one number of events. */
function isAfter(c: Pick<Checkpoint, 'events' | 'ns'>, events: number, ns: number): boolean {
  return c.events > events || (c.events === events && c.ns > ns)
}

/** How much there would be to do again. */
function workOf({ events, hcalls }: MachineState): number {
  return events + Math.floor((hcalls.tcesPut + hcalls.tcesStuffed) / TCES_PER_UNIT)
}

/** Takes out the checkpoints that are missed least: dense near the end, sparse in the past. The first one stays. */
function thinOut(checkpoints: Checkpoint[]): Snapshot[] {
  const dropped: Snapshot[] = []
  const total = () => checkpoints.reduce((sum, c) => sum + c.bytes, 0)
  while (checkpoints.length > 2 && (checkpoints.length > CHECKPOINTS || total() > CHECKPOINT_BYTES)) {
    const end = checkpoints[checkpoints.length - 1]!.events
    let least = 1
    let leastWorth = Number.POSITIVE_INFINITY
    for (let i = 1; i < checkpoints.length - 1; i++) {
      const gap = checkpoints[i + 1]!.events - checkpoints[i - 1]!.events
      const worth = gap / (end - checkpoints[i]!.events + 1)
      if (worth < leastWorth) {
        leastWorth = worth
        least = i
      }
    }
    // What the dropped one copied may still be shared with its successor, which holds no more than a whole state.
    const next = checkpoints[least + 1]!
    next.bytes = Math.min(next.snapshot.wholeBytes, next.bytes + checkpoints[least]!.bytes)
    for (const { snapshot } of checkpoints.splice(least, 1)) dropped.push(snapshot)
  }
  return dropped
}
