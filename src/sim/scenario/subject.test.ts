import { describe, expect, it } from 'vitest'
import { withValue } from './fields.ts'
import { presetById, presets } from './presets.ts'
import { HAPPENINGS } from './schema.ts'
import { subjectOf } from './subject.ts'

describe('what a scenario is about', () => {
  it('is each kind somewhere', () => {
    expect(new Set(presets.map(({ scenario }) => subjectOf(scenario)))).toEqual(new Set(HAPPENINGS))
  })

  it('follows what is changed on the way', () => {
    const { scenario } = presetById('batched')!
    const input = (path: string, value: string) => ({ ns: 0, events: 0, path, value })
    expect(subjectOf(scenario)).toBe('flush')
    expect(subjectOf({ ...scenario, inputs: [input('d0.flush', 'none')] })).toBe('late')
    expect(subjectOf(withValue(scenario, 'm.comesUp', 'fails'))).toBe('bounce')
    expect(subjectOf({ ...presetById('frames-64k')!.scenario, preset: 'file' })).toBe('refusal')
  })
})
