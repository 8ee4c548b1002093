// Studies as the page knows them: what was asked for, what has come, and the one who computes it. Results outlive the
// view that shows them, a run does not.

import { useEffect, useSyncExternalStore } from 'react'
import type { Scenario } from '../sim/index.ts'
import type { PointResult, StudyId } from '../sim/studies/index.ts'
import { createStudyClient, createStudyWorker, type StudyClient } from '../worker/study-client.ts'
import { useSessions } from './context.ts'
import type { Sessions } from './state.ts'

/** With fewer processors than this, the simulation that plays and the page need them all: studies wait until it stands. */
const ENOUGH_PROCESSORS = 3

export interface StudyState {
  readonly phase: 'none' | 'running' | 'done' | 'cancelled' | 'failed'
  /** What it was asked for; equal keys have equal results. */
  readonly key: string
  readonly results: readonly PointResult[]
  readonly done: number
  /** Runs there are in all; 0 while that is not known. */
  readonly of: number
  /** Why it failed. */
  readonly message: string
  /** Its worker has not answered for some seconds. */
  readonly silent: boolean
}

export interface StudyStore {
  state(): StudyState
  subscribe(listener: () => void): () => void
  run(scenario: Scenario, key: string): void
  /** What has come so far stays. */
  cancel(): void
  /** Nobody looks any more: what is not finished is forgotten. */
  leave(): void
  hold(held: boolean): void
}

const NONE: StudyState = { phase: 'none', key: '', results: [], done: 0, of: 0, message: '', silent: false }

export function createStudyStore(study: StudyId, client: StudyClient): StudyStore {
  let state = NONE
  const listeners = new Set<() => void>()

  function set(change: Partial<StudyState>): void {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    run(scenario, key) {
      set({ ...NONE, phase: 'running', key })
      client.run(study, scenario, {
        progress: (more, done, of) =>
          set({ results: [...state.results, ...more], done, of, phase: done === of ? 'done' : 'running' }),
        failed: (message) => set({ phase: 'failed', message }),
        silent: (silent) => set({ silent }),
      })
    },
    cancel() {
      if (state.phase !== 'running') return
      client.cancel()
      set({ phase: 'cancelled' })
    },
    leave() {
      if (state.phase !== 'running') return
      client.cancel()
      set(NONE)
    },
    hold: client.hold,
  }
}

const stores = new WeakMap<Sessions, Map<StudyId, StudyStore>>()

/** The page's one store of a study, made when it is first asked for. */
function storeOf(sessions: Sessions, study: StudyId): StudyStore {
  const own = stores.get(sessions) ?? new Map<StudyId, StudyStore>()
  stores.set(sessions, own)
  const store = own.get(study) ?? createStudyStore(study, createStudyClient(createStudyWorker))
  own.set(study, store)
  return store
}

export interface Study extends StudyState {
  /** It waits because the simulation plays. */
  readonly held: boolean
  run(scenario: Scenario, key: string): void
  cancel(): void
}

/** A study, renewed as results come. It ends with the component that uses it. */
export function useStudy(id: StudyId): Study {
  const sessions = useSessions()
  const store = storeOf(sessions, id)
  const state = useSyncExternalStore(store.subscribe, store.state)
  const few = navigator.hardwareConcurrency < ENOUGH_PROCESSORS
  const anyPlays = () => sessions.all().some((lab) => lab.getState().playing)
  const held = useSyncExternalStore(sessions.watch, () => few && anyPlays())
  useEffect(() => store.hold(held), [store, held])
  useEffect(() => () => store.leave(), [store])
  return { ...state, held, run: store.run, cancel: store.cancel }
}
