// In every preset a change is taken back a hundred steps on, at the start, and where one stood before Home: what stands there is
// the run without it. The page's own clicks and keys are those of e2e/undo.spec.ts.

import { describe, expect, it } from 'vitest'
import { type Field, fieldsOf, type ParamValue, presets } from '../../sim/index.ts'
import { playable } from '../../tools/recordings.ts'
import { liveLab } from '../testing/live-lab.ts'
import { set, standing, undo } from '../testing/undo-bench.ts'

/** Another value that a segment of this field could be clicked for, or null. */
function other({ param, value, refused }: Field): ParamValue | null {
  const free = param.values?.find((option) => option.value !== value && refused[option.key] === undefined)
  return free?.value ?? null
}

describe('the run without the change stands after undo', () => {
  it.each(presets.map((preset) => [preset.id, preset] as const))('%s', async (_, preset) => {
    // With its recording in it already, so that none is fetched.
    const { recording, ...open } = playable(preset)
    const live = liveLab([open])
    live.lab.actions.openPreset(preset.id)
    live.settle()
    const isWithout = async (moment: string) => {
      expect(standing(live).scenario.inputs, moment).toEqual([])
      expect(await live.hash(), moment).toBe(live.anew())
    }
    const field = fieldsOf(open.scenario).find((one) => other(one) !== null)!
    set(live, field.path, other(field)!)
    const changed = live.lab.actions.link()
    expect(standing(live).scenario.inputs).toMatchObject([{ path: field.path }])
    live.lab.actions.step(100)
    live.settle()
    undo(live)
    await isWithout('a hundred steps on')
    expect(live.lab.actions.link().length).toBeLessThan(changed.length)
    live.lab.actions.reset()
    live.settle()
    await isWithout('at the start')
    undo(live)
    await isWithout('where it stood before Home')
  })
})
