import { type Field, type ParamValue, presetById, type Scenario } from '../sim/index.ts'

/** What the preset suggests, as long as it is not done. */
export function nudgeOf(scenario: Scenario, fields: readonly Field[]): { path: string; value: ParamValue } | null {
  const nudge = presetById(scenario.preset)?.nudge
  const field = nudge && fields.find((f) => f.path === nudge.path)
  return field && field.value !== nudge.value ? nudge : null
}
