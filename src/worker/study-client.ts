// The page's end of the wire to the worker that carries out studies. The worker is made for the first study and ended
// when a study is cancelled or done: an idle one costs memory.

import type { Scenario } from '../sim/public.ts'
import type { PointResult, StudyId } from '../sim/studies/index.ts'
import type { FromStudy, ToStudy } from './protocol.ts'
import { createWatch, everyTick } from './watch.ts'

/** The part of a Worker that the client needs; tests give their own. */
export interface StudyWorkerLike {
  postMessage(message: ToStudy): void
  terminate(): void
  onmessage: ((event: { readonly data: FromStudy }) => void) | null
  onerror: ((event: { readonly message?: string }) => void) | null
}

export interface StudyListener {
  /** New results; of the runs `of`, so many are done. */
  progress(results: readonly PointResult[], done: number, of: number): void
  failed(message: string): void
  /** The worker has not answered for some seconds, or does again. */
  silent(silent: boolean): void
}

export interface StudyClient {
  /** Begins a study; one under way is given up, and its listener hears nothing more. */
  run(study: StudyId, scenario: Scenario, listener: StudyListener): void
  cancel(): void
  /** While held, the worker computes nothing. */
  hold(held: boolean): void
}

export function createStudyWorker(): StudyWorkerLike {
  return new Worker(new URL('./study-entry.ts', import.meta.url), {
    type: 'module',
    name: 'dmascope studies',
  }) as StudyWorkerLike
}

/** `everySecond` calls back once a second of the page. */
export function createStudyClient(
  makeWorker: () => StudyWorkerLike,
  everySecond: (tick: () => void) => unknown = everyTick,
): StudyClient {
  let worker: StudyWorkerLike | null = null
  let listener: StudyListener | null = null
  let job = 0
  let held = false
  const watch = createWatch({
    waits: () => worker !== null && !held,
    ping: () => worker?.postMessage({ type: 'ping' }),
    silent: (silent) => listener?.silent(silent),
  })
  everySecond(watch.tick)

  function end(): void {
    worker?.terminate()
    worker = null
    watch.renew()
    listener = null
  }

  function failed(message: string): void {
    const told = listener
    end()
    told?.failed(message)
  }

  function receive(message: FromStudy): void {
    watch.heard()
    if (message.type === 'pong') return
    if (message.job !== job) return
    if (message.type === 'problem') {
      failed(message.message)
      return
    }
    const told = listener
    if (message.done === message.of) end()
    told?.progress(message.results, message.done, message.of)
  }

  function start(): StudyWorkerLike {
    const own = makeWorker()
    own.onmessage = (event) => {
      if (worker === own) receive(event.data)
    }
    own.onerror = (event) => {
      if (worker === own) failed(event.message || 'the study could not be loaded')
    }
    if (held) own.postMessage({ type: 'hold', held })
    return own
  }

  return {
    run(study, scenario, next) {
      listener = next
      try {
        worker ??= start()
        // The points say what they play; a recording can be large.
        const { recording: _, ...rest } = scenario
        worker.postMessage({ type: 'run', job: ++job, study, scenario: rest })
      } catch (error) {
        failed(error instanceof Error ? error.message : String(error))
      }
    },
    cancel: end,
    hold(next) {
      if (held === next) return
      held = next
      worker?.postMessage({ type: 'hold', held })
    },
  }
}
