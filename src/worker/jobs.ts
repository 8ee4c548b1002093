// What one run is about in its worker: playing, or an errand with an end.

import {
  type Errand,
  FIND_EVENTS,
  HAPPENINGS,
  type Input,
  type Journey,
  type Run,
  type Speed,
  STEP_EVENTS,
  type Underway,
} from '../sim/public.ts'
import type { Ended, Goal } from './protocol.ts'

interface Begun {
  /** Simulated ns, events, changes that were made and wall ms at which it began. */
  readonly fromNs: number
  readonly fromEvents: number
  readonly fromInputs: number
  readonly fromMs: number
  /** How often each kind of happening had come. */
  readonly fromCounts: readonly number[]
}

export interface Playing extends Begun {
  readonly kind: 'play'
  readonly speed: Speed
  /** What it plays up to. */
  readonly to: Goal | undefined
}

export interface Going extends Begun {
  readonly kind: Errand['kind']
  readonly errand: Errand
  readonly journey: Journey
  /** It was stopped: `errand` leads back to where it began, and this is told when it is there. */
  readonly stopped: Ended | null
}

export type Job = Playing | Going

export function begun(run: Run, nowMs: number): Begun {
  const { ns, events, inputs } = run.status()
  const fromCounts = HAPPENINGS.map(run.count)
  return { fromNs: ns, fromEvents: events, fromInputs: inputs, fromMs: nowMs, fromCounts }
}

export function going(run: Run, errand: Errand, nowMs: number): Going {
  return { kind: errand.kind, errand, journey: run.go(errand), stopped: null, ...begun(run, nowMs) }
}

/** Simulated ns that a run which plays has come to. */
export function playedTo({ speed, fromNs, fromMs }: Playing, nowMs: number): number {
  return speed === 'max' ? Number.POSITIVE_INFINITY : Math.floor(fromNs + (nowMs - fromMs) * 1e6 * speed)
}

/** Its journey back when it is stopped; null if it may stand anywhere. */
export function homeward(run: Run, job: Going, nowMs: number): Going | null {
  const { errand } = job
  if (errand.kind === 'seek' || (errand.kind === 'find' && !errand.back)) return null
  const home = going(run, { kind: 'seek', to: { ns: job.fromNs, events: job.fromEvents } }, nowMs)
  return { ...home, stopped: endedNow(run, job, 'stopped') }
}

export function endedNow(run: Run, job: Job, how: Ended['how']): Ended {
  const { ns, events } = run.status()
  return { kind: job.kind, how, ...searched(job), ns, events, looked: events - job.fromEvents }
}

/** A run that plays stands where nothing is left to happen. */
export function playedOut(run: Run, job: Playing): Ended {
  const ended = endedNow(run, job, 'over')
  if (run.status().nextNs !== null) return { ...ended, end: 'limit' }
  return run.scenario().recording ? { ...ended, end: 'recording' } : ended
}

function searched(job: Job): Pick<Ended, 'what' | 'back'> {
  if (job.kind === 'play') return job.to ? { what: job.to.what } : {}
  if (job.errand.kind !== 'find') return {}
  const { what, back } = job.errand
  return { what, back }
}

/** Carries an errand on by a piece; says how it ended once it has. */
export function carryOn(run: Run, job: Going): Ended | null {
  const { done, value } = job.journey.next()
  if (!done) return null
  if (job.stopped) return job.stopped
  const { found, over, ns, events } = value
  const how = found ? 'there' : over ? 'over' : 'none'
  const saw = HAPPENINGS.filter((id, i) => run.count(id) > job.fromCounts[i]!)
  const { kind, fromEvents } = job
  return { kind, how, ...searched(job), ...(kind === 'step' && { saw }), ns, events, looked: events - fromEvents }
}

export function underway(run: Run, job: Going, nowMs: number): Underway {
  const { ns, events } = run.status()
  const done = Math.max(0, events - job.fromEvents)
  const of = Math.max(done, aheadOf(job, done, ns))
  const { what, back } = searched(job)
  const search = what === undefined ? {} : { what, back: back === true }
  const changes = changing(run, job)
  const [made, all] = changes ? [changes.done - job.fromInputs, changes.of - job.fromInputs] : [done, of]
  const leftMs = made > 0 ? ((nowMs - job.fromMs) * (all - made)) / made : 0
  return { kind: job.kind, ...search, done, of, ...(changes && { changes }), leftMs }
}

/** Where a seek stands in the changes of its run, when one of them is due before another event; null otherwise. */
function changing(run: Run, { errand }: Going): { readonly done: number; readonly of: number } | null {
  const { events, inputs: done } = run.status()
  const { inputs } = run.scenario()
  const next = inputs[done]
  if (errand.kind !== 'seek' || !next || next.events > events) return null
  const { to } = errand
  const isBehind = ({ ns, events }: Input) => ns > to.ns || (to.events !== undefined && events > to.events)
  if (isBehind(next)) return null
  const end = inputs.findIndex(isBehind)
  return { done, of: end < 0 ? inputs.length : end }
}

/** Events that an errand takes: exact, guessed from the time that has passed, or at most. */
function aheadOf({ errand, fromNs, fromEvents }: Going, done: number, nowNs: number): number {
  switch (errand.kind) {
    case 'step':
      return Math.abs(errand.steps) * STEP_EVENTS
    case 'find':
      return errand.back ? fromEvents : FIND_EVENTS
    case 'seek': {
      const { ns, events } = errand.to
      const share = ns > fromNs ? (nowNs - fromNs) / (ns - fromNs) : 1
      const guess = share > 0 ? Math.round(done / share) : done
      return events === undefined ? guess : Math.min(events - fromEvents, share < 1 ? Math.max(guess, done) : Infinity)
    }
  }
}
