import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createRun, currentValue, fieldsOf, isAllowed, type Preset, presets, type Scenario } from '../sim/index.ts'
import { askForWindow } from '../sim/platform/partition.ts'
import { readDdwLog } from './ddw-log.ts'
import { ddwPreset, type LoggedScenario, scenarioOfDdwLog } from './ddw-scenario.ts'
import { readScenarioFile } from './scenario-file.ts'
import { decodeLink, encodeLink } from './url.ts'

const sample = (name: string) => readFileSync(new URL(`../sim/vectors/dmesg/${name}`, import.meta.url), 'utf8')
const preset = ddwPreset(presets)!
const logged = (text: string, at = 0): LoggedScenario => scenarioOfDdwLog(readDdwLog(text).logs[at]!, preset)
const valuesOf = (scenario: Scenario, paths: readonly string[]) => paths.map((path) => currentValue(scenario, path))

/** What a driver of the scenario's device finds. */
function found({ scenario }: LoggedScenario) {
  const settings = Object.fromEntries(fieldsOf(scenario).map((f) => [f.path, f.value]))
  const { result, state } = askForWindow(settings, scenario.devices[0]!)
  return { result, ...state.window }
}

const GIB = 1024 ** 3
const DEVICE = 'nvme 0001:00:01.0'
const log = (tail: string, sizes = '10 1e', ...more: string[]) =>
  [
    `${DEVICE}: ibm,query-pe-dma-windows(53) 500000 8000000 20000121 returned 0${tail}`,
    `${DEVICE}: ibm,create-pe-dma-window(54) 500000 8000000 20000121 ${sizes} returned 0 (liobn = 0x70000121 starting addr = 8000000 0)`,
    ...more,
  ].join('\n')

describe('the recorded boot with a direct window', () => {
  const direct = logged(sample('pseries_ddw_direct.txt'))

  it('becomes a partition that ends in the same window', () => {
    expect(found(direct)).toEqual({ result: 'direct', kind: 'direct64', base: 2 ** 47, pageShift: 24, windowShift: 31 })
    expect(direct.made).toMatchObject({ pageShift: 24, windowShift: 31, base: 2 ** 47 })
    expect([direct.device, direct.line, direct.problems]).toEqual(['e1000e 0000:00:00.0', 13, []])
    expect(direct.scenario.devices[0]).toMatchObject({ name: '0000:00:00.0', driver: 'e1000e 0000:00:00.0' })
  })

  it('tells what the log states from what had to be assumed', () => {
    expect(direct.stated).toEqual(['d0.ddw', 'd0.kernel', 'd0.windows', 'd0.tces', 'd0.pageSizes', 'd0.create'])
    expect(valuesOf(direct.scenario, direct.stated)).toEqual(['on', 'today', 1, 2 ** 37, 0x107, 'works'])
    expect(direct.assumed).toEqual(['m.vfs', 'm.maxRam', 'm.ram', 'm.pmem', 'd0.dmaMask', 'd0.firmware', 'd0.window'])
    expect(valuesOf(direct.scenario, ['m.maxRam', 'm.ram', 'm.pmem', 'd0.dmaMask', 'd0.firmware'])).toEqual([
      2 * GIB,
      2 * GIB,
      'off',
      64,
      'all',
    ])
  })

  it('goes into a link and comes back with all its settings', () => {
    const link = encodeLink({ scenario: direct.scenario, position: { ns: 0 }, view: decodeLink('').view })
    const { scenario, problems } = decodeLink(link)
    const paths = fieldsOf(direct.scenario).map((f) => f.path)
    expect(problems).toEqual([])
    expect(valuesOf(scenario, paths)).toEqual(valuesOf(direct.scenario, paths))
  })
})

describe('logs that state less', () => {
  it('of 2021, without a tail, end in the page and the window that were made', () => {
    const text = sample('ddw_powervm_vpmem_2021.txt')
    const [first, second] = [logged(text), logged(text, 1)]
    expect(first.stated).toContain('d0.tces')
    expect(first.stated).toContain('m.pmem')
    expect(second.assumed).toEqual(expect.arrayContaining(['d0.tces', 'd0.windows', 'd0.pageSizes', 'd0.kernel']))
    expect(found(first)).toMatchObject({ pageShift: 16, windowShift: 40, kind: 'dma64' })
    expect(found(second)).toMatchObject({ pageShift: 16, windowShift: 33, kind: 'direct64' })
  })

  it('without a window made are shown with the kernel that made none', () => {
    const refused = logged(log(', lb=4000 ps=3 wn=1').split('\n')[0]!.concat(`\n${DEVICE}: can't map partition max 0x800000000 with 16384 65536-sized pages`)) // biome-ignore format: one line
    expect(valuesOf(refused.scenario, ['d0.kernel', 'd0.tces', 'm.maxRam'])).toEqual(['before', 0x4000, 16 * GIB])
    expect(found(refused)).toEqual({ result: 'default' })
    expect(refused.stated).not.toContain('d0.create')
  })

  it('with a create that fails are shown failing', () => {
    const failing = logged(log(', lb=4000 ps=3 wn=1').replace(/(10 1e returned) .*/, '$1 -3'))
    expect(valuesOf(failing.scenario, ['d0.create'])).toEqual(['fails'])
    expect(failing.stated).toContain('d0.create')
  })

  it('take the era from the banner where nothing else tells it', () => {
    const era = (version: string) =>
      valuesOf(logged(`Linux version ${version}.0\n${log(', lb=8000 ps=3 wn=1', '10 1e')}`).scenario, ['d0.kernel'])
    expect(['5.15', '5.16', '4.18', '6.1'].map(era)).toEqual([['before'], ['today'], ['before'], ['today']])
  })
})

describe('a value that no setting can take', () => {
  it('is told with the one that is taken: the power of two that the kernel rounds to as well', () => {
    const odd = logged(log(', lb=6000 ps=3 wn=1', '10 1f'))
    expect(odd.problems).toEqual([
      { field: 'd0.tces', given: '0x6000', allowed: expect.stringMatching(/^32k is taken/) },
    ])
    expect(found(odd)).toMatchObject({ pageShift: 16, windowShift: 31 })
  })

  it('of page sizes is told with one whose largest page is the same', () => {
    const odd = logged(log(', lb=8000 ps=5 wn=1', '18 1f'))
    expect(odd.problems.map((p) => [p.field, p.given])).toEqual([['d0.pageSizes', '0x5']])
    expect(found(odd)).toMatchObject({ pageShift: 24, windowShift: 31 })
  })

  it('is told for windows, and for the memory that a window implies', () => {
    const odd = logged(log(', lb=8000 ps=3 wn=9', '10 14'))
    expect(odd.problems.map((p) => [p.field, p.given])).toEqual([
      ['m.maxRam', String(2 ** 20)],
      ['d0.windows', '0x9'],
    ])
    const fields = fieldsOf(odd.scenario)
    expect(fields.every(({ param, value }) => isAllowed(param, value))).toBe(true)
  })
})

describe('what a log opens', () => {
  const hashOf = (scenario: Scenario) => {
    const run = createRun(scenario, 10_000_000)
    run.advance(Number.POSITIVE_INFINITY, 2000)
    return run.hash()
  }

  it.each([
    ['as recorded', sample('pseries_ddw_direct.txt')],
    ['of a device without a driver', log('').replaceAll(DEVICE, '0001:00:01.0')],
    ['of a driver of odd characters', log('').replaceAll('nvme', `n~v.é=&${'m'.repeat(90)}e`)],
  ])('is the run of its link and of its file, down to what the kernel prints of the device: %s', (_, text) => {
    const { scenario } = logged(text)
    const link = decodeLink(encodeLink({ scenario, position: { ns: preset.openNs }, view: decodeLink('').view }))
    expect(link).toMatchObject({ scenario, problems: [] })
    expect(readScenarioFile(JSON.parse(JSON.stringify(scenario)), presets)).toEqual({ scenario, problems: [] })
    expect(hashOf(link.scenario)).toBe(hashOf(scenario))
  })

  it('has no name that a message could not have', () => {
    for (const driver of ['', '~20~a', 'a~0~b', `${'a'.repeat(81)}`, 'é']) {
      const { problems, scenario } = decodeLink(`#s=${preset.id}&driver=${driver}`)
      expect(problems).toMatchObject([{ field: 'driver' }])
      expect(scenario).toEqual(preset.scenario)
    }
  })
})

it('a preset of a partition with one device is shown, and none where there is no partition', () => {
  const of = (id: string, platform: string, devices: number): Preset => ({
    ...preset,
    id,
    scenario: { ...preset.scenario, machine: { platform }, devices: preset.scenario.devices.slice(0, 1).flatMap((d) => Array(devices).fill(d)) }, // biome-ignore format: one
  })
  const [power, two, one] = [of('power', 'power', 1), of('two', 'pseries', 2), of('one', 'pseries', 1)]
  expect([[power, two, one], [power, two], [power]].map((list) => ddwPreset(list)?.id)).toEqual([
    'one',
    'two',
    undefined,
  ])
})
