// What the page begins with.

import { viewOf } from '../share/view-state.ts'
import type { Preset } from '../sim/index.ts'
import type { AppState, Theme } from './state.ts'

/** The state before anything was opened. */
export function initialState(first: Preset, theme: Theme): AppState {
  return {
    ready: false,
    scenario: first.scenario,
    here: first.scenario,
    pending: {},
    revision: 0,
    playing: false,
    speed: speedOf(first),
    view: viewOf(first),
    hovered: null,
    pinned: false,
    isolated: null,
    theme,
    over: null,
    problems: [],
    failure: null,
    ended: null,
    watching: null,
    told: null,
    compared: null,
    loading: null,
    fromLog: null,
    unreadable: null,
    explained: null,
    retriable: false,
    linkShown: null,
    dead: false,
    silent: false,
    mapColumns: 128,
    mapMaxRows: 70,
    undoes: null,
    redoes: null,
    announcement: '',
  }
}

/** Simulated ns per wall ns that a preset plays at. */
export function speedOf({ speed = 1 / 2000 }: Preset): number {
  return speed
}
