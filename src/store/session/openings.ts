// What can be opened: presets, links, files, the devices of a log. Each becomes a place, which the lab goes to.

import type { LinkCodec } from '../../share/codec.ts'
import { MAX_DOCK, type ViewState, viewOf } from '../../share/view-state.ts'
import {
  FILE_PRESET,
  type Position,
  type Preset,
  presetOfRecording,
  type Recording,
  type Scenario,
} from '../../sim/index.ts'
import type { FromLog, LinkFile, LogFile } from '../file-content.ts'
import type { Notice } from '../notice.ts'
import type { Intent, Walk } from '../url-sync.ts'
import { createFetching } from './fetching.ts'
import type { Act, Place } from './history.ts'
import type { Known } from './known.ts'
import { type SessionState, speedOf } from './state.ts'

/** The view that a kernel log is opened for. */
const LOG_VIEW = 'ddw'

export interface OpeningsHost {
  readonly presets: readonly [Preset, ...Preset[]]
  readonly codec: LinkCodec
  readonly dockViews: readonly string[]
  readonly fetchRecording: ((file: string) => Promise<Recording>) | undefined
  readonly get: () => SessionState
  readonly set: (part: Partial<SessionState>) => void
  readonly known: Known
  /** Whatever is asked for is seen in the lab: what lies over it is closed. */
  readonly uncover: () => void
  /** Goes to a place by an act that undo takes back. */
  readonly open: (place: Place, act: Act) => void
  /** A person opened something that has no link yet. */
  readonly opened: (notice: Notice) => void
  /** The address is that of another run than the one that is open. */
  readonly strayed: (how: Intent) => void
  /** Something was opened that has one. */
  readonly tell: (notice: Notice) => void
  /** Plays from where what was opened last begins. */
  readonly play: () => void
}

export interface Openings {
  /** The preset that a scenario started from, or what a file of a person's own makes of itself. */
  presetOf(scenario: Scenario): Preset
  /** The run stands at a position, and is looked at, as a preset opens. */
  standsAs(preset: Preset, at: Position): boolean
  /** `then`: once it is open. */
  preset(id: string, then?: () => void): void
  /** `walk`: the browser walked to it in its history. */
  link(fragment: string, walk?: Walk): void
  seed(seed: number): void
  file(name: string, load: () => Promise<Recording | LogFile | LinkFile>): void
  /** Another device of the log that is open. */
  logged(at: number): void
  /** Asks again for what could not be fetched; the page by itself only if nobody has acted since. */
  again(byItself: boolean): void
  /** Somebody works on what is open. */
  acted(): void
  /** Something else was opened: what is still being read is kept back. */
  supersede(): void
}

export function createOpenings(host: OpeningsHost): Openings {
  const { presets, codec, get, set, uncover } = host
  const { own, logs, fetched } = host.known
  const [first] = presets
  /** The link that is open but for its recording, which is not at hand. */
  let awaiting: string | null = null

  const fetching = createFetching({
    fetched,
    presetOf: (id) => presets.find((p) => p.id === id) ?? first,
    fetchRecording: host.fetchRecording,
    loading: (name) => set(name === null ? { loading: null } : { loading: name, unreadable: null, explained: null }),
    failed(unreadable, retriable, explained) {
      // Nothing was open before: a link to a recording that is not there.
      if (!get().ready) preset(first.id)
      set({ unreadable, retriable, explained })
      host.strayed('replace')
    },
  })

  function presetOf({ preset, recording }: Scenario): Preset {
    if (preset === FILE_PRESET && recording) return presetOfRecording(recording)
    return presets.find((p) => p.id === preset) ?? first
  }

  /** A preset as it opens, with a scenario that is or began as its own. */
  function begun(preset: Preset, scenario: Scenario): Place {
    return {
      scenario,
      position: { ns: preset.openNs },
      horizonNs: preset.horizonNs,
      view: viewOf(preset),
      speed: speedOf(preset),
      problems: [],
      fromLog: null,
    }
  }

  function openAs(preset: Preset, act: Act, then?: () => void) {
    uncover()
    fetching.whenLoaded(preset.scenario, (scenario) => {
      host.open(begun(preset, scenario), act)
      host.opened({ kind: 'opened', preset })
      then?.()
    })
  }

  function preset(id: string, then?: () => void) {
    const { scenario } = get()
    const again = id === scenario.preset
    const wanted = again ? presetOf(scenario) : (presets.find((p) => p.id === id) ?? first)
    openAs(wanted, again ? { kind: 'values' } : { kind: 'preset', title: wanted.title }, then)
  }

  /** What a device of a kernel log found, with the view that shows it in front. */
  function openLog(fromLog: FromLog, act: Act) {
    const logged = fromLog.logged[fromLog.at]
    if (!logged) return
    const { scenario, problems, device } = logged
    logs.push(fromLog)
    const place = begun(presetOf(scenario), scenario)
    const dock = [LOG_VIEW, ...place.view.dock.filter((id) => id !== LOG_VIEW)].slice(0, MAX_DOCK)
    host.open({ ...place, view: { ...place.view, dock }, problems, fromLog }, act)
    host.opened({ kind: 'log', name: fromLog.name, device })
  }

  /** The log, and the device of it, that a scenario began as: a link says as much of it as of any. */
  function logOf(scenario: Scenario): FromLog | null {
    const said = (s: Scenario) =>
      codec.encodeLink({ scenario: { ...s, inputs: [] }, position: { ns: 0 }, view: viewOf(presetOf(s)) })
    const known = logs.findLast(({ logged, at }) => logged[at] && said(logged[at].scenario) === said(scenario))
    return known ?? null
  }

  function openLink(fragment: string, act: Act) {
    const { scenario, position, view, speed, problems } = codec.decodeLink(fragment, host.dockViews, own)
    const preset = presetOf(scenario)
    uncover()
    // What the page opens on needs no announcement.
    const later = get().ready
    fetching.whenLoaded(scenario, (loaded, late) => {
      const fromLog = logOf(scenario)
      const own = fromLog?.logged[fromLog.at]?.problems ?? []
      const place = { ...begun(preset, loaded), position, view, problems: [...problems, ...own], fromLog }
      host.open(speed === null ? place : { ...place, speed }, act)
      awaiting = problems.some(({ field }) => field === 'file') ? fragment : null
      if (act.kind === 'file') host.opened({ kind: 'opened', preset })
      // The address was set back when it did not come.
      else if (late) host.strayed('push')
      if (later && act.kind !== 'file') host.tell({ kind: 'opened', preset })
    })
  }

  return {
    presetOf,
    standsAs(preset, { ns }) {
      const { ready, scenario, view, speed } = get()
      const position = { ns: preset.openNs }
      const said = (of: Scenario, seen: ViewState) => codec.encodeLink({ scenario: of, position, view: seen })
      const same = () => said(scenario, view) === said(preset.scenario, viewOf(preset))
      return ready && speed === speedOf(preset) && ns === preset.openNs && same()
    },
    preset,
    link: (fragment, walk) => openLink(fragment, { kind: walk ?? 'link' }),
    seed(seed) {
      const { scenario, view, speed, fromLog } = get()
      if (scenario.seed === seed) return
      const again = { ...scenario, seed, inputs: [] }
      host.open({ ...begun(presetOf(scenario), again), view, speed, fromLog }, { kind: 'seed', seed })
      host.opened({ kind: 'seed' })
    },
    file(name, load) {
      uncover()
      fetching.await(name, load, (content) => {
        const act: Act = { kind: 'file', name }
        if ('logged' in content) return openLog({ name, logged: content.logged, at: 0 }, act)
        if ('link' in content) return openLink(content.link, act)
        const preset = presetOfRecording(content)
        own.push(preset)
        const link = awaiting
        const meant = link !== null && codec.decodeLink(link, host.dockViews, own).scenario.recording === content
        if (meant) return openLink(link, act)
        openAs(preset, act)
        host.play()
      })
    },
    logged(at) {
      const { fromLog } = get()
      const name = fromLog?.logged[at]?.device
      if (fromLog && name !== undefined && fromLog.at !== at) openLog({ ...fromLog, at }, { kind: 'device', name })
    },
    again: (byItself) => (byItself ? fetching.againByItself : fetching.again)(),
    acted: fetching.acted,
    supersede() {
      awaiting = null
      fetching.supersede()
    },
  }
}
