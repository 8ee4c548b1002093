// The simulations of one worker: plays, goes on errands and answers. Wall time exists only here, and decides when to
// compute, never what. Post, clock and yield are given in, so that tests run it in Node.
//
// Whatever is computed is computed in slices, with a look at the mail after each: nothing keeps a run from being left.

import {
  buffersOf,
  createArrays,
  type Errand,
  type Input,
  MAX_NS,
  openRun,
  type Run,
  type Speed,
} from '../sim/public.ts'
import { begun, carryOn, endedNow, going, homeward, type Job, playedOut, playedTo, underway } from './jobs.ts'
import type { Ended, FrameRequest, FromWorker, Goal, ToSource, ToWorker } from './protocol.ts'

/** Longest stretch of computing between two looks at the mail, ms. */
const SLICE_MS = 4

export interface HostEnv {
  post(message: FromWorker, transfer: ArrayBuffer[]): void
  /** Wall clock, ms. */
  nowMs(): number
  /** Calls back after the mail that has arrived meanwhile has been handled, and not before `ms` have passed. */
  later(callback: () => void, ms: number): void
  /** Stretch after every frame of a playing run in which nothing is computed, so that the page gets it painted, ms. */
  readonly restMs: number
}

interface Source {
  readonly run: Run
  job: Job | null
  /** Steps and changes that came during an errand: they are meant for where it ends, or is left for them. */
  waiting: ToSource[]
  revision: number
}

export interface Host {
  receive(message: ToWorker): void
}

export function createHost(env: HostEnv): Host {
  const sources = new Map<number, Source>()
  let awake = false
  let restUntil = 0

  function wake(): void {
    if (awake) return
    awake = true
    env.later(work, Math.max(0, restUntil - env.nowMs()))
  }

  function work(): void {
    awake = false
    if (env.nowMs() < restUntil) {
      wake()
      return
    }
    const next = [...sources].find(([, { job }]) => job)
    if (!next) return
    const [id, source] = next
    // A slice for each in turn, and the mail after it.
    sources.delete(id)
    sources.set(id, source)
    guarded(id, () => workOn(id, source))
    if ([...sources.values()].some(({ job }) => job)) wake()
  }

  function guarded(id: number, act: () => void): void {
    try {
      act()
    } catch (error) {
      env.post({ type: 'problem', source: id, message: wordsOf(error) }, [])
      const source = sources.get(id)
      if (!source) return
      const unanswered = source.waiting.filter(isChange)
      source.job = null
      source.waiting = []
      // The page waits for each.
      for (const _ of unanswered) tellScenario(id, source)
    }
  }

  function workOn(id: number, source: Source): void {
    const { run } = source
    const job = source.job!
    const now = env.nowMs()
    if (job.kind === 'play') {
      const untilNs = job.to?.untilNs ?? MAX_NS
      const walk = run.walk(Math.min(playedTo(job, now), untilNs, MAX_NS), job.to?.what)
      let piece = walk.next()
      while (!piece.done && env.nowMs() < now + SLICE_MS) piece = walk.next()
      if (piece.value) {
        stand(id, source, endedNow(run, job, 'there'))
        return
      }
      const { ns, nextNs } = run.status()
      // With an event behind the last moment of a run, it plays on to that moment.
      if (run.over() && (nextNs === null || ns >= MAX_NS)) stand(id, source, playedOut(run, job))
      else if (piece.done && ns >= untilNs) stand(id, source, endedNow(run, job, 'none'))
      return
    }
    let ended: Ended | null = null
    do ended = carryOn(run, job)
    while (!ended && env.nowMs() < now + SLICE_MS)
    if (!ended) return
    stand(id, source, ended)
    takeWaiting(source)
  }

  function stand(id: number, source: Source, ended: Ended): void {
    source.job = null
    env.post({ type: 'stopped', source: id, ended }, [])
  }

  /** What waited, in order; a step among it is the next errand, for whose end the rest waits on. */
  function takeWaiting(source: Source): void {
    while (!source.job || source.job.kind === 'play') {
      const next = source.waiting.shift()
      if (!next) return
      act(source, next)
    }
  }

  function play(source: Source, speed: Speed, to?: Goal): void {
    source.job = { kind: 'play', speed, to, ...begun(source.run, env.nowMs()) }
    wake()
  }

  function go(source: Source, errand: Errand): void {
    source.job = going(source.run, errand, env.nowMs())
    wake()
  }

  /** What a person wants now ends what they asked for before, but for changes. */
  function leave(source: Source): void {
    source.waiting = source.waiting.filter(isChange)
  }

  function pause(id: number, source: Source): void {
    const { job, run } = source
    leave(source)
    if (job && job.kind !== 'play') {
      // Already on the way home.
      if (job.stopped) return
      source.job = homeward(run, job, env.nowMs())
      if (!source.job) stand(id, source, endedNow(run, job, 'stopped'))
    } else source.job = null
    takeWaiting(source)
  }

  /** Answers in any case: the page waits for it. */
  function frame(source: Source, request: FrameRequest): void {
    const { run, job } = source
    try {
      const errand = job === null || job.kind === 'play' ? null : underway(run, job, env.nowMs())
      const mode = job === null ? 'paused' : errand ? 'seeking' : 'playing'
      const built = run.frame(
        request,
        { mode, underway: errand },
        { source: request.source, request: request.request, revision: source.revision },
        createArrays(request.recycle),
      )
      env.post({ type: 'frame', frame: built }, buffersOf(built))
      if (mode === 'playing') restUntil = env.nowMs() + env.restMs
    } catch (error) {
      const message = wordsOf(error)
      env.post({ type: 'no-frame', source: request.source, request: request.request, message }, [])
    }
  }

  function tellScenario(id: number, source: Source): void {
    // The page has the recording; it can be large.
    const { recording: _, ...scenario } = source.run.scenario()
    env.post({ type: 'scenario', source: id, revision: source.revision, scenario }, [])
  }

  /** The page waits for the scenario, whatever comes of a change. */
  function answered<T>(id: number, source: Source, change: () => T): T {
    try {
      return change()
    } finally {
      tellScenario(id, source)
    }
  }

  function input(id: number, source: Source, path: string, value: string | number): void {
    const done = source.run.input(path, value)
    if (typeof done === 'string') env.post({ type: 'refused', source: id, message: done }, [])
    else source.revision++
    if (source.job?.kind === 'play') play(source, source.job.speed)
  }

  /** To stand where it stood with other inputs is an errand; a run that played plays on after it, and a seek that was
   *  under way goes to its own end. */
  function replaceInputs(id: number, source: Source, inputs: readonly Input[]): void {
    const { job, run } = source
    const heading = job && job.kind !== 'play' && job.errand.kind === 'seek' ? job.errand.to : undefined
    const to = answered(id, source, () => {
      source.revision++
      return run.replaceInputs(inputs, heading)
    })
    if (job?.kind === 'play') source.waiting.unshift({ type: 'play', source: id, speed: job.speed })
    go(source, { kind: 'seek', to })
  }

  function open(message: Extract<ToWorker, { type: 'open' }>): void {
    const run = openRun(message.scenario, message.horizonNs)
    const source: Source = { run, job: null, waiting: [], revision: 0 }
    sources.set(message.source, source)
    tellScenario(message.source, source)
    go(source, { kind: 'seek', to: message.at })
  }

  function act(source: Source, message: ToSource): void {
    const id = message.source
    switch (message.type) {
      case 'close':
        sources.delete(id)
        break
      case 'play':
        play(source, message.speed, message.to)
        break
      case 'pause':
        pause(id, source)
        break
      case 'seek':
        leave(source)
        go(source, { kind: 'seek', to: message.to })
        break
      case 'step':
        go(source, { kind: 'step', steps: message.steps })
        break
      case 'find':
        leave(source)
        go(source, { kind: 'find', what: message.what, back: message.back })
        break
      case 'input':
        answered(id, source, () => input(id, source, message.path, message.value))
        break
      case 'inputs':
        replaceInputs(id, source, message.inputs)
        break
      case 'hash': {
        const { ns, events } = source.run.status()
        env.post({ type: 'hash', source: id, hash: source.run.hash(), ns, events }, [])
        break
      }
      case 'frame':
        frame(source, message)
    }
  }

  function handle(message: ToSource): void {
    const id = message.source
    if (message.type === 'open') open(message)
    const source = sources.get(id)
    if (!source || message.type === 'open') return
    const { job } = source
    const onErrand = job !== null && job.kind !== 'play'
    const atOnce = message.type === 'inputs' && job?.kind === 'seek' && !job.stopped
    if (onErrand && !atOnce && (isChange(message) || message.type === 'step')) {
      // Who changes something, or steps on, has found what they looked for.
      if (job.kind === 'find') pause(id, source)
      source.waiting.push(message)
      if (!source.job || source.job.kind === 'play') takeWaiting(source)
      return
    }
    if (message.type === 'play' && onErrand) {
      const on = source.waiting.findIndex(({ type }) => type === 'play')
      if (on >= 0) {
        // It plays on anyway, once it is back.
        source.waiting[on] = message
        return
      }
      pause(id, source)
      // It may have to go home first.
      if (source.job) return void source.waiting.push(message)
    }
    act(source, message)
    // Most errands are short: the frame that is asked for next shows their end.
    if (source.job && source.job !== job && source.job.kind !== 'play') workOn(id, source)
  }

  return {
    receive(message) {
      if (message.type === 'ping') env.post({ type: 'pong', ping: message.ping }, [])
      else guarded(message.source, () => handle(message))
    },
  }
}

function isChange({ type }: ToSource): boolean {
  return type === 'input' || type === 'inputs'
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
