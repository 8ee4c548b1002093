// The simulations of one worker: plays, seeks and answers. Wall time exists only here, and decides when to compute,
// never what. Post, clock and yield are given in, so that tests run it in Node.

import { buffersOf, buildFrame, createArrays, createRun, type Frame, type Run } from '../sim/index.ts'
import type { FrameRequest, FromWorker, Position, Speed, ToWorker } from './protocol.ts'

/** Longest stretch of computing between two looks at the mail, ms. */
const SLICE_MS = 4
/** Events computed between two looks at the clock. */
const BATCH = 1024
/** A failure is looked for this far ahead, in events. */
const SEARCH_EVENTS = 20_000_000

export interface HostEnv {
  post(message: FromWorker, transfer: ArrayBuffer[]): void
  /** Wall clock, ms. */
  nowMs(): number
  /** Calls back after the mail that has arrived meanwhile has been handled, and not before `ms` have passed. */
  later(callback: () => void, ms: number): void
  /** Stretch after every frame of a playing run in which nothing is computed, so that the page gets it painted, ms. */
  readonly restMs: number
}

interface Job {
  readonly kind: 'play' | 'seek' | 'failure'
  /** Play: ns of simulated time at `fromMs` of wall time. */
  readonly fromNs: number
  readonly fromMs: number
  readonly speed: Speed
  readonly to: Position
  readonly startEvents: number
  readonly refused: number
}

interface Source {
  readonly run: Run
  job: Job | null
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
    let busy = false
    for (const [id, source] of sources) {
      if (source.job) guarded(id, () => workOn(id, source))
      if (source.job) busy = true
    }
    if (busy) wake()
  }

  function guarded(id: number, act: () => void): void {
    try {
      act()
    } catch (error) {
      const source = sources.get(id)
      if (source) source.job = null
      env.post({ type: 'problem', source: id, message: error instanceof Error ? error.message : String(error) }, [])
    }
  }

  function workOn(id: number, source: Source): void {
    const job = source.job!
    const { run } = source
    const { state } = run.machine
    const deadline = env.nowMs() + SLICE_MS
    const until = untilOf(job, env.nowMs())
    do {
      const limit = job.to.events === undefined ? BATCH : Math.min(BATCH, job.to.events - state.events)
      const n = limit > 0 ? run.advance(until, limit, job.kind === 'failure') : 0
      if (job.kind === 'failure' && state.refusedTotal > job.refused) {
        stop(id, source, 'failure')
        return
      }
      if (n < BATCH) break
    } while (env.nowMs() < deadline)
    if (job.kind === 'seek' && hasReached(run, job.to)) {
      run.seek(job.to)
      stop(id, source, 'seek')
    }
    const exhausted = state.heap.size === 0 || state.events - job.startEvents > SEARCH_EVENTS
    if (job.kind === 'failure' && exhausted) stop(id, source, 'no-failure')
  }

  function untilOf(job: Job, nowMs: number): number {
    if (job.kind === 'failure' || job.to.events !== undefined) return Number.POSITIVE_INFINITY
    if (job.kind === 'seek') return job.to.ns
    if (job.speed === 'max') return Number.POSITIVE_INFINITY
    return Math.floor(job.fromNs + (nowMs - job.fromMs) * 1e6 * job.speed)
  }

  function stop(id: number, source: Source, why: 'seek' | 'failure' | 'no-failure' | 'step'): void {
    source.job = null
    env.post({ type: 'stopped', source: id, why }, [])
  }

  function start(source: Source, kind: Job['kind'], speed: Speed, to: Position): void {
    const { state } = source.run.machine
    source.job = {
      kind,
      speed,
      to,
      fromNs: state.nowNs,
      fromMs: env.nowMs(),
      startEvents: state.events,
      refused: state.refusedTotal,
    }
    wake()
  }

  function seek(source: Source, to: Position): void {
    source.run.rewind(to)
    start(source, 'seek', 'max', to)
  }

  function frame(source: Source, request: FrameRequest): void {
    const { machine } = source.run
    const { job } = source
    const mode = job === null ? 'paused' : job.kind === 'play' ? 'playing' : 'seeking'
    const built: Frame = buildFrame(
      machine,
      request,
      { mode, seek: job?.kind === 'seek' ? progress(source, job) : null },
      { source: request.source, request: request.request, revision: source.revision },
      createArrays(request.recycle),
    )
    env.post({ type: 'frame', frame: built }, buffersOf(built))
    if (mode === 'playing') restUntil = env.nowMs() + env.restMs
  }

  function tellScenario(id: number, source: Source): void {
    // The page has the recording; it can be large.
    const { recording: _, ...scenario } = source.run.scenario()
    env.post({ type: 'scenario', source: id, revision: source.revision, scenario }, [])
  }

  function step(id: number, source: Source, steps: number): void {
    source.job = null
    for (let i = 0; i < Math.abs(steps); i++) {
      if (!(steps > 0 ? source.run.stepForward() : source.run.stepBack())) break
    }
    env.post({ type: 'stopped', source: id, why: 'step' }, [])
  }

  function input(id: number, source: Source, path: string, value: string | number): void {
    const done = source.run.input(path, value)
    if (typeof done === 'string') env.post({ type: 'problem', source: id, message: done }, [])
    else source.revision++
    if (source.job?.kind === 'play') start(source, 'play', source.job.speed, source.job.to)
    tellScenario(id, source)
  }

  function handle(message: ToWorker): void {
    const id = message.source
    if (message.type === 'open') {
      const source: Source = { run: createRun(message.scenario, message.horizonNs), job: null, revision: 0 }
      sources.set(id, source)
      seek(source, message.at)
      tellScenario(id, source)
      return
    }
    const source = sources.get(id)
    if (!source) return
    switch (message.type) {
      case 'close':
        sources.delete(id)
        break
      case 'play':
        start(source, 'play', message.speed, { ns: Number.POSITIVE_INFINITY })
        break
      case 'pause':
        source.job = null
        break
      case 'seek':
        seek(source, message.to)
        break
      case 'step':
        step(id, source, message.steps)
        break
      case 'nextFailure':
        start(source, 'failure', 'max', { ns: Number.POSITIVE_INFINITY })
        break
      case 'input':
        input(id, source, message.path, message.value)
        break
      case 'hash': {
        const { nowNs, events } = source.run.machine.state
        env.post({ type: 'hash', source: id, hash: source.run.hash(), ns: nowNs, events }, [])
        break
      }
      case 'frame':
        frame(source, message)
    }
  }

  return { receive: (message) => guarded(message.source, () => handle(message)) }
}

function hasReached(run: Run, to: Position): boolean {
  const { state } = run.machine
  if (to.events === undefined) return state.nowNs >= to.ns
  return state.events >= to.events || state.heap.size === 0
}

function progress(source: Source, job: Job): { done: number; of: number } {
  const { state } = source.run.machine
  const done = state.events - job.startEvents
  if (job.to.events !== undefined) return { done, of: job.to.events - job.startEvents }
  const share = job.to.ns > job.fromNs ? (state.nowNs - job.fromNs) / (job.to.ns - job.fromNs) : 1
  return { done, of: share > 0 ? Math.round(done / share) : done }
}
