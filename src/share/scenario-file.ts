// A scenario as JSON, from a file: the shape of `Scenario`, where whatever equals the preset may be left out. Values are
// plain, as the simulation holds them, or the keys that a link would carry.

import * as v from 'valibot'
import {
  allowedText,
  fieldsOf,
  type Input,
  isAllowed,
  type Param,
  type ParamValue,
  type Preset,
  type Problem,
  parseParam,
  type Scenario,
  type Settings,
  withValue,
} from '../sim/index.ts'

const Value = v.union([v.number(), v.string()])
const SettingsFile = v.record(v.string(), Value)
const Part = v.object({ id: v.string(), settings: v.optional(SettingsFile, {}) })
const Moment = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const ScenarioFile = v.object({
  preset: v.string(),
  seed: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff))),
  machine: v.optional(SettingsFile, {}),
  devices: v.optional(v.array(Part), []),
  workloads: v.optional(v.array(Part), []),
  inputs: v.optional(v.array(v.object({ ns: Moment, events: Moment, path: v.string(), value: Value })), []),
})

/** The value that a file means, or null when the parameter does not allow it. */
function valueOfFile(param: Param, given: ParamValue): ParamValue | null {
  return isAllowed(param, given) ? given : parseParam(param, String(given))
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
  const wanted = new Map<string, ParamValue>()
  const want = (scope: string, settings: Settings): void => {
    for (const [name, value] of Object.entries(settings)) wanted.set(`${scope}.${name}`, value)
  }
  want('m', file.machine)
  for (const { id, settings } of [...file.devices, ...file.workloads]) want(id, settings)

  let scenario: Scenario = { ...preset.scenario, seed: file.seed ?? preset.scenario.seed, inputs: [] }
  /** Notes a problem unless the value can stand; the value otherwise. */
  function check(path: string, given: ParamValue): ParamValue | null {
    const field = fieldsOf(scenario).find((f) => f.path === path)
    const value = field ? valueOfFile(field.param, given) : null
    if (value === null)
      problems.push({
        field: path,
        given: String(given),
        allowed: field ? allowedText(field.param) : 'no such setting',
      })
    return value
  }
  // A setting may exist only because of another one's value, so those that exist go first, again and again.
  for (let before = -1; before !== wanted.size; ) {
    before = wanted.size
    for (const { path } of fieldsOf(scenario)) {
      const given = wanted.get(path)
      if (given === undefined) continue
      wanted.delete(path)
      const value = check(path, given)
      if (value !== null) scenario = withValue(scenario, path, value)
    }
  }
  for (const [path, given] of wanted) check(path, given)

  const start = scenario
  const inputs: Input[] = []
  for (const { path, value: given, ns, events } of file.inputs) {
    const last = inputs.at(-1)
    const value = check(path, given)
    if (last && (events < last.events || ns < last.ns)) {
      problems.push({ field: 'inputs', given: `${ns} ns, event ${events}`, allowed: 'the order of their times' })
    } else if (value !== null) {
      inputs.push({ ns, events, path, value })
      scenario = withValue(scenario, path, value)
    }
  }
  return { scenario: { ...start, inputs }, problems }
}
