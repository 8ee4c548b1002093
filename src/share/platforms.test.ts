import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fieldsOf, presets, type Scenario, withValue } from '../sim/index.ts'
import { decodeLink, encodeLink } from './url.ts'

// Which values a setting may have follows from the platform, and a link may leave one platform for another: whatever the
// order of its keys, each is read when its value is allowed.

const PLATFORMS = ['power', 'powernv', 'pseries', 'vtd', 'arm', 'amd']
const stories = presets.filter(({ scenario }) => !scenario.workloads.some(({ type }) => type === 'recorded'))

/** Values of all settings, in their order. */
const valuesOf = (scenario: Scenario) => fieldsOf(scenario).map(({ path, value }) => [path, value])

const change = fc.record({ field: fc.nat(), option: fc.nat() })
const drawn = fc.record({
  preset: fc.nat({ max: stories.length - 1 }),
  platform: fc.constantFrom(...PLATFORMS),
  changes: fc.array(change, { maxLength: 14 }),
})

function scenarioOf({ preset, platform, changes }: typeof drawn extends fc.Arbitrary<infer T> ? T : never): Scenario {
  let scenario = withValue(stories[preset]!.scenario, 'm.platform', platform)
  for (const { field, option } of changes) {
    const fields = fieldsOf(scenario).filter(({ path, param }) => param.values && path !== 'm.platform')
    const { path, param } = fields[field % fields.length]!
    scenario = withValue(scenario, path, param.values![option % param.values!.length]!.value)
  }
  return scenario
}

it('a link brings every setting to another platform, in any order of its keys', () => {
  const view = decodeLink('').view
  let moved = 0
  fc.assert(
    fc.property(drawn, fc.infiniteStream(fc.nat()), (of, order) => {
      const scenario = scenarioOf(of)
      const link = encodeLink({ scenario, position: { ns: 0 }, view })
      const [version, ...pairs] = link.slice(1).split('&')
      const shuffled = pairs.map((pair) => ({ pair, at: order.next().value as number })).sort((a, b) => a.at - b.at)
      for (const text of [link, `#${[version, ...shuffled.map(({ pair }) => pair)].join('&')}`]) {
        const back = decodeLink(text)
        expect(back.problems).toEqual([])
        expect(valuesOf(back.scenario)).toEqual(valuesOf(scenario))
      }
      if (scenario.machine.platform !== stories[of.preset]!.scenario.machine.platform) moved++
    }),
    { seed: 6, numRuns: 300 },
  )
  expect(moved).toBeGreaterThan(100)
})

it('a value that no platform of the link allows is reported with what would be', () => {
  const { problems, scenario } = decodeLink('#v=1&s=ddw-direct&m.ram=64m&d0.dmaMask=40')
  expect(problems).toEqual([{ field: 'm.ram', given: '64m', allowed: '1g, 2g, 4g, 8g, 16g, 32g, 64g' }])
  expect(fieldsOf(scenario).find(({ path }) => path === 'd0.dmaMask')!.value).toBe(40)
})
