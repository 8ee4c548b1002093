// What a person does to a run, and takes back: changes on their way to it, and the history that they become part of.

import type { ParamValue } from '../../sim/index.ts'
import type { SimSource } from '../../worker/client.ts'
import { createChanges, type Fate } from './changes.ts'
import type { Act, Begun, History, Place } from './history.ts'
import type { SessionState } from './state.ts'

/** Values of one field closer together than this are one change: a drag. */
const ONE_GESTURE_MS = 600

type Way = 'undo' | 'redo'

export interface ActsHost {
  readonly source: Pick<SimSource, 'input'>
  readonly history: History
  readonly now: () => number
  /** Called for every value that is posted; the answer gets the revision that holds it. */
  readonly mark: () => (revision: number) => void
  readonly get: () => SessionState
  /** The value at a path that a control shows, or null when there is no such field. */
  readonly current: (path: string) => ParamValue | null
  /** Where a person stands. */
  readonly place: () => Place
  /** Goes to the other side of an act. A change: the run has the inputs of that place, and stands where it stands. */
  readonly goTo: (act: Act, to: Place) => void
  readonly changed: () => void
  readonly walked: (way: Way, act: Act) => void
}

export interface Acts {
  state(): Pick<SessionState, 'pending' | 'undoes' | 'redoes'>
  /** Nothing was posted that the run has not answered, and nothing waits for that. */
  settled(): boolean
  change(path: string, value: ParamValue): void
  /** Another act than a change is being done at `from`. */
  did(act: Act, from: Place): Begun
  /** Takes the last act back, or does it again; after what is posted already, which it may speak of. */
  walk(way: Way): void
  /** Inputs were replaced, which the run answers. */
  expect(): void
  /** The run has answered what was posted first, before the page knows its scenario; `taken`: with another revision. */
  answered(revision: number, taken: boolean): void
  /** The page knows the run's scenario. */
  goOn(): void
  /** Another run was opened, or there is none. */
  clear(): void
}

export function createActs(host: ActsHost): Acts {
  const { get, place, now, history } = host
  const changes = createChanges({ post: host.source.input, mark: host.mark })
  /** Undos and redos that wait. */
  let walks: Way[] = []
  let gesture: { readonly path: string; readonly act: Act; readonly fate: Fate; readonly ms: number } | null = null

  function change(path: string, to: ParamValue) {
    const from = host.current(path)
    if (from === null || from === to || get().dead) return
    const ms = now()
    const goesOn = gesture?.path === path && gesture.act === history.undoes() && ms - gesture.ms < ONE_GESTURE_MS
    const last = goesOn ? history.goesOn(to) : null
    if (gesture && last) gesture = { ...gesture, act: last, ms }
    else {
      const act: Act = { kind: 'change', path, from, to, here: get().here }
      const stood = place()
      gesture = { path, act, ms, fate: fateOf(path, stood, history.did(act, stood)) }
    }
    changes.set(path, to, gesture.fate)
    host.changed()
  }

  /** Of the values of one gesture the first that is taken says what was before; if none is, there was no change. */
  function fateOf(path: string, from: Place, begun: Begun): Fate {
    let taken = false
    return {
      taken() {
        if (!taken) begun.begins({ ...from, scenario: get().scenario })
        taken = true
      },
      refused() {
        if (!taken && changes.pending()[path] === undefined) begun.forget()
      },
    }
  }

  function walk(way: Way) {
    // A worker that is gone answers nothing more.
    if (!changes.settled() && !get().dead) {
      walks.push(way)
      return
    }
    const step = history[way](place())
    if (!step) return
    if (step.act.kind === 'change') changes.expect()
    host.goTo(step.act, step.place)
    host.walked(way, step.act)
  }

  return {
    state: () => ({ pending: changes.pending(), undoes: history.undoes(), redoes: history.redoes() }),
    settled: () => changes.settled() && walks.length === 0,
    change,
    did: history.did,
    walk,
    expect: changes.expect,
    answered: changes.answered,
    goOn() {
      while (changes.settled()) {
        const next = walks.shift()
        if (!next) return
        walk(next)
      }
    },
    clear() {
      changes.clear()
      walks = []
      gesture = null
    },
  }
}
