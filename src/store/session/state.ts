// What belongs to one run: its scenario as it stands, the way it is looked at, and what a person can do with it. Everything
// here that a link must carry is in `scenario`, `view` and `speed`; where it stands is in its frames.

import { type ViewState, viewOf } from '../../share/view-state.ts'
import type { HappeningId, ParamValue, Preset, Problem, Recording, Scenario, Speed } from '../../sim/index.ts'
import type { Ended } from '../../worker/protocol.ts'
import type { Explained, FromLog, LinkFile, LogFile } from '../file-content.ts'
import type { Act } from './history.ts'

/** A change of a setting on whose two sides figures are compared. */
export interface Compared {
  readonly path: string
  readonly from: ParamValue
  readonly to: ParamValue
  readonly ns: number
  /** The scenario that it led to, without inputs. */
  readonly scenario: Scenario
}

export interface SessionState {
  /** False until the first frame of the current source has come. */
  readonly ready: boolean
  readonly scenario: Scenario
  /** The scenario as the inputs that have taken effect where the run stands have left it, without inputs: what controls show. */
  readonly here: Scenario
  /** Values a person has set and the simulation has not confirmed yet, by field path: what a control shows. */
  readonly pending: Readonly<Record<string, ParamValue>>
  readonly revision: number
  readonly playing: boolean
  /** Simulated ns per wall ns, or as fast as it goes. */
  readonly speed: Speed
  readonly view: ViewState
  /** Entry under pointer or keyboard cursor; wins over `view.selected` in the inspector unless `pinned`. */
  readonly hovered: number | null
  readonly pinned: boolean
  /** Legend: the one state or class that is shown strongly, named as in `view.off`, or null. */
  readonly isolated: string | null
  /** What of the link could not be used. */
  readonly problems: readonly Problem[]
  /** What the worker could not do; the page keeps its last picture. */
  readonly failure: string | null
  /** Why the run stands where it does, if that is not where it was sent; until something else is done. */
  readonly ended: Ended | null
  /** What the run plays up to, or goes to, because a person watches; null: nothing. */
  readonly watching: HappeningId | null
  /** It has come to what was watched for and stands right after that: the story says what was seen. Null, and the story speaks
   *  for itself, as soon as something else is done. */
  readonly told: Ended | null
  /** Name of the file that is being read, or null; the run before stays until it is there. */
  readonly loading: string | null
  /** The kernel log that the scenario was made from, until another one is opened; null for every other scenario. */
  readonly fromLog: FromLog | null
  /** Why a file could not be opened, in a sentence. */
  readonly unreadable: string | null
  /** What is known of that file all the same. */
  readonly explained: Explained | null
  /** It could not be fetched: asking again may help. */
  readonly retriable: boolean
  /** The worker is gone, or was never there; only `restartWorker` helps, or opening something else. */
  readonly dead: boolean
  /** The worker has not answered for some seconds. */
  readonly silent: boolean
  /** What undo would take back, and redo bring back; null: nothing. */
  readonly undoes: Act | null
  readonly redoes: Act | null
  /** The last change that was made or passed in this run, whose figures before stand beside those of now; null: none, or it
   *  was dismissed. */
  readonly compared: Compared | null
}

export interface SessionActions {
  openPreset(id: string): void
  /** Loads a link's fragment; what cannot be used goes to `problems`, the rest is loaded. */
  openLink(fragment: string): void
  setParam(path: string, value: ParamValue): void
  /** Begins the run again with another seed, uint32. */
  setSeed(seed: number): void
  /** Takes the last act back (see `history.ts`). A change: the run stands, or plays on, at the same moment without it. */
  undo(): void
  redo(): void
  play(): void
  /** Plays up to right after the next happening of a kind; where nothing may move, goes there at once. */
  playTo(what: HappeningId): void
  /** Opens a preset, the first one if none is named, and plays into the first thing that its story is about. */
  watch(id?: string): void
  pause(): void
  /** Visible operations; negative goes back. */
  step(steps: number): void
  /** To right after the next visible operation; a run that plays, plays on from there. */
  skip(): void
  seek(ns: number): void
  /** To right after the next, or the last, happening of a kind. */
  find(what: HappeningId, back: boolean): void
  /** Ends a seek, a step or a search that is under way. */
  stop(): void
  reset(): void
  setSpeed(speed: Speed): void
  setView(change: Partial<ViewState>): void
  hover(entry: number | null): void
  select(entry: number | null): void
  setPinned(pinned: boolean): void
  isolate(key: string | null): void
  dismissProblems(): void
  dismissFailure(): void
  dismissCompared(): void
  /** Opens what `load` brings, and plays it if it is a recording; when it fails, `unreadable` says why and the run stays. */
  openFile(name: string, load: () => Promise<Recording | LogFile | LinkFile>): void
  /** Shows another device of the log that is open, by its place in `fromLog.logged`. */
  openLogged(at: number): void
  dismissUnreadable(): void
  /** Fetches again what could not be fetched last, and opens it; by itself only if nobody has done anything since. */
  fetchAgain(byItself?: boolean): void
  /** The link that brings another person here: fragment with leading `#`. */
  link(): string
  /** Brings the run back in a new worker: its changes, where it stood, how it was looked at. */
  restartWorker(): void
  /** Gives a silent worker more time. */
  waitForWorker(): void
}

/** Simulated ns per wall ns that a preset plays at. */
export const speedOf = ({ speed = 1 / 2000 }: Preset): Speed => speed

/** A session in which nothing was opened yet. */
export const initialSession = (first: Preset): SessionState => ({
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
  dead: false,
  silent: false,
  undoes: null,
  redoes: null,
})
