// The settable values of a scenario: which there are, what they are now, and how to change one.

import { allocatorInfos } from '../iova/index.ts'
import type { Settings } from '../params.ts'
import { allowedText, formatParam, isAllowed, type Param, type ParamValue, readParam } from '../params.ts'
import { workloadInfoById } from '../workload/index.ts'
import {
  allocatorParam,
  deviceParams,
  machineParams,
  neverShipped,
  sharedParams,
  tableParam,
  withDefaults,
} from './platform.ts'
import { openToChoice, playsRecording } from './recorded.ts'
import type { Field, Input, Scenario } from './schema.ts'

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
  if (index > 0 && readParam(tableParam, settings) === 'shared') return [...table, ...sharedParams]
  const own = deviceParams(machine)
  const id = withDefaults(own, settings)[allocatorParam.name]
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

/** The one of `fieldsOf` at `path`, or null when there is no such field. Costs its own scope, not all of them. */
export function fieldAt(scenario: Scenario, path: string): Field | null {
  const now = afterInputs(scenario)
  const scope = scopesOf(now).find(({ id }) => path.startsWith(`${id}.`))
  const fields = scope ? fieldsOfScope(now, scope).filter((f) => f.path === path) : []
  return (playsRecording(now) ? openToChoice(fields) : fields)[0] ?? null
}

/** The scenario as all of its inputs leave it: other settings, no inputs. */
export function afterInputs(scenario: Scenario): Scenario {
  return settledBy(scenario).at(scenario.inputs.length)
}

/** The settings of a scenario on their way through its inputs. */
export interface Settled {
  /** The scenario as its first `count` inputs leave it, without inputs. To go on costs the inputs between; to go back
   *  begins anew. */
  at(count: number): Scenario
  /** Takes other inputs in place of its own; the first `same` of both are the same. */
  replace(inputs: readonly Input[], same: number): void
}

export function settledBy(scenario: Scenario): Settled {
  const start = scenario.inputs.length === 0 ? scenario : { ...scenario, inputs: [] }
  let { inputs } = scenario
  let settled = start
  let done = 0
  function beginAnew(): void {
    settled = start
    done = 0
  }
  return {
    at(count) {
      if (count < done) beginAnew()
      for (; done < count; done++) settled = withValue(settled, inputs[done]!.path, inputs[done]!.value)
      return settled
    },
    replace(others, same) {
      if (same < done) beginAnew()
      inputs = others
    },
  }
}

/** A namespace of field paths: the machine, a device or a workload. */
interface Scope {
  readonly id: string
  /** As the scenario has them. */
  readonly settings: Settings
  readonly params: () => readonly Param[]
  readonly of: 'machine' | 'device' | 'workload'
  readonly owner: string
}

/** Every scope of a scenario without inputs, the machine first. */
function scopesOf(scenario: Scenario): Scope[] {
  return [
    { id: 'm', settings: scenario.machine, params: () => machineParams(scenario.machine), of: 'machine', owner: '' },
    ...scenario.devices.map(({ id, name, settings }, index): Scope => {
      const params = () => paramsOfDevice(index, machineOf(scenario), settings)
      return { id, settings, params, of: 'device', owner: name }
    }),
    ...scenario.workloads.map(({ id, type, device, settings }): Scope => {
      const owner = scenario.devices[device]?.name ?? ''
      return { id, settings, params: () => workloadInfoById(type).params, of: 'workload', owner }
    }),
  ]
}

function machineOf({ machine }: Scenario): Settings {
  return withDefaults(machineParams(machine), machine)
}

function fieldsOfScope(scenario: Scenario, { id, settings: said, params: paramsOf, of, owner }: Scope): Field[] {
  const params = paramsOf()
  const settings = withDefaults(params, said)
  const notes = byParam(
    of === 'machine' ? platformNotes(scenario) : of === 'device' ? neverShipped(machineOf(scenario), settings) : {},
  )
  return params.map((param) => {
    const group = of !== 'device' ? of : BESIDE_MACHINE.includes(param.name) ? 'machine' : 'iova'
    const { name } = param
    return {
      path: `${id}.${name}`,
      param,
      value: settings[name]!,
      said: said[name] ?? null,
      group,
      owner,
      refused: {},
      notes: notes.get(name) ?? {},
    }
  })
}

function baseFields(scenario: Scenario): Field[] {
  const fields = scopesOf(scenario).flatMap((scope) => fieldsOfScope(scenario, scope))
  // A device's own table comes with its page size, after the devices before it.
  const place = (name: string) => MACHINE_ORDER.indexOf(name === 'table' ? 'iommuPage' : name)
  const rank = (f: Field) => (f.group === 'machine' ? place(f.param.name) : MACHINE_ORDER.length)
  return fields
    .map((f, i) => ({ f, i, rank: rank(f) }))
    .sort((a, b) => a.rank - b.rank || a.i - b.i)
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

/** Notes by `param.name=option`, by param and then by option. */
function byParam(notes: Readonly<Record<string, string>>): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const all = new Map<string, Record<string, string>>()
  for (const [of, note] of Object.entries(notes)) {
    const [name = '', key = ''] = of.split('=')
    all.set(name, { ...all.get(name), [key]: note })
  }
  return all
}

/** The scenario with one base setting changed; unchanged when the path or the value is not allowed. */
export function withValue(scenario: Scenario, path: string, value: ParamValue): Scenario {
  const scope = scopesOf(scenario).find(({ id }) => path.startsWith(`${id}.`))
  const param = scope?.params().find(({ name }) => path === `${scope.id}.${name}`)
  if (!scope || !param || !isAllowed(param, value)) return scenario
  const settings = { ...scope.settings, [param.name]: value }
  const set = <T extends { readonly id: string; readonly settings: Settings }>(items: readonly T[]): readonly T[] =>
    items.map((item) => (item.id === scope.id ? { ...item, settings } : item))
  if (scope.of === 'machine') return { ...scenario, machine: settings }
  if (scope.of === 'device') return { ...scenario, devices: set(scenario.devices) }
  return { ...scenario, workloads: set(scenario.workloads) }
}

/** The value at `path` after all inputs, or null when there is no such field. */
export function currentValue(scenario: Scenario, path: string): ParamValue | null {
  return fieldAt(scenario, path)?.value ?? null
}

/** Why a field's value cannot stand beside the other settings, or null when it can. */
export function reasonAgainst({ param, refused }: Field, value: ParamValue): string | null {
  const key = formatParam(param, value)
  return Object.hasOwn(refused, key) ? (refused[key] ?? null) : null
}

/** Why an input cannot be taken, or null when it can: the field, what was given, what is allowed. */
export function refusalOf(scenario: Scenario, path: string, value: ParamValue): string | null {
  const field = fieldAt(scenario, path)
  if (!field) return `there is no setting ${path}`
  const given = `${path}: ${formatParam(field.param, value)}`
  if (!isAllowed(field.param, value)) return `${given} is not allowed; allowed: ${allowedText(field.param)}`
  const reason = reasonAgainst(field, value)
  return reason && `${given} is not allowed: ${reason}`
}
