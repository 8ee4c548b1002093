// Random scenarios: any preset with any settings, changed on the way, several at one moment. A run goes event by event
// under the checker of the books, is sought back and forth, and is opened again from its own link and played in
// random slices; wherever it comes from, its hash is one.

import { createRng, nextU32, type Rng } from '../lib/rng.ts'
import { decodeLink, encodeLink } from '../share/url.ts'
import { viewOf } from '../share/view-state.ts'
import { createRun, type Run } from '../sim/run/run.ts'
import { withRecording } from '../sim/scenario/recorded.ts'
import type { Input, Preset, Scenario } from '../sim/scenario/schema.ts'
import { bookFaults, type EventWatch, eventFaults, logFaults } from '../sim/testing/books.ts'
import { figureFaults } from '../sim/testing/figure-faults.ts'
import { type RandomScenario, randomScenario } from '../sim/testing/random-scenario.ts'
import type { FuzzCase, FuzzKind } from './fuzz-kind.ts'
import { preset as presetOf } from './open-presets.ts'

const EVENTS = 20_000
/** Of the first play of a run, ms: what is slow has fewer events. */
const MOST_PLAY_MS = 5000
/** Whole books besides those at changes. In the middle of them, and at the end, every figure of every probe is looked at. */
const LOOKS = 20
/** Events between two looks at the clock. */
const CLOCK_EVENTS = 64

/** Where a run stood. */
interface Moment {
  readonly ns: number
  readonly events: number
  readonly hash: string
}

/** What does not hold, in words: the case is over. */
class Fault extends Error {}

function expectNone(what: string, faults: readonly string[], run: Run): void {
  if (faults.length === 0) return
  const { nowNs, events } = run.machine.state
  throw new Fault(`${what} at ${nowNs}.${events}: ${faults.join('; ')}`)
}

function hold(run: Run, figures: boolean): void {
  expectNone('books', bookFaults(run.machine), run)
  expectNone('log', logFaults(run.machine), run)
  if (figures) expectNone('figures', figureFaults(run.machine), run)
}

function momentOf(run: Run): Moment {
  const { nowNs: ns, events } = run.machine.state
  return { ns, events, hash: run.hash() }
}

function expectMoment(run: Run, at: Moment, how: string): void {
  const now = momentOf(run)
  if (now.hash === at.hash) return
  throw new Fault(`${how}: at ${now.ns}.${now.events} ${now.hash}, at ${at.ns}.${at.events} it was ${at.hash}`)
}

/** Plays a random scenario event by event. Returns three moments, the end last. */
function play(run: Run, changes: RandomScenario['changes'], began: number): readonly Moment[] {
  const { state } = run.machine
  const watch: EventWatch = { ops: 0 }
  const moments = [momentOf(run)]
  const inTime = () => state.events % CLOCK_EVENTS !== 0 || performance.now() - began < MOST_PLAY_MS
  /** To the next change or the end; false when time is over or nothing is left. */
  const go = (untilNs: number, untilEvents: number): boolean => {
    while (state.events < untilEvents) {
      if (!inTime()) return false
      if (run.advance(untilNs, 1) === 0) return true
      expectNone('operation', eventFaults(run.machine, watch), run)
      if (state.events % (EVENTS / LOOKS) !== 0) continue
      const nth = state.events / (EVENTS / LOOKS)
      if (nth < LOOKS) hold(run, nth === LOOKS / 2)
      if (nth === LOOKS / 4) moments.push(momentOf(run))
    }
    return true
  }
  hold(run, false)
  for (const { ns, events, path, value } of changes) {
    if (events > 0 && !go(state.nowNs + ns, Math.min(EVENTS, state.events + events))) break
    if (state.events >= EVENTS) break
    const done = run.input(path, value)
    if (typeof done === 'string') throw new Fault(done)
    watch.ops = state.ops.total
    hold(run, false)
  }
  moments.push(momentOf(run))
  go(Number.POSITIVE_INFINITY, EVENTS)
  hold(run, true)
  return [...moments, momentOf(run)]
}

/** Goes to a moment in slices of any length. */
function slice(run: Run, to: Moment, rng: Rng): void {
  const { state } = run.machine
  while (state.events < to.events) {
    const wide = 1 + (nextU32(rng) >>> (12 + (nextU32(rng) % 18)))
    const left = to.events - state.events
    const byEvents = nextU32(rng) % 2 === 0
    const ns = byEvents ? to.ns : Math.min(to.ns, state.nowNs + wide)
    // Another run may have fewer events until then.
    if (run.advance(ns, byEvents ? Math.min(left, wide) : left) === 0 && ns === to.ns) break
  }
  run.seek(to)
}

function check(preset: Preset, scenario: Scenario, changes: RandomScenario['changes'], rng: Rng, run: Run): void {
  const all = play(run, changes, performance.now())
  // A position stands for what is there after the changes of that moment.
  const isAfter =
    ({ ns, events }: Moment) =>
    (input: Input) =>
      input.events === events && input.ns === ns
  const moments = all.filter((at) => at === all.at(-1) || !run.scenario().inputs.some(isAfter(at)))
  const end = moments.at(-1)!
  const back = moments[nextU32(rng) % moments.length]!
  run.seek(back)
  expectMoment(run, back, 'sought back')
  run.seek(end)
  expectMoment(run, end, 'sought forth')
  const read = decodeLink(linkOf(preset, run))
  if (read.problems.length > 0) throw new Fault(`its own link: ${JSON.stringify(read.problems)}`)
  const { recording } = scenario
  const again = createRun(recording ? withRecording(read.scenario, recording) : read.scenario, preset.horizonNs)
  slice(again, end, rng)
  expectMoment(again, end, 'opened from its own link, in slices')
}

function linkOf(preset: Preset, run: Run): string {
  const { nowNs: ns, events } = run.machine.state
  return encodeLink({ scenario: run.scenario(), position: { ns, events }, view: viewOf(preset) })
}

function run(seed: number, n: number): FuzzCase {
  const rng = createRng((seed ^ Math.imul(n + 1, 0x9e3779b1)) >>> 0)
  const { scenario: bare, changes } = randomScenario(nextU32(rng))
  const preset = presetOf(bare.preset)
  const { recording } = preset.scenario
  const scenario = recording ? withRecording(bare, recording) : bare
  const played = createRun(scenario, preset.horizonNs)
  try {
    check(preset, scenario, changes, rng, played)
    return { name: linkOf(preset, played), failure: null }
  } catch (error) {
    const input = linkOf(preset, played)
    const what = error instanceof Fault ? error.message : String(error instanceof Error ? error.stack : error)
    return { name: input, failure: { what, input } }
  }
}

export const kind: FuzzKind = { mostMs: 30_000, run }
