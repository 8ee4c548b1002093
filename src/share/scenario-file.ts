// A scenario as JSON, from a file: the shape of `Scenario`, where whatever equals the preset may be left out. Values are
// plain, as the simulation holds them, or the keys that a link would carry.

import * as v from 'valibot'
import {
  fieldAt,
  fieldsOf,
  formatParam,
  isAllowed,
  MAX_INPUTS,
  type Param,
  type ParamValue,
  type Preset,
  type Problem,
  parseParam,
  type Scenario,
  type Settings,
  withValue,
} from '../sim/index.ts'
import { DRIVER_ALLOWED, isDriver, withDriver } from './device-name.ts'
import { readInputs, readSettings, type SettingsWorld } from './settle.ts'

const Value = v.union([v.number(), v.string()])
const SettingsFile = v.record(v.string(), Value)
const Part = v.object({ id: v.string(), driver: v.optional(v.string()), settings: v.optional(SettingsFile, {}) })
const Moment = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const ScenarioFile = v.object({
  preset: v.string(),
  seed: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff))),
  machine: v.optional(SettingsFile, {}),
  devices: v.optional(v.array(Part), []),
  workloads: v.optional(v.array(Part), []),
  inputs: v.optional(v.array(v.object({ ns: Moment, events: Moment, path: v.string(), value: Value })), []),
})

const world: SettingsWorld = { fieldsOf, fieldAt, withValue }

/** The value that a file means, or null when the parameter does not allow it. */
function meaning(param: Param, given: ParamValue): ParamValue | null {
  return parseParam(param, isAllowed(param, given) ? formatParam(param, given) : String(given))
}

/**
 * The scenario that parsed JSON describes, over the presets. What cannot be used is a problem, and the rest is kept;
 * null when the JSON has not the shape of a scenario at all.
 */
export function readScenarioFile(
  json: unknown,
  presets: readonly Preset[],
): { readonly scenario: Scenario | null; readonly problems: readonly Problem[] } {
  const read = v.safeParse(ScenarioFile, json)
  if (!read.success) {
    const problems = read.issues.map((issue): Problem => {
      const field = issue.path?.map((part) => String(part.key)).join('.') ?? 'scenario'
      // Of a part that is not there, the library expects its name.
      if (issue.received === 'undefined') return { field, given: 'nothing', allowed: 'a value, which no preset has' }
      return { field, given: issue.received, allowed: issue.expected ?? 'a scenario' }
    })
    return { scenario: null, problems }
  }
  const file = read.output
  const preset = presets.find((p) => p.id === file.preset)
  if (!preset) {
    const allowed = presets.map((p) => p.id).join(', ')
    return { scenario: null, problems: [{ field: 'preset', given: file.preset, allowed }] }
  }

  const problems: Problem[] = []
  const driver = file.devices.find(({ id }) => id === preset.scenario.devices[0]?.id)?.driver
  const named = driver !== undefined && isDriver(driver) ? withDriver(preset.scenario, driver) : preset.scenario
  const start: Scenario = { ...named, seed: file.seed ?? preset.scenario.seed, inputs: [] }
  const wanted = new Map<string, ParamValue>()
  const want = (scope: string, settings: Settings, said: Settings = {}): void => {
    for (const [name, value] of Object.entries(settings)) {
      // What equals the preset may be left out or not, be there a field for it now or not.
      if (!Object.hasOwn(said, name) || said[name] !== value) wanted.set(`${scope}.${name}`, value)
    }
  }
  want('m', file.machine, start.machine)
  for (const { id, settings } of [...file.devices, ...file.workloads]) {
    want(id, settings, [...start.devices, ...start.workloads].find((part) => part.id === id)?.settings)
  }
  const tell = (field: string, given: unknown, allowed: string): void => {
    problems.push({ field, given: String(given), allowed })
  }
  if (driver !== undefined && !isDriver(driver)) tell('driver', driver, DRIVER_ALLOWED)
  const scenario = readSettings(world, start, wanted, { meaning, tell })
  const given = file.inputs.slice(0, MAX_INPUTS)
  if (given.length < file.inputs.length) tell('inputs', `${file.inputs.length} changes`, `at most ${MAX_INPUTS}`)
  const inputs = readInputs(world, scenario, given, meaning, ({ ns, events, path, value }, allowed) =>
    tell('inputs', `${ns}.${events}~${path}~${value}`, allowed),
  )
  return { scenario: { ...scenario, inputs }, problems }
}
