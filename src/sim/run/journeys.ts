// How a run gets from one moment to another: in pieces of a few events, so that whoever computes them can look up
// between two of them. What is reached depends on no piece, and a journey may be left at any of them.

import { type Count, countOf } from '../machine/happenings.ts'
import { moveClock } from '../machine/machine.ts'
import type { MachineState } from '../machine/state.ts'
import type { HappeningId } from '../scenario/schema.ts'

/** Events between two looks up; one event of a guest may write 512 TCEs. */
const PIECE = 64
/** Going back over more than this many events leaves a checkpoint this near to the target: the next step back is short. */
const NEAR_EVENTS = 512
/** Positions that stepping back returns to exactly. */
const BACK_STEPS = 4096
/** Events that a step waits for something visible, and that a search looks through. */
export const STEP_EVENTS = 250_000
export const FIND_EVENTS = 2_000_000

/** After exactly `events` heap events if given, and at or before `ns`; otherwise after every event at or before `ns`. */
export interface Position {
  readonly ns: number
  readonly events?: number
}

/** A place to go to; visible operations to step over (negative: back); a happening to look for, right after which to stand. */
export type Errand =
  | { readonly kind: 'seek'; readonly to: Position }
  | { readonly kind: 'step'; readonly steps: number }
  | { readonly kind: 'find'; readonly what: HappeningId; readonly back: boolean }

/** How an errand ended. One that found nothing ends where it began (steps: after those that there were). */
export interface Outcome {
  readonly found: boolean
  /** Without a find: the simulated time, ns, and the number of the event that was looked at last. */
  readonly ns: number
  readonly events: number
  /** Nothing is left to happen, now or later. */
  readonly over: boolean
}

/** Computes a piece with every `next`. */
export type Journey<T = Outcome> = Generator<void, T>

/** What a run lets a journey do. */
export interface Track {
  readonly state: MachineState
  /** Where the steps forward began that can be taken back, newest last. */
  readonly back: Position[]
  /** The moment of the next input comes by `untilNs`, before another event. */
  inputDue(untilNs: number): boolean
  /** Applies that input; false when there is none. */
  takeInput(untilNs: number): boolean
  /** At most `most` events to `untilNs` (inclusive), or to right after the one that `count` counts; false when there are fewer.
   *  `plays`: the clock stays at the last event of all. */
  events(untilNs: number, most: number, count: Count | null, plays: boolean): boolean
  /** Goes back to the last checkpoint that fits, or else to the start. */
  restore(fits: (c: { readonly events: number; readonly ns: number; readonly steps: number }) => boolean): void
  /** Keeps a checkpoint of this moment. */
  mark(): void
  /** No event and no input is left. */
  over(): boolean
}

/** Goes on alone until it is there. */
export function whole<T>(journey: Journey<T>): T {
  for (;;) {
    const { done, value } = journey.next()
    if (done) return value
  }
}

export function journey(t: Track, errand: Errand): Journey {
  switch (errand.kind) {
    case 'seek':
      return seek(t, errand.to)
    case 'step':
      return step(t, errand.steps)
    case 'find':
      return errand.back ? findBack(t, countOf[errand.what]) : find(t, countOf[errand.what])
  }
}

const here = ({ state }: Track): Required<Position> => ({ ns: state.nowNs, events: state.events })

function outcome(t: Track, found: boolean): Outcome {
  return { found, ...here(t), over: !found && t.over() }
}

/**
 * Forward to `untilNs` (inclusive) or over `most` events; with `count`, to right after the event that it counts, with
 * `orInput` also to right after an input. True when that stopped it. With `plays` the clock stays at the last
 * event of all.
 */
export function* forward(
  t: Track,
  untilNs: number,
  most = Number.POSITIVE_INFINITY,
  count: Count | null = null,
  orInput = false,
  plays = false,
): Journey<boolean> {
  const { state } = t
  const end = state.events + most
  for (;;) {
    while (t.takeInput(untilNs)) {
      if (orInput) return true
      yield
    }
    if (state.events >= end) return false
    const before = count?.(state) ?? 0
    const more = t.events(untilNs, Math.min(end - state.events, PIECE), count, plays)
    if (count && count(state) > before) return true
    if (!more && !t.inputDue(untilNs)) return false
    yield
  }
}

function* seek(t: Track, to: Position): Journey {
  yield* approach(t, to)
  return outcome(t, to.events === undefined || t.state.events === to.events)
}

function* approach(t: Track, to: Position): Journey<void> {
  const { state } = t
  const { ns, events } = to
  if (isBehind(t, to)) {
    t.restore(events === undefined ? (c) => c.ns <= ns : (c) => c.events <= events && c.ns <= ns)
    yield
    yield* near(t, to)
  }
  yield* forward(t, ns, events === undefined ? undefined : events - state.events)
  if (events === undefined) return
  // A position written by hand may name a later moment: the clock stays behind what has not happened.
  const until = state.heap.size > 0 ? Math.min(ns, state.heap.times[0]!) : ns
  if (until > state.nowNs) moveClock(state, until)
}

function isBehind({ state }: Track, { ns, events }: Position): boolean {
  return (events !== undefined && state.events > events) || state.nowNs > ns
}

/** Replays to a little before a position and leaves a checkpoint there, if that is far. */
function* near(t: Track, { ns, events = 0 }: Position): Journey<void> {
  const { state } = t
  if (events - state.events < 2 * NEAR_EVENTS) return
  yield* forward(t, ns, events - NEAR_EVENTS - state.events)
  t.mark()
}

function* step(t: Track, steps: number): Journey {
  if (steps < 0) return yield* stepBack(t, -steps)
  for (let i = 0; i < steps; i++) {
    const from = here(t)
    if (!(yield* forward(t, Number.POSITIVE_INFINITY, STEP_EVENTS, (s) => s.steps, true))) {
      const end = outcome(t, false)
      yield* approach(t, from)
      return end
    }
    if (t.back.length === BACK_STEPS) t.back.shift()
    t.back.push(from)
  }
  return outcome(t, true)
}

function* stepBack(t: Track, steps: number): Journey {
  const { state, back } = t
  const known = back.splice(Math.max(0, back.length - steps))
  if (known.length > 0) yield* approach(t, known[0]!)
  const left = Math.min(steps - known.length, state.steps)
  if (left <= 0) return outcome(t, known.length === steps)
  const target = state.steps - left
  const from = here(t)
  const fits: Parameters<Track['restore']>[0] = (c) => c.steps <= target && c.events < from.events
  t.restore(fits)
  yield
  yield* near(t, from)
  if (state.steps > target) t.restore(fits)
  while (state.steps < target) {
    if (!(yield* forward(t, from.ns, from.events - state.events, (s) => s.steps, true))) break
    yield
  }
  return outcome(t, left === steps - known.length)
}

function* find(t: Track, count: Count): Journey {
  const from = here(t)
  t.mark()
  const found = yield* forward(t, Number.POSITIVE_INFINITY, FIND_EVENTS, count)
  const end = outcome(t, found)
  if (!found) yield* approach(t, from)
  return end
}

/** The stretch from each checkpoint to the next is played again, from the newest on, until one holds a find. */
function* findBack(t: Track, count: Count): Journey {
  const { state } = t
  const from = here(t)
  for (let last = from.events - 1; last > 0; ) {
    t.restore((c) => c.events < last)
    yield
    const begin = state.events
    let found: Position | null = null
    while (yield* forward(t, from.ns, last - state.events, count)) {
      found = here(t)
      yield
    }
    if (found) {
      yield* approach(t, found)
      return outcome(t, true)
    }
    last = begin
  }
  yield* approach(t, from)
  return { found: false, ns: 0, events: 0, over: false }
}
