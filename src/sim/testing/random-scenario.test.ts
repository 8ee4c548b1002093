// The random scenarios reach everything that there is to set, and a run takes every change they make.

import { describe, expect, it } from 'vitest'
import { playable } from '../../tools/recordings.ts'
import { createRun } from '../run/run.ts'
import { fieldsOf, withValue } from '../scenario/fields.ts'
import { presetById, presets } from '../scenario/presets.ts'
import { withRecording } from '../scenario/recorded.ts'
import type { Field, Scenario } from '../scenario/schema.ts'
import { makeChanges, randomScenario } from './random-scenario.ts'

const SEEDS = 20_000

/** A field, whichever device or workload has it. */
const kind = (path: string): string => path.replace(/\d/, '')

const platformOf = ({ machine }: Scenario) => String(machine.platform ?? 'power')

/** What a field can be set to: its options, or the ends of its range. */
const valuesOf = ({ param }: Field): unknown[] => param.values?.map((o) => o.value) ?? [param.min, param.max]

/** The fields of every platform of every preset, and those that another choice adds. */
function everyField(visit: (scenario: Scenario, field: Field) => void): void {
  const seen = new Set<string>()
  const look = (scenario: Scenario, deeper: number) => {
    const fields = fieldsOf(scenario)
    const all = [deeper, platformOf(scenario), ...fields.map((f) => f.path)].join()
    if (seen.has(all)) return
    seen.add(all)
    for (const field of fields) {
      visit(scenario, field)
      const { path, param } = field
      if (deeper > 0 && param.unit === 'choice')
        for (const { value } of param.values ?? []) look(withValue(scenario, path, value), deeper - 1)
    }
  }
  for (const { scenario } of presets) look(scenario, 2)
}

describe('random scenarios', () => {
  it('depend on their seed alone', () => {
    expect(randomScenario(7)).toEqual(randomScenario(7))
    expect(randomScenario(7)).not.toEqual(randomScenario(8))
  })

  it('change on the way every field of every preset and of every platform, to everything that it can be', () => {
    const missing = new Set<string>()
    for (const { id, scenario } of presets) for (const { path } of fieldsOf(scenario)) missing.add(`${id}: ${path}`)
    everyField((scenario, field) => {
      // What a workload can be set to is the same on all of them.
      if (!field.path.startsWith('w')) missing.add(`${platformOf(scenario)}: ${kind(field.path)}`)
      for (const value of valuesOf(field)) missing.add(`${kind(field.path)}=${value}`)
    })
    expect(missing.size).toBeGreaterThan(2000)
    for (let seed = 0; seed < SEEDS && missing.size > 0; seed++) {
      const { scenario, changes } = randomScenario(seed)
      let platform = platformOf(scenario)
      for (const { path, value } of changes) {
        missing.delete(`${scenario.preset}: ${path}`)
        missing.delete(`${platform}: ${kind(path)}`)
        missing.delete(`${kind(path)}=${value}`)
        if (path === 'm.platform') platform = String(value)
      }
    }
    expect([...missing]).toEqual([])
  })

  it('differ in how much of them is changed, at the start, on the way and at one moment', () => {
    const all = Array.from({ length: 300 }, (_, seed) => randomScenario(seed))
    const counts = all.map(({ changes }) => changes.length)
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([0, 8])
    expect(all.some(({ scenario }) => presetById(scenario.preset)!.scenario === scenario)).toBe(true)
    const atOnce = ({ changes }: (typeof all)[number]) => changes.filter((c) => c.events === 0).length
    expect(Math.max(...all.map(atOnce))).toBeGreaterThan(2)
  })

  it('make changes that the run takes, in the order of their moments', () => {
    const recorded = playable(presetById('real-boot')!).scenario.recording!
    for (let seed = 0; seed < 10; seed++) {
      const { scenario, changes } = randomScenario(seed)
      const run = createRun(scenario.preset === 'real-boot' ? withRecording(scenario, recorded) : scenario, 1000)
      makeChanges(run, changes)
      const { inputs } = run.scenario()
      expect(inputs.map(({ path, value }) => ({ path, value }))).toEqual(
        changes.map(({ path, value }) => ({ path, value })),
      )
      const stamps = inputs.map(({ ns, events }) => ns + events)
      expect(stamps).toEqual(stamps.toSorted((a, b) => a - b))
    }
  })
})
