// A scenario, where it stands and how it is looked at, as a readable URL fragment and back:
//   #v=1&s=frames-64k&d0.iommuPage=4k&seed=0x5eed&in=2000000.1234~m.cpus~8&at=5000000.9876&colour=cpu
// Whatever equals the preset is left out. Reading never throws: what cannot be used is reported, the rest counts.

import {
  FILE_PRESET,
  formatParam,
  type Input,
  MAX_INPUTS,
  type Position,
  type Preset,
  type Problem,
  parseParam,
  presetOfRecording,
  type Scenario,
  type Speed,
  saidOtherwise,
} from '../sim/index.ts'
import { DRIVER_ALLOWED, isDriver, withDriver } from './device-name.ts'
import { fileKey, fileOf } from './file-key.ts'
import {
  encodePosition,
  encodeWords,
  Problems,
  parsePosition,
  readPosition,
  readSeed,
  readSpeed,
  readVersion,
  readView,
  readWords,
  splitPairs,
  viewPairs,
} from './link-text.ts'
import { type GivenInput, readInputs, readSettings, type SettingsWorld } from './settle.ts'
import { LINK_VERSION } from './versions.ts'
import { type ViewState, viewOf } from './view-state.ts'

export interface Link {
  readonly scenario: Scenario
  readonly position: Position
  readonly view: ViewState
  /** Null = the page's own choice. */
  readonly speed: Speed | null
}

export interface DecodedLink extends Link {
  readonly problems: readonly Problem[]
}

/** What the codec must know of the simulation; given in, so that a test can bring a small one. */
export interface LinkWorld extends SettingsWorld {
  /** At least one; the first is the one that an empty link opens. */
  readonly presets: readonly Preset[]
}

export interface LinkCodec {
  /** The fragment with its leading `#`. Throws RangeError when the scenario's preset is unknown. */
  encodeLink(link: Omit<Link, 'speed'> & { readonly speed?: Link['speed'] }): string
  /** Reads a fragment with or without `#`, or a whole URL. `dockViews`: the view ids that exist; any, if not given.
   *  `own`: the recordings of a person that are at hand, which no link carries. */
  decodeLink(text: string, dockViews?: readonly string[], own?: readonly Preset[]): DecodedLink
}

export function linkCodec(world: LinkWorld): LinkCodec {
  const { presets, fieldAt, withValue } = world
  const written = new WeakMap<Scenario, readonly [string, string][]>()

  function encodeLink({ scenario, position, view, speed = null }: Parameters<LinkCodec['encodeLink']>[0]): string {
    const { recording } = scenario
    const own = recording && scenario.preset === FILE_PRESET ? presetOfRecording(recording) : undefined
    const preset = own ?? presets.find((p) => p.id === scenario.preset)
    if (!preset) throw new RangeError(`no preset ${scenario.preset}`)
    const pairs: [string, string][] = [
      ['v', String(LINK_VERSION)],
      ['s', preset.id],
      ...(own && recording ? [['file', fileKey(recording)] as [string, string]] : []),
      ...pairsOf(scenario, preset.scenario),
    ]
    if (position.events !== undefined || position.ns !== preset.openNs) pairs.push(['at', encodePosition(position)])
    pairs.push(...viewPairs(view, viewOf(preset)))
    if (speed !== null) pairs.push(['speed', String(speed)])
    return `#${pairs.map((pair) => pair.join('=')).join('&')}`
  }

  /** What of a link the scenario makes. While a run plays, its link is written again and again and the scenario is the same. */
  function pairsOf(scenario: Scenario, preset: Scenario): readonly [string, string][] {
    const known = written.get(scenario)
    if (known) return known
    const pairs: [string, string][] = []
    const driver = scenario.devices[0]?.driver
    if (driver !== undefined && driver !== preset.devices[0]?.driver) pairs.push(['driver', encodeWords(driver)])
    for (const { path, param, value } of saidOtherwise(scenario, preset, world))
      pairs.push([path, formatParam(param, value)])
    if (scenario.seed !== preset.seed) pairs.push(['seed', `0x${scenario.seed.toString(16)}`])
    // Without the key the changes are those of the preset.
    if (scenario.inputs.length + preset.inputs.length > 0) pairs.push(['in', encodeInputs(scenario)])
    written.set(scenario, pairs)
    return pairs
  }

  function encodeInputs(scenario: Scenario): string {
    let now: Scenario = { ...scenario, inputs: [] }
    const parts = scenario.inputs.map((input) => {
      const field = fieldAt(now, input.path)
      now = field ? withValue(now, input.path, input.value) : now
      const value = field ? formatParam(field.param, input.value) : String(input.value)
      return `${encodePosition(input)}~${input.path}~${value}`
    })
    return parts.join('~')
  }

  function decodeLink(text: string, dockViews?: readonly string[], own: readonly Preset[] = []): DecodedLink {
    const problems = new Problems()
    const raw = readVersion(splitPairs(text, problems), problems)
    const values = new Map<string, string>()
    for (const [key, value] of raw) {
      if (values.has(key)) problems.again(key, value)
      else values.set(key, value)
    }
    const take = (key: string): string | undefined => {
      const value = values.get(key)
      values.delete(key)
      return value
    }

    const id = take('s')
    const file = take('file')
    const mine = id === FILE_PRESET && file !== undefined ? fileOf(own, file) : null
    const preset = mine ?? presets.find((p) => p.id === id) ?? presets[0]
    if (!preset) throw new RangeError('no presets')
    if (id === FILE_PRESET && !mine) {
      problems.add('file', file ?? '', NOT_IN_LINK)
      const position = { ns: preset.openNs }
      return { scenario: preset.scenario, position, view: viewOf(preset), speed: null, problems: problems.list() }
    }
    if (id !== undefined && id !== preset.id) problems.add('s', id, presets.map((p) => p.id).join(', '))

    const position = readPosition(take('at'), problems) ?? { ns: preset.openNs }
    const view = readView(take, preset, dockViews, problems)
    const speed = readSpeed(take('speed'), problems)
    const seed = readSeed(take('seed'), problems) ?? preset.scenario.seed
    const inputs = take('in')
    const named = readDriver(take('driver'), preset.scenario, problems)
    const settled = readSettings(world, { ...named, seed, inputs: [] }, values, {
      meaning: parseParam,
      tell: (field, text, allowed) => problems.add(field, text, allowed),
    })
    // A preset may come with inputs of its own; a link that says nothing of inputs keeps them.
    const list = inputs === undefined ? preset.scenario.inputs : readChanges(settled, inputs, problems)
    return { scenario: { ...settled, inputs: list }, position, view, speed, problems: problems.list() }
  }

  function readDriver(text: string | undefined, scenario: Scenario, problems: Problems): Scenario {
    const driver = text === undefined ? null : readWords(text)
    if (driver === null || isDriver(driver)) return driver === null ? scenario : withDriver(scenario, driver)
    problems.add('driver', driver, DRIVER_ALLOWED)
    return scenario
  }

  function readChanges(start: Scenario, text: string, problems: Problems): readonly Input[] {
    const parts = text === '' ? [] : text.split('~')
    const given: (GivenInput<string> & { readonly shown: string })[] = []
    for (let i = 0; i < parts.length; i += 3) {
      const [at = '', path = '', value = ''] = parts.slice(i, i + 3)
      const shown = [at, path, value].join('~')
      if (given.length === MAX_INPUTS) {
        problems.add('in', `${Math.ceil(parts.length / 3)} changes`, `at most ${MAX_INPUTS}`)
        break
      }
      const position = parsePosition(at)
      if (!position || position.events === undefined) {
        // Without its beginning there is no telling where the next change begins.
        problems.add('in', shown, '<ns>.<events>~<key>~<value>; this change and those after it are left out')
        break
      }
      given.push({ ns: position.ns, events: position.events, path, value, shown })
    }
    return readInputs(world, start, given, parseParam, ({ shown }, allowed) => problems.add('in', shown, allowed))
  }

  return { encodeLink, decodeLink }
}

const NOT_IN_LINK = 'a recording is not in its link; open the file itself, with the preset menu or by dropping it here'
