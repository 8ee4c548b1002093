import { type Field, type Frame, fieldsOf, type Preset, presetById, type Scenario } from '../sim/index.ts'
import type { Lab } from '../store/state.ts'
import { text } from '../text/en.ts'

/** What the preset suggests, as long as it is not done. */
export function nudgeOf(scenario: Scenario, fields: readonly Field[]): Preset['nudge'] {
  const nudge = presetById(scenario.preset)?.nudge
  const field = nudge && fields.find((f) => f.path === nudge.path)
  return field && field.value !== nudge.value ? nudge : null
}

/** How the suggestion begins: with what the window refuses, or did. Only a request that found nothing free anywhere tells
 *  of a full window, and of one that is full only while requests are refused, or one like it would be. */
export function leadOf({ summary: { refused, refusedRecently, guest, freeEntries }, refusal }: Frame): string {
  const { control } = text
  if (refused === 0 || guest) return control.try
  if (!refusal || refusal.reason !== null || refusal.tries.some((one) => one.freeEntries > 0)) return control.refusedTry
  return refusedRecently > 0 || freeEntries < refusal.npages ? control.windowFull : control.windowWasFull
}

/** Does what the preset suggests, if it is not done. */
export function followNudge({ getState, actions }: Pick<Lab, 'getState' | 'actions'>): void {
  const { here } = getState()
  const nudge = nudgeOf(here, fieldsOf(here))
  if (nudge) actions.setParam(nudge.path, nudge.value)
}
