import { describe, expect, it } from 'vitest'
import { fieldsOf, presets, withValue } from '../sim/index.ts'
import { readScenarioFile } from './scenario-file.ts'

const frames = presets.find((p) => p.id === 'frames-64k')!
const fields = (json: unknown) => {
  const { scenario, problems } = readScenarioFile(json, presets)
  const values = scenario ? fieldsOf({ ...scenario, inputs: [] }).map((f) => [f.path, f.value]) : []
  return { values, problems, inputs: scenario?.inputs }
}

describe('a scenario file', () => {
  it('may leave out all that equals the preset', () => {
    expect(readScenarioFile({ preset: 'frames-64k' }, presets)).toEqual({ scenario: frames.scenario, problems: [] })
  })

  it('is what the simulation itself would write', () => {
    const scenario = {
      ...withValue(frames.scenario, 'd0.iommuPage', 4096),
      inputs: [{ ns: 1000, events: 5, path: 'w0.ring', value: 64 }],
    }
    const back = readScenarioFile(JSON.parse(JSON.stringify(scenario)), presets)
    expect(back.problems).toEqual([])
    expect(fieldsOf(back.scenario!)).toEqual(fieldsOf(scenario))
    expect(back.scenario!.inputs).toEqual(scenario.inputs)
  })

  it('takes the keys of a link for values, and settings that exist only beside others', () => {
    const devices = [{ id: 'd0', settings: { generation: '1', allocator: 'tce-halves', iommuPage: '4k' } }]
    const { values, problems } = fields({ preset: 'frames-64k', devices })
    expect(problems).toEqual([])
    expect(values).toEqual(
      expect.arrayContaining([
        ['d0.generation', 1],
        ['d0.iommuPage', 4096],
      ]),
    )
  })

  it('reports what is not allowed and keeps the rest', () => {
    const { values, problems, inputs } = fields({
      preset: 'frames-64k',
      machine: { cpus: 7, cpuPage: 4096, __proto__x: 1 },
      inputs: [
        { ns: 10, events: 10, path: 'w0.ring', value: 64 },
        { ns: 5, events: 5, path: 'w0.ring', value: 128 },
        { ns: 20, events: 20, path: 'w0.nothing', value: 1 },
      ],
    })
    expect(values).toContainEqual(['m.cpuPage', 4096])
    expect(inputs).toHaveLength(1)
    expect(problems.map((p) => p.field)).toEqual(['m.cpus', 'm.__proto__x', 'inputs', 'inputs'])
  })

  it.each([
    [null],
    [[]],
    ['frames-64k'],
    [{}],
    [{ preset: 7 }],
    [{ preset: 'nothing' }],
    [{ preset: 'pools', seed: -1 }],
  ])('is refused, with the reason, when it is %j', (json) => {
    const { scenario, problems } = readScenarioFile(json, presets)
    expect(scenario).toBeNull()
    expect(problems.length).toBeGreaterThan(0)
  })
})
