// The lab: one store for what the page knows, one loop for frames, and the actions that join them to the worker.

import { createStore } from 'zustand/vanilla'
import type { LinkCodec } from '../share/codec.ts'
import {
  type Frame,
  type Input,
  type ParamValue,
  type Preset,
  presetOfRecording,
  type Recording,
  type Scenario,
  settledBy,
} from '../sim/index.ts'
import type { SimClient } from '../worker/client.ts'
import type { Ended, Position } from '../worker/protocol.ts'
import { createChanges } from './changes.ts'
import { createFetching } from './fetching.ts'
import { completed, createFrameHolder } from './frames.ts'
import { createIdle } from './idle.ts'
import { initialState, viewOf } from './initial.ts'
import { createFrameLoop } from './loop.ts'
import type { AppState, FromLog, Lab, Theme, ViewState } from './state.ts'
import type { StatsCollector } from './stats.ts'
import { type AddressBar, createUrlSync, type Intent } from './url-sync.ts'
import { wish } from './wish.ts'

/** What the store has to say to a person; turned into words outside. */
export type Notice =
  | { readonly kind: 'ended'; readonly ended: Ended }
  | { readonly kind: 'undo' | 'redo'; readonly path: string; readonly value: ParamValue; readonly scenario: Scenario }
  | { readonly kind: 'opened'; readonly preset: Preset }
  | { readonly kind: 'log'; readonly name: string; readonly device: string }

export interface LabOptions {
  readonly client: SimClient
  /** At least one. */
  readonly presets: readonly Preset[]
  readonly valueOf: (scenario: Scenario, path: string) => ParamValue | null
  readonly codec: LinkCodec
  /** Fetches the recording of a preset; fails with a sentence. */
  readonly fetchRecording?: (file: string) => Promise<Recording>
  /** View ids that the dock can hold. */
  readonly dockViews: readonly string[]
  readonly address: AddressBar
  readonly now: () => number
  readonly animate: (callback: () => void) => void
  readonly afterPaint: (callback: () => void) => void
  readonly say: (notice: Notice) => string
  readonly theme?: Theme
  readonly saveTheme?: (theme: Theme) => void
  readonly stats?: StatsCollector
  /** Frames painted again after the first, so that the browser has compiled the way of a frame before Play is pressed. */
  readonly warmUp?: number
}

/** While a run plays, everything but the map follows this often. */
const WHOLE_EVERY_MS = 125
const DEFAULT_SPEED = 1 / 2000
const MAX_DOCK = 3
/** The view that a kernel log is opened for. */
const LOG_VIEW = 'ddw'

export function createLab(options: LabOptions): Lab {
  const { client, presets, codec, stats } = options
  const first = presets[0]
  if (!first) throw new RangeError('no presets')
  /** The recording that a person opened last: its link means nothing elsewhere, but Back finds it again. */
  let own: Preset | null = null
  const presetOf = (id: string): Preset => presets.find((p) => p.id === id) ?? (own?.id === id ? own : first)
  const speedOf = (id: string): number => presetOf(id).speed ?? DEFAULT_SPEED

  const fetching = createFetching({
    presetOf,
    fetchRecording: options.fetchRecording,
    loading: (name) => set(name === null ? { loading: null } : { loading: name, unreadable: null }),
    failed(unreadable, retriable) {
      // Nothing was open before: a link to a recording that is not there.
      if (!get().ready) openPreset(first.id)
      set({ unreadable, retriable })
    },
  })
  const frames = createFrameHolder()
  let horizonNs = first.horizonNs
  let at: Position = { ns: first.openNs }
  /** Number of the last frame asked for when playing was last switched. */
  let switchedAt = 0
  /** Number of the last frame asked for when a person last did something that a link should remember. */
  let intendedAt = 0
  let asked = 0
  let opened = false
  /** The frame asked for last is a whole one, asked for at `wholeAt`; the next has to be. */
  let whole = true
  let wholeAt = 0
  let wholeDue = true
  let warmUp = options.warmUp ?? 0

  const store = createStore<AppState>(() => initialState(first, DEFAULT_SPEED, options.theme ?? 'system'))
  const get = store.getState
  const set = store.setState

  /** What `here` stands for: so many inputs of a scenario. */
  let shown = { of: first.scenario, count: 0, settled: settledBy(first.scenario) }

  const changes = createChanges({
    now: options.now,
    post: (path, value) => client.input(path, value),
    mark: () => stats?.input() ?? (() => {}),
  })

  const loop = createFrameLoop({
    animate: options.animate,
    afterPaint: options.afterPaint,
    busy: client.busy,
    running: () => {
      const mode = frames.latest()?.status.mode
      return !get().dead && (get().playing || (mode !== undefined && mode !== 'paused'))
    },
    ask: () => {
      asked++
      const now = options.now()
      whole = wholeDue || !get().playing || now - wholeAt >= WHOLE_EVERY_MS
      if (whole) {
        wholeDue = false
        wholeAt = now
      }
      client.requestFrame(wish(get(), whole))
    },
    deliver: () => {
      if (!arrived) return
      frames.put(arrived.frame, arrived.whole)
      if (!arrived.whole) return
      // While a run plays, what is read follows after the paint.
      untold = get().playing
      if (!untold) frames.tell()
    },
    paintBegins: () => stats?.paintBegins(),
    paintEnds: () => stats?.paintEnds(),
    visible: () => {
      const frame = frames.latest()
      if (!frame) return
      stats?.visible(frame.revision)
      if (untold) {
        untold = false
        frames.tell()
      }
      if (warmUp > 0) {
        warmUp--
        wake()
      }
      // A frame asked for before a person acted still tells of before.
      const told = frame.request > intendedAt && frame.status.mode !== 'seeking'
      url.painted(told && changesSettled(), get().playing)
      idle.check()
    },
  })
  /** Those who read have not been told of the newest whole frame yet. */
  let untold = false
  let arrived: { readonly frame: Frame; readonly whole: boolean } | null = null

  function wake() {
    wholeDue = true
    loop.wake()
  }

  const mode = () => frames.latest()?.status.mode
  const idle = createIdle({
    dead: () => get().dead,
    quiet: () => get().ready && get().loading === null && changesSettled() && mode() !== 'seeking' && !untold,
    playing: () => get().playing,
    settled: () => loop.settled() && mode() === 'paused',
    asked: () => asked,
  })

  const url = createUrlSync(options.address, options.now, link, openLink, addressKept)

  /** Told once: whoever has read it knows. */
  let told = false
  function addressKept(kept: boolean) {
    if (kept && get().linkShown === 'unkept') set({ linkShown: null })
    if (kept || told) return
    told = true
    set({ linkShown: 'unkept' })
  }

  client.listen({
    frame(frame) {
      const before = frames.latest()
      arrived = { frame: whole || !before ? frame : completed(frame, before), whole }
      // The map shows a change first, the rest follows at once.
      if (frame.revision !== before?.revision) wholeDue = true
      at = { ns: frame.status.ns, events: frame.status.events }
      if (!get().ready) set({ ready: true })
      showHere(get().scenario, frame.status.inputs)
      // A run that stops by itself says so in its frames too; only those asked for after the last switch count.
      if (get().playing && frame.status.mode === 'paused' && frame.request > switchedAt) set({ playing: false })
      loop.arrived()
    },
    scenario(told, revision) {
      // The worker does not send the recording back.
      const { recording } = get().scenario
      const scenario = recording ? { ...told, recording } : told
      if (opened) changes.confirmed(revision)
      opened = true
      set({ scenario, revision, ...changeState() })
      showHere(scenario, scenario.inputs.length)
      wake()
    },
    stopped(ended) {
      if (ended.kind === 'play') set({ playing: false })
      if (ended.kind === 'play' || ended.kind === 'find' || ended.how !== 'there') {
        const untold = ended.how === 'there' || ended.how === 'stopped'
        set({ ended: untold ? null : ended, announcement: options.say({ kind: 'ended', ended }) })
      }
      wake()
    },
    problem(message) {
      changes.refused()
      set({ failure: message, ...changeState() })
      wake()
    },
    died(message) {
      // Changes that it has not confirmed stay pending: a restart makes them again.
      set({ failure: message, dead: true, silent: false, playing: false })
      idle.check()
    },
    silent: (silent) => set({ silent }),
  })

  function showHere(scenario: Scenario, inputs: number) {
    const count = Math.min(inputs, scenario.inputs.length)
    if (shown.of === scenario && shown.count === count) return
    if (shown.of !== scenario) shown = { of: scenario, count, settled: settledBy(scenario) }
    shown.count = count
    set({ here: shown.settled.at(count) })
  }

  function changeState() {
    return { pending: changes.pending(), canUndo: changes.canUndo(), canRedo: changes.canRedo() }
  }

  function changesSettled() {
    return Object.keys(get().pending).length === 0
  }

  function open(scenario: Scenario, position: Position, view: ViewState, horizon: number) {
    fetching.supersede()
    changes.clear()
    opened = false
    horizonNs = horizon
    at = position
    switchedAt = Number.POSITIVE_INFINITY
    shown = { of: scenario, count: 0, settled: settledBy(scenario) }
    set({
      scenario,
      here: shown.settled.at(0),
      view,
      ready: false,
      playing: false,
      hovered: null,
      pinned: false,
      failure: null,
      ended: null,
      loading: null,
      unreadable: null,
      ...changeState(),
    })
    if (get().dead) {
      set({ dead: false })
      client.restart()
    }
    client.open(scenario, horizonNs, position)
    wake()
  }

  function intend(how: Intent) {
    intendedAt = client.requests()
    url.intend(how)
  }

  function openLink(fragment: string) {
    const link = codec.decodeLink(fragment, options.dockViews, own)
    const preset = presetOf(link.scenario.preset)
    fetching.whenLoaded(link.scenario, (scenario) => {
      open(scenario, link.position, link.view, preset.horizonNs)
      set({ problems: link.problems, fromLog: null, speed: link.speed ?? speedOf(preset.id) })
    })
  }

  function openPreset(id: string) {
    const preset = presetOf(id)
    fetching.whenLoaded(preset.scenario, (scenario) => {
      open(scenario, { ns: preset.openNs }, viewOf(preset), preset.horizonNs)
      set({ problems: [], fromLog: null, speed: speedOf(id), announcement: options.say({ kind: 'opened', preset }) })
      intend('push')
    })
  }

  /** Opens what a device of a kernel log found, with the view that shows it in front. */
  function openLog(fromLog: FromLog) {
    const logged = fromLog.logged[fromLog.at]
    if (!logged) return
    const { scenario, problems } = logged
    const preset = presetOf(scenario.preset)
    const view = viewOf(preset)
    const dock = [LOG_VIEW, ...view.dock.filter((id) => id !== LOG_VIEW)].slice(0, MAX_DOCK)
    open(scenario, { ns: preset.openNs }, { ...view, dock }, preset.horizonNs)
    const announcement = options.say({ kind: 'log', name: fromLog.name, device: logged.device })
    set({ problems, fromLog, speed: speedOf(preset.id), announcement })
    intend('push')
  }

  function link() {
    const { scenario, view, speed } = get()
    return codec.encodeLink({ scenario, position: at, view, ...(speed === speedOf(scenario.preset) ? {} : { speed }) })
  }

  function current(path: string): ParamValue | null {
    return get().pending[path] ?? options.valueOf(get().here, path)
  }

  /** Moves that the worker makes by itself; the page waits for the frame that shows them. */
  function move(how: 'push' | 'replace', go: () => void) {
    if (get().dead) return
    if (get().playing) pause()
    set({ ended: null })
    go()
    intend(how)
    wake()
  }

  function play() {
    if (get().dead) return
    const { speed } = get()
    switchedAt = client.requests()
    client.play(speed)
    // The page has Play itself to show first: figures follow a moment later.
    wholeAt = options.now()
    set({ playing: true, ended: null })
    loop.wake()
  }

  function pause() {
    switchedAt = client.requests()
    client.pause()
    set({ playing: false })
    intend('push')
    wake()
  }

  function change(kind: 'undo' | 'redo') {
    const made = kind === 'undo' ? changes.undo() : changes.redo()
    if (!made) return
    const value = kind === 'undo' ? made.from : made.to
    const announcement = options.say({ kind, path: made.path, value, scenario: get().scenario })
    set({ announcement, ...changeState() })
    intend('push')
    wake()
  }

  const lab: Lab = {
    frames,
    getState: get,
    subscribe: store.subscribe,
    actions: {
      openPreset,
      openLink,
      setParam(path, value) {
        const from = current(path)
        if (from === null || from === value || get().dead) return
        changes.set(path, from, value)
        set({ ended: null, ...changeState() })
        intend('push')
        loop.urge()
      },
      setSeed(seed) {
        const { scenario, view } = get()
        if (scenario.seed === seed) return
        const none: readonly Input[] = []
        open({ ...scenario, seed, inputs: none }, { ns: presetOf(scenario.preset).openNs }, view, horizonNs)
        intend('push')
      },
      undo: () => change('undo'),
      redo: () => change('redo'),
      play,
      pause,
      step: (steps) => move('replace', () => client.step(steps)),
      seek: (ns) => move('push', () => client.seek({ ns: Math.max(0, Math.round(ns)) })),
      find: (what, back) => move('push', () => client.find(what, back)),
      stop: pause,
      reset: () => move('push', () => client.seek({ ns: 0, events: 0 })),
      setSpeed(speed) {
        set({ speed })
        if (get().playing) client.play(speed)
        intend('replace')
      },
      setView(partial) {
        // Numbers of level tables mean nothing in another table.
        const view = { ...get().view, ...('table' in partial ? { levelPath: [] } : {}), ...partial }
        const dock = view.dock.filter((id) => options.dockViews.includes(id)).slice(0, MAX_DOCK)
        set({ view: { ...view, dock } })
        intend('dock' in partial || 'colourBy' in partial || 'table' in partial ? 'push' : 'replace')
        wake()
      },
      hover(entry) {
        if (get().hovered === entry) return
        set({ hovered: entry })
        wake()
      },
      select(entry) {
        set({ view: { ...get().view, selected: entry }, pinned: false })
        intend('replace')
        wake()
      },
      setPinned(pinned) {
        set({ pinned })
        wake()
      },
      isolate: (isolated) => set({ isolated }),
      setTheme(theme) {
        set({ theme })
        options.saveTheme?.(theme)
      },
      setMapColumns(mapColumns, mapMaxRows = get().mapMaxRows) {
        if (mapColumns === get().mapColumns && mapMaxRows === get().mapMaxRows) return
        set({ mapColumns, mapMaxRows })
        wake()
      },
      announce: (announcement) => set({ announcement }),
      dismissProblems: () => set({ problems: [] }),
      dismissFailure: () => set({ failure: null }),
      openFile: (name, load) =>
        fetching.await(name, load, (content) => {
          if ('logged' in content) return openLog({ name, logged: content.logged, at: 0 })
          if ('link' in content) {
            openLink(content.link)
            return intend('push')
          }
          own = presetOfRecording(content)
          openPreset(own.id)
          play()
        }),
      openLogged(at) {
        const { fromLog } = get()
        if (fromLog && fromLog.at !== at) openLog({ ...fromLog, at })
      },
      dismissUnreadable: () => set({ unreadable: null }),
      fetchAgain: fetching.again,
      showLink: (linkShown) => set({ linkShown }),
      link,
      restartWorker() {
        const { scenario, view, pending } = get()
        set({ dead: true })
        open(scenario, at, view, horizonNs)
        for (const [path, value] of Object.entries(pending)) lab.actions.setParam(path, value)
      },
      waitForWorker: client.wait,
    },
    idle() {
      const waited = idle.wait()
      wake()
      return waited
    },
    hash: async () => (await client.hash()).hash,
  }
  return lab
}
