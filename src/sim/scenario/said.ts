// What a scenario says otherwise than the preset it started from. A setting of one platform means nothing on another, and
// no field shows it there: said or not, it has no part in what a link carries.

import { isAllowed, type Param, type ParamValue } from '../params.ts'
import { fieldsOf, withValue } from './fields.ts'
import type { Field, Scenario } from './schema.ts'

export interface Said {
  readonly path: string
  readonly param: Param
  readonly value: ParamValue
}

interface Settable {
  readonly fieldsOf: (scenario: Scenario) => readonly Field[]
  readonly withValue: (scenario: Scenario, path: string, value: ParamValue) => Scenario
}

/**
 * What `scenario` says otherwise than `preset` of the fields that it shows before its inputs, in an order in which it can
 * be set on the preset: a field may exist only because of another one's value. A default that the scenario says itself
 * is among them: it stays when another platform has another default.
 */
export function saidOtherwise(
  scenario: Scenario,
  preset: Scenario,
  { fieldsOf: all, withValue: set }: Settable = { fieldsOf, withValue },
): readonly Said[] {
  const wanted = new Map<string, ParamValue>()
  for (const { path, value, said } of all({ ...scenario, inputs: [] })) if (said === value) wanted.set(path, value)
  const found: Said[] = []
  let reached: Scenario = { ...preset, inputs: [] }
  for (;;) {
    const next = all(reached).find(({ path, param, said }) => {
      const value = wanted.get(path)
      return value !== undefined && value !== said && isAllowed(param, value)
    })
    if (!next) return found
    const { path, param } = next
    const value = wanted.get(path)!
    found.push({ path, param, value })
    reached = set(reached, path, value)
  }
}

/** The scenario as its link brings it back: what no field shows before its inputs is the preset's again. */
export function shownOnly(scenario: Scenario, preset: Scenario): Scenario {
  const said = saidOtherwise(scenario, preset)
  if (said.length === 0 && scenario.machine === preset.machine && scenario.devices === preset.devices) return scenario
  const { machine, devices, workloads } = said.reduce((s, { path, value }) => withValue(s, path, value), preset)
  return {
    ...scenario,
    machine,
    devices: scenario.devices.map((device, i) => ({ ...device, settings: devices[i]!.settings })),
    workloads,
  }
}
