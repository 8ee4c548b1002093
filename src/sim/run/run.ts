// A run: a scenario on its way through time. It can go to any moment, forward by simulating, back by restoring a
// checkpoint and simulating again; where it stands never depends on how it got there.

import { hashPlain } from '../../lib/hash.ts'
import { createSnapshots, dropSnapshot, restoreSnapshot, type Snapshot, takeSnapshot } from '../../lib/snapshot.ts'
import { type Count, countOf } from '../machine/happenings.ts'
import { createMachine, rewire } from '../machine/load.ts'
import { advance, moveClock } from '../machine/machine.ts'
import { type Standing, standingOf } from '../machine/standing.ts'
import type { MachineState } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import type { ParamValue } from '../params.ts'
import { refusalOf, settledBy, valuesOf } from '../scenario/fields.ts'
import type { HappeningId } from '../scenario/schema.ts'
import { type Input, MAX_INPUTS, MAX_NS, type Scenario } from '../scenario/schema.ts'
import { applyInput } from './inputs.ts'
import { type Errand, forward, type Journey, journey, type Position, type Track, whole } from './journeys.ts'

/** Work between two checkpoints: a sixteenth of what has run, so that a young run has near ones too. An event is a unit of it,
 *  and so are eight TCEs: one event of a guest writes 512. */
const LEAST_WORK = 8192
const MOST_WORK = 131_072
const TCES_PER_UNIT = 8
/** Most checkpoints, and most bytes in them; older ones are thinned out. */
const CHECKPOINTS = 32
const CHECKPOINT_BYTES = 96 * 1024 * 1024

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
  status(): Standing
  /** How often something has happened since the tables were built. */
  count(what: HappeningId): number
  /** The scenario with every input so far. */
  scenario(): Scenario
  /** Simulates to `untilNs` (inclusive), for `maxEvents`, or to right after what `count` counts; returns the events processed. */
  advance(untilNs: number, maxEvents?: number, count?: Count): number
  /** The same, piece by piece, as one plays: where no event and no input is left, the clock stays at the last event. True when
   *  it came to right after a happening of the kind `to`. */
  walk(untilNs: number, to?: HappeningId): Journey<boolean>
  /** An errand, piece by piece. */
  go(errand: Errand): Journey
  /** Goes to a position, however far. */
  seek(to: Position): void
  /** One visible operation further; false, and nothing has changed, when there is none for long. */
  stepForward(): boolean
  /** One visible operation back: exactly where a step forward began, if there was one. False at the start. */
  stepBack(): boolean
  /** Nothing is left to happen, now or later. */
  over(): boolean
  /** Changes a setting now. Returns the input, or what is wrong in words. Later inputs, if any, are dropped. */
  input(path: string, value: ParamValue): Input | string
  /**
   * Has these inputs in place of its own, those of the past included: goes back, if need be, to before the first that
   * differs. They must be inputs that this scenario had before, or has in another run: where one stands is where it was
   * stamped. Returns the position to go on to for the moment of `to` (left out: at which the run stood), `to` itself if
   * nothing before it differs; `advance` or `seek` does the rest.
   */
  replaceInputs(inputs: readonly Input[], to?: Position): Position
  /** 16 hexadecimal digits over all of the state that is behaviour: no words, and no setting that is at its default. */
  hash(): string
}

/**
 * A run at time 0. `horizonNs` is what the time axis shows at first. Inputs of the scenario take effect on the way; `around`
 * makes each that none follows on the same way, and may look at the machine before and after.
 */
export function createRun(
  initial: Scenario,
  horizonNs: number,
  around: (m: Machine, input: Input, change: () => void) => void = (_, __, change) => change(),
): Run {
  let scenario = initial
  const settled = settledBy(initial)
  const machine = createMachine(initial, horizonNs)
  const { state } = machine
  const snapshots = createSnapshots()
  const checkpoints: Checkpoint[] = []
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

  function restore(fits: Parameters<Track['restore']>[0]): void {
    const at = checkpoints.findLast(fits) ?? checkpoints[0]!
    restoreSnapshot(snapshots, state, at.snapshot)
    rewire(machine)
  }

  /** A stamp that no run gave may name a later time than its events have come to: what happens before it comes first. */
  function inputDue(untilNs: number): boolean {
    const input = scenario.inputs[state.inputs]
    if (input === undefined || state.events < input.events || input.ns > untilNs) return false
    return state.heap.size === 0 || state.heap.times[0]! >= input.ns
  }

  function takeInput(untilNs: number): boolean {
    if (!inputDue(untilNs)) return false
    const input = scenario.inputs[state.inputs]!
    if (input.ns > state.nowNs) moveClock(state, input.ns)
    const next = scenario.inputs[state.inputs + 1]
    const change = () => applyInput(machine, settled.at(state.inputs), input)
    if (next && next.ns <= untilNs && untilNs !== Number.POSITIVE_INFINITY) change()
    else around(machine, input, change)
    return true
  }

  /** Work after which a checkpoint follows this one. */
  function gapAfter({ work }: Checkpoint): number {
    return Math.min(MOST_WORK, Math.max(LEAST_WORK, Math.floor(work / 16)))
  }

  function saveIfFar(): void {
    const last = checkpoints[checkpoints.length - 1]!
    if (workOf(state) - last.work >= gapAfter(last)) saveCheckpoint()
  }

  function events(untilNs: number, most: number, count: Count | null, plays: boolean): boolean {
    const last = checkpoints[checkpoints.length - 1]!
    const toInput = (scenario.inputs[state.inputs]?.events ?? Number.POSITIVE_INFINITY) - state.events
    // An input stamped for a later event than there is never comes.
    const stays = plays && toInput > 0
    const work = workOf(state)
    const left = last.work + gapAfter(last) - work
    const toCheckpoint = Math.max(1, Math.floor((left * (state.events + 1)) / (work + 1)))
    const room = Math.min(most, Math.max(1, toInput), toCheckpoint)
    const n = advance(machine, untilNs, room, count, stays)
    saveIfFar()
    return n === room
  }

  const over = () => (state.heap.size === 0 || state.heap.times[0]! > MAX_NS) && !inputDue(Number.POSITIVE_INFINITY)

  const track: Track = { state, back: [], inputDue, takeInput, events, restore, mark: saveCheckpoint, over }

  /** Has other inputs from the first that differs on; checkpoints that hold what is not so any more are dropped. */
  function adopt(inputs: readonly Input[]): { readonly stands: boolean; readonly differ: number } {
    const old = scenario.inputs
    let differ = 0
    while (differ < old.length && differ < inputs.length && isSame(old[differ]!, inputs[differ]!)) differ++
    scenario = { ...scenario, inputs }
    settled.replace(inputs, differ)
    const next = inputs[differ]
    const holds = (c: Moment) => c.inputs <= differ && !(next && isAfter(c, next.events, next.ns))
    const gone = checkpoints.filter((c) => !holds(c))
    checkpoints.splice(0, checkpoints.length, ...checkpoints.filter(holds))
    for (const { snapshot } of gone) dropSnapshot(snapshots, snapshot)
    track.back.length = 0
    return { stands: holds({ events: state.events, ns: state.nowNs, inputs: state.inputs }), differ }
  }

  function replaceInputs(inputs: readonly Input[], to?: Position): Position {
    const before = scenario.inputs
    const { ns, events } = to ?? { ns: state.nowNs, events: state.events }
    const { stands, differ } = adopt(inputs)
    if (!stands) restore(() => true)
    if (events === undefined) return { ns }
    const changed = [before[differ], inputs[differ]]
    return changed.some((input) => input && isAfter({ events, ns }, input.events, input.ns)) ? { ns } : { ns, events }
  }

  function go(errand: Errand): Journey {
    if (errand.kind !== 'step') track.back.length = 0
    return journey(track, errand)
  }

  return {
    machine,
    scenario: () => scenario,
    status: () => standingOf(state),
    count: (what) => countOf[what](state),
    advance(untilNs, maxEvents, count) {
      track.back.length = 0
      const before = state.events
      whole(forward(track, untilNs, maxEvents, count))
      return state.events - before
    },
    walk(untilNs, to) {
      track.back.length = 0
      return forward(track, untilNs, undefined, to && countOf[to], false, true)
    },
    go,
    seek: (to) => void whole(go({ kind: 'seek', to })),
    stepForward: () => whole(go({ kind: 'step', steps: 1 })).found,
    stepBack: () => whole(go({ kind: 'step', steps: -1 })).found,
    over,
    input(path, value) {
      if (state.inputs >= MAX_INPUTS) return `${path}: a run takes ${MAX_INPUTS} changes, which it has had`
      const now = settled.at(state.inputs)
      const refusal = refusalOf(now, path, value)
      if (refusal) return refusal
      const input: Input = { ns: state.nowNs, events: state.events, path, value }
      adopt([...scenario.inputs.slice(0, state.inputs), input])
      around(machine, input, () => applyInput(machine, now, input))
      return input
    },
    replaceInputs,
    hash: () => hashPlain(behaviourOf(state, settled.at(state.inputs))),
  }
}

/**
 * What a hash is of: all of the state, but of settings only those that are not at their default. What a setting is called,
 * and that there is one more at its default, is no behaviour.
 */
function behaviourOf(state: MachineState, now: Scenario): unknown {
  const changed = valuesOf(now).filter(({ value, param }) => value !== param.default)
  return { ...state, settings: Object.fromEntries(changed.map(({ path, value }) => [path, value])) }
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
