// Live changes: a setting takes a new value at a moment of the run. Most need the driver to be loaded anew, as on a
// real machine: what it had mapped is drained at that moment and its rings fill again.

import { logEvent } from '../engine/log.ts'
import { settingsOf } from '../machine/build.ts'
import * as ev from '../machine/events.ts'
import { addMark } from '../machine/ledger.ts'
import { rebuild } from '../machine/load.ts'
import { wakeWorkload } from '../machine/machine.ts'
import { armWork } from '../machine/put-off.ts'
import type { Machine } from '../machine/wiring.ts'
import { scopeOf } from '../params.ts'
import { fieldAt, withValue } from '../scenario/fields.ts'
import type { Input, Scenario } from '../scenario/schema.ts'

/**
 * Lets `input` take effect at the machine's clock. `before` is the scenario as earlier inputs left it, without inputs
 * (`settledBy`). An input whose path or value is not allowed changes nothing and says so in the log.
 */
export function applyInput(m: Machine, before: Scenario, input: Input): void {
  const { state: s } = m
  const { path, value } = input
  const field = fieldAt(before, path)
  s.settings = settingsOf(withValue(before, path, value))
  s.inputs++
  s.steps++
  const scope = path.split('.')[0]!
  let drained = -1
  if (field && s.settings[path] !== field.value) {
    if (field.param.effect === 'restart') drained = rebuild(m, (id) => scope === 'm' || id === scope)
    // Tasks move to other CPUs; tables, rings and mappings stay.
    else if (path === 'm.ram')
      s.tables.forEach((table, i) => {
        if (table) m.ways[i]!.plug?.(Number(field.value))
      })
    else if (scope === 'm') rebuild(m, () => false)
    else if (scope.startsWith('d')) retuneDevice(m, scope)
    else
      retune(
        m,
        m.scenario.workloads.findIndex((w) => w.id === scope),
      )
  }
  s.changes.push({ path, value, drained })
  addMark(s, s.nowNs, ev.MARK_CHANGE, 0, s.changes.length - 1, 0)
  logEvent(s.log, s.nowNs, ev.LOG_CHANGE, 0, 0, s.changes.length - 1, 0)
  logEvent(s.ops, s.nowNs, ev.STEP_REBUILD, 0, 0, -1, 0)
}

/** A live setting of a device has changed. */
function retuneDevice(m: Machine, scope: string): void {
  const index = m.scenario.devices.findIndex((d) => d.id === scope)
  const table = m.state.tables[index]
  const way = m.ways[index]
  if (!table || !way?.retune) return
  way.retune(scope)
  armWork(m.state, table, way.domain)
}

function retune(m: Machine, index: number): void {
  const { state: s } = m
  const w = s.workloads[index]
  if (!w) return
  const spec = m.scenario.workloads[index]!
  m.workloads[index]!.retune(w.state, scopeOf(s.settings, spec.id), s.nowNs)
  wakeWorkload(s, index)
}
