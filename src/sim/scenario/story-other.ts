// What there is to say of a machine that is set as no story tells of it: what was changed, and what it is, out of its own
// fields. Whatever the preset says of itself may be otherwise here, so none of it is repeated.

import { formatParam } from '../params.ts'
import { workloadInfoById } from '../workload/index.ts'
import { fieldsOf, valuesOf } from './fields.ts'
import { translates } from './platform-boot.ts'
import { AMD, ARM, VTD } from './platform-iommu.ts'
import { POWER } from './platform-names.ts'
import { POWERNV, PSERIES } from './platform-power.ts'
import type { Field, HappeningId, Scenario } from './schema.ts'

/** A field that has another value than it had. */
export interface Changed {
  readonly was: Field
  readonly is: Field
}

/** What both scenarios can be set to and are not set to alike; null: also what only one of them has is the same. */
export function changesOf(from: Scenario, to: Scenario): readonly Changed[] | null {
  const [before, after] = [fieldsOf(from), fieldsOf(to)]
  const old = new Map(before.map((field) => [field.path, field]))
  const changed = after.flatMap((is): Changed[] => {
    const was = old.get(is.path)
    return was && was.value !== is.value ? [{ was, is }] : []
  })
  const alike = before.length === after.length && after.every(({ path }) => old.has(path))
  return changed.length === 0 && alike && from.seed === to.seed ? null : changed
}

/** `IOMMU page 64K → 4K` */
export function changeText({ was, is }: Changed): string {
  return `${was.param.label} ${valueText(was)} → ${valueText(is)}`
}

function valueText({ param, value }: Field): string {
  return param.values?.find((o) => o.value === value)?.label ?? formatParam(param, value)
}

const MOST_CHANGES = 3

export function otherStory(scenario: Scenario, changes: readonly Changed[], subject: HappeningId) {
  return {
    says: [changedText(changes), machineText(scenario), ...deviceTexts(scenario), loadText(scenario)].join(' '),
    tryThis: `[Take the preset’s values again] or go on to the next ${SUBJECTS[subject]}.`,
  }
}

function changedText(changes: readonly Changed[]): string {
  // What the machine is comes first: the rest may follow from it.
  const sorted = [...changes].sort((a, b) => rank(a) - rank(b))
  const named = sorted.slice(0, MOST_CHANGES).map(changeText).join(', ')
  const more = changes.length - MOST_CHANGES
  if (changes.length === 0) return 'This is not as the preset has it.'
  return `Not as the preset has it: ${named}${more > 0 ? ` and ${more} more` : ''}.`
}

const rank = ({ is }: Changed) => (is.path === 'm.platform' ? 0 : 1)

const PLATFORMS: Readonly<Record<string, string>> = {
  [POWER]: 'A POWER machine with TCE tables',
  [POWERNV]: 'A POWER host that gives its device to a guest',
  [PSERIES]: 'A partition whose windows come from a hypervisor',
  [VTD]: 'A machine with VT-d',
  [ARM]: 'A machine with an Arm SMMU',
  [AMD]: 'A machine with an AMD IOMMU',
}

function machineText(scenario: Scenario): string {
  const fields = valuesOf(scenario)
  const of = (path: string) => fields.find((f) => f.path === path)?.value
  const bare = of('m.comesUp') !== undefined && !translates(scenario.machine)
  const machine = bare ? 'A PC without a working IOMMU' : PLATFORMS[String(of('m.platform'))]
  return `${machine}, ${of('m.cpus')} CPU${of('m.cpus') === 1 ? '' : 's'}.`
}

/** Of a device's settings, those that decide what its addresses are. */
const TOLD = ['window', 'levels', 'ddw', 'iommuPage', 'allocator', 'flush', 'dmaMask']

function deviceTexts(scenario: Scenario): readonly string[] {
  const fields = valuesOf(scenario)
  return scenario.devices.map(({ id, name }) => {
    const of = (setting: string) => fields.find((f) => f.path === `${id}.${setting}`)
    if (of('table')?.value === 'shared') return `${name} shares the window of ${scenario.devices[0]!.name}.`
    if (of('translation')?.value === 'off') return `${name} uses memory as it lies.`
    const told = TOLD.flatMap((setting) => of(setting) ?? [])
    return `${name}: ${told.map((field) => `${lower(field.param.label)} ${valueText(field)}`).join(', ')}.`
  })
}

const lower = (label: string) => (/^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label)

function loadText({ workloads, devices }: Scenario): string {
  const loads = workloads.map(({ type, device }) => `${lower(workloadInfoById(type).label)} (${devices[device]?.name})`)
  return `Load: ${loads.join('; ')}.`
}

const SUBJECTS: Readonly<Record<HappeningId, string>> = {
  refusal: 'refusal',
  flush: 'flush',
  late: 'late access',
  bounce: 'bounce',
  fallback: 'fallback',
}
