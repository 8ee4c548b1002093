// The studies of one worker: one at a time, in short slices with a rest after each, so that neither the page nor a
// simulation that plays is ever in its way. Post, clock and yield are given in, so that tests run it in Node.

import { createStudyRun, type StudyRun, studyPoints } from '../sim/studies/index.ts'
import type { FromStudy, ToStudy } from './protocol.ts'

/** Longest stretch of computing between two looks at the mail, ms. */
const SLICE_MS = 8
/** Events computed between two looks at the clock. */
const BATCH = 64

export interface StudyEnv {
  post(message: FromStudy): void
  /** Wall clock, ms. */
  nowMs(): number
  /** Calls back after the mail that has arrived meanwhile has been handled, and not before `ms` have passed. */
  later(callback: () => void, ms: number): void
  /** Rest after every slice, ms. */
  readonly restMs: number
  /** The runs of a study; tests give shorter ones. */
  readonly points?: typeof studyPoints
}

export interface StudyHost {
  receive(message: ToStudy): void
}

export function createStudyHost(env: StudyEnv): StudyHost {
  let current: { readonly job: number; readonly run: StudyRun } | null = null
  let held = false
  let awake = false

  function wake(ms: number): void {
    if (awake || held || !current) return
    awake = true
    env.later(work, ms)
  }

  function work(): void {
    awake = false
    if (held || !current) return
    const { job, run } = current
    const told = run.results.length
    const deadline = env.nowMs() + SLICE_MS
    let more = true
    const done = guarded(job, () => {
      while (more && env.nowMs() < deadline) more = run.step(BATCH)
    })
    if (!done) return
    if (!more) current = null
    if (run.results.length > told || !current) tell(job, run, told)
    wake(env.restMs)
  }

  /** False, and the study is over, when it failed. */
  function guarded(job: number, act: () => void): boolean {
    try {
      act()
      return true
    } catch (error) {
      current = null
      env.post({ type: 'problem', job, message: error instanceof Error ? error.message : String(error) })
      return false
    }
  }

  function begin({ job, study, scenario }: Extract<ToStudy, { type: 'run' }>): void {
    current = null
    guarded(job, () => {
      current = { job, run: createStudyRun((env.points ?? studyPoints)(study, scenario)) }
      tell(job, current.run, 0)
    })
  }

  function tell(job: number, run: StudyRun, told: number): void {
    const { results, points } = run
    env.post({ type: 'progress', job, results: results.slice(told), done: results.length, of: points.length })
  }

  return {
    receive(message) {
      switch (message.type) {
        case 'run':
          begin(message)
          break
        case 'ping':
          env.post({ type: 'pong' })
          break
        case 'cancel':
          if (current?.job === message.job) current = null
          break
        case 'hold':
          held = message.held
          break
      }
      wake(0)
    },
  }
}
