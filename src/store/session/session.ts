// A session: one run in the worker, and all that belongs to it. Its parts know each other only through what is wired here.

import { createStore, type StoreApi } from 'zustand/vanilla'
import { type ParamValue, type Preset, subjectOf } from '../../sim/index.ts'
import type { SimSource } from '../../worker/client.ts'
import { joined } from '../joined.ts'
import type { Notice } from '../notice.ts'
import type { LabOptions } from '../options.ts'
import type { PageActions, PageState } from '../page-state.ts'
import type { Lab } from '../state.ts'
import type { StatsCollector } from '../stats.ts'
import type { Intent, UrlSync, Walk } from '../url-sync.ts'
import { wish } from '../wish.ts'
import { createActs } from './acts.ts'
import { createComparing } from './comparing.ts'
import { createEntering } from './entering.ts'
import { type Act, createHistory, type History, type Place } from './history.ts'
import { createIdle } from './idle.ts'
import type { Known } from './known.ts'
import { createLooking } from './looking.ts'
import { createOpenings } from './openings.ts'
import { createPictures } from './pictures.ts'
import { createPlaying } from './playing.ts'
import { createRemembering } from './remembering.ts'
import { createStanding } from './standing.ts'
import { initialSession, type SessionActions, type SessionState, speedOf } from './state.ts'
import { createWatching } from './watching.ts'

/** What a session has of the page around it. */
export interface Around {
  readonly store: StoreApi<PageState>
  readonly actions: PageActions
  /** The address, while it is that of this session. */
  readonly address: UrlSync
  /** Another run stands here: what is shown of the link is not of it. */
  readonly begins: () => void
  /** Said to who cannot see it. */
  readonly tell: (notice: Notice) => void
  /** How fast the page is, while it shows this session. */
  readonly stats: () => StatsCollector | undefined
}

export interface SessionHost {
  readonly source: SimSource
  readonly presets: readonly [Preset, ...Preset[]]
  readonly options: LabOptions
  readonly around: Around
  readonly known: Known
  /** What was done before in another session, and can be undone in this one. */
  readonly past: History | undefined
  /** Frames painted again after the first. */
  readonly warmUp: number
}

export interface Session {
  readonly lab: Lab
  readonly history: History
  open(to: Place): void
  /** `walk`: the browser walked to it in its history. */
  openLink(fragment: string, walk?: Walk): void
  /** One more frame is needed. */
  wake(): void
  /** Its run ends. */
  close(): void
}

export function createSession({ source, presets, options, around, known, past, warmUp }: SessionHost): Session {
  const { codec, dockViews, now } = options
  const [first] = presets
  const { tell } = around
  const still = () => options.still?.() ?? false
  const store = createStore<SessionState>(() => initialSession(first))
  const { getState: get, setState: set } = store
  const { leave, ...whole } = joined(store, around.store)
  const history = createHistory(past)

  const standing = createStanding(
    { get, set, requests: source.requests },
    { position: { ns: first.openNs }, horizonNs: first.horizonNs },
  )
  const { place, send } = standing

  const pictures = createPictures({
    ...{ source, now, warmUp, animate: options.animate, afterPaint: options.afterPaint, stats: around.stats },
    dead: () => get().dead,
    playing: () => get().playing,
    wish: (all) => wish(whole.getState(), all, options.askedBy),
    painted(frame) {
      remembering.painted(frame)
      idle.check()
    },
  })
  const { wake } = pictures

  const watching = createWatching({
    ...{ get, set, tell, still },
    play: (to) => playing.play(to),
    find: (what) => playing.find(what, false),
    step: () => playing.move('replace', () => playing.stepTo(1)),
    pass() {
      playing.stepTo(1)
      wake()
    },
    seen: () => intend('push'),
  })

  const playing = createPlaying({
    source,
    get,
    set,
    standing,
    watching,
    pictures,
    intend,
    acted: () => openings.acted(),
  })

  const acts = createActs({
    ...{ source, history, now, get, place },
    mark: () => around.stats()?.input() ?? (() => {}),
    current: (path): ParamValue | null => get().pending[path] ?? options.valueOf(get().here, path),
    goTo(act, to) {
      // Another worker begins there.
      if (get().dead) open(act.kind === 'change' ? { ...place(), scenario: to.scenario } : to, null)
      else if (act.kind === 'change')
        send({ ns: standing.position().ns }, () => source.replaceInputs(to.scenario.inputs))
      else if (act.kind === 'home') {
        if (get().playing) playing.pause()
        send(to.position, source.seek)
      } else open(to, null)
    },
    changed() {
      // The page had it stand, so that it could be told of: now it goes on.
      const goesOn = get().told !== null && !still()
      set({ ...watching.anew(), ...acts.state() })
      intend('push')
      pictures.urge()
      if (goesOn) playing.play()
    },
    walked(kind, act) {
      set({ ...watching.anew(), ...acts.state() })
      tell({ kind, act })
      intend('push')
      wake()
    },
  })

  const comparing = createComparing({ get, set, valueOf: options.valueOf })

  const remembering = createRemembering({
    requests: source.requests,
    address: around.address,
    settled: acts.settled,
    playing: () => get().playing,
  })

  const idle = createIdle({
    dead: () => get().dead,
    quiet() {
      const { ready, loading } = get()
      return ready && loading === null && acts.settled() && pictures.mode() !== 'seeking' && pictures.told()
    },
    playing: () => get().playing,
    settled: () => pictures.settled() && pictures.mode() === 'paused',
    asked: pictures.asked,
  })

  const entering = createEntering({
    ...{ source, get, set, acts, standing },
    begins(to, again) {
      around.begins()
      if (!again) {
        openings.supersede()
        comparing.begins()
      }
      playing.begins()
      const { position, scenario } = to
      const left = watching.anew()
      watching.opened(position.events === undefined && position.ns === openings.presetOf(scenario).openNs)
      return left
    },
  })

  const openings = createOpenings({
    ...{ presets, codec, dockViews, known, get, set, tell, open, strayed },
    fetchRecording: options.fetchRecording,
    uncover: around.actions.closeOver,
    opened(notice) {
      tell(notice)
      intend('push')
    },
    play: () => watching.whenThere(() => playing.play()),
  })

  source.listen({
    frame(frame) {
      const show = pictures.took(frame)
      standing.came(frame)
      entering.shown()
      if (!get().ready) set({ ready: true })
      standing.show(get().scenario, frame.status.inputs)
      comparing.came(frame)
      playing.came(frame)
      show()
      watching.came(frame.status)
    },
    scenario(told, revision) {
      // The worker does not send the recording back.
      const { recording } = get().scenario
      const scenario = recording ? { ...told, recording } : told
      if (entering.isOpen()) acts.answered(revision, revision !== get().revision)
      entering.told()
      set({ scenario, revision, ...acts.state() })
      standing.show(scenario, scenario.inputs.length)
      acts.goOn()
      wake()
    },
    stopped(ended) {
      watching.stopped(ended)
      wake()
    },
    problem(message, unopened) {
      standing.stays()
      watching.leave()
      const failed = unopened ? entering.backOut() : null
      if (failed) {
        acts.expect()
        source.replaceInputs(get().scenario.inputs)
        send(standing.at(), source.seek)
        strayed('replace')
      } else if (!entering.isOpen() && !get().ready && get().scenario !== first.scenario) {
        // Nothing was open before: a link that makes no run.
        openings.preset(first.id)
      }
      if (failed?.kind === 'file') set({ unreadable: `${failed.name}: ${message}`, retriable: false })
      else set({ failure: message })
      wake()
    },
    died(message) {
      watching.leave()
      entering.backOut()
      // Changes that it has not confirmed stay pending: a restart makes them again.
      set({ failure: message, dead: true, silent: false, playing: false, ...acts.state() })
      idle.check()
    },
    replaced: bringBack,
    silent: (silent) => set({ silent }),
  })

  /** Goes to another run. With an act, undo leads back. */
  function open(to: Place, act: Act | null, again = false) {
    entering.open(to, act, again)
    wake()
  }

  /** Opens the run that stood here in a new worker. */
  function bringBack() {
    const to = place()
    set({ dead: true })
    open(to, null, true)
  }

  /** The address is not that of the run that is open, and nobody has done anything to that. */
  function strayed(how: Intent) {
    remembering.intend(how)
    wake()
  }

  function intend(how: Intent) {
    openings.acted()
    remembering.intend(how)
  }

  const actions: SessionActions = {
    ...createLooking({ get, set, dockViews, intend, wake }),
    openPreset: (id) => openings.preset(id),
    openLink: (fragment) => openings.link(fragment),
    setParam: acts.change,
    setSeed: openings.seed,
    undo: () => acts.walk('undo'),
    redo: () => acts.walk('redo'),
    play: watching.play,
    playTo: watching.playTo,
    watch(id = first.id) {
      const preset = presets.find((p) => p.id === id) ?? first
      const begin = () => watching.playTo(subjectOf(preset.scenario))
      around.actions.closeOver()
      if (openings.standsAs(preset, standing.position())) return begin()
      openings.preset(preset.id, () => watching.whenThere(begin))
    },
    pause: playing.pause,
    step: (steps) => playing.move('replace', () => playing.stepTo(steps)),
    skip: watching.skip,
    seek: (ns) => playing.move('push', () => send({ ns: Math.max(0, Math.round(ns)) }, source.seek)),
    find: playing.find,
    stop: playing.pause,
    reset() {
      if (get().dead) return
      const from = place()
      if (from.position.ns > 0 || from.position.events) acts.did({ kind: 'home' }, from)
      set(acts.state())
      playing.move('push', () => send({ ns: 0, events: 0 }, source.seek))
    },
    setSpeed: playing.setSpeed,
    openFile: openings.file,
    openLogged: openings.logged,
    fetchAgain: (byItself = false) => openings.again(byItself),
    link() {
      const { scenario, view, speed } = get()
      const usual = speedOf(openings.presetOf(scenario))
      return codec.encodeLink({ scenario, position: standing.position(), view, ...(speed === usual ? {} : { speed }) })
    },
    restartWorker: bringBack,
    waitForWorker: source.wait,
  }

  return {
    history,
    lab: {
      frames: pictures.frames,
      ...whole,
      place,
      actions: { ...around.actions, ...actions },
      idle() {
        const waited = idle.wait()
        wake()
        // Nothing will come of a worker that is gone.
        if (get().dead) idle.check()
        return waited
      },
      hash: async () => (await source.hash()).hash,
    },
    open: (to) => open(to, null),
    openLink: openings.link,
    wake,
    close() {
      source.close()
      openings.supersede()
      set({ dead: true, playing: false })
      leave()
      idle.check()
    },
  }
}
