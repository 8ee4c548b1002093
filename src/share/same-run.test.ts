import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRun, fieldsOf, formatParam, presetById, presets, type Scenario, withRecording } from '../sim/index.ts'
import { recordingIn } from '../tools/open-text.ts'
import { readScenarioFile } from './scenario-file.ts'
import { decodeLink, encodeLink } from './url.ts'
import { viewOf } from './view-state.ts'

// What is read and written again is the same run: the same scenario, down to what no field shows now and another
// setting would bring back.

const EVENTS = 2000
const stories = presets.filter((preset) => !preset.recording)

function hashOf(scenario: Scenario, events: number): string {
  const run = createRun(scenario, 10_000_000)
  run.advance(Number.POSITIVE_INFINITY, events)
  return run.hash()
}

function written(scenario: Scenario): string {
  const preset = presetById(scenario.preset)!
  return encodeLink({ scenario, position: { ns: preset.openNs }, view: viewOf(preset) })
}

describe('a setting that no field shows', () => {
  it('is told and has no part in the run', () => {
    const hidden = decodeLink('#v=1&s=slot-leak&m.swiotlb=65536&m.platform=power&in=1000.5~m.platform~vtd')
    expect(hidden.problems).toMatchObject([{ field: 'm.swiotlb', given: '65536' }])
    const without = decodeLink('#v=1&s=slot-leak&m.platform=power&in=1000.5~m.platform~vtd')
    expect(without.problems).toEqual([])
    expect(hidden.scenario).toEqual(without.scenario)
  })

  it('is told where another setting leaves no room for its value', () => {
    const { problems, scenario } = decodeLink('#v=1&s=nvlink-flat&m.ram=64m&m.platform=pseries')
    expect(problems.map((p) => [p.field, p.given])).toEqual([['m.ram', '64m']])
    expect(scenario.machine.ram).toBe(presetById('nvlink-flat')!.scenario.machine.ram)
  })

  it('is kept in a link when it says what the default would be: another platform has another default', () => {
    const link =
      '#v=1&s=vfs-256&d0.pageSizes=64k&m.vfs=32&m.tceBudget=4g&d0.allocator=tce-pools&m.multitce=off&m.maxRam=4g' +
      '&in=50101.738~m.platform~vtd~1756107.1888~d0.pools~2~1880666.3187~w0.recycle~on'
    const read = decodeLink(link)
    expect(read.problems).toEqual([])
    expect(read.scenario.inputs).toHaveLength(3)
    expect(decodeLink(written(read.scenario))).toEqual(read)
  })

  it('is not made by writing: the default of another platform is no value of the scenario', () => {
    const read = decodeLink('#v=1&s=slot-leak&m.platform=power&in=1000.5~m.platform~arm')
    const again = decodeLink(written(read.scenario))
    expect(again.scenario).toEqual(read.scenario)
    expect(hashOf(again.scenario, EVENTS)).toBe(hashOf(read.scenario, EVENTS))
  })
})

/** Keys and values in any order, whether they fit together or not; changes on the way as the page would make them. */
const anyLink = fc.record({
  preset: fc.constantFrom(...stories),
  platform: fc.constantFrom('power', 'powernv', 'pseries', 'vtd', 'arm', 'amd'),
  keys: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 8 }),
  moved: fc.nat(8),
  changes: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { maxLength: 6 }),
})

function linkText({
  preset,
  platform,
  keys,
  moved,
  changes,
}: typeof anyLink extends fc.Arbitrary<infer T> ? T : never) {
  const pairs: string[] = []
  const draw = (scenario: Scenario, field: number, value: number): [string, string] => {
    const fields = fieldsOf(scenario)
    const { path, param } = fields[field % fields.length]!
    const { values, min = 0, max = min } = param
    const drawn = values ? values[value % values.length]!.value : min + (value % (max - min + 1))
    return [path, formatParam(param, drawn)]
  }
  const text = (list: readonly string[], at: number) => list.toSpliced(at, 0, `m.platform=${platform}`).join('&')
  // Each key is one of the scenario that those before it make; the platform then goes among them.
  for (const [field, value] of keys) {
    const { scenario } = decodeLink(`#s=${preset.id}&${text(pairs, 0)}`)
    pairs.push(draw(scenario, field, value).join('='))
  }
  let link = `#s=${preset.id}&${text(pairs, moved)}`
  changes.forEach(([field, value, leaves], i) => {
    const { scenario } = decodeLink(link)
    const [path, to] = leaves
      ? ['m.platform', ['power', 'pseries', 'vtd', 'arm'][value % 4]!]
      : draw(scenario, field, value)
    link += `${i === 0 ? '&in=' : '~'}${7000 * (i + 1)}.${300 * (i + 1)}~${path}~${to}`
  })
  return link
}

describe('read, written and read again', () => {
  it('a link is the same scenario, and nothing more is wrong with it', () => {
    let told = 0
    let runs = 0
    fc.assert(
      fc.property(anyLink, (drawn) => {
        const read = decodeLink(linkText(drawn))
        const again = decodeLink(written(read.scenario))
        expect(again.problems).toEqual([])
        expect(again.scenario).toEqual(read.scenario)
        if (read.problems.length > 0) told++
        if (runs++ % 25 === 0) expect(hashOf(again.scenario, EVENTS)).toBe(hashOf(read.scenario, EVENTS))
      }),
      { seed: 15, numRuns: 200 },
    )
    expect(told).toBeGreaterThan(20)
  })

  it('a file is, too: the scenario that a run prints is the run', () => {
    fc.assert(
      fc.property(anyLink, (drawn) => {
        const { scenario } = decodeLink(linkText(drawn))
        const read = readScenarioFile(JSON.parse(JSON.stringify(scenario)), presets)
        expect(read).toEqual({ scenario, problems: [] })
      }),
      { seed: 16, numRuns: 100 },
    )
    for (const { scenario } of presets) expect(readScenarioFile(scenario, presets)).toEqual({ scenario, problems: [] })
  })
})

describe('a link and a file', () => {
  it.each([
    ['an allocator that cannot follow a record', 'real-boot', 'd0', 'allocator', 'fine-coarse'],
    ['a setting that no field shows', 'frames-64k', 'm', 'swiotlb', '65536'],
    ['a value that is not allowed', 'frames-64k', 'm', 'cpus', '7'],
  ])('refuse with the same words %s', (_, preset, scope, name, value) => {
    const link = decodeLink(`#s=${preset}&${scope}.${name}=${value}`)
    const settings = { [name]: value }
    const part = scope === 'm' ? { machine: settings } : { devices: [{ id: scope, settings }] }
    const file = readScenarioFile({ preset, ...part }, presets)
    expect(file.problems).toHaveLength(1)
    expect(file.problems).toEqual(link.problems)
    const changed = decodeLink(`#s=${preset}&in=1.1~${scope}.${name}~${value}`)
    const inputs = [{ ns: 1, events: 1, path: `${scope}.${name}`, value }]
    const { problems } = readScenarioFile({ preset, inputs }, presets)
    expect(problems.map(({ given, allowed }) => [given, allowed])).toEqual(
      changed.problems.map(({ given, allowed }) => [given, allowed]),
    )
    expect(changed.scenario.inputs).toEqual([])
  })

  it('know no -0, which a link cannot say', () => {
    const { scenario } = readScenarioFile(
      { preset: 'frames-64k', workloads: [{ id: 'w0', settings: { load: -0 } }] },
      presets,
    )
    expect(Object.is(scenario!.workloads[0]!.settings.load, 0)).toBe(true)
  })

  it('refuse more changes than a run takes, and positions that none can reach', () => {
    const inputs = Array.from({ length: 4097 }, (_, i) => ({ ns: i, events: i, path: 'w0.load', value: i % 100 }))
    const file = readScenarioFile({ preset: 'frames-64k', inputs }, presets)
    expect(file.problems).toEqual([{ field: 'inputs', given: '4097 changes', allowed: 'at most 4096' }])
    expect(file.scenario!.inputs).toHaveLength(4096)
    for (const at of ['0.1000000000000', '1000.67124865', '3600000000001.5']) {
      const { problems, position } = decodeLink(`#s=frames-64k&at=${at}`)
      expect(problems).toMatchObject([{ field: 'at', given: at }])
      expect(problems[0]!.allowed).toMatch(/at most \d+/)
      expect(position).toEqual({ ns: presetById('frames-64k')!.openNs })
      expect(decodeLink(`#s=frames-64k&in=${at}~w0.load~1`).problems[0]!.allowed).toBe(problems[0]!.allowed)
    }
  })
})

describe('a run', () => {
  it('refuses what its link could not say: a change that a record does not allow, one too many', () => {
    const text = readFileSync(new URL('../../public/recordings/real-boot.txt', import.meta.url), 'utf8')
    const run = createRun(withRecording(presetById('real-boot')!.scenario, recordingIn(text)), 1000)
    expect(run.input('d0.allocator', 'fine-coarse')).toBe(
      'd0.allocator: fine-coarse is not allowed: cannot follow a record',
    )
    expect(run.input('d0.allocator', 'tce-halves')).toMatchObject({ path: 'd0.allocator' })
    const full = createRun(presetById('frames-64k')!.scenario, 1000)
    for (let i = 0; i < 4096; i++) expect(full.input('w0.load', i % 100)).toMatchObject({ path: 'w0.load' })
    expect(full.input('w0.load', 5)).toMatch('4096 changes')
    expect(decodeLink(written(full.scenario())).scenario.inputs).toEqual(full.scenario().inputs)
  })
})

describe('a run at its end', () => {
  it.each(['panic', 'frames-64k'])('stands within what a link can say, and takes no more time: %s', (id) => {
    const { scenario, horizonNs } = presetById(id)!
    // Nothing happens for an hour.
    const run = createRun({ ...scenario, workloads: [] }, horizonNs)
    run.advance(2 * 3_600_000_000_000)
    const { nowNs: ns, events } = run.machine.state
    expect(ns).toBe(3_600_000_000_000)
    expect(run.over()).toBe(true)
    const link = encodeLink({ scenario, position: { ns, events }, view: viewOf(presetById(id)!) })
    expect(decodeLink(link)).toMatchObject({ position: { ns, events }, problems: [] })
  })
})

describe('thousands of changes', () => {
  it('cost what they do by themselves: written, read and made in seconds, not in minutes', () => {
    const changes = Array.from({ length: 4096 }, (_, i) => `${i * 1000}.${i * 2}~w0.load~${i % 100}`)
    const begun = performance.now()
    const { scenario, problems } = decodeLink(`#v=1&s=frames-64k&in=${changes.join('~')}`)
    expect(problems).toEqual([])
    expect(decodeLink(written(scenario)).scenario).toEqual(scenario)
    const run = createRun(scenario, 12_000_000)
    run.advance(4_100_000)
    expect(run.machine.state.inputs).toBe(4096)
    // A minute and more, on a machine at rest, when each costs those before it.
    expect(performance.now() - begun).toBeLessThan(20_000)
  })
})
