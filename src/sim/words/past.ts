// What words about a line need that may be gone by now: the settings after so many inputs, and the table that a device had.
// All of it follows from the state and from the scenario at time 0, so the state need not keep it.

import { allocatorById } from '../iova/index.ts'
import { settingsOf } from '../machine/build.ts'
import type { BuiltState, ChangeState } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import type { Settings } from '../params.ts'
import { scopeOf } from '../params.ts'
import { askForWindow, type DdwRun } from '../platform/partition.ts'
import { withValue } from '../scenario/fields.ts'
import type { Scenario } from '../scenario/schema.ts'

/** Of a machine: the scenario after each of its changes, as far as it was asked for. */
interface Past {
  /** The changes that the scenarios follow from. */
  readonly of: ChangeState[]
  readonly scenarios: Scenario[]
  readonly settings: Settings[]
  /** The list that was compared last, how long it was, and its newest. */
  list: readonly ChangeState[]
  length: number
  newest: ChangeState | undefined
}

const pasts = new WeakMap<Machine, Past>()

/** A machine that went back may have had other changes since: what follows from those is dropped. */
function pastOf(m: Machine): Past {
  const { changes } = m.state
  let past = pasts.get(m)
  if (!past) {
    past = { of: [], scenarios: [{ ...m.scenario, inputs: [] }], settings: [], list: [], length: 0, newest: undefined }
    pasts.set(m, past)
  }
  if (past.list === changes && past.length === changes.length && past.newest === changes.at(-1)) return past
  let same = 0
  while (same < past.of.length && same < changes.length && isSame(past.of[same]!, changes[same]!)) same++
  past.of.length = same
  past.scenarios.length = Math.min(past.scenarios.length, same + 1)
  past.settings.length = Math.min(past.settings.length, same + 1)
  past.list = changes
  past.length = changes.length
  past.newest = changes.at(-1)
  return past
}

const isSame = (a: ChangeState, b: ChangeState): boolean => a.path === b.path && a.value === b.value

/** The scenario of a machine after its first `count` inputs, without inputs. */
export function scenarioAfter(m: Machine, count: number): Scenario {
  const past = pastOf(m)
  const { scenarios, of } = past
  while (scenarios.length <= count) {
    const change = m.state.changes[scenarios.length - 1]
    if (!change) break
    of.push(change)
    scenarios.push(withValue(scenarios.at(-1)!, change.path, change.value))
  }
  return scenarios[Math.min(count, scenarios.length - 1)]!
}

/** Its settings then, by path. */
export function settingsAfter(m: Machine, count: number): Settings {
  const scenario = scenarioAfter(m, count)
  const { settings } = pastOf(m)
  settings[count] ??= settingsOf(scenario)
  return settings[count]
}

/** The table that a device used when line `n` of the log was written. */
export function builtAt(m: Machine, device: number, n: number): BuiltState {
  const { built } = m.state
  for (let i = built.length - 1; i >= 0; i--) {
    const table = built[i]!
    if (table.device !== device || table.line > n) continue
    if (!table.shares) return table
    break
  }
  return device === 0 ? built[0]! : builtAt(m, 0, n)
}

const regionNames = new WeakMap<BuiltState, readonly string[]>()

/** Name of a region of a table, by its number in the allocator; of a bounce pool, of an area. */
export function regionName(m: Machine, table: BuiltState, region: number): string {
  const allocator = allocatorById(table.allocatorId)
  if (!allocator) return `area ${region}`
  let names = regionNames.get(table)
  if (!names) {
    const own = scopeOf(settingsAfter(m, table.inputs), m.scenario.devices[table.device]!.id)
    names = allocator.regions(allocator.create(table.geometry, own)).map(({ name }) => name)
    regionNames.set(table, names)
  }
  return names[region]!
}

const windows = new WeakMap<BuiltState, DdwRun>()

/** What a partition's device went through for its window. */
export function windowRunOf(m: Machine, table: BuiltState): DdwRun {
  let run = windows.get(table)
  if (!run) {
    run = askForWindow(settingsAfter(m, table.inputs), m.scenario.devices[table.device]!)
    windows.set(table, run)
  }
  return run
}
