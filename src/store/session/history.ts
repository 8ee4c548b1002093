// What a person did, in order, and the way back: a list of places, each with all that it takes to stand there again.
// Undo goes to where the last act was done from, redo to where it was undone from; so nothing is lost that lay between.
//
// Acts are changes of a setting, Home, and whatever opens another run: a preset, its values again, another seed, a file,
// another device of a log, a link. Seeks, steps and playing are not: they are ways to look at a run, and undo after them
// takes out the change they came from, at the moment that is looked at. What is looked at (views, zoom) is none either.
//
// The browser's Back does not walk this list. It opens the address before, as a pasted link does, and that is one more act,
// which undo takes back; and what undo brings becomes an address of its own, which Back leads away from. So each of the two
// takes back the last that was done, whoever did it, and neither reaches into the other.

import type { ViewState } from '../../share/view-state.ts'
import type { ParamValue, Position, Problem, Scenario, Speed } from '../../sim/index.ts'
import type { FromLog } from '../file-content.ts'

export type Act =
  /** `from` is the value before, `here` the scenario in which it was one. */
  | {
      readonly kind: 'change'
      readonly path: string
      readonly from: ParamValue
      readonly to: ParamValue
      readonly here: Scenario
    }
  | { readonly kind: 'home' }
  | { readonly kind: 'preset'; readonly title: string }
  | { readonly kind: 'values' }
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'device'; readonly name: string }
  | { readonly kind: 'link' }
  /** In the browser's history. */
  | { readonly kind: 'back' | 'forward' }

/** A run where a person stands in it, and what the page tells about it. */
export interface Place {
  /** With its inputs, those of its future too, and its recording. */
  readonly scenario: Scenario
  readonly position: Position
  readonly horizonNs: number
  readonly view: ViewState
  readonly speed: Speed
  readonly problems: readonly Problem[]
  readonly fromLog: FromLog | null
}

/** An act, and the place on its other side: before it when it is done, after it when it is undone. */
export interface Step {
  readonly act: Act
  readonly place: Place
}

/** A step that may turn out otherwise than it began. */
export interface Begun {
  /** It was done from here. */
  begins(place: Place): void
  /** It never came about. */
  forget(): void
}

export interface History {
  /** What was done and what was undone, the newest last; the caller's own. */
  steps(): { past: { act: Act; place: Place }[]; future: Step[] }
  /** What undo and redo would take back and bring back; null: nothing. */
  undoes(): Act | null
  redoes(): Act | null
  /** `act` is being done at `from`. What was undone cannot be done again. */
  did(act: Act, from: Place): Begun
  /** The last act, a change, goes on to another value. */
  goesOn(value: ParamValue): Act | null
  /** Takes the last act back; the answer says what it was and where it was done. `here`: where redo leads. */
  undo(here: Place): Step | null
  redo(here: Place): Step | null
}

const MOST_STEPS = 500

/** Of another one's acts, if there is one to go on from; each goes its own way from there. */
export function createHistory(from?: History): History {
  let { past, future } = from?.steps() ?? { past: [], future: [] }

  /** Takes the newest step of a list over to the other, from where it leads back here. */
  function cross(from: Step[], to: Step[], here: Place): Step | null {
    const step = from.pop()
    if (!step) return null
    to.push({ act: step.act, place: here })
    return step
  }

  return {
    steps: () => ({ past: past.map((step) => ({ ...step })), future: [...future] }),
    undoes: () => past.at(-1)?.act ?? null,
    redoes: () => future.at(-1)?.act ?? null,
    did(act, place) {
      const step = { act, place }
      const undone = future
      past = [...past, step].slice(-MOST_STEPS)
      future = []
      return {
        begins(from) {
          step.place = from
        },
        forget() {
          if (past.at(-1) === step && future.length === 0) future = undone
          past = past.filter((other) => other !== step)
        },
      }
    },
    goesOn(to) {
      const last = past.at(-1)
      if (last?.act.kind !== 'change') return null
      last.act = { ...last.act, to }
      return last.act
    },
    undo: (here) => cross(past, future, here),
    redo: (here) => cross(future, past, here),
  }
}
