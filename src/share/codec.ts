// A scenario, where it stands and how it is looked at, as a readable URL fragment and back:
//   #v=1&s=frames-64k&d0.iommuPage=4k&seed=0x5eed&in=2000000.1234~m.cpus~8&at=5000000.9876&colour=cpu
// Whatever equals the preset is left out. Reading never throws: what cannot be used is reported, the rest counts.

import {
  allowedText,
  FILE_PRESET,
  type Field,
  formatParam,
  type Input,
  type ParamValue,
  type Preset,
  type Problem,
  parseParam,
  presetOfRecording,
  type Scenario,
} from '../sim/index.ts'
import {
  defaultView,
  encodePosition,
  type LinkPosition,
  type LinkView,
  Problems,
  parsePosition,
  readPosition,
  readSeed,
  readSpeed,
  readVersion,
  readView,
  type Speed,
  splitPairs,
  viewPairs,
} from './link-text.ts'
import { LINK_VERSION } from './versions.ts'

export interface Link {
  readonly scenario: Scenario
  readonly position: LinkPosition
  readonly view: LinkView
  readonly speed: Speed
}

export interface DecodedLink extends Link {
  readonly problems: readonly Problem[]
}

/** What the codec must know of the simulation; given in, so that a test can bring a small one. */
export interface LinkWorld {
  /** At least one; the first is the one that an empty link opens. */
  readonly presets: readonly Preset[]
  /** Every settable value of the scenario, inputs taken into account. */
  readonly fieldsOf: (scenario: Scenario) => readonly Field[]
  /** The scenario with another initial value for the field at `path`. */
  readonly withValue: (scenario: Scenario, path: string, value: ParamValue) => Scenario
}

export interface LinkCodec {
  /** The fragment with its leading `#`. Throws RangeError when the scenario's preset is unknown. */
  encodeLink(link: Omit<Link, 'speed'> & { readonly speed?: Link['speed'] }): string
  /** Reads a fragment with or without `#`, or a whole URL. `dockViews`: the view ids that exist; any, if not given.
   *  `own`: the recording of a person that is at hand, which no link carries. */
  decodeLink(text: string, dockViews?: readonly string[], own?: Preset | null): DecodedLink
}

const MAX_INPUTS = 4096

export function linkCodec(world: LinkWorld): LinkCodec {
  const { presets, fieldsOf, withValue } = world

  function encodeLink({ scenario, position, view, speed = null }: Parameters<LinkCodec['encodeLink']>[0]): string {
    const { recording } = scenario
    const own = recording && scenario.preset === FILE_PRESET ? presetOfRecording(recording) : undefined
    const preset = own ?? presets.find((p) => p.id === scenario.preset)
    if (!preset) throw new RangeError(`no preset ${scenario.preset}`)
    const pairs: [string, string][] = [
      ['v', String(LINK_VERSION)],
      ['s', preset.id],
      ...(own ? [['file', fileKey(own.title)] as [string, string]] : []),
      ...settingPairs(scenario, preset.scenario),
    ]
    if (scenario.seed !== preset.scenario.seed) pairs.push(['seed', `0x${scenario.seed.toString(16)}`])
    if (scenario.inputs.length > 0) pairs.push(['in', encodeInputs(scenario)])
    if (position.events !== undefined || position.ns !== preset.openNs) pairs.push(['at', encodePosition(position)])
    pairs.push(...viewPairs(view, defaultView(preset)))
    if (speed !== null) pairs.push(['speed', String(speed)])
    return `#${pairs.map((pair) => pair.join('=')).join('&')}`
  }

  /** Keys in the order in which they must be set: a field may exist only because of another one's value. */
  function settingPairs(scenario: Scenario, preset: Scenario): [string, string][] {
    const pairs: [string, string][] = []
    let reached: Scenario = { ...preset, inputs: [] }
    const written = new Set<string>()
    for (let changed = true; changed; ) {
      changed = false
      const now = new Map(fieldsOf(reached).map((field) => [field.path, field.value]))
      for (const { path, param, value } of fieldsOf({ ...scenario, inputs: [] })) {
        if (written.has(path) || !now.has(path) || now.get(path) === value) continue
        pairs.push([path, formatParam(param, value)])
        written.add(path)
        reached = withValue(reached, path, value)
        changed = true
      }
    }
    return pairs
  }

  function encodeInputs(scenario: Scenario): string {
    let now: Scenario = { ...scenario, inputs: [] }
    const parts = scenario.inputs.map((input) => {
      const field = fieldsOf(now).find((f) => f.path === input.path)
      now = field ? withValue(now, input.path, input.value) : now
      const value = field ? formatParam(field.param, input.value) : String(input.value)
      return `${encodePosition(input)}~${input.path}~${value}`
    })
    return parts.join('~')
  }

  function decodeLink(text: string, dockViews?: readonly string[], own: Preset | null = null): DecodedLink {
    const problems = new Problems()
    const raw = readVersion(splitPairs(text, problems), problems)
    const values = new Map<string, string>()
    for (const [key, value] of raw) {
      if (values.has(key)) problems.add(key, value, 'one value: the first one counts')
      else values.set(key, value)
    }
    const take = (key: string): string | undefined => {
      const value = values.get(key)
      values.delete(key)
      return value
    }

    const id = take('s')
    const file = take('file')
    const isOwn = id === FILE_PRESET && own !== null && file === fileKey(own.title)
    const preset = isOwn ? own : (presets.find((p) => p.id === id) ?? presets[0])
    if (!preset) throw new RangeError('no presets')
    if (id === FILE_PRESET && !isOwn) {
      problems.add('file', file ?? '', NOT_IN_LINK)
      const position = { ns: preset.openNs }
      return { scenario: preset.scenario, position, view: defaultView(preset), speed: null, problems: problems.list() }
    }
    if (id !== undefined && id !== preset.id) problems.add('s', id, presets.map((p) => p.id).join(', '))

    const position = readPosition(take('at'), problems) ?? { ns: preset.openNs }
    const view = readView(take, preset, dockViews, problems)
    const speed = readSpeed(take('speed'), problems)
    const seed = readSeed(take('seed'), problems) ?? preset.scenario.seed
    const inputs = take('in')
    const settled = readSettings({ ...preset.scenario, seed, inputs: [] }, values, problems)
    // A preset may come with inputs of its own; a link that says nothing of inputs keeps them.
    const list = inputs === undefined ? preset.scenario.inputs : readInputs(settled, inputs, problems)
    return { scenario: { ...settled, inputs: list }, position, view, speed, problems: problems.list() }
  }

  /** Sets every value that the scenario has a field for, then takes back what the combination refuses. */
  function readSettings(start: Scenario, values: Map<string, string>, problems: Problems): Scenario {
    const before = new Map<string, ParamValue>()
    let scenario = start
    for (let progress = true; progress && values.size > 0; ) {
      progress = false
      for (const { path, param, value } of fieldsOf(scenario)) {
        const text = values.get(path)
        const wanted = text === undefined ? null : parseParam(param, text)
        // What is not allowed may be once another field has its value: the platform comes after fields that it governs.
        if (wanted === null) continue
        values.delete(path)
        progress = true
        before.set(path, value)
        scenario = withValue(scenario, path, wanted)
        break
      }
    }
    for (const { path, param } of fieldsOf(scenario)) {
      const text = values.get(path)
      if (text === undefined) continue
      values.delete(path)
      problems.add(path, text, allowedText(param))
    }
    const known = fieldsOf(scenario).map((field) => field.path)
    for (const [key, value] of values) problems.add(key, value, keysNear(key, known))

    // Each round takes back one value, so there are at most as many rounds as values.
    for (let left = before.size; left > 0; left--) {
      const bad = fieldsOf(scenario).find((f) => before.has(f.path) && reasonAgainst(f, f.value) !== null)
      if (!bad) break
      problems.add(bad.path, formatParam(bad.param, bad.value), reasonAgainst(bad, bad.value) ?? '')
      scenario = withValue(scenario, bad.path, before.get(bad.path) ?? bad.param.default)
      before.delete(bad.path)
    }
    return scenario
  }

  function readInputs(start: Scenario, text: string, problems: Problems): readonly Input[] {
    const parts = text === '' ? [] : text.split('~')
    const inputs: Input[] = []
    let scenario = start
    for (let i = 0; i < parts.length; i += 3) {
      const [at = '', path = '', given = ''] = parts.slice(i, i + 3)
      const shown = [at, path, given].join('~')
      if (inputs.length === MAX_INPUTS) {
        problems.add('in', `${Math.ceil(parts.length / 3)} changes`, `at most ${MAX_INPUTS}`)
        break
      }
      const position = parsePosition(at)
      if (!position || position.events === undefined) {
        // Without its beginning there is no telling where the next change begins.
        problems.add('in', shown, '<ns>.<events>~<key>~<value>; this change and those after it are left out')
        break
      }
      const last = inputs.at(-1)
      if (last && (position.events < last.events || position.ns < last.ns)) {
        problems.add('in', shown, 'changes in the order of their times')
        continue
      }
      const fields = fieldsOf(scenario)
      const field = fields.find((f) => f.path === path)
      const value = field ? parseParam(field.param, given) : null
      if (!field || value === null) {
        const known = fields.map((f) => f.path)
        problems.add('in', shown, field ? allowedText(field.param) : keysNear(path, known))
        continue
      }
      const reason = reasonAgainst(field, value)
      if (reason !== null) {
        problems.add('in', shown, reason)
        continue
      }
      inputs.push({ ns: position.ns, events: position.events, path, value })
      scenario = withValue(scenario, path, value)
    }
    return inputs
  }

  return { encodeLink, decodeLink }
}

/** A file's name with what a link can carry. */
function fileKey(name: string): string {
  return name.slice(0, 80).replace(/[^A-Za-z0-9_.~-]/g, '_')
}

const NOT_IN_LINK = 'a recording is not in its link; open the file itself, with the preset menu or by dropping it here'

/** Why a field's value cannot stand beside the other settings, or null. */
function reasonAgainst(field: Field, value: ParamValue): string | null {
  const key = formatParam(field.param, value)
  return Object.hasOwn(field.refused, key) ? (field.refused[key] ?? null) : null
}

/** The keys a person may have meant: those of the same namespace, or those that stand alone. */
function keysNear(key: string, known: readonly string[]): string {
  const namespace = key.split('.')[0]
  const near = known.filter((path) => path.split('.')[0] === namespace)
  return near.length > 0
    ? near.join(', ')
    : 's, seed, in, at, table, zoom, colour, breaks, dock, sel, bt, ba, q, off, speed'
}
