// The lab: one store for what the page knows, one loop for frames, and the actions that join them to the worker.

import { createStore } from 'zustand/vanilla'
import { type Frame, type HappeningId, type ParamValue, subjectOf } from '../sim/index.ts'
import type { Goal } from '../worker/protocol.ts'
import { createActs } from './acts.ts'
import { createComparing } from './comparing.ts'
import { createEntering } from './entering.ts'
import { completed, createFrameHolder } from './frames.ts'
import type { Act, Place } from './history.ts'
import { createIdle } from './idle.ts'
import { initialState, speedOf } from './initial.ts'
import { createLooking } from './looking.ts'
import { createFrameLoop } from './loop.ts'
import { createOpenings } from './openings.ts'
import type { LabOptions } from './options.ts'
import { createStanding } from './standing.ts'
import type { AppState, Lab, Notice } from './state.ts'
import { createUrlSync, type Intent } from './url-sync.ts'
import { createWatching } from './watching.ts'
import { wish } from './wish.ts'

/** While a run plays, everything but the map follows this often. */
const WHOLE_EVERY_MS = 125

export function createLab(options: LabOptions): Lab {
  const { client, codec, stats } = options
  const [first, ...others] = options.presets
  if (!first) throw new RangeError('no presets')
  const frames = createFrameHolder()
  /** Number of the last frame asked for when playing was last switched. */
  let switchedAt = 0
  /** Number of the last frame asked for when a person last did something that a link should remember. */
  let intendedAt = 0
  let asked = 0
  /** The frame asked for last is a whole one, asked for at `wholeAt`; the next has to be. */
  let whole = true
  let wholeAt = 0
  let wholeDue = true
  let warmUp = options.warmUp ?? 0

  const store = createStore<AppState>(() => initialState(first, options.theme ?? 'system'))
  const get = store.getState
  const set = store.setState

  const standing = createStanding(
    { get, set, requests: client.requests },
    { position: { ns: first.openNs }, horizonNs: first.horizonNs },
  )
  const { place, send } = standing

  const stepTo = (steps: number) => send(standing.at(), () => client.step(steps))

  const watching = createWatching({
    get,
    set,
    say: options.say,
    still: options.still ?? (() => false),
    play,
    find: (what) => find(what, false),
    step: () => move('replace', () => stepTo(1)),
    pass() {
      stepTo(1)
      wake()
    },
    seen: () => intend('push'),
  })

  const acts = createActs({
    client,
    now: options.now,
    mark: () => stats?.input() ?? (() => {}),
    get,
    current,
    place,
    goTo(act, to) {
      // Another worker begins there.
      if (get().dead) open(act.kind === 'change' ? { ...place(), scenario: to.scenario } : to, null)
      else if (act.kind === 'change')
        send({ ns: standing.position().ns }, () => client.replaceInputs(to.scenario.inputs))
      else if (act.kind === 'home') {
        if (get().playing) pause()
        send(to.position, client.seek)
      } else open(to, null)
    },
    changed() {
      // The page had it stand, so that it could be told of: now it goes on.
      const goesOn = get().told !== null && !options.still?.()
      set({ ...watching.anew(), ...acts.state() })
      intend('push')
      loop.urge()
      if (goesOn) play()
    },
    walked(kind, act) {
      set({ ...watching.anew(), announcement: options.say({ kind, act }), ...acts.state() })
      intend('push')
      wake()
    },
  })

  const comparing = createComparing({ get, set, valueOf: options.valueOf })

  const tell = (notice: Notice) => set({ announcement: options.say(notice) })

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
      url.painted(told && acts.settled(), get().playing)
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
    quiet: () => get().ready && get().loading === null && acts.settled() && mode() !== 'seeking' && !untold,
    playing: () => get().playing,
    settled: () => loop.settled() && mode() === 'paused',
    asked: () => asked,
  })

  /** The run that is opened is the one that stood here. */
  let again = false
  const entering = createEntering({
    ...{ client, get, set, acts, standing },
    begins(to) {
      openings.supersede()
      if (!again) comparing.begins()
      switchedAt = Number.POSITIVE_INFINITY
      const { position, scenario } = to
      const left = watching.anew()
      watching.opened(position.events === undefined && position.ns === openings.presetOf(scenario).openNs)
      return left
    },
  })

  const openings = createOpenings({
    presets: [first, ...others],
    codec,
    dockViews: options.dockViews,
    fetchRecording: options.fetchRecording,
    get,
    set,
    open,
    opened(notice) {
      tell(notice)
      intend('push')
    },
    strayed,
    tell,
    play: () => watching.whenThere(() => play()),
  })

  const url = createUrlSync(options.address, options.now, link, openings.link, addressKept)

  /** Told once: whoever has read it knows. */
  let unkeptTold = false
  function addressKept(kept: boolean) {
    if (kept && get().linkShown === 'unkept') set({ linkShown: null })
    if (kept || unkeptTold) return
    unkeptTold = true
    set({ linkShown: 'unkept' })
  }

  client.listen({
    frame(frame) {
      const before = frames.latest()
      arrived = { frame: whole || !before ? frame : completed(frame, before), whole }
      // The map shows a change first, the rest follows at once.
      if (frame.revision !== before?.revision) wholeDue = true
      standing.came(frame)
      entering.shown()
      if (!get().ready) set({ ready: true })
      standing.show(get().scenario, frame.status.inputs)
      comparing.came(frame)
      // A run that stops by itself says so in its frames too; only those asked for after the last switch count.
      if (get().playing && frame.status.mode === 'paused' && frame.request > switchedAt) set({ playing: false })
      loop.arrived()
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
        client.replaceInputs(get().scenario.inputs)
        send(standing.at(), client.seek)
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
    silent: (silent) => set({ silent }),
  })

  /** Goes to another run. With an act, undo leads back. */
  function open(to: Place, act: Act | null) {
    entering.open(to, act)
    wake()
  }

  /** The address is not that of the run that is open, and nobody has done anything to that. */
  function strayed(how: Intent) {
    intendedAt = client.requests()
    url.intend(how)
    wake()
  }

  function intend(how: Intent) {
    openings.acted()
    intendedAt = client.requests()
    url.intend(how)
  }

  function link() {
    const { scenario, view, speed } = get()
    const usual = speedOf(openings.presetOf(scenario))
    return codec.encodeLink({ scenario, position: standing.position(), view, ...(speed === usual ? {} : { speed }) })
  }

  function current(path: string): ParamValue | null {
    return get().pending[path] ?? options.valueOf(get().here, path)
  }

  /** Moves that the worker makes by itself; the page waits for the frame that shows them. */
  function move(how: 'push' | 'replace', go: () => void) {
    if (get().dead) return
    if (get().playing) pause()
    watching.sent()
    set(watching.anew())
    go()
    intend(how)
    wake()
  }

  function play(to?: HappeningId) {
    if (get().dead) return
    openings.acted()
    const { speed } = get()
    switchedAt = client.requests()
    standing.stays()
    client.play(speed, goal(to ?? null))
    // The page has Play itself to show first: figures follow a moment later.
    wholeAt = options.now()
    set({ playing: true, ...watching.anew(), watching: to ?? null })
    loop.wake()
  }

  /** It is watched for as long as the picture of the preset is from here on: what never comes ends, too. */
  function goal(what: HappeningId | null): Goal | undefined {
    const { position, horizonNs } = place()
    return what === null ? undefined : { what, untilNs: position.ns + horizonNs }
  }

  function find(what: HappeningId, back: boolean) {
    move('push', () => send(standing.at(), () => client.find(what, back)))
  }

  function pause() {
    switchedAt = client.requests()
    standing.stays()
    client.pause()
    watching.pause()
    set({ playing: false })
    intend('push')
    wake()
  }

  const lab: Lab = {
    frames,
    getState: get,
    subscribe: store.subscribe,
    actions: {
      ...createLooking({ get, set, dockViews: options.dockViews, saveTheme: options.saveTheme, intend, wake }),
      openPreset: (id) => openings.preset(id),
      openLink: (fragment) => openings.link(fragment),
      setParam: acts.change,
      setSeed: openings.seed,
      undo: () => acts.walk('undo'),
      redo: () => acts.walk('redo'),
      play: watching.play,
      playTo: watching.playTo,
      watch(id = first.id) {
        const preset = options.presets.find((p) => p.id === id) ?? first
        const begin = () => watching.playTo(subjectOf(preset.scenario))
        set({ over: null })
        if (openings.standsAs(preset, standing.position())) return begin()
        openings.preset(preset.id, () => watching.whenThere(begin))
      },
      pause,
      step: (steps) => move('replace', () => stepTo(steps)),
      skip: watching.skip,
      seek: (ns) => move('push', () => send({ ns: Math.max(0, Math.round(ns)) }, client.seek)),
      find,
      stop: pause,
      reset() {
        if (get().dead) return
        const from = place()
        if (from.position.ns > 0 || from.position.events) acts.did({ kind: 'home' }, from)
        set(acts.state())
        move('push', () => send({ ns: 0, events: 0 }, client.seek))
      },
      setSpeed(speed) {
        set({ speed })
        if (get().playing) client.play(speed, goal(get().watching))
        intend('replace')
      },
      openFile: openings.file,
      openLogged: openings.logged,
      fetchAgain: (byItself = false) => openings.again(byItself),
      link,
      restartWorker() {
        const to = place()
        set({ dead: true })
        again = true
        open(to, null)
        again = false
      },
      waitForWorker: client.wait,
    },
    idle() {
      const waited = idle.wait()
      wake()
      // Nothing will come of a worker that is gone.
      if (get().dead) idle.check()
      return waited
    },
    hash: async () => (await client.hash()).hash,
  }
  return lab
}
