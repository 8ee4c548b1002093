import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldsOf, formatParam, type ParamValue, presets, type Scenario, withValue } from '../sim/index.ts'
import { type DecodedLink, decodeLink, encodeLink } from './url.ts'
import { viewOf } from './view-state.ts'

/** What a link means, a line per fact. */
function facts({ scenario, position, view, speed }: DecodedLink): string[] {
  const start = { ...scenario, inputs: [] }
  return [
    `preset ${scenario.preset}`,
    `seed 0x${scenario.seed.toString(16)}`,
    ...fieldsOf(start).map(({ path, param, value }) => `${path} ${formatParam(param, value)}`),
    ...scenario.inputs.map(({ ns, events, path, value }) => `at ${ns} ns, event ${events}: ${path} ${value}`),
    `position ${position.ns} ns, event ${position.events ?? 'any'}`,
    // A part that came later is told of only where a link has it.
    `view ${JSON.stringify(view, (key, value) => (key === 'brush' && value === null ? undefined : value))}`,
    `speed ${speed}`,
  ]
}

describe('links of the lab', () => {
  it('are the preset alone when nothing was changed', () => {
    for (const preset of presets) {
      const opened = { scenario: preset.scenario, position: { ns: preset.openNs }, view: viewOf(preset) }
      expect(encodeLink(opened)).toBe(`#v=1&s=${preset.id}`)
      expect(decodeLink(`#s=${preset.id}`)).toEqual({ ...opened, speed: null, problems: [] })
    }
  })

  it('bring back every setting of every preset, whatever was changed', () => {
    const anyChange = fc.record({ field: fc.nat(), value: fc.nat(), later: fc.boolean() })
    const anyRun = fc.record({
      preset: fc.constantFrom(...presets),
      seed: fc.nat(0xffff_ffff),
      changes: fc.array(anyChange, { maxLength: 8 }),
    })
    fc.assert(
      fc.property(anyRun, ({ preset, seed, changes }) => {
        let scenario: Scenario = { ...preset.scenario, seed }
        for (const { field, value, later } of changes) {
          const fields = fieldsOf(scenario)
          const { path, param, refused } = fields[field % fields.length]!
          const low = param.min ?? 0
          const span = (param.max ?? low) - low + 1
          const to: ParamValue = param.values ? param.values[value % param.values.length]!.value : low + (value % span)
          if (Object.hasOwn(refused, formatParam(param, to))) continue
          const events = (scenario.inputs.at(-1)?.events ?? 0) + 10
          if (later)
            scenario = { ...scenario, inputs: [...scenario.inputs, { ns: events * 7, events, path, value: to }] }
          else if (scenario.inputs.length === 0) scenario = withValue(scenario, path, to)
        }
        const link = encodeLink({ scenario, position: { ns: 5 }, view: viewOf(preset) })
        const back = decodeLink(link)
        expect(back.problems).toEqual([])
        const sent = { scenario, position: { ns: 5 }, view: viewOf(preset), speed: null, problems: [] }
        expect(facts(back)).toEqual(facts(sent))
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  const folder = new URL('./released/', import.meta.url)
  it.each(readdirSync(folder).filter((name) => name.endsWith('.txt')))(
    'that were released still mean the same: %s',
    (name) => {
      const [link = '', ...lines] = readFileSync(new URL(name, folder), 'utf8').split('\n')
      const expected = lines.filter((line) => line !== '')
      const decoded = decodeLink(link)
      expect(decoded.problems).toEqual([])
      expect(expected.length).toBeGreaterThan(3)
      expect(facts(decoded)).toEqual(expect.arrayContaining(expected))
    },
  )
})
