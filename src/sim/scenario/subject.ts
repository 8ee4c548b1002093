// What a scenario is about: the kind of happening that one goes to next, or back to.

import { currentValue } from './fields.ts'
import { presetById } from './presets.ts'
import type { HappeningId, Scenario } from './schema.ts'

/** What the preset says it is about, or else what its machine does as it is set: a flush where unmaps wait for one, a late
 *  access where none is waited for, a bounce where a PC came up without its IOMMU; elsewhere a refusal. */
export function subjectOf(scenario: Scenario): HappeningId {
  const about = presetById(scenario.preset)?.about
  if (about) return about
  const flush = currentValue(scenario, 'd0.flush')
  if (flush === null) return 'refusal'
  if (currentValue(scenario, 'd0.translation') !== 'on') return 'bounce'
  return flush === 'deferred' ? 'flush' : 'late'
}
