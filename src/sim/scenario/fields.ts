// The settable values of a scenario: which there are, what they are now, and how to change one.

import { allocatorInfos } from '../iova/index.ts'
import { allowedText, formatParam, isAllowed, type Param, type ParamValue } from '../params.ts'
import { workloadInfoById } from '../workload/index.ts'
import { deviceParams, machineParams, neverShipped, sharedParams, tableParam, withDefaults } from './platform.ts'
import { openToChoice, playsRecording } from './recorded.ts'
import type { Field, FieldGroup, Scenario, Settings } from './schema.ts'

/** Device params that stand with the machine on the page; the others stand with the allocator. */
const BESIDE_MACHINE = ['table', 'iommuPage', 'window', 'dmaMask']
/** Order on the page: what the story is about comes first. */
const MACHINE_ORDER = [
  'platform',
  'cpuPage',
  'iommuPage',
  'window',
  'cpus',
  'online',
  'iotlb',
  'ways',
  'walkCache',
  'iotlbShare',
]

/**
 * Params of device `index` as its settings stand: its own and those of the allocator that it names; of a device that
 * shares another's table only that it does.
 */
export function paramsOfDevice(index: number, machine: Settings, settings: Settings): readonly Param[] {
  const table = index > 0 ? [tableParam] : []
  if (index > 0 && settings.table === 'shared') return [...table, ...sharedParams]
  const own = deviceParams(machine)
  const id = withDefaults(own, settings).allocator
  return [...table, ...own, ...(allocatorInfos.find((a) => a.id === id)?.params ?? [])]
}

/**
 * Every field with its value after all inputs of the scenario (leave inputs out of `scenario.inputs` for the values
 * at an earlier position).
 */
export function fieldsOf(scenario: Scenario): Field[] {
  const fields = valuesOf(scenario)
  return playsRecording(scenario) ? openToChoice(fields) : fields
}

/** The same with the fields that a recording fixes. */
export function valuesOf(scenario: Scenario): Field[] {
  return baseFields(afterInputs(scenario))
}

function afterInputs(scenario: Scenario): Scenario {
  return scenario.inputs.reduce((s, input) => withValue(s, input.path, input.value), scenario)
}

function baseFields(scenario: Scenario): Field[] {
  const ofMachine = machineParams(scenario.machine)
  const machine = withDefaults(ofMachine, scenario.machine)
  const fields: Field[] = ofMachine.map((param) => field('m', param, machine, 'machine', '', platformNotes(scenario)))
  scenario.devices.forEach((device, index) => {
    const params = paramsOfDevice(index, machine, device.settings)
    const settings = withDefaults(params, device.settings)
    const notes = neverShipped(machine, settings)
    for (const param of params) {
      const group = BESIDE_MACHINE.includes(param.name) ? 'machine' : 'iova'
      fields.push(field(device.id, param, settings, group, device.name, notes))
    }
  })
  for (const workload of scenario.workloads) {
    const { params } = workloadInfoById(workload.type)
    const settings = withDefaults(params, workload.settings)
    const owner = scenario.devices[workload.device]?.name ?? ''
    for (const param of params) fields.push(field(workload.id, param, settings, 'workload', owner, {}))
  }
  // A device's own table comes with its page size, after the devices before it.
  const place = (name: string) => MACHINE_ORDER.indexOf(name === 'table' ? 'iommuPage' : name)
  const rank = (f: Field) => (f.group === 'machine' ? place(f.param.name) : MACHINE_ORDER.length)
  return fields
    .map((f, i) => ({ f, i }))
    .sort((a, b) => rank(a.f) - rank(b.f) || a.i - b.i)
    .map(({ f }) => f)
}

/** Platforms on which a workload of the scenario finds nothing to do. */
function platformNotes({ workloads }: Scenario): Readonly<Record<string, string>> {
  const infos = workloads.map((w) => workloadInfoById(w.type))
  const notes: Record<string, string> = {}
  const note = (platforms: readonly string[], why: string) => {
    for (const platform of platforms) notes[`platform=${platform}`] = why
  }
  if (infos.some((info) => info.choosesAddresses))
    note(
      ['power', 'pseries'],
      'nothing is mapped: its hypervisor chooses addresses, which these TCE tables do not offer',
    )
  if (infos.some((info) => info.mapsGuest))
    note(['power', 'pseries', 'vtd', 'arm', 'amd'], 'nothing is mapped: only a powernv host has the memory of a guest')
  return notes
}

function field(
  scope: string,
  param: Param,
  settings: Settings,
  group: FieldGroup,
  owner: string,
  notesByOption: Readonly<Record<string, string>>,
): Field {
  const notes: Record<string, string> = {}
  for (const option of param.values ?? []) {
    const note = notesByOption[`${param.name}=${option.key}`]
    if (note) notes[option.key] = note
  }
  return { path: `${scope}.${param.name}`, param, value: settings[param.name]!, group, owner, refused: {}, notes }
}

/** The param that governs a field path, or null when there is no such field. */
function paramAt(scenario: Scenario, path: string): Param | null {
  const [scope, name] = path.split('.') as [string, string | undefined]
  const index = scenario.devices.findIndex((d) => d.id === scope)
  const device = scenario.devices[index]
  const workload = scenario.workloads.find((w) => w.id === scope)
  const params =
    scope === 'm'
      ? machineParams(scenario.machine)
      : device
        ? paramsOfDevice(index, scenario.machine, device.settings)
        : workload
          ? workloadInfoById(workload.type).params
          : []
  return params.find((p) => p.name === name) ?? null
}

/** The scenario with one base setting changed; unchanged when the path or the value is not allowed. */
export function withValue(scenario: Scenario, path: string, value: ParamValue): Scenario {
  const param = paramAt(scenario, path)
  if (!param || !isAllowed(param, value)) return scenario
  const scope = path.split('.')[0]
  const set = <T extends { readonly id: string; readonly settings: Settings }>(items: readonly T[]): readonly T[] =>
    items.some((item) => item.id === scope)
      ? items.map((item) =>
          item.id === scope ? { ...item, settings: { ...item.settings, [param.name]: value } } : item,
        )
      : items
  return {
    ...scenario,
    machine: scope === 'm' ? { ...scenario.machine, [param.name]: value } : scenario.machine,
    devices: set(scenario.devices),
    workloads: set(scenario.workloads),
  }
}

/** The value at `path` after all inputs, or null when there is no such field. */
export function currentValue(scenario: Scenario, path: string): ParamValue | null {
  return fieldsOf(scenario).find((f) => f.path === path)?.value ?? null
}

/** Why an input cannot be taken, or null when it can: the field, what was given, what is allowed. */
export function refusalOf(scenario: Scenario, path: string, value: ParamValue): string | null {
  const now = afterInputs(scenario)
  const param = paramAt(now, path)
  if (!param || !fieldsOf(scenario).some((f) => f.path === path)) return `there is no setting ${path}`
  if (isAllowed(param, value)) return null
  return `${path}: ${formatParam(param, value)} is not allowed; allowed: ${allowedText(param)}`
}
