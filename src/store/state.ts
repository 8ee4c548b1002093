// What views, controls and app see of the store: a session with the page around it, and all the sessions that there are.

import type { Position } from '../sim/index.ts'
import type { FrameHolder } from './frames.ts'
import type { PageActions, PageState } from './page-state.ts'
import type { Place } from './session/history.ts'
import type { SessionActions, SessionState } from './session/state.ts'

export interface AppState extends SessionState, PageState {}

export interface AppActions extends SessionActions, PageActions {}

/** The lab as a part of the page has it: one session, and the page around it. */
export interface Lab {
  readonly frames: FrameHolder
  readonly getState: () => AppState
  readonly subscribe: (listener: (state: AppState, previous: AppState) => void) => () => void
  readonly actions: AppActions
  /** Where a person stands in it, or is on the way to: all that it takes to stand there again. */
  place(): Place
  /** Resolves when nothing of the session is under way: no frame in flight, no seek, nothing unpainted. */
  idle(): Promise<void>
  /** State hash of its run. */
  hash(): Promise<string>
}

/** Where a session computes: in the worker of those that there are, or in one of its own. */
export type Where = 'beside' | 'apart'

/** Any number of runs, each with changes, history and link of its own; the page shows one, and its address is of that. */
export interface Sessions {
  /** In the order in which they were added; never empty. */
  all(): readonly Lab[]
  /** The one that the page shows. */
  active(): Lab
  activate(session: Lab): void
  /** A session that opens at a place; the active one stays. */
  add(place: Place, where?: Where): Lab
  /** A session that goes on from where another stands, or from another moment of it, with what was done there to be undone. */
  fork(from: Lab, at?: Position, where?: Where): Lab
  /** Ends a session and its run; the active one gives way to the one before it. The last one stays: false. */
  drop(session: Lab): boolean
  /** Calls when one was added, dropped or activated; returns the way out. */
  subscribe(listener: () => void): () => void
  /** The same, and when the state of any of them has changed. */
  watch(listener: () => void): () => void
  /** Ends all, and their workers. */
  close(): void
}
